"""Rules on trial at the terminal: read one back, and try them on the past, on a file, on series of one's own."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import clock_of
from bot.shell.options import AsJson, Data, Folder, OneRule
from bot.shell.terminal import as_text, log_to_stderr
from bot.shell.tongue import tongue

if TYPE_CHECKING:
    from bot.commands.rule import Read
    from bot.trial import Created
    from core.text import Tongue
    from core.workspace import Workspace

rules = typer.Typer(no_args_is_help=True, help="Test a workspace's rules.")


def rule(
    sentence: Annotated[str, typer.Argument(help='Such as "渠道ROI<1且预算超支".')],
    workspace: Annotated[Path | None, typer.Option(help="Whose metrics it may name.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Read a rule back as one plain sentence, with whatever in it is in doubt, and what it would have done so far."""
    from bot.chat.plain import plain
    from bot.commands.once import tongue_of
    from bot.commands.rule import card_of, no_workspace, read_rule, rule_json
    from core.workspace import load_workspace

    where = load_workspace(workspace) if workspace else no_workspace()
    tongue = tongue_of(sentence, where)
    read = read_rule(sentence, where)
    past = _past(read, sentence, where, data, tongue) if workspace else None
    latest = past.latest if past else {}
    if as_json:
        history = {"history": past.told} if past else {}
        typer.echo(as_text(rule_json(read, where, tongue, latest) | history))
        return
    typer.echo(plain(card_of(read, where, tongue, latest)))
    if past and not read.mistakes:
        from bot.trial import creation_text

        typer.echo("\n" + creation_text(past.told, tongue))


def evaluate(
    folder: Folder,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")],
    data: Annotated[Path | None, typer.Option(help="Where the source files lie, if not in the workspace.")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay a workspace's rules over its past, day by day, and print each alert as it would have fired."""
    from bot.past import alert_json, alert_line, relive
    from core.workspace import load_workspace

    log_to_stderr()
    workspace = load_workspace(folder)

    async def past() -> list[Any]:
        told = []
        async for alert in relive(workspace, first.date(), last.date(), data=data):
            told.append(alert_json(alert, workspace, tongue()))
            if not as_json:
                typer.echo(alert_line(alert, workspace, tongue()))
        return told

    alerts = asyncio.run(past())
    if as_json:
        typer.echo(as_text({"alerts": alerts}))


def detect(
    file: Annotated[Path, typer.Argument(help="A CSV file of times and values, at any grain.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Tell what is sudden in a file from its noise and season: what was to be expected of each row, and a score."""
    from bot.detecting import look, points_json, summary

    found = look(file)
    typer.echo(as_text(points_json(found)) if as_json else "\n".join(summary(found, tongue())))


def backtest(
    folder: Folder,
    rule: OneRule = None,
    when: Annotated[str | None, typer.Option(help="A sentence to try, instead of the workspace's rules.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")] = None,
    data: Data = None,
    store: Annotated[str | None, typer.Option(help="A store's URL: what people said of past alerts.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try rules on the past, all periods at once: what would have fired, and how much of it by luck alone."""
    from bot.trial import Options, backtest_json, backtest_text, chosen, past_of
    from core.workspace import load_workspace

    log_to_stderr()
    workspace = load_workspace(folder)
    rules = chosen(workspace, rule, when)
    days = (day.date() if day else None for day in (first, last))
    past = asyncio.run(past_of(rules, Options(workspace, clock_of(workspace), data, store), *days))
    typer.echo(as_text(backtest_json(past)) if as_json else backtest_text(past, workspace, tongue()))


def tune(
    folder: Folder,
    budget: Annotated[str, typer.Option(help='How many alerts the team will read: "2 per week".')],
    rule: OneRule = None,
    data: Data = None,
    store: Annotated[str | None, typer.Option(help="A store's URL: what people said of past alerts.")] = None,
    as_json: AsJson = False,
) -> None:
    """Propose thresholds from history, with what each would have caught and missed."""
    from bot.trial import Options, budget_of, chosen, tune_json, tune_text, tuned
    from core.workspace import load_workspace

    log_to_stderr()
    workspace, allowed = load_workspace(folder), budget_of(budget)
    options = Options(workspace, clock_of(workspace), data, store)
    proposals = asyncio.run(tuned(chosen(workspace, rule, None), allowed, options))
    typer.echo(
        as_text(tune_json(proposals, allowed, workspace)) if as_json else tune_text(proposals, workspace, tongue())
    )


@rules.command("test")
def rules_test(folder: Folder, as_json: AsJson = False) -> None:
    """Feed the series in the workspace's tests/*.yaml to its rules, and compare the alerts with those expected."""
    from bot.trial import examine, examine_json, examine_text
    from core.workspace import load_workspace

    compared = examine(load_workspace(folder))
    typer.echo(as_text(examine_json(compared)) if as_json else examine_text(compared, tongue()))
    sys.exit(0 if all(one.is_fine for one in compared) else 1)


def _past(read: Read, sentence: str, where: Workspace, data: Path | None, tongue: Tongue) -> Created:
    """Return what a rule that is being written would have done so far."""
    from bot.trial import Options, creation

    log_to_stderr()
    return asyncio.run(creation(read, sentence, Options(where, clock_of(where), data), tongue))
