"""Emptying the outbox: what is said, to whom instead, and what is shown after."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cards.happened import event_words
from core.alerts.alert import Handling, Reason, Stage
from core.alerts.event import Change, moved
from core.errors import Unavailable
from core.notices.notice import EVERYWHERE, Kind, Notice, Place
from core.notices.outbox import Dead, Delivery, Repair, Retry, Sent, Status, Wait
from core.notices.surface import Surface
from core.ports import Dispatch
from core.usecases.deliver import deliver
from tests.builders import BOARD, NOW, WAR_ROOM, a_person, a_workspace, an_alert
from tests.fakes import a_world


@pytest.fixture
async def world(tmp_path):
    async with a_world(f"sqlite:///{tmp_path}/beacon.db") as world:  # several at once: each has a connection of its own
        yield world


@pytest.fixture
def workspace():
    return a_workspace()


async def keep(world, *notices, alert=None):
    async with world.store.begin() as tx:
        changes = [Change(None, alert)] if alert else []
        await tx.keep(changes, notices, now=world.clock.now())


async def change(world, **fields):
    async with world.store.begin() as tx:
        alert = await tx.find("a1")
        await tx.keep([moved(alert, NOW, [], **fields)], now=world.clock.now())


async def queue(world):
    async with world.store.begin() as tx:
        return await tx.deliveries("a1")


async def surfaces(world):
    async with world.store.begin() as tx:
        return await tx.surfaces("a1")


def first(to=WAR_ROOM, key="first", kind=Kind.FIRST, **facts):
    return Notice(key, kind, "a1", to, facts)


async def test_a_delivery_is_said_and_its_surface_remembered(world, workspace):
    await keep(world, first(), first("alice", "second"), alert=an_alert())
    assert await deliver(workspace, world) == 2
    assert await deliver(workspace, world) == 0
    assert world.messenger.heard() == [(Kind.FIRST, "slack:C123"), (Kind.FIRST, "alice")]
    assert {surface.place for surface in await surfaces(world)} == {WAR_ROOM, Place("chat", "alice")}


async def test_no_more_is_taken_than_was_asked_for(world, workspace):
    await keep(world, *(first(Place("web", str(n)), str(n)) for n in range(5)), alert=an_alert())
    assert await deliver(workspace, world, most=3) == 3
    assert await deliver(workspace, world, most=3) == 2


async def test_a_delivery_that_comes_late_says_what_is_so_now(world, workspace):
    await keep(world, first(), alert=an_alert())
    await change(world, handling=Handling(Stage.CLOSED, "bob", NOW, reason=Reason.DUPLICATE))
    await deliver(workspace, world)
    assert [(said.kind, said.stage, said.version) for said in world.messenger.said] == [(Kind.FIRST, "closed", 2)]


async def test_what_is_shown_is_edited_once_however_often_it_changed(world, workspace):
    await keep(world, first(), alert=an_alert())
    await deliver(workspace, world)
    for version in range(2, 12):
        await change(world, owner=f"somebody{version}")
        await keep(world, Notice(f"state{version}", Kind.STATE, "a1", EVERYWHERE))
    while await deliver(workspace, world):
        pass
    assert [(said.kind, said.version) for said in world.messenger.said] == [(Kind.FIRST, 1), (Kind.STATE, 11)]
    assert {one.status for one in await queue(world)} == {Status.SENT}


async def test_a_state_that_is_shown_nowhere_is_said_to_nobody(world, workspace):
    await keep(world, first(kind=Kind.STATE), alert=an_alert())
    assert await deliver(workspace, world) == 1
    assert world.messenger.said == []


async def test_a_change_while_a_message_is_on_its_way_is_shown_after(world, workspace):
    await keep(world, first(), alert=an_alert())

    async def meanwhile(_):
        world.messenger.during = None
        await change(world, owner="bob")

    world.messenger.during = meanwhile
    while await deliver(workspace, world):
        pass
    assert [(said.kind, said.version) for said in world.messenger.said] == [(Kind.FIRST, 1), (Kind.STATE, 2)]
    assert [surface.version for surface in await surfaces(world)] == [2]


async def test_a_message_that_showed_the_same_needs_no_second_edit(world, workspace):
    await keep(world, first(), alert=an_alert())
    await deliver(workspace, world)

    class Same:
        async def send(self, delivery, alert, surfaces):
            return Dispatch(Sent("m1"), WAR_ROOM)  # it looked, and nothing differs

    await change(world, owner="bob")
    await keep(world, Notice("state", Kind.STATE, "a1", EVERYWHERE))
    await deliver(workspace, replace(world, messenger=Same()))
    assert [(surface.receipt, surface.version) for surface in await surfaces(world)] == [("m1", 2)]


async def test_a_chat_that_is_throttled_holds_up_nobody_else(world, workspace):
    await keep(world, *(first(WAR_ROOM, f"slow{n}", at=n) for n in range(1)), first(BOARD, "fast"), alert=an_alert())
    await keep(world, Notice("slow-too", Kind.FIRST, "a2", WAR_ROOM))
    world.messenger.answer = lambda delivery: Wait(30) if delivery.to == WAR_ROOM else None
    assert await deliver(workspace, world) == 3
    assert world.messenger.heard() == [(Kind.FIRST, "web:board")]
    world.messenger.answer = lambda _: None
    assert await deliver(workspace, world) == 0
    world.clock.tick(seconds=30)
    assert await deliver(workspace, world) == 2
    assert {one.attempts for one in await queue(world)} == {1}


async def test_a_failure_is_tried_until_it_works(world, workspace):
    await keep(world, first(), alert=an_alert())
    world.messenger.answer = lambda delivery: Retry("502") if delivery.attempts < 3 else None
    for seconds in (0, 5, 15):
        world.clock.tick(seconds=seconds)
        assert await deliver(workspace, world) == 1
    assert (await queue(world))[0].status is Status.SENT


async def test_a_bug_in_a_messenger_is_tried_again(world, workspace, caplog):
    await keep(world, first(), alert=an_alert())

    def broken(_):
        raise KeyError("blocks")

    world.messenger.answer = broken
    await deliver(workspace, world)
    (waiting,) = await queue(world)
    assert (waiting.status, waiting.error) == (Status.QUEUED, "KeyError")
    assert "a messenger raised" in caplog.text


async def test_a_store_that_is_away_while_a_message_is_made_is_no_bug(world, workspace, caplog):
    await keep(world, first(), alert=an_alert())

    def cut_off(_):
        raise Unavailable("store-away", store="postgresql://db", detail="connection was closed")

    world.messenger.answer = cut_off
    await deliver(workspace, world)
    (waiting,) = await queue(world)
    assert (waiting.status, waiting.error) == (Status.QUEUED, "store-away")
    assert "was not said" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_chat_that_moved_is_followed_at_once(world, workspace):
    await keep(world, first(), alert=an_alert())
    world.messenger.answer = lambda delivery: Repair("moved", "C9") if delivery.to == WAR_ROOM else None
    await deliver(workspace, world)
    await deliver(workspace, world)
    assert [str(said.place) for said in world.messenger.said] == ["slack:C9"]


async def test_who_cannot_be_told_in_one_chat_is_told_in_the_next_and_then_their_lead_is(world, workspace):
    await keep(world, first("alice"), alert=an_alert())
    slack, web = Place("slack", "U-alice"), Place("web", "alice")
    tried = []

    class Blocked:
        async def send(self, delivery: Delivery, alert, surfaces):
            to = delivery.to
            place = slack if to == "alice" else Place("slack", "U-bob") if to == "bob" else to
            tried.append(place)
            outcome = Sent("m") if to == "bob" else Dead("blocked")
            return Dispatch(outcome, place, Surface("a1", place, "m", "s", 1) if outcome == Sent("m") else None)

    blocked = replace(world, messenger=Blocked())
    while await deliver(workspace, blocked):
        pass
    assert tried == [slack, web, Place("slack", "U-bob")]
    dead, also_dead, sent = await queue(world)
    assert (dead.status, also_dead.status, sent.status) == (Status.DEAD, Status.DEAD, Status.SENT)
    assert also_dead.notice.facts == {"for": "alice"}
    assert sent.notice.facts == {"instead_of": "alice"}


async def test_a_chain_of_people_whom_nothing_reaches_ends(world):
    people = {"a": a_person("a", lead="b"), "b": a_person("b", lead="a")}
    await keep(world, first("a"), alert=an_alert())
    world.messenger.answer = lambda _: Dead("blocked")
    while await deliver(a_workspace(people=people), world):
        pass
    letters = await queue(world)
    assert {one.status for one in letters} == {Status.DEAD}
    assert [str(one.notice.to) for one in letters] == ["a", "b", "web:board"], "the fake's platform is none of theirs"


@pytest.mark.parametrize("tongue", ["en", "zh"])
async def test_each_dead_letter_is_a_line_in_the_trail_of_its_alert(world, workspace, tongue):
    await keep(world, first("alice"), alert=an_alert())
    world.messenger.answer = lambda delivery: Dead("blocked") if delivery.notice.to in ("alice", "bob") else None
    while await deliver(workspace, world):
        pass
    async with world.store.begin() as tx:
        (alert,), events = await tx.open(), await tx.events("a1")
    assert [(one.kind, one.facts["to"], one.facts["instead"]) for one in events] == [
        ("undelivered", "alice", "bob"),
        ("undelivered", "bob", "charlie"),
    ]
    assert alert == an_alert(), "no side of it moved"
    words = event_words(events[0], workspace, tongue, NOW)
    assert "blocked" in words
    assert "Bob" in words
    assert world.messenger.heard() == [(Kind.FIRST, "charlie")]


async def test_a_chat_that_is_gone_is_told_to_an_admin_once(world, workspace):
    await keep(world, first(), first(key="again", kind=Kind.WORSE), alert=an_alert())
    world.messenger.answer = lambda delivery: Dead("is_archived") if delivery.to == WAR_ROOM else None
    while await deliver(workspace, world):
        pass
    assert world.messenger.heard() == [(Kind.NEWS, "charlie")]


async def test_a_chat_that_is_gone_is_recorded(world, workspace):
    await keep(world, first(), alert=an_alert())
    world.messenger.answer = lambda _: Dead("is_archived")
    await deliver(workspace, world)
    assert [(one.status, one.error) for one in await queue(world)] == [(Status.DEAD, "is_archived")]


async def test_what_is_tried_for_too_long_goes_to_the_next_chat(world, workspace):
    await keep(world, first("alice"), alert=an_alert())
    world.clock.tick(days=2)
    world.messenger.answer = lambda delivery: Retry("502") if delivery.to == "alice" else None
    await deliver(workspace, world)
    assert await deliver(workspace, world) == 1
    assert world.messenger.heard() == [(Kind.FIRST, "bob")]


async def test_a_digest_belongs_to_no_alert(world, workspace):
    await keep(world, Notice("digest:2026-06-18", Kind.DIGEST, None, BOARD))
    await keep(world, Notice("digest:2026-06-18", Kind.DIGEST, None, BOARD))
    assert await deliver(workspace, world) == 1
    assert world.messenger.heard() == [(Kind.DIGEST, "web:board")]


async def test_a_store_that_fails_is_no_message_lost(world, workspace, monkeypatch):
    await keep(world, first(), alert=an_alert())
    begin = world.store.begin
    turns = iter(range(9))

    def begin_twice():
        if next(turns) == 2:  # claim, read, and then, when it has been said, settle
            raise OSError("disk full")
        return begin()

    monkeypatch.setattr(world.store, "begin", begin_twice)
    with pytest.raises(OSError, match="disk full"):
        await deliver(workspace, world)
    monkeypatch.undo()
    assert await deliver(workspace, world) == 0, "it is leased still"
    world.clock.tick(seconds=60)
    assert await deliver(workspace, world) == 1
    assert len(world.messenger.said) == 2, "rather twice than never"


async def test_two_workers_say_everything_once(world, workspace):
    await keep(world, *(first(Place("web", str(n)), str(n)) for n in range(30)), alert=an_alert())
    done = await asyncio.gather(*(deliver(workspace, world, most=5) for _ in range(8)))
    assert sum(done) == 30
    assert len({said.key for said in world.messenger.said}) == len(world.messenger.said) == 30


async def test_who_takes_long_keeps_its_lease(world, workspace, monkeypatch):
    monkeypatch.setattr("core.usecases.deliver.RENEWED", timedelta(seconds=0.01))
    await keep(world, first(), alert=an_alert())

    async def slowly(_):
        world.clock.tick(seconds=14)
        await asyncio.sleep(0.1)
        world.clock.tick(seconds=14)
        assert await deliver(workspace, world) == 0, "nobody takes it over"

    world.messenger.during = slowly
    assert await deliver(workspace, world) == 1
    assert [one.status for one in await queue(world)] == [Status.SENT]


async def test_who_was_frozen_says_nothing_that_another_has_taken_over(world, workspace):
    await keep(world, first(), Notice("second", Kind.FIRST, "a2", WAR_ROOM), alert=an_alert())

    async def freeze(_):
        world.messenger.during = None
        world.clock.tick(seconds=60)
        assert await deliver(workspace, world) == 2, "another process"

    world.messenger.during = freeze
    await deliver(workspace, world)
    assert sorted(said.key for said in world.messenger.said) == ["first", "first", "second"]


async def test_a_store_that_is_away_for_a_moment_is_told_later_what_was_said(world, workspace, monkeypatch):
    await keep(world, first(), alert=an_alert())
    begin = world.store.begin
    turns = iter(range(9))

    def begin_thrice():
        if next(turns) in (2, 3):
            raise Unavailable("store-away", store="s", detail="cut")
        return begin()

    monkeypatch.setattr(world.store, "begin", begin_thrice)
    assert await deliver(workspace, world) == 1
    assert [one.status for one in await queue(world)] == [Status.SENT]
    assert len(world.messenger.said) == 1
