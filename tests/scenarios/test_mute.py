"""A slice kept quiet on purpose, in both tongues: looked at, agreed to, told, warned of, ended, never forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.app import open_world
from bot.cards.digest import digest_card
from bot.cards.news import news_card
from bot.chat.plain import plain
from core.alerts.holds import HoldKind
from core.audit import Realm, Wanted
from core.notices.notice import Kind, Place
from core.routing.digests import Plan
from core.usecases.deliver import deliver
from core.usecases.digest import digest
from core.usecases.evaluate import evaluate_due
from core.usecases.replay import HandClock
from core.usecases.watch import next_due, watch
from core.workspace import load_workspace
from tests.fakes import FakeMessenger
from tests.scenarios.test_chat import Chat, buttons, write_workspace

SAID = {
    "alice": "/kpi mute channel=wechat until tomorrow 9:00 because the pixel is being changed",
    "bob": "/kpi 屏蔽 渠道=微信 到明天9点 因为正在更换像素",
}


@pytest.fixture
async def chat(tmp_path):
    """The morning before the fall is known: nothing has been evaluated yet."""
    write_workspace(tmp_path)
    workspace, clock, messenger = (
        load_workspace(tmp_path),
        HandClock(datetime(2026, 6, 11, 2, tzinfo=UTC)),
        FakeMessenger(),
    )
    async with open_world(workspace, clock, speak=lambda *_: messenger) as world:
        yield Chat(workspace, world, clock)


async def look(chat):
    await evaluate_due(chat.workspace, chat.world)
    return await heard(chat)


async def heard(chat):
    chat.world.messenger.said.clear()
    while await deliver(chat.workspace, chat.world):
        pass
    return [(str(one.kind), str(one.to)) for one in chat.world.messenger.said if one.kind is not Kind.STATE]


async def pass_time(chat, moment):
    """Let the clock bring what is due until then, each at its own moment, as the loops do."""
    while (due := await next_due(chat.world)) is not None and due <= moment:
        chat.clock.moment = max(chat.clock.moment, due)
        await watch(chat.workspace, chat.world)
    chat.clock.moment = moment


async def news(chat, to, tongue):
    """Return the newest word of the house to somebody, as its card says it."""
    async with chat.world.store.begin() as tx:
        every = await tx.deliveries("")
        (*_, last) = [one.notice for one in every if one.notice.kind is Kind.NEWS and one.notice.to == to]
        mute = await tx.mute(str(last.facts.get("mute")))
    return plain(news_card(last, mute, chat.workspace, tongue, chat.clock.now()))


async def agree(chat, who="alice"):
    (button,) = [one for one in buttons(await chat.says(who, SAID[who])) if one.startswith("mute")]
    return button, await chat.says(who, button)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (
            "alice",
            ("Channel=WeChat", "it would have hidden one alert, a critical one", "One alert that is bad now"),
        ),
        ("bob", ("渠道=微信", "过去 30 天它会藏掉 1 条预警，其中严重 1 条", "现在有 1 条异常会因此安静")),
    ],
)
async def test_a_mute_is_looked_at_before_it_is_agreed_to(chat, who, words):
    await look(chat)
    reply = await chat.reply(who, SAID[who])
    assert reply.is_private
    for word in words:
        assert word in plain(reply.cards[0])
    assert "web:board" in plain(reply.cards[0]), "it says whom it concerns"
    async with chat.world.store.begin() as tx:
        assert await tx.mutes() == [], "a preview keeps nothing quiet"
    assert (await chat.alert()).escalation.next_at is not None


async def test_what_is_muted_calls_nobody_and_its_end_says_what_is_still_bad(chat):
    await agree(chat)
    assert await heard(chat) == [("news", "web:board")], "it is announced where it keeps something quiet"
    assert "Alice muted Channel=WeChat until" in await news(chat, Place("web", "board"), "en")
    assert "艾丽丝屏蔽了 渠道=微信" in await news(chat, Place("web", "board"), "zh")

    assert await look(chat) == []
    alert = await chat.alert()
    assert alert.escalation.next_at is None
    assert "Muted until" in plain(await chat.says("alice", f"#{alert.handle}"))
    why = plain(await chat.says("bob", f"为什么 {alert.handle}"))
    assert "艾丽丝屏蔽" in why

    await pass_time(chat, datetime(2026, 6, 12, 0, 30, tzinfo=UTC))  # 8:30 in Shanghai
    assert set(await heard(chat)) == {("news", "web:board"), ("news", "alice")}, "an hour before its end"
    assert "The mute of Channel=WeChat ends" in await news(chat, "alice", "en")

    await pass_time(chat, datetime(2026, 6, 12, 1, 1, tzinfo=UTC))
    told = await heard(chat)
    assert ("hold-ended", "alice") in told
    assert ("hold-ended", "web:board") in told
    assert "one alert, which is still bad" in await news(chat, "alice", "en")
    assert "仍有 1 条未恢复" in await news(chat, Place("web", "board"), "zh")
    assert (await chat.alert()).escalation.next_at is not None, "escalation goes on"


async def test_what_was_told_before_recovers_aloud_through_a_mute(chat):
    assert ("first", "alice") in await look(chat)
    await agree(chat)
    await heard(chat)
    recovered = (chat.workspace.folder / "data" / "ads.csv").read_text("utf-8") + "\n2026-06-11,微信,300,100,1000"
    (chat.workspace.folder / "data" / "ads.csv").write_text(recovered, encoding="utf-8")
    chat.clock.moment = datetime(2026, 6, 11, 17, tzinfo=UTC)
    await chat.world.warehouse.refresh()
    assert ("recovered", "alice") in await look(chat)


async def test_it_is_lifted_by_hand_and_the_author_hears_of_it(chat):
    await look(chat)
    _, agreed = await agree(chat)
    await heard(chat)
    (unmute,) = [one for one in buttons(agreed) if one.startswith("unmute")]
    card = await chat.says("bob", unmute)
    assert "期间藏掉 1 条预警，仍有 1 条未恢复" in plain(card)
    told = await heard(chat)
    assert ("news", "alice") in told
    assert ("hold-ended", "alice") in told
    assert "No mute" in plain(await chat.says("alice", unmute)), "a second press says that it is over"


async def test_the_audit_says_who_muted_what_from_where_and_how_it_ended(chat):
    _, agreed = await agree(chat)
    await look(chat)
    (unmute,) = [one for one in buttons(agreed) if one.startswith("unmute")]
    await chat.says("bob", unmute)
    async with chat.world.store.begin() as tx:
        ended, begun = [one for one in await tx.audited(Wanted()) if one.realm is Realm.MUTE]
    assert (begun.actor, begun.deed, begun.origin.platform) == ("alice", "muted", "web")
    assert begun.after["match"] == "channel=wechat"
    assert (ended.actor, ended.deed, ended.after["still"]) == ("bob", "mute-lifted", 1)


async def test_the_list_and_the_digest_say_how_much_is_hidden(chat):
    await agree(chat)
    await look(chat)
    listed = plain(await chat.says("charlie", "mutes"))
    assert "the pixel is being changed" in listed
    assert "Alice" in listed
    card = digest_card(await digest(Plan(Place("web", "board")), chat.workspace, chat.world), chat.workspace, "zh")
    row = next(line for line in plain(card).splitlines() if "the pixel" in line)
    assert row.count("1") >= 2


async def test_a_mute_of_days_that_hides_nothing_is_ended(chat):
    card = await chat.says("alice", "mute channel=douyin until 2026-07-05 because a new agency")
    await chat.says("alice", buttons(card)[0])
    await heard(chat)
    await pass_time(chat, chat.clock.moment + timedelta(days=7, minutes=1))
    await heard(chat)
    assert "it hid nothing for days" in await news(chat, "alice", "en")
    async with chat.world.store.begin() as tx:
        assert await tx.mutes() == []


async def test_a_mute_may_be_planned_and_begins_when_it_says(chat):
    await look(chat)
    card = await chat.says("bob", "屏蔽 渠道=微信 从今天14点到今天18点 因为系统切换")
    await chat.says("bob", buttons(card)[0])
    assert "将屏蔽 渠道=微信" in await news(chat, Place("web", "board"), "zh")
    async with chat.world.store.begin() as tx:
        assert [hold for hold in await tx.holds() if hold.kind is HoldKind.MUTED] == []
    await pass_time(chat, datetime(2026, 6, 11, 6, 1, tzinfo=UTC))
    async with chat.world.store.begin() as tx:
        (hold,) = [hold for hold in await tx.holds() if hold.kind is HoldKind.MUTED]
    assert hold.until == datetime(2026, 6, 11, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("mute until tomorrow because x", "next disaster"),
        ("mute channel=wechat because x", "Say until when"),
        ("mute channel=wechat until tomorrow", "Say why"),
        ("mute channel=wechat until 2026-12-01 because x", "30 days at most"),
        ("mute channel=wechat from friday to tomorrow because x", "Change them round"),
        ("mute ctr until tomorrow because x", "nobody would hear"),
        ("mute channel=wechat severity=bad until tomorrow because x", "is no severity"),
        ("mute flurb channel=wechat until tomorrow because x", "hide more than you said"),
        ("mute rule=roi_dorp until tomorrow because x", "roi_drop"),
        ("mute abc234 yes", "No mute"),
        ("unmute abc234", "No mute"),
    ],
)
async def test_what_makes_no_mute_says_what_is_wanted(chat, said, hint):
    assert hint in plain(await chat.says("alice", said))


async def test_a_draft_is_its_authors_and_of_the_present(chat):
    card = await chat.says("alice", SAID["alice"])
    assert "艾丽丝的" in plain(await chat.says("bob", buttons(card)[0]))
    chat.clock.moment += timedelta(hours=1, minutes=1)
    assert "an hour old" in plain(await chat.says("alice", buttons(card)[0]))


async def test_charlie_may_not_mute_and_pressing_twice_mutes_once(chat):
    assert "Alice" in plain(await chat.says("charlie", SAID["alice"]))
    button, _ = await agree(chat)
    await chat.says("alice", button)
    async with chat.world.store.begin() as tx:
        assert len(await tx.mutes()) == 1


async def test_of_one_alert_a_mute_is_a_snooze(chat):
    await look(chat)
    alert = await chat.alert()
    await chat.says("alice", f"mute {alert.stamp} 2h")
    async with chat.world.store.begin() as tx:
        assert [hold.kind for hold in await tx.holds(alert.id)] == [HoldKind.SNOOZE]
