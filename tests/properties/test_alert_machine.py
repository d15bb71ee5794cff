"""Alerts, people, the clock and crashes in any order, through the real use cases and the real store.

Two slices of one rule. A process may die before any write, be started again, act on cards that are old; the story that
is told must stay one that nobody needs to mend. `ALERT_LIVES` asks for more lives than a run of all tests has time for.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event

from core.alerts.alert import Phase, Reason, Stage
from core.alerts.holds import HoldKind
from core.alerts.work import Answer
from core.errors import Problem
from core.notices.outbox import Retry, Status
from core.ports import World
from core.routing.trace import ROUTED, lines_of
from core.rules.needs import batches
from core.rules.rule import Consequence, Severity, Ticket
from core.store.engine import engine_of
from core.store.sql import SqlStore, open_store
from core.text import Text
from core.usecases import follow_up, respond
from core.usecases.deliver import deliver
from core.usecases.evaluate import evaluate
from core.usecases.watch import next_due, watch
from tests.builders import NOW, YESTERDAY, a_team, a_workspace
from tests.fakes import FakeClock, FakeMessenger, FakeWarehouse
from tests.properties.test_alerts import MOVES
from tests.shop import a_catalog, a_cube, a_rule_saying

LIVES = int(os.environ.get("ALERT_LIVES", "12"))
STEPS = int(os.environ.get("ALERT_STEPS", "25"))
CATALOG = a_catalog()
RULE = a_rule_saying(
    "渠道ROI<1",
    id="roi_drop",
    owner="channel_lead",
    severity=Severity.WARNING,
    sop=(Text.same("look"), Text.same("act")),
    consequence=Consequence(Text.same("cut the budget"), "role:director", after=2),
    ticket=Ticket(timedelta(days=1), webhook=True),
)
SLICES = ("wechat", "douyin")
VALUES = {"bad": 0.8, "worse": 0.3, "good": 1.6, "missing": None}
PEOPLE = st.sampled_from(["alice", "bob", "charlie"])
WHICH = st.integers(0, 1)
STALE = st.integers(0, 3)
MOVED = {side: movers | {"handed-off", "unanswered"} for side, movers in MOVES.items()}


class Crash(Exception):  # noqa: N818 - the end of a process, and nobody's error
    pass


@cache
def template() -> Path:
    """Return an empty database, made once: every life begins with a copy."""
    file = Path(mkdtemp(prefix="beacon-machine-")) / "empty.db"

    async def make() -> None:
        await (await open_store(f"sqlite:///{file}")).aclose()

    asyncio.run(make())
    return file


class Lives(RuleBasedStateMachine):
    @initialize(severity=st.sampled_from([Severity.WARNING, Severity.CRITICAL]))
    def begin(self, severity):
        self.folder = Path(mkdtemp(prefix="beacon-life-"))
        self.file = self.folder / "beacon.db"
        shutil.copy(template(), self.file)
        self.runner = asyncio.Runner()
        self.rule = replace(RULE, severity=severity)
        self.workspace = a_workspace(catalog=CATALOG, rules=(self.rule,), people=a_team())
        (self.batch,) = batches([self.rule], CATALOG)
        self.clock, self.messenger, self.warehouse = FakeClock(NOW), FakeMessenger(), FakeWarehouse()
        self.period, self.doom, self.seen = YESTERDAY, 0, {}
        self.start()

    def teardown(self):
        if hasattr(self, "runner"):
            self.runner.run(self.store.aclose())
            self.runner.close()
            shutil.rmtree(self.folder)

    def start(self):
        self.store = SqlStore(engine_of(f"sqlite:///{self.file}"))
        event.listen(self.store.engine.sync_engine, "before_cursor_execute", self.before_write)
        self.world = World(self.clock, self.warehouse, self.store, self.messenger)

    def before_write(self, _, __, statement, *___):
        if self.doom and not statement.startswith(("SELECT", "BEGIN", "PRAGMA")):
            self.doom -= 1
            if not self.doom:
                raise Crash

    def does(self, deed: Awaitable[object]):
        """Do it; if the process dies on the way, nothing of its last transaction is left, and another is started."""
        before = self.photograph()
        try:
            with suppress(Problem):  # to be refused is an answer
                self.runner.run(deed)
        except Crash:
            self.runner.run(self.store.aclose())
            self.start()
            self.crashed(before)
        self.doom = 0
        self.check()

    def photograph(self):
        return self.runner.run(self.read())

    async def read(self):
        async with self.store.begin() as tx:
            newest = await tx.latest([self.rule.id, "data:ads"])
            alerts = {alert.id: alert for alert in newest.values()}
            events = {id: tuple(await tx.events(id)) for id in alerts}
            deliveries = {id: tuple(await tx.deliveries(id)) for id in alerts}
            return alerts, events, deliveries, tuple(await tx.holds())

    def crashed(self, before):
        """A transaction is whole or it is not there: each event has its version, and the newest is the alert's."""
        alerts, events, _, _ = self.photograph()
        for id, alert in alerts.items():
            if id in before[0] and before[0][id].version == alert.version:
                assert alert == before[0][id]
            assert max((event.version for event in events[id]), default=1) <= alert.version

    # --- the evaluator, the clock, the chats ---

    @rule(first=st.sampled_from(list(VALUES)), second=st.sampled_from(list(VALUES)), on=st.integers(0, 1))
    def judge(self, first, second, on):
        self.period = self.period.shift(on)
        rows = {name: [VALUES[kind]] for name, kind in zip(SLICES, (first, second), strict=True)}
        spend = {name: [None if value is None else 100.0 for value in row] for name, row in rows.items()}
        revenue = {name: [None if value is None else value * 100 for value in row] for name, row in rows.items()}
        last = self.period
        self.warehouse.cube = lambda _: a_cube({"revenue": revenue, "spend": spend}, last=last)
        self.does(evaluate(self.batch, self.period, self.workspace, self.world))

    @rule(minutes=st.sampled_from([1, 31, 90, 60 * 10, 60 * 26, 60 * 24 * 8]))
    def wait(self, minutes):
        self.clock.tick(minutes=minutes)
        self.does(watch(self.workspace, self.world))

    @rule(is_up=st.booleans())
    def speak(self, is_up):
        self.messenger.answer = lambda _: None if is_up else Retry("http-500")
        self.does(deliver(self.workspace, self.world))

    @rule(point=st.integers(1, 9))
    def doom_the_next(self, point):
        """Die before the so-manieth write of whatever comes next."""
        self.doom = point

    @rule()
    def restart(self):
        self.runner.run(self.store.aclose())
        self.start()

    # --- people, on cards that may be old ---

    def card(self, which, stale):
        """Return an alert's handle and the version that an old card of it shows."""
        alerts = sorted(self.photograph()[0].values(), key=lambda alert: alert.id)
        if not alerts:
            return "none", None
        alert = alerts[which % len(alerts)]
        return alert.handle, max(1, alert.version - stale)

    def who(self, name):
        return self.workspace.people[name], "web:test", self.world, self.workspace

    @rule(which=WHICH, stale=STALE, by=PEOPLE)
    def ack(self, which, stale, by):
        self.does(respond.ack(*self.card(which, stale), *self.who(by)))

    @rule(which=WHICH, stale=STALE, by=PEOPLE, to=PEOPLE, due=st.sampled_from([None, 1, 30]))
    def assign(self, which, stale, by, to, due):
        at = due and self.clock.now() + timedelta(hours=due)
        self.does(respond.assign(*self.card(which, stale), to, *self.who(by), due=at))

    @rule(which=WHICH, stale=STALE, by=PEOPLE)
    def hand_off(self, which, stale, by):
        self.does(respond.hand_off(*self.card(which, stale), "director", *self.who(by), note="your turn"))

    @rule(which=WHICH, stale=STALE, by=PEOPLE, yes=st.booleans())
    def answer(self, which, stale, by, yes):
        deed = respond.accept if yes else respond.decline
        self.does(deed(*self.card(which, stale), *self.who(by)))

    @rule(which=WHICH, stale=STALE, by=PEOPLE)
    def escalate(self, which, stale, by):
        self.does(respond.escalate(*self.card(which, stale), *self.who(by)))

    @rule(which=WHICH, stale=STALE, by=PEOPLE, hours=st.sampled_from([1, 20]))
    def snooze(self, which, stale, by, hours):
        until = self.clock.now() + timedelta(hours=hours)
        self.does(respond.snooze(*self.card(which, stale), until, *self.who(by)))

    @rule(which=WHICH, stale=STALE, by=PEOPLE)
    def snooze_until_worse(self, which, stale, by):
        self.does(respond.snooze_until_worse(*self.card(which, stale), respond.Worse(), *self.who(by)))

    @rule(
        which=WHICH, stale=STALE, by=PEOPLE, reason=st.sampled_from(list(Reason)), cause=st.sampled_from(["", "copy"])
    )
    def close(self, which, stale, by, reason, cause):
        self.does(respond.close(*self.card(which, stale), reason, *self.who(by), cause=cause, action="replaced it"))

    @rule(which=WHICH, by=PEOPLE)
    def reopen(self, which, by):
        self.does(respond.reopen(self.card(which, 0)[0], *self.who(by)))

    @rule(which=WHICH, by=PEOPLE, step=st.integers(1, 3), done=st.booleans())
    def tick(self, which, by, step, done):
        self.does(follow_up.tick(self.card(which, 0)[0], step, *self.who(by), done=done))

    @rule(which=WHICH, by=PEOPLE, hours=st.sampled_from([1, 40]))
    def promise(self, which, by, hours):
        due = self.clock.now() + timedelta(hours=hours)
        self.does(follow_up.promise(self.card(which, 0)[0], "see to it", due, *self.who(by)))

    @rule(which=WHICH, by=PEOPLE, number=st.integers(1, 3), kept=st.booleans())
    def end_promise(self, which, by, number, kept):
        self.does(follow_up.end_promise(self.card(which, 0)[0], number, *self.who(by), kept=kept))

    @rule(which=WHICH, by=PEOPLE, yes=st.booleans())
    def decide_on_the_consequence(self, which, by, yes):
        self.does(follow_up.answer(self.card(which, 0)[0], *self.who(by), yes=yes))

    # --- what must be so ---

    def check(self):
        """Look at what the last deed left behind, beside what stood there before it."""
        alerts, events, deliveries, holds = self.photograph()
        for id, alert in alerts.items():
            self.is_legal(alert, holds)
            known, heard = self.seen.get(id, (None, 0))
            fresh = [event for event in events[id] if known is None or event.version > known.version]
            if known is not None and alert.version > known.version:
                self.moves_only_its_side(known, alert, {event.kind for event in fresh})
            if known is None or alert.version > known.version:
                self.is_heard_or_has_a_reason(alert, fresh, deliveries[id], heard)
            self.seen[id] = alert, len(deliveries[id])

    def is_legal(self, alert, holds):
        handling, condition, work = alert.handling, alert.condition, alert.work
        mine = [hold for hold in holds if hold.alert == alert.id]
        assert (alert.offered_by is None) is (alert.answer_by is None)
        assert (condition.phase is Phase.UNKNOWN) is (condition.resume is not None)
        if handling.stage is Stage.ACKED:
            assert handling.by
            assert handling.until
            assert alert.escalation.next_at is None
        if not alert.is_open:
            assert handling.reason
            assert not alert.offered_by
            assert not work.open_promises
            assert alert.escalation.next_at is None
            assert not any(hold.kind is HoldKind.SNOOZE for hold in mine)
            assert work.proposal is None or work.proposal.answer is not Answer.PROPOSED
            if handling.by and handling.reason is not Reason.DUPLICATE:
                assert handling.cause
                assert handling.action or not handling.reason.was_acted_on
        if alert.is_open and alert.fired_at:
            assert alert.owner
        if alert.is_open and condition.is_bad:
            self.has_a_next_step(alert, mine)

    def has_a_next_step(self, alert, holds):
        """Nobody is left alone with it: the clock will come back, or a hold ends, or facts are waited for."""
        waits = alert.condition.phase is Phase.UNKNOWN and alert.finding.is_frozen
        held = [hold for hold in holds if hold.ended is None]
        assert alert.wakes_at or held or waits, "it is left to itself"

    def moves_only_its_side(self, before, after, kinds):
        for side, movers in MOVED.items():
            if getattr(before, side) != getattr(after, side):
                assert kinds & movers, f"{side} was moved by {kinds}"

    def is_heard_or_has_a_reason(self, alert, fresh, deliveries, heard):
        reasons = [line for each in fresh if each.kind == ROUTED for line in lines_of(each)]
        waiting = any(one.status in (Status.QUEUED, Status.SENDING) for one in deliveries)
        silent = any(line.code == "silent" for line in reasons)
        assert len(deliveries) > heard or silent or waiting or alert.told_at is not None, "nobody will ever know"

    @precondition(lambda self: hasattr(self, "runner"))
    @invariant()
    def the_clock_rests_once_it_has_done_what_is_due(self):
        """What is due is done by one look or two: a clock that finds the same again and again would never rest."""
        doom, self.doom = self.doom, 0
        for _ in range(3):
            due = self.runner.run(next_due(self.world))
            if due is None or due > self.clock.now():
                self.doom = doom
                return
            self.runner.run(watch(self.workspace, self.world))
        raise AssertionError(f"still due: {due}")


Lives.TestCase.settings = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
test_many_lives = Lives.TestCase
