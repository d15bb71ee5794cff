"""Rules as a team writes them, and all their mistakes at once."""

from datetime import date, timedelta

from core.calendar.grain import Grain
from core.document import parse
from core.errors import Mistake
from core.labels import Matcher
from core.quantity import Unit
from core.rules.load import load_rules
from core.rules.rule import Rule, Severity
from core.text import Text
from tests.shop import a_catalog, a_sentence

CATALOG = a_catalog()


def loaded(text: str) -> tuple[tuple[Rule, ...], list[Mistake]]:
    mistakes: list[Mistake] = []
    node = parse(text, "rules.yaml", mistakes)
    return load_rules([node], mistakes, CATALOG), mistakes


def test_a_rule_is_all_that_its_envelope_says() -> None:
    (rule,), mistakes = loaded("""
- rule: roi_drop
  title: {en: ROI below 1 while overspent, zh: 投产比低于 1 且超支}
  when: 渠道ROI<1且预算超支
  owner: channel_lead
  severity: critical
  for: 2h
  where: {渠道: [微信, douyin]}
  every: "5 0 * * *"
  objective: {en: keep it, zh: 守住}
  sop: [{en: look, zh: 看}, 打电话]
  review: 2026-12-31
""")
    assert mistakes == []
    assert rule == Rule(
        id="roi_drop",
        title=Text(en="ROI below 1 while overspent", zh="投产比低于 1 且超支"),
        sentence=a_sentence("渠道ROI<1且预算超支"),
        said="渠道ROI<1且预算超支",
        owner="channel_lead",
        severity=Severity.CRITICAL,
        hold=timedelta(hours=2),
        where=(Matcher("channel", ("wechat", "douyin")),),
        schedule="5 0 * * *",
        objective=Text(en="keep it", zh="守住"),
        sop=(Text(en="look", zh="看"), Text.same("打电话")),
        review=date(2026, 12, 31),
    )


def test_a_rule_needs_little() -> None:
    (rule,), mistakes = loaded("- {rule: weekly, when: 花费周环比下降20%, owner: ads_team}")
    assert mistakes == []
    assert (rule.title, rule.severity, rule.grain) == (Text.same("weekly"), Severity.WARNING, Grain.WEEK)
    assert rule.sentence.condition.right.quantity.unit is Unit.PERCENT


def test_a_sentence_without_a_metric_takes_that_of_its_envelope() -> None:
    (rule,), mistakes = loaded("- {rule: a, when: 环比下滑超过30%, owner: ads_team, metric: 曝光量}")
    assert mistakes == []
    assert rule.sentence == a_sentence("环比下滑超过30%", "impressions")


def test_every_mistake_is_noted_at_its_place() -> None:
    rules, mistakes = loaded("""
- rule: one
  when: roii < 1 and spendd > 2
  owner: ads_team
- rule: two
  when: "转化率低于2"
  owner: ads_team
- {rule: three, when: 花费>5, owner: ads_team, severity: bad, every: daily, where: {planet: [x]}}
- {rule: four, when: 环比下滑超过30%, owner: ads_team, metric: impresions}
- {rule: five, when: 环比下滑超过30%, owner: ads_team}
- {rule: six, owner: ads_team}
- {rule: seven, when: 花费>5, owner: a}
- {rule: seven, when: 花费>6, owner: a, colour: red}
- {rule: seven, when: 花费>7, owner: a}
- {rule: eight, when: 花费周环比下降20%, owner: a, grain: day}
- {rule: nine, when: 花费低于阈值, owner: a}
""")
    assert [(each.code, each.where.line, each.where.column) for each in mistakes] == [
        ("rule-unknown-word", 3, 9),
        ("rule-unknown-word", 3, 22),
        ("rule-percent-lost", 6, 9),
        ("unknown-value", 8, 56),
        ("unknown-dimension", 8, 83),
        ("wanted-cron", 8, 68),
        ("unknown-metric", 9, 58),
        ("rule-needs-metric", 10, 22),
        ("missing-key", 11, 3),
        ("unknown-key", 13, 39),
        ("defined-twice", 14, 10),
        ("rule-grain", 15, 23),
        ("rule-needs-threshold", 16, 22),
    ]
    assert [rule.id for rule in rules] == ["seven"]
    assert rules[0].said == "花费>5"


CAUSES = """
- {rule: tracking, when: roi < 1, owner: ads, inhibits: [%s]}
- {rule: effect, when: roi < 1, owner: ads, inhibits: [%s]}
"""


def test_a_rule_names_what_waits_while_it_is_bad() -> None:
    (tracking, effect), mistakes = loaded(CAUSES % ("effect", ""))
    assert (tracking.inhibits, effect.inhibits, mistakes) == (("effect",), (), [])


def test_a_rule_that_inhibits_what_is_not_there_or_in_the_end_itself_is_a_mistake() -> None:
    assert [mistake.code for mistake in loaded(CAUSES % ("efect", ""))[1]] == ["unknown-rule"]
    assert {mistake.code for mistake in loaded(CAUSES % ("effect", "tracking"))[1]} == {"inhibits-itself"}
