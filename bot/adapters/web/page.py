"""The page behind a link in a message: one alert, on a phone, where its reader can act without installing anything.

It is drawn by us and needs no script. Its buttons are commands already typed, said the one way in by whoever the link
was for, and about that alert only. In a group's chat nobody knows who opens it: there one says who one is, as on the
console. A link that previews itself only reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, assert_never
from urllib.parse import parse_qs, quote

from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.cards.dress import dressed
from bot.chat.card import Block, Button, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone, Ways
from bot.chat.request import Request
from bot.phrases import say
from core.errors import Forbidden
from core.people.person import Right

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest

    from bot.adapters.web.pictures import Pictures
    from bot.chat.adapter import Answer
    from bot.chat.links import Links, Pass
    from core.people.person import Person
    from core.text import Tongue
    from core.workspace import Workspace

ROOT = "/a/"
MAX_BODY = 4_096  # bytes
MAX_SAID = 500  # letters
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",  # with none at all, a browser names no origin of its own forms either
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "cache-control": "no-store",
}
STATIC = Path(__file__).parent / "static"


class LinkedPage:
    """`answer` is the house's one way in."""

    def __init__(self, links: Links, answer: Answer, workspace: Workspace, pictures: Pictures) -> None:
        self._links = links
        self._answer = answer
        self._workspace = workspace
        self._pictures = pictures

    def routes(self) -> list[BaseRoute]:
        return [
            Route(f"{ROOT}look.css", _look),
            Route(f"{ROOT}{{token}}/chart.png", self._chart),
            Route(f"{ROOT}{{token}}", self._page, methods=["GET", "POST"]),
        ]

    async def _page(self, http: HttpRequest) -> Response:
        tongue = _accepted(http) or self._workspace.tongue
        try:
            known = self._links.read(http.path_params["token"])
            fields = await _fields(http) if http.method == "POST" else {}
            person = self._reader(known, fields.get("as") or http.query_params.get("as"))
        except Forbidden as problem:
            words = say(problem.code, tongue, **dressed(problem.facts, self._workspace, tongue))
            return _html(sheet([section(f"<h1>{escape(words)}</h1>")], words, tongue), 403)
        if person:
            tongue = person.tongue
        said = fields.get("say", "").strip()[:MAX_SAID]
        cards = list(await self._hear(said, known, person, tongue)) if said else []
        if not any(isinstance(block, Buttons) for card in cards for block in card.blocks):
            cards += await self._hear(known.about, known, person, tongue)  # as it is by now
        drawn = [self._drawn(card, known, person) for card in cards]
        drawn.append(self._foot(known, person, tongue, is_asked=bool(said) and len(cards) == 1))
        return _html(sheet(drawn, cards[-1].title if cards else "", tongue))

    async def _chart(self, http: HttpRequest) -> Response:
        try:
            known = self._links.read(http.path_params["token"])
            person = self._reader(known, None)
        except Forbidden:
            return Response(status_code=403)
        tongue = person.tongue if person else _accepted(http) or self._workspace.tongue
        for card in await self._hear(known.about, known, person, tongue):
            for block in card.blocks:
                if isinstance(block, Picture):
                    is_dark = "dark" in http.query_params
                    png = await self._pictures.png(self._pictures.keep(block.figure), "narrow", dark=is_dark)
                    return Response(png, media_type="image/png", headers=HEADERS)
        return Response(status_code=404)

    async def _hear(self, text: str, known: Pass, person: Person | None, tongue: Tongue) -> tuple[Card, ...]:
        request = Request(
            text, known.place, known.place.chat, tongue, person, alert=handle_of(known.about), only=known.about
        )
        return (await self._answer(request)).cards

    def _reader(self, known: Pass, claimed: str | None) -> Person | None:
        """Return who acts: the person whom the link was for, else who says so in the group where it was said."""
        if known.person is not None:
            if (person := self._workspace.people.get(known.person)) is None:
                raise Forbidden("link-reader-gone", name=known.person)
            return person
        return next((one for one in self._able() if one.id == claimed), None)

    def _able(self) -> list[Person]:
        return [one for one in self._workspace.people.values() if one.right.covers(Right.ACT)]

    # --- drawing ----------------------------------------------------------------------------------------------

    def _drawn(self, card: Card, known: Pass, person: Person | None) -> str:
        # A colour alone says nothing to whoever cannot see it.
        tone = (
            f'<p class="tone">{escape(say(f"web-{card.tone}", card.tongue))}</p>' if card.tone is not Tone.PLAIN else ""
        )
        blocks = filter(None, (self._block(block, known, person) for block in card.blocks))
        return section("\n".join((f"{tone}<h1>{escape(card.title)}</h1>", *blocks)), card.tone)

    def _block(self, block: Block, known: Pass, person: Person | None) -> str:
        match block:
            case Prose(text, role):
                return prose(text, role)
            case Facts(facts):
                return listed(facts)
            case Table():
                return table(block)
            case Picture(_, alt):
                # Every chart here is that of the alert: its address is the link's, so that no other can be asked for.
                token = self._links.to(known.place, known.about).rpartition("/")[2]
                dark = f'<source srcset="{ROOT}{token}/chart.png?dark" media="(prefers-color-scheme: dark)">'
                light = f'<img src="{ROOT}{token}/chart.png" alt="{escape(alt)}" width="340" height="220">'
                return f"<picture>{dark}{light}</picture>"
            case Buttons(buttons):
                own = handle_of(known.about)
                return _form(person, _pressed(one for one in buttons if own in one.command)) if person else ""
            case Ways(ways):
                links = (
                    f'<a href="{escape(one.url)}" rel="noopener noreferrer">{escape(one.label)}</a>' for one in ways
                )
                return f"<p>{'<br>'.join(links)}</p>"
            case _:
                assert_never(block)

    def _foot(self, known: Pass, person: Person | None, tongue: Tongue, *, is_asked: bool) -> str:
        if person is None:
            names = (f'<a href="?as={quote(one.id)}">{escape(one.name.to(tongue))}</a>' for one in self._able())
            asked = escape(say("page-who", tongue, place=str(known.place)))
            return section(f'<p class="strong">{asked}</p><nav>{"".join(names)}</nav>')
        hint = escape(say("page-say", tongue))
        typed = f'<label for="say">{hint}</label><input id="say" name="say" maxlength="{MAX_SAID}" autocomplete="off">'
        send = f"<button>{escape(say('web-send', tongue))}</button>"
        back = f'<p><a href="?as={quote(person.id)}">{escape(say("page-back", tongue))}</a></p>' if is_asked else ""
        told = say("page-as", tongue, name=person.name.to(tongue))
        return section(f'{back}{_form(person, typed + send, "said")}<p class="quiet">{escape(told)}</p>')


def handle_of(about: str) -> str:
    """Return the short name in what a link shows.

    >>> handle_of("#7f3k"), handle_of("storm k3m9x2pq")
    ('7f3k', 'k3m9x2pq')
    """
    return about.rsplit(maxsplit=1)[-1].removeprefix("#")


def _pressed(buttons: Iterable[Button]) -> str:
    return "".join(
        f'<button name="say" value="{escape(one.command)}" class="{one.style}">{escape(one.label)}</button>'
        for one in buttons
    )


def _form(person: Person, inside: str, kind: str = "buttons") -> str:
    hidden = f'<input type="hidden" name="as" value="{escape(person.id)}">'
    return f'<form method="post" class="{kind}">{hidden}{inside}</form>' if inside else ""


def prose(text: str, role: str = "plain") -> str:
    return f'<p class="{role}">{"<br>".join(map(escape, text.strip().splitlines()))}</p>'


def listed(facts: Iterable[Fact]) -> str:
    rows = (f'<dt>{escape(fact.label)}</dt><dd class="{fact.tone}">{escape(fact.value)}</dd>' for fact in facts)
    return f"<dl>{''.join(rows)}</dl>"


def table(table: Table) -> str:
    def cells(row: tuple[str, ...], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=number' if at in table.numeric else ''}>{escape(cell)}</{tag}>"
            for at, cell in enumerate(row)
        )

    rows = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in table.rows)
    return f'<div class="wide"><table><tr>{cells(table.columns, "th")}</tr>{rows}</table></div>'


def section(inside: str, tone: Tone = Tone.PLAIN) -> str:
    return f'<section class="{tone}">{inside}</section>'


def sheet(
    sections: Iterable[str], title: str, tongue: Tongue, *, style: str = f"{ROOT}look.css", script: str = ""
) -> str:
    run = f'<script src="{script}" defer></script>\n' if script else ""
    lang = "zh-CN" if tongue == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="{style}">\n{run}</head>\n<body>\n<main>\n'
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )


def _html(page: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page, status, headers=HEADERS)


async def _look(_: HttpRequest) -> Response:
    return FileResponse(STATIC / "page.css", headers={"x-content-type-options": "nosniff"})


async def _fields(http: HttpRequest) -> Mapping[str, str]:
    body = b""
    async for piece in http.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise Forbidden("link-too-long")
    return {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}


def _accepted(http: HttpRequest) -> Tongue | None:
    found = re.match(r"\s*(zh|en)", http.headers.get("accept-language", ""), re.IGNORECASE)
    return ("zh" if found[1].lower() == "zh" else "en") if found else None
