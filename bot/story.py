"""A pack's story, lived at once on a hand clock: what was told to whom and when, and what is wrong with that.

It is the whole road, chat included: people ack and close by the same words they would type. What came of it is held
against the story, and line by line against the golden that lies beside it, in both tongues.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.app import console, open_world
from bot.cards.dress import severity_words
from bot.chat.request import Request
from bot.commands.dispatch import answer
from bot.messenger import ChatMessenger
from bot.past import sentence
from bot.phrases import say
from core.alerts.alert import Alert
from core.alerts.event import Change
from core.labels import Labels
from core.notices.notice import Kind, Place
from core.notices.outbox import Status
from core.people.person import Person
from core.ports import Clock, Messenger, Store, Warehouse, World
from core.rules.rule import Fingerprint, Severity
from core.text import Text, Tongue
from core.usecases.replay import HandClock, has_fired, replay
from core.workspace import Workspace, load_workspace

TONGUES: tuple[Tongue, ...] = ("en", "zh")
GOLDEN = "golden.{}.txt"


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody types about an alert when it fires, or when it has recovered; its handle is put in."""

    by: str
    say: str
    when: Literal["fired", "recovered"] = "fired"


@dataclass(frozen=True, slots=True)
class Incident:
    """What was planted, on which day it must be told, and by when it is over, if the story says so."""

    title: Text
    fingerprint: Fingerprint
    told: date
    owner: str
    severity: Severity
    recovered: date | None = None
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story's log."""

    at: datetime
    what: Literal["fired", "recovered", "said"]
    alert: Alert
    act: Act | None = None


@dataclass(slots=True)
class Lived:
    """What came of a story: `steps` in order, and per incident the codes of what is wrong."""

    workspace: Workspace
    steps: list[Step] = field(default_factory=list)
    wrong: dict[Incident, tuple[str, ...]] = field(default_factory=dict)
    beside: list[Alert] = field(default_factory=list)

    @property
    def is_fine(self) -> bool:
        return not self.beside and not any(self.wrong.values())

    def log(self, tongue: Tongue) -> str:
        """Return the story as lines, without the handles that differ each time."""
        return "".join(f"{_line(step, self.workspace, tongue)}\n" for step in self.steps)

    def verdict(self, tongue: Tongue) -> Iterator[str]:
        for one, wrong in self.wrong.items():
            facts = {"title": one.title.to(tongue), "period": one.told.isoformat(), "owner": one.owner}
            yield from (say(f"demo-{said}", tongue, **facts) for said in wrong or ("told",))
        for alert in self.beside:
            facts = {"alert": str(alert.fingerprint), "period": str(alert.finding.period)}
            yield say("demo-nobody-planted", tongue, **facts)


async def live(folder: Path) -> Lived:
    """Live the story of a workspace through."""
    workspace = load_workspace(folder)
    first, last, incidents = read_story(folder)
    planted = {one.fingerprint: one for one in incidents}
    clock = HandClock(datetime.combine(first, time(), workspace.zone).astimezone(UTC))
    web, lived = console(workspace, clock), Lived(workspace)

    def speak(clock: Clock, warehouse: Warehouse, store: Store) -> Messenger:
        return ChatMessenger({web.platform: web}, workspace, clock, warehouse, store)

    async with open_world(workspace, clock, speak=speak) as world:
        async for change in replay(workspace, world, clock, first, last):
            what = _turn(change)
            if what is None:
                continue
            lived.steps.append(Step(clock.now(), what, change.after))
            incident = planted.get(change.after.fingerprint)
            for act in incident.acts if incident else ():
                if act.when == what:
                    await _say(act, change.after, workspace, world)
                    lived.steps.append(Step(clock.now(), "said", change.after, act))
        for incident in incidents:
            lived.wrong[incident] = await _fate(incident, lived, world)
    fired = [step.alert for step in lived.steps if step.what == "fired"]
    lived.beside += [one for one in fired if one.fingerprint not in planted and one.severity is Severity.CRITICAL]
    return lived


def read_story(folder: Path) -> tuple[date, date, tuple[Incident, ...]]:
    """Return the first and the last day and what was planted; a KeyError in it is a bug of ours."""
    text = yaml.safe_load((folder / "story.yaml").read_text(encoding="utf-8"))
    return text["from"], text["to"], tuple(_incident(one) for one in text["incidents"])


def differences(lived: Lived, golden: Path) -> list[str]:
    """Return the lines that differ from the golden beside the story, `-` what it says and `+` what was lived."""
    from difflib import unified_diff

    found: list[str] = []
    for tongue in TONGUES:
        path = golden / GOLDEN.format(tongue)
        said = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        found += list(unified_diff(said, lived.log(tongue).splitlines(), path.name, "lived", lineterm="", n=0))
    return found


def _incident(one: Mapping[str, Any]) -> Incident:
    return Incident(
        title=Text(**one["incident"]),
        fingerprint=Fingerprint(one["rule"], Labels.of(one["slice"])),
        told=one["told"],
        owner=one["owner"],
        severity=Severity[one["severity"].upper()],
        recovered=one.get("recovered"),
        acts=tuple(Act(**act) for act in one.get("acts", ())),
    )


def _turn(change: Change) -> Literal["fired", "recovered"] | None:
    if has_fired(change):
        return "fired"
    had = change.before is not None and change.before.recovered_at is not None
    return "recovered" if change.after.recovered_at is not None and not had else None


async def _say(act: Act, alert: Alert, workspace: Workspace, world: World) -> None:
    verb, _, rest = act.say.partition(" ")
    person: Person = workspace.people[act.by]
    place = Place("web", person.chats.get("web", person.id))
    text = f"{verb} {alert.handle} {rest}".strip()
    await answer(Request(text, place, person.id, person.tongue, person=person), workspace, world)


async def _fate(incident: Incident, lived: Lived, world: World) -> tuple[str, ...]:
    zone = lived.workspace.zone
    mine = [step for step in lived.steps if step.alert.fingerprint == incident.fingerprint]
    fired = next((step for step in mine if step.what == "fired"), None)
    if fired is None:
        return ("never-fired",)
    recovered = next((step for step in mine if step.what == "recovered"), None)
    async with world.store.begin() as tx:
        deliveries = await tx.deliveries(fired.alert.id)
        now = await tx.find(fired.alert.id)
    heard = {str(one.notice.to) for one in deliveries if one.notice.kind is Kind.FIRST and one.status is Status.SENT}
    closes = any(act.say.startswith("close") for act in incident.acts)
    checks = {
        "wrong-day": fired.at.astimezone(zone).date() == incident.told,
        "wrong-owner": fired.alert.owner == incident.owner,
        "wrong-severity": fired.alert.severity is incident.severity,
        "owner-not-told": incident.owner in heard,
        "not-contained": incident.recovered is None
        or (recovered is not None and recovered.at.astimezone(zone).date() <= incident.recovered),
        "not-closed": not closes or (now is not None and now.handling.stage == "closed"),
    }
    return tuple(wrong for wrong, holds in checks.items() if not holds)


def _line(step: Step, workspace: Workspace, tongue: Tongue) -> str:
    at = f"{step.at.astimezone(workspace.zone):%m-%d %H:%M}"
    if step.act:
        who = workspace.people[step.act.by].name.to(tongue)
        return f"{at}  {who}: {step.act.say}"
    owner = workspace.people.get(step.alert.owner or "")
    facts = {
        "severity": severity_words(step.alert.severity, tongue),
        "owner": owner.name.to(tongue) if owner else "-",
        "sentence": sentence(step.alert, workspace, tongue),
    }
    return f"{at}  {say(f'story-{step.what}', tongue, **facts)}"


def lines(lived: Lived, golden: Sequence[str], tongue: Tongue) -> list[str]:
    """Return what is printed of a story: its log, its verdict, and where it differs from the golden."""
    return [*lived.log(tongue).splitlines(), "", *lived.verdict(tongue), *golden]
