"""A file dropped in a chat: looked at, taken in by one tap, and refused in words where it is no table of ours."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.adapters.samples import PNG
from tests.scenarios.native_house import GROUP, a_house, in_slack, in_telegram

ROWS = "day,channel,revenue,spend\n2026-06-16,wechat,300,100\n2026-06-17,wechat,many,100\n2026-06-18,wechat,320,100\n"
FORMULAS = 'day,channel,revenue,spend\n2026-06-18,"=HYPERLINK(""http://evil.example"",""x"")",3,1\n'


@pytest.fixture
async def house(tmp_path):
    async with a_house(tmp_path) as house:
        yield house


def inbox_of(house):
    return sorted(path.name for path in (house.workspace.folder / "inbox" / "ads").glob("[!.]*"))


def a_workbook():
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    for row in (("day", "channel", "revenue", "spend"), ("2026-06-18", "wechat", 320, 100)):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def a_zip_bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        cells = '<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>'
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet>{' ' * 30_000_000}{cells}</worksheet>")
    return out.getvalue()


async def test_a_file_in_private_is_shown_as_it_would_be_read_and_taken_in_by_one_tap(house):
    async with in_slack(house) as (slack, _):
        await slack.drops(ROWS.encode(), "june.csv")
        [preview] = await slack.until(lambda: slack.messages("DU01"))
        assert "june.csv, as it would be read" in preview.seen
        assert "2026-06-16 – 2026-06-18" in preview.seen
        assert "“many” in revenue is no number" in preview.seen
        assert inbox_of(house) == ["first.csv"]

        [take] = preview.buttons.values()
        await slack.clicks(preview, take)
        taken = (await slack.until(lambda: slack.messages("DU01", thread=preview.ts)))[0]
        assert "2 rows are in ads" in taken.seen
        assert len(inbox_of(house)) == 2
        await slack.clicks(preview, take)
        again = (await slack.until(lambda: slack.messages("DU01", thread=preview.ts)[1:]))[0]
        assert "nothing changed" in again.seen
        assert len(inbox_of(house)) == 2


async def test_a_workbook_dropped_in_a_channel_with_our_name_is_shown_to_its_bringer_alone(house):
    async with in_slack(house) as (slack, _):
        await slack.drops(a_workbook(), "june.xlsx", "ads", channel="C01", user="U02")
        [preview] = await slack.until(lambda: slack.whispers("U02"))
        assert "june.xlsx 的读取预览" in preview.seen
        assert list(preview.buttons) == ["确认导入"]
        assert slack.messages() == []


async def test_a_document_in_telegram_is_taken_the_same_way(house):
    async with in_telegram(house) as (telegram, _):
        await telegram.drops(ROWS.encode(), "june.csv")
        [preview] = await telegram.until(telegram.messages)
        assert "june.csv, as it would be read" in preview.text
        [take] = preview.buttons.values()
        await telegram.presses(preview, take)
        await telegram.until(lambda: "2 rows are in ads" in telegram.messages()[-1].text)
        assert len(inbox_of(house)) == 2
        # A file that colleagues pass to one another is not ours to read; one with our command is.
        await telegram.drops(ROWS.encode(), "june.csv", "have a look", chat=int(GROUP.chat))
        await telegram.drops(ROWS.encode(), "june.csv", "/kpi import ads", chat=int(GROUP.chat))
        await telegram.until(lambda: len(telegram.messages()) == 3)  # to its bringer, in private
        assert telegram.messages(int(GROUP.chat)) == []


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (PNG, "chart.csv", "no table: inside it is PNG"),
        (a_zip_bomb(), "bomb.xlsx", "spans more than"),
        (b"PK\x03\x04" + b"\0" * 200, "broken.xlsx", "cannot be read"),
        (b"", "empty.csv", "is empty"),
        (b"name,age\nli,3\n", "people.csv", "has no column"),
        (b"day,channel,revenue,spend\nsoon,wechat,x,y\n", "words.csv", "Not one row could be taken"),
    ],
    ids=["picture", "bomb", "broken", "empty", "other-columns", "no-row"],
)
async def test_what_is_no_table_of_ours_is_said_and_nothing_is_taken_in(house, content, name, said):
    async with in_slack(house) as (slack, _):
        await slack.drops(content, name)
        [answer] = await slack.until(lambda: slack.messages("DU01"), within=20)
        assert said in answer.seen
        assert answer.buttons == {}
    assert inbox_of(house) == ["first.csv"]
    assert not (house.workspace.folder / "inbox" / ".held").exists()


async def test_a_formula_is_a_word_like_any_other(house):
    async with in_slack(house) as (slack, _):
        await slack.drops(FORMULAS.encode(), "formulas.csv")
        [preview] = await slack.until(lambda: slack.messages("DU01"))
        [take] = preview.buttons.values()
        await slack.clicks(preview, take)
        await slack.until(lambda: slack.messages("DU01", thread=preview.ts))
        alert = await house.alert()
        assert dict(alert.fingerprint.labels) == {"channel": "wechat"}


async def test_too_large_a_file_is_never_fetched_whatever_it_says_of_itself(house):
    async with in_slack(house) as (slack, _):
        await slack.drops(ROWS.encode(), "huge.csv", size=30_000_000)
        [answer] = await slack.until(lambda: slack.messages("DU01"))
        assert "larger than 20 MB" in answer.seen
        assert "files.info" not in [method for method, _ in slack.calls]
        await slack.drops(b"day,channel\n" + b"x" * 21_000_000, "sly.csv", size=10)
        answer = (await slack.until(lambda: slack.messages("DU01")[1:], within=20))[0]
        assert "larger than 20 MB" in answer.seen
    async with in_telegram(house) as (telegram, _):
        await telegram.drops(b"x" * 22_000_000, "huge.csv", size=10)
        [answer] = await telegram.until(telegram.messages)
        assert "could not be fetched" in answer.text


async def test_who_may_not_bring_a_file_has_none_fetched(house):
    async with in_slack(house) as (slack, _):
        await slack.drops(ROWS.encode(), "june.csv", user="U03", channel="DU03")
        [answer] = await slack.until(lambda: slack.messages("DU03"))
        assert "U03" in answer.seen
        assert "files.info" not in [method for method, _ in slack.calls]


async def test_a_file_is_fetched_with_our_token_from_slack_alone(house):
    async with in_slack(house) as (slack, _):
        await slack.drops(ROWS.encode(), "june.csv")
        await slack.until(lambda: slack.messages("DU01"))
        for upload in slack._uploads.values():
            upload["url"] = "http://evil.example/june.csv"
        slack.calls.clear()
        file = next(iter(slack._uploads))
        event = {"type": "message", "subtype": "file_share", "channel_type": "im", "user": "U01", "channel": "DU01"}
        await slack.happens(event | {"ts": "1.1", "text": "", "files": [{"id": file, "name": "x.csv", "size": 3}]})
        answer = (await slack.until(lambda: slack.messages("DU01")[1:]))[0]
        assert "could not be fetched" in answer.seen
