"""Facts that cannot be trusted, on real files: whoever mends them is told once, and no rule speaks meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import open_world
from bot.cards.alert import alert_card
from bot.cards.digest import digest_card
from bot.chat.plain import plain
from core.alerts.alert import Alert, Phase, Reason, Stage
from core.errors import Problem
from core.notices.notice import Kind, Place
from core.quality.fault import Check, Verdict
from core.routing.digests import Plan
from core.usecases.deliver import deliver
from core.usecases.digest import digest
from core.usecases.evaluate import evaluate_due
from core.workspace import load_workspace
from tests.fakes import FakeClock, FakeMessenger

FILES = {
    "workspace": "name: Corner shop\nzone: Asia/Shanghai\n",
    "sources": """
- source: ads
  files: ads*.csv
  grain: day
  time: day
  delay: 1h
  owner: data_team
  dimensions: {channel: channel}
  measures: {clicks: clicks, conversions: conversions, comments: comments, negative_comments: bad}
""",
    "rules": """
- {rule: clicks_drop, when: 点击量日环比下滑>20%, owner: ads_team}
- {rule: comments_low, when: 评论数<5, owner: ads_team}
""",
    "people": """
- {person: alice, duties: [ads_team], chats: {web: alice}}
- {person: dora, duties: [data_team], chats: {web: dora}}
""",
    "routes": "- {route: everything, owner: person:alice}\n",
}
CHANNELS = ("wechat", "douyin", "weibo", "baidu")
LAST = date(2026, 6, 18)
ROW = {"clicks": 1000, "conversions": 30, "comments": 100, "bad": 3}
Row = tuple[date, str, dict[str, int]]


def rows(last: date = LAST, days: int = 30) -> list[Row]:
    return [(last - timedelta(days=back), channel, dict(ROW)) for back in range(days) for channel in CHANNELS]


def on(day: date, channel: str, **numbers: int) -> Callable[[list[Row]], list[Row]]:
    """Return what writes other numbers for one channel's day."""
    return lambda all_: [(d, c, n | numbers if (d, c) == (day, channel) else n) for d, c, n in all_]


class Shop:
    def __init__(self, folder: Path) -> None:
        for kind, text in FILES.items():
            (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")
        self.folder = folder
        self.workspace = load_workspace(folder)
        self.clock, self.messenger = FakeClock(), FakeMessenger()

    def write(self, all_: list[Row], name: str = "ads.csv") -> None:
        lines = "".join(f"{d},{c},{n['clicks']},{n['conversions']},{n['comments']},{n['bad']}\n" for d, c, n in all_)
        (self.folder / name).write_text("day,channel,clicks,conversions,comments,bad\n" + lines, encoding="utf-8")

    async def look(self, moment: str) -> None:
        self.clock.moment = datetime.fromisoformat(moment).replace(tzinfo=self.workspace.zone).astimezone(UTC)
        try:
            arrivals = await self.world.warehouse.refresh()
        except Problem:
            arrivals = await self.world.warehouse.refresh()  # what is wrong is raised once; the next look goes on
        await evaluate_due(self.workspace, self.world, arrivals)
        while await deliver(self.workspace, self.world):
            pass

    async def alert(self, rule: str) -> Alert | None:
        async with self.world.store.begin() as tx:
            return next(iter((await tx.latest([rule])).values()), None)

    def heard(self, person: str) -> list[Kind]:
        return [kind for kind, to in self.messenger.heard() if to == person]

    def card(self, alert: Alert, tongue: str = "zh") -> str:
        return str(plain(alert_card(alert, self.workspace, tongue, self.clock.moment)))


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    made = Shop(tmp_path)
    made.write(rows(LAST - timedelta(days=1)))
    async with open_world(made.workspace, made.clock, speak=lambda *_: made.messenger) as made.world:
        yield made


MORNING, NOON = "2026-06-19T08:00", "2026-06-19T12:00"
DAY_BEFORE = LAST - timedelta(days=1)


def without(*channels: str) -> list[Row]:
    return [row for row in rows() if not (row[0] == LAST and row[1] in channels)]


@pytest.mark.parametrize(
    ("facts", "check", "verdict"),
    [
        (rows(DAY_BEFORE), Check.FRESH, Verdict.LATE),
        (without("wechat", "douyin"), Check.COMPLETE, Verdict.LATE),
        (on(LAST, "wechat", clicks=-50)(rows()), Check.RANGE, Verdict.BAD),
        (on(LAST, "wechat", bad=101)(rows()), Check.PARTS, Verdict.BAD),
        (on(LAST, "wechat", conversions=1001)(rows()), Check.PARTS, Verdict.BAD),
    ],
)
async def test_whoever_mends_the_data_is_told_once_and_once_more_when_it_is_well(shop: Shop, facts, check, verdict):
    shop.write(facts)
    await shop.look(MORNING)
    await shop.look("2026-06-19T09:00")

    told = await shop.alert("data:ads")
    assert told is not None
    assert (told.owner, told.finding.faults[0].check, told.finding.verdict) == ("dora", check, verdict)
    assert shop.heard("dora") == [Kind.FIRST]
    assert shop.heard("alice") == []
    assert "ads" in shop.card(told)
    assert "Data of ads" in shop.card(told, "en")

    shop.write(rows())
    await shop.look(NOON)

    assert shop.heard("dora") == [Kind.FIRST, Kind.RECOVERED]
    well = await shop.alert("data:ads")
    assert well is not None
    assert well.condition.phase is Phase.OK


@pytest.mark.parametrize(
    "facts",
    [
        rows(),
        on(LAST, "wechat", clicks=20_000, comments=2000)(rows()),  # twenty times the usual, and no more
        on(LAST, "wechat", bad=100)(rows()),  # all of them bad
        on(LAST, "wechat", conversions=1000)(rows()),
        on(LAST, "wechat", conversions=0)(rows()),
        [*rows(), (LAST, "zhihu", ROW)],  # a channel that is new
        [row for row in rows() if row[1] != "weibo" or row[0] < LAST - timedelta(days=20)],  # one that ended long ago
    ],
)
async def test_data_that_is_nearly_wrong_is_right(shop: Shop, facts):
    shop.write(facts)
    await shop.look(MORNING)

    assert await shop.alert("data:ads") is None
    assert shop.heard("dora") == []


async def test_a_spike_is_judged_and_says_that_it_may_be_none(shop: Shop):
    shop.write(on(DAY_BEFORE, "wechat", clicks=30_000)(rows(DAY_BEFORE)))
    (shop.folder / "rules.yaml").write_text(
        "- {rule: many, when: 渠道点击量>20000, owner: ads_team}\n", encoding="utf-8"
    )
    shop.workspace = load_workspace(shop.folder)
    await shop.look("2026-06-18T08:00")

    many = await shop.alert("many")
    assert many is not None
    assert (many.condition.phase, many.finding.verdict) == (Phase.FIRING, Verdict.SUSPECT)
    assert "存疑" in shop.card(many)
    assert shop.heard("dora") == []


async def test_a_business_alert_neither_fires_nor_clears_on_half_of_its_channels(shop: Shop):
    shop.write([(d, c, n | {"clicks": 400} if d == DAY_BEFORE else n) for d, c, n in rows(DAY_BEFORE)])
    await shop.look("2026-06-18T08:00")
    firing = await shop.alert("clicks_drop")
    assert firing is not None
    assert firing.condition.phase is Phase.FIRING

    half = [row for row in rows() if not (row[0] == LAST and row[1] in ("wechat", "douyin"))]
    shop.write([(d, c, n | {"clicks": 400} if d == DAY_BEFORE else n) for d, c, n in half])
    await shop.look(MORNING)

    frozen = await shop.alert("clicks_drop")
    assert frozen is not None
    assert (frozen.condition.phase, frozen.condition.resume) == (Phase.UNKNOWN, Phase.FIRING)
    assert frozen.finding.period == firing.finding.period
    assert "抖音、微信：没有数据" in shop.card(frozen)
    assert "暂停判断" in shop.card(frozen)
    assert shop.heard("alice") == [Kind.FIRST]


async def test_what_half_of_the_channels_seem_to_say_fires_nothing(shop: Shop):
    shop.write(without("wechat", "douyin"))  # −50 % in all, if one believed it
    await shop.look(MORNING)
    assert await shop.alert("clicks_drop") is None


async def test_a_rule_that_needs_nothing_of_what_is_wrong_goes_on(shop: Shop):
    facts = [(d, c, n | {"comments": 4 if d == LAST else 100, "bad": 0}) for d, c, n in rows()]
    shop.write(on(LAST, "wechat", clicks=-50)([(d, c, n | {"comments": 1} if d == LAST else n) for d, c, n in facts]))
    await shop.look(MORNING)

    low = await shop.alert("comments_low")
    assert low is not None
    assert low.condition.phase is Phase.FIRING
    assert await shop.alert("clicks_drop") is None


async def test_of_two_files_that_tell_the_same_day_the_newest_counts_and_nothing_is_added_up(shop: Shop):
    shop.write(rows())
    shop.write([(d, c, n | {"clicks": 400}) for d, c, n in rows() if d == LAST], "ads(1).csv")
    await shop.look(MORNING)

    assert await shop.alert("data:ads") is None
    fell = await shop.alert("clicks_drop")
    assert fell is not None
    assert fell.finding.headline is not None
    assert fell.finding.headline.value == 4 * 400


async def test_two_rows_of_one_file_that_differ_are_added_up_and_marked(shop: Shop):
    told = [(d, c, n | {"clicks": 100} if d == LAST else n) for d, c, n in rows()]
    shop.write([*told, *((d, c, n | {"clicks": 300}) for d, c, n in rows() if d == LAST)])
    await shop.look(MORNING)

    assert await shop.alert("data:ads") is None
    fell = await shop.alert("clicks_drop")
    assert fell is not None
    assert fell.finding.headline is not None
    assert fell.finding.headline.value == 4 * 400
    assert {(fault.check, fault.verdict) for fault in fell.finding.faults} == {(Check.DUPLICATES, Verdict.SUSPECT)}


async def test_a_column_that_is_gone_is_said_by_its_name(shop: Shop):
    await shop.look("2026-06-18T08:00")
    text = (shop.folder / "ads.csv").read_text(encoding="utf-8")
    (shop.folder / "ads.csv").write_text(text.replace("clicks", "klicks", 1), encoding="utf-8")
    await shop.look(MORNING)

    told = await shop.alert("data:ads")
    assert told is not None
    assert told.finding.faults[0].check is Check.SCHEMA
    assert "clicks" in shop.card(told)


async def test_what_was_never_so_closes_as_wrong_data_and_says_what_it_was(shop: Shop):
    shop.write([(d, c, n | {"clicks": 400} if d == LAST else n) for d, c, n in rows()])
    await shop.look(MORNING)
    assert shop.heard("alice") == [Kind.FIRST]

    shop.write(rows())
    await shop.look(NOON)

    closed = await shop.alert("clicks_drop")
    assert closed is not None
    assert (closed.handling.stage, closed.handling.reason) == (Stage.CLOSED, Reason.DATA_ISSUE)
    assert shop.heard("alice") == [Kind.FIRST, Kind.RECOVERED]


async def test_a_correction_that_changes_no_verdict_is_said_once(shop: Shop):
    for clicks, moment in ((400, MORNING), (500, "2026-06-19T10:00"), (510, "2026-06-19T11:00"), (600, NOON)):
        shop.write([(d, c, n | {"clicks": clicks} if d == LAST else n) for d, c, n in rows()])
        await shop.look(moment)

    assert shop.heard("alice") == [Kind.FIRST, Kind.CORRECTED]
    alert = await shop.alert("clicks_drop")
    assert alert is not None
    assert alert.condition.phase is Phase.FIRING


async def test_the_digest_says_which_of_its_numbers_are_in_doubt(shop: Shop):
    shop.write(on(LAST, "wechat", clicks=-50)(rows()))
    await shop.look(MORNING)

    chat = Plan(Place("web", "board"))
    said = plain(digest_card(await digest(chat, shop.workspace, shop.world), shop.workspace, "zh"))

    assert "数据源“ads”数据有误" in said
    assert "因此不公布：转化率" in said.replace("\n", "")
    shop.write(rows())
    await shop.look(NOON)
    assert "不公布" not in plain(digest_card(await digest(chat, shop.workspace, shop.world), shop.workspace, "zh"))
