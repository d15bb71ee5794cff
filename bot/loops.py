"""What runs while nobody asks: looking for new facts, evaluating, watching, delivering.

APScheduler says when; what runs is an ordinary use case. Each trigger asks the world's clock and not the wall's, so
that the same loops carry the demo, whose days last seconds. A loop that fails is logged and goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from core.alerts.event import Change
from core.calendar.schedule import plain
from core.errors import Problem
from core.notices.notice import Place
from core.ports import Arrival, Conflict, World
from core.usecases.deliver import deliver
from core.usecases.evaluate import evaluate_due
from core.usecases.health import BARK, ROUNDS, Vitals, health
from core.usecases.post_digests import next_digest, post_digests
from core.usecases.post_reviews import post_reviews
from core.usecases.rounds import rounds
from core.usecases.turns import occurrence
from core.usecases.watch import next_due, watch
from core.usecases.watchdog import bark
from core.workspace import Workspace

log = structlog.get_logger()

EVERYTHING = frozenset({"evaluate", "deliver", "chat"})  # what a process may do; several may share it
SENDERS = 4  # batches under way at once, so that one slow chat holds up only its own
LOOK = 5.0  # seconds between two looks at the sources
LAST = 10.0  # seconds that what is under way may take when we are told to stop
BATCH = 50
REST = 5.0  # seconds at most between two looks at the queue
ROUNDS_AT = "*/10 * * * *"
BEAT = 10.0  # seconds between two signs of life
REVIEW = "0 9 * * *"
MISFIRE = 3600  # a late job is run, and not dropped
_BACK = tuple(timedelta(minutes=minutes) for minutes in (1, 60, 1440, 8 * 1440, 32 * 1440, 400 * 1440))


class PacedTime(Protocol):
    def now(self) -> datetime: ...

    def seconds_until(self, moment: datetime) -> float: ...


class _ClockTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler carries no types
    """An ordinary trigger, asked at the clock's time and answered in ours."""

    def __init__(self, inner: BaseTrigger, clock: PacedTime) -> None:
        self.inner, self.clock = inner, clock

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        moment = self.inner.get_next_fire_time(previous_fire_time and self.clock.now(), self.clock.now())
        return now + timedelta(seconds=self.clock.seconds_until(moment)) if moment else None


@dataclass(slots=True)
class Loops:
    """`wake` is set whenever something was written, `heard` is told what each look changed, be it nothing."""

    workspace: Workspace
    world: World
    clock: PacedTime
    wake: asyncio.Event
    heard: Callable[[tuple[Change, ...]], None] | None = None
    look: float = LOOK
    does: frozenset[str] = EVERYTHING
    vitals: Vitals = field(default_factory=Vitals)
    listening: Callable[[], Mapping[str, bool]] = dict  # which chats are up
    well: Callable[[], Awaitable[None]] | None = None  # called after each round that finds all well
    watchdog: tuple[Place, ...] = ()  # the chats that it goes round to
    _barking_since: datetime | None = field(init=False, default=None)
    _digest_at: datetime | None = field(init=False, default=None)
    _scheduler: Any = field(init=False)
    _arrivals: tuple[Arrival, ...] = ()
    _turn: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        # That one look was skipped while another was under way is no news to anybody.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(
            timezone=self.workspace.zone,
            job_defaults={"misfire_grace_time": MISFIRE, "coalesce": True, "max_instances": 1},
        )

    async def run(self) -> None:
        """Run until cancelled; what is under way then is let finish."""
        add = self._scheduler.add_job
        add(self._beat, IntervalTrigger(seconds=BEAT), id="beat", next_run_time=_at_once())
        if "evaluate" in self.does:
            add(self.evaluate, IntervalTrigger(seconds=self.look), id="look", next_run_time=_at_once())
            self.plan_rules()
            add(
                self._once,
                self._at(ROUNDS_AT),
                id="rounds",
                next_run_time=_at_once(),  # whoever starts again after a fall says so before ten minutes are over
                args=["rounds", ROUNDS_AT, partial(self._calmly, self._go_round)],
            )
            add(
                self._once, self._at(REVIEW), id="review", args=["review", REVIEW, partial(self._in_turn, self._review)]
            )
            add(self._in_turn, id="digests missed", args=[self._digest])  # while we were down
        self._scheduler.start()
        try:
            await self._deliver()
        finally:
            # It cancels whatever job is under way, and prints a traceback of that; so none is let begin, or is left.
            self._scheduler.pause()
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST), self._turn:
                    pass
            self._scheduler.shutdown(wait=False)

    async def step(self) -> None:
        """Do at once whatever the clock now makes due: for a clock that has jumped."""
        await self.evaluate()
        await self._in_turn(self._watch)
        await self._calmly(self._deliver_all)

    async def evaluate(self, scheduled: str | None = None) -> None:
        """Take in new facts and judge what is due."""

        async def road() -> None:
            self._arrivals += await self.world.warehouse.refresh()
            self.vitals.mark("fetch", self.clock.now())
            changes = await evaluate_due(self.workspace, self.world, self._arrivals, scheduled=scheduled)
            self._arrivals = ()  # what was in the way of judging them left them to be judged
            self.vitals.mark("evaluate", self.clock.now())
            if changes:
                self.wake.set()
            if self.heard:
                self.heard(changes)

        await self._in_turn(road)

    def plan_rules(self) -> None:
        """Judge rules at the lines of cron that they have now: rules change while we run."""
        wanted = {f"cron {rule.schedule}": rule.schedule for rule in self.workspace.rules if rule.schedule}
        planned = {job.id for job in self._scheduler.get_jobs() if job.id.startswith("cron ")}
        for name in planned - wanted.keys():
            self._scheduler.remove_job(name)
        for name in sorted(wanted.keys() - planned):
            line = wanted[name]
            work = ["cron", line, partial(self.evaluate, line)]
            self._scheduler.add_job(self._once, self._at(line), id=name, args=work)

    def reschedule(self) -> None:
        """Ask every trigger anew: the clock has jumped, or goes at another pace."""
        for job in self._scheduler.get_jobs():
            job.reschedule(job.trigger)
        self.wake.set()

    async def _deliver(self) -> None:
        while True:
            self.wake.clear()
            if "deliver" in self.does:
                await self._calmly(self._deliver_all)
            if "evaluate" in self.does:
                self.plan_rules()
                await self._calmly(self._plan_watch)
                await self._calmly(self._plan_digest)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), REST)

    async def _deliver_all(self) -> None:
        async def send() -> None:
            while await deliver(self.workspace, self.world, BATCH):
                pass

        async with asyncio.TaskGroup() as senders:
            for _ in range(SENDERS):
                senders.create_task(self._calmly(send))

    async def _plan_watch(self) -> None:
        due = await next_due(self.world)
        if due is None:
            return
        trigger = self._paced(DateTrigger(max(due, self.clock.now())))
        self._scheduler.add_job(self._in_turn, trigger, id="watch", args=[self._watch], replace_existing=True)

    async def _watch(self) -> None:
        changes = await watch(self.workspace, self.world)
        if changes:
            self.wake.set()

    async def _once(self, name: str, line: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do what a line of cron made due, unless another process has done it or is at it.

        A team's rule may have the line of the review, so the line alone is no name.
        """
        moment = latest(_cron(line, self.workspace), self.clock.now())
        with suppress(Problem, Conflict):  # the store is away: whoever reaches it does it
            async with occurrence(f"{name} {line}", moment, self.world) as is_ours:
                if is_ours:
                    await work()

    async def _beat(self) -> None:
        async def beat() -> None:
            now = self.clock.now()
            for name, is_up in self.listening().items():
                if is_up:
                    self.vitals.mark(f"listen {name}", now)
            self.vitals.mark("alive", now, " ".join(sorted(self.does)))
            async with self.world.store.begin() as tx:
                await tx.beat(self.vitals.pulses, now)

        await self._calmly(beat)

    async def _go_round(self) -> None:
        """Send the watchdog, look for whoever was left alone, and tell the world outside that all is well, if it is."""
        if self.watchdog:
            await self._calmly(self._bark)
        forgotten = await rounds(self.workspace, self.world)
        if forgotten:
            log.error("alerts without a next step", handles=forgotten)
        self.wake.set()
        self.vitals.mark(ROUNDS, self.clock.now(), " ".join(forgotten))
        await self._beat()
        if self.well and (await health(self.world.store, self.clock)).is_well:
            await self.well()

    async def _bark(self) -> None:
        await bark(self.watchdog, self.workspace, self.world)
        now = self.clock.now()
        self._barking_since = self._barking_since or now
        places = " ".join(str(place) for place in self.watchdog)
        self.vitals.mark(BARK, now, f"{self._barking_since.isoformat()} {places}")
        self.wake.set()

    async def _plan_digest(self) -> None:
        """Wake at the next hour at which somebody reads: asked anew all the time, for people change theirs in chat."""
        job, now = self._scheduler.get_job("digest"), self.clock.now()
        if job is not None and self._digest_at is not None and self._digest_at <= now:
            return  # it is about to run, and must not be put off
        self._digest_at = due = await next_digest(self.workspace, self.world)
        if due is not None:
            trigger = self._paced(DateTrigger(due))
            self._scheduler.add_job(self._in_turn, trigger, id="digest", args=[self._digest], replace_existing=True)

    async def _digest(self) -> None:
        if await post_digests(self.workspace, self.world):
            self.wake.set()

    async def _review(self) -> None:
        await post_reviews(self.workspace, self.world)
        self.wake.set()

    def _at(self, line: str) -> BaseTrigger:
        return self._paced(_cron(line, self.workspace))

    def _paced(self, trigger: BaseTrigger) -> BaseTrigger:
        return _ClockTrigger(trigger, self.clock)

    async def _in_turn(self, work: Callable[[], Awaitable[None]]) -> None:
        async with self._turn:
            await self._calmly(work)

    async def _calmly(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it, and go on whatever happens: one of the four places that catch broadly."""
        try:
            await work()
        except Problem as problem:
            log.warning("put off", work=work.__name__, problem=problem.code, **problem.facts)
        except Exception:
            log.exception("failed", work=work.__name__)


def latest(trigger: BaseTrigger, now: datetime) -> datetime:
    """Return when it last fired by then: the same moment in every process, however late each one is."""
    for back in _BACK:
        fired, found = None, trigger.get_next_fire_time(None, now - back)
        while found is not None and found <= now:
            fired, found = found, trigger.get_next_fire_time(found, found + timedelta(seconds=1))
        if fired is not None:
            moment: datetime = fired.astimezone(UTC)
            return moment
    return now


def _cron(line: str, workspace: Workspace) -> BaseTrigger:
    return CronTrigger.from_crontab(plain(line), timezone=workspace.zone)


def _at_once() -> datetime:
    return datetime.now().astimezone()
