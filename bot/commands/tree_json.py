"""A rule's tree as plain JSON, for scripts: every node is its `kind` and its fields, in the words of `core/rules/tree`.

    {"by": ["channel"], "condition": {"kind": "compare", "left": {"kind": "reading", "metric": "roi"},
     "comparison": "<", "right": {"kind": "bound", "quantity": {"value": "1", "unit": "bare"}}}}

Two spellings of one rule give the same JSON. Numbers are strings, as exact as they were written.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from core.quantity import Quantity
from core.rules.tree import Sentence


def tree_json(sentence: Sentence) -> dict[str, Any]:
    return {"by": list(sentence.by), "condition": _plain(sentence.condition)}


def _plain(node: object) -> Any:
    match node:
        case Quantity(value, unit):
            return {"value": _digits(value), "unit": unit.value}
        case Enum():
            return node.value
        case tuple():
            return [_plain(part) for part in node]
        case _ if is_dataclass(node):
            kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(node).__name__).lower()
            found = {field.name: _plain(getattr(node, field.name)) for field in fields(node)}
            if found.get("part", 0) is None:
                del found["part"]  # a change of a part of the whole names it, and any other has none
            return {"kind": kind} | found
        case _:
            return node


def _digits(value: Decimal) -> str:
    """Return the number without an exponent or idle zeros, so that 0.20 and 20 % look alike."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
