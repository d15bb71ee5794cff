"""The shop during 618: the same road as ever, under a clock that runs fast and can jump.

`check` lives the whole story at once and holds what was alerted against what was planted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from bot.app import console, open_world, serve
from bot.clock import PacedClock
from bot.messenger import ChatMessenger
from bot.phrases import say
from bot.settings import Settings
from core.alerts.alert import Alert
from core.alerts.event import Change
from core.labels import Labels
from core.notices.notice import Kind
from core.notices.outbox import Status
from core.ports import Clock, Messenger, Store, Warehouse, World
from core.rules.rule import Fingerprint, Severity
from core.text import Text, Tongue
from core.usecases.replay import HandClock, has_fired, replay
from core.workspace import Workspace, load_workspace

if TYPE_CHECKING:
    from bot.loops import Loops

SHOP = Path(__file__).parents[1] / "examples" / "shop"
FAST = 3600.0  # an hour in a second
SLOW = 60.0  # a minute in a second: once something fires, there is time to act
STEP = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Incident:
    """What was planted: the rule that should fire, where, on which day, and who should hear of it."""

    title: Text
    fingerprint: Fingerprint
    period: str
    owner: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Story:
    first: date
    last: date
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An incident, the alert that told of it, and what is wrong with that, if anything is."""

    incident: Incident
    alert: Alert | None
    wrong: tuple[str, ...]


def read_story(folder: Path) -> Story:
    """Return what was planted in a shop; a KeyError in it is a bug of ours, not a user's mistake."""
    text = yaml.safe_load((folder / "story.yaml").read_text(encoding="utf-8"))
    return Story(text["from"], text["to"], tuple(_incident(one) for one in text["incidents"]))


def _incident(one: dict[str, Any]) -> Incident:
    return Incident(
        title=Text(**one["incident"]),
        fingerprint=Fingerprint(one["rule"], Labels.of(one["slice"])),
        period=str(one["period"]),
        owner=one["owner"],
        severity=Severity[one["severity"].upper()],
    )


async def check(folder: Path = SHOP) -> tuple[tuple[Told, ...], tuple[Alert, ...]]:
    """Live the story through, and return each incident's fate and whatever else fired at critical."""
    workspace, story = load_workspace(folder), read_story(folder)
    clock = HandClock(_morning(workspace, story.first))
    web = console(workspace, clock)

    def speak(clock: Clock, warehouse: Warehouse, store: Store) -> Messenger:
        return ChatMessenger({web.platform: web}, workspace, clock, warehouse, store)

    async with open_world(workspace, clock, speak=speak) as world:
        fired = [change.after async for change in _firings(workspace, world, clock, story)]
        told = tuple([await _fate(one, fired, world) for one in story.incidents])
    planted = {one.fingerprint for one in story.incidents}
    beside = (one for one in fired if one.fingerprint not in planted and one.severity is Severity.CRITICAL)
    return told, tuple(beside)


async def _firings(workspace: Workspace, world: World, clock: HandClock, story: Story) -> AsyncIterator[Change]:
    async for change in replay(workspace, world, clock, story.first, story.last):
        if has_fired(change):
            yield change


async def _fate(incident: Incident, fired: list[Alert], world: World) -> Told:
    alert = next((one for one in fired if one.fingerprint == incident.fingerprint), None)
    if alert is None:
        return Told(incident, None, ("never-fired",))
    async with world.store.begin() as tx:
        deliveries = await tx.deliveries(alert.id)
    heard = {str(one.notice.to) for one in deliveries if one.notice.kind is Kind.FIRST and one.status is Status.SENT}
    checks = {
        "wrong-day": str(alert.finding.period) == incident.period,
        "wrong-owner": alert.owner == incident.owner,
        "wrong-severity": alert.severity is incident.severity,
        "owner-not-told": incident.owner in heard,
    }
    return Told(incident, alert, tuple(wrong for wrong, holds in checks.items() if not holds))


def check_lines(told: Sequence[Told], beside: Sequence[Alert], tongue: Tongue) -> tuple[list[str], bool]:
    """Return a line for each incident and for whatever should not have fired, and whether all is well."""
    lines = []
    for one in told:
        facts = {"title": one.incident.title.to(tongue), "period": one.incident.period, "owner": one.incident.owner}
        lines += [say(f"demo-{said}", tongue, **facts) for said in one.wrong or ("told",)]
    for alert in beside:
        facts = {"alert": str(alert.fingerprint), "period": str(alert.finding.period)}
        lines.append(say("demo-nobody-planted", tongue, **facts))
    return lines, not beside and not any(one.wrong for one in told)


async def show(settings: Settings, ready: Callable[[str], None], folder: Path = SHOP) -> None:
    """Open the console on the shop, the evening before its second day."""
    workspace = load_workspace(folder)
    story = yaml.safe_load((folder / "story.yaml").read_text(encoding="utf-8"))
    clock = PacedClock(_morning(workspace, story["from"]) + timedelta(hours=36), FAST)
    end = _morning(workspace, story["to"] + timedelta(days=1)) + timedelta(hours=12)
    await serve(settings, workspace, clock, demo=lambda loops: Conductor(clock, loops, end), ready=ready, look=0.5)


def _morning(workspace: Workspace, day: date) -> datetime:
    return datetime.combine(day, time(), workspace.zone).astimezone(UTC)


@dataclass(slots=True)
class Conductor:
    """Moves the demo's clock. It slows down by itself when something fires, so that there is time to act."""

    clock: PacedClock
    loops: Loops
    end: datetime
    pace: float = FAST
    is_paused: bool = False
    _has_fired: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.loops.heard = self.hear

    @property
    def is_over(self) -> bool:
        return self.clock.now() >= self.end

    def hear(self, changes: tuple[Change, ...]) -> None:
        if any(has_fired(change) for change in changes):
            self._has_fired = True
            self._go(SLOW)
        if self.is_over and not self.is_paused:
            self.is_paused = True
            self._go(self.pace)

    async def jump(self, to: Literal["day", "alert"]) -> None:
        """Go on to the next morning, or until something fires; all on the way happens, hour by hour."""
        self._has_fired = False
        zone = self.loops.workspace.zone
        today = self.clock.now().astimezone(zone).date()
        morning = datetime.combine(today + timedelta(days=1), time(9), zone)
        goal = min(morning, self.end) if to == "day" else self.end
        while self.clock.now() < goal and not (to == "alert" and self._has_fired):
            self.clock.jump(min(self.clock.now() + STEP, goal))
            await self.loops.step()
        self.loops.reschedule()

    async def set_pace(self, pace: float) -> None:
        self._go(pace)

    async def pause(self, *, is_paused: bool) -> None:
        self.is_paused = is_paused
        self._go(self.pace)

    def _go(self, pace: float) -> None:
        self.pace = pace
        self.clock.set_pace(0.0 if self.is_paused else pace)
        self.loops.reschedule()
