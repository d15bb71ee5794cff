"""Rules on trial, on real folders: the backtest against the past lived day by day, tuning, and users' own tests."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app import open_world
from bot.cli import cli
from bot.trial import Options, past_of
from core.alerts.alert import Feedback
from core.alerts.event import moved
from core.calendar.grain import Period, Window
from core.quality.trust import judge
from core.rules.evaluate import findings
from core.rules.needs import batches
from core.usecases.inspect import faults_of
from core.usecases.replay import HandClock, has_fired, replay
from core.workspace import Workspace, load_workspace
from tests.olist_like import FOLDERS

EXAMPLES = Path(__file__).parents[2] / "examples"
PLACES = [
    pytest.param("shop", None, date(2026, 4, 20), date(2026, 6, 18), id="shop"),
    *(pytest.param("olist", data, date(2018, 1, 1), date(2018, 5, 31), id=data.name) for data in FOLDERS),
]


def beacon(*words: object):
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.mark.parametrize(("name", "data", "first", "last"), PLACES)
async def test_a_backtest_is_the_past_lived_day_by_day(name, data, first, last):
    workspace = load_workspace(EXAMPLES / name)
    clock = HandClock(datetime(2030, 1, 1, tzinfo=UTC))
    past = await past_of(workspace.rules, Options(workspace, clock, data), first, last)
    told = {(one.fingerprint, one.finding.period) for each in past for one in each.backtest.episodes}
    breaches = {(one.fingerprint, one.period) for each in past for one in each.backtest.firings}

    clock = HandClock(datetime.combine(first, datetime.min.time(), workspace.zone).astimezone(UTC))
    async with open_world(workspace, clock, data=data) as world:
        changes = [change async for change in replay(workspace, world, clock, first, last)]
        live = set()
        window = Window.days(first, last)
        for batch in batches(workspace.rules, workspace.catalog):
            for period in (Period(batch.grain, index) for index in window.periods(batch.grain)):
                if window.start <= period.start and period.end <= window.end:
                    cube = await world.warehouse.fetch(batch.query(period))
                    faults = await faults_of(workspace.catalog.sources[batch.source], period, workspace, world)
                    trust = judge(cube, period, workspace.catalog, source=batch.source, faults=faults)
                    seen = findings(batch.rules, cube, workspace.catalog, trust, period, workspace.events)
                    live |= {(one.fingerprint, one.period) for one in seen.breached()}
    lived = {(change.after.fingerprint, change.after.finding.period) for change in changes if has_fired(change)}

    assert len(told) >= 4
    assert told == lived
    assert breaches == live


def test_a_backtest_of_one_sentence_names_every_breach():
    done = beacon(
        *("backtest", EXAMPLES / "shop", "--when", "渠道曝光量日环比下滑>20%"),
        *("--from", "2026-06-01", "--to", "2026-06-18", "--json"),
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    (firing,) = told["firings"]
    assert (firing["slice"], firing["period"]) == ({"channel": "douyin"}, "2026-06-03")
    assert firing["value"] < 0.8 * firing["baseline"]
    assert told["episodes"] == 1
    assert told["by_chance_rate"] < 0.01
    assert told["per_week"] == pytest.approx(7 / 18)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("backtest", "--rule", "impression_drop"), "impressions_drop"),
        (("backtest", "--when", "线索量低于阈值"), "number"),
        (("tune", "--budget", "many"), "2 per week"),
        (("tune", "--budget", "0 per week"), "2 per week"),
        (("tune", "--budget", "2 per week", "--rule", "cvr_target"), "cvr_target"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_words(words, says, monkeypatch, capsys):
    from bot.cli import main

    monkeypatch.setattr("sys.argv", ["beacon", words[0], str(EXAMPLES / "shop"), *words[1:]])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert says in capsys.readouterr().err


def test_thresholds_are_tuned_to_a_budget_and_keep_what_was_planted():
    done = beacon("tune", EXAMPLES / "shop", "--budget", "每周 2 条", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert 0.5 < told["per_week"] <= 2
    caught = {(one["rule"], one["period"]) for rule in told["rules"] for one in rule["caught"]}
    planted = {
        ("impressions_drop", "2026-06-03"),
        ("negative_comments", "2026-06-10"),
        ("order_rate_low", "2026-06-15"),
    }
    assert planted <= caught
    assert not any(rule["missed"] for rule in told["rules"] if rule["rule"] != "overspent")
    assert "%" in beacon("tune", EXAMPLES / "shop", "--budget", "2 per week", "--rule", "click_rate").stdout


def a_company(folder: Path, days: int, week=(1.0, 1.0, 1.0, 1.0, 0.95, 0.45, 0.4)) -> Path:
    """Write a workspace of one file: leads by day, few at weekends."""
    dice = random.Random(7)
    first = date(2026, 1, 1)
    every = [first + timedelta(days=passed) for passed in range(days)]
    rows = [f"{day},{round(900 * week[day.weekday()] * dice.uniform(0.95, 1.05))}" for day in every]
    (folder / "leads.csv").write_text("day,leads\n" + "\n".join(rows) + "\n")
    last = first + timedelta(days=days)
    (folder / "workspace.yaml").write_text(f"name: Company\nzone: Asia/Shanghai\ntoday: {last}\n")
    (folder / "sources.yaml").write_text(
        "- source: crm\n  files: leads.csv\n  grain: day\n  time: day\n  measures: {leads: leads}\n"
    )
    (folder / "rules.yaml").write_text(
        "- rule: leads_low\n  when: 线索数量低于同星期均值30%\n  owner: sales\n  gate: off\n"
    )
    (folder / "people.yaml").write_text("- person: bo\n  name: Bo\n  duties: [sales]\n  chats: {web: bo}\n")
    (folder / "routes.yaml").write_text("- route: all\n  owner: person:bo\n")
    return folder


def test_fewer_than_eight_weeks_are_too_short_to_tune_on(tmp_path, monkeypatch, capsys):
    from bot.cli import main

    monkeypatch.setattr("sys.argv", ["beacon", "tune", str(a_company(tmp_path, 50)), "--budget", "1 per week"])
    with pytest.raises(SystemExit):
        main()
    assert "8" in capsys.readouterr().err


@pytest.mark.parametrize(("locale", "said"), [("en_US.UTF-8", "is empty"), ("zh_CN.UTF-8", "是空的")])
def test_a_rule_tried_on_a_file_that_cannot_be_read_is_refused_with_the_reason(
    tmp_path, monkeypatch, capsys, locale, said
):
    from bot.cli import main

    folder = a_company(tmp_path, 50)
    for file in folder.glob("*.csv"):
        file.write_text("")
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setattr("sys.argv", ["beacon", "rule", "线索数量日环比下滑>20%", "--workspace", str(folder)])
    with pytest.raises(SystemExit) as left:
        main()
    told = capsys.readouterr()
    assert left.value.code == 1
    assert said in told.err + told.out


def test_a_rule_that_would_fire_every_saturday_is_told_so_at_its_creation(tmp_path):
    folder = a_company(tmp_path, 140)
    told = json.loads(beacon("rule", "线索数量日环比下滑>20%", "--workspace", folder, "--json").stdout)["history"]
    (warning,) = told["warnings"]
    assert "周六" in warning["text"]
    assert "周同比" in warning["offer"]
    assert told["per_week"] == pytest.approx(1, abs=0.15)
    assert told["by_chance_per_week"] == pytest.approx(1, abs=0.2)
    calm = json.loads(beacon("rule", "线索数量周同比下滑>20%", "--workspace", folder, "--json").stdout)["history"]
    assert (calm["warnings"], calm["episodes"], calm["by_chance_rate"]) == ([], 0, 0.0)
    assert calm["catches"] == pytest.approx(-0.23, abs=0.03)
    assert told["sentence"] in beacon("rule", "线索数量日环比下滑>20%", "--workspace", folder).stdout


def test_what_luck_would_do_is_held_back_and_said_so():
    told = json.loads(beacon("rule", "渠道转化率日环比下降超过2%", "--workspace", EXAMPLES / "shop", "--json").stdout)
    kept = told["history"]["kept_back"]
    assert kept > 0
    assert f"另有 {kept} 次越线未触发" in told["history"]["sentence"]
    loud = json.loads(beacon("rule", "渠道转化率低于2%", "--workspace", EXAMPLES / "shop", "--json").stdout)
    assert (loud["history"]["kept_back"], "越线未触发" in loud["history"]["sentence"]) == (0, False)


def test_a_rule_without_facts_is_read_all_the_same(tmp_path):
    folder = a_company(tmp_path, 30)
    (folder / "leads.csv").unlink()
    done = beacon("rule", "线索数量周同比下滑>20%", "--workspace", folder, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["history"] is None


def test_rules_without_a_gate_are_named_by_check(tmp_path):
    assert "leads_low" in beacon("check", a_company(tmp_path, 30)).stdout
    assert "gate" not in beacon("check", EXAMPLES / "shop").stdout


# --- users' own tests ------------------------------------------------------------------------------------------


def test_the_examples_own_tests_pass():
    done = beacon("rules", "test", EXAMPLES / "shop")
    assert done.exit_code == 0, done.output


def test_a_test_that_fails_shows_what_is_missing_and_what_is_too_much(tmp_path):
    shop = tmp_path / "shop"
    shutil.copytree(EXAMPLES / "shop", shop)
    written = shop / "tests" / "incidents.yaml"
    written.write_text(written.read_text("utf-8").replace("period: 2026-06-08", "period: 2026-06-07"), "utf-8")
    done = beacon("rules", "test", shop)
    assert done.exit_code == 1
    assert "- 2026-06-07  impressions_drop{channel=douyin}" in done.stdout
    assert "+ 2026-06-08  impressions_drop{channel=douyin}" in done.stdout
    told = json.loads(beacon("rules", "test", shop, "--json").stdout)
    assert (told["passed"], told["failed"]) == (4, 1)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("1000000x7 800000", "a lot", "100x7"),
        ("rules: [impressions_drop]", "rules: [impresions_drop]", "impressions_drop"),
        ("metric: impressions", "metric: roi", "revenue"),
        ("metric: revenue", "metric: clicks", "revenue"),
        ("series:", "serie:", "series"),
    ],
)
def test_a_test_that_is_written_wrongly_says_where(tmp_path, monkeypatch, capsys, before, after, says):
    from bot.cli import main

    shop = tmp_path / "shop"
    shutil.copytree(EXAMPLES / "shop", shop)
    written = shop / "tests" / "incidents.yaml"
    written.write_text(written.read_text("utf-8").replace(before, after, 1), "utf-8")
    monkeypatch.setattr("sys.argv", ["beacon", "rules", "test", str(shop)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert says in capsys.readouterr().err


def test_a_workspace_without_tests_says_so(tmp_path, monkeypatch, capsys):
    from bot.cli import main

    monkeypatch.setattr("sys.argv", ["beacon", "rules", "test", str(a_company(tmp_path, 10))])
    with pytest.raises(SystemExit):
        main()
    assert "rule-tests.md" in capsys.readouterr().err


def test_both_readings_of_a_doubt_are_shown_with_the_latest_numbers():
    said = beacon("rule", "渠道转化率骤降>10%", "--workspace", EXAMPLES / "shop", "--json").stdout

    doubt = next(one for one in json.loads(said)["doubts"] if one["code"] == "doubt-percent-or-points")
    # 微信, 2026-06-17 and -18 in ads.csv: 6.04 % and 6.12 %
    assert doubt["latest"] == [
        "6月18日 周四：微信，转化率 6.12%，比前一日（6.04%）上升 1.33%；10 处中 0 处会触发",
        "6月18日 周四：微信，转化率 6.12%，比前一日（6.04%）上升 0.080 pp；10 处中 0 处会触发",
    ]
    assert all(words in doubt["text"] for words in doubt["latest"])


def test_a_sentence_that_lacks_a_word_has_no_latest_numbers():
    said = json.loads(beacon("rule", "线索量低于阈值", "--workspace", EXAMPLES / "shop", "--json").stdout)

    assert said["history"] is None
    assert said["doubts"][0]["stops"]


# --- what people said ------------------------------------------------------------------------------------------


async def lived(workspace: Workspace, store: str) -> set[str]:
    """Walk through a month, find every alert useful, and return the rules that had any."""
    clock = HandClock(datetime.combine(date(2026, 5, 20), datetime.min.time(), workspace.zone).astimezone(UTC))
    async with open_world(workspace, clock, store_url=store) as world:
        async for _ in replay(workspace, world, clock, date(2026, 5, 20), date(2026, 6, 18)):
            pass
        async with world.store.begin() as tx:
            alerts = await tx.fired(datetime(2026, 1, 1, tzinfo=UTC))
            await tx.keep([moved(one, clock.now(), [], verdict=Feedback.USEFUL) for one in alerts], now=clock.now())
    return {one.fingerprint.rule for one in alerts}


def test_what_people_said_of_alerts_stands_beside_what_other_numbers_would_do(tmp_path):
    store = f"sqlite:///{tmp_path / 'beacon.db'}"
    assert "impressions_drop" in asyncio.run(lived(load_workspace(EXAMPLES / "shop"), store))

    one = ("--rule", "impressions_drop", "--store", store)
    past = json.loads(beacon("backtest", EXAMPLES / "shop", *one, "--json").stdout)
    assert past["rules"]["impressions_drop"]["labels"]["useful"] >= 1

    (told,) = json.loads(beacon("tune", EXAMPLES / "shop", "--budget", "2 per week", *one, "--json").stdout)["rules"]
    kept = told["labels"]["useful"]
    assert 1 <= kept["kept"] <= kept["told"]
    assert kept["kept"] == sum(one["label"] == "useful" for one in told["caught"])
    assert f"useful: {kept['told']} so far" in beacon("tune", EXAMPLES / "shop", "--budget", "2 per week", *one).stdout


# --- facts that say nothing ------------------------------------------------------------------------------------


def with_leads(folder: Path, numbers: list[str]) -> Path:
    first = date(2026, 1, 1)
    rows = [f"{first + timedelta(days=passed)},{each}" for passed, each in enumerate(numbers)]
    (folder / "leads.csv").write_text("day,leads\n" + "\n".join(rows) + "\n")
    return folder


def test_a_file_without_one_number_is_a_history_in_which_nothing_is_known(tmp_path):
    folder = with_leads(a_company(tmp_path, 90), ["NaN"] * 90)
    told = json.loads(beacon("backtest", folder, "--json").stdout)
    assert (told["firings"], told["episodes"], told["by_chance_rate"]) == ([], 0, 0.0)
    done = beacon("rule", "线索数量低于均值30%", "--workspace", folder)
    assert (done.exit_code, "还没有可供试算的历史数据" in done.stdout) == (0, True)


@pytest.mark.parametrize("numbers", [["NaN"] * 90, ["5"] + ["NaN"] * 89, ["5", "NaN"] * 45])
def test_days_without_a_number_are_no_weeks_to_tune_on(tmp_path, monkeypatch, capsys, numbers):
    from bot.cli import main

    folder = with_leads(a_company(tmp_path, 90), numbers)
    monkeypatch.setattr("sys.argv", ["beacon", "tune", str(folder), "--budget", "1 per week"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, "8" in capsys.readouterr().err) == (1, True)


def test_a_number_that_never_moves_says_nothing_about_its_bound(tmp_path):
    folder = with_leads(a_company(tmp_path, 90), ["7"] * 90)
    (told,) = json.loads(beacon("tune", folder, "--budget", "1 per week", "--json").stdout)["rules"]
    assert told["proposed"]["value"] == told["now"]["value"] == -0.3


def test_a_number_beyond_all_counting_is_none(tmp_path):
    folder = with_leads(a_company(tmp_path, 90), ["5", "1e308"] * 45)
    done = beacon("backtest", folder, "--json")
    assert (done.exit_code, json.loads(done.stdout)["episodes"]) == (0, 0)
    found = json.loads(beacon("detect", folder / "leads.csv", "--json").stdout)["points"]
    assert [each["value"] for each in found[:2]] == [5.0, None]
