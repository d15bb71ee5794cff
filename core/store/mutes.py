"""What a team keeps quiet, and what became of each call: the two tables by which noise is kept down.

A call is a row of its own beside the outbox, because a budget counts alerts, and the outbox counts messages: thirty
alerts on one card are one message and thirty calls.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, Index, Text, and_, func, or_, select, update
from sqlmodel import Field, SQLModel

from core.alerts.alert import Phase, Reason, Stage
from core.alerts.holds import HoldKind
from core.labels import Matcher
from core.routing.budget import Call, Record
from core.routing.mute import Ending, Hits, Mute, mute_of
from core.rules.rule import WATCHDOG
from core.store import rows
from core.store.connected import Connected, handfuls
from core.store.tables import METADATA, Moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from core.alerts.alert import Alert

ALERT = METADATA.tables["alert"]
HOLD = METADATA.tables["hold"]
_BAD = (str(Phase.FIRING), str(Phase.CLEARING))


class MuteRow(SQLModel, table=True):
    __tablename__ = "mute"

    id: str = Field(primary_key=True)
    by: str
    why: str = Field(sa_type=Text)
    match: str = Field(sa_type=Text)
    start: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    made_at: datetime = Field(sa_type=Moment)
    idle_seconds: int
    agreed_at: datetime | None = Field(sa_type=Moment)
    begun_at: datetime | None = Field(sa_type=Moment)
    warned_at: datetime | None = Field(sa_type=Moment)
    ended_at: datetime | None = Field(sa_type=Moment)
    ending: str | None
    ended_by: str | None


class CallRow(SQLModel, table=True):
    """That somebody was called for an alert, or that it went to their digest instead; `digest` is the one it is in."""

    __tablename__ = "call"
    __table_args__: Any = (Index("call_of", "person", "at"), Index("call_waits", "digest", "at"))

    alert: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    at: datetime = Field(primary_key=True, sa_type=Moment)
    is_put_off: bool
    digest: date | None = Field(sa_type=Date)


MUTE = METADATA.tables["mute"]
CALL = METADATA.tables["call"]


class Mutes(Connected):
    async def mutes(self) -> Sequence[Mute]:
        query = select(MUTE).where(MUTE.c.agreed_at.is_not(None), MUTE.c.ended_at.is_(None))
        return [_mute_of(row) for row in await self._rows(query.order_by(MUTE.c.until, MUTE.c.id))]

    async def mute(self, id: str) -> Mute | None:
        return next((_mute_of(row) for row in await self._rows(select(MUTE).where(MUTE.c.id == id))), None)

    async def keep_mutes(self, mutes: Iterable[Mute]) -> None:
        await self._upsert(MUTE, [_mute_row(mute) for mute in mutes])

    async def hits(self, mutes: Iterable[str]) -> Mapping[str, Hits]:
        found = dict.fromkeys(mutes, Hits())
        if not found:
            return found
        # Each id begins with its mute's, and `;` comes right after `:`.
        theirs = or_(*(and_(HOLD.c.id > f"{id}:", HOLD.c.id < f"{id};") for id in found))
        held = (
            select(HOLD.c.id, HOLD.c.start, HOLD.c.ended, ALERT.c.stage, ALERT.c.phase, ALERT.c.resume)
            .join(ALERT, ALERT.c.id == HOLD.c.alert)
            .where(HOLD.c.kind == str(HoldKind.MUTED), theirs)
        )
        for row in await self._rows(held):
            id = mute_of(row["id"])
            phase = row["resume"] if row["phase"] == Phase.UNKNOWN else row["phase"]
            is_bad = row["stage"] != Stage.CLOSED and phase in _BAD
            hit = found[id]
            moments = [moment for moment in (hit.last, row["start"], row["ended"]) if moment]
            found[id] = replace(hit, count=hit.count + 1, now=hit.now + (is_bad and row["ended"] is None))
            found[id] = replace(found[id], last=max(moments))
        return found

    async def fired(self, since: datetime) -> Sequence[Alert]:
        query = select(ALERT).where(ALERT.c.fired_at >= since, ALERT.c.rule != WATCHDOG)
        return [rows.alert_of(row) for row in await self._rows(query.order_by(ALERT.c.fired_at, ALERT.c.id))]

    # --- calls ---

    async def calls(self, people: Iterable[str], since: datetime) -> Sequence[Call]:
        found: list[Call] = []
        for some in handfuls(people):
            query = select(CALL).where(CALL.c.person.in_(some), CALL.c.at >= since)
            found += [_call_of(row) for row in await self._rows(query.order_by(CALL.c.at, CALL.c.alert))]
        return found

    async def keep_calls(self, calls: Iterable[Call]) -> None:
        await self._insert_new(CALL, [_call_row(call) for call in calls])

    async def put_off(self, day: date) -> Sequence[Call]:
        """Return what is in that day's digest, and what waits for the next."""
        waits = select(CALL).where(CALL.c.is_put_off, (CALL.c.digest == day) | CALL.c.digest.is_(None))
        return [_call_of(row) for row in await self._rows(waits.order_by(CALL.c.person, CALL.c.at, CALL.c.alert))]

    async def put_in_digest(self, day: date, people: Collection[str]) -> None:
        waiting = update(CALL).where(CALL.c.is_put_off, CALL.c.digest.is_(None), CALL.c.person.in_(people))
        await self._connection.execute(waiting.values(digest=day))

    async def records(self, since: datetime) -> Mapping[str, Record]:
        """Return what people said of each rule's alerts, by how they closed them."""
        query = (
            select(ALERT.c.rule, ALERT.c.reason, func.count().label("many"))
            .where(ALERT.c.reason.is_not(None), ALERT.c.handled_at >= since)
            .group_by(ALERT.c.rule, ALERT.c.reason)
        )
        found: dict[str, Record] = {}
        for row in await self._rows(query):
            before = found.get(row["rule"], Record())
            found[row["rule"]] = before.with_reason(Reason(row["reason"]), row["many"])
        return found


def _mute_row(mute: Mute) -> rows.Row:
    return {
        "id": mute.id,
        "by": mute.by,
        "why": mute.why,
        "match": json.dumps([[one.dimension, list(one.values), one.negated] for one in mute.match], ensure_ascii=False),
        "start": mute.start,
        "until": mute.until,
        "made_at": mute.made_at,
        "idle_seconds": int(mute.idle.total_seconds()),
        "agreed_at": mute.agreed_at,
        "begun_at": mute.begun_at,
        "warned_at": mute.warned_at,
        "ended_at": mute.ended_at,
        "ending": mute.ending and str(mute.ending),
        "ended_by": mute.ended_by,
    }


def _mute_of(row: Mapping[str, Any]) -> Mute:
    match = tuple(Matcher(name, tuple(values), negated) for name, values, negated in json.loads(row["match"]))
    facts = {name: value for name, value in row.items() if name != "idle_seconds"}
    facts |= {"match": match, "idle": timedelta(seconds=row["idle_seconds"])}
    return Mute(**(facts | {"ending": Ending(row["ending"]) if row["ending"] else None}))


def _call_row(call: Call) -> rows.Row:
    return {
        "alert": call.alert,
        "person": call.person,
        "at": call.at,
        "is_put_off": call.is_put_off,
        "digest": call.digest,
    }


def _call_of(row: Mapping[str, Any]) -> Call:
    return Call(**dict(row))
