"""A team's own metrics, dimensions and targets, over ours."""

from datetime import date
from decimal import Decimal

import pytest

from core import document
from core.document import Mistakes
from core.errors import Mistake
from core.labels import Labels, Matcher
from core.metrics.catalog import Catalog
from core.metrics.formula import show
from core.metrics.load import Dictionary, builtin, labels, load_dictionary, load_targets, matchers
from core.metrics.metric import Direction, How, Tier
from core.metrics.target import Planned
from core.quantity import Unit
from core.text import Text

CATALOG = Catalog(builtin().metrics, builtin().dimensions)


def loaded(*texts: str) -> tuple[Dictionary, Mistakes]:
    mistakes: Mistakes = []
    nodes = [(f"file{at}", document.parse(text, f"file{at}.yaml", mistakes)) for at, text in enumerate(texts)]
    return load_dictionary(nodes, mistakes, builtin()), mistakes


def only(mistakes: Mistakes) -> Mistake:
    (mistake,) = mistakes
    return mistake


def read(reader, text: str):
    mistakes: Mistakes = []
    node = document.parse(text, "x.yaml", mistakes)
    return reader(node, mistakes), [mistake.code for mistake in mistakes]


def test_a_team_that_changes_a_formula_keeps_our_words_for_the_metric():
    dictionary, mistakes = loaded("- metric: cvr\n  formula: orders / visits\n  aliases: [成交转化]\n  tier: P1\n")
    cvr = dictionary.metrics["cvr"]
    assert mistakes == []
    assert cvr.formula is not None
    assert show(cvr.formula) == "orders / visits"
    assert (cvr.title.zh, cvr.unit, cvr.tier, cvr.min_sample) == ("转化率", Unit.PERCENT, Tier.IMPORTANT, 300)
    assert {"CVR", "成交转化"} <= set(cvr.aliases)
    assert cvr.definition is None  # ours no longer holds


def test_a_change_of_words_alone_keeps_the_formula():
    dictionary, _ = loaded("- metric: roi\n  title: 广告回报\n")
    assert dictionary.metrics["roi"].formula == builtin().metrics["roi"].formula
    assert dictionary.metrics["roi"].definition == builtin().metrics["roi"].definition


def test_a_team_may_add_up_what_we_count_distinct_if_it_says_so():
    dictionary, mistakes = loaded("- metric: uv\n  how: sum\n  title: 日访客之和\n")
    assert mistakes == []
    assert dictionary.metrics["uv"].how is How.SUM


def test_a_metric_of_their_own_has_all_it_says():
    dictionary, mistakes = loaded(
        """
- metric: sov
  title: {en: Share of voice, zh: 声量份额}
  formula: (our_posts + 转发量) / 声量
  unit: percent
  direction: band
  band: [10%, 30%]
  tier: P2
  min_sample: 50
  no_data: zero
  category: competition
  owner: brand_team
  definition: 我们的声量占比
- {metric: our_posts, how: sum}
- {metric: all_posts, how: sum, aliases: [声量]}
"""
    )
    sov = dictionary.metrics["sov"]
    assert mistakes == []
    assert sov.formula is not None
    assert show(sov.formula) == "(our_posts + shares) / all_posts"
    assert (sov.direction, sov.band) == (Direction.BAND, (Decimal("0.1"), Decimal("0.3")))
    assert (sov.no_data, sov.category, sov.owner_role) == ("zero", "competition", "brand_team")
    assert sov.definition == Text.same("我们的声量占比")


def test_the_order_of_files_does_not_matter():
    _, mistakes = loaded("- {metric: b, formula: a / spend}", "- {metric: a, how: sum}")
    assert mistakes == []


def test_a_file_gives_its_metrics_their_category():
    assert loaded("- {metric: a, how: sum}")[0].metrics["a"].category == "file0"


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("- {metric: Roi!, how: sum}", "wanted-code", 12),
        ("- {metric: a}", "how-or-formula", 12),
        ("- {metric: a, how: sum, formula: spend}", "how-or-formula", 20),
        ("- {metric: a, formula: spend / spned}", "unknown-metric", 32),
        ("- {metric: a, formula: spend /}", "formula-ends", 31),
        ("- {metric: a, formula: 'spend % 2'}", "formula-unexpected", 31),
        ("- {metric: a, formula: uv + new_uv}", "formula-sums-distinct", 24),
        ("- {metric: a, formula: to_date(uv)}", "to-date-not-additive", 24),
        ("- {metric: a, formula: a / spend}", "formula-circle", 24),
        ("- {metric: a, how: median}", "unknown-value", 20),
        ("- {metric: a, how: sum, unit: pp}", "unknown-value", 31),
        ("- {metric: a, how: sum, band: [3, 1]}", "wanted-band", 31),
        ("- {metric: a, how: sum, band: [x, 1]}", "wanted-number", 32),
        ("- {metric: a, how: sum, tittle: A}", "unknown-key", 25),
        ("- {dimension: Channel}", "wanted-code", 15),
        ("- {dimension: shelf, values: {top: {en: Top}}}", "missing-key", 36),
        ("- {dimension: shelf, values: {top: [x]}}", "wanted-words", 36),
    ],
)
def test_a_wrong_definition_is_pointed_at(text, code, column):
    mistake = only(loaded(text)[1])
    assert mistake.code == code
    assert mistake.where is not None
    assert mistake.where.column == column


def test_what_is_defined_twice_says_so():
    metric, dimension = loaded(
        "- {metric: a, how: sum}\n- {metric: a, how: count}\n- {dimension: d}\n- {dimension: d}"
    )[1]
    assert (metric.code, metric.facts) == ("defined-twice", {"kind": "metric", "name": "a"})
    assert (dimension.code, dimension.facts) == ("defined-twice", {"kind": "dimension", "name": "d"})


def test_two_of_their_own_metrics_cannot_share_a_name_though_they_may_take_one_of_ours():
    mistake = only(loaded("- {metric: a, how: sum, aliases: [Ours]}\n- {metric: b, how: sum, title: ours}")[1])
    assert (mistake.code, mistake.facts) == ("name-taken", {"name": "ours", "metric": "b", "other": "a"})
    dictionary, mistakes = loaded("- {metric: a, formula: revenue / spend, title: 投产比}")
    assert mistakes == []
    assert Catalog(dictionary.metrics).metric("投产比").code == "a"


def test_a_wrong_metric_stays_known_so_that_rules_naming_it_are_not_wrong_as_well():
    dictionary, _ = loaded("- {metric: a, formula: spend /, aliases: [甲]}\n- {metric: b, formula: a / spend}")
    assert Catalog(dictionary.metrics).metric("甲").how is How.SUM


def test_a_built_in_that_a_change_breaks_is_named_too():
    mistakes = loaded("- {metric: spend, how: distinct}")[1]
    assert {mistake.facts["metric"] for mistake in mistakes} >= {"budget_use", "roi_profit"}


def test_a_dimension_gains_values_and_names():
    dictionary, mistakes = loaded(
        "- dimension: channel\n  aliases: [触点]\n  values:\n"
        "    douyin: 抖音极速版\n    billboard: {en: Billboard, zh: 户外, aliases: [大屏]}\n"
    )
    catalog = Catalog(dictionary.metrics, dictionary.dimensions)
    assert mistakes == []
    assert catalog.dimension("触点").code == "channel"
    assert catalog.value("channel", "大屏") == "billboard"
    assert catalog.value("channel", "抖音极速版") == "douyin"
    assert catalog.value("channel", "微信") == "wechat"


def test_targets_are_read_in_the_dictionarys_words():
    mistakes: Mistakes = []
    text = (
        "- {target: 转化率, slice: {渠道: 微信}, from: 2026-06-01, to: 2026-06-30, value: 2.5%}\n"
        "- {target: leads, value: 40}"
    )
    planned = load_targets([document.parse(text, "targets.yaml", mistakes)], mistakes, CATALOG)
    assert mistakes == []
    assert planned == (
        Planned("cvr", Labels.of({"channel": "wechat"}), Decimal("0.025"), date(2026, 6, 1), date(2026, 6, 30)),
        Planned("leads", Labels(), Decimal(40)),
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {target: cvrr, value: 1}", "unknown-metric"),
        ("- {target: [cvr], value: 1}", "wanted-words"),
        ("- {target: cvr}", "missing-key"),
        ("- {target: cvr, value: 1, slice: {chanel: x}}", "unknown-dimension"),
        ("- {target: cvr, value: 1, slice: wechat}", "wanted-mapping"),
        ("- {target: cvr, value: 1, from: 2026-06-30, to: 2026-06-01}", "days-reversed"),
    ],
)
def test_a_wrong_target_is_pointed_at(text, code):
    mistakes: Mistakes = []
    load_targets([document.parse(text, "targets.yaml", mistakes)], mistakes, CATALOG)
    assert only(mistakes).code == code


def test_matchers_are_read_in_the_dictionarys_words():
    found, mistakes = read(matchers(CATALOG), "{渠道: [微信, d*], region: {not: 华东}, campaign: 夏日}")
    assert mistakes == []
    assert found == (
        Matcher("channel", ("wechat", "d*")),
        Matcher("region", ("east",), negated=True),
        Matcher("campaign", ("夏日",)),
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[wechat]", "wanted-mapping"),
        ("{chanel: wechat}", "unknown-dimension"),
        ("{channel: {nott: wechat}}", "missing-key"),
        ("{channel: [[x]]}", "wanted-words"),
    ],
)
def test_a_wrong_matcher_is_noted(text, code):
    found, mistakes = read(matchers(CATALOG), text)
    assert found is None
    assert mistakes[0] == code


def test_labels_are_read_whole_or_not_at_all():
    assert read(labels(CATALOG), "{channel: 微信}") == (Labels.of({"channel": "wechat"}), [])
    assert read(labels(CATALOG), "{channel: 微信, nope: x}") == (None, ["unknown-dimension"])
