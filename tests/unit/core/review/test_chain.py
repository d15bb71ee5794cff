"""From goals to reviews: what hangs by what, what is broken, and what the five essentials come to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import Invalid
from core.review.chain import Break, chain
from core.review.essentials import Essential, Part, overall, scores
from core.rules.objective import Objective
from core.rules.upkeep import Lack
from core.text import Text
from core.workspace import load_workspace
from tests.shop import a_rule_saying

TODAY = date(2026, 6, 18)
REACH = Objective("reach", Text.same("Reach"), ("impressions",))
WISH = Objective("wish", Text.same("Wish"), ("leads",))
VAGUE = Objective("vague", Text.same("Vague"), until=date(2026, 6, 17))
FALLS = a_rule_saying("渠道曝光量日环比下滑>20%", id="falls")
NAMED = a_rule_saying("渠道ROI<1", id="named", objective=VAGUE.title)
OLD = a_rule_saying("转化率<2%", id="old", until=date(2026, 6, 17))


def test_a_goal_hangs_by_the_rules_that_name_it_or_watch_its_metrics() -> None:
    found = chain([REACH, WISH, VAGUE], [FALLS, NAMED, OLD], ["impressions", "cvr", "roi"], {}, TODAY)
    assert {link.objective.id: [rule.id for rule in link.rules] for link in found.links} == {
        "reach": ["falls"],
        "wish": [],
        "vague": ["named"],
    }
    assert found.broken == {
        Break.NO_METRIC: ("vague",),
        Break.NO_RULE: ("wish",),
        Break.OVER: ("vague",),
        Break.EXPIRED: ("old",),
        Break.UNWATCHED: ("cvr",),  # the one rule that watches it is over
        Break.AIMLESS: ("cvr", "roi"),
    }


def test_a_rule_that_serves_a_goal_by_its_metric_does_not_lack_one() -> None:
    lacks = {Lack.OBJECTIVE: ("falls", "old"), Lack.SOP: ("falls",)}
    found = chain([REACH], [FALLS, OLD], [], lacks, TODAY)
    assert found.lacks == {Lack.OBJECTIVE: ("old",), Lack.SOP: ("falls",)}
    assert chain([REACH], [FALLS], [], {Lack.OBJECTIVE: ("falls",)}, TODAY).lacks == {}


def test_a_team_without_goals_is_not_told_that_each_metric_lacks_one() -> None:
    assert chain([], [FALLS], ["impressions", "cvr"], {}, TODAY).broken == {Break.UNWATCHED: ("cvr",)}


def test_a_score_is_the_mean_of_what_could_be_measured() -> None:
    parts = [
        Part(Essential.RULES, "goals-watched", 1, 2),
        Part(Essential.RULES, "metrics-watched", 4, 4),
        Part(Essential.DATA, "sources-well", 0, 0),
        Part(Essential.PUSH, "arrived", 1, 4),
    ]
    found = {score.essential: score.share for score in scores(parts)}
    assert found == {
        Essential.RULES: 0.75, Essential.DATA: None, Essential.PUSH: 0.25,
        Essential.RESPONSE: None, Essential.REVIEW: None,
    }  # fmt: skip
    assert overall(scores(parts)) == pytest.approx(0.5)
    assert overall(scores([])) is None


def test_objectives_are_read_from_a_workspace_and_a_rule_may_name_one(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").write_text("name: Team\n", "utf-8")
    (tmp_path / "objectives.yaml").write_text(
        "- objective: reach\n  title: {en: Reach, zh: 触达}\n  metrics: [曝光量]\n  until: 2026-12-31\n", "utf-8"
    )
    rule = "- rule: falls\n  when: 曝光量<5\n  owner: lead\n  objective: reach\n"
    (tmp_path / "rules.yaml").write_text(rule, "utf-8")
    found = load_workspace(tmp_path)
    assert found.objectives == (Objective("reach", Text(en="Reach", zh="触达"), ("impressions",), date(2026, 12, 31)),)
    assert found.rules[0].objective == Text(en="Reach", zh="触达")
    wrong_ones = "- {objective: a, metrics: [nosuch]}\n- {objective: b}\n- {objective: b}\n"
    (tmp_path / "objectives.yaml").write_text(wrong_ones, "utf-8")
    with pytest.raises(Invalid) as wrong:
        load_workspace(tmp_path)
    assert len(wrong.value.mistakes) == 2
