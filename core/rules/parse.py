"""A sentence in either tongue, read into the one tree.

`scan` has turned words into tokens; the grammar gives them their shape, and here they get their meaning. Where words
leave a choice (下滑40%: is 40 % itself a fall by 40 %?) one reading is taken and *noted*: `check` tells the author.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from core.calendar.grain import Grain
from core.errors import Invalid, Mistake
from core.quantity import Quantity, Unit
from core.rules import tree
from core.rules.scan import Names, Often, Word, mistake, scan
from core.rules.tree import (
    Against,
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Concentration,
    Condition,
    Held,
    NoData,
    Operand,
    Reading,
    Sentence,
    Share,
    SoFar,
    Streak,
    Sudden,
    Usual,
)
from core.rules.words import Move

if TYPE_CHECKING:
    from lark import Lark

MOST_LETTERS = 500  # longer sentences are nobody's rule, and nesting would exhaust the stack
MOST_BRACKETS = 40
DEFAULT_RISE = Quantity.percent(20)
DEFAULT_STREAK = 3

Choice = Literal["inclusive", "default-rise", "default-level", "slash", "below-by", "same-weekday", "default-normal"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree, and where one reading was chosen of several that the words allow."""

    sentence: Sentence
    choices: frozenset[Choice] = frozenset()


def parse(written: str, names: Names, file: str = "") -> Sentence:
    """Return the tree of a sentence, or raise Invalid with every mistake and its place."""
    return understand(written, names, file).sentence


def understand(written: str, names: Names, file: str = "") -> Parsed:
    """Return the tree together with the choices made in reading it."""
    if len(written) > MOST_LETTERS or written.count("(") + written.count("（") > MOST_BRACKETS:
        raise Invalid([mistake("rule-too-long", written, 0, len(written), file, most=str(MOST_LETTERS))])
    words = scan(written, names, file)
    if not words:
        raise Invalid([mistake("rule-empty", written, 0, len(written), file)])
    tree_of_tokens = _shape(words, written, file)
    reading = _Reading(written, file)
    condition = reading.sentence(tree_of_tokens)
    return Parsed(Sentence(condition, tuple(reading.by)), frozenset(reading.choices))


# --- the shape -------------------------------------------------------------------------------------------------


@cache
def _parser() -> Lark:
    from lark import Lark
    from lark.lexer import Lexer

    class Passed(Lexer):
        """The words have been found already; the grammar only looks at their kinds."""

        def __init__(self, conf: Any) -> None:
            """Take nothing from the grammar."""

        def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Any]:
            del parser_state
            return iter(lexer_state)

    grammar = resources.files("core.rules").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer=Passed, maybe_placeholders=False)


def _shape(words: list[Word], written: str, file: str) -> Any:
    from lark import Token, UnexpectedToken

    tokens = [Token(word.kind, word) for word in words]
    try:
        return _parser().parse(tokens)
    except UnexpectedToken as error:
        expected = set(error.accepts or error.expected)
        word = error.token.value if isinstance(error.token.value, Word) else None
        raise Invalid([_unexpected(word, expected, written, file)]) from None


_WANTED = (
    # What to say was expected: the first of these that the grammar could have gone on with.
    ("rule-expected-condition", {"OPEN"}),
    ("rule-expected-comparison", {"COMPARISON"}),
    ("rule-expected-number", {"NUMBER"}),
    ("rule-expected-bracket", {"CLOSE"}),
    ("rule-expected-end", {"$END"}),
)


def _unexpected(word: Word | None, expected: set[str], written: str, file: str) -> Mistake:
    if word is not None and "$END" in expected and "NUMBER" not in expected and "OPEN" not in expected:
        expected = {"$END"}  # it could have ended here, whatever else might have followed
    code = next((code for code, kinds in _WANTED if kinds & expected), "rule-expected-end")
    if word is None:
        return mistake(f"{code}-at-end", written, len(written), len(written) + 1, file)
    return mistake(code, written, word.start, word.end, file, found=written[word.start : word.end])


# --- the meaning -----------------------------------------------------------------------------------------------


class _Reading:
    """Reads one sentence's shape; gathers its places and the choices made on the way."""

    def __init__(self, written: str, file: str) -> None:
        self.written = written
        self.file = file
        self.by: dict[str, None] = {}
        self.choices: set[Choice] = set()
        self.part = Word("PART", None, 0, 1, "")  # the last word for a part of the whole

    def sentence(self, shape: Any) -> Condition:
        for part in shape.children[:-1]:
            self.places(part)
        return self.condition(shape.children[-1])

    def places(self, part: Any) -> None:
        if not _is_token(part):
            for token in part.scan_values(lambda each: each.type == "DIMENSION"):
                self.by[token.value.value] = None

    def condition(self, shape: Any) -> Condition:
        match shape.data:
            case "any_of":
                if any(_is_token(part) and part.value.said == "/" for part in shape.children):
                    self.choices.add("slash")
                return tree.Any(tuple(self.parts(shape)))
            case "all_of":
                return tree.All(tuple(self.parts(shape)))
            case "negated" | "bracketed":
                inner = next(self.parts(shape))
                return tree.Not(inner) if shape.data == "negated" else inner
            case "held":
                part = next(each for each in shape.children if not _is_token(each) and each.data != "places")
                for places in shape.children:
                    self.places(places)
                if part.data == "said":
                    return self.clause(part, _often(shape.children))
                return _held(self.condition(part), _often(shape.children))
            case "held_within":
                return self.clause(shape, _often(shape.children))
            case "overspent":
                return self.overspent(shape)
            case "absent":
                return NoData(self.named(shape))
            case "sudden_of":
                return Sudden(self.named(shape), _move(shape.children).direction)
            case _:
                return self.clause(shape, None)

    def overspent(self, shape: Any) -> Condition:
        """预算超支10% is a use of more than 110 %."""
        amount = next((part for part in shape.children if not _is_token(part) and part.data == "amount"), None)
        for part in shape.children:
            if part is not amount:
                self.places(part)
        more: Quantity | None = Quantity.percent(0)
        if amount is not None:
            more = _number(next(part for part in amount.children if not _is_token(part)))
        if more is None or more.unit is not Unit.PERCENT:
            self.refuse("rule-overspent-by", next(part.value for part in shape.children if _is_token(part)))
        return Compare(Reading("budget_use"), Comparison.MORE, Bound(replace(more, value=more.value + 1)))

    def named(self, shape: Any) -> str | None:
        """Return the metric of a clause whose verb comes first: no data for impressions."""
        subject = next((part for part in shape.children if not _is_token(part)), None)
        if subject is None:
            return None
        self.places(subject)
        of = self.subject(subject)
        if not isinstance(of, Reading):
            self.refuse("rule-part-shape", self.part)
        return of.metric

    def clause(self, shape: Any, often: Often | None) -> Condition:
        subject, predicate, *places = (part for part in shape.children if not _is_token(part))
        of = self.subject(subject)
        for part in (subject, *places):
            self.places(part)
        metric = of.metric
        if often is None:
            return self.said(of, predicate)
        if predicate.data != "moved_alone" or not isinstance(of, Reading):
            return _held(self.said(of, predicate), often)
        # 连续3天上升 needs no size: so many moves in a row, or so many among the last.
        streak = Streak(metric, _move(predicate.children).direction, often.times, often.grain)
        return streak if often.times == often.of else replace(streak.moves, of=often.of)

    def parts(self, shape: Any) -> Iterator[Condition]:
        return (self.condition(part) for part in shape.children if not _is_token(part))

    def subject(self, shape: Any) -> Subject:
        """Return what a clause speaks of: a metric, a slice's part of it, or how much of it lies in few hands."""
        words: dict[str, Word] = {}
        for word in (token.value for token in shape.scan_values(lambda each: each.type in _NAMING)):
            kind = "METRIC" if word.kind == "IT" else word.kind
            if kind in words:
                self.refuse("rule-expected-comparison", word)
            words[kind] = word
        metric = words["METRIC"].value if "METRIC" in words else None
        part, top = words.get("PART"), words.get("TOP")
        if top is not None and part is None:
            self.refuse("rule-top-of-what", top)
        if part is None:
            return Reading(metric)
        self.part = part
        if top is not None:
            return Concentration(metric, top.value)
        return Share(metric) if part.value == "share" else Concentration(metric)

    def said(self, of: Subject, shape: Any) -> Condition:
        metric, parts = of.metric, shape.children
        if not isinstance(of, Reading) and shape.data not in _OF_NUMBERS:
            return self.part_said(of, shape)
        match shape.data:
            case "bounded":
                self.agree(*(part.value for part in parts if _is_token(part)))
                return Compare(of, parts[0].value.value, Bound(_number(parts[1])))
            case "outside":
                return self.outside(of, parts)
            case "zero":
                return Compare(of, Comparison.EQUAL, Bound(Quantity.bare(0)))
            case "missed":
                return Compare(Reading(metric), Comparison.LESS, Baseline(metric, tree.Target()))
            case "other_by":
                return self.overspent_by(metric, parts)
            case "other_than":
                return self.than_budget(metric, parts[1].value, _move(parts), parts[3])
            case "other_before":
                return self.overspent_by(metric, [parts[1], parts[2], parts[0]])
            case "overspent_before":
                return self.overspent_before(metric, parts)
            case "multiple":
                word = parts[2].value if len(parts) > 2 else None  # noqa: PLR2004 - 以上, where it is said
                return self.multiple(metric, self.against(parts[0]), parts[1], word)
            case "multiple_before":
                return self.multiple(metric, self.against(parts[2]), parts[1], parts[0].value)
            case "deviation_by":
                return self.deviation(metric, parts[2], parts[3], parts[1], parts[0])
            case "sized":
                *said, sized = (part.value for part in parts if _is_token(part))
                held = next((self.against(part) for part in parts if not _is_token(part)), tree.Lag(None))
                return self.sized(metric, held, sized.value, *said)
            case "still":
                side = Comparison.AT_MOST if parts[0].value.value == "up" else Comparison.AT_LEAST
                return Compare(Reading(metric), side, Baseline(metric, tree.Lag(None)))
            case "run":
                often, direction = parts[0].value.value
                return Streak(metric, direction, often.times, often.grain)
            case "bounded_after":
                return Compare(of, parts[1].value.value, Bound(_number(parts[0])))
            case "other":
                return Compare(Reading(metric), parts[0].value.value, Reading(parts[1].value.value))
            case "other_baseline":
                right = Baseline(parts[1].value.value, self.against(parts[2]))
                return Compare(Reading(metric), parts[0].value.value, right)
            case "baseline":
                held = self.against(parts[1])
                if isinstance(held, SoFar):  # both sides so far, which only a change is
                    return Compare(Change(metric, held), parts[0].value.value, Bound(Quantity.percent(0)))
                return Compare(Reading(metric), parts[0].value.value, Baseline(metric, held))
            case "deviation":
                more = parts[2] if _is_token(parts[2]) else None
                if more is None and (number := _number(parts[2])) and number.unit is Unit.TIMES:
                    return self.multiple(metric, self.against(parts[1]), parts[2], parts[0].value)
                return self.deviation(metric, parts[0], parts[1], parts[-1], more)
            case "deviation_before":
                return self.deviation(metric, parts[1], parts[2], parts[0], None)
            case "moved":
                return self.moved(metric, parts)
            case "changed":
                against = next(part for part in parts if not _is_token(part) and part.data == "against")
                comparison = next(part for part in parts if _is_token(part) and part.type == "COMPARISON")
                number = _number(parts[-1])
                return Compare(_change(metric, self.against(against), number), comparison.value.value, Bound(number))
            case "between":
                low, high = _ends(parts)
                return tree.All(
                    (
                        Compare(of, Comparison.AT_LEAST, Bound(low)),
                        Compare(of, Comparison.AT_MOST, Bound(high)),
                    )
                )
            case "no_data":
                return NoData(metric)
            case "sudden":
                return Sudden(metric, _move(parts).direction)
            case _:  # moved_alone
                return self.moved_alone(metric, _move(parts))

    def part_said(self, of: Share | Concentration, shape: Any) -> Condition:
        """A part of the whole moves as a metric does: against yesterday, or its own mean."""
        parts = shape.children
        if shape.data == "baseline":
            held, none = self.against(parts[1]), Bound(Quantity.percent(0))
            moved: Condition = Compare(Change(of.metric, held), parts[0].value.value, none)
        elif shape.data in _OF_MOVES:
            moved = self.said(Reading(of.metric), shape)
        else:
            self.refuse("rule-part-shape", self.part)
        nameless = replace(of, metric=None)

        def with_part(leaf: tree.Leaf) -> Condition:
            if isinstance(leaf, Compare) and isinstance(leaf.left, Change):
                return replace(leaf, left=replace(leaf.left, part=nameless))
            return leaf

        return tree.with_leaves(moved, with_part)

    def agree(self, comparison: Word, suffix: Word | None = None) -> None:
        """Refuse 低于2%以上, which says both."""
        if suffix is not None and suffix.value is not _INCLUSIVE.get(comparison.value):
            self.refuse("rule-expected-end", suffix)

    def outside(self, of: Subject, parts: list[Any]) -> Condition:
        first = parts[0].value
        if first.kind == "COMPARISON" and first.value is not Comparison.MORE:
            self.refuse("rule-expected-end", next(part.value for part in parts[1:] if _is_token(part)))
        low, high = _ends(parts)
        return tree.Any((Compare(of, Comparison.LESS, Bound(low)), Compare(of, Comparison.MORE, Bound(high))))

    def overspent_by(self, metric: str | None, parts: list[Any]) -> Condition:
        """花费超过预算10%: of a budget one says by how much; of two other metrics nobody knows what is meant."""
        comparison, other, number = parts[0].value, parts[1].value, _number(parts[2])
        is_budget = (metric, other.value) == ("spend", "budget") and comparison.value is Comparison.MORE
        if not is_budget or number is None or number.unit is not Unit.PERCENT:
            self.refuse("rule-other-by", other)
        return Compare(Reading("budget_use"), Comparison.MORE, Bound(replace(number, value=number.value + 1)))

    def than_budget(self, metric: str | None, other: Word, move: Move, amount: Any) -> Condition:
        """花费比预算多10%: held against it as 花费比昨天多10% is against yesterday, and just that much counts."""
        number = _number(next(part for part in amount.children if not _is_token(part)))
        if (metric, other.value) != ("spend", "budget") or number is None or number.unit is not Unit.PERCENT:
            self.refuse("rule-other-by", other)
        said = next((part.value for part in amount.children if _is_token(part)), None)
        strict = self.is_strict(said)
        falls = move.direction == "down"
        part = 1 - number.value if falls else 1 + number.value
        return Compare(Reading("budget_use"), _MOVED[falls, strict], Bound(replace(number, value=part)))

    def overspent_before(self, metric: str | None, parts: list[Any]) -> Condition:
        """Spend at least 10% over budget: how much comes before the word."""
        *said, over = (part.value for part in parts if _is_token(part))
        number = _number(next(part for part in parts if not _is_token(part)))
        if metric not in (None, "spend", "budget") or number is None or number.unit is not Unit.PERCENT:
            self.refuse("rule-overspent-by", over)
        side = _MOVED[False, self.is_strict(*said)]
        return Compare(Reading("budget_use"), side, Bound(replace(number, value=number.value + 1)))

    def multiple(self, metric: str | None, held: Against, part: Any, said: Word | None) -> Condition:
        """昨天的两倍 is twice yesterday, which is up by 100 %: so much *of* it, and not so much more."""
        number = _number(part)
        if number is None or number.unit is not Unit.TIMES:
            self.refuse("rule-expected-comparison", part.children[0].value)
        side: Comparison = said.value if said else _MOVED[number.value < 1, False]
        if said is None:
            self.choices.add("inclusive")
        return Compare(Change(metric, held), side, Bound(Quantity(number.value - 1, Unit.PERCENT)))

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
        against = next((self.against(part) for part in parts if not _is_token(part) and part.data == "against"), None)
        amount = next(part for part in parts if not _is_token(part) and part.data == "amount")
        number = _number(next(part for part in amount.children if not _is_token(part)))
        said = next((part.value for part in amount.children if _is_token(part)), None)
        if against is None and said is not None and said.said in _LEVELS:  # drops below 2 %
            return Compare(Reading(metric), said.value, Bound(number))
        strict = self.is_strict(said)
        return _moved(metric, against or tree.Lag(None), number, falls=_move(parts).direction == "down", strict=strict)

    def deviation(self, metric: str | None, side: Any, against: Any, number: Any, more: Any) -> Condition:
        """低于均值30% is below the mean *by* 30 %, not below 30 % of it."""
        if side.value.value not in (Comparison.LESS, Comparison.MORE):
            self.refuse("rule-deviation-comparison", side.value)
        if more is not None and more.value.value not in (Comparison.MORE, Comparison.AT_LEAST):
            self.refuse("rule-deviation-comparison", more.value)
        self.choices.add("below-by")
        strict = more is None or more.value.value is Comparison.MORE
        falls = side.value.value is Comparison.LESS
        return _moved(metric, self.against(against), _number(number), falls=falls, strict=strict)

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

    def refuse(self, code: str, word: Word) -> NoReturn:
        found = self.written[word.start : word.end]
        raise Invalid([mistake(code, self.written, word.start, word.end, self.file, found=found)])


Subject = Reading | Share | Concentration
_NAMING = ("METRIC", "IT", "PART", "TOP")
_LEVELS = ("below", "under", "above", "beneath")  # of a move: to where, and not by how much
_INCLUSIVE = {
    **dict.fromkeys((Comparison.LESS, Comparison.AT_MOST), Comparison.AT_MOST),
    **dict.fromkeys((Comparison.MORE, Comparison.AT_LEAST), Comparison.AT_LEAST),
}
_OF_NUMBERS = ("bounded", "bounded_after", "between", "outside", "zero")  # what may be said of a part itself
_OF_MOVES = ("moved", "changed", "deviation", "deviation_before", "deviation_by", "sized")
_SCALE = {Unit.PERCENT: -2, Unit.POINTS: -2}
_MOVED: dict[tuple[bool, bool], Comparison] = {
    (True, True): Comparison.LESS,
    (True, False): Comparison.AT_MOST,
    (False, True): Comparison.MORE,
    (False, False): Comparison.AT_LEAST,
}


def _moved(metric: str | None, against: Against, number: Quantity | None, *, falls: bool, strict: bool) -> Compare:
    bound = _negated(number) if falls and number else number
    return Compare(_change(metric, against, number), _MOVED[falls, strict], Bound(bound))


def _change(metric: str | None, against: Against, number: Quantity | None) -> Operand:
    """A percentage is relative to the baseline; points, money or a bare number are the metric's own."""
    return Change(metric, against, relative=number is None or number.unit is Unit.PERCENT)


def _negated(quantity: Quantity) -> Quantity:
    return replace(quantity, value=-quantity.value if quantity.value else Decimal(0))


def _number(part: Any) -> Quantity | None:
    found: Quantity | None = part.children[0].value.value  # None: 阈值
    return found


def _ends(parts: list[Any]) -> tuple[Quantity | None, Quantity | None]:
    """Return both ends of a range; of 1到3% both are percentages."""
    low, high = (_number(part) for part in parts if not _is_token(part))
    if low and high and low.unit is Unit.BARE:
        low = Quantity(low.value.scaleb(_SCALE.get(high.unit, 0)), high.unit)
    return low, high


def _often(parts: list[Any]) -> Often:
    found: Often = next(part.value.value for part in parts if _is_token(part) and part.type == "STREAK")
    return found


def _held(part: Condition, often: Often) -> Held:
    return Held(part, often.times, often.of, often.grain)


def _move(parts: list[Any]) -> Move:
    found: Move = next(part.value.value for part in parts if _is_token(part) and part.type == "MOVE")
    return found


def _is_token(part: Any) -> bool:
    return not hasattr(part, "children")
