"""What every answer of the console carries, and which requests get none: other pages, other names, too much text."""

from __future__ import annotations

import sys
from types import MappingProxyType
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from bot.adapters.web.inbound import MAX_BODY, is_known_host, is_ours

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALLOWED = ("script-src", "style-src", "img-src", "connect-src")
FORBIDDEN = ("default-src", "base-uri", "form-action", "frame-ancestors")
POLICY = "; ".join([*(f"{what} 'none'" for what in FORBIDDEN), *(f"{what} 'self'" for what in ALLOWED)])
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
READS = ("GET", "HEAD")


class Guard:
    """Stands before all but `free`: the paths that platforms and probes call, which have guards of their own.

    One that ends in `/` frees all below it. `roomy` are those that take a file, and how large a one.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str] | None,
        free: Collection[str] = (),
        roomy: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._roomy = roomy
        self._hosts = hosts
        self._free = frozenset(one for one in free if not one.endswith("/"))
        self._below = tuple(one for one in free if one.endswith("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._free or scope["path"].startswith(self._below):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not is_known_host(headers, self._hosts):
            await _refuse(421, "unknown-host")(scope, receive, _dressed(send))
        elif scope["method"] not in READS and not is_ours(headers):
            await _refuse(403, "another-site")(scope, receive, _dressed(send))
        elif _announced(headers) > (most := self._roomy.get(scope["path"], MAX_BODY)):
            await _refuse(413, "too-large")(scope, receive, _dressed(send))
        else:
            await self._app(scope, _limited(receive, most), _dressed(send))


def _refuse(status: int, code: str) -> JSONResponse:
    return JSONResponse({"code": code}, status)


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdecimal() else sys.maxsize


def _limited(receive: Receive, most: int) -> Receive:
    """Count what comes, since a body sent in pieces announces no length."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413, "too-large")
        return message

    return limited


def _dressed(send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return dressed
