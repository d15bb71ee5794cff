"""Whether all is well: what each process last did, what waits, and what could not be said to anybody.

Signs of life are kept in the store, so that whoever is asked can answer for every process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from os import getpid
from socket import gethostname
from typing import TYPE_CHECKING, Any

from core.ports import Pulse
from core.usecases.watchdog import ROUND

if TYPE_CHECKING:
    from core.notices.outbox import Delivery
    from core.ports import Clock, Store

GONE_AFTER = timedelta(seconds=45)  # without a sign of life
STUCK_AFTER = 2 * ROUND  # without its having got through
LETTERS_OF = timedelta(days=7)
ROUNDS = "rounds"
BARK = "watchdog"  # the chats that it goes round to; with a platform, that it got there
SLOW = timedelta(minutes=5)  # for what waits to be said


def this_process() -> str:
    return f"{gethostname()}:{getpid()}"


@dataclass(slots=True)
class Vitals:
    """What this process did well, and when it last did."""

    process: str = field(default_factory=this_process)
    _marks: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def mark(self, what: str, at: datetime, detail: str = "") -> None:
        self._marks[what] = at, detail

    @property
    def pulses(self) -> tuple[Pulse, ...]:
        return tuple(Pulse(self.process, what, at, detail) for what, (at, detail) in self._marks.items())


@dataclass(frozen=True, slots=True)
class Process:
    """One process as its signs of life tell; `last` is when it last did each thing well."""

    name: str
    does: tuple[str, ...]
    is_alive: bool
    last: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Health:
    at: datetime
    processes: tuple[Process, ...]
    last: Mapping[str, datetime]  # of all processes: fetch, evaluate, rounds, send slack, listen telegram
    waiting: Mapping[str, int]
    oldest: datetime | None
    letters: tuple[Delivery, ...]  # dead ones, newest first
    forgotten: tuple[str, ...]  # handles of alerts without a next step, as the last rounds found them
    stuck: tuple[str, ...] = ()  # platforms that the watchdog goes to and has not reached for two rounds

    @property
    def queue_age(self) -> timedelta:
        return self.at - self.oldest if self.oldest else timedelta(0)

    @property
    def is_well(self) -> bool:
        is_alive = any(process.is_alive for process in self.processes)
        return is_alive and self.queue_age < SLOW and not (self.letters or self.forgotten or self.stuck)


async def health(store: Store, clock: Clock) -> Health:
    """Return how everything that shares this store is."""
    now = clock.now()
    async with store.begin() as tx:
        pulses, waiting = await tx.pulses(), await tx.waiting()
        oldest, letters = await tx.oldest(now), await tx.dead(now - LETTERS_OF)
    last: dict[str, datetime] = {}
    for pulse in pulses:
        if pulse.what != "alive":
            last[pulse.what] = max(pulse.at, last.get(pulse.what, pulse.at))
    newest = max((pulse for pulse in pulses if pulse.what == ROUNDS), key=lambda pulse: pulse.at, default=None)
    found = tuple(newest.detail.split()) if newest else ()
    processes = _processes(pulses, now)
    alive = {process.name for process in processes if process.is_alive}
    stuck = _stuck([pulse for pulse in pulses if pulse.what == BARK and pulse.process in alive], last, now)
    return Health(now, processes, last, waiting, oldest, tuple(letters), found, stuck)


def as_json(health: Health) -> dict[str, Any]:
    """Return it for scripts and for whoever watches us."""
    processes = {
        one.name: {"alive": one.is_alive, "does": list(one.does), "last": _moments(one.last)}
        for one in health.processes
    }
    letters = [{"to": str(one.to), "why": one.error, "since": one.created_at.isoformat()} for one in health.letters]
    return {
        "well": health.is_well,
        "processes": processes,
        "last": _moments(health.last),
        "waiting": dict(health.waiting),
        "queue_seconds": round(health.queue_age.total_seconds(), 1),
        "dead_letters": letters,
        "forgotten": list(health.forgotten),
        "watchdog_stuck": list(health.stuck),
    }


def _stuck(rounds: Sequence[Pulse], last: Mapping[str, datetime], now: datetime) -> tuple[str, ...]:
    """Return where it should have got through by now: its chats are named with the moment of the first round."""
    newest = max(rounds, key=lambda pulse: pulse.at, default=None)
    if newest is None:
        return ()
    since, *places = newest.detail.split()
    begun = datetime.fromisoformat(since)
    platforms = sorted({place.partition(":")[0] for place in places})
    return tuple(one for one in platforms if now - last.get(f"{BARK} {one}", begun) > STUCK_AFTER)


def _moments(last: Mapping[str, datetime]) -> dict[str, str]:
    return {what: at.isoformat() for what, at in sorted(last.items())}


def _processes(pulses: Sequence[Pulse], now: datetime) -> tuple[Process, ...]:
    by_name: dict[str, dict[str, Pulse]] = {}
    for pulse in pulses:
        by_name.setdefault(pulse.process, {})[pulse.what] = pulse
    return tuple(
        Process(
            name,
            tuple(alive.detail.split()),
            # Whoever answers lives, however fast the demo's clock runs away from its last sign of life.
            name == this_process() or now - alive.at < GONE_AFTER,
            {what: pulse.at for what, pulse in did.items() if what != "alive"},
        )
        for name, did in by_name.items()
        if (alive := did.get("alive"))
    )
