"""The funnel as a picture with the step that broke named, and the three lines as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cards.answer import value_words, window_words
from bot.cards.dress import metric_title, number, slice_words
from bot.cards.why import share_words
from bot.chat.card import Block, Button, Buttons, Card, Picture, Prose, Table, Tone
from bot.phrases import say
from core.charts import figure as figures
from core.charts import numerals
from core.labels import Labels
from core.quantity import Unit
from core.text import Tongue

if TYPE_CHECKING:
    from core.calendar.grain import Window
    from core.usecases.funnel import Health, Stage, WholeFunnel
    from core.workspace import Workspace

# What the dictionary calls the step between two stages, where it has a word for it.
STEPS = {
    ("impressions", "clicks"): "ctr",
    ("clicks", "landed_visits"): "lp_arrival_rate",
    ("lp_visits", "form_submits"): "lp_cvr",
    ("clicks", "conversions"): "cvr",
    ("visits", "orders_placed"): "order_rate",
    ("orders_placed", "orders"): "pay_rate",
    ("leads", "won"): "lead_cvr",
}


def funnel_card(found: WholeFunnel, workspace: Workspace, tongue: Tongue) -> Card:
    where = Labels.of({one.dimension: one.values[0] for one in found.where if not one.negated})
    title = say("funnel-title", tongue)
    title = f"{title} · {slice_words(where, workspace, tongue)}" if where else title
    told = funnel_words(found, workspace, tongue)
    window, compared = window_words(found.window, tongue), window_words(found.compare, tongue)
    periods = say("answer-compared", tongue, window=window, compared=compared)
    rows = [_row(found, place, workspace, tongue) for place in range(len(found.stages))]
    columns = ("funnel-stage", "drivers-before", "drivers-now", "funnel-rate", "drivers-share")
    table = Table(tuple(say(code, tongue) for code in columns), tuple(rows), numeric=(1, 2, 3, 4))
    drawn = figures.Funnel(
        title=title,
        tongue=tongue,
        stages=tuple(_stage(found, place, workspace, tongue) for place in range(len(found.stages))),
        broke=found.broke,
        broke_label=say("funnel-broke-here", tongue),
        subtitle=periods,
    )
    blocks: list[Block] = [Prose(periods, "quiet"), Prose(told, "strong"), Picture(drawn, told), table]
    tone = Tone.PLAIN if found.broke is None else Tone.BAD
    return Card(title, tongue, tone, tuple(blocks), told)


def funnel_words(found: WholeFunnel, workspace: Workspace, tongue: Tongue) -> str:
    """Return which step broke, from what to what, and how much of the loss it is."""
    last = found.stages[-1]
    metric = metric_title(last.metric, workspace, tongue)
    change = numerals.change(last.now / last.before - 1) if last.before else numerals.NOTHING
    if found.broke is None:
        return say("funnel-whole", tongue, metric=metric, change=change)
    stage = found.stages[found.broke]
    facts = {
        "metric": metric,
        "change": change,
        "step": _step_name(found, found.broke, workspace, tongue),
        "before": _rate(stage.step.before, found.broke, tongue),
        "now": _rate(stage.step.now, found.broke, tongue),
        "share": share_words(stage.step.share),
    }
    fell = last.now < last.before
    return say("funnel-broke" if fell else "funnel-broke-though", tongue, **facts)


def lines_card(
    lines: tuple[Health, ...], window: Window, compare: Window, workspace: Workspace, tongue: Tongue
) -> Card:
    """Return exposure, conversion and retention side by side, and which of them broke."""
    title = say("lines-title", tongue)
    broken = next((one for one in lines if one.is_broken), None)
    if broken is not None and broken.asked is not None:
        facts = {"line": say(f"line-{broken.line}", tongue), "change": numerals.change(broken.asked.change)}
        told = say("lines-broke", tongue, metric=metric_title(broken.asked.metric, workspace, tongue), **facts)
    else:
        told = say("lines-fine", tongue)
    rows = tuple(_line_row(one, workspace, tongue) for one in lines)
    columns = ("line-column", "line-metric", "drivers-now", "drivers-before", "fact-change")
    periods = say(
        "answer-compared", tongue, window=window_words(window, tongue), compared=window_words(compare, tongue)
    )
    blocks: list[Block] = [
        Prose(periods, "quiet"),
        Prose(told, "strong"),
        Table(tuple(say(code, tongue) for code in columns), rows, numeric=(2, 3, 4)),
    ]
    buttons = [Button(say("button-funnel", tongue), "funnel")]
    if broken is not None and broken.asked is not None:
        buttons.insert(0, Button(say("button-drivers", tongue), f"why {broken.asked.metric}"))
    blocks.append(Buttons(tuple(buttons)))
    return Card(title, tongue, Tone.BAD if broken else Tone.GOOD, tuple(blocks), told)


def _line_row(one: Health, workspace: Workspace, tongue: Tongue) -> tuple[str, ...]:
    name = say(f"line-{one.line}", tongue)
    if one.asked is None:
        return name, say("line-no-number", tongue), numerals.NOTHING, numerals.NOTHING, numerals.NOTHING
    before = number(one.asked.compared_to, one.asked.unit, workspace, tongue)
    change = numerals.change(one.asked.change, arrow=True)
    mark = f"{name} ▼" if one.is_broken else name
    return (
        mark,
        metric_title(one.asked.metric, workspace, tongue),
        value_words(one.asked, workspace, tongue),
        before,
        change,
    )


def _row(found: WholeFunnel, place: int, workspace: Workspace, tongue: Tongue) -> tuple[str, ...]:
    stage = found.stages[place]
    then, now = (number(value, Unit.COUNT, workspace, tongue) for value in (stage.before, stage.now))
    rate = "" if place == 0 else " → ".join(_rate(one, place, tongue) for one in (stage.step.before, stage.step.now))
    return metric_title(stage.metric, workspace, tongue), then, now, rate, share_words(stage.step.share)


def _stage(found: WholeFunnel, place: int, workspace: Workspace, tongue: Tongue) -> figures.Stage:
    stage: Stage = found.stages[place]
    title = metric_title(stage.metric, workspace, tongue)
    if place == 0:
        return figures.Stage(title, stage.before, stage.now)
    name = _step_name(found, place, workspace, tongue)
    return figures.Stage(title, stage.before, stage.now, name, stage.step.before, stage.step.now)


def _step_name(found: WholeFunnel, place: int, workspace: Workspace, tongue: Tongue) -> str:
    here = found.stages[place].metric
    if place == 0:
        return metric_title(here, workspace, tongue)
    code = STEPS.get((found.stages[place - 1].metric, here))
    if code in workspace.catalog.metrics:
        return metric_title(str(code), workspace, tongue)
    before = metric_title(found.stages[place - 1].metric, workspace, tongue)
    return say("funnel-step", tongue, before=before, here=metric_title(here, workspace, tongue))


def _rate(value: float, place: int, tongue: Tongue) -> str:
    return numerals.number(value, Unit.PERCENT if place else Unit.COUNT, tongue)
