"""What somebody can ask us to do: a closed union, said by hand, by a button or by a form alike.

Times and periods stay the words that were typed: only who knows the clock can read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.alerts.alert import Feedback, Reason
from core.calendar.grain import Grain
from core.labels import Matcher
from core.routing.digests import Every, Level


@dataclass(frozen=True, slots=True)
class Stamp:
    """An alert by its handle, and the version that the speaker saw, if a button told us."""

    handle: str
    version: int | None = None


Form = Literal["", "chart", "table", "excel"]  # how an answer is to be shown; empty: as it likes


# --- asking ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """`period` and `versus` are what no other part of the sentence claimed: a phrase of time, or a word mistyped.

    `top` is how many slices are wanted, the largest first; a negative one wants the smallest. `is_share` asks for
    each slice's part of the whole.
    """

    metrics: tuple[str, ...] = ()
    where: tuple[Matcher, ...] = ()
    by: str | None = None
    grain: Grain | None = None
    period: str = ""
    versus: str = ""
    top: int | None = None
    form: Form = ""
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Metrics:
    like: str = ""


@dataclass(frozen=True, slots=True)
class Define:
    """`metric` is a code, or what was typed where no metric goes by it."""

    metric: str


@dataclass(frozen=True, slots=True)
class Alerts:
    where: tuple[Matcher, ...] = ()
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    alert: Stamp


@dataclass(frozen=True, slots=True)
class Why:
    """With `who`, a person's id or `me`: why they were told, or were not."""

    alert: Stamp
    who: str = ""


@dataclass(frozen=True, slots=True)
class Drivers:
    """What moved a number: an alert's, or the first metric of a question."""

    question: Ask | None = None
    alert: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """From exposure to pay: of the question, the slice and the period count."""

    question: Ask = Ask()


@dataclass(frozen=True, slots=True)
class Lines:
    """Exposure, conversion of leads and retention, at a glance."""

    question: Ask = Ask()


@dataclass(frozen=True, slots=True)
class Route:
    """Who would hear of this number on this slice, were it to go wrong now."""

    metric: str = ""
    where: tuple[Matcher, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on duty."""


@dataclass(frozen=True, slots=True)
class Board:
    """Every core metric by the values of a dimension; empty: by the one that most of them have."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A link with which anybody may look at the board for so long; empty takes a week."""

    lasts: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    pass


@dataclass(frozen=True, slots=True)
class Unshare:
    code: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What is told now, or with `set` and `off` when it is to come: the speaker's own, or with `here` the chat's.

    `pack` is what a weekly meeting needs.
    """

    deed: Literal["show", "set", "off", "settings"] = "show"
    level: Level | None = None
    every: Every | None = None
    pack: bool = False
    excel: bool = False
    here: bool = False
    at: str = ""
    on: int | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """A number that somebody typed, of a slice and a day; no day is today."""

    metric: str
    value: str
    where: tuple[Matcher, ...] = ()
    day: str = ""


@dataclass(frozen=True, slots=True)
class Imports:
    """What became of each file."""


@dataclass(frozen=True, slots=True)
class Health:
    """How Beacon itself is."""


@dataclass(frozen=True, slots=True)
class Import:
    """Take in a file that is held by that code; without one, look at the file that came along."""

    code: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    pass


# --- acting ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ack:
    alert: Stamp


@dataclass(frozen=True, slots=True)
class Assign:
    """`to` is a person's id, or the name that was typed where nobody goes by it; None asks whom."""

    alert: Stamp
    to: str | None = None
    due: str = ""


@dataclass(frozen=True, slots=True)
class Accept:
    """Say yes to what one was given."""

    alert: Stamp


@dataclass(frozen=True, slots=True)
class Decline:
    alert: Stamp
    note: str = ""


@dataclass(frozen=True, slots=True)
class HandOff:
    """Pass it to another role, with its history; None asks which."""

    alert: Stamp
    role: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A step of the SOP (`2`) or a promise (`p1`) is done; without either the answer is a question."""

    alert: Stamp
    what: str = ""


@dataclass(frozen=True, slots=True)
class Undo:
    """A step was not done after all."""

    alert: Stamp
    what: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """What will be done and by when, in one sentence; empty asks both."""

    alert: Stamp
    words: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """Take back a promise."""

    alert: Stamp
    what: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Promises:
    pass


@dataclass(frozen=True, slots=True)
class Mine:
    """What I have, and what I promised."""


@dataclass(frozen=True, slots=True)
class Home:
    """My own board: mine, my team's, overdue, promised."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What is behind it, as a person found it."""

    alert: Stamp
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    alert: Stamp
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """What was not lost, as its closer puts it: `1.2万`, `12,000`."""

    alert: Stamp
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Approve:
    """Yes to the consequence that a rule proposed."""

    alert: Stamp
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    alert: Stamp
    note: str = ""


@dataclass(frozen=True, slots=True)
class More:
    """All else that can be done with an alert, as buttons."""

    alert: Stamp


@dataclass(frozen=True, slots=True)
class Escalate:
    alert: Stamp


@dataclass(frozen=True, slots=True)
class Snooze:
    alert: Stamp
    until: str = ""


@dataclass(frozen=True, slots=True)
class Close:
    """Without a reason, a cause or an action the answer is a question: which one?"""

    alert: Stamp
    reason: Reason | None = None
    cause: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Take back a closing."""

    alert: Stamp


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule made in chat, or what is done to one: add, change, retire, undo, keep, drop; empty lists them."""

    verb: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Storm:
    """A group of alerts by its handle; `seen` is how many its speaker saw, and the sum of their versions."""

    group: str
    seen: tuple[int, int] | None = None
    verb: str = ""  # ack, snooze, mine, list; empty shows it
    until: str = ""


@dataclass(frozen=True, slots=True)
class Mute:
    """Keep a slice quiet; times are as they were typed. `draft` is one that was looked at and is agreed to."""

    where: tuple[Matcher, ...] = ()
    metrics: tuple[str, ...] = ()
    start: str = ""
    until: str = ""
    why: str = ""
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Mutes:
    pass


@dataclass(frozen=True, slots=True)
class Unmute:
    mute: str


@dataclass(frozen=True, slots=True)
class Plead:
    """Ask somebody to let me do what I was refused."""

    code: str
    of: str


@dataclass(frozen=True, slots=True)
class Allow:
    code: str


@dataclass(frozen=True, slots=True)
class Deny:
    code: str


@dataclass(frozen=True, slots=True)
class Link:
    """Become known here by a code; without one, get one to become known elsewhere."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class IAm:
    """`who` is a person's id, or the name that was typed where nobody goes by it."""

    code: str
    who: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Who changed what: of an alert, a person or a rule, in a period; all of it when empty."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """What each goal hangs by, what is broken, and how the five essentials stand."""


@dataclass(frozen=True, slots=True)
class Review:
    """How the alerts of some days did; of the month before this one, where nobody says which."""

    period: str = ""
    where: tuple[Matcher, ...] = ()


@dataclass(frozen=True, slots=True)
class Adopt:
    """Yes to what the review of these days proposed; `mark` says which of its changes."""

    days: str
    mark: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong, for the review, whether or not a rule saw it; no period is today.

    With `drop`, the one of that mark: its days count as usual ones again. With no text, a look at all of them.
    """

    metrics: tuple[str, ...] = ()
    where: tuple[Matcher, ...] = ()
    period: str = ""
    text: str = ""
    drop: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What the rules lack to be answered for."""


Command = (
    Ask
    | Metrics
    | Define
    | Alerts
    | Show
    | Why
    | Drivers
    | Funnel
    | Lines
    | Route
    | Board
    | Share
    | Shared
    | Unshare
    | Duty
    | Digest
    | Put
    | Imports
    | Import
    | Health
    | Help
    | Ack
    | Assign
    | Accept
    | Decline
    | HandOff
    | Done
    | Undo
    | Promise
    | Drop
    | Promises
    | Mine
    | Home
    | Cause
    | Judge
    | Loss
    | Approve
    | Reject
    | More
    | Plead
    | Allow
    | Deny
    | Link
    | IAm
    | Audit
    | Check
    | Chain
    | Review
    | Adopt
    | Incident
    | Escalate
    | Snooze
    | Close
    | Reopen
    | Rule
    | Storm
    | Mute
    | Mutes
    | Unmute
)
