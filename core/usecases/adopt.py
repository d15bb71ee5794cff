"""One tap on what a review proposed: the change becomes the rule's next revision, and can be taken back like any other.

The button names the days and the change. The review is held again, so that nobody adopts what was proposed of other
facts: where they have changed since, the change is another and so is its mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Problem
from core.ports import Conflict
from core.revision import Standing, newest
from core.rules.say import say
from core.usecases.define import entry_of, keep, written
from core.usecases.review import review

if TYPE_CHECKING:
    from datetime import date

    from core.people.person import Person
    from core.ports import World
    from core.review.advice import Advice
    from core.revision import Revision
    from core.rules.rule import During
    from core.workspace import Workspace


async def adopt(
    mark: str, first: date, last: date, person: Person, via: str, workspace: Workspace, world: World
) -> tuple[Advice, Revision]:
    """Return the change and the revision it became; Problem if these days propose it no longer."""
    async with world.store.begin() as tx:
        seen = newest(await tx.revisions())
    gone = Problem("adopt-gone", first=first.isoformat(), last=last.isoformat())
    found = await review(workspace, world, first, last)
    advice = next((one for one in found.advice if one.changes and one.mark == mark), None)
    if advice is None:
        raise gone
    standing, text = Standing.RETIRED, ""
    if advice.proposed is not None:
        async with world.store.begin() as tx:
            entry = entry_of(advice.rule.id, workspace, await tx.revisions(advice.rule.id))
        if advice.proposed.sentence != advice.rule.sentence:
            entry["when"] = say(advice.proposed.sentence, workspace.tongue, workspace.catalog)
        if during := advice.proposed.during[len(advice.rule.during) :]:
            entry["during"] = [*entry.get("during", ()), *(_said(one, workspace) for one in during)]
        if advice.proposed.review is not None:
            entry["review"] = advice.proposed.review
        standing, text = Standing.SAID, written(entry)
    rule = advice.rule.id
    number = seen[rule].number if rule in seen else 0
    try:
        return advice, await keep(rule, standing, text, person, via, workspace, world, seen=number)
    except Conflict:  # somebody changed or retired the rule while the review was held
        raise gone from None


def _said(during: During, workspace: Workspace) -> dict[str, str]:
    """Return an exception as a rule's entry has it."""
    said = {"event": during.event}
    if during.sentence is not None:
        said["when"] = say(during.sentence, workspace.tongue, workspace.catalog)
    if during.severity is not None:
        said["severity"] = during.severity.name.lower()
    return said
