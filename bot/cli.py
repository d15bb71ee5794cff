"""The command line: `beacon`, joined from the groups in `shell`. Whatever is wrong goes to standard error, exit code 1.

What a command needs is imported inside it, so that `beacon ask` does not wait for the web server.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import clock_of
from bot.shell import serve, trials
from bot.shell.benches import bench
from bot.shell.definitions import apply, export
from bot.shell.digest import digest
from bot.shell.options import AsJson, Data, Folder
from bot.shell.review import review
from bot.shell.terminal import as_text, kept, log_to_stderr, told
from bot.shell.tokens import tokens
from bot.shell.tongue import tongue
from bot.shell.workbook import workbook

if TYPE_CHECKING:
    from datetime import date

    from bot.commands.once import Once
    from core.workspace import Workspace

cli = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Tells your marketing team which number moved, why, and who has it.",
)  # fmt: skip

GROUPS = {"bench": bench, "rules": trials.rules, "token": tokens, "workbook": workbook}
COMMANDS: tuple[Callable[..., None], ...] = (
    *(serve.demo, serve.run, serve.health, serve.doctor, serve.slack_manifest),
    *(trials.rule, trials.evaluate, trials.detect, trials.backtest, trials.tune),
    *(digest, review, apply, export),
)
for name, group in GROUPS.items():
    cli.add_typer(group, name=name)
for command in COMMANDS:
    cli.command()(command)

_USAGE = 2  # what typer exits with after a wrong usage; to our callers wrong is wrong


def main() -> None:
    """Run one command. Nobody is ever shown a traceback: a mistake of ours is kept in a file, and the file is named."""
    from core.errors import Problem

    try:
        cli()
    except SystemExit as end:
        sys.exit(1 if end.code == _USAGE else end.code)
    except Problem as problem:
        typer.echo(told(problem), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:  # noqa: BLE001 - one of the house's four places
        typer.echo(kept(), err=True)
        sys.exit(1)


@cli.command()
def ask(
    folder: Folder,
    text: Annotated[str, typer.Argument(help='What you would say in chat: "roi channel=wechat last 7 days".')],
    as_: Annotated[str | None, typer.Option("--as", help="Who asks: a person's id or name.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write the chart here.")] = None,
    data: Annotated[Path | None, typer.Option(help="Where the source files lie, if not in the workspace.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask for numbers, or say anything else one can say in chat."""
    from bot.app import open_world
    from bot.commands.once import once, once_json, write_picture
    from core.workspace import load_workspace

    log_to_stderr()
    workspace = load_workspace(folder)

    async def answer() -> Once:
        async with open_world(workspace, clock_of(workspace), data=data) as world:
            return await once(text, as_, workspace, world)

    said = asyncio.run(answer())
    if png:
        write_picture(said, png)
    typer.echo(as_text(once_json(said)) if as_json else said.text)


@cli.command()
def check(folder: Folder) -> None:
    """Read a workspace and name every mistake in it, without running anything."""
    from bot.cards.coverage import uncovered, unpriced
    from bot.cards.envelope import envelope_words, expired
    from bot.phrases import say
    from core.rules.rule import Gating
    from core.workspace import load_workspace

    found = load_workspace(folder)
    counts = {
        "metrics": len(found.catalog.available()),
        "sources": len(found.catalog.sources),
        "rules": len(found.rules),
        "people": len(found.people),
        "routes": len(found.routes),
    }
    typer.echo(say("check-fine", tongue(), **counts))
    for rule in found.rules:
        if words := envelope_words(rule, found, tongue()):
            typer.echo(say("check-envelope", tongue(), rule=rule.id, words=" ".join(words)))
    today = found.today or datetime.now(found.zone).date()
    if over := expired(found, today):
        typer.echo(say("check-expired", tongue(), rules=", ".join(over)))
    for line in uncovered(found, datetime.now(UTC), tongue()):
        typer.echo(line)
    for line in (*_upkeep(found, today), *unpriced(found, tongue())):
        typer.echo(line)
    if ungated := [rule.id for rule in found.rules if rule.gate is Gating.OFF]:
        typer.echo(say("check-ungated", tongue(), rules=", ".join(ungated)))


@cli.command()
def init(
    folder: Folder,
    file: Annotated[Path, typer.Option("--from", help="A CSV, XLSX or Parquet file to begin with.")],
    pack: Annotated[str | None, typer.Option(help="A pack whose rules, roles and steps to take over.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write it without asking.")] = False,
) -> None:
    """Make a first workspace out of one file."""
    from bot.app import read_table
    from bot.commands.begin import described, look, write
    from bot.phrases import say

    reader = tongue()
    if pack:
        from bot.shell.packs import begun

        words, write_it = begun(pack, folder, file, read_table, reader)
    else:
        proposal = look(folder, file, read_table)
        if not yes and sys.stdin.isatty():
            from bot.setup.wizard import asked

            question = partial(typer.prompt, show_default=True)
            files = asked(proposal.files, lambda text, default: str(question(text, default=default)), reader)
            proposal = replace(proposal, files=files)
        words, write_it = described(proposal, reader), partial(write, proposal, folder, file)
    typer.echo(words)
    if yes or typer.confirm(say("init-confirm", reader, folder=str(folder))):
        write_it()
        typer.echo(say("init-written", reader, folder=shlex.quote(str(folder))))


@cli.command()
def why(
    file: Annotated[Path, typer.Argument(help="A CSV file of dimensions and numbers.", show_default=False)],
    kind: Annotated[str, typer.Option(help="sum (actual, expected), ratio or rate (num, den, base_num, base_den).")],
    as_json: AsJson = False,
) -> None:
    """Tell which slices moved a number: search every combination of a file's dimensions."""
    from bot.why import answer_json, answer_lines, kind_of, look

    found = look(file, kind_of(kind))
    typer.echo(as_text(answer_json(found, tongue())) if as_json else "\n".join(answer_lines(found, tongue())))


@cli.command()
def imports(folder: Folder, data: Data = None) -> None:
    """Take in the files that the sources name, and tell what became of each: rows, and what was set aside and why."""
    from bot.shell.data import imports_text
    from core.workspace import load_workspace

    log_to_stderr()
    workspace = load_workspace(folder)
    typer.echo(imports_text(workspace, clock_of(workspace), data, tongue()))


@cli.command()
def scan(folder: Folder, data: Data = None) -> None:
    """Tell how much each metric swings by itself, and propose thresholds from its own history."""
    from bot.shell.scan import scan_text
    from core.workspace import load_workspace

    log_to_stderr()
    workspace = load_workspace(folder)
    typer.echo(scan_text(workspace, clock_of(workspace), data, tongue()))


@cli.command()
def preview(
    file: Annotated[Path, typer.Argument(help="A CSV, XLSX or Parquet file.", show_default=False)],
    zone: Annotated[str, typer.Option(help="The zone of its times.")] = "Asia/Shanghai",
) -> None:
    """Show how a file would be read, before anything takes it in."""
    from bot.shell.data import preview_text

    typer.echo(preview_text(file, zone, tongue()))


@cli.command()
def audit(
    folder: Folder,
    of: Annotated[str, typer.Argument(help='Of whom or what, and when: "7f3k", "liwei last week", "roi_low".')] = "",
    store: Annotated[str | None, typer.Option(help="A store's URL, if not BEACON_STORE_URL.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print who changed what, from where, before and after: alerts, rules, mutes, settings, and who was let."""
    from bot.app import open_world
    from bot.commands.access import audit_json, audit_text, looked_up
    from bot.settings import read_settings
    from core.workspace import load_workspace

    log_to_stderr()
    workspace = load_workspace(folder)
    url = store or read_settings().beacon_store_url.get_secret_value()

    async def read() -> Any:
        async with open_world(workspace, clock_of(workspace), store_url=url) as world:
            found = await looked_up(of, workspace, world, tongue())
            return audit_json(found) if as_json else audit_text(found, workspace, tongue(), world.clock.now())

    said = asyncio.run(read())
    typer.echo(as_text(said) if as_json else said)


def _upkeep(found: Workspace, today: date) -> list[str]:
    """Return what rules lack to be answered for: a warning, and no mistake."""
    from bot.cards.audit import upkeep_lines
    from core.rules.upkeep import lacking

    roles = {duty.role for person in found.people.values() for duty in person.duties}
    return upkeep_lines(lacking(found.rules, roles, today), tongue())


if __name__ == "__main__":
    main()
