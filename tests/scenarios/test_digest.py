"""Digests of a small shop: three levels and rhythms, in each reader's zone and tongue, late data, and the meeting."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.app import open_world
from bot.cards.digest import digest_card
from bot.chat.card import Buttons, Card, Picture
from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.dispatch import answer
from bot.messenger import ChatMessenger
from core.alerts.alert import Reason
from core.audit import Realm, Wanted
from core.notices.notice import Kind, Place
from core.notices.outbox import Sent
from core.ports import World
from core.routing.budget import Call
from core.routing.digests import Every, Level, Plan
from core.usecases import follow_up, respond
from core.usecases.deliver import deliver
from core.usecases.digest import digest
from core.usecases.evaluate import evaluate_due
from core.usecases.post_digests import next_digest, post_digests
from core.usecases.replay import HandClock
from core.usecases.watch import next_due, watch
from core.workspace import Workspace, load_workspace

CHAT = Place("web", "board")
LAST = date(2026, 7, 15)  # a Wednesday
CHANNELS = {"微信": 1.0, "抖音": 2.0, "微博": 0.5}
FILES = {
    "workspace": "{name: {en: Shop, zh: 小店}, zone: Asia/Shanghai, tongue: zh}",
    "sources": """
- source: ads
  files: ads.csv
  grain: day
  time: 日期
  delay: 1h
  dimensions: {channel: 渠道}
  measures: {revenue: 成交额, spend: 花费}
""",
    "targets": "- {target: revenue, per: month, value: 110000}\n- {target: roi, value: 2}\n",
    "rules": """
- rule: roi_drop
  title: {en: ROI below 1, zh: 投产比低于 1}
  when: 渠道ROI<1
  owner: channel_lead
  severity: critical
  gate: off
  consequence: {say: {en: Halve the budget, zh: 预算减半}, approve: person:wang, after: 1}
""",
    "people": """
- person: wang
  name: {en: Wang, zh: 王芳}
  chats: {web: wang}
  tongue: zh
  may: manage
- person: bob
  name: {en: Bob, zh: 鲍勃}
  duties: [{role: channel_lead, over: {channel: [douyin, weibo]}}]
  chats: {web: bob}
  tongue: en
  zone: Europe/London
  lead: wang
- person: alice
  name: {en: Alice, zh: 艾丽丝}
  duties: [{role: channel_lead, over: {channel: [wechat]}}]
  chats: {web: alice}
  tongue: en
  lead: wang
- person: eve
  name: {en: Eve, zh: 伊芙}
  chats: {web: eve}
  may: read
""",
    "routes": "- {route: all, chats: ['web:board'], owner: person:wang}\n",
    "digests": """
- {digest: wang, every: [daily, weekly, monthly], at: 08:30}
- {digest: bob}
- {digest: alice, every: [daily, weekly]}
- {digest: 'web:board', meeting: true, on: thursday}
""",
}


def facts(last: date = LAST, days: int = 80, fell: tuple[date, ...] = (LAST,), lacks: tuple[str, ...] = ()) -> str:
    """Every day a channel sells twice what it spends; on those that fell 微信 sells almost nothing."""
    rows = ["日期,渠道,成交额,花费"]
    for back in range(days):
        day = last - timedelta(days=back)
        for channel, size in CHANNELS.items():
            if day == last and channel in lacks:
                continue
            sold = size * (1000 + day.toordinal() * 7 % 5)
            rows.append(
                f"{day},{channel},{sold * (0.1 if day in fell and channel == '微信' else 1):.0f},{size * 500:.0f}"
            )
    return "\n".join(rows)


@dataclass
class Said:
    key: str
    place: Place
    card: Card


class Web:
    """A chat that takes everything."""

    platform, is_up = "web", True

    def __init__(self) -> None:
        self.said: list[Said] = []

    async def post(self, place, card, key):
        self.said.append(Said(key, place, card))
        return Sent(f"m{len(self.said)}")

    async def edit(self, *_):
        return Sent("m")


class Shop:
    workspace: Workspace
    world: World

    def __init__(self, folder: Path, **files: str) -> None:
        self.folder, self.web = folder, Web()
        for kind, text in (FILES | files).items():
            if text:
                (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")
        self.write(facts())
        self.workspace = load_workspace(folder)
        self.clock = HandClock(datetime(2026, 7, 16, 0, tzinfo=UTC))  # Thursday, 8:00

    def write(self, rows: str) -> None:
        (self.folder / "ads.csv").write_text(rows, encoding="utf-8")

    def open(self, store: str = "sqlite://"):
        def speak(clock, warehouse, kept):
            return ChatMessenger({"web": self.web}, self.workspace, clock, warehouse, kept)

        return open_world(self.workspace, self.clock, store_url=store, speak=speak)

    async def look(self) -> None:
        await evaluate_due(self.workspace, self.world, await self.world.warehouse.refresh())

    async def at(self, moment: str, zone: str = "Asia/Shanghai") -> list[str]:
        """Go there, post what is due, and return who was told what."""
        from zoneinfo import ZoneInfo

        self.clock.moment = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return [notice.key for notice in await post_digests(self.workspace, self.world)]

    async def heard(self) -> list[Said]:
        self.web.said.clear()
        while await deliver(self.workspace, self.world):
            pass
        return [one for one in self.web.said if one.key.startswith("digest:")]

    async def card(self, to="wang", level=Level.MANAGER, every=Every.DAY, tongue="en", **more) -> str:
        plan = Plan(to, level, every, on=int(every is Every.MONTH), **more)
        return plain(digest_card(await digest(plan, self.workspace, self.world), self.workspace, tongue))

    async def says(self, name: str, text: str):
        person = self.workspace.people.get(name)
        request = Request(text, CHAT, name, person.tongue if person else "en", person)
        return await answer(request, self.workspace, self.world)

    async def alert(self):
        async with self.world.store.begin() as tx:
            (alert,) = await tx.open()
        return alert


@pytest.fixture
async def shop(tmp_path: Path):
    made = Shop(tmp_path)
    async with made.open() as made.world:
        await made.look()
        yield made


def buttons(card: Card) -> list[str]:
    return [button.command for block in card.blocks if isinstance(block, Buttons) for button in block.buttons]


# --- when, to whom, in what words ----------------------------------------------------------------------------------


async def test_each_reader_is_told_at_their_own_hour_in_their_own_words_and_once(shop: Shop):
    assert await shop.at("2026-07-16T08:29") == []
    assert await shop.at("2026-07-16T08:30") == ["digest:2026-07-16:wang"]
    assert await shop.at("2026-07-16T09:00") == ["digest:2026-07-16:alice", "digest:2026-W28:web:board"]
    assert await next_digest(shop.workspace, shop.world) == datetime(2026, 7, 16, 8, tzinfo=UTC)  # 9:00 in London
    assert await shop.at("2026-07-16T16:00") == ["digest:2026-07-16:bob"]
    assert await shop.at("2026-07-16T16:05") == []
    alice, bob, wang, board = sorted(await shop.heard(), key=lambda one: one.key)
    assert wang.card.title == "小店 · 老板日报 · 7月16日 周四"
    assert alice.card.title == "Shop · Your day · Thu, Jul 16"
    assert board.card.title == "小店 例会材料 · 7月6日–7月12日"
    assert bob.place == Place("web", "bob")
    assert sum(isinstance(block, Picture) for block in wang.card.blocks) == 1
    await shop.at("2026-07-16T17:00")
    assert await shop.heard() == []


async def test_killed_between_queueing_and_saying_it_is_said_once_by_whoever_comes_back(tmp_path: Path):
    made, store = Shop(tmp_path), f"sqlite:///{tmp_path}/beacon.db"
    async with made.open(store) as made.world:
        assert await made.at("2026-07-16T08:30") == ["digest:2026-07-16:wang"]
    async with made.open(store) as made.world:  # another process, hours later
        assert await made.at("2026-07-16T12:00") == ["digest:2026-07-16:alice", "digest:2026-W28:web:board"]
        assert sorted(one.key for one in await made.heard()) == [
            "digest:2026-07-16:alice",
            "digest:2026-07-16:wang",
            "digest:2026-W28:web:board",
        ]
    async with made.open(store) as made.world:
        await made.at("2026-07-16T13:00")
        assert await made.heard() == []


async def test_nobody_is_told_on_a_day_off_and_the_next_workday_tells_of_all_of_it(shop: Shop):
    assert [await shop.at(f"2026-07-{day}T10:00") for day in (18, 19)] == [[], []]
    shop.write(facts(date(2026, 7, 19), fell=()))
    await shop.look()
    assert "digest:2026-07-20:wang" in await shop.at("2026-07-20T10:00")
    assert "Jul 17 – Jul 19, against Jul 10 – Jul 12" in await shop.card()


async def test_what_a_budget_put_off_is_told_on_a_day_off_too_for_it_stands_for_calls(shop: Shop):
    saturday = datetime(2026, 7, 18, 4, tzinfo=UTC)
    async with shop.world.store.begin() as tx:
        await tx.keep_calls([Call((await tx.open())[0].id, "alice", saturday - timedelta(hours=12), is_put_off=True)])
    assert await shop.at("2026-07-18T09:00") == ["digest:2026-07-18:alice"]
    (said,) = await shop.heard()
    assert "Beyond a budget, so nobody was called (1)" in plain(said.card)
    assert await shop.at("2026-07-19T09:00") == []
    assert "digest:2026-07-20:alice" in await shop.at("2026-07-20T09:00")


async def test_somebody_on_leave_is_told_nothing(tmp_path: Path):
    away = FILES["people"].replace("  may: manage", "  may: manage\n  leave: {from: 2026-07-16, to: 2026-07-17}")
    made = Shop(tmp_path, people=away)
    async with made.open() as made.world:
        assert "digest:2026-07-16:wang" not in await made.at("2026-07-16T10:00")
        assert "digest:2026-07-20:wang" in await made.at("2026-07-20T10:00")


async def test_a_month_is_told_on_its_first_workday_against_its_like_and_its_plan(shop: Shop):
    shop.write(facts(date(2026, 7, 31), days=122, fell=()))
    await shop.look()
    shop.clock.moment = datetime(2026, 8, 3, 1, tzinfo=UTC)
    assert "digest:2026-07:wang" in await shop.at("2026-08-03T08:45")
    card = await shop.card(every=Every.MONTH, tongue="zh")
    assert "团队月报 · 2026年7月" in card
    assert "2026年7月，对比 2026年4月" in card, "May and June hold 618, July does not"
    assert "102% of" not in card
    assert "¥11.0万 的 99%" in card
    shop.write(facts(date(2026, 7, 31), days=119, fell=()))  # April begins on its 4th
    await shop.world.warehouse.refresh()
    assert "2026年4月" not in await shop.card(every=Every.MONTH, tongue="zh")


# --- what ----------------------------------------------------------------------------------------------------------


async def test_an_executive_reads_three_numbers_why_they_moved_and_what_to_decide(shop: Shop):
    said = await shop.card(level=Level.EXECUTIVE, tongue="zh")
    assert "归因成交额下降" in said
    assert "烽火推测：微信" in said
    assert "的 " in said, "against the plan"
    assert "待拍板（1）" in said
    assert "“预算减半”等你同意" in said
    assert "负责人" not in said, "who has what is the manager's"
    alert = await shop.alert()
    (wang,) = (await shop.says("wang", "digest boss")).cards
    assert f"approve {alert.stamp}" in buttons(wang)
    await shop.says("wang", f"approve {alert.stamp}")
    assert "待拍板" not in await shop.card(level=Level.EXECUTIVE, tongue="zh")


async def test_a_manager_reads_who_has_what_which_promises_were_kept_and_what_is_muted(shop: Shop):
    alert, alice = await shop.alert(), shop.workspace.people["alice"]
    at = (alice, "web", shop.world, shop.workspace)
    now = shop.clock.now()
    await follow_up.promise(alert.handle, "call the agency", now + timedelta(hours=2), *at)
    await follow_up.promise(alert.handle, "replace the copy", now + timedelta(hours=3), *at)
    shop.clock.moment = now + timedelta(hours=1)
    await follow_up.end_promise(alert.handle, 1, *at, kept=True)
    muted = await shop.says("wang", "mute channel=weibo until 2026-07-20 because an agency moves")
    await shop.says("wang", buttons(muted.cards[0])[0])
    shop.clock.moment = now + timedelta(hours=24)
    while (due := await next_due(shop.world)) is not None and due <= shop.clock.now():
        await watch(shop.workspace, shop.world)
    said = await shop.card()
    assert "Who has what" in said
    row = next(line for line in said.splitlines() if line.startswith("Alice"))
    assert row.split() == ["Alice", "1", "1", "1", "1"]
    assert "Promises kept (1)" in said
    assert "call the agency" in said
    assert "Promises broken (1)" in said
    assert "Muted (1)" in said
    shop.clock.moment = datetime(2026, 7, 20, 2, tzinfo=UTC)
    assert "One alert fired, not judged yet." in await shop.card(every=Every.WEEK)


async def test_an_operator_reads_what_is_theirs_and_no_more(shop: Shop):
    alert = await shop.alert()
    hers = await shop.card("alice", Level.OPERATOR)
    assert "Act on these first (1)" in hers
    assert f"alert {alert.handle}" in hers
    assert "ROI fell" in hers
    his = await shop.card("bob", Level.OPERATOR)
    assert alert.handle not in his
    assert "Nothing waits for you" in his


async def test_a_promise_is_its_makers_whoever_has_the_alert(shop: Shop):
    alert, bob = await shop.alert(), shop.workspace.people["bob"]
    at = (bob, "web", shop.world, shop.workspace)
    await follow_up.promise(alert.handle, "ask the agency", shop.clock.now() + timedelta(hours=2), *at, owner="bob")
    assert "ask the agency" in await shop.card("bob", Level.OPERATOR)
    assert "ask the agency" not in await shop.card("alice", Level.OPERATOR)
    shop.clock.moment += timedelta(hours=3)
    assert "Promises that were due: 0 kept, 1 broken." in await shop.card("bob", Level.OPERATOR)


async def test_what_recovered_is_told_by_name(shop: Shop):
    await shop.at("2026-07-16T09:00")
    shop.write(facts(LAST + timedelta(days=2)))
    for hour in (33, 57):
        shop.clock.moment = datetime(2026, 7, 15, tzinfo=UTC) + timedelta(hours=hour)
        await shop.look()
    said = await shop.card("alice", Level.OPERATOR)
    assert "Recovered (1)" in said


async def test_what_moves_by_itself_is_no_news(shop: Shop):
    shop.write(facts(fell=()))
    await shop.world.warehouse.refresh()
    said = await shop.card("alice", Level.EXECUTIVE)
    assert "rose" not in said
    assert "fell" not in said


# --- late, empty, alike --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (facts(LAST - timedelta(days=1), fell=()), ""),
        (facts(fell=(), lacks=("抖音",)), "Douyin"),
    ],
)
async def test_a_number_whose_facts_are_late_is_not_said_and_its_source_is_named(shop: Shop, rows, why):
    shop.write(rows)
    await shop.world.warehouse.refresh()
    for every in (Every.DAY,):
        said = await shop.card(every=every)
        assert "“ads” is late" in said
        assert why in said
        assert "Not said: Attributed revenue, ROI, Ad spend" in said or "Not said: " in said
        numbers = [line for line in said.splitlines() if line.startswith(("ROI ", "Attributed revenue "))]
        assert numbers
        assert all("not said" in line for line in numbers)
        assert not any(letter.isdigit() for line in numbers for letter in line.partition("not said")[0])


async def test_a_week_with_a_day_missing_in_its_middle_is_not_said_for_the_whole(shop: Shop):
    gone = "2026-07-08"
    shop.write("\n".join(line for line in facts(fell=()).splitlines() if not line.startswith(gone)))
    await shop.world.warehouse.refresh()
    said = await shop.card(every=Every.WEEK)
    assert "“ads” is late" in said
    assert "2026" not in said or "not said" in said
    shop.write(facts(fell=()))
    await shop.world.warehouse.refresh()
    assert "not said" not in await shop.card(every=Every.WEEK)


@pytest.mark.parametrize(
    ("stops", "said"), [(24, ""), (15, "Wed, Jul 15: no facts since 15:00"), (0, "no facts at all")]
)
async def test_a_day_whose_hours_stop_is_no_whole_day(tmp_path: Path, stops, said):
    hourly = FILES["sources"].replace("grain: day", "grain: hour")
    made = Shop(tmp_path, sources=hourly, rules="", digests="")
    (tmp_path / "rules.yaml").unlink(missing_ok=True)
    rows, end = ["日期,渠道,成交额,花费"], datetime(2026, 7, 15) + timedelta(hours=stops)  # noqa: DTZ001
    for back in range(1, 24 * 40):
        rows += [f"{end - timedelta(hours=back):%Y-%m-%d %H:00},{channel},200,100" for channel in CHANNELS]
    made.write("\n".join(rows))
    async with made.open() as made.world:
        card = await made.card()
    assert said in card
    assert ("not said" in card) is bool(said)


async def test_a_week_that_lacked_a_channel_is_held_against_nothing(shop: Shop):
    gone = [f"2026-07-{day:02},抖音" for day in range(1, 6)]  # the week before the one that is told
    shop.write("\n".join(line for line in facts(fell=()).splitlines() if not line.startswith(tuple(gone))))
    await shop.world.warehouse.refresh()
    said = await shop.card(every=Every.WEEK)
    assert "Jul 6 – Jul 12, against Jun 22 – Jun 28" in said
    assert "not said" not in said


async def test_nothing_to_tell_is_one_honest_line(tmp_path: Path):
    made = Shop(tmp_path, rules="")
    (tmp_path / "rules.yaml").unlink(missing_ok=True)
    made.workspace = load_workspace(tmp_path)
    made.write(facts(fell=()))
    async with made.open() as made.world:
        for tongue, line in (("en", "Nothing is open, nothing is owed"), ("zh", "没有未关闭的预警，没有欠账")):
            assert line in await made.card(level=Level.MANAGER, tongue=tongue)
        made.clock.moment += timedelta(days=60)
        assert "not said" in await made.card(level=Level.MANAGER)


async def test_days_of_a_promotion_are_told_as_such(shop: Shop):
    shop.write(facts(date(2026, 6, 21), fell=()))
    await shop.world.warehouse.refresh()
    shop.clock.moment = datetime(2026, 6, 22, 2, tzinfo=UTC)
    said = await shop.card(every=Every.WEEK)
    assert "618" in said
    assert "made these days special" in said


# --- the meeting ---------------------------------------------------------------------------------------------------


async def test_the_pack_has_its_agenda_targets_causes_promises_and_rules(shop: Shop):
    alert, alice = await shop.alert(), shop.workspace.people["alice"]
    at = (alice, "web", shop.world, shop.workspace)
    await follow_up.promise(alert.handle, "=HYPERLINK(1)", shop.clock.now() + timedelta(hours=2), *at)
    await respond.note_cause(alert.handle, "copy", *at)
    shop.clock.moment = datetime(2026, 7, 20, 2, tzinfo=UTC)
    shop.write(facts(date(2026, 7, 19), fell=(LAST,)))
    await shop.world.warehouse.refresh()
    english = await shop.says("alice", "digest meeting excel")
    said = plain(english.cards[0])
    for part in (
        "Agenda",
        "To decide",
        "Plan and actual",
        "The week’s alerts by cause",
        "Promises",
        "How the rules did",
    ):
        assert part in said, part
    assert "copy that no longer works" in said
    assert "0 kept, 1 broken" in said
    (file,) = english.files
    book = load_workbook(io.BytesIO(file.content))
    assert book.sheetnames == ["Agenda", "Plan and actual", "Alerts", "Promises", "Rules"]
    numbers = {row[0].value: row for row in book["Plan and actual"].iter_rows(min_row=2)}
    assert isinstance(numbers["ROI"][1].value, float)
    assert numbers["ROI"][4].value == 2
    (promise,) = book["Promises"].iter_rows(min_row=2)
    assert promise[3].value == "'=HYPERLINK(1)"
    chinese = plain((await shop.says("wang", "例会")).cards[0])
    assert "议程" in chinese
    assert "推广文案" in chinese or "文案" in chinese
    assert file.name == "meeting-2026-07-13-2026-07-19.xlsx"


async def test_how_alerts_were_closed_and_what_was_not_lost_is_in_the_pack(shop: Shop):
    alert, alice = await shop.alert(), shop.workspace.people["alice"]
    await respond.close(
        alert.handle, alert.version, Reason.REAL_ACTED, alice, "web", shop.world, shop.workspace,
        cause="copy", action="copy",
    )  # fmt: skip
    shop.clock.moment = datetime(2026, 7, 20, 2, tzinfo=UTC)
    said = plain((await shop.says("alice", "meeting pack")).cards[0])
    assert "real, acted on 1" in said
    assert "Loss avoided" in said


# --- one's own choice ----------------------------------------------------------------------------------------------


async def test_what_somebody_chooses_holds_at_once_is_kept_and_audited(shop: Shop):
    reply = await shop.says("wang", "日报 改到9:45")
    assert "工作日发" in plain(reply.cards[0])
    assert await shop.at("2026-07-16T08:30") == []
    assert await shop.at("2026-07-16T09:46") == ["digest:2026-07-16:wang", "digest:2026-07-16:alice",
                                                 "digest:2026-W28:web:board"]  # fmt: skip
    assert "不再收到日报" in plain((await shop.says("wang", "日报 关闭")).cards[0])
    assert "digest:2026-07-17:wang" not in await shop.at("2026-07-17T10:00")
    await shop.says("wang", "digest subscribe")
    assert "digest:2026-07-17:wang" not in await shop.at("2026-07-17T10:05"), (
        "what was due before is not caught up with"
    )
    assert "digest:2026-07-20:wang" in await shop.at("2026-07-20T10:00")
    async with shop.world.store.begin() as tx:
        lines = [one for one in await tx.audited(Wanted("digest:wang")) if one.realm is Realm.SETTING]
    first, second, _ = reversed(lines)
    assert (first.before["at"], first.after["at"], first.actor) == ("08:30", "09:45", "wang")
    assert second.after["digest"] == "off"


async def test_asking_for_an_hour_that_is_past_brings_the_first_tomorrow(shop: Shop):
    shop.clock.moment = datetime(2026, 7, 16, 9, tzinfo=UTC)  # 17:00
    await shop.says("eve", "digest at 9:00")
    assert "digest:2026-07-16:eve" not in await shop.at("2026-07-16T17:05")
    assert "digest:2026-07-17:eve" in await shop.at("2026-07-17T09:00")


async def test_the_settings_are_a_card_of_buttons_that_can_be_typed_and_a_form(shop: Shop):
    reply = await shop.says("wang", "digest settings")
    assert reply.is_private
    assert reply.form is not None
    assert reply.form.command == "digest"
    for command in buttons(reply.cards[0]):
        assert (await shop.says("wang", command)).cards
    kept = await shop.says("alice", "digest weekly level manager at 18:00")
    assert "weekly on Mondays at 18:00" in plain(kept.cards[0])


async def test_the_pack_takes_the_place_of_ones_weekly_and_leaves_it_again(shop: Shop):
    assert "pack for the meeting, weekly on Fridays at 10:00" in plain(
        (await shop.says("alice", "digest meeting on friday at 10:00")).cards[0]
    )
    await shop.at("2026-07-17T10:00")
    assert "Shop: pack for the weekly meeting, Jul 6 – Jul 12" in [one.card.title for one in await shop.heard()]
    await shop.says("alice", "digest meeting off")
    again = plain((await shop.says("alice", "weekly digest subscribe")).cards[0])
    assert "Own weekly on Fridays at 10:00" in again


@pytest.mark.parametrize(("name", "may"), [("wang", True), ("alice", False), ("eve", False), ("nobody", False)])
async def test_a_chats_digest_is_changed_by_whoever_may_define(shop: Shop, name, may):
    reply = await shop.says(name, "digest here at 7:15")
    assert reply.is_refusal is not may
    due = await shop.at("2026-07-17T07:20")
    assert ("digest:2026-07-17:web:board" in due) is may


async def test_an_hour_that_is_none_is_said_so(shop: Shop):
    assert "is no hour" in plain((await shop.says("alice", "digest at 25:00")).cards[0])
    assert "is no word of a digest" in plain((await shop.says("alice", "digest blue")).cards[0])


async def test_without_a_file_the_board_reads_the_teams_daily_on_workdays(tmp_path: Path):
    made = Shop(tmp_path, digests="")
    async with made.open() as made.world:
        assert await made.at("2026-07-16T09:00") == ["digest:2026-07-16:web:board"]
        (said,) = await made.heard()
        assert said.card.title == "小店 · 团队日报 · 7月16日 周四"
        assert await made.at("2026-07-18T09:00") == []


async def test_an_old_notice_from_before_there_were_plans_is_still_told(shop: Shop):
    from core.notices.notice import Notice

    async with shop.world.store.begin() as tx:
        await tx.keep((), [Notice("digest:old", Kind.DIGEST, None, "alice")], now=shop.clock.now())
    (said,) = await shop.heard()
    assert "Shop" in said.card.title
