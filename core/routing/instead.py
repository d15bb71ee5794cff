"""To whom a dead letter goes instead: its reader's next chat, their lead, an admin, the chats for all else.

A letter carries the names of those it has gone past, so that no two hand it to each other for ever; and a chat that is
gone is no letter's business but an admin's, who is told of it once a day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.notices.notice import Kind, Notice, Place
from core.people.person import Deed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.people.person import Person
    from core.routing.route import Route

PASSED = "instead_of"
GONE = "chat-gone"  # news: nothing can be said there any more


def instead(
    notice: Notice,
    place: Place | None,
    why: str,
    people: Mapping[str, Person],
    routes: Sequence[Route],
    now: datetime,
) -> Notice | None:
    """Return what is to be said because a notice is dead, or None: then its row in `health` is what is left of it."""
    if notice.kind is Kind.STATE:
        return None  # what is shown heals by itself, or is gone with its message
    reader = reader_of(notice)
    passed = str(notice.facts.get(PASSED, "")).split()
    if reader is None and not passed:
        return _gone(notice, why, people, now)
    if reader is None:
        return _on(notice, [*passed, str(notice.to)], people, routes, now)
    person = people.get(reader)
    platforms = list(person.chats) if person else []
    tried = platforms.index(place.platform) + 1 if place and place.platform in platforms else len(platforms)
    if person is not None and platforms[tried:]:
        to = Place(platforms[tried], person.chats[platforms[tried]])
        return replace(notice, key=f"{notice.key}~{to.platform}", to=to, facts=dict(notice.facts) | {"for": reader})
    return _on(notice, [*passed, reader], people, routes, now, lead=person.lead if person else None)


def reader_of(notice: Notice) -> str | None:
    """Return the person whom a notice is for, be it on its way to one of their chats."""
    return str(notice.facts.get("for", "")) or (notice.to if isinstance(notice.to, str) else None)


def admins(people: Iterable[Person], now: datetime) -> list[str]:
    """Return those who may change what is defined and have a chat, the ones who are there first."""
    able = [person for person in people if person.may(Deed.DEFINE) and person.is_reachable]
    return [one.id for one in sorted(able, key=lambda one: one.is_away(now.astimezone(one.zone).date()))]


def _on(
    notice: Notice,
    passed: Sequence[str],
    people: Mapping[str, Person],
    routes: Sequence[Route],
    now: datetime,
    lead: str | None = None,
) -> Notice | None:
    last = routes[-1].chats if routes else ()
    to: Iterable[Place | str] = (*filter(None, [lead]), *admins(people.values(), now), *last)
    following = next((one for one in to if str(one) not in passed), None)
    if following is None:
        return None
    facts = {name: fact for name, fact in notice.facts.items() if name != "for"} | {PASSED: " ".join(passed)}
    return replace(notice, key=f"{notice.key}~{following}", to=following, facts=facts)


def _gone(notice: Notice, why: str, people: Mapping[str, Person], now: datetime) -> Notice | None:
    able = admins(people.values(), now)
    facts = {"news": GONE, "to": str(notice.to), "why": why, PASSED: str(notice.to)}
    return Notice(f"{GONE}:{notice.to}:{now.date()}", Kind.NEWS, None, able[0], facts) if able else None
