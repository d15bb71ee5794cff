"""Where a team's facts lie, and which of their columns are which base metrics.

The names here are those of the files; the names outside are those of the dictionary. They meet nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.calendar.grain import Grain
    from core.metrics.metric import How


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one column of a row.

    `is` and `not` compare words, `above` … `at_most` numbers, `present` asks for any value, and `within` asks that
    the column, a time, lies at most so many days after the row's own time: how a cohort's window is said.
    """

    column: str
    op: Literal["is", "not", "above", "below", "at_least", "at_most", "present", "within"]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """How one base metric is made of a source's rows. `column` is None only when rows are counted."""

    how: How
    column: str | None = None
    where: tuple[Filter, ...] = ()
    matures: timedelta = timedelta(0)  # how long after its period it still grows; it is complete only then


@dataclass(frozen=True, slots=True)
class Lookup:
    """Columns taken from another file by a shared key, at most one row a key (the latest wins)."""

    files: tuple[str, ...]
    key: str
    take: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """What a source's facts are held to before a rule may speak of them; all of it unless its YAML says less.

    `complete` names the dimensions whose usual values must be there (None: those whose values the dictionary knows),
    `ranges` what one period's number of one of those values lies between, `wholes` what else is part of what.
    """

    fresh: bool = True
    complete: tuple[str, ...] | None = None
    duplicates: bool = True
    range: bool = True
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    spike: float = 20.0  # times the usual; 0 is none
    parts: bool = True
    wholes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pull:
    """JSON behind an address, asked for every so often. `${NAME}` in the address and the headers is that setting.

    `path` leads to the list of rows: `data.items`; empty where the answer is that list. Where the answer comes in
    pages, `next` leads to the link to the next one, or to the cursor that goes into the parameter `page`; without
    `next` that parameter is the page's number.
    """

    url: str
    every: timedelta
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    next: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one form, or a table of an engine.

    Paths are relative to the workspace, or to the folder given with `--data`. `engine` is a SQLAlchemy URL, or
    `${NAME}` for the setting that holds one; then `table` is asked, and there are no files.
    """

    name: str
    files: tuple[str, ...]
    grain: Grain
    time: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    lookups: tuple[Lookup, ...] = ()
    delay: timedelta = timedelta(0)  # how long after a period's end its rows are all there
    engine: str = ""
    table: str = ""
    owner: str | None = None  # the role, or `person:ID`, that mends it
    checks: Checks = Checks()
    push: bool = False  # rows come by the API, or are typed in chat
    pull: Pull | None = None

    @property
    def inbox(self) -> str:
        """Return the folder in which what was pushed, typed or pulled becomes files like any other."""
        return f"inbox/{self.name}"

    @property
    def is_fed(self) -> bool:
        """Whether rows are brought to it, so that having no file yet is no mistake."""
        return self.push or self.pull is not None
