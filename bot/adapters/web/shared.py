"""The board for whoever holds a link to it: to look at, for a while, without a name on it and without a button.

Each look asks the store whether the link still opens, so that an ended one is over at once, on open pages too.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.adapters.web.board import board_json
from bot.cards.dress import dressed
from bot.phrases import say
from core.errors import Forbidden, Problem
from core.usecases.board import board
from core.usecases.share import opened

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest

    from bot.chat.links import Links
    from core.people.share import Share
    from core.ports import World
    from core.text import Tongue
    from core.workspace import Workspace

ROOT = "/s/"
STATIC = Path(__file__).parent / "static"
LOOKS = ("shared.js", "dom.js", "grid.js", "board.css", "console.css", "shared.css", "beacon.svg")
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # the address is the key
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "cache-control": "no-store",
}


class SharedBoard:
    def __init__(self, links: Links, workspace: Workspace, world: World) -> None:
        self._links = links
        self._workspace = workspace
        self._world = world

    def routes(self) -> list[BaseRoute]:
        return [
            Route(f"{ROOT}look/{{file}}", _look),
            Route(f"{ROOT}{{token}}/board.json", self._board),
            Route(f"{ROOT}{{token}}/", self._page),
        ]

    async def _page(self, http: HttpRequest) -> Response:
        tongue = self._tongue(http)
        try:
            share = await self._opened(http)
        except Forbidden as problem:
            return HTMLResponse(_sheet(self._words(problem, tongue), "", tongue), 403, headers=HEADERS)
        until = self._words(Problem("share-until", until=share.until.isoformat()), tongue)
        return HTMLResponse(_sheet(self._workspace.name.to(tongue), until, tongue), headers=HEADERS)

    async def _board(self, http: HttpRequest) -> Response:
        tongue = self._tongue(http)
        try:
            await self._opened(http)
            seen = await board(self._workspace, self._world, http.query_params.get("by"))
        except Problem as problem:
            status = 403 if isinstance(problem, Forbidden) else 503
            return JSONResponse({"text": self._words(problem, tongue)}, status, headers=HEADERS)
        told = board_json(seen, self._workspace, tongue, self._world.clock.now(), shared=True)
        told["words"] = {code: say(f"web-{code}", tongue) for code in ("alerts", "alerts-none", "numbers-none")}
        return JSONResponse(told, headers=HEADERS)

    async def _opened(self, http: HttpRequest) -> Share:
        return await opened(self._links.read_shared(http.path_params["token"]), self._world)

    def _words(self, problem: Problem, tongue: Tongue) -> str:
        return say(problem.code, tongue, **dressed(problem.facts, self._workspace, tongue))

    def _tongue(self, http: HttpRequest) -> Tongue:
        asked = http.query_params.get("tongue") or http.headers.get("accept-language", "")
        found = re.match(r"\s*(zh|en)", asked, re.IGNORECASE)
        if found is None:
            return self._workspace.tongue
        return "zh" if found[1].lower() == "zh" else "en"


async def _look(http: HttpRequest) -> Response:
    file = http.path_params["file"]
    headers = {"x-content-type-options": "nosniff", "cache-control": "no-cache"}
    return FileResponse(STATIC / file, headers=headers) if file in LOOKS else Response(status_code=404)


def _sheet(title: str, until: str, tongue: Tongue) -> str:
    lang = "zh-CN" if tongue == "zh" else "en"
    looks = "".join(f'<link rel="stylesheet" href="{ROOT}look/{name}.css">' for name in ("console", "board", "shared"))
    live = f'<script src="{ROOT}look/shared.js" type="module"></script>' if until else ""
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<title>{escape(title)}</title>\n<link rel="icon" href="{ROOT}look/beacon.svg">{looks}{live}\n</head>\n'
        f'<body class="shared">\n<main class="board" id="board">\n<header class="head"><h1>{escape(title)}</h1>'
        f'<p class="quiet" id="of"></p></header>\n<div id="grid"></div>\n<div id="alerts" aria-live="polite"></div>\n'
        f'<p class="quiet until">{escape(until)}</p>\n</main>\n</body>\n</html>\n'
    )
