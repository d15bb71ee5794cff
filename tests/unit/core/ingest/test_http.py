"""Rows behind an address, from a real server: asked for when due, kept as files, and no secret said aloud."""

import asyncio
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from core.calendar.grain import Grain, Window
from core.cube.query import Query
from core.errors import Missing, Problem, Unavailable
from core.ingest import http
from core.ingest.http import Pulling, pull
from core.ingest.inbox import FileInbox
from core.ingest.table import stage
from core.metrics.catalog import Catalog
from core.metrics.metric import How
from core.metrics.source import Measure, Pull, Source
from core.warehouse.duckdb import DuckdbWarehouse
from core.warehouse.intake import wanted
from tests.standins.hosting import hosted

ROWS = [
    {"date": "2026-06-17", "channel": "wechat", "cost": 12.5},
    {"date": "2026-06-18", "channel": {"id": 1}, "cost": None},
]


class Partner:
    """Somebody else's server, which may be down, slow to learn, or wrong."""

    def __init__(self):
        self.answer = JSONResponse({"data": {"items": ROWS}})
        self.asked = []

    async def serve(self, request):
        self.asked.append(dict(request.headers))
        return self.answer


@pytest.fixture
async def partner():
    it = Partner()
    async with hosted(Starlette(routes=[Route("/v1", it.serve)])) as address:
        it.address = f"{address.rstrip('/')}/v1"
        yield it


def source(url, path="data.items", **headers):
    asked = Pull(url, timedelta(hours=1), path, headers)
    measures = {"spend": Measure(How.SUM, "cost")}
    return Source("partner", ("inbox/partner/*",), Grain.DAY, "date", {"channel": "channel"}, measures, pull=asked)


def inbox(folder, one):
    catalog = Catalog({}, {}, {"partner": one})
    return FileInbox(folder, catalog, "UTC", lambda each: wanted(each, catalog))


async def test_rows_are_found_on_their_path_and_laid_down_flat(partner, tmp_path, monkeypatch):
    monkeypatch.setenv("PARTNER_TOKEN", "s3cret")
    one = source(partner.address, Authorization="Bearer ${PARTNER_TOKEN}")
    await pull(one, one.pull, inbox(tmp_path, one))
    assert partner.asked[0]["authorization"] == "Bearer s3cret"
    (file,) = (tmp_path / "inbox" / "partner").iterdir()
    assert file.read_text() == (
        '"date","channel","cost","channel.id"\n"2026-06-17","wechat","12.5",""\n"2026-06-18","","","1"\n'
    )


@pytest.mark.parametrize(
    ("answer", "path", "code"),
    [
        (JSONResponse({"data": 1}), "data.items", "pull-no-path"),
        (JSONResponse([1]), "", "push-not-rows"),
        (PlainTextResponse("<html>"), "", "push-not-json"),
        (PlainTextResponse("no", 403), "", "pull-refused"),
        (RedirectResponse("http://127.0.0.1:1/elsewhere"), "", "pull-refused"),
        (PlainTextResponse("x" * 4000), "", "pull-too-large"),
    ],
)
async def test_what_is_no_answer_is_told_without_the_address(partner, tmp_path, monkeypatch, answer, path, code):
    monkeypatch.setattr(http, "MOST_BYTES", 3000)
    partner.answer = answer
    one = source(f"{partner.address}?key=s3cret", path)
    with pytest.raises(Problem) as caught:
        await pull(one, one.pull, inbox(tmp_path, one))
    assert caught.value.code == code
    assert "s3cret" not in json.dumps(dict(caught.value.facts))
    assert not (tmp_path / "inbox").exists()


async def test_a_server_that_is_away_and_a_setting_that_is_not_there(tmp_path):
    gone = source("http://127.0.0.1:1/v1")
    with pytest.raises(Unavailable):
        await pull(gone, gone.pull, inbox(tmp_path, gone))
    unset = source("http://127.0.0.1:1/${NO_SUCH_SETTING}")
    with pytest.raises(Missing) as caught:
        await pull(unset, unset.pull, inbox(tmp_path, unset))
    assert caught.value.facts["name"] == "NO_SUCH_SETTING"


async def test_an_address_is_asked_when_it_is_due_and_what_it_says_is_a_fact(partner, tmp_path):
    one, time, told = source(partner.address), [0.0], []
    box = inbox(tmp_path, one)
    files = DuckdbWarehouse(None, {"partner": one}, box.catalog, tmp_path, stage=stage)
    warehouse = Pulling(files, lambda: (one,), box, lambda *what: told.append(what), lambda: time[0])
    query = Query("partner", Grain.DAY, (), ("spend",), Window.days(date(2026, 6, 17), date(2026, 6, 17)))
    assert len(await warehouse.refresh()) == 1
    assert (await warehouse.fetch(query)).measures["spend"].tolist() == [[12.5]]
    await warehouse.refresh()
    assert len(partner.asked) == 1, "an hour has not passed"
    time[0], partner.answer = 3601.0, PlainTextResponse("down", 500)
    await warehouse.refresh()
    await asyncio.gather(*warehouse._pulling.values())
    assert [(name, problem.code) for name, problem in told] == [("partner", "pull-refused")]
    assert (await warehouse.fetch(query)).measures["spend"].tolist() == [[12.5]], "the last good answer stands"
    one = replace(one, pull=replace(one.pull, every=timedelta(minutes=1)))
    time[0] += 61
    await warehouse.refresh()
    await asyncio.gather(*warehouse._pulling.values())
    assert len(partner.asked) == 3, "what the files say now is gone by"
    await warehouse.aclose()


class Pages:
    """A server of seven rows, three a page, behind links, cursors or numbers."""

    def __init__(self):
        self.asked, self.turn = [], None

    async def serve(self, request):
        query = dict(request.query_params)
        self.asked.append(query)
        at = int(query.get("after", 0)) if "page" not in query else (int(query["page"]) - 1) * 3
        rows = [{"date": f"2026-06-{day:02}", "channel": "wechat", "cost": day} for day in range(1, 8)][at : at + 3]
        told = self.turn(at + 3) if self.turn and at + 3 < 7 else None
        return JSONResponse({"data": rows, "links": {"next": told}})


@pytest.fixture
async def pages():
    it = Pages()
    async with hosted(Starlette(routes=[Route("/v1", it.serve)])) as address:
        it.address = f"{address.rstrip('/')}/v1?days=7"
        yield it


@pytest.mark.parametrize(
    ("how", "turn", "asked"),
    [
        ({"next": "links.next"}, lambda at: f"/v1?after={at}", ["", "3", "6"]),
        ({"next": "links.next"}, lambda at: f"?after={at}", ["", "3", "6"]),
        ({"next": "links.next", "page": "after"}, lambda at: at, ["", "3", "6"]),
        ({"page": "page"}, None, ["", "2", "3", "4"]),
    ],
    ids=["link", "relative-link", "cursor", "number"],
)
async def test_an_answer_in_pages_is_asked_for_to_its_end(pages, tmp_path, how, turn, asked):
    pages.turn = turn
    one = source(pages.address, "data")
    one = replace(one, pull=replace(one.pull, **how))
    await pull(one, one.pull, inbox(tmp_path, one))
    (file,) = (tmp_path / "inbox" / "partner").iterdir()
    assert [line.split(",")[2] for line in file.read_text().splitlines()[1:]] == [f'"{day}"' for day in range(1, 8)]
    assert [query.get("after") or query.get("page") or "" for query in pages.asked] == asked


@pytest.mark.parametrize(
    ("turn", "code"),
    [(lambda _: "http://elsewhere.example/v1", "pull-elsewhere"), (lambda _: "?days=7", "pull-goes-round")],
    ids=["another-host", "round-and-round"],
)
async def test_pages_that_lead_astray_are_refused(pages, tmp_path, turn, code):
    pages.turn = turn
    one = source(pages.address, "data")
    one = replace(one, pull=replace(one.pull, next="links.next"))
    with pytest.raises(Problem) as caught:
        await pull(one, one.pull, inbox(tmp_path, one))
    assert caught.value.code == code
    assert not (tmp_path / "inbox").exists()


async def test_an_answer_of_another_shape_leaves_the_last_good_one_standing(partner, tmp_path):
    one = source(partner.address)
    box = inbox(tmp_path, one)
    await pull(one, one.pull, box)
    (file,) = (tmp_path / "inbox" / "partner").iterdir()
    before = file.read_bytes()
    partner.answer = JSONResponse({"data": {"items": [{"date": "2026-06-19", "where": "x", "amount": 3}]}})
    with pytest.raises(Problem):
        await pull(one, one.pull, box)
    assert file.read_bytes() == before
