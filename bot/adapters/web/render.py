"""A card as JSON. The page draws it with text nodes only, so no name and no file can put markup into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from bot.chat.card import Block, Buttons, Card, Facts, Picture, Prose, Table, Ways

if TYPE_CHECKING:
    from bot.adapters.web.pictures import Pictures
    from bot.adapters.web.timeline import Message

Json = dict[str, Any]


def message_json(message: Message, pictures: Pictures) -> Json:
    return {
        "id": message.id,
        "order": message.order,
        "revision": message.revision,
        "chat": message.chat,
        "at": message.at.isoformat(),
        "text": message.text,
        "by": message.by,
        "under": message.under,
        "alert": message.alert,
        "card": card_json(message.card, pictures) if message.card else None,
    }


def card_json(card: Card, pictures: Pictures) -> Json:
    return {
        "title": card.title,
        "tongue": card.tongue,
        "tone": card.tone.value,
        "summary": card.summary or card.title,
        "blocks": [block_json(block, pictures) for block in card.blocks],
    }


def block_json(block: Block, pictures: Pictures) -> Json:
    match block:
        case Prose(text, role):
            return {"kind": "prose", "text": text, "role": role}
        case Facts(facts):
            items = [{"label": fact.label, "value": fact.value, "tone": fact.tone.value} for fact in facts]
            return {"kind": "facts", "facts": items}
        case Table(columns, rows, numeric):
            return {
                "kind": "table",
                "columns": list(columns),
                "rows": [list(row) for row in rows],
                "numeric": list(numeric),
            }
        case Picture(figure, alt):
            return {"kind": "picture", "chart": pictures.keep(figure), "alt": alt}
        case Buttons(buttons):
            return {
                "kind": "buttons",
                "buttons": [{"label": b.label, "command": b.command, "style": b.style} for b in buttons],
            }
        case Ways(ways):
            return {"kind": "ways", "ways": [{"label": way.label, "url": way.url} for way in ways]}
        case _:
            assert_never(block)
