"""Which past alerts say something of this one, and what a metric is searched as."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts.alert import Handling, Reason, Stage
from core.attribution.attribute import Kind
from core.errors import Problem
from core.labels import Labels
from core.rules.rule import Fingerprint
from core.usecases.why import likes_of, parts_of, widest
from tests.builders import NOW, a_finding, an_alert
from tests.unit.core.usecases.test_ask import a_catalog

WECHAT, DOUYIN = Labels.of({"channel": "wechat"}), Labels.of({"channel": "douyin"})


def closed(id, labels, cause, *, rule="roi_drop", days=10, action=""):
    handling = Handling(Stage.CLOSED, "alice", NOW, reason=Reason.REAL_ACTED, cause=cause, action=action)
    finding = a_finding(labels=labels, rule=rule)
    at = NOW - timedelta(days=days)
    return an_alert(id, fingerprint=Fingerprint(rule, labels), finding=finding, handling=handling, opened_at=at)


def test_the_same_slice_comes_before_the_same_rule_and_that_before_the_same_metric():
    found = likes_of(
        an_alert("now"),
        [
            closed("metric", DOUYIN, "price", rule="roi_low", days=1),
            closed("rule", DOUYIN, "copy", days=2),
            closed("older", WECHAT, "form bug", days=30, action="fixed it"),
            closed("newer", WECHAT, "budget", days=3),
            closed("silent", WECHAT, ""),
        ],
    )
    assert [case.alert.id for case in found] == ["newer", "older", "rule", "metric"]
    assert (found[1].cause, found[1].action) == ("form bug", "fixed it")


def test_another_metric_says_nothing_and_neither_does_the_alert_itself():
    other = closed("other", WECHAT, "x", rule="cvr_drop")
    term = replace(other.finding.terms[0], metric="cvr")
    other = replace(other, finding=replace(other.finding, terms=(term,)))
    assert likes_of(an_alert("now"), [other, closed("now", WECHAT, "me")]) == ()


def test_a_rate_of_counts_money_per_money_and_a_sum_are_told_apart():
    catalog = a_catalog()
    kinds = {code: parts_of(catalog.metric(code), catalog)[0] for code in ("cvr", "revenue")}
    assert kinds == {"cvr": Kind.RATE, "revenue": Kind.SUM}
    assert parts_of(catalog.metric("roi"), catalog)[0] is Kind.RATIO


@pytest.mark.parametrize(("code", "problem"), [("visitors", "why-not-additive"), ("budget_use", "why-gathers")])
def test_what_cannot_be_added_up_is_refused(code, problem):
    catalog = a_catalog()
    with pytest.raises(Problem, match=problem):
        parts_of(catalog.metric(code), catalog)


def test_the_source_with_most_dimensions_is_searched():
    catalog = a_catalog()
    assert widest(catalog.metric("cvr"), (), catalog).name == "ads"
