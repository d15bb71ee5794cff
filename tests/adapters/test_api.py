"""The push API as a program meets it: a real store, a real warehouse, a workspace of one source."""

from __future__ import annotations

import json
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest

from bot.adapters.web.api import MAX_PUSH
from bot.adapters.web.app import build_app
from bot.app import console, open_world
from core.people.token import Token, digest_of, mint
from core.usecases.replay import HandClock
from core.workspace import load_workspace

NOW = datetime(2026, 6, 19, 4, tzinfo=UTC)
SOURCES = """
- source: ads
  push: true
  grain: day
  time: 日期
  dimensions: {channel: 渠道}
  measures: {spend: 花费, clicks: 点击量}
- source: files
  files: data/*.csv
  grain: day
  time: day
  measures: {visits: v}
- source: signals
  push: true
  grain: day
  time: 日期
  dimensions: {product: 商品}
  measures: {competitor_price: 价格, share_of_voice: 声量}
"""
ROW = {"日期": "2026-06-18", "渠道": "微信", "花费": "1.2万", "点击量": 300}
ROWS = "/api/v1/sources/ads/rows"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "workspace.yaml").write_text("name: t\ntongue: en\n")
    (tmp_path / "sources.yaml").write_text(SOURCES)
    (tmp_path / "people.yaml").write_text("- {person: me, chats: {web: me}, may: manage}\n")
    (tmp_path / "routes.yaml").write_text("- {route: all, chats: [web:board], owner: person:me}\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "v.csv").write_text("day,v\n2026-06-18,1\nTotal,1\nwhenever,2\n")
    return tmp_path


@asynccontextmanager
async def api(folder, *scopes):
    """Yield a client with a token of those scopes, and the world behind it."""
    workspace, clock, secret = load_workspace(folder), HandClock(NOW), mint()
    async with open_world(workspace, clock) as world:
        async with world.store.begin() as tx:
            await tx.add_token(Token("etl", digest_of(secret), scopes, NOW))
        web = console(workspace, clock)

        async def unanswered(_):
            raise AssertionError

        app = build_app(web, unanswered, workspace=workspace, world=world, readiness=dict)
        headers = {"authorization": f"Bearer {secret}"}
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://elsewhere", headers=headers) as client:
            yield client, world


async def test_rows_are_taken_cleaned_and_the_wrong_ones_named(folder):
    wrong = ROW | {"花费": "abc"}
    async with api(folder, "push:ads") as (client, world):
        answer = await client.post(ROWS, json={"rows": [ROW, wrong]})
        assert answer.status_code == 200
        assert answer.json() | {"batch": ""} == {
            "source": "ads", "batch": "", "rows": 1, "rejected": 1, "repeated": False, "dry_run": False,
            "rejects": [{"row": 2, "reason": "number", "column": "花费", "cell": "abc",
                         "text": "Row 2: “abc” in 花费 is no number."}],
        }  # fmt: skip
        (arrival,) = await world.warehouse.refresh()
        assert (arrival.source, str(arrival.first)) == ("ads", "2026-06-18")


async def test_a_batch_sent_again_is_taken_once(folder):
    async with api(folder, "push") as (client, _):
        first = await client.post(ROWS, json=[ROW], headers={"idempotency-key": "1"})
        again = await client.post(ROWS, json=[ROW], headers={"idempotency-key": "1"})
        assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
        assert first.json()["batch"] == again.json()["batch"]
        other = await client.post(ROWS, json=[ROW | {"点击量": 1}], headers={"idempotency-key": "1"})
        assert (other.status_code, other.json()["code"]) == (409, "push-key-reused")
        assert len(list((folder / "inbox" / "ads").glob("[!.]*"))) == 1


async def test_a_batch_without_a_key_is_known_by_what_it_says(folder):
    async with api(folder, "push") as (client, _):
        assert not (await client.post(ROWS, json=[ROW])).json()["repeated"]
        assert (await client.post(ROWS, json={"rows": [ROW]})).json()["repeated"]


async def test_what_came_later_corrects_what_came_before(folder):
    async with api(folder, "push", "read") as (client, world):
        for clicks in (1, 2, 3):
            await client.post(ROWS, json=[ROW | {"点击量": clicks}])
        await world.warehouse.refresh()
        told = {one["file"]: one for one in (await client.get("/api/v1/imports")).json() if one["source"] == "ads"}
        assert sorted(one["rejected"].get("outdone", 0) for one in told.values()) == [0, 1, 1]


async def test_a_dry_run_takes_nothing(folder):
    async with api(folder, "push") as (client, _):
        answer = await client.post(ROWS, json=[ROW], params={"dry_run": True})
        assert (answer.json()["rows"], answer.json()["dry_run"]) == (1, True)
        assert not (folder / "inbox").exists()


async def test_a_csv_in_gbk_is_a_batch_too(folder):
    text = "统计日期,渠道,消耗(万元),点击量\n2026/6/18,公众号,1.2,--\n合计,,1.2,\n"
    async with api(folder, "push") as (client, _):
        answer = await client.post(ROWS, content=text.encode("gbk"), headers={"content-type": "text/csv"})
        assert (answer.status_code, answer.json()["rows"], answer.json()["rejects"][0]["reason"]) == (200, 1, "summary")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 422, "push-not-json"),
        (b"[1]", "application/json", 422, "push-not-rows"),
        (b"[]", "application/json", 422, "push-not-rows"),
        (b"[{}]", "application/json", 422, "push-not-rows"),
        (b'[{"a": 1}]', "application/json", 422, "file-column-missing"),
        (
            '[{"日期": "x", "渠道": "y", "花费": 1, "点击量": 1}]'.encode(),
            "application/json",
            422,
            "push-nothing-taken",
        ),
        (b"\x89PNG\r\n....", "text/csv", 422, "file-wrong-kind"),
        (b"", "text/csv", 422, "file-empty"),
        (b"[]", "image/png", 415, "push-content-type"),
    ],
)
async def test_a_body_that_is_none_gets_a_clear_answer(folder, content, kind, status, code):
    async with api(folder, "push") as (client, _):
        answer = await client.post(ROWS, content=content, headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert "beacon-" not in answer.json()["text"]


async def test_two_gigabytes_announced_are_refused_unread(folder):
    async with api(folder, "push") as (client, _):
        headers = {"content-type": "text/csv", "content-length": str(2 << 30)}
        assert (await client.post(ROWS, content=b"a", headers=headers)).status_code == 413

        async def endless():
            for _ in range(MAX_PUSH // (1 << 20) + 2):
                yield b"x" * (1 << 20)

        assert (await client.post(ROWS, content=endless(), headers={"content-type": "text/csv"})).status_code == 413


@pytest.mark.parametrize(
    ("scopes", "path", "status"),
    [
        (("push:signals",), ROWS, 403),
        (("read",), ROWS, 403),
        (("push",), "/api/v1/sources/files/rows", 404),
        (("push",), "/api/v1/sources/adz/rows", 404),
        (("push",), "/api/v1/nothing", 404),
    ],
)
async def test_a_token_opens_what_it_names_and_no_more(folder, scopes, path, status):
    async with api(folder, *scopes) as (client, _):
        assert (await client.post(path, json=[ROW])).status_code == status


async def test_without_a_living_token_nothing_is_open(folder):
    async with api(folder, "push", "read") as (client, world):
        assert (await client.get("/api/v1/sources")).status_code == 200
        assert (await client.get("/api/v1/sources", headers={"authorization": "Bearer x"})).status_code == 401
        async with world.store.begin() as tx:
            assert await tx.end_token("etl", NOW)
        assert (await client.get("/api/v1/sources")).status_code == 401


async def test_what_was_set_aside_is_shown_with_its_reason(folder):
    async with api(folder, "read") as (client, _):
        (file,) = (await client.get("/api/v1/imports")).json()
        assert file["rejected"] == {"summary": 1, "time": 1}
        assert (file["by"], bool(file["at"])) == ("", True)
        assert [each["text"] for each in file["rejects"]] == [
            "Row 2 is a total, and would count twice.",
            "Row 3: “whenever” in day is not surely one day.",
        ]


async def test_a_batch_is_shown_with_the_token_that_brought_it(folder):
    async with api(folder, "push", "read") as (client, world):
        await client.post(ROWS, json=[ROW])
        await world.warehouse.refresh()
        (batch,) = (each for each in (await client.get("/api/v1/imports")).json() if each["source"] == "ads")
        assert (batch["by"], batch["rows"]) == ("etl", 1)


async def test_a_kill_between_writing_and_placing_leaves_nothing_half(folder, monkeypatch):
    async with api(folder, "push") as (_, world):

        def dies(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "fsync", dies)
        with pytest.raises(KeyboardInterrupt):
            await world.inbox.receive("ads", json.dumps([ROW]).encode(), "json")
        assert list((folder / "inbox" / "ads").glob("[!.]*")) == []
        assert await world.warehouse.refresh() == ()
