"""The audit and what is asked of those who may: lines that are only added, and what somebody asked for, by its code."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Index, Integer, Text, and_, or_, select
from sqlmodel import Field, SQLModel

from core.audit import Entry, Origin, Realm, Wanted
from core.people.plea import Plea, PleaState
from core.store.as_json import as_json
from core.store.connected import Connected
from core.store.tables import METADATA, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.store.rows import Row

_COUNTED = BigInteger().with_variant(Integer(), "sqlite")


class AuditRow(SQLModel, table=True):
    """One change; a trigger keeps it from being changed or deleted."""

    __tablename__ = "audit"
    __table_args__: Any = (
        Index("audit_of", "subject", "id"),
        Index("audit_by", "actor", "id"),
        Index("audit_about", "about", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=_COUNTED)
    at: datetime = Field(sa_type=Moment)
    realm: str
    subject: str
    about: str
    actor: str
    platform: str
    address: str
    approver: str
    deed: str
    before: str = Field(sa_type=Text)
    after: str = Field(sa_type=Text)


class PleaRow(SQLModel, table=True):
    """What somebody was refused, and whom they asked."""

    __tablename__ = "plea"

    code: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
    person: str
    address: str
    platform: str
    chat: str
    need: str
    state: str
    thread: str | None
    alert: str | None
    asked: str | None
    answered_by: str | None
    text: str = Field(sa_type=Text)


AUDIT = METADATA.tables["audit"]
PLEA = METADATA.tables["plea"]


class Audit(Connected):
    async def record(self, entries: Iterable[Entry]) -> None:
        await self._insert(AUDIT, [_row(entry) for entry in entries])

    async def audited(self, wanted: Wanted) -> Sequence[Entry]:
        """Return the newest lines that are wanted, the newest first."""
        of = wanted.of
        named = or_(AUDIT.c.subject == of, AUDIT.c.about == of, AUDIT.c.actor == of, AUDIT.c.approver == of)
        limits = [
            *([named] if of else []),
            *([AUDIT.c.at >= wanted.first] if wanted.first else []),
            *([AUDIT.c.at < wanted.last] if wanted.last else []),
        ]
        query = select(AUDIT).where(and_(True, *limits)).order_by(AUDIT.c.id.desc()).limit(wanted.most)
        return [_entry(row) for row in await self._rows(query)]

    async def last_audited(self, realm: Realm) -> Mapping[str, Entry]:
        """Return the newest line of each subject of a realm."""
        query = select(AUDIT).where(AUDIT.c.realm == str(realm)).order_by(AUDIT.c.id)
        return {row["subject"]: _entry(row) for row in await self._rows(query)}

    async def plea(self, code: str) -> Plea | None:
        found = await self._rows(select(PLEA).where(PLEA.c.code == code))
        return next((_plea(row) for row in found), None)

    async def keep_plea(self, plea: Plea) -> None:
        await self._upsert(PLEA, [_plea_row(plea)])


def _row(entry: Entry) -> Row:
    return {
        "at": entry.at,
        "realm": str(entry.realm),
        "subject": entry.subject,
        "about": entry.about,
        "actor": entry.actor,
        "platform": entry.origin.platform,
        "address": entry.origin.address,
        "approver": entry.origin.approver,
        "deed": entry.deed,
        "before": as_json(dict(entry.before)),
        "after": as_json(dict(entry.after)),
    }


def _entry(row: Mapping[str, Any]) -> Entry:
    origin = Origin(row["platform"], row["address"], row["approver"])
    before, after = json.loads(row["before"]), json.loads(row["after"])
    realm = Realm(row["realm"])
    return Entry(row["at"], realm, row["subject"], row["actor"], row["deed"], origin, before, after, row["about"])


def _plea_row(plea: Plea) -> Row:
    names = ("code", "at", "person", "address", "platform", "chat", "thread", "alert", "text", "need")
    return {name: getattr(plea, name) for name in (*names, "asked", "answered_by")} | {"state": str(plea.state)}


def _plea(row: Mapping[str, Any]) -> Plea:
    return Plea(**(dict(row) | {"state": PleaState(row["state"])}))
