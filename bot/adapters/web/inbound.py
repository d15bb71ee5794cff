"""What a browser sent us, made into a Request; and whether it was our own page that sent it.

The console trusts whoever can reach it (it listens on 127.0.0.1 unless told otherwise), so the guard is against
*other pages* in the same browser: a form on some site that posts here, or a name that was rebound to this machine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.chat.request import Brought, Request
from core.errors import Missing, Problem
from core.notices.notice import Place
from core.text import Tongue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.requests import Request as HttpRequest

    from core.people.person import Person

PLATFORM = "web"
GUEST = "guest"
MAX_BODY = 16_384  # bytes: a sentence, not a file
MAX_TEXT = 2_000
MAX_NAME = 200
TRIGGER = re.compile(r"^\s*[/／]?kpi(?=\s|$)\s*", re.IGNORECASE)


# JSON can write half of a letter (\ud800), which is no text and could not be said back.
Words = Annotated[
    str, BeforeValidator(lambda said: said.encode(errors="replace").decode() if isinstance(said, str) else said)
]


class Said(BaseModel):
    """The body of `/api/say`. `under` is the message whose button was pressed."""

    model_config = ConfigDict(extra="forbid")

    text: Words = Field(min_length=1, max_length=MAX_TEXT)
    speaker: Words | None = Field(default=None, alias="as")
    tongue: Tongue | None = None
    under: Words | None = None


def address(person: Person) -> str:
    return person.chats.get(PLATFORM, person.id)


def speaker(name: str | None, people: Mapping[str, Person]) -> Person | None:
    """Return who the console speaks as; None is a guest, and an unknown name is a mistake, not a guest."""
    if name is None:
        return None
    if name not in people:
        raise Missing("no-such-person", name=name)
    return people[name]


def request_of(said: Said, person: Person | None, tongue: Tongue) -> Request:
    chat = address(person) if person else GUEST
    return Request(
        text=TRIGGER.sub("", said.text).strip(),
        place=Place(PLATFORM, chat),
        actor=chat,
        tongue=said.tongue or tongue,
        person=person,
    )


def brought(http: HttpRequest, name: str) -> Brought:
    """Return a file that is the body of a request: not read before we know that they may bring it."""
    length = http.headers.get("content-length", "")

    async def fetch(most: int) -> bytes:
        body = bytearray()
        async for chunk in http.stream():
            body += chunk
            if len(body) > most:
                raise Problem("import-too-large", file=name, most=most // 1_000_000)
        return bytes(body)

    return Brought(name, int(length) if length.isascii() and length.isdecimal() else 0, fetch)


def is_ours(headers: Mapping[str, str]) -> bool:
    """Return whether a POST came from our own page, or from a program, which sends neither header."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def is_known_host(headers: Mapping[str, str], hosts: Collection[str] | None) -> bool:
    """Return whether the page was asked for by a name of ours; None lets any name in."""
    if hosts is None:
        return True
    host = headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name in hosts
