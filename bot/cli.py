"""The command line: `beacon`. Whatever is wrong goes to standard error, with exit code 1.

What a command needs is imported inside it, so that `beacon ask` does not wait for the web server.
"""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import clock_of
from bot.shell.definitions import apply, export
from bot.shell.review import review
from bot.shell.tokens import tokens
from bot.shell.tongue import tongue as _tongue
from bot.shell.workbook import workbook

if TYPE_CHECKING:
    from datetime import date

    from bot.commands.once import Once
    from bot.commands.rule import Read
    from bot.setup.finding import Finding
    from bot.trial import Creation
    from core.errors import Fact, Problem
    from core.text import Tongue
    from core.workspace import Workspace

cli = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Tells your marketing team which number moved, why, and who has it.",
)  # fmt: skip

bench = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Measure how fast Beacon is on this machine.")
cli.add_typer(bench, name="bench")
rules = typer.Typer(no_args_is_help=True, help="Test a workspace's rules.")
cli.add_typer(rules, name="rules")
cli.add_typer(tokens, name="token")
cli.add_typer(workbook, name="workbook")
cli.command()(review)
cli.command()(apply)
cli.command()(export)

Folder = Annotated[Path, typer.Argument(help="The workspace: a folder of YAML.", show_default=False)]
Data = Annotated[Path | None, typer.Option(help="Where the source files lie, if not in the workspace.")]
OneRule = Annotated[str | None, typer.Option("--rule", help="Only this rule.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


class Part(StrEnum):
    EVALUATE = "evaluate"
    DELIVER = "deliver"
    CHAT = "chat"


_USAGE = 2  # what typer exits with after a wrong usage; to our callers wrong is wrong


def main() -> None:
    """Run one command. Nobody is ever shown a traceback: a mistake of ours is kept in a file, and the file is named."""
    from core.errors import Problem

    try:
        cli()
    except SystemExit as end:
        sys.exit(1 if end.code == _USAGE else end.code)
    except Problem as problem:
        typer.echo(_told(problem), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:  # noqa: BLE001 - one of the house's four places
        typer.echo(_kept(), err=True)
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

    _log_to_stderr()
    workspace = load_workspace(folder)

    async def answer() -> Once:
        async with open_world(workspace, clock_of(workspace), data=data) as world:
            return await once(text, as_, workspace, world)

    said = asyncio.run(answer())
    if png:
        write_picture(said, png)
    typer.echo(_json(once_json(said)) if as_json else said.text)


@cli.command()
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
        typer.echo(_json(rule_json(read, where, tongue, latest) | history))
        return
    typer.echo(plain(card_of(read, where, tongue, latest)))
    if past and not read.mistakes:
        from bot.trial import creation_text

        typer.echo("\n" + creation_text(past.told, tongue))


@cli.command()
def check(folder: Folder) -> None:
    """Read a workspace and name every mistake in it, without running anything."""
    from bot.cards.coverage import uncovered
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
    typer.echo(say("check-fine", _tongue(), **counts))
    for rule in found.rules:
        if words := envelope_words(rule, found, _tongue()):
            typer.echo(say("check-envelope", _tongue(), rule=rule.id, words=" ".join(words)))
    today = found.today or datetime.now(found.zone).date()
    if over := expired(found, today):
        typer.echo(say("check-expired", _tongue(), rules=", ".join(over)))
    for line in uncovered(found, datetime.now(UTC), _tongue()):
        typer.echo(line)
    for line in _upkeep(found, today):
        typer.echo(line)
    if ungated := [rule.id for rule in found.rules if rule.gate is Gating.OFF]:
        typer.echo(say("check-ungated", _tongue(), rules=", ".join(ungated)))


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

    tongue = _tongue()
    if pack:
        from bot.shell.packs import begun

        words, write_it = begun(pack, folder, file, read_table, tongue)
    else:
        proposal = look(folder, file, read_table)
        if not yes and sys.stdin.isatty():
            from bot.setup.wizard import asked

            question = partial(typer.prompt, show_default=True)
            files = asked(proposal.files, lambda text, default: str(question(text, default=default)), tongue)
            proposal = replace(proposal, files=files)
        words, write_it = described(proposal, tongue), partial(write, proposal, folder, file)
    typer.echo(words)
    if yes or typer.confirm(say("init-confirm", tongue, folder=str(folder))):
        write_it()
        typer.echo(say("init-written", tongue, folder=shlex.quote(str(folder))))


@cli.command()
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

    _log_to_stderr()
    workspace = load_workspace(folder)

    async def past() -> list[Any]:
        told = []
        async for alert in relive(workspace, first.date(), last.date(), data=data):
            told.append(alert_json(alert, workspace, _tongue()))
            if not as_json:
                typer.echo(alert_line(alert, workspace, _tongue()))
        return told

    alerts = asyncio.run(past())
    if as_json:
        typer.echo(_json({"alerts": alerts}))


@cli.command()
def detect(
    file: Annotated[Path, typer.Argument(help="A CSV file of times and values, at any grain.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Tell what is sudden in a file from its noise and season: what was to be expected of each row, and a score."""
    from bot.detecting import look, points_json, summary

    found = look(file)
    typer.echo(_json(points_json(found)) if as_json else "\n".join(summary(found, _tongue())))


@cli.command()
def why(
    file: Annotated[Path, typer.Argument(help="A CSV file of dimensions and numbers.", show_default=False)],
    kind: Annotated[str, typer.Option(help="sum (actual, expected), ratio or rate (num, den, base_num, base_den).")],
    as_json: AsJson = False,
) -> None:
    """Tell which slices moved a number: search every combination of a file's dimensions."""
    from bot.why import answer_json, answer_lines, kind_of, look

    found = look(file, kind_of(kind))
    typer.echo(_json(answer_json(found, _tongue())) if as_json else "\n".join(answer_lines(found, _tongue())))


@cli.command()
def imports(folder: Folder, data: Data = None) -> None:
    """Take in the files that the sources name, and tell what became of each: rows, and what was set aside and why."""
    from bot.shell.data import imports_text
    from core.workspace import load_workspace

    _log_to_stderr()
    workspace = load_workspace(folder)
    typer.echo(imports_text(workspace, clock_of(workspace), data, _tongue()))


@cli.command()
def scan(folder: Folder, data: Data = None) -> None:
    """Tell how much each metric swings by itself, and propose thresholds from its own history."""
    from bot.shell.scan import scan_text
    from core.workspace import load_workspace

    _log_to_stderr()
    workspace = load_workspace(folder)
    typer.echo(scan_text(workspace, clock_of(workspace), data, _tongue()))


@cli.command()
def preview(
    file: Annotated[Path, typer.Argument(help="A CSV, XLSX or Parquet file.", show_default=False)],
    zone: Annotated[str, typer.Option(help="The zone of its times.")] = "Asia/Shanghai",
) -> None:
    """Show how a file would be read, before anything takes it in."""
    from bot.shell.data import preview_text

    typer.echo(preview_text(file, zone, _tongue()))


@cli.command()
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

    _log_to_stderr()
    workspace = load_workspace(folder)
    rules = chosen(workspace, rule, when)
    days = (day.date() if day else None for day in (first, last))
    past = asyncio.run(past_of(rules, Options(workspace, clock_of(workspace), data, store), *days))
    typer.echo(_json(backtest_json(past)) if as_json else backtest_text(past, workspace, _tongue()))


@cli.command()
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

    _log_to_stderr()
    workspace, allowed = load_workspace(folder), budget_of(budget)
    options = Options(workspace, clock_of(workspace), data, store)
    proposals = asyncio.run(tuned(chosen(workspace, rule, None), allowed, options))
    typer.echo(
        _json(tune_json(proposals, allowed, workspace)) if as_json else tune_text(proposals, workspace, _tongue())
    )


@rules.command("test")
def rules_test(folder: Folder, as_json: AsJson = False) -> None:
    """Feed the series in the workspace's tests/*.yaml to its rules, and compare the alerts with those expected."""
    from bot.trial import examine, examine_json, examine_text
    from core.workspace import load_workspace

    compared = examine(load_workspace(folder))
    typer.echo(_json(examine_json(compared)) if as_json else examine_text(compared, _tongue()))
    sys.exit(0 if all(one.is_fine for one in compared) else 1)


@cli.command()
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

        _log_to_stderr()
        said, is_fine = lived(pack, _tongue())
        typer.echo("\n".join(said))
        sys.exit(0 if is_fine else 1)
    if check:
        from bot.demo import SHOP, check_lines
        from bot.demo import check as live

        _log_to_stderr()
        told, beside = asyncio.run(live(SHOP))
        lines, is_fine = check_lines(told, beside, _tongue())
        typer.echo("\n".join(lines))
        sys.exit(0 if is_fine else 1)
    from bot.demo import show

    _log_to_stderr()
    # A token that lies about in the environment is not the demo's to use.
    quiet = {"slack_bot_token": None, "telegram_bot_token": None}
    settings = read_settings(beacon_port=port).model_copy(update=quiet)
    if pack:
        from bot.shell.packs import show_pack

        show_pack(pack, settings, lambda address: typer.echo(_say("demo-pack-ready", pack=pack, address=address)))
        return
    asyncio.run(show(settings, lambda address: typer.echo(_say("demo-ready", address=address))))


@cli.command()
def health(folder: Folder, as_json: AsJson = False) -> None:
    """Tell how Beacon is: which processes live, what waits, what reached nobody. Exit code 1 when not all is well."""
    from bot.app import health_of
    from bot.cards.health import health_card
    from bot.chat.plain import plain
    from bot.settings import read_settings
    from core.usecases.health import as_json as health_json
    from core.workspace import load_workspace

    _log_to_stderr()
    workspace = load_workspace(folder)
    found = asyncio.run(health_of(read_settings()))
    typer.echo(_json(health_json(found)) if as_json else plain(health_card(found, workspace, _tongue())))
    sys.exit(0 if found.is_well else 1)


@cli.command()
def run(
    folder: Annotated[Path | None, typer.Argument(help="The workspace, if not BEACON_WORKSPACE.")] = None,
    only: Annotated[
        list[Part] | None, typer.Option(help="Do only this, beside other processes on the same PostgreSQL.")
    ] = None,
) -> None:
    """Watch a workspace: evaluate, deliver, listen, until told to stop."""
    from bot.app import run as live
    from bot.settings import read_settings
    from core.errors import Missing
    from core.workspace import load_workspace

    _log_to_stderr()
    settings = read_settings(beacon_workspace=folder)
    if settings.beacon_workspace is None:
        raise Missing("no-workspace-named")
    workspace = load_workspace(settings.beacon_workspace)
    if workspace.today:
        typer.echo(_say("run-pretended", day=str(workspace.today)), err=True)
    does = frozenset(part.value for part in only or Part)
    asyncio.run(live(settings, workspace, lambda address: typer.echo(_say("run-ready", address=address)), does=does))


@cli.command()
def doctor(
    folder: Annotated[Path | None, typer.Argument(help="The workspace, if not BEACON_WORKSPACE.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look at tokens, scopes, chats, fonts, store, sources, clock and disk, and say what to do; exit code 1 if ill."""
    from bot.settings import read_settings
    from bot.setup.doctor import examine, is_well, report_json
    from bot.setup.finding import State
    from core.workspace import load_workspace

    _log_to_stderr()
    settings, marks = read_settings(beacon_workspace=folder), {State.FINE: "✓", State.NOTE: "·", State.BROKEN: "✗"}

    async def look() -> list[Finding]:
        found = []
        async for finding in examine(settings, load_workspace):
            found.append(finding)
            if not as_json:
                typer.echo(f"{marks[finding.state]} {finding.said(_tongue())}")
        return found

    findings = asyncio.run(look())
    typer.echo(
        _json(report_json(findings, _tongue()))
        if as_json
        else "\n" + _say("doctor-well" if is_well(findings) else "doctor-not-well")
    )
    sys.exit(0 if is_well(findings) else 1)


@cli.command("slack-manifest")
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
    typer.echo(_json(app) if as_json else yaml.safe_dump(app, allow_unicode=True, sort_keys=False).rstrip())


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

    _log_to_stderr()
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        bar = shown.add_task("", total=1)
        measured = measure(
            slices, rules, days, lambda what, share: shown.update(bar, description=what, completed=share)
        )
    typer.echo(_json(asdict(measured)) if as_json else "\n".join(lines(measured)))


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

    _log_to_stderr()
    if processes > 1 and store.startswith("sqlite"):
        raise Problem("bench-one-writer")
    with (
        a_database(store) as address,
        Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown,
    ):
        bar = shown.add_task("", total=1)
        plan = Plan(alerts, kills, address, processes, waves, faults)
        measured = asyncio.run(storm(plan, lambda what, share: shown.update(bar, description=what, completed=share)))
    typer.echo(_json(asdict(measured)) if as_json else "\n".join(lines(measured, _tongue())))


@bench.command("chat")
def bench_chat(as_json: AsJson = False) -> None:
    """Ask as Slack does, fifty at once, and hold our answer against a bare handler's constant."""
    from bot.bench.chat import example, lines, wait_for_answers
    from core.workspace import load_workspace

    _log_to_stderr()
    workspace = load_workspace(example())
    waited = wait_for_answers(workspace, clock_of(workspace))
    typer.echo(_json(asdict(waited)) if as_json else "\n".join(lines(waited)))


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

    _log_to_stderr()
    workspace = load_workspace(folder)
    url = store or read_settings().beacon_store_url.get_secret_value()

    async def read() -> Any:
        async with open_world(workspace, clock_of(workspace), store_url=url) as world:
            found = await looked_up(of, workspace, world, _tongue())
            return audit_json(found) if as_json else audit_text(found, workspace, _tongue(), world.clock.now())

    said = asyncio.run(read())
    typer.echo(_json(said) if as_json else said)


# --- what the commands share -----------------------------------------------------------------------------------


def _past(read: Read, sentence: str, where: Workspace, data: Path | None, tongue: Tongue) -> Creation:
    """Return what a rule that is being written would have done so far."""
    from bot.trial import Options, creation

    _log_to_stderr()
    return asyncio.run(creation(read, sentence, Options(where, clock_of(where), data), tongue))


def _upkeep(found: Workspace, today: date) -> list[str]:
    """Return what rules lack to be answered for: a warning, and no mistake."""
    from bot.cards.audit import upkeep_lines
    from core.rules.upkeep import lacking

    roles = {duty.role for person in found.people.values() for duty in person.duties}
    return upkeep_lines(lacking(found.rules, roles, today), _tongue())


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)


def _log_to_stderr() -> None:
    """Keep standard output for the answer alone."""
    import structlog

    structlog.configure(
        # A traceback as Python writes it: the richer ones print what each frame held, and tokens with it.
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S"),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _say(code: str, **facts: Fact) -> str:
    from bot.phrases import say

    return say(code, _tongue(), **facts)


def _told(problem: Problem) -> str:
    from bot.cards.problem import problem_card
    from bot.chat.plain import plain

    return plain(problem_card(problem, _tongue()))


def _kept() -> str:
    """Write the present traceback to a file of its own, and return what is said of it."""
    import traceback
    from tempfile import NamedTemporaryFile

    from bot.phrases import say

    with NamedTemporaryFile("w", prefix="beacon-", suffix=".log", delete=False, encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return say("bug", _tongue(), reference=file.name)


if __name__ == "__main__":
    main()
