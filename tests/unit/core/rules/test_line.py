"""The quick way to compare many slices with a bound says what the careful way says."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.quantity import Quantity, Unit
from core.rules.evaluate import compared
from core.rules.line import told_apart
from core.rules.sides import Sides
from core.rules.tree import Bound, Comparison, Reading
from tests.shop import JUNE_18, a_cube

CATALOG = Catalog(builtin().metrics)
SPEND = Reading("spend")
NUMBERS = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 99.999, 100.0, 100.0 + 1e-8, 100.1]), st.floats(-1e6, 1e6))


def sides_of(numbers, periods=1):
    cube = a_cube({"spend": {f"s{i}": [number] * periods for i, number in enumerate(numbers)}})
    return Sides.of(cube, CATALOG, range(JUNE_18.index - periods + 1, JUNE_18.index + 1))


@given(st.lists(NUMBERS, min_size=1, max_size=12), st.sampled_from(Comparison), st.sampled_from(["100", "0", "-3.5"]))
def test_the_quick_way_says_what_the_careful_way_says_or_nothing(numbers, comparison, bound):
    sides, bound = sides_of(numbers), Bound(Quantity(Decimal(bound), Unit.BARE))
    quick, careful = told_apart(SPEND, comparison, bound, sides), compared(SPEND, comparison, bound, sides)
    if quick is not None:
        assert all(np.array_equal(one, other) for one, other in zip(quick, careful, strict=True))


def test_it_answers_when_no_number_is_near_and_not_when_one_is():
    bound = Bound(Quantity(Decimal(100), Unit.BARE))
    assert told_apart(SPEND, Comparison.LESS, bound, sides_of([1, 99, 101, None])) is not None
    assert told_apart(SPEND, Comparison.LESS, bound, sides_of([1, 100.0, None])) is None


@pytest.mark.parametrize(
    ("comparison", "bound", "periods"),
    [
        (Comparison.EQUAL, Quantity(Decimal(5), Unit.BARE), 1),
        (Comparison.LESS, None, 1),
        (Comparison.LESS, Quantity(Decimal(5), Unit.BARE), 3),
    ],
)
def test_what_is_not_so_plain_is_left_to_the_careful_way(comparison, bound, periods):
    assert told_apart(SPEND, comparison, Bound(bound), sides_of([1, 2], periods)) is None
