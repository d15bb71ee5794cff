"""The four sorts of rules and who hears of each by default, in the brief's own words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import open_world
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.routing.nature import DEFAULTS, Nature, nature_of
from core.rules.parse import parse
from core.usecases.evaluate import evaluate_due
from core.usecases.replay import HandClock
from core.workspace import load_workspace

DICTIONARY = builtin()
CATALOG = Catalog(DICTIONARY.metrics, DICTIONARY.dimensions)


@pytest.mark.parametrize(
    ("said", "nature"),
    [
        ("转化率低于2%", Nature.STATIC),
        ("cvr < 2%", Nature.STATIC),
        ("转化率环比下滑超过30%", Nature.TREND),
        ("曝光量日环比下滑>20%", Nature.TREND),
        ("渠道ROI<1且预算超支", Nature.COMPOSITE),
        ("ROI<1/转化率骤降>10%", Nature.COMPOSITE),
        ("用户跳出率突然飙升", Nature.BEHAVIOUR),
    ],
)
def test_each_example_of_the_brief_is_the_sort_it_stands_for(said, nature):
    assert nature_of(parse(said, CATALOG)) is nature


def test_the_table_says_who_hears_of_each_sort():
    assert DEFAULTS[Nature.STATIC].also == ("mail",)
    assert DEFAULTS[Nature.TREND].also == ("sms",)
    assert DEFAULTS[Nature.COMPOSITE].leads
    assert DEFAULTS[Nature.BEHAVIOUR].leads


WORKSPACE = {
    "workspace.yaml": "{name: Shop, zone: UTC, currency: CNY, tongue: en}",
    "sources.yaml": """
- source: ads
  files: ads.csv
  grain: day
  time: day
  dimensions: {channel: channel}
  measures: {revenue: revenue, spend: spend}
""",
    "people.yaml": """
- person: bob
  name: Bob
  chats: {slack: U02}
- person: alice
  name: Alice
  duties: [{role: channel_lead}]
  chats: {slack: U01, mail: alice@example.cn, sms: "+8613800138000"}
  lead: bob
""",
}


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("roi by channel < 1", {"alice", "mail:alice@example.cn"}),
        ("渠道ROI环比下滑超过30%", {"alice", "sms:+8613800138000"}),
        ("roi by channel < 1 and spend > 10", {"alice", "bob", "mail:alice@example.cn"}),
    ],
)
async def test_without_routes_an_owner_hears_by_the_sort_of_rule(tmp_path, when, told):
    for name, text in WORKSPACE.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(
        f"- rule: it\n  when: {when}\n  owner: channel_lead\n  severity: critical\n  gate: off\n", encoding="utf-8"
    )
    rows = [f"2026-06-{day:02},wechat,{20 if day == 18 else 200},100" for day in range(1, 19)]
    (tmp_path / "ads.csv").write_text("\n".join(["day,channel,revenue,spend", *rows]), encoding="utf-8")
    workspace = load_workspace(Path(tmp_path))
    assert [route.id for route in workspace.routes] == ["default"]
    async with open_world(workspace, HandClock(datetime(2026, 6, 19, 6, tzinfo=UTC))) as world:
        changes = await evaluate_due(workspace, world)
        fired = next(one.after for one in changes if one.after.fingerprint.rule == "it")
        async with world.store.begin() as tx:
            heard = {str(one.notice.to) for one in await tx.deliveries(fired.id)}
    assert heard == told
    is_combined = nature_of(workspace.rules[0].sentence) is Nature.COMPOSITE
    assert [one.is_ticket for one in fired.work.open_promises] == [True] * is_combined


@pytest.mark.parametrize("routes", ["- route: all\n  owner: role:channel_lead\n", "- route: all\n  default: true\n"])
async def test_a_combination_opens_a_ticket_by_the_default_route_alone(tmp_path, routes):
    for name, text in (WORKSPACE | {"routes.yaml": routes}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(
        "- rule: it\n  when: roi by channel < 1 and spend > 10\n  owner: channel_lead\n  gate: off\n", encoding="utf-8"
    )
    rows = [f"2026-06-{day:02},wechat,{20 if day == 18 else 200},100" for day in range(1, 19)]
    (tmp_path / "ads.csv").write_text("\n".join(["day,channel,revenue,spend", *rows]), encoding="utf-8")
    workspace = load_workspace(Path(tmp_path))
    async with open_world(workspace, HandClock(datetime(2026, 6, 19, 6, tzinfo=UTC))) as world:
        (fired,) = [one.after for one in await evaluate_due(workspace, world) if one.after.fingerprint.rule == "it"]
    tickets = [one for one in fired.work.open_promises if one.is_ticket]
    assert len(tickets) == ("default: true" in routes)
