"""A metric's formula as people write it: `revenue / spend`, `1 - orders / carts`, `to_date(spend)`.

Parsed by precedence in one pass, and printed back with no bracket that is not needed. Names may be in any tongue;
the loader turns them into codes afterwards. What a formula *adds up to* is `additivity`'s business, not this file's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, assert_never

from core.calendar.grain import Grain
from core.errors import Invalid, Mistake, Where
from core.metrics.metric import Const, Formula, Op, Ref, ToDate

Sign = Literal["+", "-", "*", "/"]
MAX_LENGTH = 300  # longer ones are mistakes, and would exhaust the stack
MAX_BRACKETS = 40


def parse(written: str) -> Formula:
    """Return the formula, or raise Invalid with the place in `written` where it cannot go on.

    >>> parse("spend / impressions * 1000")
    Op(sign='*', left=Op(sign='/', left=Ref(code='spend'), right=Ref(code='impressions')),
       right=Const(value=Decimal('1000')))
    """
    if len(written) > MAX_LENGTH or written.count("(") + written.count("（") > MAX_BRACKETS:
        raise Invalid([_mistake("formula-too-long", written, 0, len(written))])
    reader = _Reader(written, list(_tokens(written)))
    formula = reader.sum()
    if reader.token.kind != "end":
        raise reader.refuse()
    return formula


def show(formula: Formula) -> str:
    """Return the formula as `parse` reads it.

    >>> show(parse("1 - (a - (b + c))"))
    '1 - (a - (b + c))'
    """
    match formula:
        case Ref(code):
            return code
        case Const(value):
            return f"{value:f}"
        case ToDate(inner, Grain.MONTH):
            return f"to_date({show(inner)})"
        case ToDate(inner, span):
            return f"to_date({show(inner)}, {span})"
        case Op(sign, left, right):
            # `a - (b + c)` needs its bracket, `(a - b) + c` does not: the sign's own rank on the right, not the left.
            before = _bracketed(left, _RANK[sign] - 1)
            return f"{before} {sign} {_bracketed(right, _RANK[sign])}"
    assert_never(formula)


def refs(formula: Formula) -> tuple[str, ...]:
    """Return the codes it names, each once, in its own order."""
    return tuple(dict.fromkeys(_refs(formula)))


def replaced(formula: Formula, change: Callable[[Ref], Formula]) -> Formula:
    """Return the formula with each reference replaced."""
    match formula:
        case Ref():
            return change(formula)
        case Const():
            return formula
        case Op(sign, left, right):
            return Op(sign, replaced(left, change), replaced(right, change))
        case ToDate(inner, span):
            return ToDate(replaced(inner, change), span)
    assert_never(formula)


# --- within ------------------------------------------------------------------------------------------------

_RANK: dict[Sign, int] = {"+": 1, "-": 1, "*": 2, "/": 2}
_SPANS = {"week": Grain.WEEK, "month": Grain.MONTH}
_SIGNS: dict[str, Sign] = {
    "+": "+", "-": "-", "*": "*", "/": "/", "−": "-", "×": "*", "÷": "/", "＋": "+", "／": "/", "－": "-",
}  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,15}(?:\.\d{1,12})?)(?![\w.])|(?P<name>[^\W\d]\w*)|(?P<sign>[-+*/−×÷＋／－])"
    r"|(?P<open>[(（])|(?P<close>[)）])|(?P<comma>[,，])|(?P<end>$)|(?P<strange>.))",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


def _tokens(written: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(written.rstrip()):
        kind = match.lastgroup or "end"
        yield _Token(kind, match[kind], match.start(kind))


def _mistake(code: str, written: str, start: int, width: int) -> Mistake:
    found = written[start : start + width]
    return Mistake(code, {"found": found} if found else {}, Where("", 1, start + 1, max(1, width), written))


class _Reader:
    def __init__(self, written: str, tokens: list[_Token]) -> None:
        self.written = written
        self.tokens = tokens
        self.at = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def refuse(self) -> Invalid:
        code = "formula-ends" if self.token.kind == "end" else "formula-unexpected"
        return Invalid([_mistake(code, self.written, self.token.start, len(self.token.text))])

    def accept(self, kind: str) -> _Token:
        token = self.token
        if token.kind != kind:
            raise self.refuse()
        self.at += 1
        return token

    def sum(self) -> Formula:
        return self._chain(1, self.product)

    def product(self) -> Formula:
        return self._chain(2, self.one)

    def _chain(self, rank: int, inner: Callable[[], Formula]) -> Formula:
        left = inner()
        while self.token.kind == "sign" and _RANK[_SIGNS[self.token.text]] == rank:
            sign = _SIGNS[self.accept("sign").text]
            left = Op(sign, left, inner())
        return left

    def one(self) -> Formula:
        match self.token.kind:
            case "number":
                return Const(Decimal(self.accept("number").text))
            case "open":
                self.accept("open")
                inner = self.sum()
                self.accept("close")
                return inner
            case _:
                name = self.accept("name").text
                return self.to_date() if name == "to_date" else Ref(name)

    def to_date(self) -> Formula:
        self.accept("open")
        inner = self.sum()
        span = Grain.MONTH
        if self.token.kind == "comma":
            self.accept("comma")
            if self.token.text not in _SPANS:
                raise self.refuse()
            span = _SPANS[self.accept("name").text]
        self.accept("close")
        return ToDate(inner, span)


def _bracketed(formula: Formula, rank: int) -> str:
    shown = show(formula)
    return f"({shown})" if isinstance(formula, Op) and _RANK[formula.sign] <= rank else shown


def _refs(formula: Formula) -> Iterator[str]:
    match formula:
        case Ref(code):
            yield code
        case Op(_, left, right):
            yield from _refs(left)
            yield from _refs(right)
        case ToDate(inner, _):
            yield from _refs(inner)
        case _:
            return
