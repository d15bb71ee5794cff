"""The review in chat: `review may`, an incident that no rule saw, and one tap that adopts what was proposed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from bot.cards.chain import chain_card
from bot.cards.review import change_words, incident_words, incidents_card, review_card
from bot.chat.card import Block, Button, Buttons, Card, Prose, Tone
from bot.chat.reply import Reply
from bot.commands.asking import read_question
from bot.commands.command import Adopt, Chain, Incident, Review
from bot.phrases import say
from core.calendar.phrase import read_period
from core.errors import Missing, Problem
from core.labels import Labels
from core.review import score
from core.usecases import adopt as adoption
from core.usecases import incidents
from core.usecases.chain import standing
from core.usecases.review import last_month
from core.usecases.review import review as reviewed

if TYPE_CHECKING:
    from bot.commands.call import Call
    from bot.commands.lexicon import Lexicon
    from core.labels import Matcher

_DAYS = re.compile(r"(\d{8})-(\d{8})")
_MARK = re.compile(r"[0-9a-f]{8}")
MOST_LETTERS = 500  # of what somebody writes down
_LISTS = ("", "list", "列表", "all", "全部")
_DROPS = re.compile(r"(?:drop|undo|撤销|取消)\s*#?\s*([0-9a-fA-F]{4,32})")


def read_incident(rest: str, lexicon: Lexicon) -> Incident:
    """Read where and when before the colon, and after it what happened; Missing shows how it is said."""
    where, colon, text = rest.partition(":")
    if not colon and where.strip().lower() in _LISTS:
        return Incident()
    if not colon and (found := _DROPS.fullmatch(where.strip())):
        return Incident(drop=found[1].lower())
    if not colon or not text.strip():
        raise Missing("incident-how")
    asked = read_question(where, where.lower() if len(where.lower()) == len(where) else where, lexicon)
    return Incident(asked.metrics, asked.where, asked.period, text.strip())


def read_adopt(rest: str) -> Adopt:
    """Read what a review's button says; Missing where it is not whole."""
    days, _, mark = rest.strip().partition(" ")
    if not _DAYS.fullmatch(days) or not _MARK.fullmatch(mark.strip()):
        raise Missing("adopt-how")
    return Adopt(days, mark.strip())


async def review(command: Review, call: Call) -> Reply:
    first, last = days_of(command.period, call)
    over = _slice(command.where, "review-slice") if command.where else None
    found = await reviewed(call.workspace, call.world, first, last, over=over)
    return Reply((review_card(found, call.workspace, call.tongue),))


async def chain(_: Chain, call: Call) -> Reply:
    return Reply((chain_card(await standing(call.workspace, call.world), call.workspace, call.tongue),))


async def adopt(command: Adopt, call: Call) -> Reply:
    """Let a proposed change become the rule, and offer to take it back."""
    first, last = days_of(command.days, call)
    advice, revision = await adoption.adopt(
        command.mark, first, last, call.person, call.via, call.workspace, call.world
    )
    title = say("adopt-done", call.tongue, rule=advice.rule.title.to(call.tongue), number=revision.number)
    back = Buttons((Button(say("adopt-undo", call.tongue), f"rule undo {advice.rule.id}"),))
    blocks = (Prose(change_words(advice, call.workspace, call.tongue)), back)
    return Reply((Card(title, call.tongue, Tone.GOOD, blocks, title),))


async def incident(command: Incident, call: Call) -> Reply:
    """Write down what went wrong, so that the review knows which rule should have seen it, and no mean learns it."""
    if command.drop:
        return _told("incident-dropped", await incidents.drop(command.drop, call.person, call.world), call)
    if not command.text:
        return Reply((incidents_card(await incidents.listed(call.world), call.workspace, call.tongue),))
    if len(command.text) > MOST_LETTERS:
        raise Problem("incident-long", most=MOST_LETTERS)
    today = call.wall.date()
    first, last = (today, today) if not command.period else _read(command.period, call)
    if first > today:
        raise Problem("incident-future", day=first.isoformat())
    metric = command.metrics[0] if command.metrics else None
    labels = _slice(command.where, "incident-how")
    kept = score.Incident(uuid4().hex, first, min(last, today), metric, labels, command.text, call.person.id)
    return _told("incident-kept", await incidents.write(kept, call.world), call)


def _told(code: str, found: score.Incident, call: Call) -> Reply:
    """Say what is so of an incident now, and how it is taken back."""
    title = say(code, call.tongue)
    blocks: list[Block] = [
        Prose(incident_words(found, call.workspace, call.tongue), "strong"),
        Prose(found.text),
        Prose(say("incident-untrained" if found.dropped_by is None else "incident-trains", call.tongue)),
    ]
    if found.dropped_by is None:
        label = say("incident-count", call.tongue)
        blocks.append(Buttons((Button(label, f"incident drop {incidents.mark_of(found)}"),)))
    return Reply((Card(title, call.tongue, Tone.GOOD, tuple(blocks), f"{title}: {found.text}"),))


def days_of(said: str, call: Call) -> tuple[date, date]:
    """Return the days meant: the month before this one where nobody says, or as a button names them."""
    if not said:
        return last_month(call.wall.date())
    if found := _DAYS.fullmatch(said):
        try:
            first, last = (date.fromisoformat(each) for each in found.groups())
        except ValueError:
            raise Problem("unknown-period", said=said, example="20260601-20260630") from None
        if first > last:
            raise Problem("days-upside-down", first=first.isoformat(), last=last.isoformat())
        return first, last
    return _read(said, call)


def _read(said: str, call: Call) -> tuple[date, date]:
    window = read_period(said, call.wall, call.workspace.events).window
    return window.start.date(), (window.end - timedelta(microseconds=1)).date()


def _slice(where: tuple[Matcher, ...], otherwise: str) -> Labels:
    """Return the one slice meant; where several are, Missing says by that code how it is said."""
    if any(len(one.values) != 1 or one.negated for one in where):
        raise Missing(otherwise)
    return Labels.of({one.dimension: one.values[0] for one in where})
