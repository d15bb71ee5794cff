"""A month of alerts, lived day by day with what people did about them, and the review an analyst would write of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image

from bot.cards.review import review_card
from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.dispatch import answer
from bot.shell.review_files import write_review
from core.alerts.alert import Alert, Stage
from core.audit import Realm, Wanted
from core.notices.notice import Place
from core.review.advice import Because, Course
from core.revision import Standing
from core.text import TONGUES
from core.usecases.review import Review, review
from core.usecases.watch import watch
from tests.daily import Desk, Edit, Facts, Team, at_work, on, since, steady

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)
TEAM = Team(
    rules={
        "wolf": ("渠道曝光量<9500", "channel_lead"),
        "roi": ("渠道ROI<1", "channel_lead"),
        "clicks": ("渠道点击量>1100", "analyst"),
        "huge": ("渠道曝光量>1000000", "analyst"),
        "spring": ("渠道ROI<0.5", "channel_lead"),
    },
    more={"spring": ", until: 2026-06-15", "clicks": ", gate: 'off'"},
    leads={"liwei": ("wechat", "douyin")},
)
ROW = {"impressions": 10_000, "clicks": 1_000, "conversions": 30, "spend": 1_000, "revenue": 2_000}
MONTH: list[Edit] = [
    on(date(2026, 6, 3), "douyin", impressions=9_400),
    on(date(2026, 6, 8), "wechat", impressions=9_300),
    on(date(2026, 6, 12), "douyin", impressions=9_450),
    since(date(2026, 6, 20), "wechat", until=date(2026, 6, 21), impressions=4_000),
    since(date(2026, 6, 10), "douyin", until=date(2026, 6, 12), revenue=700),
    *(on(date(2026, 6, day), "wechat", clicks=1_300) for day in (2, 6, 14, 18, 24)),
]


async def say(desk: Desk, text: str, who: str = "liwei", tongue: str = "zh") -> str:
    person = desk.workspace.people[who]
    request = Request(text, Place("web", "board"), who, tongue, person)  # type: ignore[arg-type]
    reply = await answer(request, desk.workspace, desk.world)
    return "\n\n".join(plain(card) for card in reply.cards)


def facts_until(last: date, *edits: Edit) -> Facts:
    facts = steady(last, 120 + (last - FIRST).days, ("wechat", "douyin"), ROW)
    for edit in (*MONTH, *edits):
        edit(facts)
    return facts


@asynccontextmanager
async def lived(folder: Path, *, expected: bool = False) -> AsyncIterator[Desk]:
    """Live through June: false alarms are called so, real ones acted on two hours later, and clicks ignored."""
    async with at_work(TEAM, folder, facts_until(LAST)) as desk:
        day = FIRST
        while day <= LAST + timedelta(days=1):
            await desk.look(datetime.combine(day, time(9)))
            await watch(desk.workspace, desk.world)
            desk.clock.moment += timedelta(hours=2)
            async with desk.world.store.begin() as tx:
                alerts = await tx.open()
            for alert in alerts:
                await see_to(desk, alert, expected=expected)
            day += timedelta(days=1)
        yield desk


async def see_to(desk: Desk, alert: Alert, *, expected: bool = False) -> None:
    """Call it false at once, or true and expected; mend what is real, and close it when the number is back."""
    is_new, is_bad = alert.handling.stage is Stage.OPEN, alert.condition.is_bad
    is_real = alert.fingerprint.rule == "roi" or (alert.finding.terms[0].value or 0) < 5_000
    if alert.fingerprint.rule == "clicks":
        return
    said = []
    if is_bad and is_new and is_real:
        said = [f"ack #{alert.handle}", f"跟进 #{alert.handle} 今天18点 修好落地页", f"完成 #{alert.handle} p1"]
    elif is_bad and is_new:
        why = "real-expected" if expected else "false-alarm"
        said = [f"ack #{alert.handle}", f"close #{alert.handle} {why} 原因: 偶然波动"]
    elif not is_bad and not is_new:
        said = [f"close #{alert.handle} 已处理 原因: 埋点 处置: 修好了落地页"]
    for text in said:
        told = await say(desk, text)
        assert alert.handle in told, told


async def june(desk: Desk) -> Review:
    return await review(desk.workspace, desk.world, FIRST, LAST)


async def test_a_month_leads_to_the_review_that_a_careful_analyst_would_write(tmp_path: Path) -> None:
    async with lived(tmp_path) as desk:
        await say(desk, "记录事故 微信 转化率 6月26日：落地页表单坏了一下午")
        found = await june(desk)

        wolf, roi, clicks, huge, spring = found.advice
        assert (wolf.course, wolf.because) == (Course.ADJUST, Because.NOISY)
        assert wolf.proposed is not None
        assert wolf.trial is not None
        assert (wolf.trial.noise_gone, wolf.trial.useful_kept, wolf.trial.useful_gone) == (3, 1, 0)
        assert (roi.course, roi.because) == (Course.KEEP, Because.USEFUL)
        assert (clicks.course, clicks.because) == (Course.DELETE, Because.IGNORED)
        assert (huge.course, huge.because) == (Course.KEEP, Because.SILENT)
        assert (spring.course, spring.because) == (Course.DELETE, Because.EXPIRED)

        assert (found.total.useful, found.total.noise) == (2, 3)
        assert [one.text for one in found.missed] == ["落地页表单坏了一下午"]
        assert found.orphans == found.undelivered == ()
        assert {one.metric: one.has_mended for one in found.effects} == {"roi": True, "impressions": True}

        for tongue in TONGUES:
            told = plain(review_card(found, desk.workspace, tongue))
            assert "9,300" in told or "9300" in told  # the number beyond which nothing false lies
            assert "落地页表单坏了一下午" in told
            assert "40.0%" in told  # 2 of 5
        asked = await say(desk, "复盘 6月")
        assert "共 10 条预警" in asked, asked


async def test_what_is_adopted_changes_what_fires_and_is_undone_and_both_are_in_the_audit(tmp_path: Path) -> None:
    async with lived(tmp_path) as desk:
        proposals = {one.rule.id: one.mark for one in (await june(desk)).advice if one.changes}
        days = f"{FIRST:%Y%m%d}-{LAST:%Y%m%d}"

        edits: list[Edit] = []

        async def fired_of(day: date, impressions: int) -> list[str]:
            """Let a channel fall to that many on one day, and return which rules fire of it."""
            edits.append(on(day, "douyin", impressions=impressions))
            desk.write(facts_until(day, *edits))
            return [who for who, _ in await desk.look(datetime.combine(day + timedelta(days=1), time(9)))]

        assert "不能修改规则" in await say(desk, f"adopt {days} {proposals['wolf']}", "analyst")
        assert "9300" in await say(desk, f"adopt {days} {proposals['wolf']}", "director")
        assert await fired_of(date(2026, 7, 3), 9_400) == []
        assert await fired_of(date(2026, 7, 4), 9_200) == ["wolf{channel=douyin}"]
        gone = await say(desk, f"adopt {days} {proposals['wolf']}", "director")
        assert "不再建议" in gone  # it has been done
        await say(desk, "rule undo wolf", "director")
        assert await fired_of(date(2026, 7, 8), 9_400) == ["wolf{channel=douyin}"]

        await say(desk, f"adopt {days} {proposals['clicks']}", "director")
        assert "clicks" not in {rule.id for rule in desk.workspace.rules}
        async with desk.world.store.begin() as tx:
            lines = await tx.audited(Wanted("wolf"))
        said = [(line.actor, line.after.get("standing")) for line in lines if line.realm is Realm.RULE]
        assert said == [("director", "released"), ("director", "said")]


async def test_what_was_expected_of_618_is_asked_otherwise_in_618_alone_once_that_is_adopted(tmp_path: Path) -> None:
    async with lived(tmp_path, expected=True) as desk:
        found = await june(desk)
        wolf = next(one for one in found.advice if one.rule.id == "wolf")
        assert (wolf.course, wolf.because, wolf.expected) == (Course.ADJUST, Because.EXPECTED, 3)
        assert wolf.trial is not None
        assert (wolf.trial.noise_gone, wolf.trial.useful_kept, wolf.trial.useful_gone) == (3, 1, 0)
        for tongue, words in (
            ("zh", ("618期间有 3 条属实", "618期间改为")),
            ("en", ("3 alerts during 618", "During 618 it asks")),
        ):
            told = plain(review_card(found, desk.workspace, tongue))  # type: ignore[arg-type]
            assert all(each in told for each in words), told
            assert "9,300" in told or "9300" in told  # the number beyond which nothing expected lies

        await say(desk, f"adopt {FIRST:%Y%m%d}-{LAST:%Y%m%d} {wolf.mark}", "director")
        rule = next(one for one in desk.workspace.rules if one.id == "wolf")
        assert rule == replace(wolf.proposed, said=rule.said, revision=rule.revision)
        assert "wolf" not in {one.rule.id for one in (await june(desk)).advice if one.changes}
        desk.write(facts_until(date(2026, 7, 3), on(date(2026, 7, 3), "douyin", impressions=9_400)))
        fired = await desk.look(datetime(2026, 7, 4, 9))  # noqa: DTZ001 - on the wall
        assert [who for who, _ in fired] == ["wolf{channel=douyin}"], "after 618 it asks what it always did"


async def test_of_two_who_adopt_at_once_one_does_and_nobody_brings_back_what_another_retires(tmp_path: Path) -> None:
    async with lived(tmp_path) as desk:
        mark = next(one.mark for one in (await june(desk)).advice if one.rule.id == "wolf")
        text = f"adopt {FIRST:%Y%m%d}-{LAST:%Y%m%d} {mark}"
        told = await asyncio.gather(*(say(desk, each, "director") for each in (text, text, "rule retire wolf")))
        assert sum("已采纳" in each for each in told) + sum("已停用" in each for each in told) >= 1
        async with desk.world.store.begin() as tx:
            said = [one.standing for one in await tx.revisions("wolf")]
        assert said in ([Standing.RETIRED], [Standing.SAID, Standing.RETIRED])


async def test_a_part_of_the_business_is_reviewed_without_advice_on_whole_rules(tmp_path: Path) -> None:
    async with lived(tmp_path) as desk:
        told = await say(desk, "复盘 6月 抖音")
        assert "共 3 条预警" in told
        assert "采纳" not in told
        assert "渠道曝光量" not in told
        asked = await say(desk, "review 6月 微信 抖音")
        assert "只看一个切片" in asked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("review 99999999-00000000", "99999999-00000000"),
        ("adopt 20260230-20260301 deadbeef", "20260230-20260301"),
        ("review 20260630-20260601", "对调"),
        ("adopt 20260630-20260601 deadbeef", "对调"),
        ("adopt soon", "复盘里的按钮"),
        ("漏报 微信：", "冒号"),
        ("漏报 微信 2030-01-01：还没有来的", "还没有到"),
    ],
)
async def test_days_that_are_none_are_said_to_be_and_nothing_breaks(tmp_path: Path, text: str, said: str) -> None:
    async with at_work(TEAM, tmp_path, facts_until(LAST)) as desk:
        told = await say(desk, text, "director")
        assert said in told
        assert "出错" not in told


async def test_a_review_is_taken_into_a_meeting_as_a_page_a_workbook_and_slides(tmp_path: Path) -> None:
    async with lived(tmp_path) as desk:
        found = await june(desk)
    for tongue in TONGUES:
        page, book, *slides = write_review(found, desk.workspace, tongue, tmp_path / tongue)
        text = page.read_text("utf-8")
        assert text.startswith("# Team")
        assert f"({slides[0].name})" in text
        rules, advice, alerts = load_workbook(book).worksheets
        assert rules.max_row == 1 + 3
        assert advice.max_row == 1 + len(TEAM.rules)
        assert alerts.max_row == 1 + found.total.alerts
        assert isinstance(alerts.cell(2, 9).value, (int, float))
        with Image.open(slides[0]) as slide:
            assert slide.size == (2560, 1440)
