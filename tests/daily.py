"""A team on files of its own: numbers for each channel and day, the rules it says, and one person for each role.

What a test says is only what differs: `steady` makes weeks in which nothing happens, and edits break one number.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from bot.app import open_world
from core.ports import World
from core.usecases.deliver import deliver
from core.usecases.evaluate import evaluate_due
from core.usecases.replay import has_fired
from core.workspace import Workspace, load_workspace
from tests.fakes import FakeClock, FakeMessenger

Numbers = Mapping[str, float]
Facts = dict[tuple[datetime, str], dict[str, float]]
Edit = Callable[[Facts], None]
Fired = tuple[str, str]  # who fires, `rule{channel=wechat}`, and the period it fires for


def steady(last: date, days: int, channels: Iterable[str], row: Numbers) -> Facts:
    """Return weeks in which every channel has the same numbers every day."""
    every = [datetime.combine(last - timedelta(days=back), datetime.min.time()) for back in reversed(range(days))]
    return {(day, channel): dict(row) for day in every for channel in channels}


def hourly(first: date, until: datetime, channels: Iterable[str], row: Numbers) -> Facts:
    """Return the same for hours: each from the first of that day to the one before `until`."""
    start = datetime.combine(first, datetime.min.time())
    hours = int((until - start) / timedelta(hours=1))
    return {(start + timedelta(hours=each), channel): dict(row) for each in range(hours) for channel in channels}


def on(day: date, *channels: str, **numbers: float) -> Edit:
    """Write other numbers for one day; for these channels, or for all."""
    return since(day, *channels, until=day, **numbers)


def since(first: date, *channels: str, until: date = date.max, **numbers: float) -> Edit:
    def edit(facts: Facts) -> None:
        for (when, channel), row in facts.items():
            if first <= when.date() <= until and (not channels or channel in channels):
                row.update(numbers)

    return edit


def at(moment: datetime, *channels: str, **times: float) -> Edit:
    """Multiply what comes from that hour on."""

    def edit(facts: Facts) -> None:
        for (when, channel), row in facts.items():
            if moment <= when and (not channels or channel in channels):
                row.update({name: round(row[name] * factor) for name, factor in times.items()})

    return edit


def weekly(shape: Sequence[float], *names: str) -> Edit:
    """Give these numbers a week: a factor for each day from Monday on."""

    def edit(facts: Facts) -> None:
        for (when, _), row in facts.items():
            row.update({name: round(row[name] * shape[when.weekday()]) for name in names})

    return edit


def noisy(by: float, *names: str, seed: int = 618) -> Edit:
    """Let these numbers stray by chance, each by at most that share."""

    def edit(facts: Facts) -> None:
        chance = Random(seed)
        for row in facts.values():
            row.update({name: round(row[name] * chance.uniform(1 - by, 1 + by)) for name in names})

    return edit


@dataclass(frozen=True)
class Team:
    """What a team has said: the sentence and the role of each rule, and who holds the roles besides their namesakes."""

    rules: Mapping[str, tuple[str, str]]
    more: Mapping[str, str]  # further lines of a rule's envelope
    leads: Mapping[str, tuple[str, ...]]  # who leads which channels
    targets: str = ""
    grain: str = "day"

    def write(self, folder: Path, columns: Iterable[str]) -> None:
        measures = ", ".join(f"{each}: {each}" for each in columns)
        roles = sorted({role for _, role in self.rules.values()} - {"channel_lead"})
        people = [f"- {{person: {role}, duties: [{role}], chats: {{web: {role}}}}}" for role in roles]
        people.append("- {person: director, duties: [director], chats: {web: director}, may: manage}")
        people += [
            f"- {{person: {name}, chats: {{web: {name}}}, "
            f"duties: [{{role: channel_lead, over: {{channel: [{', '.join(channels)}]}}}}]}}"
            for name, channels in self.leads.items()
        ]
        rules = [
            f"- {{rule: {name}, when: '{said}', owner: {role}, severity: critical{self.more.get(name, '')}}}"
            for name, (said, role) in self.rules.items()
        ]
        files = {
            "workspace": "name: Team\nzone: Asia/Shanghai\n",
            "sources": f"- {{source: facts, files: facts.csv, grain: {self.grain}, time: 时间, "
            f"dimensions: {{channel: 渠道}}, measures: {{{measures}}}}}\n",
            "rules": "\n".join(rules),
            "people": "\n".join(people),
            "routes": "- {route: everything, owner: person:director}\n",
            "targets": self.targets,
        }
        for kind, text in files.items():
            if text:
                (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")


@dataclass
class Desk:
    """A team at work, with the clock in the test's hand."""

    workspace: Workspace
    world: World
    clock: FakeClock
    messenger: FakeMessenger

    def write(self, facts: Facts) -> None:
        columns = list(next(iter(facts.values())))
        lines = [",".join(["时间", "渠道", *columns])]
        lines += [
            ",".join([str(when), channel, *(str(row[each]) for each in columns)])
            for (when, channel), row in facts.items()
        ]
        (self.workspace.folder / "facts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    async def look(self, moment: datetime) -> list[Fired]:
        """Take in what has come by that moment of the wall clock, evaluate, deliver, and return what fires anew."""
        self.clock.moment = moment.replace(tzinfo=self.workspace.zone).astimezone(UTC)
        changes = await evaluate_due(self.workspace, self.world, await self.world.warehouse.refresh())
        while await deliver(self.workspace, self.world):
            pass
        return [
            (str(change.after.fingerprint), str(change.after.finding.period)) for change in changes if has_fired(change)
        ]

    @property
    def heard(self) -> list[str]:
        return [f"{kind} {to}" for kind, to in self.messenger.heard()]


@asynccontextmanager
async def at_work(team: Team, folder: Path, facts: Facts) -> AsyncIterator[Desk]:
    team.write(folder, next(iter(facts.values())))
    async with at_desk(folder) as desk:
        desk.write(facts)
        yield desk


@asynccontextmanager
async def at_desk(folder: Path) -> AsyncIterator[Desk]:
    """Open a workspace that somebody else has written."""
    workspace, clock, messenger = load_workspace(folder), FakeClock(), FakeMessenger()
    async with open_world(workspace, clock, speak=lambda *_: messenger) as world:
        yield Desk(workspace, world, clock, messenger)
