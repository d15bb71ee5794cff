"""What is said to a ticket system: JSON over HTTP, signed, and the same to the byte however often it is tried.

It stands before the messenger of the chats and takes the notices that are for no chat. The outbox tries again as it
does for any other; `Idempotency-Key` names the notice, so that a receiver who did act before the answer was lost can
tell. `Beacon-Signature: t=…,v1=…` is HMAC-SHA256 of `t.body` under the shared secret: a receiver should refuse what is
older than five minutes.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from core.errors import Problem
from core.notices.notice import TICKETS, Notice
from core.notices.outbox import Dead, Delivery, Outcome, Retry, Sent, Wait
from core.ports import Clock, Dispatch, Messenger

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.notices.group import Gathered
    from core.notices.surface import Surface

TIMEOUT = 10.0  # seconds
PAUSE = 30.0  # seconds, where a receiver that is busy does not say how long
_EVENTS = {"ticket-opened": "ticket.opened", "approved": "consequence.approved"}
_KEPT = ("rule", "handle", "slice", "severity", "owner", "text", "due", "at", "actor", "note")


@dataclass(frozen=True, slots=True)
class TicketMessenger:
    """`url` is None where no ticket system is named: then its notices are dead letters, which `/kpi health` shows."""

    inner: Messenger
    clock: Clock
    url: str | None = None
    secret: str | None = None

    def __post_init__(self) -> None:
        if self.url and not self.secret:
            raise Problem("ticket-secret-missing")

    async def send(self, delivery: Delivery, alert: Alert | Gathered | None, surfaces: Sequence[Surface]) -> Dispatch:
        """Tell the ticket system what is for it, and leave the rest to whoever speaks in chats."""
        if delivery.to != TICKETS:
            return await self.inner.send(delivery, alert, surfaces)
        if not (self.url and self.secret):
            return Dispatch(Dead("no-ticket-address"), TICKETS)
        return Dispatch(await self._post(delivery.notice, self.url, self.secret), TICKETS)

    async def _post(self, notice: Notice, url: str, secret: str) -> Outcome:
        import httpx

        body = body_of(notice)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": blake2b(notice.key.encode(), digest_size=16).hexdigest(),
            "Beacon-Signature": signature(body, secret, int(self.clock.now().timestamp())),
        }
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
                answer = await client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Retry(type(error).__name__)  # its words may hold the address, and the address a key
        return outcome_of(answer.status_code, answer.headers.get("retry-after"))


def body_of(notice: Notice) -> bytes:
    """Return what is told, of the notice alone: what has changed since is the next notice's to tell."""
    facts = notice.facts
    told: dict[str, Any] = {"event": _EVENTS[str(facts["happening"])], "id": notice.key}
    told |= {name: facts[name] for name in _KEPT if facts.get(name)}
    if "say_en" in facts:
        told["consequence"] = {"en": facts["say_en"], "zh": facts["say_zh"]}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def signature(body: bytes, secret: str, at: int) -> str:
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256)
    return f"t={at},v1={mac.hexdigest()}"


def outcome_of(status: int, retry_after: str | None) -> Outcome:
    """Return what an HTTP status means: taken, later, or never."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Sent("")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Wait(float(retry_after) if retry_after and retry_after.isdecimal() else PAUSE)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT):
        return Retry(f"http-{status}")
    return Dead(f"http-{status}")
