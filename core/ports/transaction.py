"""What can be read and written together: all that is written in one transaction is written, or nothing is.

It is one port, told theme by theme, as its rooms in `core/store` are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime, timedelta

    from core.alerts.alert import Alert
    from core.alerts.event import Change, Event
    from core.alerts.holds import Hold
    from core.audit import Entry, Realm, Wanted
    from core.calendar.grain import Period
    from core.notices.group import Gathered, Group
    from core.notices.notice import Notice, Place
    from core.notices.outbox import Delivery, Outcome
    from core.notices.surface import Surface
    from core.people.link import Link
    from core.people.plea import Plea
    from core.people.share import Share
    from core.people.token import Token
    from core.review.score import Incident
    from core.revision import Revision
    from core.routing.budget import Call, Record
    from core.routing.digests import Choice
    from core.routing.mute import Hits, Mute
    from core.rules.rule import Fingerprint


@dataclass(frozen=True, slots=True)
class Turn:
    """A thing that one process alone should do, and has taken; `done` is what was done of it last."""

    name: str
    token: str
    done: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """When a process last did a thing well."""

    process: str
    what: str
    at: datetime
    detail: str = ""


class Alerts(Protocol):
    """Episodes, what happened to them, and what holds them back."""

    async def latest(self, rules: Iterable[str]) -> Mapping[Fingerprint, Alert]:
        """Return, for each fingerprint of these rules, its newest episode, closed ones included."""
        ...

    async def find(self, name: str) -> Alert | None:
        """Return the alert of that id or handle."""
        ...

    async def open(self) -> Sequence[Alert]:
        """Return every alert that is not closed, oldest first; the watchdog's is nobody's business."""
        ...

    async def orphans(self) -> Sequence[Alert]:
        """Return the open alerts that are bad, that somebody should hear of, and that nobody answers for."""
        ...

    async def fired(self, since: datetime) -> Sequence[Alert]:
        """Return the alerts that last fired since then, oldest first."""
        ...

    async def due(self, now: datetime) -> Sequence[Alert]:
        """Return open alerts with an escalation, an ack's end or a hold's end that has come."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when `due` will next have something to return, or has already."""
        ...

    async def holds(self, alert: str | None = None) -> Sequence[Hold]:
        """Return the holds not yet ended, of one alert or of all."""
        ...

    async def events(self, alert: str) -> Sequence[Event]: ...

    async def keep(
        self,
        changes: Iterable[Change],
        notices: Iterable[Notice] = (),
        holds: Iterable[Hold] = (),
        groups: Iterable[Group] = (),
        *,
        now: datetime,
    ) -> None:
        """Write changes, their events, notices and new or ended holds; Conflict if an alert changed meanwhile.

        A group that is known already takes in those of its alerts that are not.
        """
        ...


class Deliveries(Protocol):
    """The outbox: what has still to be said, and what became of it."""

    async def claim(self, now: datetime, most: int) -> Sequence[Delivery]:
        """Lease what is due, most urgent first, so that no other worker takes it."""
        ...

    async def renew(self, deliveries: Iterable[Delivery], now: datetime) -> Collection[int]:
        """Hold leases a while longer, and return the ids of those that are still ours."""
        ...

    async def settle(self, delivery: Delivery, place: Place | None, outcome: Outcome, now: datetime) -> None:
        """Write what became of one leased delivery."""
        ...

    async def deliveries(self, alert: str) -> Sequence[Delivery]:
        """Return what was said of an alert, by itself or on a group's card."""
        ...

    async def waiting(self) -> Mapping[str, int]:
        """Return how many deliveries stand in each status."""
        ...

    async def oldest(self, now: datetime) -> datetime | None:
        """Return since when the oldest of what is due has waited."""
        ...

    async def dead(self, since: datetime) -> Sequence[Delivery]:
        """Return the dead letters written since then, newest first."""
        ...

    async def pace(self, key: str, every: timedelta, burst: int, now: datetime) -> timedelta:
        """Take one of `burst` places that come free `every` so often; return how long to wait when there is none."""
        ...


class Shown(Protocol):
    """Where what is shown: the messages of an alert, and cards of many."""

    async def surfaces(self, alert: str) -> Sequence[Surface]: ...

    async def show(self, surface: Surface) -> None:
        """Remember what a message shows now."""
        ...

    async def shown_at(self, platform: str, receipt: str) -> Alert | None:
        """Return the alert that this message shows, if it shows one."""
        ...

    async def groups(self, alerts: Iterable[str], readers: Iterable[Place | str], now: datetime) -> Sequence[Group]:
        """Return the groups that hold any of these alerts, and those of these readers that are fresh."""
        ...

    async def gathered(self, group: str) -> Gathered | None:
        """Return the group of that id, with its alerts as they are now."""
        ...

    async def called(self, readers: Iterable[Place | str], since: datetime) -> Mapping[Place | str, Sequence[str]]:
        """Return for which alerts each of these was called since then, each by itself."""
        ...


class Noise(Protocol):
    """What a team keeps quiet, and whom it has called how often."""

    async def mutes(self) -> Sequence[Mute]:
        """Return the mutes that were agreed to and have not ended, those that end first before others."""
        ...

    async def mute(self, id: str) -> Mute | None:
        """Return the mute of that id, be it a draft or over."""
        ...

    async def keep_mutes(self, mutes: Iterable[Mute]) -> None: ...

    async def hits(self, mutes: Iterable[str]) -> Mapping[str, Hits]:
        """Return how many alerts each of these mutes has hidden."""
        ...

    async def calls(self, people: Iterable[str], since: datetime) -> Sequence[Call]:
        """Return for which alerts each of these was called since then, and which were put off instead."""
        ...

    async def keep_calls(self, calls: Iterable[Call]) -> None: ...

    async def put_off(self, day: date) -> Sequence[Call]:
        """Return what was put off to that day's digest, and what waits for the next."""
        ...

    async def put_in_digest(self, day: date, people: Collection[str]) -> None:
        """Put all that waits for these people into their digest of that day."""
        ...

    async def choices(self) -> Sequence[Choice]:
        """Return what people chose of their digests, the oldest first."""
        ...

    async def keep_choice(self, choice: Choice) -> None:
        """Keep what was chosen for one reader and rhythm, in place of what was before."""
        ...

    async def records(self, since: datetime) -> Mapping[str, Record]:
        """Return, rule by rule, what people said of its alerts when they closed them since then."""
        ...


class Progress(Protocol):
    """What was judged, done and answered already, by whichever process."""

    async def evaluated(self, batch: str) -> Period | None:
        """Return the last period that this batch was judged for."""
        ...

    async def mark_evaluated(self, batch: str, period: Period, now: datetime) -> None: ...

    async def is_first(self, platform: str, event: str, now: datetime) -> bool:
        """Write that an event of a chat was taken, and return whether it was not before: each is answered once."""
        ...

    async def take_turn(self, name: str, now: datetime) -> Turn | None:
        """Take what one process alone should do, for as long as it shows signs of life; None while it is another's."""
        ...

    async def keep_turn(self, turn: Turn, now: datetime) -> None:
        """Show a sign of life; Conflict when the turn is another's by now, so that nothing beside it is written."""
        ...

    async def end_turn(self, turn: Turn, done: str) -> None:
        """Give it back, with what was done; Conflict as above."""
        ...

    async def stand_in_line(self) -> None:
        """Wait for whoever else decides what is said: only so are a crowd's notices seen as one crowd."""
        ...

    async def beat(self, pulses: Iterable[Pulse], now: datetime) -> None:
        """Write signs of life."""
        ...

    async def pulses(self) -> Sequence[Pulse]: ...


class Said(Protocol):
    """What people defined and wrote down, and who changed what."""

    async def revisions(self, rule: str | None = None) -> Sequence[Revision]:
        """Return what people said of one rule, or of all, the oldest first."""
        ...

    async def revise(self, revision: Revision) -> None:
        """Add a revision; Conflict if somebody said one of that number first."""
        ...

    async def incidents(self, first: date, last: date) -> Sequence[Incident]:
        """Return what people wrote down of these days, oldest first."""
        ...

    async def keep_incident(self, incident: Incident, now: datetime) -> None: ...

    async def drop_incident(self, id: str, by: str, now: datetime) -> None:
        """Let its days count again."""
        ...

    async def record(self, entries: Iterable[Entry]) -> None:
        """Add lines to the audit, of what is no alert; an alert's are added by `keep`."""
        ...

    async def audited(self, wanted: Wanted) -> Sequence[Entry]:
        """Return the lines that are wanted, the newest first."""
        ...

    async def last_audited(self, realm: Realm) -> Mapping[str, Entry]:
        """Return the newest line of each subject of a realm."""
        ...


class Access(Protocol):
    """Who is who: tokens of programs, addresses of people, links to the board, and what somebody asked to be let do."""

    async def token(self, digest: str) -> Token | None:
        """Return the token of that digest, unless it was ended."""
        ...

    async def tokens(self) -> Sequence[Token]:
        """Return all tokens, those that were ended too, oldest first."""
        ...

    async def add_token(self, token: Token) -> bool:
        """Keep a token; False where its name is taken."""
        ...

    async def end_token(self, name: str, now: datetime) -> bool:
        """End a token; False where none of that name is alive."""
        ...

    async def link(self, code: str) -> Link | None: ...

    async def link_of(self, platform: str, address: str) -> Link | None:
        """Return what was last asked for from that address."""
        ...

    async def links(self) -> Sequence[Link]:
        """Return the addresses that became somebody's, the oldest first."""
        ...

    async def keep_link(self, link: Link) -> None: ...

    async def share(self, code: str) -> Share | None: ...

    async def shares(self) -> Sequence[Share]:
        """Return every link by which the board was ever looked at, the newest first."""
        ...

    async def keep_share(self, share: Share) -> None: ...

    async def plea(self, code: str) -> Plea | None: ...

    async def keep_plea(self, plea: Plea) -> None: ...


class Transaction(Alerts, Deliveries, Shown, Noise, Progress, Said, Access, Protocol):
    """Everything above, inside one transaction."""


class Conflict(Exception):  # noqa: N818 - nobody's error: somebody else was first, read again
    """An alert changed between reading and writing."""
