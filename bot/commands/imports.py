"""Files: what became of each that was taken in, and one that somebody drops here: looked at first, then taken in.

Who may not bring a file has none fetched. What is taken in is the very file that was looked at, by its code.
"""

from __future__ import annotations

import re

from bot.cards.imports import imports_card, preview_card, taken_card
from bot.chat.reply import Reply
from bot.chat.request import Request
from bot.commands.call import Call
from bot.commands.command import Import, Imports
from bot.commands.verbs import SPELLINGS
from core.document import suggesting
from core.errors import Missing, Problem, Unavailable
from core.ports import Inbox, Keeps, Receipt

MOST_BYTES = 20_000_000  # what Telegram lets a bot fetch: https://core.telegram.org/bots/api#getfile
MOST_SOURCES = 20  # that a file is tried against

_VERB = re.compile("|".join(map(re.escape, sorted(SPELLINGS["import"], key=len, reverse=True))), re.IGNORECASE)


async def imports(_: Imports, call: Call) -> Reply:
    found = await call.world.warehouse.intakes() if isinstance(call.world.warehouse, Keeps) else ()
    return Reply((imports_card(found, call.tongue),))


def of_file(request: Request) -> Import | None:
    """Return the command of whoever drops a file; beside it they may say which source it is for."""
    if request.file is None:
        return None
    said = request.text.strip()
    verb = _VERB.match(said)
    return Import("", said[verb.end() :].strip() if verb else said)


async def import_(command: Import, call: Call) -> Reply:
    inbox = call.world.inbox
    if inbox is None:
        raise Unavailable("import-no-inbox")
    if not command.code:
        return await _look(command.source, inbox, call)
    by = call.request.person.id if call.request.person else ""
    receipt = await inbox.receive(command.source, await inbox.held(command.code), "file", by=by)
    return Reply((taken_card(receipt, call.workspace, call.tongue),))


async def _look(said: str, inbox: Inbox, call: Call) -> Reply:
    """Say what would become of a file in each source that could take it; nothing is taken in yet."""
    file = call.request.file
    if file is None:
        raise Missing("import-no-file")
    sources = _sources(said, call)
    if file.size > MOST_BYTES:
        raise Problem("import-too-large", file=file.name, most=MOST_BYTES // 1_000_000)
    body = await file.fetch(MOST_BYTES)
    found: list[Receipt] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            found.append(await inbox.receive(source, body, "file", is_trial=True))
        except Problem as problem:
            problems.append(problem)
    if not found:
        raise problems[0]
    code = await inbox.hold(body)
    return Reply((preview_card(found, code, file.name, call.workspace, call.tongue),), is_private=True)


def _sources(said: str, call: Call) -> list[str]:
    """Return the source that was named, or each that takes files."""
    fed = [one.name for one in call.workspace.catalog.sources.values() if one.push]
    if not fed:
        raise Missing("import-no-source")
    named = [one for one in fed if one.lower() == said.lower()]
    if len(said.split()) == 1 and not named:
        raise Missing("push-no-source", **suggesting(said, fed, name=said, options=", ".join(fed)))
    return named or fed[:MOST_SOURCES]
