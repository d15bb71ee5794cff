"""Files as people really send them, through each of the four doors: command line, push, chat and console; zh and en.

Each gets one clear answer, the same at every door: the rows that are in it, or what is wrong and what to do. Nothing is
a fault of ours, and whatever is refused leaves nothing behind. Two files are there as they are, since nothing here can
write them: `old.xls` as Excel 97 wrote it, and `locked.xlsx` with a password.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import openpyxl
import pytest

from bot import cli
from bot.adapters.web.app import build_app
from bot.app import console, open_world
from bot.chat.plain import plain
from bot.chat.request import Brought, Request
from bot.commands.dispatch import answer
from core.notices.notice import Place
from core.people.token import Token, digest_of, mint
from core.usecases.replay import HandClock
from core.workspace import load_workspace
from tests.adapters.samples import PNG
from tests.adapters.test_imports_page import NOW, SOURCES

WRONG = Path(__file__).parents[1] / "data" / "wrong"
HEAD, ROW = "日期,渠道,花费\n", "2026-06-18,微信,1.2万\n"
SAID = {  # what is to be read in the answer
    "PNG": ("inside it is PNG", "里面是 PNG"),
    "PDF": ("inside it is PDF", "里面是 PDF"),
    "ZIP": ("inside it is ZIP", "里面是 ZIP"),
    "binary": ("inside it is binary", "里面是 binary"),
    "large": ("spans more than", "工作表超过 ?20,000,000"),
    "empty": ("is empty", "是空的"),
    "locked": ("locked with a password", "有密码保护"),
    "unreadable": ("cannot be read", "读不了"),
    "encoding": ("neither UTF-8 nor GB18030", "编码既不是"),
    "no rows": ("no rows below|Not one row", "没有数据行|没有一行可用"),
}


def a_book(*rows, merge=()):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    for cells in merge:
        book.active.merge_cells(cells)
    book.save(out)
    return out.getvalue()


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def a_bomb():
    far = '<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>'
    return zipped(xl__workbook_xml="<workbook/>", xl__worksheets__sheet1_xml=f"<worksheet>{' ' * 30_000_000}{far}")


def announced():
    """Return a workbook that says of itself that it holds two gigabytes."""
    book = zipped(xl__workbook_xml="", xl__worksheets__sheet1_xml="\0" * (20 << 20))
    claimed = bytearray(book)
    at = claimed.rindex(b"PK\x01\x02", 0, claimed.rindex(b"xl/worksheets/sheet1.xml"))
    claimed[at + 24 : at + 28] = (2_100_000_000).to_bytes(4, "little")
    return bytes(claimed)


MANY = ",".join(f"列{i}" for i in range(297))
FILES = {  # each with the rows that are in it, or what is said
    "图.csv": (PNG, "PNG"),
    "报告.csv": (b"%PDF-1.7 ...", "PDF"),
    "bomb.xlsx": (a_bomb(), "large"),
    "two-gigabytes.xlsx": (announced(), "large"),
    "pictures.zip": (zipped(a_xml="x"), "ZIP"),
    "empty.csv": (b"", "empty"),
    "blank-lines.csv": (b"\n\n \n", "empty"),
    "empty-sheet.xlsx": (a_book(), "empty"),
    "header-alone.csv": (HEAD.encode(), "no rows"),
    "locked.xlsx": ((WRONG / "locked.xlsx").read_bytes(), "locked"),
    "half.xlsx": (a_book(["日期", "渠道", "花费"], ["2026-06-18", "微信", 1])[:900], "unreadable"),
    "program.csv": (b"\x7fELF\x00\x01\x02" * 50, "binary"),
    "no-text.csv": (b"\xff\x81\xfe\xff,\xff\x80\n" * 9, "encoding"),
    "300-columns.csv": (f"日期,渠道,花费,{MANY}\n2026-06-18,微信,1,{','.join('x' * 297)}\n".encode(), 1),
    "two-headers.csv": ((HEAD + ROW + HEAD + ROW.replace("18", "17")).encode("gbk"), 2),
    "header-of-two-lines.csv": ("日期,渠道,投放,\n,,花费,点击\n2026-06-18,微信,3,4\n".encode(), 1),
    "merged-headers.xlsx": (
        a_book(["日期", "渠道", "投放", None], [None, None, "花费", "点击"], ["2026-06-18", "微信", 3, 4],
               merge=["A1:A2", "B1:B2", "C1:D1"]), 1),
    "old.xls": ((WRONG / "old.xls").read_bytes(), 2),
    "xls-named.csv": ((WRONG / "old.xls").read_bytes(), 2),
    "utf-16.csv": ((HEAD + ROW).encode("utf-16"), 1),
    "mixed-line-ends.csv": ((HEAD.strip() + "\r\n" + ROW + ROW.strip().replace("18", "17") + "\r\n").encode(), 2),
    "carriage-returns.csv": ((HEAD + ROW + ROW.replace("18", "17")).replace("\n", "\r").encode(), 2),
    "line-end-in-a-cell.csv": ('日期,渠道,花费\r\n2026-06-18,"微信\n公众号",1\r\n'.encode(), 1),
    "bom-and-gaps.csv": (("\ufeff" + HEAD + "\n" + ROW + "\n\n").encode(), 1),
    "title-note-total.csv": (("投放日报,,\n" + HEAD + ROW + "合计,,9\n注：未审计\n").encode("gb18030"), 1),
}  # fmt: skip


@asynccontextmanager
async def a_house(folder, tongue):
    """Yield three doors, each of which takes a file and returns what is said, and how many rows would be taken."""
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "first.csv").write_text(HEAD + ROW, "utf-8")
    (folder / "workspace.yaml").write_text(f"{{name: t, tongue: {tongue}}}\n")
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "people.yaml").write_text(f"- {{person: me, chats: {{web: me}}, may: manage, tongue: {tongue}}}\n")
    (folder / "routes.yaml").write_text("- {route: all, chats: [web:board], owner: person:me}\n")
    workspace, clock, secret = load_workspace(folder), HandClock(NOW), mint()
    async with open_world(workspace, clock) as world:
        async with world.store.begin() as tx:
            await tx.add_token(Token("etl", digest_of(secret), ("push",), NOW))

        async def hear(request):
            return await answer(request, workspace, world)

        app = build_app(console(workspace, clock), hear, workspace=workspace, world=world, readiness=dict)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:

            async def push(_, content):
                headers = {"authorization": f"Bearer {secret}", "content-type": "application/octet-stream"}
                address = "/api/v1/sources/ads/rows?dry_run=true"
                answered = await client.post(address, content=content, headers=headers)
                assert answered.status_code < 500
                return answered.json().get("text", ""), answered.json().get("rows")

            async def chat(name, content):
                async def fetch(_):
                    return content

                me = workspace.people["me"]
                file = Brought(name, len(content), fetch)
                reply = await hear(Request("", Place("slack", "D1"), "U1", tongue, me, file=file))
                said = "\n".join(plain(card) for card in reply.cards)
                rows = re.search(r"(?:Rows|行数)\W+(\d+)", said)
                return said, int(rows[1]) if rows else None

            async def page(name, content):
                query = {"name": name, "as": "me", "tongue": tongue}
                answered = await client.post("/imports/look", params=query, content=content)
                assert answered.status_code < 500
                said = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answered.text.partition('id="door"')[0]))
                rows = re.search(r"(?:Rows|行数)\W+(\d+)", said)
                return said, int(rows[1]) if rows else None

            yield {"push": push, "chat": chat, "console": page}


@pytest.mark.parametrize("tongue", ["en", "zh"])
async def test_every_file_gets_one_clear_answer_at_each_door(tmp_path, tongue):
    async with a_house(tmp_path / "house", tongue) as doors:
        for name, (content, expected) in FILES.items():
            for door, ask in doors.items():
                said, rows = await ask(name, content)
                if isinstance(expected, int):
                    assert rows == expected, (name, door, said)
                else:
                    assert re.search(SAID[expected][tongue == "zh"], said), (name, door, said)
                    assert not rows
        assert not (tmp_path / "house" / "inbox" / "ads").exists()


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_the_command_line_says_the_same(tmp_path, monkeypatch, capsys, tongue):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8" if tongue == "zh" else "en_US.UTF-8")
    for name, (content, expected) in FILES.items():
        path = tmp_path / name
        path.write_bytes(content)
        monkeypatch.setattr(sys, "argv", ["beacon", "preview", str(path)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        told = capsys.readouterr()
        if isinstance(expected, int):
            assert not left.value.code, (name, told)
            assert re.search(rf"\D{expected} (rows|行)", told.out), (name, told.out)
        else:
            assert left.value.code, name
            # A terminal breaks its lines where it likes.
            said, wanted = re.sub(r"\s", "", told.err), SAID[expected][tongue == "zh"].replace(" ", "")
            assert re.search(wanted, said), (name, said)
            assert "Traceback" not in told.err
