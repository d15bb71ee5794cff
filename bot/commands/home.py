"""`home`: the speaker's own board, which Slack keeps open on a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cards.home import Home as Shown
from bot.cards.home import home_card
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Home
from core.people.roster import Roster
from core.usecases.choose_digest import plans_of
from core.usecases.follow_up import pledges
from core.usecases.overview import is_shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.people.person import Person


async def home(_: Home, call: Call) -> Reply:
    me = call.person
    team = team_of(me, call.workspace.people)
    async with call.world.store.begin() as tx:
        opened, holds = await tx.open(), await tx.holds()
    ours = [
        one for one in sorted(opened, key=lambda one: -one.severity) if is_shown(one) and one.owner in {me.id, *team}
    ]
    overdue = tuple(one for one in ours if one.due is not None and one.due <= call.now)
    rest = [one for one in ours if one not in overdue]
    shown = Shown(
        overdue,
        tuple(one for one in rest if one.owner == me.id),
        tuple(one for one in rest if one.owner != me.id),
        await pledges(call.world, owner=me.id),
        tuple(holds),
        await plans_of(me.id, call.workspace, call.world),
    )
    return Reply((home_card(shown, me, call.workspace, call.tongue, call.now),), is_private=True)


def team_of(me: Person, people: Mapping[str, Person]) -> frozenset[str]:
    """Return the ids of whom somebody leads, and of whoever shares a team or a lead with them."""
    shared = (team.people for team in Roster.of(people).teams.values() if me.id in team.people)
    beside = {one.id for one in people.values() if one.lead and one.lead in (me.id, me.lead)}
    return frozenset({*beside, *(id for each in shared for id in each)} - {me.id})
