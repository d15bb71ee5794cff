"""What cannot be read, and where it says so."""

import pytest

from core.document import frame
from core.errors import Invalid, Mistake
from core.rules.parse import parse
from tests.shop import a_catalog

CATALOG = a_catalog()


def mistakes(said: str) -> tuple[Mistake, ...]:
    with pytest.raises(Invalid) as caught:
        parse(said, CATALOG)
    return caught.value.mistakes


def test_every_unknown_word_is_named_at_once_with_its_nearest() -> None:
    roii, cvrr = mistakes("roii < 1 and cvrr > 2%")
    assert (roii.code, roii.facts) == ("rule-unknown-word", {"said": "roii", "suggestion": "roi"})
    assert (roii.where.column, roii.where.width) == (1, 4)
    assert cvrr.where.column == 14


def test_carets_stand_below_double_width_words() -> None:
    (wrong,) = mistakes("转化率低于蠢货%")
    assert (wrong.where.column, wrong.where.width) == (6, 3)
    assert frame(wrong.where).splitlines()[-1] == "   | " + " " * 10 + "^^^^^"


@pytest.mark.parametrize(
    ("said", "code", "column"),
    [
        ("转化率 <", "rule-expected-number-at-end", 6),
        ("转化率 2%", "rule-expected-comparison-at-end", 7),
        ("(转化率 < 2%", "rule-expected-bracket-at-end", 10),
        ("转化率低于2% ROI<1", "rule-expected-end", 9),
        ("且ROI<1", "rule-expected-condition", 1),
        ("转化率 < 且", "rule-expected-number", 7),
        ("转化率 转化率", "rule-expected-comparison", 5),
        ("", "rule-empty", 1),
        ("报警", "rule-empty", 1),
        ("转化率环比下滑小于20%", "rule-move-comparison", 8),
        ("转化率不低于均值10%", "rule-deviation-comparison", 4),
        ("转化率低于均值低于10%", "rule-deviation-comparison", 8),
        ("花费占比突然下滑", "rule-part-shape", 3),
        ("前3花费>5", "rule-top-of-what", 1),
        ("花费占比占比>5%", "rule-expected-comparison", 5),
        ("花费截至当前较上月下降20%", "rule-so-far-against", 7),
        ("花费较2026-02-30下降20%", "rule-unknown-word", 3),
        ("转化率" * 200, "rule-too-long", 1),
        ("(" * 41 + "转化率<2%" + ")" * 41, "rule-too-long", 1),
    ],
)
def test_it_says_what_was_expected_and_where(said: str, code: str, column: int) -> None:
    (wrong,) = mistakes(said)
    assert (wrong.code, wrong.where.column) == (code, column)


def test_a_latin_name_is_only_found_as_a_whole_word() -> None:
    assert [each.facts["said"] for each in mistakes("xroi < 1")] == ["xroi"]
