"""A person's own board: what waits for them and their team, what is overdue, what they promised, when they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from bot.cards.board import alerts_table
from bot.cards.digest_settings import plan_words
from bot.cards.work import promises_card
from bot.chat.card import Block, Button, Buttons, Card, Prose, Tone
from bot.phrases import say
from core.alerts.alert import Alert
from core.alerts.holds import Hold
from core.text import Tongue

if TYPE_CHECKING:
    from core.people.person import Person
    from core.routing.digests import Plan
    from core.usecases.follow_up import Pledge
    from core.workspace import Workspace

MOST_ALERTS = 10  # of one list; the board has them all
MOST_BUTTONS = 5


@dataclass(frozen=True, slots=True)
class Home:
    """An alert stands in one list only: what is overdue is no longer merely mine, or my team's."""

    overdue: tuple[Alert, ...]
    mine: tuple[Alert, ...]
    team: tuple[Alert, ...]
    pledges: tuple[Pledge, ...]
    holds: tuple[Hold, ...] = ()
    digests: tuple[Plan, ...] = ()


def home_card(home: Home, person: Person, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    title = say("home-title", tongue, name=person.name.to(tongue))
    lists = (("home-overdue", home.overdue), ("home-mine", home.mine), ("home-team", home.team))
    shown = [each for code, alerts in lists for each in _list(code, alerts, home.holds, workspace, tongue, now)]
    blocks: list[Block] = shown or [Prose(say("home-calm", tongue), "strong")]
    promised = promises_card(home.pledges, workspace, tongue, now)
    blocks += [Prose(promised.title, "strong"), *promised.blocks]
    digests = "\n".join(plan_words(plan, tongue) for plan in home.digests) or say("digest-none", tongue)
    blocks.append(Prose(f"{_told(person, tongue)}\n{digests}", "quiet"))
    asks = ("board", "digest", "mutes", "promises", "help")
    settings = Button(say("digest-settings-button", tongue), "digest settings")
    blocks.append(Buttons((*(Button(say(f"home-{ask}", tongue), ask) for ask in asks), settings)))
    tone = Tone.BAD if home.overdue else Tone.WARNING if home.mine else Tone.GOOD
    return Card(title, tongue, tone, tuple(blocks), title)


def _list(
    code: str, alerts: Sequence[Alert], holds: Sequence[Hold], workspace: Workspace, tongue: Tongue, now: datetime
) -> Sequence[Block]:
    if not alerts:
        return ()
    first = alerts[:MOST_BUTTONS]
    buttons = chain.from_iterable(
        (Button(alert.handle, f"alert {alert.handle}"), Button(f"⋯ {alert.handle}", f"more {alert.stamp}"))
        for alert in first
    )
    heading = Prose(say(code, tongue, count=len(alerts)), "strong")
    table = alerts_table(alerts[:MOST_ALERTS], workspace, tongue, now, holds)
    return (heading, table, Buttons(tuple(buttons)))


def _told(person: Person, tongue: Tongue) -> str:
    """Return when and where they are told, so that nobody has to look into a file for it."""
    begins, ends = person.workday
    places = ", ".join(person.chats) or "–"
    hours = f"{begins:%H:%M}–{ends:%H:%M}"
    return say("home-told", tongue, hours=hours, zone=person.zone.key, places=places)
