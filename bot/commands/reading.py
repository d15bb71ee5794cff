"""What handlers read from a call alike: the alert that is meant, a moment in its speaker's zone, somebody's name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.calendar.moment import read_moment
from core.errors import Invalid, Problem
from core.rules.scan import scan
from core.usecases.explain import find

if TYPE_CHECKING:
    from bot.commands.call import Call
    from bot.commands.command import Stamp
    from core.alerts.alert import Alert


async def alert_of(stamp: Stamp, call: Call) -> Alert:
    async with call.world.store.begin() as tx:
        return await find(stamp.handle, tx)


def moment_of(said: str, call: Call, *, ends: bool = False) -> datetime:
    """Return the moment meant, in UTC; a day without an hour is its speaker's own working day."""
    person, calendar = call.person, call.workspace.calendar
    return read_moment(said, call.now, person.zone, person.workday, ends=ends, calendar=calendar).at.astimezone(UTC)


def amount_of(said: str, call: Call) -> float:
    """Return the amount meant by `12,000`, `¥1.2万` or `12k`."""
    try:
        words = scan(said, call.workspace.catalog)
    except Invalid:
        words = []
    if len(words) != 1 or words[0].kind != "NUMBER" or words[0].value.value < 0:
        raise Problem("wanted-number", value=said)
    return float(words[0].value.value)


def person_at(words: str, call: Call) -> tuple[str, int] | None:
    """Return whose name or address the words begin with, and where it ends."""
    lowered = words.lower()
    known = call.lexicon.people.at(lowered if len(lowered) == len(words) else words)
    if known:
        return known
    name = words.split(maxsplit=1)[0] if words else ""
    person = call.lexicon.addresses.get((call.request.place.platform, name))
    return (person, len(name)) if person else None
