"""A number typed in chat: `put competitor_price 199 product=X`. What competitors do stands in no export of ours."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING

from bot.cards.dress import dimension_title, metric_title, period_words, slice_words
from bot.chat.card import Card, Tone
from bot.chat.reply import Reply
from bot.commands.asking import read_question
from bot.commands.command import Put
from bot.phrases import say
from core.calendar.grain import Grain, Period
from core.calendar.phrase import read_period
from core.document import suggesting
from core.errors import Missing, Problem
from core.labels import Labels

if TYPE_CHECKING:
    from bot.commands.call import Call
    from bot.commands.lexicon import Lexicon

_UNIT = "千万|百万|十万|亿|万|千|[wWkKM%‰]"
_VALUE = re.compile(rf"\s*(?:是|为|=|is\s)?\s*([-+(¥$€£]{{0,3}}[\d.][\d.,]*\s?(?:{_UNIT})?元?\)?)(?=\s|$|[^\d.])")


def read_put(rest: str, lexicon: Lexicon) -> Put:
    """Read the metric, the number, the slice and the day, in that order; Missing shows how it is said."""
    known = lexicon.metrics.at(rest.lower())
    name, after = (known[0], rest[known[1] :]) if known else (rest.partition(" ")[0], rest.partition(" ")[2])
    value = _VALUE.match(after)
    if not name or value is None:
        raise Missing("put-how")
    left = after[value.end() :].strip(" ,，")
    asked = read_question(left, left.lower(), lexicon)
    return Put(name, value[1].strip(), asked.where, asked.period)


async def put(command: Put, call: Call) -> Reply:
    catalog = call.workspace.catalog
    if command.metric not in catalog.metrics:
        raise Missing("unknown-metric", **suggesting(command.metric, catalog.names(), name=command.metric))
    if call.world.inbox is None:
        raise Missing("put-no-source", metric=command.metric)
    if any(len(one.values) != 1 or one.negated for one in command.where):
        raise Missing("put-how")
    labels = {one.dimension: one.values[0] for one in command.where}
    wall = call.wall
    if command.day:
        wall = read_period(command.day, wall, call.workspace.events).window.start
    at = wall.replace(tzinfo=call.workspace.zone).astimezone(UTC)
    if at > call.now:
        raise Problem("put-future", day=command.day)
    try:
        await call.world.inbox.note(command.metric, command.value, labels, at, call.person.id)
    except Missing as missing:
        if "dimension" not in missing.facts:
            raise
        title = dimension_title(str(missing.facts["dimension"]), call.workspace, call.tongue)
        raise Missing(missing.code, **{**missing.facts, "dimension": title}) from None
    facts = {
        "metric": metric_title(command.metric, call.workspace, call.tongue),
        "slice": slice_words(Labels.of(labels), call.workspace, call.tongue),
        "value": command.value,
        "day": period_words(Period.holding(wall, Grain.DAY), call.tongue),
    }
    title = say("put-done", call.tongue, **facts)
    return Reply((Card(title, call.tongue, Tone.GOOD, (), title),))
