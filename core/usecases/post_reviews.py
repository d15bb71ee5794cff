"""When a review is held by itself: of a month on the next one's first workday, of a campaign once it has settled.

A review of days in which nothing fired is no news and is not posted. Each is queued once, however often it is looked
for: its notice has one key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from core.notices.notice import Kind, Notice
from core.routing.digests import catch_all
from core.usecases.review import Review, last_month, review

if TYPE_CHECKING:
    from core.ports import World
    from core.workspace import Workspace

SETTLES = 3  # days after a campaign, until its returns and late conversions are in
LOOKS_BACK = 7  # days: a house that stood still over a weekend still holds its review
LEAST_DAYS = 3  # of a campaign: a single day's is seen the morning after


@dataclass(frozen=True, slots=True)
class Due:
    first: date
    last: date
    campaign: str = ""  # the event's code; of a month none


async def post_reviews(workspace: Workspace, world: World) -> tuple[Notice, ...]:
    """Queue what is due today for every chat that gets the digest."""
    now = world.clock.now()
    today = now.astimezone(workspace.zone).date()
    notices: list[Notice] = []
    async with world.store.begin() as tx:
        for due in due_on(today, workspace):
            start, end = (
                datetime.combine(day, time(), workspace.zone).astimezone(UTC)
                for day in (due.first, due.last + timedelta(days=1))
            )
            if not any(alert.fired_at and alert.fired_at < end for alert in await tx.fired(start)):
                continue
            facts = {"first": due.first.isoformat(), "last": due.last.isoformat(), "campaign": due.campaign}
            name = f"review:{due.campaign or 'month'}:{due.last}"
            readers = catch_all(workspace.routes, workspace.people)
            notices += [Notice(f"{name}:{to}", Kind.REVIEW, None, to, facts) for to in readers]
        await tx.keep((), notices, now=now)
    return tuple(notices)


def due_on(today: date, workspace: Workspace) -> Iterator[Due]:
    """Yield the reviews that are due on a day, or were within the week before it."""
    first = today.replace(day=1)
    opens = first if workspace.calendar.is_workday(first) else workspace.calendar.next_workday(first)
    if timedelta(0) <= today - opens < timedelta(days=LOOKS_BACK):
        yield Due(*last_month(today))
    for event in workspace.events.values():
        for begins, ends in event.days.values() if event.kind != "incident" and not event.is_leave else ():
            since = today - ends
            is_long = (ends - begins).days + 1 >= LEAST_DAYS
            if is_long and timedelta(days=SETTLES) <= since < timedelta(days=SETTLES + LOOKS_BACK):
                yield Due(begins, ends, event.code)


async def review_of(notice: Notice, workspace: Workspace, world: World) -> Review:
    """Return the review that a notice is about, as it is now."""
    first, last = (date.fromisoformat(str(notice.facts[name])) for name in ("first", "last"))
    found = await review(workspace, world, first, last)
    event = workspace.events.get(str(notice.facts["campaign"]))
    return replace(found, campaign=event.title) if event else found
