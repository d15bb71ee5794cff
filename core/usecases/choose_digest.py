"""Changing one's own digest, or a chat's: what is chosen lies over the files, holds at once, and is audited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.audit import Entry, Origin, Realm, differing
from core.routing.digests import Choice, Every, Level, Plan, Reader, key_of, plans

if TYPE_CHECKING:
    from datetime import time

    from core.errors import Fact
    from core.people.person import Person
    from core.ports import World
    from core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be another; None stays as it is."""

    is_on: bool = True
    level: Level | None = None
    at: time | None = None
    on: int | None = None
    pack: bool | None = None


async def choose(
    to: Reader, every: Every, wish: Wish, person: Person, via: str | None, workspace: Workspace, world: World
) -> Plan | None:
    """Keep a wish over what was wished before, and return the plan as it is now; None where it is off."""
    now = world.clock.now()
    async with world.store.begin() as tx:
        before = await tx.choices()
        old = next((one for one in before if (one.to, one.every) == (to, every)), None)
        was = find(plans(workspace.digest_house, before), to, every)
        kept = old or Choice(to, every, person.id, now)
        choice = replace(
            kept,
            by=person.id,
            made_at=now,
            is_on=wish.is_on,
            level=wish.level or kept.level,
            at=wish.at or kept.at,
            on=kept.on if wish.on is None else wish.on,
            pack=kept.pack if wish.pack is None else wish.pack,
        )
        others = [one for one in before if one is not old]
        became = find(plans(workspace.digest_house, [*others, choice]), to, every)
        await tx.keep_choice(choice)
        earlier, later = differing(_facts(was), _facts(became))
        subject = f"digest:{key_of(to)}"
        await tx.record(
            [
                Entry(
                    now,
                    Realm.SETTING,
                    subject,
                    person.id,
                    "digest-chosen",
                    Origin.read(via),
                    earlier,
                    later,
                    str(every),
                )
            ]
        )
    return became


async def plans_of(to: Reader, workspace: Workspace, world: World) -> tuple[Plan, ...]:
    """Return what this reader gets, the most frequent first."""
    async with world.store.begin() as tx:
        known = plans(workspace.digest_house, await tx.choices())
    return tuple(one for every in Every if (one := find(known, to, every)))


def find(known: tuple[Plan, ...], to: Reader, every: Every) -> Plan | None:
    return next((one for one in known if (one.to, one.every) == (to, every)), None)


def _facts(plan: Plan | None) -> dict[str, Fact]:
    if plan is None:
        return {"digest": "off"}
    facts: dict[str, Fact] = {"digest": str(plan.every), "level": str(plan.level), "at": f"{plan.at:%H:%M}"}
    if plan.every is not Every.DAY:
        facts["on"] = plan.on
    return facts | ({"pack": "yes"} if plan.pack else {})
