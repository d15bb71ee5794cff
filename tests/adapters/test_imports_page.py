"""The console's page of imports: what came in and from whom, a preview of what is dropped, and rows to be mended."""

from __future__ import annotations

import csv
import io
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest

from bot.adapters.web.app import build_app
from bot.app import console, open_world
from bot.commands.dispatch import answer
from core.usecases.replay import HandClock
from core.workspace import load_workspace
from tests.adapters.samples import PNG

NOW = datetime(2026, 6, 19, 4, tzinfo=UTC)
SOURCES = """
- source: ads
  files: data/*.csv
  push: true
  grain: day
  time: 日期
  dimensions: {channel: 渠道}
  measures: {spend: 花费}
"""
HEAD = "日期,渠道,花费,备注\n"
MESSY = HEAD + "2026-06-17,微信,1.2万,\n2026-06-18,微信,abc,=cmd|x\nsoon,微信,-5,-5\n合计,,9,\n2026-06-18,抖音,1,x,多\n"
SAME = {"sec-fetch-site": "same-origin"}


@asynccontextmanager
async def a_house(folder, tongue="en"):
    (folder / "workspace.yaml").write_text(f"{{name: t, tongue: {tongue}}}\n")
    (folder / "sources.yaml").write_text(SOURCES)
    people = (
        "- {person: me, name: {en: Me, zh: 我}, chats: {web: me}, may: manage, tongue: %s}\n- {person: bo, may: read}\n"
    )
    (folder / "people.yaml").write_text(people % tongue)
    (folder / "routes.yaml").write_text("- {route: all, chats: [web:board], owner: person:me}\n")
    (folder / "data").mkdir()
    (folder / "data" / "日报.csv").write_text(MESSY, "utf-8")
    workspace, clock = load_workspace(folder), HandClock(NOW)
    async with open_world(workspace, clock) as world:

        async def hear(request):
            return await answer(request, workspace, world)

        app = build_app(console(workspace, clock), hear, workspace=workspace, world=world, readiness=dict)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client, world


def seen(page):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.text))


@pytest.mark.parametrize(
    ("tongue", "told"),
    [
        (
            "en",
            ["One file was taken in", "When", "the watched folder", "Row 2: “abc” in 花费 is no number", "1 of totals"],
        ),
        ("zh", ["时间", "监视的文件夹", "第 2 行：花费 中的“abc”不是数字", "1 行合计", "下载被剔除的行"]),
    ],
)
async def test_each_file_is_told_with_its_rows_its_reasons_and_where_it_came_from(tmp_path, tongue, told):
    async with a_house(tmp_path, tongue) as (client, _):
        page = await client.get("/imports", params={"as": "me", "tongue": tongue})
    assert page.status_code == 200
    for words in told:
        assert words in seen(page)


async def test_rows_that_were_set_aside_are_saved_whole_with_their_reasons(tmp_path):
    async with a_house(tmp_path) as (client, _):
        saved = await client.get("/imports/aside.csv", params={"source": "ads", "file": "日报.csv", "tongue": "en"})
    rows = list(csv.DictReader(io.StringIO(saved.content.decode("utf-8-sig"))))
    assert [(row["row"], row["日期"], row["花费"], row["备注"]) for row in rows] == [
        ("2", "2026-06-18", "abc", "'=cmd|x"),  # and no spreadsheet works it out
        ("3", "soon", "-5", "-5"),
        ("4", "合计", "9", ""),
        ("5", "2026-06-18", "1", "x"),
    ]
    assert "is no number" in rows[0]["reason"]
    assert rows[3][None] == ["多"]
    assert rows[3]["reason"] == "Row 5 has too few or too many cells."


async def test_a_dropped_file_is_looked_at_and_taken_in_by_a_button(tmp_path):
    async with a_house(tmp_path) as (client, world):
        body = (HEAD + "2026-06-18,快手,7,\n2026-06-18,小红书,x,\n").encode("gb18030")
        query = {"name": "六月.csv", "as": "me", "tongue": "en"}
        preview = await client.post("/imports/look", params=query, content=body, headers=SAME)
        assert "六月.csv, as it would be read" in seen(preview)
        assert len(await world.warehouse.intakes()) == 1
        (said,) = re.findall(r'name="say" value="([^"]+)"', preview.text)
        taken = await client.post("/imports", data={"say": said, "as": "me", "tongue": "en"}, headers=SAME)
        assert "1 row is in ads" in seen(taken)
        await world.warehouse.refresh()
        after = seen(await client.get("/imports", params={"as": "me", "tongue": "en"}))
        assert "2 files were taken in" in after
        assert "From Me" in after


async def test_who_may_not_bring_a_file_is_told_who_may_and_another_page_cannot_send_one(tmp_path):
    async with a_house(tmp_path) as (client, world):
        query = {"name": "x.csv", "as": "bo", "tongue": "en"}
        refused = await client.post("/imports/look", params=query, content=MESSY.encode(), headers=SAME)
        assert "as it would be read" not in seen(refused)
        assert "import" not in "".join(re.findall(r'name="say" value="([^"]+)"', refused.text))
        elsewhere = await client.post(
            "/imports/look", params=query | {"as": "me"}, content=b"x", headers={"sec-fetch-site": "cross-site"}
        )
        assert elsewhere.status_code == 403
        other = await client.post("/imports", data={"say": "rules", "as": "me"}, headers=SAME)
        assert other.status_code == 403
        assert (await client.get("/imports", params={"as": "nobody"})).status_code == 404
        code = await world.inbox.hold((HEAD + "2026-06-18,快手,7,\n").encode())
        await client.get("/imports", params={"as": "me", "say": f"import {code} ads"})  # an address takes nothing in
        assert not (tmp_path / "inbox" / "ads").exists()
        assert len(await world.warehouse.intakes()) == 1


@pytest.mark.parametrize(
    ("content", "en", "zh"),
    [
        (PNG, "no table: inside it is PNG", "PNG"),
        (b"", "is empty", "空"),
        (b"name,age\nli,3\n", "has no column", "没有"),
    ],
    ids=["picture", "empty", "other-columns"],
)
async def test_what_is_no_table_is_said_in_both_tongues(tmp_path, content, en, zh):
    async with a_house(tmp_path) as (client, _):
        for tongue, words in (("en", en), ("zh", zh)):
            query = {"name": "x.csv", "as": "me", "tongue": tongue}
            told = await client.post("/imports/look", params=query, content=content, headers=SAME)
            assert words in seen(told)


async def test_too_large_a_file_is_refused_before_it_is_read(tmp_path):
    async with a_house(tmp_path) as (client, _):
        query = {"name": "x.csv", "as": "me"}
        told = await client.post("/imports/look", params=query, content=b"1" * 20_000_001, headers=SAME)
        assert told.status_code == 413
