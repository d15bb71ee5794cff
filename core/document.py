"""YAML that a marketer wrote, read strictly: every piece knows its line, and readers gather mistakes.

Scalars stay text until a reader asks for a number or a day, so `no`, `on` and `12:30` mean what they say.
Anchors, tags and doubled keys are refused. All readers share one list of mistakes; nothing is raised here:
whoever looks last raises them all at once as `Invalid`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

import yaml

from core.errors import Fact, Mistake, Where
from core.text import Text

T = TypeVar("T")
D = TypeVar("D")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Scalar:
    where: Where
    text: str
    quoted: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.quoted and self.text in ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Listing:
    where: Where
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping. `keys` are the keys themselves, for their places."""

    where: Where
    entries: Mapping[str, Node]
    keys: Mapping[str, Scalar]


Node = Scalar | Listing | Mapped
Mistakes = list[Mistake]
Read = Callable[[Node, Mistakes], T | None]  # None: it could not be read, and the mistake has been noted


# --- from text to nodes --------------------------------------------------------------------------------


def parse(text: str, file: str, mistakes: Mistakes) -> Node | None:
    """Return the document's one node, or None when it is empty or cannot be read at all."""
    text = text.removeprefix("\ufeff")
    lines = text.splitlines()
    try:
        composed = yaml.compose(text, Loader=_LOADER)
        return None if composed is None else _Builder(file, lines, mistakes).build(composed)
    except yaml.MarkedYAMLError as error:
        mistakes.append(_syntax_mistake(error, file, lines))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        mistakes.append(Mistake("yaml-character", {}, _place(file, lines, line - 1, 0, None)))
    except RecursionError:
        mistakes.append(Mistake("yaml-too-deep", {}, _place(file, lines, 0, 0, None)))
    return None


def items(node: Node | None, kinds: Iterable[str], mistakes: Mistakes) -> Iterator[tuple[str, Fields]]:
    """Yield (kind, fields) of a list whose items each open with their kind: `- rule: roi_drop`."""
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return
    wanted = tuple(kinds)
    if not isinstance(node, Listing):
        mistakes.append(Mistake("wanted-list", {"kinds": ", ".join(wanted)}, node.where))
        return
    for item in node.items:
        if not isinstance(item, Mapped):
            mistakes.append(Mistake("wanted-item", {"kinds": ", ".join(wanted)}, item.where))
        elif kind := next((key for key in item.entries if key in wanted), None):
            yield kind, Fields(item, mistakes)
        else:
            key = next(iter(item.keys), "")
            where = item.keys[key].where if key else item.where
            facts = suggesting(key, wanted, key=key, kinds=", ".join(wanted))
            mistakes.append(Mistake("unknown-kind", facts, where))


# --- taking a mapping apart ----------------------------------------------------------------------------


class Fields:
    """Takes the keys of one mapping; what nobody has asked for by `close` is an unknown key."""

    def __init__(self, node: Mapped, mistakes: Mistakes) -> None:
        self.node = node
        self.mistakes = mistakes
        self._before = len(mistakes)
        self._asked: list[str] = []

    def need(self, key: str, read: Read[T], hole: D) -> T | D:
        """Return what stands at `key`; if it is missing or wrong, note that and return `hole` to go on."""
        self._asked.append(key)
        if key not in self.node.entries:
            self.mistakes.append(Mistake("missing-key", {"key": key}, self.node.where))
            return hole
        found = read(self.node.entries[key], self.mistakes)
        return hole if found is None else found

    def take(self, key: str, read: Read[T], default: D) -> T | D:
        """Return what stands at `key`, or `default` if nothing does, or if it is wrong and noted."""
        self._asked.append(key)
        if key not in self.node.entries:
            return default
        found = read(self.node.entries[key], self.mistakes)
        return default if found is None else found

    def has(self, key: str) -> bool:
        return key in self.node.entries

    def where(self, key: str | None = None) -> Where:
        """Return the place of the value at `key`, or of the whole."""
        return (self.node.entries.get(key or "") or self.node).where

    def note(self, code: str, key: str | None = None, **facts: Fact) -> None:
        """Add a mistake, pointing at the value of `key`."""
        self.mistakes.append(Mistake(code, facts, self.where(key)))

    def close(self) -> bool:
        """Note the keys nobody asked for; return whether the whole of it was right."""
        for key, node in self.node.keys.items():
            if key not in self._asked:
                facts = suggesting(key, self._asked, key=key)
                self.mistakes.append(Mistake("unknown-key", facts, node.where))
        return len(self.mistakes) == self._before


# --- readers -------------------------------------------------------------------------------------------


def words(node: Node, mistakes: Mistakes) -> str | None:
    if isinstance(node, Scalar) and not node.is_empty and node.text.strip():
        return node.text.strip()
    mistakes.append(Mistake("wanted-words", {}, node.where))
    return None


def scalar(node: Node, mistakes: Mistakes) -> Scalar | None:
    """Return words together with their place, for sentences with mistakes of their own (see `inside`)."""
    return node if words(node, mistakes) is not None and isinstance(node, Scalar) else None


def text(node: Node, mistakes: Mistakes) -> Text | None:
    """Read `{en: …, zh: …}`, or one string for both tongues."""
    if not isinstance(node, Mapped):
        found = words(node, mistakes)
        return None if found is None else Text.same(found)
    fields = Fields(node, mistakes)
    both = Text(en=fields.need("en", words, ""), zh=fields.need("zh", words, ""))
    return both if fields.close() else None


def number(node: Node, mistakes: Mistakes) -> Decimal | None:
    """Read `1200`, `1,200`, `0.5` or `2.5%`, exactly as written; a percentage is a fraction."""
    if isinstance(node, Scalar) and (match := _NUMBER.fullmatch(node.text.strip())):
        value = Decimal(match["digits"].replace(",", ""))
        return value.scaleb(-2) if match["percent"] else value
    _wanted("wanted-number", node, mistakes)
    return None


def whole(node: Node, mistakes: Mistakes) -> int | None:
    """Read a whole number, zero or more."""
    if isinstance(node, Scalar) and re.fullmatch(r"[0-9]{1,15}", node.text.strip()):
        return int(node.text)
    _wanted("wanted-whole", node, mistakes)
    return None


def flag(node: Node, mistakes: Mistakes) -> bool | None:
    if isinstance(node, Scalar) and node.text in ("true", "false"):
        return node.text == "true"
    _wanted("wanted-flag", node, mistakes)
    return None


def day(node: Node, mistakes: Mistakes) -> date | None:
    if isinstance(node, Scalar) and re.fullmatch(r"\d{4}-\d\d-\d\d", node.text):
        try:
            return date.fromisoformat(node.text)
        except ValueError:
            pass
    _wanted("wanted-date", node, mistakes)
    return None


def clock(node: Node, mistakes: Mistakes) -> time | None:
    if isinstance(node, Scalar) and (match := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", node.text)):
        return time(int(match[1]), int(match[2]))
    _wanted("wanted-time", node, mistakes)
    return None


def duration(node: Node, mistakes: Mistakes) -> timedelta | None:
    found = as_duration(node.text) if isinstance(node, Scalar) else None
    if found is None:
        _wanted("wanted-duration", node, mistakes)
    return found


def as_duration(written: str) -> timedelta | None:
    """Return the length of `30m`, `2h`, `1d12h` or `1w`, or None.

    >>> as_duration("1d12h")
    datetime.timedelta(days=1, seconds=43200)
    """
    if not re.fullmatch(r"(\d{1,5}[mhdw]\s*)+", written.strip()):
        return None
    parts = re.findall(r"(\d+)([mhdw])", written)
    return sum((int(count) * _LENGTHS[unit] for count, unit in parts), timedelta())


def choice(options: Mapping[str, T]) -> Read[T]:
    """Read one of the words of `options`, and suggest the nearest to any other."""

    def read(node: Node, mistakes: Mistakes) -> T | None:
        if isinstance(node, Scalar) and node.text in options:
            return options[node.text]
        said = node.text if isinstance(node, Scalar) else ""
        facts = suggesting(said, options, value=said, options=", ".join(options))
        mistakes.append(Mistake("unknown-value", facts, node.where))
        return None

    return read


def member(kind: type[E]) -> Read[E]:
    """Read one of the values of a StrEnum."""
    return choice({one.value: one for one in kind})


def listing(read: Read[T]) -> Read[tuple[T, ...]]:
    """Read a list, or a single one that needs no brackets."""

    def read_all(node: Node, mistakes: Mistakes) -> tuple[T, ...] | None:
        parts = node.items if isinstance(node, Listing) else (node,)
        found = [read(part, mistakes) for part in parts]
        kept = tuple(one for one in found if one is not None)
        return kept if len(kept) == len(found) else None

    return read_all


def mapping(read: Read[T]) -> Read[dict[str, T]]:
    """Read a mapping of names that are the writer's own."""

    def read_all(node: Node, mistakes: Mistakes) -> dict[str, T] | None:
        if not isinstance(node, Mapped):
            _wanted("wanted-mapping", node, mistakes)
            return None
        found = {key: read(value, mistakes) for key, value in node.entries.items()}
        kept = {key: value for key, value in found.items() if value is not None}
        return kept if len(kept) == len(found) else None

    return read_all


def record(build: Callable[[Fields], T | None]) -> Read[T]:
    """Read a mapping of known keys: `build` takes them, and unknown ones are noted after it."""

    def read(node: Node, mistakes: Mistakes) -> T | None:
        if not isinstance(node, Mapped):
            _wanted("wanted-mapping", node, mistakes)
            return None
        fields = Fields(node, mistakes)
        built = build(fields)
        return built if fields.close() else None

    return read


def suggesting(word: str, among: Iterable[str], **facts: Fact) -> dict[str, Fact]:
    """Return the facts, and with them `suggestion`, the nearest word, if any is near."""
    folded: dict[str, str] = {}
    for one in among:
        folded.setdefault(fold(one), one)  # a code comes before its title, and is what one would type
    near = get_close_matches(fold(word), folded, n=1, cutoff=0.6)
    return facts | {"suggestion": folded[near[0]]} if near else facts


def fold(name: str) -> str:
    """Return a name as it is compared: width, case, spaces, `_` and `-` do not count.

    >>> fold("Ｂounce Rate") == fold("bounce_rate")
    True
    """
    return re.sub(r"[\s_\-·]+", "", unicodedata.normalize("NFKC", name).casefold())


# --- showing where -------------------------------------------------------------------------------------


def inside(node: Scalar, start: int, width: int = 1) -> Where:
    """Return the place of `width` characters from `start` (counted from 0) of a scalar's words."""
    first = node.where.column + (1 if node.quoted else 0)
    words = node.text[: start + width]
    # A folded or escaped scalar does not lie on its line letter by letter; then the whole of it must do.
    is_plain = node.where.source[first - 1 : first - 1 + len(words)] == words
    return replace(node.where, column=first + start, width=width) if is_plain else node.where


def frame(where: Where) -> str:
    """Return the line that was written with carets below, aligned under double-width letters too."""
    number = str(where.line)
    margin = " " * len(number)
    before = where.source[: where.column - 1]
    marked = where.source[where.column - 1 : where.column - 1 + where.width]
    carets = "^" * max(1, display_width(marked))
    source = where.source.replace("\t", " ")
    return (
        f"{where.file}:{where.line}:{where.column}\n"
        f" {number} | {source}\n"
        f" {margin} | {' ' * display_width(before)}{carets}"
    )


def display_width(shown: str) -> int:
    """Return how many columns of a terminal it takes: a Chinese letter takes two, an accent of its own none.

    >>> display_width("渠道ROI")
    7
    """
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in shown
    )


# --- within --------------------------------------------------------------------------------------------

# libyaml's is ten times faster, which a command line feels; some builds of PyYAML come without it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"(?P<digits>[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.\d{1,12})?)\s*(?P<percent>[%％])?")
_LENGTHS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
# PyYAML's own words are for programmers; those of its two scanners differ a little.
_SYNTAX = (
    ("mapping values are not allowed", "yaml-colon"),
    ("could not find expected ':'", "yaml-no-colon"),
    ("found unexpected end of stream", "yaml-unclosed-quote"),
    ("found unexpected document indicator", "yaml-unclosed-quote"),
    ("did not find expected ',' or", "yaml-unclosed-bracket"),
    ("expected ',' or", "yaml-unclosed-bracket"),
    ("found another document", "yaml-many-documents"),
    ("expected <block end>", "yaml-indent"),
    ("did not find expected key", "yaml-indent"),
    ("did not find expected '-' indicator", "yaml-indent"),
    ("block sequence entries are not allowed", "yaml-indent"),
    ("undefined alias", "yaml-anchor"),
    ("duplicate anchor", "yaml-anchor"),
)


def _wanted(code: str, node: Node, mistakes: Mistakes) -> None:
    said = node.text if isinstance(node, Scalar) else ""
    mistakes.append(Mistake(code, {"value": said}, node.where))


class _Builder:
    """Turns PyYAML's nodes into ours; one seen twice came through an alias, and aliases grow without end."""

    def __init__(self, file: str, lines: list[str], mistakes: Mistakes) -> None:
        self.file = file
        self.lines = lines
        self.mistakes = mistakes
        self.seen: set[int] = set()

    def build(self, node: yaml.Node) -> Node:
        where = _place(self.file, self.lines, node.start_mark.line, node.start_mark.column, node.end_mark)
        if id(node) in self.seen:
            self.mistakes.append(Mistake("yaml-anchor", {}, where))
            return Scalar(where, "")
        self.seen.add(id(node))
        if node.tag.startswith("!"):
            self.mistakes.append(Mistake("yaml-tag", {"tag": node.tag}, where))
        if isinstance(node, yaml.SequenceNode):
            return Listing(where, tuple(self.build(one) for one in node.value))
        if isinstance(node, yaml.MappingNode):
            return self.build_mapping(node, where)
        return Scalar(where, node.value, quoted=getattr(node, "style", None) in ("'", '"', "|", ">"))

    def build_mapping(self, node: yaml.MappingNode, where: Where) -> Mapped:
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        for key_node, value_node in node.value:
            key, value = self.build(key_node), self.build(value_node)
            if not isinstance(key, Scalar):
                self.mistakes.append(Mistake("wanted-key", {}, key.where))
            elif key.text in entries:
                first = keys[key.text].where.line
                self.mistakes.append(Mistake("duplicate-key", {"key": key.text, "line": first}, key.where))
            else:
                entries[key.text], keys[key.text] = value, key
        return Mapped(where, entries, keys)


def _place(file: str, lines: list[str], line: int, column: int, end: yaml.Mark | None) -> Where:
    source = lines[line] if line < len(lines) else ""
    rest = len(source.rstrip()) - column
    width = end.column - column if end is not None and end.line == line else rest
    return Where(file, line + 1, column + 1, max(1, width), source)


def _syntax_mistake(error: yaml.MarkedYAMLError, file: str, lines: list[str]) -> Mistake:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or ""
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(lines) and lines:  # the file ends too early: its last line is where to look
        line, column = len(lines) - 1, len(lines[-1])
    code: str = next((code for words, code in _SYNTAX if words in problem), "yaml-syntax")
    if code == "yaml-unclosed-quote" and error.context_mark:
        line, column = error.context_mark.line, error.context_mark.column  # where it opens is where to look
    where = replace(_place(file, lines, line, column, None), width=1)
    if "\t" in where.source[: column + 1]:
        code = "yaml-tab"
        where = replace(where, column=where.source.index("\t") + 1)
    return Mistake(code, {"detail": problem} if code == "yaml-syntax" else {}, where)
