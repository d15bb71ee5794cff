"""Good news goes by a route of its own, in another tone, and below what costs money."""

from core.document import Mistakes, parse
from core.labels import Labels, Matcher
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.routing.route import Route, labels_of, matching
from core.rules.load import load_rules
from core.rules.rule import Severity

CATALOG = Catalog(builtin().metrics, builtin().dimensions)
GROWTH = Route("growth", (Matcher("tone", ("opportunity",)),))
REST = Route("rest")


def test_a_rule_says_that_it_is_good_news():
    mistakes: Mistakes = []
    text = "- {rule: a, when: ROI周同比上涨>30%, owner: x, tone: opportunity}\n- {rule: b, when: ROI<1, owner: x}\n"
    rules = load_rules([parse(text, "rules.yaml", mistakes)], mistakes, CATALOG)
    assert mistakes == []
    assert [rule.is_opportunity for rule in rules] == [True, False]


def test_another_tone_is_a_mistake_with_what_was_meant():
    mistakes: Mistakes = []
    node = parse("- {rule: a, when: ROI<1, owner: x, tone: oportunity}\n", "rules.yaml", mistakes)
    load_rules([node], mistakes, CATALOG)
    assert [each.facts["suggestion"] for each in mistakes] == ["opportunity"]


def test_only_good_news_takes_its_route():
    good = labels_of("a", "x", Severity.WARNING, Labels(), is_opportunity=True)
    bad = labels_of("a", "x", Severity.WARNING, Labels())
    assert [route.id for route in matching((GROWTH, REST), good)] == ["growth"]
    assert [route.id for route in matching((GROWTH, REST), bad)] == ["rest"]
