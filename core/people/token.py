"""A token: how a program that brings us facts shows who it is. What is kept of it is a digest, so that it is seen once.

A digest without salt is enough here: the secret is 256 random bits, and nobody tries those one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

PREFIX = "beacon_"
READ, PUSH = "read", "push"


@dataclass(frozen=True, slots=True)
class Token:
    """`scopes` are `read`, `push` (any source) and `push:SOURCE`."""

    name: str
    digest: str
    scopes: tuple[str, ...]
    made_at: datetime
    ended_at: datetime | None = None

    def allows(self, scope: str) -> bool:
        """Return whether it may do that.

        >>> from datetime import UTC, datetime
        >>> token = Token("etl", "", ("push:ads",), datetime(2026, 6, 1, tzinfo=UTC))
        >>> token.allows("push:ads"), token.allows("push:leads"), token.allows("read")
        (True, False, False)
        """
        return scope in self.scopes or scope.partition(":")[0] in self.scopes


def is_scope(word: str) -> bool:
    return word in (READ, PUSH) or (word.startswith(f"{PUSH}:") and len(word) > len(PUSH) + 1)


def mint() -> str:
    """Return a new secret, to be shown once and kept nowhere."""
    return PREFIX + token_urlsafe(32)


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
