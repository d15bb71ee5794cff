"""A question for numbers, answered; and whatever in it is neither a name we know nor a time, told from a slip."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.answer import answer_card
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Ask
from bot.phrases import say
from core.calendar.phrase import Reading, read_period
from core.errors import Missing, Problem
from core.metrics.metric import Tier
from core.text import Tongue
from core.usecases.ask import Answer, Question
from core.usecases.ask import ask as ask_numbers
from core.usecases.compare import comparison

UNSAID = "last 7 days"
MOST_EXAMPLES = 3


async def ask(command: Ask, call: Call) -> Reply:
    answer, reading = await answered(command, call)
    said = echo(command, reading, call.tongue)
    return Reply((answer_card(answer, call.workspace, call.tongue, reading=said),))


async def answered(command: Ask, call: Call) -> tuple[Answer, Reading]:
    """Return the numbers, and how their period was read."""
    if not command.metrics:
        raise _without_metric(command, call)
    for code in command.metrics:
        _must_have_data(code, call)
    reading, _ = period_of(command, call)
    window = reading.window
    compare = comparison(window, command.versus, call.wall, call.workspace.events, event=reading.event)
    question = Question(command.metrics, window, command.where, command.by, compare, command.grain)
    answer = await ask_numbers(question, call.workspace, call.world)
    if answer.is_empty:
        _name_what_is_near(command, call)
    return answer, replace(reading, window=answer.question.window)


def period_of(command: Ask, call: Call) -> tuple[Reading, str]:
    """Return how the period was read, and what is to be said where it may have been read wrongly."""
    try:
        reading = read_period(
            command.period or UNSAID, call.wall, call.workspace.events, fiscal_starts=call.workspace.fiscal_starts
        )
    except Problem as problem:
        raise _mistyped(command.period, call) or problem from None
    return reading, echo(command, reading, call.tongue)


def echo(command: Ask, reading: Reading, tongue: Tongue) -> str:
    """Return how the period was read, where it may have been read wrongly."""
    return say("answer-read-as", tongue, said=command.period, window=reading.echo) if reading.guessed else ""


def _must_have_data(code: str, call: Call) -> None:
    catalog = call.workspace.catalog
    if catalog.is_available(code):
        return
    held = {measure for source in catalog.sources.values() for measure in source.measures}
    lacks = [base for base in catalog.bases(code) if base not in held]
    names = [catalog.metric(base).title.to(call.tongue) for base in lacks or catalog.bases(code)]
    listed = ("、" if call.tongue == "zh" else ", ").join(names)
    if not lacks:
        raise Missing("metric-apart", metric=code, bases=listed)
    raise Missing("metric-no-data", metric=code, lacks=listed)


def _without_metric(command: Ask, call: Call) -> Missing:
    """Say which metric was mistyped, or that none was named."""
    if not command.period or _is_period(command.period, call):
        return Missing("ask-no-metric", examples=_examples(call))
    return _mistyped(command.period, call) or Missing("unknown-metric", name=command.period)


def _mistyped(words: str, call: Call) -> Missing | None:
    """Return which words are no metric: those beside which the others are a period, or all, where they are like one."""
    parts = words.split()
    for size in range(1, len(parts)):
        for said, rest in ((parts[:size], parts[size:]), (parts[-size:], parts[:-size])):
            if _is_period(" ".join(rest), call):
                return _unknown(" ".join(said), call)
    return _unknown(words, call) if call.lexicon.metrics.nearest(words) else None


def _is_period(words: str, call: Call) -> bool:
    try:
        return not read_period(
            words, call.wall, call.workspace.events, fiscal_starts=call.workspace.fiscal_starts
        ).guessed
    except Problem:
        return False


def _unknown(said: str, call: Call) -> Missing:
    near = call.lexicon.metrics.nearest(said)
    return Missing("unknown-metric", name=said, suggestion=near) if near else Missing("unknown-metric", name=said)


def _examples(call: Call) -> str:
    tiers = list(Tier)
    foremost = sorted(call.workspace.catalog.available(), key=lambda metric: tiers.index(metric.tier))
    names = [metric.title.to(call.tongue) for metric in foremost[:MOST_EXAMPLES]]
    return ("、" if call.tongue == "zh" else ", ").join(names)


def _name_what_is_near(command: Ask, call: Call) -> None:
    """Raise Missing for a value that nobody knows and that is like one we do; it may well be in some other period."""
    for matcher in command.where:
        names = call.lexicon.values.get(matcher.dimension)
        for value in matcher.values:
            if names and value not in names.codes.values() and (near := names.nearest(value)):
                title = call.workspace.catalog.dimensions[matcher.dimension].title.to(call.tongue)
                raise Missing("no-value-near", said=value, dimension=title, suggestion=near)
