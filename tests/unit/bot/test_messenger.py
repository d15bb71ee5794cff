"""How a notice finds its reader's chat and tongue, and when a message is edited instead of said again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.chat.adapter import Answer
from bot.chat.card import Card
from bot.chat.plain import plain
from bot.messenger import ChatMessenger
from core.alerts.event import Change
from core.labels import Matcher
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.notices.notice import Kind, Notice, Place
from core.notices.outbox import Dead, Delivery, Outcome, Repair, Retry, Sent, Status
from core.ports import World
from core.routing.budget import Call
from core.routing.mute import Mute
from core.rules.rule import Fingerprint
from tests.builders import BOARD, NOW, WECHAT, a_person, a_team, a_workspace, an_alert
from tests.fakes import FakeClock, FakeWarehouse, a_store


@dataclass
class FakeChat:
    """A chat that keeps what was said and edited; `edits` is how it answers an edit."""

    platform: str
    edits: Outcome | None = None
    said: list[tuple[Place, Card]] = field(default_factory=list)
    edited: list[tuple[str, Card]] = field(default_factory=list)
    is_up: bool = True

    async def run(self, answer: Answer) -> None: ...

    async def post(self, place: Place, card: Card, key: str) -> Outcome:
        self.said.append((place, card))
        return Sent(f"{self.platform}-{len(self.said)}")

    async def edit(self, place: Place, receipt: str, card: Card) -> Outcome:
        self.edited.append((receipt, card))
        return self.edits or Sent(receipt)


@dataclass
class Desk:
    messenger: ChatMessenger
    slack: FakeChat
    web: FakeChat

    async def send(self, kind: Kind, to: Place | str, **more: Any) -> Any:
        notice = Notice(f"a1:{kind}:1:{to}", kind, "a1", to)
        delivery = Delivery(1, notice, Status.SENDING, NOW, NOW, attempts=1, place=more.get("place"))
        return await self.messenger.send(delivery, more.get("alert", an_alert()), more.get("surfaces", ()))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    slack, web = FakeChat("slack"), FakeChat("web")
    people = a_team() | {"emma": a_person("emma", tongue="en"), "ghost": a_person("ghost", chats={"fax": "1"})}
    async with a_store() as store:
        adapters = {"slack": slack, "web": web}
        world = World(FakeClock(), FakeWarehouse(), store, None)  # type: ignore[arg-type]
        dictionary = builtin()
        catalog = Catalog(dictionary.metrics, dictionary.dimensions)
        workspace = a_workspace(people=people, catalog=catalog)
        yield Desk(ChatMessenger(adapters, workspace, world.clock, world.warehouse, store), slack, web)


async def test_a_person_hears_in_the_first_of_their_chats_that_is_on(desk: Desk):
    dispatch = await desk.send(Kind.FIRST, "alice")

    assert dispatch.place == Place("slack", "U-alice")
    assert dispatch.outcome == Sent("slack-1")
    assert [place for place, _ in desk.slack.said] == [Place("slack", "U-alice")]


async def test_a_person_hears_in_another_chat_when_the_first_is_off(desk: Desk):
    only_web = replace(desk.messenger, adapters={"web": desk.web})

    dispatch = await Desk(only_web, desk.slack, desk.web).send(Kind.FIRST, "alice")

    assert dispatch.place == Place("web", "alice")


async def test_each_reads_in_their_own_tongue_and_a_room_in_the_workspaces(desk: Desk):
    await desk.send(Kind.FIRST, "alice")
    await desk.send(Kind.FIRST, "emma")
    await desk.send(Kind.FIRST, BOARD)

    assert [card.tongue for _, card in desk.slack.said] == ["zh", "en"]
    assert [card.tongue for _, card in desk.web.said] == ["zh"]


@pytest.mark.parametrize("to", ["ghost", "nobody", Place("fax", "1")])
async def test_who_has_no_chat_that_is_on_is_dead_with_its_reason(desk: Desk, to):
    assert (await desk.send(Kind.FIRST, to)).outcome == Dead("no-chat-is-on")


async def test_a_change_edits_the_message_that_shows_the_alert(desk: Desk):
    first = await desk.send(Kind.FIRST, "alice")
    acked = an_alert(version=2, severity=an_alert().severity, owner="bob")

    second = await desk.send(Kind.STATE, first.place, alert=acked, surfaces=[first.surface])

    assert [receipt for receipt, _ in desk.slack.edited] == ["slack-1"]
    assert len(desk.slack.said) == 1
    assert (second.surface.receipt, second.surface.version) == ("slack-1", 2)


async def test_a_message_that_shows_the_present_already_is_left_alone(desk: Desk):
    first = await desk.send(Kind.FIRST, "alice")

    again = await desk.send(Kind.STATE, first.place, surfaces=[first.surface])

    assert again.outcome == Sent("slack-1")
    assert desk.slack.edited == []


async def test_a_message_that_is_gone_is_said_again(desk: Desk):
    first = await desk.send(Kind.FIRST, "alice")
    desk.slack.edits = Repair("message_not_found")

    again = await desk.send(Kind.STATE, first.place, alert=an_alert(version=2, owner="bob"), surfaces=[first.surface])

    assert again.outcome == Sent("slack-2")
    assert again.surface.receipt == "slack-2"


async def test_what_must_be_heard_is_said_anew_even_where_the_alert_is_shown(desk: Desk):
    first = await desk.send(Kind.FIRST, "alice")

    await desk.send(Kind.ESCALATION, "alice", surfaces=[first.surface])

    assert len(desk.slack.said) == 2


async def test_a_change_is_not_news_where_the_alert_is_not_shown(desk: Desk):
    dispatch = await desk.send(Kind.STATE, BOARD)

    assert (dispatch.outcome, dispatch.surface) == (Sent(""), None)
    assert desk.web.said == []


async def test_a_notice_of_an_alert_that_is_gone_is_over(desk: Desk):
    assert (await desk.send(Kind.FIRST, "alice", alert=None)).outcome == Sent("")


async def test_a_digest_whose_numbers_cannot_be_had_is_tried_again(desk: Desk, monkeypatch):
    from core.errors import Unavailable

    async def unavailable(*_: object) -> None:
        raise Unavailable("warehouse-slow")

    monkeypatch.setattr("bot.messenger.digest", unavailable)

    assert (await desk.send(Kind.DIGEST, BOARD)).outcome == Retry("warehouse-slow")


async def test_the_word_of_a_mute_and_of_a_budget_is_in_its_readers_tongue(desk: Desk):
    match = (Matcher("channel", ("wechat",)),)
    mute = Mute("m23456", "bob", "换像素", match, NOW, NOW, NOW, agreed_at=NOW, begun_at=NOW, ended_at=NOW)
    async with desk.messenger.store.begin() as tx:
        await tx.keep_mutes([mute])
    facts = {"news": "mute", "mute": mute.id, "happening": "over", "count": 3, "still": 1}
    for number, to in enumerate(("alice", "emma")):
        for key, told in (("m", facts), ("b", {"news": "budget", "count": 7, "budget": 20})):
            notice = Notice(f"{key}{number}", Kind.NEWS, None, to, told)
            await desk.messenger.send(Delivery(1, notice, Status.SENDING, NOW, NOW, attempts=1), None, ())
    chinese, spent, english, used = (plain(card) for _, card in desk.slack.said)
    assert "期间藏掉 3 条预警，仍有 1 条未恢复" in chinese
    assert "另有 7 条预警放进了你的下一份日报" in spent
    assert "It hid 3 alerts; one is still bad" in english
    assert "7 more alerts are in your next digest" in used


async def test_the_word_of_a_mute_that_is_gone_is_left_unsaid(desk: Desk):
    notice = Notice("m", Kind.NEWS, None, "alice", {"news": "mute", "mute": "gone22", "happening": "over"})
    dispatch = await desk.messenger.send(Delivery(1, notice, Status.SENDING, NOW, NOW, attempts=1), None, ())
    assert dispatch.outcome == Sent("")
    assert desk.slack.said == []


async def test_a_persons_digest_holds_what_their_own_budget_put_off(desk: Desk):
    late = an_alert("late", handle="late", fingerprint=Fingerprint("roi_drop", WECHAT))
    async with desk.messenger.store.begin() as tx:
        await tx.keep([Change(None, late, ())], now=NOW)
        await tx.keep_calls([Call("late", "emma", NOW, is_put_off=True)])
    for to in ("emma", "alice"):
        notice = Notice(f"digest:{to}", Kind.DIGEST, None, to)
        await desk.messenger.send(Delivery(1, notice, Status.SENDING, NOW, NOW, attempts=1), None, ())
    hers, his = (plain(card) for _, card in desk.slack.said)
    assert "Beyond a budget, so nobody was called (1)" in hers
    assert "超过限额" not in his
