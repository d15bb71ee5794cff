"""The page on which a first workspace is set up: the same questions as in a chat, a place for the file, one for words.

It is served before there is a workspace, alone, to this machine or to whoever holds the code that the terminal printed.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from hmac import compare_digest
from html import escape
from typing import TYPE_CHECKING, assert_never
from urllib.parse import parse_qs, urlencode

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.adapters.web.guard import Guard
from bot.adapters.web.inbound import GUEST, MAX_BODY, MAX_NAME, MAX_TEXT, PLATFORM, brought
from bot.adapters.web.page import STATIC, listed, prose, section, sheet, table
from bot.chat.card import Block, Buttons, Card, Facts, Picture, Prose, Table, Tone, Ways
from bot.chat.request import Request
from bot.phrases import say
from core.notices.notice import Place

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest

    from bot.chat.adapter import Answer
    from core.text import Tongue

ROOT = "/setup"
LOOK = f"{ROOT}/look"  # where the file is dropped
MAX_UPLOAD = 20_000_000  # bytes, as in the other chats


def setup_app(
    answer: Answer,
    hooks: Mapping[str, Callable[[HttpRequest], Awaitable[Response]]],
    *,
    hosts: Collection[str] | None,
    code: str | None,
) -> Starlette:
    """Return the app. `hooks` are the doors at which chats call us; without a code, whoever reaches us may answer."""
    page = _Page(answer, code)
    return Starlette(
        routes=[
            Route("/", lambda http: RedirectResponse(_at(http.query_params.get("code", "")))),
            Route(ROOT, page.show, methods=["GET", "POST"]),
            Route(LOOK, page.look, methods=["POST"]),
            Route("/healthz", lambda _: JSONResponse({"alive": True})),
            Route("/readyz", lambda _: JSONResponse({"ready": False, "waiting_for": ["setup"]}, 503)),
            *(Route(path, hook, methods=["POST"]) for path, hook in hooks.items()),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, hosts=hosts, free=("/healthz", "/readyz", *hooks), roomy={LOOK: MAX_UPLOAD})],
    )


class _Page:
    def __init__(self, answer: Answer, code: str | None) -> None:
        self._answer = answer
        self._code = code

    async def show(self, http: HttpRequest) -> Response:
        """Take the answer that was sent, if one was, and show the question that is open by then."""
        fields = await _fields(http) if http.method == "POST" else dict(http.query_params)
        tongue = _tongue(http, fields.get("tongue"))
        if not self._is_let(fields.get("code", "")):
            return _refused(tongue)
        said = fields.get("answer") or fields.get("say") or "" if http.method == "POST" else ""
        return await self._asked(Request(said[:MAX_TEXT], Place(PLATFORM, GUEST), GUEST, tongue), fields)

    async def look(self, http: HttpRequest) -> Response:
        """Take the file that is the body."""
        query = http.query_params
        tongue = _tongue(http, query.get("tongue"))
        if not self._is_let(query.get("code", "")):
            return _refused(tongue)
        file = brought(http, (query.get("name") or "?")[:MAX_NAME])
        return await self._asked(Request("", Place(PLATFORM, GUEST), GUEST, tongue, file=file), query)

    def _is_let(self, code: str) -> bool:
        return self._code is None or compare_digest(code.encode(), self._code.encode())

    async def _asked(self, request: Request, fields: Mapping[str, str]) -> Response:
        reply = await self._answer(request)
        me = {"code": fields.get("code", ""), "tongue": request.tongue}
        is_over = any(card.tone is Tone.GOOD for card in reply.cards)
        shown = [_card(card, me, is_last=card is reply.cards[-1]) for card in reply.cards]
        if is_over:
            shown.append(f'<p id="over" class="quiet" role="status">{escape(say("setup-opening", request.tongue))}</p>')
        else:
            shown += [_door(me, request.tongue), _tongues(me)]
        title = say("setup-title", request.tongue)
        return HTMLResponse(sheet(shown, title, request.tongue, style="/static/page.css", script="/static/setup.js"))


def _door(me: Mapping[str, str], tongue: Tongue) -> str:
    """Return where a file is dropped and where words are typed; a file may be exchanged at any question."""
    return section(
        f'<form id="words" class="said" method="post" action="{ROOT}">{_hidden(me)}'
        f'<label for="answer-in-words">{escape(say("setup-words", tongue))}</label>'
        f'<input id="answer-in-words" name="answer" maxlength="{MAX_TEXT}" autocomplete="off">'
        f"<button>{escape(say('web-send', tongue))}</button></form>"
        f'<form id="door" class="door" data-look="{LOOK}" data-reading="{escape(say("imports-reading", tongue))}" '
        f'data-failed="{escape(say("web-failed", tongue))}">{_hidden(me)}'
        f'<label for="file">{escape(say("setup-drop", tongue))}</label>'
        f'<input id="file" name="file" type="file" accept=".csv,.tsv,.txt,.xlsx,.xls,.parquet">'
        f'<p id="state" role="status" class="quiet"></p></form>'
    )


def _tongues(me: Mapping[str, str]) -> str:
    links = (
        f'<a href="{_at(me["code"], tongue)}" lang="{tongue}">{name}</a>'
        for tongue, name in (("zh", "中文"), ("en", "English"))
    )
    return f"<nav>{''.join(links)}</nav>"


def _card(card: Card, me: Mapping[str, str], *, is_last: bool) -> str:
    name = ' tabindex="-1" id="answer"' if is_last else ""
    blocks = "".join(_block(block, me) for block in card.blocks)
    return section(f"<h1{name}>{escape(card.title)}</h1>{blocks}", card.tone)


def _block(block: Block, me: Mapping[str, str]) -> str:
    match block:
        case Prose(text, role):
            return prose(text, role)
        case Facts(facts):
            return listed(facts)
        case Table():
            return table(block)
        case Buttons(buttons):
            pressed = "".join(
                f'<button name="say" value="{escape(one.command)}" class="{one.style}">{escape(one.label)}</button>'
                for one in buttons
            )
            return f'<form method="post" action="{ROOT}" class="buttons">{_hidden(me)}{pressed}</form>'
        case Picture() | Ways():
            return ""  # nothing that is asked has one
        case _:
            assert_never(block)


def _refused(tongue: Tongue) -> Response:
    words = say("setup-code", tongue)
    return HTMLResponse(
        sheet([section(f"<h1>{escape(words)}</h1>", Tone.BAD)], words, tongue, style="/static/page.css"), 403
    )


def _at(code: str, tongue: str = "") -> str:
    query = urlencode({name: value for name, value in (("code", code), ("tongue", tongue)) if value})
    return escape(f"{ROOT}?{query}" if query else ROOT)


def _hidden(me: Mapping[str, str]) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in me.items())


def _tongue(http: HttpRequest, asked: str | None) -> Tongue:
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    found = re.match(r"\s*(zh|en)", http.headers.get("accept-language", ""), re.IGNORECASE)
    return "zh" if found and found[1].lower() == "zh" else "en"


async def _fields(http: HttpRequest) -> dict[str, str]:
    body = await brought(http, "").fetch(MAX_BODY)
    return {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
