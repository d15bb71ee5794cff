"""Who is on duty, until when, and who is next: one line for each rota."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.dress import person_name
from bot.chat.card import Card, Prose, Table, Tone
from bot.phrases import say
from bot.phrases.numbers import moment
from core.charts import numerals
from core.people.roster import Roster
from core.routing.owner import stand_in
from core.text import Tongue

if TYPE_CHECKING:
    from core.people.rota import Rota
    from core.workspace import Workspace


def duty_card(workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    title, rotas = say("duty-title", tongue), Roster.of(workspace.people).rotas
    if not rotas:
        return Card(title, tongue, Tone.PLAIN, (Prose(say("duty-none", tongue)),), title)
    columns = tuple(say(f"column-{name}", tongue) for name in ("rota", "now", "until", "next"))
    rows = tuple(_row(rota, workspace, tongue, now) for rota in rotas.values())
    return Card(title, tongue, Tone.PLAIN, (Table(columns, rows),), f"{title}: {rows[0][1]}")


def _row(rota: Rota, workspace: Workspace, tongue: Tongue, now: datetime) -> tuple[str, ...]:
    name, line = rota.title.to(tongue), rota.line(now)
    if not line:
        return name, say("duty-off", tongue), numerals.NOTHING, numerals.NOTHING
    until = rota.until(now)
    following = person_name(rota.on(until.date()), workspace, tongue)
    return name, _answering(line, workspace, tongue, now), moment(until, workspace.zone, tongue, now), following


def _answering(line: tuple[str, ...], workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return whose turn it is, and who answers for them where they cannot."""
    whose = person_name(line[0], workspace, tongue)
    usable = (found.person for id in line if (found := stand_in(id, workspace.people, now)).person)
    answers = next(usable, None)
    if answers == line[0]:
        return whose
    return say("duty-instead", tongue, by=person_name(answers, workspace, tongue), person=whose)
