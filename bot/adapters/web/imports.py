"""The console's page of imports: what came in, when, from whom, what of it was set aside, and a place to drop a file.

A file that is dropped is looked at and not taken in: the one way in answers, as in any chat, with a card and its
buttons. Whatever is sent is answered with the page as it is by then, and the little script only swaps it in.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, assert_never
from urllib.parse import parse_qs, quote, urlencode

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.adapters.web.inbound import GUEST, MAX_BODY, PLATFORM, address, speaker
from bot.adapters.web.page import listed, prose, section, sheet, table
from bot.cards.sheet import safe
from bot.chat.card import Block, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone, Ways
from bot.chat.request import Brought, Request
from bot.phrases import say
from core.errors import Forbidden, Missing, Problem
from core.notices.notice import Place
from core.people.person import Right
from core.ports import Intake, Keeps

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest

    from bot.chat.adapter import Answer
    from core.people.person import Person
    from core.ports import Aside, Reject, World
    from core.text import Tongue
    from core.workspace import Workspace

ROOT = "/imports"
LOOK = f"{ROOT}/look"  # where a file is dropped
STYLE = "/static/page.css"
MAX_UPLOAD = 20_000_000  # bytes, as in the other chats
MOST_SHOWN = 50  # files on one page
MOST_ROWS = 5  # set aside, of each
MOST_SAVED = 100_000
MAX_SAID = 200  # letters
_NUMBER = re.compile(r"[+-]?[\d.,]+%?")  # what may begin with a sign, and is no formula

Bringers = dict[tuple[str, str], str]  # who brought a file, by its source and name


class ImportsPage:
    """`answer` is the house's one way in."""

    def __init__(self, answer: Answer, workspace: Workspace, world: World) -> None:
        self._answer = answer
        self._workspace = workspace
        self._world = world

    def routes(self) -> list[BaseRoute]:
        return [
            Route(ROOT, self._page, methods=["GET", "POST"]),
            Route(LOOK, self._look, methods=["POST"]),
            Route(f"{ROOT}/aside.csv", self._save),
        ]

    async def _page(self, http: HttpRequest) -> Response:
        """Show all, below the answer to a button that was pressed."""
        fields = await _fields(http)
        tongue = self._tongue(http, fields.get("tongue"))
        try:
            person = self._reader(fields.get("as"))
            cards: Sequence[Card] = ()
            said = fields.get("say", "").strip()[:MAX_SAID]
            if said and http.method == "POST":  # what an address says is only looked at: another site can name one
                if not re.match(r"import\s", said):
                    raise Forbidden("imports-only", said=said)
                cards = await self._hear(said, person, tongue)
            return self._drawn(cards, await self._intakes(), person, tongue, await self._bringers())
        except Problem as problem:
            return self._refused(problem, tongue)

    async def _look(self, http: HttpRequest) -> Response:
        """Answer what would become of the file that is the body."""
        query = http.query_params
        tongue = self._tongue(http, query.get("tongue"))
        try:
            person = self._reader(query.get("as"))
            name = (query.get("name") or "?")[:MAX_SAID]
            length = http.headers.get("content-length", "")
            size = int(length) if length.isascii() and length.isdecimal() else 0
            file = Brought(name, size, lambda most: _read(http, name, most))
            cards = await self._hear((query.get("source") or "")[:MAX_SAID], person, tongue, file)
            return self._drawn(cards, await self._intakes(), person, tongue, await self._bringers())
        except Problem as problem:
            return self._refused(problem, tongue)

    async def _save(self, http: HttpRequest) -> Response:
        """Answer with every row of a file that was set aside, to be mended and brought again."""
        query = http.query_params
        tongue = self._tongue(http, query.get("tongue"))
        try:
            self._reader(query.get("as"))
            asked = query.get("source"), query.get("file")
            one = next((each for each in await self._intakes() if (each.source, each.path.name) == asked), None)
            if one is None or self._world.inbox is None:
                raise Missing("imports-gone", file=str(asked[1] or ""))
            names, rows = await self._world.inbox.set_aside(one, MOST_SAVED)
        except Problem as problem:
            return self._refused(problem, tongue)
        title = f"{Path(one.path.name).stem}.aside.csv"
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(title)}"}
        return Response(_written(names, rows, tongue), media_type="text/csv; charset=utf-8", headers=headers)

    async def _hear(
        self, text: str, person: Person | None, tongue: Tongue, file: Brought | None = None
    ) -> tuple[Card, ...]:
        chat = address(person) if person else GUEST
        return (await self._answer(Request(text, Place(PLATFORM, chat), chat, tongue, person, file=file))).cards

    async def _intakes(self) -> tuple[Intake, ...]:
        found = await self._world.warehouse.intakes() if isinstance(self._world.warehouse, Keeps) else ()
        return tuple(sorted(found, key=lambda one: (one.at is not None and one.at.timestamp(), str(one.path)))[::-1])

    async def _bringers(self) -> Bringers:
        """Return who brought each of the files that are shown, by source and file, in words."""
        found = {}
        if self._world.inbox is not None:
            for one in (await self._intakes())[:MOST_SHOWN]:
                found[one.source, one.path.name] = await self._world.inbox.bringer(one.source, one.path.name)
        return found

    def _reader(self, claimed: str | None) -> Person | None:
        person = speaker(claimed or None, self._workspace.people)
        if person is not None and not person.may(Right.READ):
            raise Forbidden("forbidden-right", right=Right.READ.value, name=person.name.to(person.tongue), who="")
        return person

    def _tongue(self, http: HttpRequest, asked: str | None) -> Tongue:
        if asked in ("zh", "en"):
            return "zh" if asked == "zh" else "en"
        found = re.match(r"\s*(zh|en)", http.headers.get("accept-language", ""), re.IGNORECASE)
        return ("zh" if found[1].lower() == "zh" else "en") if found else self._workspace.tongue

    # --- drawing ----------------------------------------------------------------------------------------------

    def _refused(self, problem: Problem, tongue: Tongue) -> Response:
        status = 403 if isinstance(problem, Forbidden) else 404 if isinstance(problem, Missing) else 422
        words = say(problem.code, tongue, **problem.facts)
        return HTMLResponse(
            sheet(
                [section(f'<h1 tabindex="-1" id="answer">{escape(words)}</h1>', Tone.BAD)], words, tongue, style=STYLE
            ),
            status,
        )

    def _drawn(
        self,
        cards: Iterable[Card],
        intakes: Sequence[Intake],
        person: Person | None,
        tongue: Tongue,
        bringers: Bringers,
    ) -> Response:
        me = {"as": person.id if person else "", "tongue": tongue}
        shown = [self._card(card, me) for card in cards]
        shown.append(self._door(me, tongue) if person else self._who(tongue))
        title = say("imports-title", tongue, files=len(intakes))
        shown.append(section(f"<h1>{escape(title)}</h1>" + ("" if intakes else prose(say("imports-none", tongue)))))
        shown += [self._intake(one, bringers, me, tongue) for one in intakes[:MOST_SHOWN]]
        if len(intakes) > MOST_SHOWN:
            shown.append(section(prose(say("imports-more", tongue, files=len(intakes) - MOST_SHOWN), "quiet")))
        shown.append(f'<nav><a href="/">{escape(say("imports-console", tongue))}</a></nav>')
        return HTMLResponse(sheet(shown, title, tongue, style=STYLE, script="/static/imports.js"))

    def _who(self, tongue: Tongue) -> str:
        able = (one for one in self._workspace.people.values() if one.right.covers(Right.ACT))
        links = (
            f'<a href="?{escape(urlencode({"as": one.id, "tongue": tongue}))}">{escape(one.name.to(tongue))}</a>'
            for one in able
        )
        return section(prose(say("imports-who", tongue), "strong") + f"<nav>{''.join(links)}</nav>")

    def _door(self, me: Mapping[str, str], tongue: Tongue) -> str:
        """Return where a file is dropped. Every browser takes a file that is dropped on such a field."""
        fed = [one.name for one in self._workspace.catalog.sources.values() if one.push]
        any_ = escape(say("imports-any", tongue))
        chosen = "".join(f"<option>{escape(name)}</option>" for name in fed)
        which = (
            f'<label for="source">{escape(say("imports-into", tongue))}</label>'
            f'<select id="source" name="source"><option value="">{any_}</option>{chosen}</select>'
            if len(fed) > 1
            else ""
        )
        return section(
            f'<form id="door" class="door" data-look="{LOOK}" data-reading="{escape(say("imports-reading", tongue))}" '
            f'data-failed="{escape(say("web-failed", tongue))}">{_hidden(me)}'
            f'<label for="file">{escape(say("imports-drop", tongue))}</label>'
            f'<input id="file" name="file" type="file" accept=".csv,.tsv,.txt,.xlsx,.xls,.parquet">{which}'
            f'<p id="state" role="status" class="quiet">{escape(say("imports-drop-hint", tongue))}</p></form>'
        )

    def _intake(self, one: Intake, bringers: Bringers, me: Mapping[str, str], tongue: Tongue) -> str:
        facts = [Fact(say("imports-source", tongue), one.source)]
        if one.at is not None:
            facts.append(Fact(say("imports-when", tongue), f"{one.at.astimezone(self._workspace.zone):%Y-%m-%d %H:%M}"))
        by = bringers.get((one.source, one.path.name), "")
        person = self._workspace.people.get(by)
        from_whom = person.name.to(tongue) if person else by or say("imports-folder", tongue)
        facts += [Fact(say("imports-by", tongue), from_whom), Fact(say("imports-rows", tongue), f"{one.rows:,}")]
        aside = ", ".join(say(f"aside-{reason}", tongue, count=count) for reason, count in sorted(one.rejected.items()))
        facts += [Fact(say("imports-aside", tongue), aside)] if aside else []
        telling = sorted(one.rejects, key=lambda each: (each.reason == "summary", each.row))[:MOST_ROWS]
        rows = "".join(f"<li>{escape(_words(each, tongue))}</li>" for each in telling)
        link = ""
        if one.rejects:
            query = urlencode({"source": one.source, "file": one.path.name, **me})
            link = (
                f'<p><a href="{ROOT}/aside.csv?{escape(query)}" download>{escape(say("imports-save", tongue))}</a></p>'
            )
        return section(
            f"<h2>{escape(one.path.name)}</h2>{listed(facts)}{f'<ul>{rows}</ul>' if rows else ''}{link}",
            Tone.WARNING if telling and any(each.reason != "summary" for each in telling) else Tone.PLAIN,
        )

    def _card(self, card: Card, me: Mapping[str, str]) -> str:
        blocks = "".join(self._block(block, me) for block in card.blocks)
        return section(f'<h1 tabindex="-1" id="answer">{escape(card.title)}</h1>{blocks}', card.tone)

    def _block(self, block: Block, me: Mapping[str, str]) -> str:
        match block:
            case Prose(text, role):
                return prose(text, role)
            case Facts(facts):
                return listed(facts)
            case Table():
                return table(block)
            case Picture() | Ways():
                return ""  # nothing that is said of a file has one
            case Buttons(buttons):
                pressed = "".join(
                    f'<button name="say" value="{escape(each.command)}" class="{each.style}">'
                    f"{escape(each.label)}</button>"
                    for each in buttons
                )
                form = f'<form method="post" action="{ROOT}" class="buttons">{_hidden(me)}{pressed}</form>'
                return form if pressed else ""
            case _:
                assert_never(block)


def _written(names: Sequence[str], rows: Iterable[Aside], tongue: Tongue) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([say("imports-row", tongue), say("imports-reason", tongue), *names])
    for one in rows:
        why = " ".join(_words(each, tongue) for each in one.reasons)
        writer.writerow([one.row, why, *map(_harmless, one.cells)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # a spreadsheet takes it for UTF-8 only then


def _words(one: Reject, tongue: Tongue) -> str:
    return say(f"reject-{one.reason}", tongue, row=one.row, column=one.column or "", cell=one.cell or "")


def _hidden(me: Mapping[str, str]) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in me.items())


def _harmless(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula; a number stays one.

    >>> _harmless("=1+1"), _harmless("-5"), _harmless("-2+3+cmd|' /C calc'!A0"), _harmless(" @SUM(A1)")
    ("'=1+1", '-5', "'-2+3+cmd|' /C calc'!A0", "' @SUM(A1)")
    """
    bare = cell.strip()
    is_plain = _NUMBER.fullmatch(bare) or (safe(cell) == cell and safe(bare) == bare)
    return cell if is_plain else f"'{cell}"


async def _fields(http: HttpRequest) -> dict[str, str]:
    if http.method != "POST":
        return dict(http.query_params)
    body = (await _read(http, "", MAX_BODY)).decode(errors="replace")
    return {name: values[0] for name, values in parse_qs(body).items()}


async def _read(http: HttpRequest, name: str, most: int) -> bytes:
    body = bytearray()
    async for chunk in http.stream():
        body += chunk
        if len(body) > most:
            raise Problem("import-too-large", file=name, most=most // 1_000_000)
    return bytes(body)
