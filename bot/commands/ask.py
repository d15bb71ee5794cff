"""A question for numbers, answered; and whatever in it is neither a name we know nor a time, told from a slip."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from bot.cards.answer import answer_card, window_words
from bot.cards.dress import dimension_title
from bot.chat.card import Prose
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Ask
from bot.commands.follow import about, followed, goes_on
from bot.phrases import say
from core.calendar.phrase import Reading, read_period
from core.errors import Missing, Problem
from core.metrics.metric import Tier
from core.text import Tongue
from core.usecases.ask import Answer, Question, held, span_of
from core.usecases.ask import ask as ask_numbers
from core.usecases.compare import comparison
from core.usecases.portion import has_parts, portion

UNSAID = "last 7 days"
UNSAID_TO_DATE = "this month"  # of what gathers since its month began
LIKE = 0.75  # of difflib's ratio, from which on a mistyped time is read as the one it is like
_TIMES = (
    *("today", "yesterday", "the day before yesterday", "last weekend", "this week", "last week"),
    *("this month", "last month", "this quarter", "last quarter", "this year", "last year"),
    *("last 7 days", "last 14 days", "last 30 days"),
)
MOST_EXAMPLES = 3
CONTRIBUTED = "conversions"  # what a channel contributes, where nobody says what: of its domain's dictionary


async def ask(command: Ask, call: Call) -> Reply:
    command, notes = _shared(await continued(command, call), call), list[str]()
    undivided = next((code for code in command.metrics if not has_parts(code, call.workspace.catalog)), None)
    if command.is_share and undivided:
        notes.append(_without_parts(undivided, command, call))
        command = replace(command, is_share=False)
    try:
        answer, reading = await answered(command, call)
    except Missing as missing:
        nearest = _nearest(command, missing)
        if nearest is None:
            raise
        notes.append(say("answer-nearest", call.tongue, dimension=_dimensions(command, nearest, call)))
        command = nearest
        answer, reading = await answered(command, call)
    call.conversations.remember(call.request, command, call.now)
    notes += filter(None, [echo(command, reading, call.tongue), await _facts_held(answer, call)])
    card = answer_card(answer, call.workspace, call.tongue, reading=" ".join(notes), form=command.form)
    if command.form != "excel":
        return Reply((card,))
    from bot.cards.sheet import sheet

    told = [card.title, *(block.text for block in card.blocks if isinstance(block, Prose))]
    return Reply((card,), files=(sheet(answer, call.workspace, call.tongue, told),))


async def continued(command: Ask, call: Call) -> Ask:
    """Return the question in full: one that names no metric goes on from what was asked here, or from its alert."""
    if command == Ask() or (command.metrics and not goes_on(call.request.text)):
        return command
    if command.is_share and command.by and not goes_on(call.request.text):
        return command  # 渠道贡献度 has a name of its own
    if command.period and not _is_period(command.period, call):
        return command  # a word mistyped, which is told as one
    before = call.conversations.before(call.request, call.now)
    if before is None and call.request.alert:
        async with call.world.store.begin() as tx:
            alert = await tx.find(call.request.alert)
        before = about(alert) if alert else None
    return followed(command, before) if before and before.metrics else command


def _nearest(command: Ask, missing: Missing) -> Ask | None:
    """Return what can be answered instead of what no source tells: the whole, where slices are not told apart."""
    if missing.code != "no-source-for" or not (command.by or command.where):
        return None
    return replace(command, by=None, where=(), top=None) if not command.by else replace(command, by=None, top=None)


def _dimensions(command: Ask, nearest: Ask, call: Call) -> str:
    dropped = {one.dimension for one in command.where} - {one.dimension for one in nearest.where}
    dropped |= {command.by} - {nearest.by} if command.by else set()
    titles = [dimension_title(code, call.workspace, call.tongue) for code in sorted(filter(None, dropped))]
    return ("、" if call.tongue == "zh" else ", ").join(titles)


async def answered(command: Ask, call: Call) -> tuple[Answer, Reading]:
    """Return the numbers, and how their period was read."""
    command = _split(command, call)
    if not command.metrics:
        raise _without_metric(command, call)
    for code in command.metrics:
        _must_have_data(code, call)
    reading, _ = period_of(command, call)
    window = reading.window
    compare = comparison(window, command.versus, call.wall, call.workspace.events, event=reading.event)
    question = Question(command.metrics, window, command.where, command.by, compare, command.grain)
    divided = command.by or next((one.dimension for one in command.where), None)
    if command.is_share and divided:
        answer = await portion(question, divided, call.workspace, call.world)
    else:
        answer = await ask_numbers(question, call.workspace, call.world)
    if answer.is_empty:
        _name_what_is_near(command, call)
    return topped(answer, command.top), replace(reading, window=answer.question.window)


def topped(answer: Answer, top: int | None) -> Answer:
    """Return the so many slices with most of the first metric, or with least of it where that is asked."""
    if not top:
        return answer
    first = [one for one in answer.of(answer.question.metrics[0]) if one.value is not None]
    ranked = sorted(first, key=lambda one: one.value or 0.0, reverse=top > 0)[: abs(top)]
    order = [one.labels for one in ranked]
    kept = (
        one for code in answer.question.metrics for labels in order for one in answer.of(code) if one.labels == labels
    )
    return replace(answer, values=tuple(kept))


def _split(command: Ask, call: Call) -> Ask:
    """Return the question with what its `top 5` are five of, where nobody said: the source's first dimension."""
    if command.top is None or command.by or not command.metrics:
        return command
    bases, named = set(call.workspace.catalog.bases(command.metrics[0])), {one.dimension for one in command.where}
    for source in call.workspace.catalog.sources.values():
        if bases <= set(source.measures):
            by = next((code for code in source.dimensions if code not in named), None)
            return replace(command, by=by)
    return command


def _shared(command: Ask, call: Call) -> Ask:
    """Return the question for a part of the whole with what is divided, and by what, where nobody said."""
    if not command.is_share:
        return command
    catalog = call.workspace.catalog
    if not command.metrics and (not command.period or _is_period(command.period, call)):
        able = [metric.code for metric in catalog.available() if has_parts(metric.code, catalog)]
        command = replace(command, metrics=tuple(([CONTRIBUTED] if CONTRIBUTED in able else able)[:1]))
    if command.by or command.where or not command.metrics:
        return command
    return replace(_split(replace(command, top=command.top or 1), call), top=command.top)


async def _facts_held(answer: Answer, call: Call) -> str:
    """Return from when to when there are facts, where the period asked for holds none."""
    if not answer.is_empty or (days := await held(answer.question, call.wall, call.workspace, call.world)) is None:
        return ""
    return say("answer-held", call.tongue, window=window_words(days, call.tongue))


def _without_parts(metric: str, command: Ask, call: Call) -> str:
    by = command.by or next((one.dimension for one in command.where), None)
    dimension = dimension_title(by, call.workspace, call.tongue) if by else ""
    title = call.workspace.catalog.metric(metric).title.to(call.tongue)
    return say("answer-no-parts", call.tongue, metric=title, dimension=dimension)


def period_of(command: Ask, call: Call) -> tuple[Reading, str]:
    """Return how the period was read, and what is to be said where it may have been read wrongly."""
    try:
        reading = _read(command.period or _unsaid(command, call), call)
    except Problem as problem:
        if mistyped := _mistyped(command.period, call):
            raise mistyped from None
        near = get_close_matches(command.period.lower(), _TIMES, n=1, cutoff=LIKE)
        if not near:
            raise problem from None
        reading = replace(_read(near[0], call), guessed=True)
    return reading, echo(command, reading, call.tongue)


def _read(said: str, call: Call) -> Reading:
    return read_period(said, call.wall, call.workspace.events, fiscal_starts=call.workspace.fiscal_starts)


def _unsaid(command: Ask, call: Call) -> str:
    catalog = call.workspace.catalog
    gathers = all(span_of(catalog.metric(code), catalog) for code in command.metrics)
    return UNSAID_TO_DATE if gathers else UNSAID


def echo(command: Ask, reading: Reading, tongue: Tongue) -> str:
    """Return how the period was read, where it may have been read wrongly."""
    return say("answer-read-as", tongue, said=command.period, window=reading.echo) if reading.guessed else ""


def _must_have_data(code: str, call: Call) -> None:
    catalog = call.workspace.catalog
    if catalog.is_available(code):
        return
    if catalog.is_told(code):
        return  # each half by a source of its own
    held = {measure for source in catalog.sources.values() for measure in source.measures}
    names = [catalog.metric(base).title.to(call.tongue) for base in catalog.bases(code) if base not in held]
    raise Missing("metric-no-data", metric=code, lacks=("、" if call.tongue == "zh" else ", ").join(names))


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
        return not _read(words, call).guessed
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
