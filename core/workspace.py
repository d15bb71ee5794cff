"""A team's folder of YAML, read whole: every mistake of every file at once, or a workspace that holds together.

Each kind is one file `KIND.yaml`, or several in a folder `KIND/`. Files build on each other in the order in which
they are read here; where one is wrong, those after it are still read, so that nobody mends one line to find the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from core import document
from core.calendar.calendar import MONTHS, Calendar
from core.calendar.events import Event, builtin_events, load_events
from core.document import Fields, Mapped, Mistakes, Node, suggesting
from core.errors import Invalid, Missing, Mistake, Where
from core.metrics.catalog import Catalog
from core.metrics.load import builtin, load_dictionary, load_targets, matchers
from core.metrics.load_sources import load_sources
from core.people.load import TONGUE_NAMES, House, load_people, zone
from core.people.load_roster import load_roster, rows_of_csv
from core.people.person import Person
from core.routing.digests import House as DigestHouse
from core.routing.digests import Plan
from core.routing.load import load_routes
from core.routing.load_digests import load_digests
from core.routing.mute import Limits
from core.routing.route import Route
from core.rules.load import load_rules
from core.rules.objective import Objective, load_objectives, serving
from core.rules.rule import Rule
from core.text import Text, Tongue

KINDS = (
    *("workspace", "metrics", "sources", "targets", "events", "people", "rota", "teams", "owners"),
    *("objectives", "rules", "routes", "digests"),
)
SUFFIXES = (".yaml", ".yml")
TABLES = ("owners",)  # kinds that may be a CSV as well, as teams keep them
DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")
CHINA = ("Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Urumqi", "PRC")  # zones whose leave we know


@dataclass(frozen=True, slots=True)
class Workspace:
    """`today` is a pretended date, for examples whose data has stopped; None is the clock's.

    `keeps_holidays` says whether China's leave and make-up workdays are this team's, `fiscal_starts` with which month
    its fiscal year begins.
    """

    folder: Path
    name: Text
    zone: ZoneInfo
    currency: str
    tongue: Tongue
    today: date | None
    catalog: Catalog
    rules: tuple[Rule, ...] = ()
    objectives: tuple[Objective, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    events: Mapping[str, Event] = field(default_factory=dict)
    keeps_holidays: bool = False
    fiscal_starts: int = 1
    mutes: Limits = field(default_factory=Limits)
    digests: tuple[Plan, ...] | None = None  # None: no file says who reads which

    @property
    def digest_house(self) -> DigestHouse:
        return DigestHouse(self.people, self.routes, self.zone, self.digests)

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.events, self.keeps_holidays, self.fiscal_starts)

    def become(self, other: Workspace) -> None:
        """Hold what another holds; what this run was told otherwise (a zone, a pretended day) stays.

        This is the one frozen value of the house that changes: whoever was handed the running workspace goes on with
        it. It changes between two awaits, so all at once, and nowhere but here.
        """
        for one in fields(self):
            if one.name not in ("folder", "zone", "today"):
                object.__setattr__(self, one.name, getattr(other, one.name))


def load_workspace(folder: Path) -> Workspace:
    """Return the workspace, raise Missing if there is none, or Invalid with all that is wrong with it."""
    mistakes: Mistakes = []
    files = _read(folder, mistakes)
    settings = _settings(files["workspace"], folder, mistakes)
    catalog = _catalog(files, mistakes)
    known_events = builtin_events()
    events = load_events(files["events"].values(), mistakes, known_events)
    if not settings.keeps_holidays:
        events = _elsewhere(events, known_events)
    house = House(settings.tongue, settings.zone, settings.budget)
    people = load_people(files["people"].values(), mistakes, matchers(catalog), house)
    teams, rotas, owners = (files[kind].values() for kind in ("teams", "rota", "owners"))
    roster = load_roster(people, teams, rotas, owners, mistakes, matchers(catalog), house)
    objectives = load_objectives(files["objectives"].values(), mistakes, catalog)
    rules = serving(load_rules(files["rules"].values(), mistakes, catalog, events), objectives)
    # A rule with a mistake is not among them; then no route that names it is called wrong as well.
    known = [rule.id for rule in rules] if not mistakes else None
    routes = load_routes(files["routes"].values(), mistakes, roster, matchers(catalog), known)
    digests = load_digests(files["digests"].values(), mistakes, roster, matchers(catalog), settings.zone)
    if mistakes:
        raise Invalid(sorted(mistakes, key=_place))
    return Workspace(
        folder=folder,
        name=settings.name,
        zone=settings.zone,
        currency=settings.currency,
        tongue=settings.tongue,
        today=settings.today,
        catalog=catalog,
        rules=rules,
        objectives=objectives,
        people=roster,
        routes=routes,
        events=events,
        keeps_holidays=settings.keeps_holidays,
        fiscal_starts=settings.fiscal_starts,
        mutes=settings.mutes,
        digests=digests,
    )


# --- within ------------------------------------------------------------------------------------------------

Files = Mapping[str, Mapping[str, Node | None]]


@dataclass(frozen=True, slots=True)
class _Settings:
    name: Text
    zone: ZoneInfo
    currency: str
    tongue: Tongue
    today: date | None
    keeps_holidays: bool = True
    fiscal_starts: int = 1
    budget: int | None = None
    mutes: Limits = field(default_factory=Limits)


def _read(folder: Path, mistakes: Mistakes) -> Files:
    """Return the nodes by kind and file, and note files that no kind would read."""
    found: dict[str, dict[str, Node | None]] = {kind: {} for kind in KINDS}
    for kind, path in _paths(folder, mistakes):
        name = path.relative_to(folder).as_posix()
        try:
            if path.suffix == ".csv":
                found[kind][name] = rows_of_csv(path.read_bytes(), name, mistakes)
            else:
                found[kind][name] = document.parse(path.read_text(encoding="utf-8"), name, mistakes)
        except UnicodeDecodeError:
            mistakes.append(Mistake("file-not-utf8", {"file": name}, Where(name, 1, 1)))
        except OSError:
            mistakes.append(Mistake("file-unreadable", {"file": name}, Where(name, 1, 1)))
    return found


def _paths(folder: Path, mistakes: Mistakes) -> Iterator[tuple[str, Path]]:
    if not any((folder / f"workspace{suffix}").is_file() for suffix in SUFFIXES):
        raise Missing("no-workspace", folder=str(folder))
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name in KINDS:
            yield from ((path.name, inner) for inner in sorted(path.iterdir()) if _is_read(path.name, inner))
        elif path.suffix == ".csv" and path.stem in TABLES:
            yield path.stem, path
        elif path.suffix in SUFFIXES and path.is_file():
            if path.stem in KINDS:
                yield path.stem, path
            # Other YAML may lie here, such as a demo's story; but `rule.yaml` was meant for us.
            elif "suggestion" in (facts := suggesting(path.stem, KINDS, file=path.name)):
                mistakes.append(Mistake("unknown-file", facts, Where(path.name, 1, 1)))


def _is_read(kind: str, path: Path) -> bool:
    return path.suffix in SUFFIXES or (path.suffix == ".csv" and kind in TABLES)


def _settings(files: Mapping[str, Node | None], folder: Path, mistakes: Mistakes) -> _Settings:
    name, node = next(iter(files.items()), ("workspace.yaml", None))
    if not isinstance(node, Mapped):
        if not mistakes:  # one that could not be parsed has been noted
            mistakes.append(Mistake("wanted-mapping", {"value": ""}, node.where if node else Where(name, 1, 1)))
        return _Settings(Text.same(folder.name), DEFAULT_ZONE, "CNY", "zh", None)
    fields = Fields(node, mistakes)
    here = fields.take("zone", zone, DEFAULT_ZONE)
    settings = _Settings(
        name=fields.take("name", document.text, Text.same(folder.resolve().name)),
        zone=here,
        currency=fields.take("currency", _currency, "CNY"),
        tongue=fields.take("tongue", document.choice(TONGUE_NAMES), "zh"),
        today=fields.take("today", document.day, None),
        keeps_holidays=fields.take("holidays", document.choice({"china": True, "none": False}), here.key in CHINA),
        fiscal_starts=fields.take("fiscal_year_starts", _month, 1),
        budget=fields.take("budget", document.whole, None),
        mutes=fields.take("mutes", document.record(_limits), Limits()),
    )
    fields.close()
    return settings


def _limits(fields: Fields) -> Limits:
    """Read `{longest: 30d, idle: 7d}`."""
    usual = Limits()
    return Limits(
        longest=fields.take("longest", document.duration, usual.longest),
        idle=fields.take("idle", document.duration, usual.idle),
    )


def _month(node: Node, mistakes: Mistakes) -> int | None:
    """Read `4` or `04`."""
    month = document.whole(node, mistakes)
    if month is None or 1 <= month <= MONTHS:
        return month
    mistakes.append(Mistake("wanted-month", {"value": str(month)}, node.where))
    return None


def _currency(node: Node, mistakes: Mistakes) -> str | None:
    code = document.words(node, mistakes)
    if code is None or (len(code) == 3 and code.isascii() and code.isupper()):  # noqa: PLR2004 - ISO 4217
        return code
    mistakes.append(Mistake("wanted-currency", {"value": code}, node.where))
    return None


def _catalog(files: Files, mistakes: Mistakes) -> Catalog:
    own = [("own" if "/" not in name else Path(name).stem, node) for name, node in files["metrics"].items()]
    dictionary = load_dictionary(own, mistakes, builtin())
    known = Catalog(dictionary.metrics, dictionary.dimensions)
    sources = load_sources(files["sources"].values(), mistakes, known)
    try:
        catalog = replace(known, sources=sources)
    except Invalid as error:  # a metric is counted distinct here, and some formula adds it up
        mistakes += error.mistakes
        catalog = known
    return replace(catalog, planned=load_targets(files["targets"].values(), mistakes, catalog))


def _elsewhere(events: Mapping[str, Event], builtin: Mapping[str, Event]) -> dict[str, Event]:
    """Let China's feasts and promotions keep their names, for questions, and shape no baseline: no day there is one.

    What the team wrote itself stays as it was written.
    """
    return {
        code: replace(event, kind="season") if event is builtin.get(code) else event for code, event in events.items()
    }


def _place(mistake: Mistake) -> tuple[str, int, int]:
    where = mistake.where
    return (where.file, where.line, where.column) if where else ("", 0, 0)
