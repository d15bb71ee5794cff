"""Tests of rules that are written wrongly: all that is wrong at once, each with its line and caret, in both tongues."""

import pytest

from bot.phrases import say
from core import document
from core.document import Mistakes
from core.labels import Labels
from core.review.examples import Example
from core.review.load_examples import expand, load_examples
from core.text import TONGUES
from tests.shop import a_catalog, a_rule_saying

CATALOG = a_catalog()
RULES = (
    a_rule_saying("渠道曝光量日环比下滑>20%", id="fell"),
    a_rule_saying("ROI<1", id="loss"),
)
RIGHT = """
- test: A fall by more than a fifth is told
  from: 2026-06-01
  series:
    - {metric: 曝光量, slice: {渠道: 抖音}, values: 1000x7 790}
  alerts:
    - {rule: fell, slice: {channel: douyin}, period: 2026-06-08}
"""


def load(*texts: str) -> tuple[tuple[Example, ...], Mistakes]:
    mistakes: Mistakes = []
    nodes = [document.parse(text, f"tests/{at}.yaml", mistakes) for at, text in enumerate(texts)]
    return load_examples(nodes, mistakes, CATALOG, RULES), mistakes


def test_names_of_any_tongue_are_read():
    (found,), mistakes = load(RIGHT)
    assert mistakes == []
    assert (found.series[0].metric, found.series[0].labels) == ("impressions", Labels.of({"channel": "douyin"}))
    assert [(str(alert), period) for alert, period in found.alerts] == [("fell{channel=douyin}", "2026-06-08")]


@pytest.mark.parametrize(
    ("before", "after", "code", "at"),
    [
        ("metric: 曝光量", "metric: 曝光亮", "unknown-metric", "曝光亮"),
        ("metric: 曝光量", "metric: ROI", "test-not-base", "ROI"),
        ("slice: {渠道: 抖音}", "slice: {渠到: 抖音}", "unknown-dimension", "渠到"),
        (", slice: {渠道: 抖音}", "", "test-lacks-slice", None),
        (", slice: {渠道: 抖音}", ", slice: {渠道: 微信}", "test-alert-unfed", None),
        ("values: 1000x7 790", "values: 1000x7 NaN", "test-values", "1000x7 NaN"),
        ("values: 1000x7 790", "values: [1000x7, .nan]", "test-values", None),
        ("values: 1000x7 790", "values: 1000x7 1e999", "test-values", "1000x7 1e999"),
        ("values: 1000x7 790", f"values: {'9' * 400}", "test-values", None),
        ("values: 1000x7 790", "values: 1000x7 七百", "test-values", "1000x7 七百"),
        ("values: 1000x7 790", "values: 5x999999", "test-values", "5x999999"),
        ("values: 1000x7 790", "values: []", "test-values", None),
        ("values: 1000x7 790", "values: 1000", "test-alert-outside", None),
        (", values: 1000x7 790", "", "missing-key", None),
        ("series:", "serie:", "missing-key", None),
        ("from: 2026-06-01", "from: 2026-06-31", "wanted-date", "2026-06-31"),
        ("from: 2026-06-01", "from: 2026-06-01\n  grian: day", "unknown-key", "grian"),
        ("from: 2026-06-01", "from: 2026-06-01\n  grain: week", "test-too-coarse", None),
        ("rule: fell", "rule: fel", "unknown-value", "fel"),
        ("rule: fell", "rule: loss", "test-lacks", None),
        ("period: 2026-06-08", "period: yesterday", "test-period", "yesterday"),
        ("period: 2026-06-08", "period: 2026-13-01", "test-period", "2026-13-01"),
        ("period: 2026-06-08", "period: 2026-06", "test-alert-grain", None),
        ("period: 2026-06-08", "period: 2026-07-08", "test-alert-outside", None),
        ("  alerts:", "  rules: []\n  alerts:", "test-alert-unasked", None),
        ("rule: fell, slice: {channel: douyin}, ", "", "missing-key", None),
    ],
)
def test_what_is_wrong_is_told_with_its_place(before, after, code, at):
    assert before in RIGHT
    written = RIGHT.replace(before, after, 1)
    _, mistakes = load(written)
    found = next((one for one in mistakes if one.code == code), None)
    assert found is not None, [one.code for one in mistakes]
    assert found.where is not None
    if at is not None:
        line = written.splitlines()[found.where.line - 1]
        assert line[found.where.column - 1 :].startswith(at), (line, found.where)
    for tongue in TONGUES:
        assert say(code, tongue, **found.facts)  # a phrase that is missing is a warning, which fails


def test_series_of_different_lengths_are_told_how_long_they_are():
    written = RIGHT.replace("  alerts:", "    - {metric: 曝光量, slice: {渠道: 微信}, values: 1000x3}\n  alerts:")
    _, (found,) = load(written)
    assert (found.code, found.facts) == ("test-lengths", {"longest": 8, "shortest": 3})


def test_a_test_that_feeds_no_rule_could_not_fail():
    _, (found,) = load("- {test: x, from: 2026-06-01, series: [{metric: 点击量, values: 1 2}]}")
    assert found.code == "test-nothing"


def test_all_mistakes_of_all_files_come_at_once():
    broken = "- test: x\n  from: [2026-06-01\n"
    wrong = RIGHT.replace("曝光量", "曝光亮").replace("2026-06-08", "tomorrow").replace("rule: fell", "rule: fel")
    found, mistakes = load(broken, wrong, RIGHT)
    assert len(found) == 1
    assert {one.where.file for one in mistakes} == {"tests/0.yaml", "tests/1.yaml"}
    assert [one.code for one in mistakes if one.where.file == "tests/1.yaml"] == [
        *("unknown-metric", "unknown-value", "test-period"),
    ]


@pytest.mark.parametrize("written", ["", "   ", "x7", "1-2", "1++2x3", "∞", "inf", "1,2,x"])
def test_what_is_no_series_is_none(written):
    assert not expand(written)
