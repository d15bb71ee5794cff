"""What a weekly meeting needs on one page: the plan and what came of it, the week's alerts by cause, what to decide.

The digest of the week and the review of its days, read together; nothing is worked out that they do not know.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.notices.notice import EVERYWHERE
from core.routing.digests import Every, Level
from core.usecases.digest import digest
from core.usecases.review import review

if TYPE_CHECKING:
    from datetime import date

    from core.ports import World
    from core.review.record import Record
    from core.routing.digests import Plan
    from core.usecases.digest import Digest
    from core.usecases.review import Review
    from core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Meeting:
    """`causes` are the week's alerts by what people found behind them, the most frequent first; "" is not yet known."""

    digest: Digest
    review: Review
    causes: tuple[tuple[str, tuple[Record, ...]], ...]


async def meeting(plan: Plan, workspace: Workspace, world: World, day: date | None = None) -> Meeting:
    """Return the pack of the last whole week; a meeting looks at everybody's, whoever asked for it."""
    told = await digest(replace(plan, to=EVERYWHERE, every=Every.WEEK, level=Level.MANAGER), workspace, world, day)
    window = told.edition.window
    held = await review(workspace, world, window.first_day, window.last_day)
    return Meeting(told, held, by_cause(told.tally.records))


def by_cause(records: tuple[Record, ...]) -> tuple[tuple[str, tuple[Record, ...]], ...]:
    found: dict[str, list[Record]] = defaultdict(list)
    for one in records:
        found[one.alert.handling.cause or one.alert.work.cause].append(one)
    ordered = sorted(found.items(), key=lambda each: (not each[0], -len(each[1]), each[0]))
    return tuple((cause, tuple(some)) for cause, some in ordered)
