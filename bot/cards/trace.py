"""Why an alert came to whom it came: what was written down when it was decided, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.alert import headline, state_words, why_words
from bot.cards.dress import beside, dressed, metric_title, period_words, person_name, severity_words, slice_words
from bot.cards.happened import event_words
from bot.chat.card import Block, Card, Prose, Table, Tone
from bot.phrases import say
from bot.phrases.numbers import moment
from core.alerts.event import Event
from core.audit import Origin
from core.labels import Labels
from core.notices.notice import Place
from core.notices.outbox import Delivery
from core.routing.trace import ROUTED, Line, lines_of
from core.text import Tongue
from core.usecases.explain import about

if TYPE_CHECKING:
    from core.usecases.dry_route import Course
    from core.usecases.explain import Explanation
    from core.workspace import Workspace

MOST_EVENTS = 30


def trace_card(explanation: Explanation, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    alert = explanation.alert
    title = say("trace-title", tongue, handle=alert.handle)
    what = headline(alert, workspace, tongue)
    state = state_words(alert, explanation.holds, workspace, tongue, now)
    blocks: list[Block] = [Prose(f"{what} · {state}", "strong")]
    if why := why_words(alert, workspace, tongue, now):
        blocks.append(Prose(why))
    if alert.finding.is_kept_back:
        blocks.append(Prose(say("trace-kept-back", tongue, period=period_words(alert.finding.period, tongue))))
    events = sorted(explanation.events, key=lambda event: (event.at, event.version))
    if len(events) > MOST_EVENTS:
        blocks.append(Prose(say("trace-truncated", tongue, count=len(events) - MOST_EVENTS), "quiet"))
    if events:
        blocks.append(_events(events[-MOST_EVENTS:], workspace, tongue, now))
    else:
        blocks.append(Prose(say("trace-none", tongue)))
    if explanation.deliveries:
        blocks.append(Prose(say("trace-deliveries", tongue), "strong"))
        blocks.append(_deliveries(explanation.deliveries, workspace, tongue, now))
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), f"{title} · {what}")


def concern_card(explanation: Explanation, who: str, workspace: Workspace, tongue: Tongue, now: datetime) -> Card:
    """Return why one person was told of an alert, or was not, and what became of each message to them."""
    alert = explanation.alert
    name = person_name(who, workspace, tongue)
    title = say("concern-title", tongue, handle=alert.handle, person=name)
    lines = [line_words(line, workspace, tongue, now) for line in about(explanation, who, workspace)]
    blocks: list[Block] = [
        Prose(headline(alert, workspace, tongue), "strong"),
        Prose("\n".join(f"· {line}" for line in dict.fromkeys(lines))),
    ]
    mine = tuple(one for one in explanation.deliveries if one.notice.to == who)
    if mine:
        blocks.append(_deliveries(mine, workspace, tongue, now))
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), f"{title} {lines[-1]}")


def course_card(
    metric: str, labels: Labels, courses: Iterable[Course], workspace: Workspace, tongue: Tongue, now: datetime
) -> Card:
    """Return, rule by rule, who would be told of a number that went wrong now."""
    where = slice_words(labels, workspace, tongue)
    about = metric_title(metric, workspace, tongue)
    title = say("course-title", tongue, metric=f"{about} · {where}" if where else about)
    blocks: list[Block] = []
    for course in courses:
        severity = severity_words(course.rule.severity, tongue)
        blocks.append(Prose(f"{course.rule.title.to(tongue)} · {severity}", "strong"))
        blocks.append(Prose("\n".join(f"· {line_words(line, workspace, tongue, now)}" for line in course.lines)))
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), title)


def _events(events: list[Event], workspace: Workspace, tongue: Tongue, now: datetime) -> Table:
    """Return what happened line by line; the reasons of a decision follow it, without a time of their own."""
    columns = tuple(say(f"trace-columns-{name}", tongue) for name in ("time", "what", "who"))
    rows: list[tuple[str, ...]] = []
    for event in events:
        when = moment(event.at, workspace.zone, tongue, now)
        if event.kind == ROUTED:
            rows += [("", f"· {line_words(line, workspace, tongue, now)}", "") for line in lines_of(event)]
        else:
            rows.append((when, event_words(event, workspace, tongue, now), _who(event, workspace, tongue)))
    return Table(columns, tuple(rows))


def line_words(line: Line, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return one reason of a decision in words."""
    facts = dressed(line.facts, workspace, tongue, now)
    return say(f"trace-{line.code}", tongue, **facts)


def _who(event: Event, workspace: Workspace, tongue: Tongue) -> str:
    name = person_name(event.actor, workspace, tongue)
    origin = Origin.read(event.via)
    if origin.approver:
        by = person_name(origin.approver, workspace, tongue)
        return say("trace-who-on-word", tongue, name=name, platform=origin.platform, by=by)
    return beside(name, origin.platform, tongue) if origin.platform else name


def _deliveries(deliveries: tuple[Delivery, ...], workspace: Workspace, tongue: Tongue, now: datetime) -> Table:
    columns = ("trace-columns-time", "trace-place", "trace-kind", "trace-status")
    rows = tuple(
        (
            moment(one.created_at, workspace.zone, tongue, now),
            _where(one, workspace, tongue),
            say(f"kind-{one.notice.kind}", tongue),
            _status(one, tongue),
        )
        for one in sorted(deliveries, key=lambda one: (one.created_at, one.id))
    )
    return Table(tuple(say(code, tongue) for code in columns), rows)


def _status(one: Delivery, tongue: Tongue) -> str:
    tries = say("trace-tries", tongue, count=one.attempts) if one.attempts > 1 else ""
    said = say("list-comma", tongue).join(filter(None, (tries, one.error)))
    status = say(f"status-{one.status}", tongue)
    return beside(status, said, tongue) if said else status


def _where(one: Delivery, workspace: Workspace, tongue: Tongue) -> str:
    to = one.notice.to
    if isinstance(to, Place):
        return str(to)
    name = person_name(to, workspace, tongue)
    return beside(name, one.place.platform, tongue) if one.place else name
