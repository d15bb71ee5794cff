"""A folder of YAML as a whole: it loads, or every mistake of every file is told at once."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.document import frame
from core.errors import Invalid, Missing
from core.text import Text
from core.workspace import load_workspace

GOOD = {
    "workspace.yaml": "name: {en: Shop, zh: 店}\nzone: Europe/Paris\ncurrency: EUR\ntongue: en\ntoday: 2026-06-19\n",
    "metrics.yaml": "- {metric: take_rate, formula: revenue / gmv, title: 抽成率, unit: percent}\n",
    "sources/ads.yaml": (
        "- source: ads\n  files: ads.csv\n  grain: day\n  time: 日期\n  dimensions: {channel: 渠道}\n"
        "  measures: {spend: 花费, revenue: 成交额, impressions: 曝光量}\n"
    ),
    "sources/shop.yaml": (
        "- source: shop\n  files: shop.csv\n  grain: day\n  time: date\n  measures: {gmv: gmv, revenue: rev}\n"
    ),
    "targets.yaml": "- {target: roi, value: 1.5}\n",
    "events.yaml": "- {event: birthday, title: 店庆, days: {2026: 2026-04-08}}\n",
    "people.yaml": "- {person: me, duties: [{role: channel_lead, over: {渠道: 微信}}], chats: {web: me}}\n",
    "rules.yaml": "- {rule: roi_low, when: 渠道ROI<1, owner: channel_lead}\n",
    "routes.yaml": "- {route: everything, chats: [web:board], owner: person:me}\n",
}


def folder(tmp_path: Path, **changed: str) -> Path:
    for name, text in {**GOOD, **{name.replace("__", "/") + ".yaml": text for name, text in changed.items()}}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def mistakes(path: Path) -> list[tuple[str, str, int]]:
    with pytest.raises(Invalid) as invalid:
        load_workspace(path)
    return [
        (one.code, one.where.file if one.where else "", one.where.line if one.where else 0)
        for one in invalid.value.mistakes
    ]


def test_a_good_workspace_loads_whole(tmp_path):
    workspace = load_workspace(folder(tmp_path))
    assert workspace.name == Text("Shop", "店")
    assert (workspace.zone, workspace.currency, workspace.tongue) == (ZoneInfo("Europe/Paris"), "EUR", "en")
    assert workspace.today == date(2026, 6, 19)
    assert [rule.id for rule in workspace.rules] == ["roi_low"]
    assert [route.id for route in workspace.routes] == ["everything"]
    assert list(workspace.catalog.sources) == ["ads", "shop"]
    assert workspace.catalog.is_available("take_rate")
    assert workspace.catalog.planned[0].metric == "roi"
    assert workspace.people["me"].zone == ZoneInfo("Europe/Paris")
    assert {"birthday", "618"} <= set(workspace.events)


def test_every_mistake_of_every_file_is_told_at_once_in_the_order_of_the_files(tmp_path):
    path = folder(
        tmp_path,
        metrics="- {metric: a, formula: spend / roii}\n",
        people="- {person: me, lead: nobody, duties: [{role: channel_lead}]}\n",
        rules="- {rule: r, when: 渠道ROI<1, owner: channel_lead}\n- {rule: s, when: 转化路<2%, owner: channel_lead}\n",
        sources__ads="- source: ads\n  fils: x\n",
    )
    assert [(code, file) for code, file, _ in mistakes(path)] == [
        ("unknown-metric", "metrics.yaml"),
        ("unknown-person", "people.yaml"),
        ("rule-unknown-word", "rules.yaml"),
        *([("missing-key", "sources/ads.yaml")] * 4),
        ("unknown-key", "sources/ads.yaml"),
    ]


def test_the_issues_own_example_names_the_metric_that_was_meant(tmp_path):
    path = folder(tmp_path, metrics="- {metric: a, formula: roii * 2}\n")
    with pytest.raises(Invalid) as invalid:
        load_workspace(path)
    (mistake,) = invalid.value.mistakes
    assert mistake.facts == {"name": "roii", "suggestion": "roi"}
    assert mistake.where is not None
    assert frame(mistake.where).splitlines()[2].index("^") == len(" 1 | - {metric: a, formula: ")


def test_a_folder_without_a_workspace_file_is_none(tmp_path):
    with pytest.raises(Missing) as missing:
        load_workspace(tmp_path)
    assert missing.value.code == "no-workspace"
    with pytest.raises(Missing):
        load_workspace(tmp_path / "nowhere")


def test_a_file_that_is_not_utf8_says_so(tmp_path):
    path = folder(tmp_path)
    (path / "people.yaml").write_bytes("- {person: 李}".encode("gb18030"))
    assert ("file-not-utf8", "people.yaml", 1) in mistakes(path)


def test_a_file_that_cannot_be_opened_says_so(tmp_path):
    path = folder(tmp_path)
    (path / "targets.yaml").unlink()
    (path / "targets.yaml").symlink_to(path / "gone.yaml")
    (path / "sources" / "more.yaml").symlink_to(path / "gone.yaml")
    assert ("file-unreadable", "sources/more.yaml", 1) in mistakes(path)


def test_a_file_almost_named_as_a_kind_was_meant_for_us_and_any_other_was_not(tmp_path):
    path = folder(tmp_path, rule="- x", story="whatever: it says")
    assert mistakes(path) == [("unknown-file", "rule.yaml", 1)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- name: x", "wanted-mapping"),
        ("", "wanted-mapping"),
        ("name: {", "yaml-syntax"),
        ("zone: Mars/Olympus", "unknown-zone"),
        ("currency: rmb", "wanted-currency"),
        ("currency: [CNY]", "wanted-words"),
        ("tounge: zh", "unknown-key"),
        ("today: tomorrow", "wanted-date"),
        ("fiscal_year_starts: 13", "wanted-month"),
        ("fiscal_year_starts: april", "wanted-whole"),
        ("holidays: mars", "unknown-value"),
    ],
)
def test_a_wrong_setting_is_pointed_at(tmp_path, text, code):
    (found,) = mistakes(folder(tmp_path, workspace=text))
    assert found == (code, "workspace.yaml", 1)


def test_counting_distinct_what_a_formula_adds_up_is_told(tmp_path):
    source = GOOD["sources/ads.yaml"].replace("impressions: 曝光量", "budget: {distinct: plan}")
    assert mistakes(folder(tmp_path, sources__ads=source))[0][0] == "to-date-not-additive"


def test_a_route_may_name_a_rule_whose_sentence_is_wrong(tmp_path):
    path = folder(
        tmp_path,
        rules="- {rule: roi_low, when: 渠道ROI<, owner: channel_lead}\n",
        routes="- {route: a, match: {rule: roi_low}, chats: [web:x]}\n- {route: b, owner: person:me}\n",
    )
    assert {file for _, file, _ in mistakes(path)} == {"rules.yaml"}


def test_what_it_takes_to_say_less_is_a_name_for_the_folder(tmp_path):
    path = folder(tmp_path, workspace="tongue: zh\n")
    assert load_workspace(path).name == Text.same(tmp_path.name)


@pytest.mark.parametrize(
    ("text", "keeps", "starts"),
    [
        ("zone: Asia/Shanghai\nfiscal_year_starts: 04\n", True, 4),
        ("zone: Asia/Shanghai\nholidays: none\n", False, 1),
        ("zone: Europe/Berlin\n", False, 1),
        ("zone: Europe/Berlin\nholidays: china\n", True, 1),
    ],
)
def test_a_team_keeps_the_leave_of_its_zone_unless_it_says_otherwise(tmp_path, text, keeps, starts):
    calendar = load_workspace(folder(tmp_path, workspace=text)).calendar
    assert (calendar.keeps_holidays, calendar.fiscal_starts) == (keeps, starts)
    assert "618" in calendar.events


@pytest.mark.parametrize(("zone", "kind"), [("Asia/Shanghai", "promotion"), ("America/Sao_Paulo", "season")])
def test_elsewhere_chinas_promotions_have_a_name_and_shape_no_baseline(tmp_path, zone, kind):
    (tmp_path / "workspace.yaml").write_text(f"zone: {zone}\n", encoding="utf-8")
    (tmp_path / "routes.yaml").write_text("- {route: everything, owner: person:me}\n", encoding="utf-8")
    (tmp_path / "people.yaml").write_text("- {person: me, chats: {web: me}}\n", encoding="utf-8")
    (tmp_path / "events.yaml").write_text(
        "- {event: carnival, title: Carnival, days: {2026: [2026-02-13, 2026-02-18]}}\n", encoding="utf-8"
    )

    events = load_workspace(tmp_path).events

    assert events["618"].kind == kind
    assert events["carnival"].kind == "promotion"
