"""What is done about an alert, from value to text and back: it is read with its alert, and never searched for alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.alerts.event import BEACON
from core.alerts.work import Answer, Fate, Promise, Proposal, Tick, Work
from core.store.as_json import as_json
from core.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING = Work()


def work_text(work: Work) -> str | None:
    if work == _NOTHING:
        return None
    ticks = [[tick.step, tick.by, _at(tick.at), tick.occurrence] for tick in work.ticks]
    proposal = _proposal_parts(work.proposal)
    parts: dict[str, Any] = {
        "ticks": ticks,
        "promises": [_promise_parts(one) for one in work.promises],
        "proposal": proposal,
    }
    parts["cause"] = work.cause
    return as_json(parts)


def work_of(row: Mapping[str, Any]) -> Work:
    if row["work"] is None:
        return _dated(row)
    parts = json.loads(row["work"])
    return Work(
        tuple(Tick(step, by, _moment(at), occurrence) for step, by, at, occurrence in parts["ticks"]),
        tuple(_promise(one) for one in parts["promises"]),
        _proposal(parts["proposal"]),
        parts["cause"],
    )


def _dated(row: Mapping[str, Any]) -> Work:
    """Return the work of a row that was written when an alert had one due, and no promises."""
    due, remind_at = row["due"], row["remind_at"]
    if due is None or remind_at is None:
        return _NOTHING
    made = row["handled_at"] or row["opened_at"]
    return Work(promises=(Promise(1, row["owner"], "", due, BEACON, made, remind_at),))


def _promise_parts(one: Promise) -> dict[str, Any]:
    return {
        "number": one.number,
        "owner": one.owner,
        "text": one.text,
        "due": _at(one.due),
        "by": one.by,
        "at": _at(one.at),
        "remind_at": _at(one.remind_at),
        "value": one.value,
        "asked": one.asked,
        "fate": str(one.fate),
        "is_ticket": one.is_ticket,
    }


def _promise(parts: dict[str, Any]) -> Promise:
    moments = {name: _moment(parts[name]) for name in ("due", "at", "remind_at")}
    return Promise(**(parts | moments | {"fate": Fate(parts["fate"])}))


def _proposal_parts(proposal: Proposal | None) -> list[Any] | None:
    if proposal is None:
        return None
    say, at = proposal.say, _at(proposal.at) if proposal.at else None
    return [say.en, say.zh, proposal.approve, proposal.since, proposal.webhook, str(proposal.answer), proposal.by, at]


def _proposal(parts: list[Any] | None) -> Proposal | None:
    if parts is None:
        return None
    en, zh, approve, since, webhook, answer, by, at = parts
    return Proposal(Text(en, zh), approve, since, webhook, Answer(answer), by, _moment(at) if at else None)


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)
