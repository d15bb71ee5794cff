"""What moved a number: one sentence, the slices with their evidence, and a waterfall that adds up.

It is Beacon's guess and says so: what the cause was, whoever closes the alert says. Beside it stands what people
found and did the last times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cards.answer import window_words
from bot.cards.dress import dimension_title, metric_title, number, slice_words, usual_words, value_title
from bot.cards.why import Names, move_words, sentence, share_words
from bot.chat.card import Block, Button, Buttons, Card, Picture, Prose, Table, Tone
from bot.phrases import say
from bot.phrases.numbers import moment, sign_of
from core.charts.figure import HeatMap, Part, Waterfall
from core.labels import Labels
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.by_hour import ByHour
    from core.usecases.why import Case, Why
    from core.workspace import Workspace

MOST_CASES = 3
MOST_BARS = 6


def drivers_card(
    why: Why, workspace: Workspace, tongue: Tongue, now: datetime, *, cases: Sequence[Case] = (), reading: str = ""
) -> Card:
    """Return why a metric moved; `cases` are closed alerts like this one, with what people said of them."""
    title = say("drivers-title", tongue, metric=_subject(why, workspace, tongue))
    told = sentence(why.found, names_of(why, workspace, tongue), is_searched=bool(why.dimensions))
    blocks: list[Block] = [Prose(_periods(why, tongue), "quiet")]
    blocks += [Prose(reading, "quiet")] if reading else []
    blocks += [Prose(told, "strong"), Prose(say("drivers-suggestion", tongue), "quiet")]
    if why.found.causes:
        blocks.append(_table(why, workspace, tongue))
    if (figure := waterfall(why, workspace, tongue)) is not None:
        blocks.append(Picture(figure, title))
    if why.hours is not None:
        drawn = heat_map(why, why.hours, workspace, tongue)
        blocks.append(Picture(drawn, drawn.title))
    if why.held_back:
        blocks.append(Prose(say("drivers-held-back", tongue, days=why.held_back), "quiet"))
    if not why.dimensions:
        blocks.append(Prose(say("drivers-one-slice", tongue), "quiet"))
    if cases:
        blocks.append(Prose("\n".join(_cases(cases, workspace, tongue, now))))
    if buttons := tuple(_buttons(why, workspace, tongue)):
        blocks.append(Buttons(buttons))
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), told)


def likely_line(why: Why, workspace: Workspace, tongue: Tongue) -> str:
    """Return one line for an alert's card, or nothing where nothing stands out."""
    found, names = why.found, names_of(why, workspace, tongue)
    if found.causes:
        cause = found.causes[0]
        facts = {"slice": names.slice(cause.slice), "move": move_words(cause, names)}
        return say("likely-slice", tongue, share=share_words(cause.contribution), **facts)
    if found.is_mix and found.shift is not None:
        return say("likely-mix", tongue, slice=names.slice(found.shift.slice))
    return ""


def names_of(why: Why, workspace: Workspace, tongue: Tongue) -> Names:
    def words(labels: Labels) -> str:
        return slice_words(labels, workspace, tongue)

    def written(value: float | None) -> str:
        return number(value, why.metric.unit, workspace, tongue)

    return Names(tongue, _subject(why, workspace, tongue), words, written, say("why-against-before", tongue))


def waterfall(why: Why, workspace: Workspace, tongue: Tongue) -> Waterfall | None:
    """Return the change bar by bar: causes, the mix, and what is left; None where nothing moved."""
    found = why.found
    if not found.change or found.before is None or found.now is None:
        return None
    parts = [
        Part(slice_words(cause.slice, workspace, tongue), (cause.contribution or 0.0) * found.change)
        for cause in found.causes[:MOST_BARS]
    ]
    if found.mix:
        parts.append(Part(say("drivers-mix", tongue), found.mix))
    rest = found.change - sum(part.change for part in parts)
    parts.append(Part(say("drivers-rest", tongue), rest, is_rest=True))
    then = say("drivers-likes", tongue) if len(why.compare) > 1 else window_words(why.compare[0], tongue)
    return Waterfall(
        title=say("drivers-title", tongue, metric=_subject(why, workspace, tongue)),
        tongue=tongue,
        unit=why.metric.unit,
        direction=why.metric.direction,
        before=(then, found.before),
        now=(window_words(why.window, tongue), found.now),
        parts=tuple(parts),
        subtitle=say("drivers-suggestion", tongue),
        currency=sign_of(workspace.currency),
    )


def heat_map(why: Why, hours: ByHour, workspace: Workspace, tongue: Tongue) -> HeatMap:
    """Return when it moved: the values of the first cause's dimension by the hours of the day."""
    dimension = dimension_title(hours.dimension, workspace, tongue)
    facts = {"metric": _subject(why, workspace, tongue), "dimension": dimension}
    return HeatMap(
        title=say("drivers-by-hour", tongue, **facts),
        tongue=tongue,
        direction=why.metric.direction,
        rows=tuple(value_title(hours.dimension, value, workspace, tongue) for value in hours.values),
        columns=tuple(str(hour) for hour in range(24)),
        cells=hours.changes,
        subtitle=_periods(why, tongue),
    )


def _subject(why: Why, workspace: Workspace, tongue: Tongue) -> str:
    title = metric_title(why.metric.code, workspace, tongue)
    where = Labels.of({one.dimension: one.values[0] for one in why.where if not one.negated})
    return f"{title} · {slice_words(where, workspace, tongue)}" if where else title


def _periods(why: Why, tongue: Tongue) -> str:
    window = window_words(why.window, tongue)
    if len(why.compare) > 1:
        return say("drivers-against-likes", tongue, window=window, count=len(why.compare))
    return say("answer-compared", tongue, window=window, compared=window_words(why.compare[0], tongue))


def _table(why: Why, workspace: Workspace, tongue: Tongue) -> Table:
    names = names_of(why, workspace, tongue)
    columns = ("drivers-slice", "drivers-before", "drivers-now", "fact-change", "drivers-share")
    rows = [
        (
            names.slice(cause.slice),
            names.number(cause.before),
            names.number(cause.now),
            move_words(cause, names),
            share_words(cause.contribution),
        )
        for cause in why.found.causes
    ]
    if why.found.mix and why.found.change:
        rows.append((say("drivers-mix", tongue), "", "", "", share_words(why.found.mix / why.found.change)))
    rows.append((say("drivers-rest", tongue), "", "", "", share_words(why.found.unexplained)))
    return Table(tuple(say(code, tongue) for code in columns), tuple(rows), numeric=(1, 2, 3, 4))


def _cases(cases: Sequence[Case], workspace: Workspace, tongue: Tongue, now: datetime) -> Iterator[str]:
    """Yield what people found and did when it last looked like this."""
    yield say("drivers-cases", tongue)
    for case in cases[:MOST_CASES]:
        alert = case.alert
        facts = {
            "handle": alert.handle,
            "when": moment(alert.opened_at, workspace.zone, tongue, now),
            "slice": slice_words(alert.fingerprint.labels, workspace, tongue) or say("answer-whole", tongue),
            "cause": usual_words("cause", case.cause, tongue),
        }
        if case.action:
            yield say("drivers-case-fixed", tongue, action=usual_words("action", case.action, tongue), **facts)
        else:
            yield say("drivers-case", tongue, **facts)


def _buttons(why: Why, workspace: Workspace, tongue: Tongue) -> Iterator[Button]:
    """Offer the number itself, by the dimension of the first cause."""
    named = why.found.causes[0].slice.pairs if why.found.causes else ()
    dimension = named[0][0] if named else next(iter(why.dimensions), None)
    if dimension is None or any(one.negated for one in why.where):
        return
    where = "".join(f" {one.dimension}={','.join(one.values)}" for one in why.where)
    days = f"{why.window.first_day}..{why.window.last_day}"
    known = workspace.catalog.dimensions.get(dimension)
    label = say("button-by", tongue, dimension=known.title.to(tongue) if known else dimension)
    command = f"{why.metric.code}{where} by {dimension} {days}"
    if command.isascii() and len(command) <= 64:  # noqa: PLR2004 - what a button holds; it can still be typed
        yield Button(label, command)
