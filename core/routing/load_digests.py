"""Digests as a team writes them: who reads which, how often, and at what hour of theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from core import document
from core.document import Fields, Mistakes, Node, Read, Scalar, suggesting
from core.errors import Mistake
from core.people.load import TONGUE_NAMES, zone
from core.routing.digests import NINE, Every, Level, Plan, Reader, level_of
from core.routing.load import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from zoneinfo import ZoneInfo

    from core.labels import Matcher
    from core.people.person import Person

LEVELS = {level.value: level for level in Level} | {
    "老板": Level.EXECUTIVE,
    "主管": Level.MANAGER,
    "执行层": Level.OPERATOR,
}
RHYTHMS = {every.value: every for every in Every} | {"日报": Every.DAY, "周报": Every.WEEK, "月报": Every.MONTH}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon 周一", "tuesday tue 周二", "wednesday wed 周三", "thursday thu 周四", "friday fri 周五",
         "saturday sat 周六", "sunday sun 周日")
    )
    for name in names.split()
}  # fmt: skip
LAST_DAY = 28  # that every month has


def load_digests(
    nodes: Iterable[Node | None],
    mistakes: Mistakes,
    people: Mapping[str, Person],
    matchers: Read[tuple[Matcher, ...]],
    here: ZoneInfo,
) -> tuple[Plan, ...] | None:
    """Return the plans; None where there is no file, so that everything stays as it is without one."""
    nodes = tuple(nodes)
    if not nodes:
        return None
    found: dict[tuple[Reader, Every], Plan] = {}
    for node in nodes:
        for _, fields in document.items(node, ["digest"], mistakes):
            for plan in _plans(fields, people, matchers, here):
                if (plan.to, plan.every) in found:
                    fields.note("digest-twice", "digest", reader=str(plan.to), every=str(plan.every))
                found[plan.to, plan.every] = plan
    return tuple(found.values())


def _plans(
    fields: Fields, people: Mapping[str, Person], matchers: Read[tuple[Matcher, ...]], here: ZoneInfo
) -> Iterator[Plan]:
    to: Reader = cast("Reader", fields.need("digest", _reader(people), ""))
    person = people.get(to) if isinstance(to, str) else None
    plan = Plan(
        to=to,
        level=fields.take("level", document.choice(LEVELS), level_of(person, people) if person else Level.MANAGER),
        at=fields.take("at", document.clock, NINE),
        zone=fields.take("zone", zone, person.zone if person else here),
        tongue=fields.take("tongue", document.choice(TONGUE_NAMES), person.tongue if person else None),
        over=fields.take("over", matchers, ()),
        holidays=fields.take("holidays", document.flag, default=False),
        pack=fields.take("meeting", document.flag, default=False),
    )
    rhythms = fields.take(
        "every", document.listing(document.choice(RHYTHMS)), (Every.WEEK if plan.pack else Every.DAY,)
    )
    if plan.pack and Every.WEEK not in rhythms:
        fields.note("digest-pack-weekly", "meeting")
    on = {
        Every.DAY: 0,
        Every.WEEK: fields.take("on", document.choice(WEEKDAYS), 0) if Every.WEEK in rhythms else 0,
        Every.MONTH: fields.take("day", _month_day, 1) if Every.MONTH in rhythms else 1,
    }
    fields.close()
    for every in rhythms:
        yield replace(plan, every=every, on=on[every], pack=plan.pack and every is Every.WEEK)


def _reader(people: Mapping[str, Person]) -> Read[Reader]:
    """Read a person's id, or a chat such as `slack:C123`."""

    def read(node: Node, mistakes: Mistakes) -> Reader | None:
        if isinstance(node, Scalar) and ":" not in node.text:
            name = node.text.strip().removeprefix("@")
            if name in people:
                return name
            mistakes.append(Mistake("unknown-person", suggesting(name, people, name=name), node.where))
            return None
        return place(node, mistakes)

    return read


def _month_day(node: Node, mistakes: Mistakes) -> int | None:
    day = document.whole(node, mistakes)
    if day is None or 1 <= day <= LAST_DAY:
        return day
    mistakes.append(Mistake("wanted-month-day", {"value": str(day), "last": LAST_DAY}, node.where))
    return None
