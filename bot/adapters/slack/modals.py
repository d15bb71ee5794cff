"""A form as Slack's modal, and a modal that was sent as the command that it types.

Nothing is kept between the two: what the command needs travels in the view. A refusal is shown above the fields, which
keep what was filled in, for Slack knows a field again by its ids.
https://docs.slack.dev/reference/views/modal-views
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_never
from zoneinfo import ZoneInfo

from bot.adapters.slack.inbound import PLATFORM, FindPerson, Heard, Payload, heard_in
from bot.adapters.slack.render import Json, cut, render
from bot.chat.card import Buttons, Card
from bot.chat.form import Choice, Field, Form, Line, When, typed
from core.notices.notice import Place

if TYPE_CHECKING:
    from core.people.person import Person

FORM = "form"
MAX_TITLE = 24
MAX_OPTION = 75
MAX_VALUE = 150
MAX_OPTIONS = 100
MAX_PLACEHOLDER = 150


def modal(form: Form, place: Place, above: Sequence[Card] = ()) -> Json:
    """Return the view of a form that was asked for in that place, below what there is to say first."""
    kept = {
        "say": form.command,
        "before": [field.before for field in form.fields],
        "one": form.is_one_of,
        "chat": place.chat,
        "thread": place.thread,
        "waits": form.waits,
    }
    fields = [_input(field, number) for number, field in enumerate(form.fields)]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": _plain(cut(form.title, MAX_TITLE)),
        "submit": _plain(cut(form.submit, MAX_TITLE)),
        "close": _plain(cut(form.cancel, MAX_TITLE)),
        "private_metadata": json.dumps(kept),
        "blocks": [*_said(above), *fields],
    }


def goes_on(form: Form, place: Place, above: Sequence[Card]) -> Json:
    """Return the view that comes after a form: what there is to say, and one button in place of those in it."""
    said = [replace(card, blocks=tuple(one for one in card.blocks if not isinstance(one, Buttons))) for card in above]
    return modal(form, place, said)


def waiting(view: Payload, name: str) -> Json:
    """Return what is shown while a form's answer is found; it is known again by a name of ours."""
    words = {"type": "section", "text": _plain(waits_of(view))}
    return {"type": "modal", "external_id": name, "title": view["title"], "close": view["close"], "blocks": [words]}


def waits_of(view: Payload) -> str:
    return str(json.loads(view["private_metadata"]).get("waits", ""))


def only_said(view: Payload, above: Sequence[Card]) -> Json:
    """Return a view that only says something, on top of the form that led to it."""
    return {"type": "modal", "title": view["title"], "close": view["close"], "blocks": _said(above)}


def again(view: Payload, above: Sequence[Card]) -> Json:
    """Return a view that was sent, with what was said to it above its fields."""
    shown = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    fields = [block for block in view["blocks"] if block["type"] == "input"]
    return {name: view[name] for name in shown if name in view} | {"blocks": [*_said(above), *fields]}


def read_submit(body: Payload, find_person: FindPerson) -> Heard:
    """Read a form that was sent: the command that its fields type, said where the form was asked for."""
    view, user = body["view"], body["user"]["id"]
    kept = json.loads(view["private_metadata"])
    person = find_person(PLATFORM, user)
    filled = view.get("state", {}).get("values", {})
    answers = [(before, _answer(filled.get(f"f{at}", {}), person)) for at, before in enumerate(kept["before"])]
    text = typed(kept["say"], answers, is_one_of=kept["one"])
    place = Place(PLATFORM, kept["chat"], kept["thread"])
    return heard_in(text, place, user, find_person, body.get("trigger_id") or f"{view['id']}:{view.get('hash')}")


def _answer(element: Payload, person: Person | None) -> str:
    """Return what one field holds, as somebody would have typed it; empty where nothing was chosen."""
    state: Payload = next(iter(element.values()), {})
    match state.get("type"):
        case "static_select":
            return str((state.get("selected_option") or {}).get("value") or "")
        case "datetimepicker":
            moment = state.get("selected_date_time")
            zone = person.zone if person else ZoneInfo("UTC")
            return datetime.fromtimestamp(moment, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""
        case _:
            return str(state.get("value") or "")


def _input(field: Field, number: int) -> Json:
    label = _plain(field.label)
    shown = {"type": "input", "block_id": f"f{number}", "label": label, "optional": not field.is_needed}
    match field:
        case Choice(options=options, chosen=chosen):
            offered = [_option(*one) for one in options[:MAX_OPTIONS]]
            element: Json = {"type": "static_select", "options": offered}
            if first := next((one for one in offered if one["value"] == chosen), None):
                element["initial_option"] = first
        case When():
            element = {"type": "datetimepicker"}
        case Line(example=example):
            element = {"type": "plain_text_input"}
            if example:
                element["placeholder"] = _plain(cut(example, MAX_PLACEHOLDER))
        case _:
            assert_never(field)
    return shown | {"element": element | {"action_id": "said"}}


def _option(label: str, value: str) -> Json:
    return {"text": _plain(cut(label, MAX_OPTION)), "value": value[:MAX_VALUE]}


def _said(above: Sequence[Card]) -> list[Json]:
    blocks = [block for card in above for block in render(card).blocks]
    return [{**block, "type": "section"} if block["type"] == "header" else block for block in blocks]


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}
