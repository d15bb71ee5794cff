"""Of a slice and its parts only the one that explains is told."""

from __future__ import annotations

from dataclasses import replace

from core.alerts.holds import HoldKind
from core.labels import Labels
from core.quantity import Unit
from core.routing.inhibit import inhibit
from core.routing.kin import explained
from core.rules.finding import Term
from core.rules.rule import Fingerprint
from tests.builders import NOW, a_finding, an_alert

WHOLE = Labels()
WECHAT, DOUYIN = Labels.of({"channel": "wechat"}), Labels.of({"channel": "douyin"})


def alert(id, labels, value, baseline, sample=None, *, rule="roi_drop", metric="roi"):
    term = Term(metric, Unit.TIMES, value, baseline=baseline, sample=sample)
    finding = replace(a_finding(labels=labels, rule=rule), terms=(term,))
    return an_alert(id, handle=id, fingerprint=Fingerprint(rule, labels), finding=finding)


def waits(*alerts):
    return {id: cause.id for id, cause in explained(alerts).items()}


def test_the_whole_waits_for_the_channel_that_pulled_it_down():
    assert waits(alert("all", WHOLE, 1.7, 2.0, 1000), alert("wx", WECHAT, 0.5, 2.0, 190)) == {"all": "wx"}


def test_channels_that_fell_with_the_whole_wait_for_it():
    parent = alert("all", WHOLE, 1.0, 2.0, 1000)
    assert waits(parent, alert("wx", WECHAT, 0.9, 2.0, 300), alert("dy", DOUYIN, 1.1, 2.0, 300)) == {
        "wx": "all",
        "dy": "all",
    }


def test_a_small_slice_that_fell_much_further_is_news_beside_the_whole():
    assert waits(alert("all", WHOLE, 1.6, 2.0, 1000), alert("wx", WECHAT, 0.2, 2.0, 20)) == {}


def test_sums_are_weighed_without_a_denominator():
    parent = alert("all", WHOLE, 700, 1000, metric="leads")
    assert waits(parent, alert("wx", WECHAT, 20, 300, metric="leads")) == {"all": "wx"}


def test_other_metrics_other_times_and_fixed_bounds_are_no_kin():
    parent = alert("all", WHOLE, 1.0, 2.0, 1000)
    assert waits(parent, alert("wx", WECHAT, 0.9, 2.0, 300, metric="cvr")) == {}
    late = alert("wx", WECHAT, 0.9, 2.0, 300)
    long_ago = replace(late, finding=replace(late.finding, period=late.finding.period.shift(-5)))
    assert waits(parent, long_ago) == {}
    assert waits(parent, an_alert("wx", fingerprint=Fingerprint("roi_drop", WECHAT))) == {}


def test_who_waits_has_a_hold_with_its_reason_and_is_let_go_when_the_cause_is_over():
    parent, child = alert("all", WHOLE, 1.7, 2.0, 1000), alert("wx", WECHAT, 0.5, 2.0, 190)
    changes, (hold,) = inhibit((), (parent, child), (), (), NOW)
    assert (hold.alert, hold.kind, hold.by) == ("all", HoldKind.INHIBITED, "roi_drop")
    (event,) = changes[0].events
    assert event.facts == {"rule": "roi_drop", "cause": "wx"}
    changes, (over,) = inhibit((), (parent,), (), (hold,), NOW)
    assert over.ended == NOW
