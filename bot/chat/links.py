"""Links to one card: for one reader, for a while, signed, so that nothing need be installed and nothing remembered.
Links to the board, for anybody and to look at only, are signed the same way.

The reader is a person, or a place that several read (`wecom:ops`): there whoever opens the page says who they are, as
they would in the console. A link is good for its own alert only. It outlives a click: what has been done meanwhile,
the card tells.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from core.errors import Forbidden
from core.notices.notice import Place

LASTS = timedelta(hours=72)  # a weekend and a day
SEPARATOR = "\n"  # no handle, id or address holds one
CARD, SHARED = b"beacon link 1\n", b"beacon share 1\n"  # so that no link to one thing opens another
_MAC = 15  # bytes, 20 letters: a guess a second for a year finds none of 2^120


@dataclass(frozen=True, slots=True)
class Pass:
    """What a link lets its bearer see. `about` is the command that shows it; `place` is where the link was said."""

    about: str
    place: Place
    person: str | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """`base` is where people reach our pages, such as `https://kpi.example.cn`; a place that is nobody's is a group."""

    base: str
    secret: bytes
    now: Callable[[], datetime]
    find_person: Callable[[Place], str | None] = lambda _: None
    lasts: timedelta = LASTS

    def to(self, place: Place, about: str) -> str:
        """Return the address of the page that shows this to whoever reads that place."""
        until = int((self.now() + self.lasts).timestamp())
        fields = (about, place.platform, place.chat, self.find_person(place) or "", f"{until:x}")
        said = SEPARATOR.join(fields).encode()
        return f"{self.base.rstrip('/')}/a/{_letters(said)}.{_letters(self._mac(said, CARD))}"

    def read(self, token: str) -> Pass:
        """Return what a link is for; Forbidden if we never gave it out, or it is over."""
        about, platform, chat, person, until = self._signed(token, CARD)
        return Pass(about, Place(platform, chat), person or None, self._until(until, "link-expired"))

    def shared(self, code: str, until: datetime) -> str:
        """Return the address at which the board is looked at by that code; whether it was ended, the store knows."""
        said = SEPARATOR.join((code, f"{int(until.timestamp()):x}")).encode()
        return f"{self.base.rstrip('/')}/s/{_letters(said)}.{_letters(self._mac(said, SHARED))}/"

    def read_shared(self, token: str) -> str:
        """Return the code of a share; Forbidden if we never gave that address out, or it is over."""
        code, until = self._signed(token, SHARED)
        self._until(until, "share-over")
        return code

    def about(self, url: str) -> str | None:
        """Return the command that shows what an address of ours is for; None for any other, and one that is over."""
        before = f"{self.base.rstrip('/')}/a/"
        if not url.startswith(before):
            return None
        try:
            return self.read(url.removeprefix(before).partition("?")[0]).about
        except Forbidden:
            return None

    def _signed(self, token: str, purpose: bytes) -> list[str]:
        said, _, mac = token.partition(".")
        try:
            known, shown = _bytes(said), _bytes(mac)
        except ValueError:
            known, shown = b"", b""
        if not hmac.compare_digest(shown, self._mac(known, purpose)):
            raise Forbidden("link-forged")
        return known.decode().split(SEPARATOR)  # ours, so it is well made

    def _until(self, written: str, otherwise: str) -> datetime:
        ends = datetime.fromtimestamp(int(written, 16), UTC)
        if self.now() >= ends:
            raise Forbidden(otherwise, at=ends.isoformat())
        return ends

    def _mac(self, said: bytes, purpose: bytes) -> bytes:
        return hmac.digest(self.secret, purpose + said, sha256)[:_MAC]


def _letters(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(letters: str) -> bytes:
    raw = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    if _letters(raw) != letters:  # the decoder skips what it does not know; two spellings are not one link
        raise ValueError(letters)
    return raw
