"""Which slices a fault reaches, and how much of a total may be missing before it is no number."""

import pytest

from core.labels import Labels
from core.quality.fault import Check, Fault, Verdict
from core.quality.trust import judge
from tests.shop import JUNE_18, a_catalog, a_cube

WECHAT = Labels.of({"channel": "wechat"})


def missing(share: float) -> Fault:
    return Fault(Check.COMPLETE, Verdict.LATE, WECHAT, share=share)


@pytest.mark.parametrize(
    ("labels", "reaches", "holds"),
    [
        ({}, True, False),
        ({"channel": "wechat"}, True, True),
        ({"channel": "wechat", "region": "east"}, True, True),
        ({"channel": "douyin"}, False, False),
        ({"region": "east"}, True, False),
    ],
)
def test_a_fault_reaches_what_shares_its_place_and_holds_what_lies_in_it(labels, reaches, holds):
    fault = missing(1)
    assert (fault.reaches(Labels.of(labels)), fault.holds(Labels.of(labels))) == (reaches, holds)


@pytest.mark.parametrize(("share", "frozen"), [(0.05, True), (0.049, False)])
def test_a_total_is_frozen_by_as_much_as_matters(share, frozen):
    trust = judge(a_cube({"spend": [1.0] * 29}), JUNE_18, faults=[missing(share)])
    assert trust.frozen(["spend"]).tolist() == [[frozen]]


def test_small_holes_add_up():
    holes = [Fault(Check.COMPLETE, Verdict.LATE, Labels.of({"region": each}), share=0.03) for each in ("east", "west")]
    trust = judge(a_cube({"spend": [1.0] * 29}), JUNE_18, faults=holes)
    assert trust.frozen(["spend"]).tolist() == [[True]]


def test_a_number_that_cannot_be_silences_what_is_made_of_it_and_nothing_else():
    cube = a_cube({"clicks": {"a": [5.0] * 28 + [-1.0], "b": [5.0] * 29}, "spend": {"a": [1.0] * 29, "b": [1.0] * 29}})
    trust = judge(cube, JUNE_18, a_catalog(), source="ads")
    assert trust.frozen(["clicks"]).tolist() == [[True], [False]]
    assert trust.frozen(["spend"]).tolist() == [[False], [False]]
    (fault,) = trust.of(0, JUNE_18.index, ["clicks"])
    assert (fault.check, fault.value) == (Check.RANGE, -1.0)
    assert trust.of(1, JUNE_18.index, ["clicks"]) == ()


def test_what_has_not_come_says_whether_all_is_late_or_one_slice():
    late = judge(a_cube({"spend": {"a": [1.0] * 28 + [None], "b": [1.0] * 28 + [None]}}), JUNE_18)
    assert [fault.check for fault in late.of(0, JUNE_18.index, ["spend"])] == [Check.FRESH]
    silent = judge(a_cube({"spend": {"a": [1.0] * 28 + [None], "b": [1.0] * 29}}), JUNE_18)
    assert [fault.check for fault in silent.of(0, JUNE_18.index, ["spend"])] == [Check.COMPLETE]


def test_only_what_is_late_or_bad_freezes():
    assert [verdict.freezes for verdict in Verdict] == [False, False, True, True]
