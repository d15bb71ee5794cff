"""`beacon digest`: what a reader is told of a day, week or month, and the pack for the meeting as files."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.shell.options import AsJson, Data, Folder
from bot.shell.terminal import as_text, log_to_stderr

if TYPE_CHECKING:
    from core.routing.digests import Level, Plan
    from core.text import Tongue
    from core.usecases.digest import Digest
    from core.usecases.follow_up import Pledge
    from core.usecases.meeting import Meeting
    from core.usecases.numbers import Number
    from core.workspace import Workspace


def digest(
    folder: Folder,
    level: Annotated[str | None, typer.Option(help="executive, manager or operator; their own otherwise.")] = None,
    period: Annotated[str, typer.Option(help="daily, weekly or monthly.")] = "daily",
    as_: Annotated[str | None, typer.Option("--as", help="Whose: a person's id or name; a chat's otherwise.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As it was posted on that day.")] = None,
    meeting: Annotated[bool, typer.Option("--meeting", help="The pack for the weekly meeting.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write meeting.xlsx, a page and its picture here.")] = None,
    tongue: Annotated[str | None, typer.Option(help="en or zh; the reader's own otherwise.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Tell what changed and matters: three levels, by day, week or month; or the pack for the weekly meeting."""
    from bot.cards.digest import digest_card
    from bot.cards.meeting import meeting_card
    from bot.chat.plain import plain
    from bot.commands.once import person_of
    from core.errors import Problem
    from core.routing.digests import Every
    from core.routing.load_digests import LEVELS, RHYTHMS
    from core.text import TONGUES
    from core.usecases.meeting import Meeting
    from core.workspace import load_workspace

    log_to_stderr()
    workspace = load_workspace(folder)
    for said, options, code in ((level, LEVELS, "digest-level"), (period, RHYTHMS, "digest-period")):
        if said is not None and said not in options:
            raise Problem(code, said=said, options=", ".join(str(one) for one in dict.fromkeys(options.values())))
    if tongue not in (None, *TONGUES):
        raise Problem("unknown-tongue", tongue=tongue or "", options=", ".join(TONGUES))
    person = person_of(as_, workspace) if as_ else None
    every = Every.WEEK if meeting else RHYTHMS[period]
    made = asyncio.run(
        _made(
            *(workspace, person.id if person else None, LEVELS[level] if level else None, every),
            *(on.date() if on else None, data),
            is_meeting=meeting or out is not None,
        )
    )
    reader: Tongue = person.tongue if person else workspace.tongue
    spoken: Tongue = "en" if tongue == "en" else "zh" if tongue == "zh" else reader
    found = made.digest if isinstance(made, Meeting) else made
    card = meeting_card(made, workspace, spoken) if isinstance(made, Meeting) else digest_card(made, workspace, spoken)
    if out is not None and isinstance(made, Meeting):
        for path in _written(made, workspace, spoken, out):
            typer.echo(path)
        return
    typer.echo(as_text(digest_json(found, plain(card))) if as_json else plain(card))


def digest_json(found: Digest, text: str) -> dict[str, Any]:
    """Return the contract of `beacon digest --json`; a number that is not said is null, with why."""
    window = found.edition.window
    return {
        "level": str(found.plan.level),
        "period": str(found.plan.every),
        "day": found.edition.day.isoformat(),
        "first": window.first_day.isoformat(),
        "last": window.last_day.isoformat(),
        "numbers": [_number(one) for one in found.numbers],
        "moved": [one.number.metric.code for one in found.moved],
        "late": sorted({one.source for one in found.late}),
        "open": [alert.handle for alert in found.alerts],
        "overdue": [alert.handle for alert in found.overdue],
        "recovered": [alert.handle for alert in found.recovered],
        "unowned": [alert.handle for alert in found.unowned],
        "to_decide": [alert.handle for alert in found.proposed] + [one.alert.handle for one in found.twice],
        "promises": {
            "kept": [_promise(one) for one in found.promised.kept],
            "broken": [_promise(one) for one in found.promised.broken],
        },
        "mutes": [one.mute.id for one in found.mutes],
        "empty": found.is_empty,
        "text": text,
    }


def _number(one: Number) -> dict[str, Any]:
    compare = one.compare
    return {
        "metric": one.metric.code,
        "value": one.value,
        "first": one.window.first_day.isoformat(),
        "last": one.window.last_day.isoformat(),
        "before": one.before,
        "compare": [compare.first_day.isoformat(), compare.last_day.isoformat()] if compare else None,
        "change": one.change,
        "plan": one.plan,
        "late": one.is_late,
        "faults": sorted({str(fault.check) for fault in one.faults}),
    }


def _promise(one: Pledge) -> dict[str, Any]:
    return {"alert": one.alert.handle, "number": one.promise.number, "owner": one.owner, "text": one.promise.text}


async def _made(
    workspace: Workspace,
    person: str | None,
    level: Level | None,
    every: Any,
    day: date | None,
    data: Path | None,
    *,
    is_meeting: bool,
) -> Digest | Meeting:
    from bot.app import open_world
    from bot.clock import clock_of
    from bot.settings import read_settings
    from core.notices.notice import EVERYWHERE
    from core.routing.digests import first_plan
    from core.usecases.choose_digest import plans_of
    from core.usecases.digest import digest as told
    from core.usecases.meeting import meeting

    store = read_settings().beacon_store_url.get_secret_value()
    async with open_world(workspace, clock_of(workspace), data=data, store_url=store) as world:
        plan: Plan = first_plan(person or EVERYWHERE, every, workspace.digest_house)
        if person:
            plan = next((one for one in await plans_of(person, workspace, world) if one.every is every), plan)
        plan = replace(plan, level=level or plan.level)
        return await (meeting if is_meeting else told)(plan, workspace, world, day)


def _written(made: Meeting, workspace: Workspace, tongue: Tongue, folder: Path) -> list[Path]:
    from bot.cards.meeting import meeting_card, workbook
    from bot.chat.card import Picture
    from bot.shell.review_files import SLIDE, page_of
    from core.charts.draw import draw

    folder.mkdir(parents=True, exist_ok=True)
    card, file = meeting_card(made, workspace, tongue), workbook(made, workspace, tongue)
    page, book = folder / "meeting.md", folder / file.name
    book.write_bytes(file.content)
    pictures = []
    for number, block in enumerate((one for one in card.blocks if isinstance(one, Picture)), 1):
        pictures.append(folder / f"meeting-{number}.png")
        pictures[-1].write_bytes(draw(block.figure, width=SLIDE[0], height=SLIDE[1]))
    page.write_text(page_of(card, [one.name for one in pictures]), encoding="utf-8")
    return [page, book, *pictures]
