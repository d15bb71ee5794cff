"""Below the board: a metric, then an alert, its rule, and the rule's review. Each is a page of its own address.

A page is parts: cards as in any chat, and rows that lead further down. So whatever a card can say stands here too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.adapters.web.render import Json, card_json
from bot.cards.alert import alert_card, headline, state_words
from bot.cards.dress import (
    dimension_title,
    metric_title,
    person_name,
    rule_of,
    severity_words,
    slice_words,
    value_title,
)
from bot.cards.envelope import whole_envelope
from bot.cards.figures import alert_figure, alt
from bot.cards.grid import alerts_on, mark
from bot.cards.review import adoption, because, change_words, lasting
from bot.cards.trace import trace_card
from bot.cards.ways import report_way
from bot.chat.card import Button, Buttons, Card, Fact, Facts, Picture, Prose, Table, Ways
from bot.phrases import say
from bot.phrases.numbers import moment, sign_of
from core.charts import numerals
from core.charts.figure import Line, Lines
from core.document import suggesting
from core.errors import Missing
from core.labels import Labels
from core.quantity import Unit
from core.rules.say import say as say_rule
from core.rules.tree import metrics as named
from core.usecases.board import Board, Row, board
from core.usecases.explain import explain
from core.usecases.history import history
from core.usecases.review import review

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.adapters.web.pictures import Pictures
    from bot.chat.card import Block
    from core.alerts.alert import Alert
    from core.ports import World
    from core.revision import Revision
    from core.rules.rule import Rule
    from core.text import Tongue
    from core.usecases.review import Review
    from core.workspace import Workspace

LOOKED_BACK = timedelta(days=90)  # of a rule's review
MOST_ALERTS = 20


async def metric_page(
    code: str, workspace: Workspace, world: World, tongue: Tongue, pictures: Pictures, *, shared: bool = False
) -> Json:
    """Return a metric: its line, and its slices by each dimension that it has."""
    metric = workspace.catalog.metric(code)
    seen = await board(workspace, world)
    row = _row(seen, metric.code)
    boards = [seen, *[await board(workspace, world, by) for by in seen.dimensions if by != seen.dimension]]
    whole = mark(row, row.whole, seen, workspace, tongue)
    title = metric.title.to(tongue)
    figure = Lines(
        title, tongue, metric.unit, metric.direction, row.period.grain, row.period.index - len(row.series) + 1,
        (Line(title, row.series),), say("grid-whole", tongue), currency=sign_of(workspace.currency),
    )  # fmt: skip
    facts = [
        Fact(numerals.period(row.period, tongue, weekday=True), whole.value, whole.tone),
        Fact(say("drill-usual", tongue), f"{whole.usual} ({whole.change or numerals.NOTHING})"),
    ]
    blocks: list[Block] = [Facts(tuple(facts)), Picture(figure, alt(figure, workspace, tongue))]
    if metric.definition:
        blocks.append(Prose(metric.definition.to(tongue), "quiet"))
    if way := report_way(metric.code, Labels(), row.period, row.period, workspace, tongue):
        blocks.append(Ways((way,)))
    parts = [_card(Card(title, tongue, whole.tone, tuple(blocks), whole.said), pictures)]
    parts += [
        _slices(each, _row(each, metric.code), workspace, tongue, shared=shared) for each in boards if each.slices
    ]
    if not shared:
        watching = [one for one in workspace.rules if metric.code in set(named(one.sentence.condition))]
        parts.append(_rows(say("drill-rules", tongue), [_rule_row(one, workspace, tongue) for one in watching]))
    return _page(title, [], parts, tongue)


async def alert_page(handle: str, workspace: Workspace, world: World, tongue: Tongue, pictures: Pictures) -> Json:
    """Return an alert as its card has it, and the trail that it left."""
    now = world.clock.now()
    found = await explain(handle, workspace, world)
    alert = found.alert
    series = await history(alert, workspace, world.warehouse)
    figure = alert_figure(alert, series, workspace, tongue) if series else None
    card = alert_card(alert, workspace, tongue, now, holds=found.holds, figure=figure)
    parts = [_card(card, pictures), _card(trace_card(found, workspace, tongue, now), pictures)]
    crumbs = [_metric_crumb(alert, workspace, tongue)] if alert.finding.headline else []
    if found.rule:
        parts.insert(1, _rows(say("drill-rule", tongue), [_rule_row(found.rule, workspace, tongue)]))
    return _page(headline(alert, workspace, tongue), crumbs, parts, tongue)


async def rule_page(name: str, workspace: Workspace, world: World, tongue: Tongue, pictures: Pictures) -> Json:
    """Return a rule: its sentence, what stands around it, who said it when, and its alerts."""
    rule = _rule(name, workspace)
    now = world.clock.now()
    async with world.store.begin() as tx:
        revisions = await tx.revisions(rule.id)
        fired = await tx.fired(now - LOOKED_BACK)
    mine = [alert for alert in fired if alert.fingerprint.rule == rule.id]
    other: Tongue = "en" if tongue == "zh" else "zh"
    blocks: list[Block] = [
        Prose(say_rule(rule.sentence, tongue, workspace.catalog), "strong"),
        Prose(say_rule(rule.sentence, other, workspace.catalog), "quiet"),
        Prose("\n".join(whole_envelope(rule, workspace, tongue))),
        Facts(tuple(_rule_facts(rule, workspace, tongue))),
    ]
    if rule.sop:
        blocks.append(Prose("\n".join(f"{at}. {step.to(tongue)}" for at, step in enumerate(rule.sop, 1))))
    blocks.append(_revisions(revisions, workspace, tongue))
    title = rule.title.to(tongue)
    last = [{"cells": [say("drill-review", tongue)], "path": f"rule/{rule.id}/review", "tone": "plain", "sign": ""}]
    parts = [
        _card(Card(title, tongue, blocks=tuple(blocks), summary=title), pictures),
        _rows(say("drill-review-of", tongue), last),
        _rows(
            say("drill-alerts", tongue),
            [_alert_row(one, workspace, tongue, world) for one in mine[-MOST_ALERTS:][::-1]],
        ),
    ]
    return _page(title, [], parts, tongue)


async def review_page(name: str, workspace: Workspace, world: World, tongue: Tongue, pictures: Pictures) -> Json:
    """Return how a rule did over the last months: how precise it was, and what to do with it."""
    rule = _rule(name, workspace)
    today = world.clock.now().astimezone(workspace.zone).date()
    found = await review(replace(workspace, rules=(rule,)), world, today - LOOKED_BACK, today)
    title = say("drill-review-title", tongue, rule=rule.title.to(tongue))
    tally = found.tallies.get(rule.id)
    blocks: list[Block] = [Prose(_days(found, tongue), "quiet")]
    if tally:
        numbers = (
            ("alerts", str(tally.alerts)), ("useful", str(tally.useful)), ("noise", str(tally.noise)),
            ("precision", numerals.number(tally.precision, Unit.PERCENT, tongue)),
        )  # fmt: skip
        times = (("to-detect", tally.to_detect), ("to-take", tally.to_take), ("to-resolve", tally.to_resolve))
        blocks.append(Facts((
            *(Fact(say(f"review-column-{code}", tongue), value) for code, value in numbers),
            *(Fact(say(f"review-{code}", tongue), lasting(length, tongue)) for code, length in times),
        )))  # fmt: skip
    for advice in found.advice:
        if advice.changes:
            button = Button(say("button-adopt", tongue), adoption(advice, found), "primary")
            blocks += [Prose(change_words(advice, workspace, tongue)), Buttons((button,))]
        else:
            blocks.append(Prose(because(advice, tongue), "strong"))
    rows = [_alert_row(one.alert, workspace, tongue, world) for one in (tally.records if tally else ())]
    crumbs = [{"label": rule.title.to(tongue), "path": f"rule/{rule.id}"}]
    parts = [
        _card(Card(title, tongue, blocks=tuple(blocks), summary=title), pictures),
        _rows(say("drill-alerts", tongue), rows),
    ]
    return _page(title, crumbs, parts, tongue)


# --- parts ---------------------------------------------------------------------------------------------------------


def _page(title: str, crumbs: list[Json], parts: Iterable[Json], tongue: Tongue) -> Json:
    first = {"label": say("web-board", tongue), "path": ""}
    return {"title": title, "crumbs": [first, *crumbs], "parts": [one for one in parts if one.get("rows") != []]}


def _card(card: Card, pictures: Pictures) -> Json:
    return {"kind": "card", "card": card_json(card, pictures)}


def _rows(title: str, rows: list[Json], columns: Iterable[str] = ()) -> Json:
    return {"kind": "rows", "title": title, "columns": list(columns), "rows": rows}


def _slices(seen: Board, row: Row, workspace: Workspace, tongue: Tongue, *, shared: bool) -> Json:
    """Return a metric's slices, what is abnormal first; one with an alert leads to it."""
    dimension = seen.dimension or ""
    rows = []
    for value, cell in zip(seen.slices, row.cells, strict=True):
        if cell is None:
            continue
        shown = mark(row, cell, seen, workspace, tongue)
        alerts = alerts_on(row.metric.code, cell.labels, seen, workspace)
        rows.append({
            "cells": [value_title(dimension, value, workspace, tongue), shown.value, shown.usual, shown.change],
            "path": f"alert/{alerts[0].handle}" if alerts and not shared else "",
            "tone": shown.tone.value,
            "sign": shown.sign,
            "said": shown.said,
        })  # fmt: skip
    title = dimension_title(dimension, workspace, tongue)
    columns = (title, *(say(code, tongue) for code in ("column-value", "drill-usual", "fact-change")))
    return _rows(title, sorted(rows, key=lambda one: not one["sign"]), columns)


def _rule_row(rule: Rule, workspace: Workspace, tongue: Tongue) -> Json:
    said = say_rule(rule.sentence, tongue, workspace.catalog)
    return {"cells": [rule.title.to(tongue), said], "path": f"rule/{rule.id}", "tone": "plain", "sign": ""}


def _alert_row(alert: Alert, workspace: Workspace, tongue: Tongue, world: World) -> Json:
    now = world.clock.now()
    when = moment(alert.fired_at or alert.opened_at, workspace.zone, tongue, now)
    cells = [headline(alert, workspace, tongue), when, state_words(alert, [], workspace, tongue, now)]
    return {"cells": cells, "path": f"alert/{alert.handle}", "tone": "plain", "sign": ""}


def _metric_crumb(alert: Alert, workspace: Workspace, tongue: Tongue) -> Json:
    code = alert.finding.headline.metric if alert.finding.headline else ""
    where = slice_words(alert.fingerprint.labels, workspace, tongue)
    title = metric_title(code, workspace, tongue)
    return {"label": f"{title} · {where}" if where else title, "path": f"metric/{code}"}


def _rule_facts(rule: Rule, workspace: Workspace, tongue: Tongue) -> Iterable[Fact]:
    yield Fact(say("rules-severity", tongue), severity_words(rule.severity, tongue))
    yield Fact(say("rules-owner", tongue), person_name(f"role:{rule.owner}", workspace, tongue))
    if rule.objective:
        yield Fact(say("drill-objective", tongue), rule.objective.to(tongue))
    if rule.review:
        yield Fact(say("drill-next-review", tongue), numerals.day(rule.review, tongue, year=True))


def _revisions(revisions: Iterable[Revision], workspace: Workspace, tongue: Tongue) -> Block:
    rows = tuple(
        (
            str(one.number),
            moment(one.at, workspace.zone, tongue),
            person_name(one.by, workspace, tongue),
            say(f"drill-standing-{one.standing}", tongue),
        )
        for one in revisions
    )
    if not rows:
        return Prose(say("drill-from-file", tongue), "quiet")
    return Table(tuple(say(f"drill-revision-{name}", tongue) for name in ("number", "at", "by", "what")), rows, (0,))


def _days(found: Review, tongue: Tongue) -> str:
    return numerals.days(found.first, found.last, tongue, year=True)


def _row(seen: Board, code: str) -> Row:
    if (row := next((one for one in seen.rows if one.metric.code == code), None)) is None:
        raise Missing("drill-not-on-board", name=code)
    return row


def _rule(name: str, workspace: Workspace) -> Rule:
    if (rule := rule_of(name, workspace)) is None:
        raise Missing("unknown-rule", **suggesting(name, [one.id for one in workspace.rules], name=name))
    return rule
