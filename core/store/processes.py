"""Turns, paces and pulses: what several processes at one store agree over.

A turn is a lease. Whoever takes it gets a token that nobody else has, and must show it again in the transaction that
writes what was done: a process that was frozen meanwhile finds its token gone, and writes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import delete, or_, select, text, update

from core.notices.outbox import Status
from core.ports import Conflict, Pulse, Turn
from core.store import process_tables
from core.store.connected import Connected
from core.store.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

TURN = METADATA.tables[process_tables.TurnRow.__tablename__]
PACE = METADATA.tables[process_tables.PaceRow.__tablename__]
PULSE = METADATA.tables[process_tables.PulseRow.__tablename__]
DELIVERY = METADATA.tables["delivery"]

TURN_LASTS = timedelta(seconds=15)  # without a sign of life
_PULSES_KEPT = timedelta(days=1)  # of a process that is gone
_TELLING = 0x6B7069  # a number that no other lock in the database has: "kpi"


class Processes(Connected):
    async def take_turn(self, name: str, now: datetime) -> Turn | None:
        row = {"name": name, "token": uuid4().hex, "until": now + TURN_LASTS, "done": ""}
        statement = self._insert_of(TURN).values(row)
        taken = statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"token": row["token"], "until": row["until"]},
            where=or_(TURN.c.until.is_(None), TURN.c.until <= now),
        )
        for found in await self._rows(taken.returning(TURN.c.done)):
            return Turn(name, str(row["token"]), found["done"])
        return None

    async def keep_turn(self, turn: Turn, now: datetime) -> None:
        await self._hold_turn(turn, {"until": now + TURN_LASTS})

    async def end_turn(self, turn: Turn, done: str) -> None:
        await self._hold_turn(turn, {"until": None, "token": "", "done": done})

    async def _hold_turn(self, turn: Turn, values: dict[str, object]) -> None:
        is_ours = (TURN.c.name == turn.name) & (TURN.c.token == turn.token)
        if not (await self._connection.execute(update(TURN).where(is_ours).values(values))).rowcount:
            raise Conflict(turn.name)

    async def stand_in_line(self) -> None:
        if not self._is_sqlite:  # which has one writer at a time anyway
            await self._connection.execute(text(f"SELECT pg_advisory_xact_lock({_TELLING})"))

    async def pace(self, key: str, every: timedelta, burst: int, now: datetime) -> timedelta:
        """A bucket of `burst` tokens that fills by one `every` so often, kept as one moment: when it is full again."""
        query = select(PACE.c.free_at).where(PACE.c.key == key).with_for_update()
        found = await self._rows(query)
        if not found:
            first = {"key": key, "free_at": now + every}
            if (await self._connection.execute(self._insert_of(PACE).values(first).on_conflict_do_nothing())).rowcount:
                return timedelta(0)
            found = await self._rows(query)
        full_at: datetime = max(found[0]["free_at"], now)
        wait = full_at - now - every * (burst - 1)
        if wait > timedelta(0):
            return wait
        await self._connection.execute(update(PACE).where(PACE.c.key == key).values(free_at=full_at + every))
        return timedelta(0)

    async def beat(self, pulses: Iterable[Pulse], now: datetime) -> None:
        old = PULSE.c.at < now - _PULSES_KEPT
        await self._connection.execute(delete(PULSE).where(old))
        await self._connection.execute(delete(PACE).where(PACE.c.free_at < now - _PULSES_KEPT))
        rows = [{"process": one.process, "what": one.what, "at": one.at, "detail": one.detail} for one in pulses]
        await self._upsert(PULSE, rows)

    async def pulses(self) -> Sequence[Pulse]:
        query = select(PULSE).order_by(PULSE.c.process, PULSE.c.what)
        return [Pulse(row["process"], row["what"], row["at"], row["detail"]) for row in await self._rows(query)]

    async def free_all(self, now: datetime) -> None:
        """Take from the dead what they held. Only for who knows that nobody else is at work here."""
        await self._connection.execute(update(TURN).values(until=None, token=""))
        sending = DELIVERY.c.status == str(Status.SENDING)
        await self._connection.execute(update(DELIVERY).where(sending).values(due_at=now))
