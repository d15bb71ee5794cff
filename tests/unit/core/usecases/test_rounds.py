"""The auditor's rounds: what they mend, whom they tell, and when the world outside hears that all is well."""

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from bot.app import _ping
from bot.cards.happened import event_words
from bot.cards.news import news_card
from bot.chat.plain import plain
from bot.loops import Loops
from core.alerts.alert import Escalation, Handling, Stage, Step
from core.alerts.event import Change
from core.notices.notice import Kind, Notice
from core.notices.outbox import Dead
from core.rules.rule import Fingerprint
from core.usecases.deliver import deliver
from core.usecases.rounds import rounds
from core.usecases.watch import watch
from tests.builders import NOW, WAR_ROOM, WECHAT, a_workspace, an_alert
from tests.fakes import a_world

STEPS = (Step(timedelta(minutes=30), "lead"),)
LOST = an_alert(escalation=Escalation(STEPS))


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


@contextmanager
def a_switch():
    """Somebody outside who counts our calls, at a real address."""
    calls = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            calls.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/alive", calls
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def loops_of(world, url):
    loops = Loops(a_workspace(rules=()), world, world.clock, asyncio.Event())
    loops.well = partial(_ping, url)
    return loops


async def keep(world, *alerts, notices=()):
    async with world.store.begin() as tx:
        await tx.keep([Change(None, alert) for alert in alerts], notices, now=world.clock.now())


async def break_again(world):
    """Do what a hand in the database would."""
    async with world.store.begin() as tx:
        (alert,) = await tx.open()
        broken = replace(alert, version=alert.version + 1, escalation=replace(alert.escalation, next_at=None))
        await tx.keep([Change(alert, broken)], now=world.clock.now())


async def test_an_alert_without_a_next_step_is_given_it_back_with_the_reason_in_its_trail(world):
    await keep(world, LOST)
    assert await rounds(a_workspace(), world) == ()
    async with world.store.begin() as tx:
        (alert,), (event,) = await tx.open(), await tx.events("a1")
    assert alert.escalation.next_at == NOW + timedelta(minutes=30)
    assert event.kind == "repaired"
    for tongue in ("en", "zh"):
        assert "repaired" not in event_words(event, a_workspace(), tongue, NOW), "in words, and not by its code"
    world.clock.tick(minutes=30)
    await watch(a_workspace(), world)
    while await deliver(a_workspace(), world):
        pass
    assert (Kind.ESCALATION, "bob") in world.messenger.heard()


async def test_an_admin_hears_of_it_once_however_often_it_happens(world):
    await keep(world, LOST)
    for _ in range(3):
        await rounds(a_workspace(), world)
        await break_again(world)
        while await deliver(a_workspace(), world):
            pass
    assert world.messenger.heard() == [(Kind.NEWS, "charlie")]


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_what_the_admin_hears_names_the_alert(tongue):
    news = Notice("n", Kind.NEWS, None, "charlie", {"news": "repaired", "handle": "7f3k"})
    assert "#7f3k" in plain(news_card(news, None, a_workspace(), tongue, NOW))


async def test_who_has_one_or_is_at_it_is_left_alone(world):
    has_it = replace(LOST, id="a2", handle="8f3k", handling=Handling(Stage.ACKED, "alice", NOW))
    later = Escalation(STEPS, next_at=NOW + timedelta(minutes=5))
    next_at = replace(LOST, id="a3", handle="9f3k", escalation=later, fingerprint=Fingerprint("cpc_high", WECHAT))
    await keep(world, has_it, next_at)
    assert await rounds(a_workspace(), world) == ()
    async with world.store.begin() as tx:
        assert [alert.escalation for alert in await tx.open()] == [LOST.escalation, later]


async def test_the_world_outside_is_called_after_a_round_that_found_all_well(world):
    with a_switch() as (url, calls):
        await loops_of(world, url)._go_round()
        assert calls == ["/alive"]


async def test_what_was_mended_keeps_nobody_from_being_called(world):
    await keep(world, LOST)
    with a_switch() as (url, calls):
        await loops_of(world, url)._go_round()
        assert calls == ["/alive"]


async def test_it_is_not_called_while_the_clock_leaves_something_undone(world):
    overdue = Escalation(STEPS, next_at=NOW - timedelta(minutes=11))
    await keep(world, replace(LOST, escalation=overdue))
    with a_switch() as (url, calls):
        await loops_of(world, url)._go_round()
        assert calls == []


async def test_it_is_not_called_while_something_reached_nobody(world):
    await keep(world, notices=[Notice("n", Kind.FIRST, "a1", WAR_ROOM)])
    async with world.store.begin() as tx:
        (letter,) = await tx.claim(NOW, 1)
        await tx.settle(letter, WAR_ROOM, Dead("is_archived"), NOW)
    with a_switch() as (url, calls):
        await loops_of(world, url)._go_round()
        assert calls == []


async def test_it_is_not_called_while_the_watchdog_is_stuck(world):
    with a_switch() as (url, calls):
        loops = loops_of(world, url)
        loops.watchdog = (WAR_ROOM,)
        for _ in range(4):  # nobody delivers
            await loops._go_round()
            world.clock.tick(minutes=10)
        assert calls == ["/alive"], "the first round, and none of those after it"


async def test_that_nobody_answers_outside_is_no_trouble_here(world):
    await loops_of(world, "http://127.0.0.1:9/")._go_round()
