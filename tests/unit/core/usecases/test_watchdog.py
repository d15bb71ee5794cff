"""The watchdog: an alert of our own, from the evaluator to each chat, and what is said when it does not arrive."""

import asyncio
from datetime import timedelta

import pytest

from bot.cards.health import health_card
from bot.chat.plain import plain
from bot.loops import Loops
from bot.messenger import ChatMessenger
from core.notices.notice import Kind, Place
from core.notices.outbox import Dead, Retry, Sent
from core.rules.rule import WATCHDOG
from core.usecases.deliver import deliver
from core.usecases.health import Vitals, as_json, health
from core.usecases.watchdog import bark
from tests.builders import WAR_ROOM, a_workspace
from tests.fakes import a_world

SMALL = Place("telegram", "100")
PLACES = (WAR_ROOM, SMALL)


class Chat:
    """A platform that remembers what each of its messages shows, and how often it rang."""

    def __init__(self, platform):
        self.platform, self.shows, self.answer = platform, {}, None
        self.is_up = True

    async def post(self, place, card, key):
        if self.answer:
            return self.answer
        self.shows[f"{place}-{len(self.shows)}"] = card.title
        return Sent(f"{place}-{len(self.shows) - 1}")

    async def edit(self, place, receipt, card):
        if self.answer:
            return self.answer
        self.shows[receipt] = card.title
        return Sent(receipt)


@pytest.fixture
async def house():
    async with a_world() as world:
        chats = {name: Chat(name) for name in ("slack", "telegram")}
        vitals, clock = Vitals("p1"), world.clock
        heard = lambda what: vitals.mark(what, clock.now())  # noqa: E731 - as the app has it
        messenger = ChatMessenger(chats, a_workspace(), clock, world.warehouse, world.store, heard)
        loops = Loops(a_workspace(rules=()), world, clock, asyncio.Event(), vitals=vitals, watchdog=PLACES)
        object.__setattr__(world, "messenger", messenger)
        yield loops, world, chats


async def a_round(loops, world):
    await loops._go_round()
    while await deliver(loops.workspace, world):
        pass
    await loops._beat()


async def test_each_round_edits_one_message_in_each_chat(house):
    loops, world, chats = house
    seen = []
    for _ in range(4):
        await a_round(loops, world)
        seen.append([*chats["slack"].shows.values(), *chats["telegram"].shows.values()])
        world.clock.tick(minutes=10)
    assert [len(each) for each in seen] == [2, 2, 2, 2], "nobody is rung again"
    assert [one for one, _ in seen] == [f"Beacon 值守中，06-18 16:{minute}0" for minute in range(4)]
    world.clock.tick(days=1)
    await a_round(loops, world)
    assert list(chats["slack"].shows.values()) == ["Beacon 值守中，06-19 16:40"]


async def test_it_is_an_alert_of_the_evaluator_and_in_nobodys_list(house):
    loops, world, _ = house
    await a_round(loops, world)
    async with world.store.begin() as tx:
        (alert,) = (await tx.latest([WATCHDOG])).values()
        assert {event.kind for event in await tx.events(alert.id)} >= {"fired", "routed"}
        assert not [*await tx.open(), *await tx.orphans(), *await tx.fired(alert.opened_at)]
    assert alert.finding.terms[0].value == world.clock.now().timestamp() / 600


@pytest.mark.parametrize("tongue", ["en", "zh"])
async def test_a_platform_that_it_does_not_reach_for_two_rounds_is_named(house, tongue):
    loops, world, chats = house
    await a_round(loops, world)
    assert (await health(world.store, world.clock)).is_well
    chats["telegram"].answer = Retry("502")
    for _ in range(3):
        world.clock.tick(minutes=10)
        await a_round(loops, world)
    found = await health(world.store, world.clock)
    assert found.stuck == ("telegram",)
    assert not found.is_well
    assert as_json(found)["watchdog_stuck"] == ["telegram"]
    assert "Telegram" in plain(health_card(found, loops.workspace, tongue))
    assert found.at - found.last["watchdog slack"] == timedelta(0)


async def test_one_that_it_never_reached_is_named_too(house):
    loops, world, chats = house
    chats["telegram"].answer = Retry("timeout")
    for _ in range(4):
        await a_round(loops, world)
        world.clock.tick(minutes=10)
    await loops._beat()
    assert (await health(world.store, world.clock)).stuck == ("telegram",)


async def test_a_chat_that_was_gone_is_posted_to_the_next_day(house):
    loops, world, chats = house
    chats["slack"].answer = Dead("is_archived")
    await a_round(loops, world)
    chats["slack"].answer = None
    world.clock.tick(minutes=10)
    await a_round(loops, world)
    assert not chats["slack"].shows
    world.clock.tick(days=1)
    await a_round(loops, world)
    assert "Beacon 值守中，06-19 16:10" in chats["slack"].shows.values()


async def test_a_chat_that_is_named_later_is_posted_to_at_once(house):
    loops, world, _ = house
    await bark([WAR_ROOM], loops.workspace, world)
    await bark(PLACES, loops.workspace, world)
    async with world.store.begin() as tx:
        told = [delivery.notice for delivery in await tx.claim(world.clock.now(), 9)]
    assert [(one.kind, one.to) for one in told] == [(Kind.FIRST, WAR_ROOM), (Kind.FIRST, SMALL)]


async def test_where_none_is_wanted_there_is_none(house):
    loops, world, _ = house
    loops.watchdog = ()
    await a_round(loops, world)
    async with world.store.begin() as tx:
        assert not await tx.latest([WATCHDOG])
