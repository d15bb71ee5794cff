"""A ticket reaches another system: signed, tried again until it is taken, and the same to the byte each time."""

from __future__ import annotations

import hmac
import json
import threading
from collections import deque
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import pytest

from bot.adapters.tickets.messenger import TicketMessenger, outcome_of
from core.alerts.condition import observe
from core.alerts.consequence import follow
from core.errors import Problem
from core.notices.outbox import Dead, Retry, Sent, Status, Wait
from core.ports import World
from core.routing.decide import decide
from core.rules.rule import Consequence, Severity, Ticket
from core.text import Text
from core.usecases import follow_up
from core.usecases.deliver import deliver
from tests.builders import a_finding, a_rule, a_workspace, verdicts
from tests.fakes import FakeClock, FakeMessenger, FakeWarehouse, a_store

SECRET = "a long random text"
RULE = a_rule(
    severity=Severity.WARNING,
    ticket=Ticket(timedelta(days=2), webhook=True),
    consequence=Consequence(Text("cut the budget by 10%", "扣减渠道预算10%"), "role:director", webhook=True),
)


class Receiver:
    """A ticket system of our own: it keeps all it is told, and answers as it was told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.answers: deque[int | None] = deque()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.taken.append((dict(self.headers), body))
                status = receiver.answers.popleft() if receiver.answers else 200
                if status is None:
                    self.connection.close()  # it acted, and its answer is lost
                    return
                self.send_response(status)
                self.send_header("Retry-After", "7")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/tickets?key=hidden"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
async def road():
    """A world whose one rule opens a ticket, and its receiver."""
    with Receiver() as receiver:
        async with a_store() as store:
            clock, chats = FakeClock(), FakeMessenger()
            messenger = TicketMessenger(chats, clock, receiver.url, SECRET)
            yield World(clock, FakeWarehouse(), store, messenger), a_workspace(rules=(RULE,)), receiver


async def fire(world, workspace):
    now = world.clock.now()
    async with world.store.begin() as tx:
        changes = observe(await tx.latest([RULE.id]), verdicts(a_finding(), rules=[RULE]), now)
        changes = follow(changes, workspace.rules, now)
        decision = decide(changes, workspace.rules, workspace.routes, (), workspace.people, now)
        await tx.keep(decision.changes, decision.notices, decision.holds, now=now)
    return decision.changes[0].after


async def say(world, workspace, *, times=1):
    for _ in range(times):
        while await deliver(workspace, world):
            pass
        world.clock.tick(minutes=2)


def is_signed(headers, body):
    at, mac = (part.partition("=")[2] for part in headers["Beacon-Signature"].split(","))
    return hmac.compare_digest(mac, hmac.new(SECRET.encode(), f"{at}.".encode() + body, sha256).hexdigest())


async def test_a_ticket_is_tried_until_it_is_taken_and_says_the_same_each_time(road):
    world, workspace, receiver = road
    receiver.answers.extend([500, None, 429, 200])
    alert = await fire(world, workspace)
    await say(world, workspace, times=6)
    assert len(receiver.taken) == 4
    assert len({body for _, body in receiver.taken}) == 1
    assert len({headers["Idempotency-Key"] for headers, _ in receiver.taken}) == 1
    assert all(is_signed(headers, body) for headers, body in receiver.taken)
    told = json.loads(receiver.taken[0][1])
    assert (told["event"], told["handle"], told["owner"]) == ("ticket.opened", alert.handle, "alice")
    assert told["due"] == (alert.opened_at + timedelta(days=2)).isoformat()


async def test_a_ticket_is_a_promise_of_whoever_has_the_alert(road):
    world, workspace, _ = road
    alert = await fire(world, workspace)
    (promise,) = alert.work.promises
    assert (promise.is_ticket, promise.owner, promise.due) == (True, None, alert.opened_at + timedelta(days=2))
    (pledge,) = await follow_up.pledges(world, owner="alice")
    assert pledge.promise == promise


async def test_a_yes_to_a_consequence_is_told_as_well(road):
    world, workspace, receiver = road
    alert = await fire(world, workspace)
    await follow_up.answer(alert.handle, workspace.people["bob"], "web", world, workspace, yes=True)
    await say(world, workspace)
    told = json.loads(receiver.taken[-1][1])
    assert (told["event"], told["consequence"]["zh"], told["actor"]) == (
        "consequence.approved",
        "扣减渠道预算10%",
        "bob",
    )


async def test_without_an_address_its_notice_is_a_dead_letter(road):
    world, workspace, _ = road
    nowhere = World(world.clock, world.warehouse, world.store, TicketMessenger(FakeMessenger(), world.clock))
    alert = await fire(nowhere, workspace)
    await say(nowhere, workspace)
    async with world.store.begin() as tx:
        dead = [one for one in await tx.deliveries(alert.id) if one.status is Status.DEAD]
    assert [one.error for one in dead] == ["no-ticket-address"]


async def test_neither_the_address_nor_the_secret_is_ever_written_down(road, caplog):
    world, workspace, receiver = road
    receiver.answers.extend([None])
    alert = await fire(world, workspace)
    receiver.server.server_close()
    await say(world, workspace)
    async with world.store.begin() as tx:
        written = repr(await tx.deliveries(alert.id)) + caplog.text
    assert "hidden" not in written
    assert SECRET not in written


def test_an_address_without_a_secret_is_refused():
    with pytest.raises(Problem, match="ticket-secret-missing"):
        TicketMessenger(FakeMessenger(), FakeClock(), "http://127.0.0.1/")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, Sent("")),
        (429, Wait(7.0)),
        (503, Retry("http-503")),
        (409, Retry("http-409")),
        (302, Dead("http-302")),
        (404, Dead("http-404")),
    ],
)
def test_each_answer_means_one_thing(status, outcome):
    assert outcome_of(status, "7") == outcome
