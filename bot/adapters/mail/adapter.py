"""Mail as a chat that only listens: one letter for each notice, by SMTP, over TLS unless the server is our own.

A refusal of this reader for ever (5xx at RCPT) is dead; a wrong password or a server that is away may be mended.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from bot.adapters.mail.letter import compose
from bot.chat.card import Card, Picture
from core.notices.outbox import Dead, Outcome, Retry, Sent, Wait

if TYPE_CHECKING:
    from email.message import EmailMessage

    from bot.chat.adapter import Answer
    from bot.chat.links import Links
    from core.charts.figure import Figure
    from core.notices.notice import Place

log = structlog.get_logger()

PATIENCE = 20.0  # seconds for one letter
BUSY = (421, 450, 451, 452)  # https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3: later, says the server
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed in. `tls` is `start` (upgrade the connection), `always`, or `none`."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    tls: str = "start"

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"

    @classmethod
    def read(cls, url: str) -> Self:
        """Read `smtp://USER:PASSWORD@HOST:587/?from=beacon@example.cn`; ValueError if that is no mail server."""
        parts = urlsplit(url)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        user = unquote(parts.username or "")
        sender = asked.get("from", user)
        if parts.scheme not in PORTS or not parts.hostname or "@" not in sender:
            raise ValueError("no mail server")
        tls = "always" if parts.scheme == "smtps" else asked.get("tls", "start")
        if tls not in ("start", "always", "none"):
            raise ValueError("no mail server")
        return cls(parts.hostname, parts.port or PORTS[parts.scheme], user, unquote(parts.password or ""), sender, tls)


class MailAdapter:
    platform = "mail"

    def __init__(
        self,
        server: Server,
        links: Links | None = None,
        *,
        draw: Callable[[Figure], bytes] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = server
        self._links = links
        self._draw = draw or _draw
        self._now = now
        self._up = False

    @property
    def is_up(self) -> bool:
        return self._up

    async def run(self, answer: Answer) -> None:  # noqa: ARG002 - nobody writes back to us
        self._up = True
        try:
            await asyncio.Event().wait()
        finally:
            self._up = False

    async def post(self, place: Place, card: Card, key: str) -> Outcome:  # noqa: ARG002 - a server keeps no letters to look it up in
        link = self._links.to(place, card.about) if self._links and card.about else ""
        picture = next((block for block in card.blocks if isinstance(block, Picture)), None)
        png = await asyncio.to_thread(self._draw, picture.figure) if picture else None
        try:
            letter = compose(card, self._server.sender, place.chat, self._now(), link=link, png=png)
        except ValueError:
            return Dead("no-such-address")
        try:
            await asyncio.to_thread(self._send, letter)
        except (smtplib.SMTPException, OSError) as failure:
            outcome = _outcome(failure)
            log.warning("a letter was not taken", outcome=str(outcome))
            return outcome
        return Sent("")

    async def edit(self, place: Place, receipt: str, card: Card) -> Outcome:  # noqa: ARG002 - a letter that has left stays as it is
        return Sent("")

    def _send(self, letter: EmailMessage) -> None:
        with opened(self._server) as smtp:
            smtp.send_message(letter)


@contextmanager
def opened(server: Server) -> Iterator[smtplib.SMTP]:
    """Open a mail server, over TLS and as whom it knows."""
    context = ssl.create_default_context()
    if server.tls == "always":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    with smtp:
        if server.tls == "start":
            smtp.starttls(context=context)
        if server.password:
            smtp.login(server.user, server.password)
        yield smtp


def _outcome(failure: Exception) -> Outcome:
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in failure.recipients.values()]
        return Wait(60) if codes and all(code in BUSY for code in codes) else Dead("no-such-address")
    if isinstance(failure, smtplib.SMTPResponseException):  # never its words, which may quote the letter
        return Wait(60) if failure.smtp_code in BUSY else Retry(f"smtp-{failure.smtp_code}")
    return Retry(type(failure).__name__)


def _draw(figure: Figure) -> bytes:
    from core.charts.draw import draw

    return draw(figure, width=560, height=300, dark=False, scale=2)
