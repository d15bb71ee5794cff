"""Teams, rotas and the owners' table, read from YAML and from the CSV that teams keep anyway.

A row of `owners.csv` becomes the same nodes as a row of `owners.yaml`, with the places of its cells, so that one
reader reads both and a mistake in either names its line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time

from core import document
from core.document import Fields, Listing, Mapped, Mistakes, Node, Read, Scalar, fold, suggesting
from core.errors import Mistake, Where
from core.labels import Matcher
from core.people.load import House, workday, zone
from core.people.person import Person
from core.people.roster import ON_DUTY, Owned, Roster, Team
from core.people.rota import Override, Rota, Turn
from core.text import Text

OWNER_NAMES = ("owner", "负责人", "owner_id", "责任人")
BACKUP_NAMES = ("backup", "备份", "备份人", "替补", "代理人")
_WEEKDAYS = {name: place for place, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_PARTS = re.compile(r"[|;,，、；]")


def load_roster(
    people: Mapping[str, Person],
    teams: Iterable[Node | None],
    rotas: Iterable[Node | None],
    owners: Iterable[Node | None],
    mistakes: Mistakes,
    matchers: Read[tuple[Matcher, ...]],
    house: House,
) -> Roster:
    """Return the people with their tables. Rotas are read before teams, which may name one, and owners last."""
    found = Roster(people)
    by_rota: dict[str, Rota] = {}
    for node in rotas:
        for _, fields in document.items(node, ["rota"], mistakes):
            if (rota := _rota(fields, found, house)) and _is_new(fields, "rota", rota.id, by_rota):
                by_rota[rota.id] = rota
    by_team: dict[str, Team] = {}
    for node in teams:
        for _, fields in document.items(node, ["team"], mistakes):
            team = _team(fields, found, by_rota)
            if _is_new(fields, "team", team.id, by_team):
                by_team[team.id] = team
    found = Roster(people, (), by_team, by_rota)
    owned = tuple(
        _owned(fields, found, matchers) for node in owners for _, fields in document.items(node, ["owner"], mistakes)
    )
    return Roster(people, owned, by_team, by_rota)


def target(roster: Roster) -> Read[str]:
    """Read `role:NAME`, `team:NAME`, `rota:NAME` or `person:ID`, of somebody whom the workspace has."""
    known = {
        "role": {duty.role for person in roster.values() for duty in person.duties}
        | ({ON_DUTY} if roster.rotas else set()),
        "person": set(roster),
        "team": set(roster.teams),
        "rota": set(roster.rotas),
    }

    def read(node: Node, mistakes: Mistakes) -> str | None:
        said = document.words(node, mistakes)
        if said is None:
            return None
        kind, _, name = said.partition(":")
        if kind not in known or not name:
            mistakes.append(Mistake("wanted-somebody", {"value": said}, node.where))
            return None
        if name not in known[kind]:
            mistakes.append(Mistake(f"unknown-{kind}", suggesting(name, known[kind], name=name), node.where))
            return None
        return said

    return read


def rows_of_csv(content: bytes, file: str, mistakes: Mistakes) -> Node | None:
    """Return a table of owners as the nodes of a list: a column for each dimension, and one that says whose."""
    lines = _decoded(content).splitlines()
    try:
        rows = [row for row in _numbered(lines) if any(cell.strip() for cell in row[1])]
    except csv.Error:
        mistakes.append(Mistake("owners-no-table", {}, Where(file, 1, 1)))
        return None
    if not rows:
        return None
    (top, header), *below = rows
    names = [name.strip() for name in header]
    by_name = {fold(name): place for place, name in reversed(list(enumerate(names)))}
    owner = next((by_name[fold(name)] for name in OWNER_NAMES if fold(name) in by_name), None)
    backup = next((by_name[fold(name)] for name in BACKUP_NAMES if fold(name) in by_name), None)
    if owner is None:
        mistakes.append(Mistake("owners-no-owner", {"names": ", ".join(OWNER_NAMES[:2])}, _whole(file, top, lines)))
        return None
    items: list[Node] = []
    for number, row in below:
        if any(cell.strip() for cell in row[len(names) :]):
            facts = {"found": len(row), "wanted": len(names)}
            mistakes.append(Mistake("owners-row-long", facts, _whole(file, number, lines)))
        else:
            items.append(_item(file, (top, number), lines, names, row[: len(names)], owner, backup))
    return Listing(Where(file, 1, 1), tuple(items))


# --- within ------------------------------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    """Return the text of a file as Excel saves it: with a mark of UTF-8, or in a Chinese Windows' own encoding."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _numbered(lines: list[str]) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(lines)
    for row in reader:
        yield reader.line_num, row


def _item(
    file: str,
    numbers: tuple[int, int],
    lines: list[str],
    names: list[str],
    row: list[str],
    owner: int,
    backup: int | None,
) -> Mapped:
    """Return one row as `{owner: …, over: {channel: [wechat]}, backup: …}`; an empty cell or `*` is no condition."""
    top, number = numbers
    cells = {place: cell.strip() for place, cell in enumerate(row)}
    places = {place: _at(file, number, lines, cell) for place, cell in cells.items()}
    whole = _whole(file, number, lines)
    over: dict[str, Node] = {
        names[place]: Listing(
            places[place],
            tuple(Scalar(places[place], part.strip(), quoted=True) for part in _PARTS.split(cell) if part.strip()),
        )
        for place, cell in cells.items()
        if place not in (owner, backup) and cell not in ("", "*")
    }
    keys = {name: Scalar(_at(file, top, lines, name), name) for name in over}
    entries: dict[str, Node] = {
        "owner": Scalar(places.get(owner, whole), cells.get(owner, "")),
        "over": Mapped(whole, over, keys),
    }
    if backup is not None and cells.get(backup):
        entries["backup"] = Scalar(places[backup], cells[backup])
    return Mapped(whole, entries, {key: Scalar(whole, key) for key in entries})


def _at(file: str, number: int, lines: list[str], cell: str) -> Where:
    """Return the place of a cell: a CSV reader does not tell columns, so it is looked for in its line."""
    line = lines[number - 1]
    column = line.find(cell) if cell else 0
    return Where(file, number, max(column, 0) + 1, max(1, len(cell)), line)


def _whole(file: str, number: int, lines: list[str]) -> Where:
    line = lines[number - 1]
    return Where(file, number, 1, max(1, len(line)), line)


def _is_new(fields: Fields, kind: str, id: str, taken: Mapping[str, object]) -> bool:
    if id in taken:
        fields.note("defined-twice", kind, kind=kind, name=id)
    return bool(id) and id not in taken


def _somebody(people: Mapping[str, Person]) -> Read[str]:
    """Read a person by their id or by their name."""
    ids = _ids(people)

    def read(node: Node, mistakes: Mistakes) -> str | None:
        said = document.words(node, mistakes)
        if said is None:
            return None
        if (id := ids.get(fold(said.removeprefix("person:")))) is None:
            mistakes.append(Mistake("unknown-person", suggesting(said, people, name=said), node.where))
        return id

    return read


def _ids(people: Mapping[str, Person]) -> dict[str, str]:
    """Return each person's id by their id and names; a name that two have is nobody's."""
    found: dict[str, str | None] = {}
    for person in people.values():
        for name in {fold(person.name.zh), fold(person.name.en)}:
            found[name] = None if name in found else person.id
    found |= {fold(id): id for id in people}
    return {name: id for name, id in found.items() if id is not None}


def _team(fields: Fields, roster: Roster, rotas: Mapping[str, Rota]) -> Team:
    somebody = _somebody(roster)
    name = fields.need("team", document.words, "")
    team = Team(
        id=name,
        title=fields.take("title", document.text, Text.same(name)),
        members=fields.take("members", document.listing(somebody), ()),
        lead=fields.take("lead", somebody, None),
        roles=fields.take("roles", document.listing(document.words), ()),
        rota=fields.take("rota", _known_rota(rotas), None),
    )
    if fields.close() and not team.people:
        fields.note("team-nobody", "team", name=name)
    return team


def _known_rota(rotas: Mapping[str, Rota]) -> Read[str]:
    def read(node: Node, mistakes: Mistakes) -> str | None:
        said = document.words(node, mistakes)
        if said is None or said in rotas:
            return said
        mistakes.append(Mistake("unknown-rota", suggesting(said, rotas, name=said), node.where))
        return None

    return read


def _owned(fields: Fields, roster: Roster, matchers: Read[tuple[Matcher, ...]]) -> Owned:
    somebody, others = _somebody(roster), target(roster)

    def either(node: Node, mistakes: Mistakes) -> str | None:
        if isinstance(node, Scalar) and ":" in node.text and not node.text.startswith("person:"):
            return others(node, mistakes)
        id = somebody(node, mistakes)
        return None if id is None else f"person:{id}"

    owned = Owned(
        match=fields.take("over", matchers, ()),
        to=fields.need("owner", either, ""),
        backup=fields.take("backup", somebody, None),
    )
    if fields.close() and not owned.match:
        # A table's row for everything would hide all that comes after it in the chain.
        fields.note("owners-row-open", "owner")
    return owned


def _rota(fields: Fields, roster: Roster, house: House) -> Rota | None:
    name = fields.need("rota", document.words, "")
    hours = fields.take("hours", _hours, None)
    rota = Rota(
        id=name,
        title=fields.take("title", document.text, Text.same(name)),
        people=fields.need("people", document.listing(_somebody(roster)), ()),
        first=fields.need("from", document.day, date.min),
        zone=fields.take("zone", zone, house.zone),
        turn=fields.take("turn", document.member(Turn), Turn.WEEK),
        handover=fields.take("handover", document.clock, hours[0] if hours else time(9)),
        days=fields.take("days", document.listing(document.choice(_WEEKDAYS)), ()),
        hours=hours,
        overrides=fields.take("overrides", document.listing(document.record(_override(roster))), ()),
        swaps=fields.take("swaps", document.listing(_swap), ()),
    )
    is_right = fields.close()
    if is_right and not rota.people:
        fields.note("rota-nobody", "people", name=name)
    return rota if rota.people and rota.first > date.min else None


def _override(roster: Roster) -> Callable[[Fields], Override]:
    def read(fields: Fields) -> Override:
        first = fields.need("from", document.day, date.min)
        last = fields.take("to", document.day, first)
        if first > last:
            fields.note("days-reversed", "to", first=str(first), last=str(last))
        return Override(first, last, fields.need("person", _somebody(roster), ""))

    return read


def _swap(node: Node, mistakes: Mistakes) -> tuple[date, date] | None:
    """Read `[2026-06-18, 2026-06-25]`: two days whose shifts change places."""
    days = document.listing(document.day)(node, mistakes)
    if days is not None and len(days) == 2:  # noqa: PLR2004 - a swap is between two
        return days[0], days[1]
    if days is not None:
        mistakes.append(Mistake("wanted-days", {}, node.where))
    return None


def _hours(node: Node, mistakes: Mistakes) -> tuple[time, time] | None:
    """Read `09:00-21:00`, and `21:00-09:00`, which is a night."""
    return workday(node, mistakes, over_night=True)
