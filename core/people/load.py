"""People read from YAML.

Which slices a duty covers is said in the dictionary's words, and the dictionary stands a floor above: so the reader
of slices is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from zoneinfo import ZoneInfo

from core import document
from core.document import Fields, Mistakes, Node, Read, Scalar, suggesting
from core.errors import Mistake
from core.labels import Matcher
from core.people.person import DEEDS, Deed, Duty, Leave, Person, Right, level_of
from core.text import TONGUES, Text, Tongue

_LEVELS = {right.value: right for right in Right}
TONGUE_NAMES: dict[str, Tongue] = {tongue: tongue for tongue in TONGUES}


@dataclass(frozen=True, slots=True)
class House:
    """What somebody has who says nothing else: the workspace's tongue, zone and budget."""

    tongue: Tongue
    zone: ZoneInfo
    budget: int | None = None


def load_people(
    nodes: Iterable[Node | None], mistakes: Mistakes, matchers: Read[tuple[Matcher, ...]], house: House
) -> dict[str, Person]:
    """Return the people by id; a lead or a backup whom nobody knows is a mistake."""
    people: dict[str, Person] = {}
    named: list[Scalar] = []
    places: dict[tuple[str, str], str] = {}

    def somebody(node: Node, mistakes: Mistakes) -> str | None:
        """Read somebody's id, to be looked up when all are known."""
        found = document.scalar(node, mistakes)
        if found is not None:
            named.append(found)
        return None if found is None else found.text.strip()

    grants: dict[str, frozenset[Deed]] = {}
    own: set[str] = set()  # who have a `may` of their own
    for node in nodes:
        for kind, fields in document.items(node, ["person", "role"], mistakes):
            if kind == "role":
                grants |= _grant(fields, grants)
                continue
            person = _person(fields, somebody, matchers, house)
            if fields.has("may"):
                own.add(person.id)
            _one_address_each(fields, person, places)
            if person.id in people:
                fields.note("defined-twice", "person", kind="person", name=person.id)
            elif person.id:
                people[person.id] = person
    for one in named:
        if one.text.strip() not in people:
            facts = suggesting(one.text, people, name=one.text.strip())
            mistakes.append(Mistake("unknown-person", facts, one.where))
    return {id: _granted(person, grants, is_own=id in own) for id, person in people.items()}


def _grant(fields: Fields, known: Mapping[str, frozenset[Deed]]) -> dict[str, frozenset[Deed]]:
    """Read `- role: director` with what its holders may."""
    role = fields.need("role", document.words, "")
    deeds = fields.need("may", may, frozenset())
    if role in known:
        fields.note("defined-twice", "role", kind="role", name=role)
    fields.close()
    return {role: deeds}


def _granted(person: Person, grants: Mapping[str, frozenset[Deed]], *, is_own: bool) -> Person:
    """Return the person with what their roles grant: beside their own `may`, or alone where they have none."""
    held = [grants[duty.role] for duty in person.duties if duty.role in grants]
    if not held:
        return person
    own = (DEEDS[person.right] if person.deeds is None else person.deeds) if is_own else frozenset[Deed]()
    deeds = own.union(*held)
    return replace(person, deeds=deeds, right=level_of(deeds))


def may(node: Node, mistakes: Mistakes) -> frozenset[Deed] | None:
    """Read a level (`act`), or what somebody may do one by one (`[ack, assign]`); reading is in all of them."""
    if isinstance(node, Scalar):
        right = document.choice(_LEVELS)(node, mistakes)
        return None if right is None else DEEDS[right]
    deeds = document.listing(document.member(Deed))(node, mistakes)
    return None if deeds is None else frozenset(deeds) | {Deed.READ}


def _person(fields: Fields, somebody: Read[str], matchers: Read[tuple[Matcher, ...]], house: House) -> Person:
    name = fields.need("person", document.words, "")
    deeds = fields.take("may", may, DEEDS[Right.ACT])
    person = Person(
        id=name,
        name=fields.take("name", document.text, Text.same(name)),
        duties=fields.take("duties", document.listing(_duty(matchers)), ()),
        chats=fields.take("chats", document.mapping(document.words), {}),
        tongue=fields.take("tongue", document.choice(TONGUE_NAMES), house.tongue),
        zone=fields.take("zone", zone, house.zone),
        right=level_of(deeds),
        deeds=None if deeds in DEEDS.values() else deeds,
        lead=fields.take("lead", somebody, None),
        workday=fields.take("workday", workday, (time(9), time(18))),
        leave=fields.take("leave", document.listing(document.record(_leave(somebody))), ()),
        budget=fields.take("budget", document.whole, house.budget),
    )
    if person.lead == person.id and person.id:
        fields.note("leads-themselves", "lead", name=person.id)
    fields.close()
    return person


def zone(node: Node, mistakes: Mistakes) -> ZoneInfo | None:
    """Read a time zone such as `Asia/Shanghai`."""
    name = document.words(node, mistakes)
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a folder's name, such as `Asia`, is an OSError
        mistakes.append(Mistake("unknown-zone", suggesting(name, _COMMON_ZONES, name=name), node.where))
        return None


def workday(node: Node, mistakes: Mistakes, *, over_night: bool = False) -> tuple[time, time] | None:
    """Read `09:00-18:00`; `21:00-09:00` only of what may last over a night."""
    written = document.words(node, mistakes)
    if written is None:
        return None
    ends = [document.clock(Scalar(node.where, part.strip()), []) for part in written.split("-")]
    match ends:
        case [time() as begin, time() as end] if begin < end or (over_night and begin != end):
            return begin, end
    mistakes.append(Mistake("wanted-workday", {"value": written}, node.where))
    return None


# --- within ------------------------------------------------------------------------------------------------

_COMMON_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Tokyo", "Europe/London", "UTC")


def _duty(matchers: Read[tuple[Matcher, ...]]) -> Read[Duty]:
    """Read `{role: channel_lead, over: {channel: [wechat]}}`, or a role alone, which is for everything."""

    def read(fields: Fields) -> Duty:
        return Duty(fields.need("role", document.words, ""), fields.take("over", matchers, ()))

    def either(node: Node, mistakes: Mistakes) -> Duty | None:
        if isinstance(node, Scalar):
            role = document.words(node, mistakes)
            return None if role is None else Duty(role)
        return document.record(read)(node, mistakes)

    return either


def _leave(somebody: Read[str]) -> Callable[[Fields], Leave]:
    def read(fields: Fields) -> Leave:
        first = fields.need("from", document.day, date.min)
        last = fields.need("to", document.day, date.max)
        if first > last:
            fields.note("days-reversed", "to", first=str(first), last=str(last))
        return Leave(first, last, fields.take("backup", somebody, None))

    return read


def _one_address_each(fields: Fields, person: Person, places: dict[tuple[str, str], str]) -> None:
    """Note an address that somebody else has: a message from it could be from either."""
    for platform, address in person.chats.items():
        other = places.setdefault((platform, address), person.id)
        if other != person.id:
            fields.note("address-taken", "chats", address=f"{platform}:{address}", other=other)
