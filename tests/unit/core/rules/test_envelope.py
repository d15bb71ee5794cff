"""What a rule's envelope makes of its sentence: severity by size, other bounds during 618, hysteresis, an end."""

from datetime import date, timedelta

import pytest

from core.calendar.grain import Grain, Period
from core.document import parse
from core.errors import Mistake
from core.labels import Labels
from core.quality.trust import judge
from core.rules.evaluate import evaluate, findings
from core.rules.finding import Finding, State
from core.rules.load import load_rules
from core.rules.needs import batches
from core.rules.rule import During, Fingerprint, Rule, Severity
from core.rules.sides import Sides
from tests.shop import JUNE_18, a_catalog, a_cube, a_rule_saying, a_sentence

CALM, BREACHED, UNKNOWN = State.CALM, State.BREACHED, State.UNKNOWN
WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


def loaded(envelope: str, when: str = "花费日环比下降超过20%") -> tuple[tuple[Rule, ...], list[Mistake]]:
    mistakes: list[Mistake] = []
    text = f"- rule: r\n  when: {when}\n  owner: ads_team\n  gate: off\n{envelope}"
    return load_rules([parse(text, "rules.yaml", mistakes)], mistakes, a_catalog()), mistakes


def the_rule(envelope: str, when: str = "花费日环比下降超过20%") -> Rule:
    rules, mistakes = loaded(envelope, when)
    assert mistakes == []
    return rules[0]


def found(rule: Rule, *days: float, last: Period = JUNE_18) -> Finding:
    cube = a_cube({"spend": list(days)}, last=last)
    seen = findings([rule], cube, a_catalog(), judge(cube, last), last)
    return seen.of(Fingerprint("r", Labels()))


def test_an_envelope_is_read() -> None:
    rule = the_rule("""
  severity: {warning: 20%, critical: 40%}
  cooldown: 6h
  until: 2026-12-31
  recover: 花费日环比下降超过5%
  during: [{event: 618, when: 花费日环比下降超过50%}, {event: 双11, severity: critical}]
""")
    assert (rule.severity, rule.cooldown, rule.until) == (WARNING, timedelta(hours=6), date(2026, 12, 31))
    assert rule.sizes == (
        (WARNING, a_sentence("花费日环比下降超过20%")),
        (CRITICAL, a_sentence("花费日环比下降超过40%")),
    )
    assert rule.recover == a_sentence("花费日环比下降超过5%")
    assert rule.during == (
        During("618", a_sentence("花费日环比下降超过50%")),
        During("双11", severity=CRITICAL),
    )


@pytest.mark.parametrize(
    ("envelope", "when", "code"),
    [
        ("  severity: {warning: 2}", "花费日环比下降超过20%", "rule-size"),
        ("  severity: {warning: 20% or so}", "花费日环比下降超过20%", "rule-size"),
        ("  severity: {warning: 20%}", "花费日环比下降超过20% 或 花费<5", "rule-size"),
        ("  severity: {terrible: 20%}", "花费日环比下降超过20%", "unknown-key"),
        ("  recover: 各渠道花费<5", "各地区花费<4", "rule-other-slices"),
        ("  recover: 花费小于小于5", "花费<4", "rule-expected-number"),
        ("  during: [{event: 619, severity: info}]", "花费<4", "rule-unknown-event"),
        ("  during: [{event: 618}]", "花费<4", "rule-during-nothing"),
        ("  cooldown: long", "花费<4", "wanted-duration"),
        ("", "花费较上次周年庆同期下降20%", "rule-unknown-event"),
        ("  recover: 花费较上次周年庆同期下降10%", "花费<4", "rule-unknown-event"),
        ("  during: [{event: '618', when: 花费较上次周年庆同期下降10%}]", "花费<4", "rule-unknown-event"),
    ],
)
def test_a_wrong_envelope_is_named(envelope: str, when: str, code: str) -> None:
    rules, mistakes = loaded(envelope, when)
    assert rules == ()
    assert [each.code for each in mistakes] == [code]


@pytest.mark.parametrize(
    ("today", "state", "severity"),
    [(81, CALM, WARNING), (79, BREACHED, WARNING), (60, BREACHED, WARNING), (59, BREACHED, CRITICAL)],
)
def test_a_larger_fall_is_more_severe(today: float, state: State, severity: Severity) -> None:
    finding = found(the_rule("  severity: {warning: 20%, critical: 40%}"), 100, today)
    assert (finding.state, finding.severity) == (state, severity)


def test_sizes_of_a_bound_from_above() -> None:
    rule = the_rule("  severity: {info: 100, critical: 200}", when="花费>100")
    assert [found(rule, spend).severity for spend in (150, 201)] == [Severity.INFO, CRITICAL]


def test_a_promotion_is_watched_by_its_own_sentence_and_told_by_it() -> None:
    rule = the_rule("  during: [{event: 618, when: 花费日环比下降超过50%, severity: critical}]")
    finding = found(rule, 100, 60)
    assert (finding.state, finding.severity, finding.headline.bound) == (CALM, CRITICAL, -0.5)
    assert found(rule, 100, 40).state is BREACHED
    july = Period.holding(date(2026, 7, 2), Grain.DAY)
    ordinary = found(rule, 100, 60, last=july)
    assert (ordinary.state, ordinary.severity, ordinary.headline.bound) == (BREACHED, WARNING, -0.2)


def test_what_is_better_but_not_well_lingers() -> None:
    rule = the_rule("  recover: 花费<120", when="花费<100")
    assert [(found(rule, spend).state, found(rule, spend).lingers) for spend in (99, 110, 120)] == [
        (BREACHED, False),
        (CALM, True),
        (CALM, False),
    ]


def test_after_its_end_a_rule_says_nothing_any_more() -> None:
    cube = a_cube({"spend": [1.0, 1.0, 1.0]})
    rule = a_rule_saying("花费<5", until=JUNE_18.shift(-1).start.date(), recover=a_sentence("花费<9"))
    outcome = evaluate(rule, Sides.of(cube, a_catalog(), cube.periods))
    assert outcome.state[0].tolist() == [BREACHED, BREACHED, UNKNOWN]
    assert [outcome.finding(0, each).lingers for each in cube.periods] == [False, False, False]


def test_a_question_takes_in_what_the_envelope_looks_at() -> None:
    rule = a_rule_saying("花费<5", recover=a_sentence("revenue连续40天下降"))
    (batch,) = batches([rule], a_catalog())
    assert (batch.measures, batch.history) == (("revenue", "spend"), 40)
