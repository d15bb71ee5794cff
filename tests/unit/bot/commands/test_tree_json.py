"""The tree that `beacon rule --json` prints."""

from __future__ import annotations

from decimal import Decimal

from bot.commands.tree_json import tree_json
from core.calendar.grain import Grain
from core.quantity import Quantity, Unit
from core.rules.tree import All, Bound, Change, Compare, Comparison, Lag, Not, Reading, Sentence, Sudden, Target


def test_each_node_is_its_kind_and_its_fields():
    fall = Change("cvr", Lag(Grain.DAY), relative=True)
    sentence = Sentence(
        All(
            (
                Compare(Reading("roi"), Comparison.LESS, Bound(Quantity.bare(1))),
                Not(Compare(fall, Comparison.LESS, Bound(Quantity(Decimal("-0.10"), Unit.PERCENT)))),
                Sudden(None, "up"),
            )
        ),
        ("channel",),
    )
    assert tree_json(sentence) == {
        "by": ["channel"],
        "condition": {
            "kind": "all",
            "parts": [
                {
                    "kind": "compare",
                    "left": {"kind": "reading", "metric": "roi"},
                    "comparison": "<",
                    "right": {"kind": "bound", "quantity": {"value": "1", "unit": "bare"}},
                },
                {
                    "kind": "not",
                    "part": {
                        "kind": "compare",
                        "left": {
                            "kind": "change",
                            "metric": "cvr",
                            "against": {"kind": "lag", "grain": "day", "periods": 1},
                            "relative": True,
                        },
                        "comparison": "<",
                        "right": {"kind": "bound", "quantity": {"value": "-0.1", "unit": "percent"}},
                    },
                },
                {"kind": "sudden", "metric": None, "direction": "up"},
            ],
        },
    }


def test_what_has_no_fields_is_its_kind_alone():
    sentence = Sentence(Compare(Reading("cvr"), Comparison.LESS, Change("cvr", Target())))
    assert tree_json(sentence)["condition"]["right"]["against"] == {"kind": "target"}


def test_a_round_number_keeps_its_zeros():
    sentence = Sentence(Compare(Reading("uv"), Comparison.LESS, Bound(Quantity.bare("1E+2"))))
    assert tree_json(sentence)["condition"]["right"]["quantity"]["value"] == "100"
