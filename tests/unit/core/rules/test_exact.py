"""Single cells, read as the exact numbers they were."""

from fractions import Fraction

import pytest

from core.cube.reading import Reader
from core.metrics import formula
from core.quantity import Unit
from core.rules.exact import Exactly, decimal_of
from tests.shop import a_catalog, a_cube, a_metric


@pytest.mark.parametrize(
    ("number", "exactly"),
    [
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333333"),
        (98765431.208, "98765431.208"),
        (123456789012.34, "123456789012.34"),
        (2.0**52 + 1, "4503599627370497"),
        (-7.0, "-7"),
        (1.23456789012345, "1.23456789012345"),
    ],
)
def test_a_float_is_the_decimal_that_was_written(number: float, exactly: str) -> None:
    assert decimal_of(number) == Fraction(exactly)


@pytest.mark.parametrize(("sign", "result"), [("+", "0.4"), ("-", "0.2"), ("*", "0.03"), ("/", "3")])
def test_a_formula_is_worked_out_in_fractions(sign: str, result: str) -> None:
    made = a_metric("made", "合成", "made", Unit.BARE, formula=formula.parse(f"(revenue {sign} spend) * 1"))
    exactly = Exactly(Reader(a_cube({"revenue": [0.3], "spend": [0.1]}), a_catalog(made)))
    assert exactly.value("made", 0, 0) == Fraction(result)


def test_there_is_no_value_where_nothing_came_or_nothing_divides() -> None:
    exactly = Exactly(Reader(a_cube({"revenue": [1, 1, None], "spend": [0, None, 1]}), a_catalog()))
    assert [exactly.value("roi", 0, column) for column in (-1, 0, 1, 2, 3)] == [None] * 5
    assert exactly.mean("roi", 0, [2]) is None
    assert exactly.median("roi", 0, [2, 1, 0]) is None
