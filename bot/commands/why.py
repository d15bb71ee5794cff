"""Why a metric moved, asked in chat: `why roi last week`, or `drivers 7f3k` for the number of an alert.

`why HANDLE` is another question: why somebody was told. It stays with `explain`.
"""

from __future__ import annotations

from datetime import timedelta

from bot.cards.drivers import drivers_card
from bot.cards.funnel import funnel_card, lines_card
from bot.chat.reply import Reply
from bot.commands.ask import period_of
from bot.commands.call import Call
from bot.commands.command import Ask, Drivers, Funnel, Lines
from core.errors import Missing
from core.usecases import why as reasons
from core.usecases.compare import comparison
from core.usecases.explain import find
from core.usecases.funnel import three_lines, whole_funnel

REMEMBERS = timedelta(days=400)  # a year back, and the campaign before


async def drivers(command: Drivers, call: Call) -> Reply:
    if command.alert is not None:
        return await _of_alert(command.alert.handle, call)
    question = command.question or Ask()
    if not question.metrics:
        raise Missing("why-which-metric")
    reading, said = period_of(question, call)
    compare = comparison(reading.window, question.versus, call.wall, call.workspace.events, event=reading.event)
    found = await reasons.why(question.metrics[0], question.where, reading.window, compare, call.workspace, call.world)
    return Reply((drivers_card(found, call.workspace, call.tongue, call.now, reading=said),))


async def _of_alert(handle: str, call: Call) -> Reply:
    async with call.world.store.begin() as tx:
        alert = await find(handle, tx)
    found = await reasons.why_alert(alert, call.workspace, call.world.warehouse, with_hours=True)
    if found is None:
        raise Missing("why-no-dimension-left", handle=alert.handle)
    cases = await reasons.similar(alert, 3, call.world, call.now - REMEMBERS)
    return Reply((drivers_card(found, call.workspace, call.tongue, call.now, cases=cases),))


async def funnel(command: Funnel, call: Call) -> Reply:
    """Say which step from exposure to pay broke."""
    reading, _ = period_of(command.question, call)
    compare = comparison(reading.window, command.question.versus, call.wall, call.workspace.events, event=reading.event)
    found = await whole_funnel(reading.window, compare, command.question.where, call.workspace, call.world)
    return Reply((funnel_card(found, call.workspace, call.tongue),))


async def lines(command: Lines, call: Call) -> Reply:
    """Say which of exposure, conversion and retention broke."""
    reading, _ = period_of(command.question, call)
    compare = comparison(reading.window, command.question.versus, call.wall, call.workspace.events, event=reading.event)
    found = await three_lines(reading.window, compare, call.workspace, call.world)
    return Reply((lines_card(found, reading.window, compare, call.workspace, call.tongue),))
