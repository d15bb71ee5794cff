"""`beacon bench`: how fast Beacon is on this machine, each against a peer or a limit in the same run."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from bot.clock import clock_of
from bot.shell.options import AsJson
from bot.shell.terminal import as_text, log_to_stderr
from bot.shell.tongue import tongue

bench = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Measure how fast Beacon is on this machine.")


@bench.command("evaluate")
def bench_evaluate(
    slices: Annotated[int, typer.Option(min=1, help="Combinations of channel and campaign.")] = 20_000,
    rules: Annotated[int, typer.Option(min=1, help="Rules of four kinds, in turn.")] = 1000,
    days: Annotated[int, typer.Option(min=1, help="Days of data.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Judge rules over data made up here, and hold our time against a query for each rule and a bare scan."""
    from rich.console import Console
    from rich.progress import Progress

    from bot.bench.measure import lines, measure

    log_to_stderr()
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        bar = shown.add_task("", total=1)
        measured = measure(
            slices, rules, days, lambda what, share: shown.update(bar, description=what, completed=share)
        )
    typer.echo(as_text(asdict(measured)) if as_json else "\n".join(lines(measured)))


@bench.command("deliver")
def bench_deliver(
    alerts: Annotated[int, typer.Option(min=1, help="Critical alerts, all in one evaluation.")] = 500,
    kills: Annotated[int, typer.Option(min=0, help="How often a process is killed meanwhile.")] = 5,
    store: Annotated[str, typer.Option(help="sqlite, postgresql, or the address of an empty database.")] = "sqlite",
    processes: Annotated[int, typer.Option(min=1, help="Processes side by side; SQLite has room for one.")] = 1,
    faults: Annotated[float, typer.Option(min=0, max=0.9, help="Share of all calls to a platform that fail.")] = 0.1,
    waves: Annotated[int, typer.Option(min=1, help="In how many goes the alerts come.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Send a storm of alerts through stand-ins of both platforms, while `beacon run` is killed again and again."""
    from rich.console import Console
    from rich.progress import Progress

    from bot.bench.database import a_database
    from bot.bench.storm import Plan, lines, storm
    from core.errors import Problem

    log_to_stderr()
    if processes > 1 and store.startswith("sqlite"):
        raise Problem("bench-one-writer")
    with (
        a_database(store) as address,
        Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown,
    ):
        bar = shown.add_task("", total=1)
        plan = Plan(alerts, kills, address, processes, waves, faults)
        measured = asyncio.run(storm(plan, lambda what, share: shown.update(bar, description=what, completed=share)))
    typer.echo(as_text(asdict(measured)) if as_json else "\n".join(lines(measured, tongue())))


@bench.command("chat")
def bench_chat(as_json: AsJson = False) -> None:
    """Ask as Slack does, fifty at once, and hold our answer against a bare handler's constant."""
    from bot.bench.chat import example, lines, wait_for_answers
    from core.workspace import load_workspace

    log_to_stderr()
    workspace = load_workspace(example())
    waited = wait_for_answers(workspace, clock_of(workspace))
    typer.echo(as_text(asdict(waited)) if as_json else "\n".join(lines(waited)))
