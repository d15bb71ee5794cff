"""How Beacon itself is: who lives, what was last done well, what waits, and whom nothing reached."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.chat.card import Block, Card, Fact, Facts, Prose, Table, Tone
from bot.phrases import say
from core.notices.outbox import Status
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.health import Health
    from core.workspace import Workspace

MOST_LETTERS = 5
_DONE = {
    "fetch": "health-fetch",
    "evaluate": "health-evaluate",
    "rounds": "health-rounds",
    "watchdog": "health-watchdog",
}
_DONE_ON = {"send": "health-send", "listen": "health-listen", "watchdog": "health-watchdog-on"}


def health_card(health: Health, workspace: Workspace, tongue: Tongue) -> Card:
    title = say("health-well" if health.is_well else "health-ill", tongue)
    alive = sum(process.is_alive for process in health.processes)
    unsaid = health.waiting.get(Status.QUEUED, 0) + health.waiting.get(Status.SENDING, 0)
    facts = [
        Fact(say("health-processes", tongue), f"{alive}/{len(health.processes)}", Tone.PLAIN if alive else Tone.BAD),
        Fact(say("health-waiting", tongue), say("health-queue", tongue, count=unsaid, seconds=_age(health.queue_age))),
        Fact(say("health-dead", tongue), str(len(health.letters)), Tone.BAD if health.letters else Tone.PLAIN),
    ]
    facts += [
        Fact(_done(what, tongue), say("health-ago", tongue, seconds=_age(health.at - at)))
        for what, at in sorted(health.last.items())
    ]
    blocks: list[Block] = [Facts(tuple(facts))]
    if health.forgotten:
        handles = " ".join(f"#{handle}" for handle in health.forgotten)
        blocks.append(Prose(say("health-forgotten", tongue, handles=handles), "strong"))
    if health.stuck:
        platforms = ", ".join(one.title() for one in health.stuck)
        blocks.append(Prose(say("health-stuck", tongue, platforms=platforms), "strong"))
    if health.letters:
        columns = tuple(say(code, tongue) for code in ("health-to", "health-why", "health-when"))
        rows = tuple(
            (str(letter.to), letter.error or "", _moment(letter.created_at, workspace))
            for letter in health.letters[:MOST_LETTERS]
        )
        blocks.append(Table(columns, rows))
    return Card(title, tongue, Tone.GOOD if health.is_well else Tone.BAD, tuple(blocks), title, "health")


def _done(what: str, tongue: Tongue) -> str:
    verb, _, platform = what.partition(" ")
    if platform:
        return say(_DONE_ON.get(verb, verb), tongue, platform=platform.title())
    return say(_DONE.get(verb, verb), tongue)


def _age(age: timedelta) -> int:
    return max(0, int(age.total_seconds()))


def _moment(at: datetime, workspace: Workspace) -> str:
    return f"{at.astimezone(workspace.zone):%m-%d %H:%M}"
