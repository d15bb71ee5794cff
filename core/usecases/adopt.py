"""One tap on what a review proposed: the change becomes the rule's next revision, and can be taken back like any other.

The button names the days and the change. The review is held again, so that nobody adopts what was proposed of other
facts: where they have changed since, the change is another and so is its mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Problem
from core.revision import Standing
from core.rules.say import say
from core.usecases.define import entry_of, keep, written
from core.usecases.review import review

if TYPE_CHECKING:
    from datetime import date

    from core.people.person import Person
    from core.ports import World
    from core.review.advice import Advice
    from core.revision import Revision
    from core.workspace import Workspace


async def adopt(
    mark: str, first: date, last: date, person: Person, via: str, workspace: Workspace, world: World
) -> tuple[Advice, Revision]:
    """Return the change and the revision it became; Problem if these days propose it no longer."""
    found = await review(workspace, world, first, last)
    advice = next((one for one in found.advice if one.changes and one.mark == mark), None)
    if advice is None:
        raise Problem("adopt-gone", first=first.isoformat(), last=last.isoformat())
    standing, text = Standing.RETIRED, ""
    if advice.proposed is not None:
        async with world.store.begin() as tx:
            entry = entry_of(advice.rule.id, workspace, await tx.revisions(advice.rule.id))
        if advice.proposed.sentence != advice.rule.sentence:
            entry["when"] = say(advice.proposed.sentence, workspace.tongue, workspace.catalog)
        if advice.proposed.review is not None:
            entry["review"] = advice.proposed.review
        standing, text = Standing.SAID, written(entry)
    return advice, await keep(advice.rule.id, standing, text, person, via, workspace, world)
