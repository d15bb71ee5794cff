"""Beacon at work, started and looked at from the terminal: the demo, the house itself, how it is, what it lacks."""

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.shell.options import AsJson, Folder
from bot.shell.terminal import as_text, log_to_stderr, said
from bot.shell.tongue import tongue

if TYPE_CHECKING:
    from bot.setup.finding import Finding


class Part(StrEnum):
    EVALUATE = "evaluate"
    DELIVER = "deliver"
    CHAT = "chat"


def demo(
    pack: Annotated[str | None, typer.Argument(help="A pack, such as ecom-618; without one, the shop.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Live the whole story at once and hold it to account.")
    ] = False,
    port: Annotated[int | None, typer.Option(help="Where the console listens.")] = None,
) -> None:
    """Open the console on a shop during 618, or on a pack, under a clock that runs fast. No account, no token."""
    from bot.settings import read_settings

    if check and pack:
        from bot.shell.packs import told as lived

        log_to_stderr()
        lines, is_fine = lived(pack, tongue())
        typer.echo("\n".join(lines))
        sys.exit(0 if is_fine else 1)
    if check:
        from bot.demo import SHOP, check_lines
        from bot.demo import check as live

        log_to_stderr()
        told, beside = asyncio.run(live(SHOP))
        lines, is_fine = check_lines(told, beside, tongue())
        typer.echo("\n".join(lines))
        sys.exit(0 if is_fine else 1)
    from bot.demo import show

    log_to_stderr()
    # A token that lies about in the environment is not the demo's to use.
    quiet = {"slack_bot_token": None, "telegram_bot_token": None}
    settings = read_settings(beacon_port=port).model_copy(update=quiet)
    if pack:
        from bot.shell.packs import show_pack

        show_pack(pack, settings, lambda address: typer.echo(said("demo-pack-ready", pack=pack, address=address)))
        return
    asyncio.run(show(settings, lambda address: typer.echo(said("demo-ready", address=address))))


def health(folder: Folder, as_json: AsJson = False) -> None:
    """Tell how Beacon is: which processes live, what waits, what reached nobody. Exit code 1 when not all is well."""
    from bot.app import health_of
    from bot.cards.health import health_card
    from bot.chat.plain import plain
    from bot.settings import read_settings
    from core.usecases.health import as_json as health_json
    from core.workspace import load_workspace

    log_to_stderr()
    workspace = load_workspace(folder)
    found = asyncio.run(health_of(read_settings()))
    typer.echo(as_text(health_json(found)) if as_json else plain(health_card(found, workspace, tongue())))
    sys.exit(0 if found.is_well else 1)


def run(
    folder: Annotated[Path | None, typer.Argument(help="The workspace, if not BEACON_WORKSPACE.")] = None,
    only: Annotated[
        list[Part] | None, typer.Option(help="Do only this, beside other processes on the same PostgreSQL.")
    ] = None,
) -> None:
    """Watch a workspace: evaluate, deliver, listen, until told to stop. An empty folder is set up first, on a page."""
    from bot.app import run as live
    from bot.commands.setup import take_back
    from bot.first import has_nothing, set_up
    from bot.settings import read_settings
    from core.errors import Missing
    from core.workspace import load_workspace

    log_to_stderr()
    settings = read_settings(beacon_workspace=folder)
    if (place := settings.beacon_workspace) is None:
        raise Missing("no-workspace-named")
    take_back(place)
    if has_nothing(place):
        port = asyncio.run(set_up(settings, place, tongue(), typer.echo))
        if port is None:
            return
        settings = settings.model_copy(update={"beacon_port": port})
    workspace = load_workspace(place)
    if workspace.today:
        typer.echo(said("run-pretended", day=str(workspace.today)), err=True)
    does = frozenset(part.value for part in only or Part)
    asyncio.run(live(settings, workspace, lambda address: typer.echo(said("run-ready", address=address)), does=does))


def doctor(
    folder: Annotated[Path | None, typer.Argument(help="The workspace, if not BEACON_WORKSPACE.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look at tokens, scopes, chats, fonts, store, sources, clock and disk, and say what to do; exit code 1 if ill."""
    from bot.settings import read_settings
    from bot.setup.doctor import examine, is_well, report_json
    from bot.setup.finding import State
    from core.workspace import load_workspace

    log_to_stderr()
    settings, marks = read_settings(beacon_workspace=folder), {State.FINE: "✓", State.NOTE: "·", State.BROKEN: "×"}

    async def look() -> list[Finding]:
        found = []
        async for finding in examine(settings, load_workspace):
            found.append(finding)
            if not as_json:
                typer.echo(f"{marks[finding.state]} {finding.said(tongue())}")
        return found

    findings = asyncio.run(look())
    typer.echo(
        as_text(report_json(findings, tongue()))
        if as_json
        else "\n" + said("doctor-well" if is_well(findings) else "doctor-not-well")
    )
    sys.exit(0 if is_well(findings) else 1)


def slack_manifest(
    url: Annotated[
        str | None, typer.Option(help="Where Slack is to call us; without, Socket Mode is on and nobody need call.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the app that Slack wants to be told of: paste it at api.slack.com/apps."""
    import yaml

    from bot.setup.manifest import manifest

    app = manifest(url)
    typer.echo(as_text(app) if as_json else yaml.safe_dump(app, allow_unicode=True, sort_keys=False).rstrip())
