"""How far a number has moved, and which way: what a verb, a size and what it is held against make together.

Where words leave a choice (下滑40%: is 40 % itself a fall by 40 %?) one reading is taken and *noted*.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal, NoReturn

from core.calendar.grain import Grain
from core.errors import Invalid
from core.quantity import Quantity, Unit
from core.rules import tree
from core.rules.tree import (
    Against,
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Condition,
    Operand,
    Reading,
    SoFar,
    Streak,
    Sudden,
    Usual,
)
from core.rules.verbs import Move
from core.rules.word import Word, mistake

DEFAULT_RISE = Quantity.percent(20)
DEFAULT_STREAK = 3

Choice = Literal[
    "inclusive", "default-rise", "default-level", "slash", "below-by", "part-of", "same-weekday", "default-normal"
]


class Moves:
    """Reads the moves of one sentence; gathers the choices made on the way."""

    def __init__(self, written: str, file: str) -> None:
        self.written = written
        self.file = file
        self.choices: set[Choice] = set()

    def overspent_by(self, metric: str | None, parts: list[Any]) -> Condition:
        """花费超过预算10%: of a budget one says by how much; of two other metrics nobody knows what is meant."""
        comparison, other, number = parts[0].value, parts[1].value, number_in(parts[2])
        is_budget = (metric, other.value) == ("spend", "budget") and comparison.value is Comparison.MORE
        if not is_budget or number is None or number.unit is not Unit.PERCENT:
            self.refuse("rule-other-by", other)
        return Compare(Reading("budget_use"), Comparison.MORE, Bound(replace(number, value=number.value + 1)))

    def than_budget(self, metric: str | None, other: Word, move: Move, amount: Any) -> Condition:
        """花费比预算多10%: held against it as 花费比昨天多10% is against yesterday, and just that much counts."""
        number = number_in(next(part for part in amount.children if not is_token(part)))
        if (metric, other.value) != ("spend", "budget") or number is None or number.unit is not Unit.PERCENT:
            self.refuse("rule-other-by", other)
        said = next((part.value for part in amount.children if is_token(part)), None)
        strict = self.is_strict(said)
        falls = move.direction == "down"
        part = 1 - number.value if falls else 1 + number.value
        return Compare(Reading("budget_use"), _MOVED[falls, strict], Bound(replace(number, value=part)))

    def overspent_before(self, metric: str | None, parts: list[Any]) -> Condition:
        """Spend at least 10% over budget: how much comes before the word."""
        *said, over = (part.value for part in parts if is_token(part))
        number = number_in(next(part for part in parts if not is_token(part)))
        if metric not in (None, "spend", "budget") or number is None or number.unit is not Unit.PERCENT:
            self.refuse("rule-overspent-by", over)
        side = _MOVED[False, self.is_strict(*said)]
        return Compare(Reading("budget_use"), side, Bound(replace(number, value=number.value + 1)))

    def budget_of(self, metric: str | None, parts: list[Any]) -> Condition:
        """花费是预算的1.1倍, 达到预算的90%: of its budget, and of no other metric."""
        other = next(part.value for part in parts if is_token(part) and part.type == "METRIC")
        number, side, _ = self.part_said_of(parts)
        is_budget = metric in ("spend", "spend_to_date") and other.value in ("budget", "budget_to_date")
        if not is_budget or number is None or number.unit not in (Unit.PERCENT, Unit.TIMES):
            self.refuse("rule-other-by", other)
        return Compare(Reading("budget_use"), side, Bound(replace(number, unit=Unit.PERCENT)))

    def multiple(self, metric: str | None, held: Against, parts: list[Any]) -> Condition:
        """昨天的两倍 is twice yesterday, which is up by 100 %: so much *of* it, and not so much more."""
        number, side, is_part = self.part_said_of(parts)
        if number is None or (number.unit is not Unit.TIMES and not (is_part and number.unit is Unit.PERCENT)):
            self.refuse("rule-expected-comparison", _shaped_number(parts).children[0].value)
        if isinstance(held, (Usual, tree.Target)) and number.unit is Unit.PERCENT and side is Comparison.LESS:
            self.choices.add("part-of")
        return Compare(Change(metric, held), side, Bound(Quantity(number.value - 1, Unit.PERCENT)))

    def part_said_of(self, parts: list[Any]) -> tuple[Quantity | None, Comparison, bool]:
        """Return how much of something, held how, and whether a word says that it is of it."""
        number, words = number_in(_shaped_number(parts)), {part.type: part.value for part in parts if is_token(part)}
        said = words.get("SUFFIX") or words.get("COMPARISON")
        if said is None:
            self.choices.add("inclusive")
        side: Comparison = said.value if said else _MOVED[number is not None and number.value < 1, False]
        return number, side, "OF" in words

    def moved_untold(self, metric: str | None, held: Against, move: Move) -> Condition:
        """环比下降, by how much? It asks."""
        side = Comparison.MORE if move.direction == "up" else Comparison.LESS
        return Compare(Change(metric, held), side, Bound(None))

    def sized(
        self, metric: str | None, held: Against, size: tuple[Literal["up", "down"], Decimal], said: Word | None = None
    ) -> Condition:
        strict = self.is_strict(said)
        return _moved(metric, held, Quantity(size[1], Unit.PERCENT), falls=size[0] == "down", strict=strict)

    def is_strict(self, said: Word | None = None) -> bool:
        """Return whether just that much of a move does not count yet; unsaid it does, and that is noted."""
        if said is None:
            self.choices.add("inclusive")
        elif said.value not in (Comparison.MORE, Comparison.AT_LEAST):
            self.refuse("rule-move-comparison", said)
        return said is not None and said.value is Comparison.MORE

    def moved_alone(self, metric: str | None, move: Move) -> Condition:
        if move.manner == "normal":
            self.choices.add("default-normal")
            steady = Change(metric, Usual())
            return tree.All(
                (
                    Compare(steady, Comparison.AT_LEAST, Bound(_negated(DEFAULT_RISE))),
                    Compare(steady, Comparison.AT_MOST, Bound(DEFAULT_RISE)),
                )
            )
        if move.manner == "level":
            self.choices.add("default-level")
            side = Comparison.AT_LEAST if move.direction == "up" else Comparison.AT_MOST
            return Compare(Reading(metric), side, Baseline(metric, Usual()))
        if move.manner != "drift":
            return Sudden(metric, move.direction)
        self.choices.add("default-rise")
        change = Change(metric, Usual())
        rises = move.direction == "up"
        bound = DEFAULT_RISE if rises else _negated(DEFAULT_RISE)
        comparison = Comparison.AT_LEAST if rises else Comparison.AT_MOST
        drifted = Compare(change, comparison, Bound(bound))
        return tree.Any((drifted, Streak(metric, move.direction, DEFAULT_STREAK)))

    def moved(self, metric: str | None, parts: list[Any]) -> Condition:
        """A fall by more than 20 % is a change below −20 %; without a comparison the number itself counts too."""
        against = next((self.against(part) for part in parts if not is_token(part) and part.data == "against"), None)
        amount = next(part for part in parts if not is_token(part) and part.data == "amount")
        number = number_in(next(part for part in amount.children if not is_token(part)))
        said = next((part.value for part in amount.children if is_token(part)), None)
        if against is None and said is not None and said.said in _LEVELS:  # drops below 2 %
            return Compare(Reading(metric), said.value, Bound(number))
        strict = self.is_strict(said)
        return _moved(
            metric, against or tree.Lag(None), number, falls=move_in(parts).direction == "down", strict=strict
        )

    def deviation(self, metric: str | None, side: Any, against: Any, number: Any, more: Any) -> Condition:
        """低于均值30% is below the mean *by* 30 %, not below 30 % of it."""
        if side.value.value not in (Comparison.LESS, Comparison.MORE):
            self.refuse("rule-deviation-comparison", side.value)
        if more is not None and more.value.value not in (Comparison.MORE, Comparison.AT_LEAST):
            self.refuse("rule-deviation-comparison", more.value)
        self.choices.add("below-by")
        strict = more is None or more.value.value is Comparison.MORE
        falls = side.value.value is Comparison.LESS
        return _moved(metric, self.against(against), number_in(number), falls=falls, strict=strict)

    def against(self, part: Any) -> Against:
        words = {token.type: token.value for token in part.children}
        held: Against | None = words["AGAINST"].value if "AGAINST" in words else None
        if "SOFAR" not in words:
            return held if held is not None else tree.Lag(None)
        if held is None or held == tree.Lag(None):
            return SoFar(tree.Lag(Grain.DAY))
        match held:
            case tree.Lag(Grain.DAY | Grain.WEEK) | tree.YearAgo() | tree.LastTime():
                pass
            case _:
                self.refuse("rule-so-far-against", words["AGAINST"])
        return SoFar(held)

    def agree(self, comparison: Word, suffix: Word | None = None) -> None:
        """Refuse 低于2%以上, which says both."""
        if suffix is not None and suffix.value is not _INCLUSIVE.get(comparison.value):
            self.refuse("rule-expected-end", suffix)

    def refuse(self, code: str, word: Word) -> NoReturn:
        found = self.written[word.start : word.end]
        raise Invalid([mistake(code, self.written, word.start, word.end, self.file, found=found)])


_LEVELS = ("below", "under", "above", "beneath")  # of a move: to where, and not by how much
_INCLUSIVE = {
    **dict.fromkeys((Comparison.LESS, Comparison.AT_MOST), Comparison.AT_MOST),
    **dict.fromkeys((Comparison.MORE, Comparison.AT_LEAST), Comparison.AT_LEAST),
}
_MOVED: dict[tuple[bool, bool], Comparison] = {
    (True, True): Comparison.LESS,
    (True, False): Comparison.AT_MOST,
    (False, True): Comparison.MORE,
    (False, False): Comparison.AT_LEAST,
}


def _moved(metric: str | None, against: Against, number: Quantity | None, *, falls: bool, strict: bool) -> Compare:
    bound = _negated(number) if falls and number else number
    return Compare(change_of(metric, against, number), _MOVED[falls, strict], Bound(bound))


def change_of(metric: str | None, against: Against, number: Quantity | None) -> Operand:
    """A percentage is relative to the baseline; points, money or a bare number are the metric's own."""
    return Change(metric, against, relative=number is None or number.unit is Unit.PERCENT)


def _negated(quantity: Quantity) -> Quantity:
    return replace(quantity, value=-quantity.value if quantity.value else Decimal(0))


def number_in(part: Any) -> Quantity | None:
    found: Quantity | None = part.children[0].value.value  # None: 阈值
    return found


def _shaped_number(parts: list[Any]) -> Any:
    return next(part for part in parts if not is_token(part) and part.data == "number")


def move_in(parts: list[Any]) -> Move:
    found: Move = next(part.value.value for part in parts if is_token(part) and part.type == "MOVE")
    return found


def is_token(part: Any) -> bool:
    return not hasattr(part, "children")
