"""What stands behind a number or an alert: the dictionary, the trail of a decision, and what one can say."""

from __future__ import annotations

from bot.cards.duty import duty_card
from bot.cards.help import help_card
from bot.cards.metrics import definition_card, metrics_card
from bot.cards.trace import concern_card, course_card, trace_card
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Define, Duty, Help, Metrics, Route, Why
from core.document import fold, suggesting
from core.errors import Missing
from core.labels import Labels
from core.metrics.catalog import names_of
from core.metrics.metric import Metric
from core.usecases import explain
from core.usecases.dry_route import dry_route, present
from core.usecases.overview import foremost


async def metrics(command: Metrics, call: Call) -> Reply:
    found = [metric for metric in foremost(call.workspace) if _is_like(metric, command.like)]
    return Reply((metrics_card(found, call.workspace, call.tongue, like=command.like),))


async def define(command: Define, call: Call) -> Reply:
    return Reply((definition_card(explain.define(command.metric, call.workspace), call.workspace, call.tongue),))


async def why(command: Why, call: Call) -> Reply:
    explanation = await explain.explain(command.alert.handle, call.workspace, call.world)
    if command.who:
        who = call.person.id if command.who == "me" else command.who
        if who not in call.workspace.people:
            raise Missing("unknown-person", **suggesting(who, call.lexicon.people.codes, name=who))
        return Reply((concern_card(explanation, who, call.workspace, call.tongue, call.now),), is_private=True)
    return Reply((trace_card(explanation, call.workspace, call.tongue, call.now),), is_private=True)


async def route(command: Route, call: Call) -> Reply:
    """Say who would be told: of a dimension that several values are named of, the first is taken."""
    if not command.metric:
        raise Missing("command-which-metric")
    labels = Labels.of({one.dimension: one.values[0] for one in command.where if not one.negated})
    held = await present(call.workspace, call.world)
    courses = dry_route(command.metric, labels, call.workspace, call.now, held)
    return Reply(
        (course_card(command.metric, labels, courses, call.workspace, call.tongue, call.now),), is_private=True
    )


async def duty(_: Duty, call: Call) -> Reply:
    return Reply((duty_card(call.workspace, call.tongue, call.now),))


async def help_(_: Help, call: Call) -> Reply:
    return Reply((help_card(call.workspace, call.tongue),), is_private=True)


def _is_like(metric: Metric, like: str) -> bool:
    return any(fold(like) in fold(name) for name in (metric.category, *names_of(metric)))
