"""`beacon ask`, `rule`, `check` and `init`, as a script and as a marketer would run them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta

import pytest

from bot import cli
from core.workspace import load_workspace


@pytest.fixture
def shop(tmp_path):
    """Two weeks of one channel, on the morning after."""
    folder = tmp_path / "shop"
    (folder / "data").mkdir(parents=True)
    (folder / "workspace.yaml").write_text("{name: Shop, tongue: zh, today: 2026-06-09}", encoding="utf-8")
    (folder / "sources.yaml").write_text(
        "- source: ads\n  files: data/ads.csv\n  grain: day\n  time: 日期\n  dimensions: {channel: 渠道}\n"
        "  measures: {revenue: 成交额, spend: 花费}\n",
        encoding="utf-8",
    )
    (folder / "people.yaml").write_text(
        "- person: liwei\n  name: {en: Li Wei, zh: 李伟}\n  duties: [lead]\n  chats: {web: liwei}\n  tongue: en\n",
        encoding="utf-8",
    )
    (folder / "routes.yaml").write_text("- route: all\n  chats: [web:board]\n  owner: person:liwei\n", encoding="utf-8")
    (folder / "rules.yaml").write_text(
        "- rule: roi_low\n  title: ROI\n  when: 渠道ROI<1\n  owner: lead\n", encoding="utf-8"
    )
    (folder / "data" / "ads.csv").write_text(ads(), encoding="utf-8")
    return folder


def ads() -> str:
    days = (date(2026, 5, 26) + timedelta(days=step) for step in range(14))
    return "日期,渠道,成交额,花费,备注\n" + "".join(f"{day},微信,{100 + step},50,\n" for step, day in enumerate(days))


@pytest.fixture
def beacon(monkeypatch, capsys):
    """Run one command in this process; return its exit code, standard output and standard error."""

    def run(*words: object, lang: str = "en_US.UTF-8") -> tuple[int, str, str]:
        monkeypatch.setenv("LC_ALL", lang)
        monkeypatch.setattr(sys, "argv", ["beacon", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


def test_ask_prints_the_contract_and_nothing_else(beacon, shop):
    code, out, err = beacon("ask", shop, "/kpi roi channel=wechat last 7 days", "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert set(said) == {"text", "values", "series", "blocks"}
    (value,) = said["values"]
    assert value == {
        "metric": "roi",
        "slice": {"channel": "wechat"},
        "period": "2026-06-02..2026-06-08",
        "value": pytest.approx(770 / 350),
        "unit": "times",
        "compared_to": pytest.approx(721 / 350),
        "change": pytest.approx(770 / 721 - 1),
    }
    (series,) = said["series"]
    assert (series["grain"], len(series["points"])) == ("day", 7)
    assert series["points"][0] == {"period": "2026-06-02", "value": pytest.approx(2.14)}
    assert {block["kind"] for block in said["blocks"]} >= {"prose", "facts", "picture"}


def test_the_same_question_in_chinese_gives_the_same_numbers_in_chinese(beacon, shop):
    english = json.loads(beacon("ask", shop, "/kpi roi channel=wechat last 7 days", "--json")[1])
    chinese = json.loads(beacon("ask", shop, "/kpi 投产比 渠道=微信 最近7天", "--json")[1])
    assert chinese["values"] == english["values"]
    assert "投产比 · 微信" in chinese["text"]


def test_who_asks_is_answered_in_their_own_tongue(beacon, shop):
    assert "WeChat" in beacon("ask", shop, "投产比 渠道=微信", "--as", "李伟")[1]
    code, _, err = beacon("ask", shop, "roi", "--as", "liwe")
    assert code == 1
    assert "liwei" in err


def test_a_command_without_numbers_is_answered_too(beacon, shop):
    said = json.loads(beacon("ask", shop, "define roi", "--json")[1])
    assert (said["values"], said["series"]) == ([], [])
    assert "Revenue" in said["text"] or "revenue" in said["text"]


def test_a_chart_is_written_as_a_picture(beacon, shop, tmp_path):
    file = tmp_path / "out.png"
    assert beacon("ask", shop, "roi last 7 days", "--png", file)[0] == 0
    assert file.read_bytes().startswith(b"\x89PNG")


def test_where_there_is_no_chart_or_no_place_for_it_nothing_is_written(beacon, shop, tmp_path):
    code, _, err = beacon("ask", shop, "help", "--png", tmp_path / "out.png")
    assert (code, "no chart" in err) == (1, True)
    code, _, err = beacon("ask", shop, "roi last 7 days", "--png", tmp_path / "nowhere" / "out.png")
    assert (code, "out.png" in err) == (1, True)
    assert not list(tmp_path.glob("*.png"))


def test_a_problem_is_said_on_standard_error_in_the_terminals_tongue(beacon, shop, tmp_path):
    code, out, err = beacon("ask", shop, "roii")
    assert (code, out) == (1, "")
    assert "roii" in err
    assert "roi”" in err
    assert "没有" in beacon("ask", tmp_path / "nothing", "roi", lang="zh_CN.UTF-8")[2]


def test_a_wrong_usage_exits_with_2(beacon):
    assert beacon("ask")[0] == 1
    assert beacon("frobnicate")[0] == 1


def test_a_mistake_of_ours_shows_no_traceback_but_names_the_file_that_holds_it(beacon, shop, monkeypatch):
    def broken(*_):
        raise RuntimeError("boom")

    monkeypatch.setattr("bot.commands.rule.read_rule", broken)
    code, out, err = beacon("rule", "ROI<1", "--workspace", shop)
    assert (code, out) == (1, "")
    assert "Traceback" not in err
    kept = err[err.index("/") : err.index(".log") + 4]
    with open(kept, encoding="utf-8") as file:  # noqa: PTH123 - any file
        assert "RuntimeError: boom" in file.read()


def test_a_rule_is_read_back_in_both_tongues(beacon, shop):
    chinese = json.loads(beacon("rule", "渠道ROI<1且预算超支", "--workspace", shop, "--json")[1])
    english = json.loads(beacon("rule", "roi by channel < 1 and budget overspent", "--workspace", shop, "--json")[1])
    assert set(chinese) == {"tree", "zh", "en", "doubts", "envelope", "history"}
    envelope = chinese["envelope"]
    assert [envelope[each] for each in ("severity", "grain", "for_seconds", "gate")] == ["warning", "day", 0, "auto"]
    assert envelope["words"].keys() == {"zh", "en"}
    assert chinese["tree"] == english["tree"]
    assert chinese["tree"]["by"] == ["channel"]
    assert (chinese["zh"], chinese["en"]) == (english["zh"], english["en"])


GOLDEN = (
    "转化率低于2%",
    "环比下滑超过30%",
    "渠道ROI<1且预算超支",
    "跳出率突然飙升",
    "曝光量日环比下滑>20%",
    "ROI<1/转化率骤降>10%",
    "评论负面占比>30%",
    "下单率低于历史均值10%",
    "日增量低于均值30%",
    "低质量线索占比>20%",
    "转化率低于目标值",
    "负反馈率升高",
    "渠道转化率环比下滑40%",
    "线索量低于阈值",
)


@pytest.mark.parametrize("sentence", GOLDEN)
def test_each_golden_sentence_is_read_without_a_workspace(beacon, sentence):
    code, out, _ = beacon("rule", sentence, "--json")
    assert code == 0
    assert json.loads(out)["tree"]["condition"]["kind"]


@pytest.mark.parametrize(("sentence", "stops"), [("环比下滑超过30%", True), ("线索量低于阈值", True), ("ROI<1", False)])
def test_what_keeps_a_rule_from_running_is_told_from_a_doubt(beacon, sentence, stops):
    doubts = json.loads(beacon("rule", sentence, "--json")[1])["doubts"]
    assert any(doubt["stops"] for doubt in doubts) is stops
    assert all(doubt["text"] for doubt in doubts)


def test_a_rule_that_cannot_be_read_shows_where(beacon):
    code, out, err = beacon("rule", "ROII<1", "--json")
    assert (code, out) == (1, "")
    assert "^" in err


def test_a_rule_for_a_reader_is_plain_text(beacon):
    assert "ROI < 1" in beacon("rule", "by channel roi < 1")[1]


def test_a_workspace_without_mistakes_is_well(beacon, shop):
    code, out, _ = beacon("check", shop)
    assert (code, out.startswith("All is well")) == (0, True)


def test_every_mistake_of_a_workspace_is_named_with_its_place(beacon, shop):
    (shop / "rules.yaml").write_text("- rule: a\n  when: roii<1\n  ownr: lead\n", encoding="utf-8")
    code, out, err = beacon("check", shop)
    assert (code, out) == (1, "")
    assert "rules.yaml:2" in err
    assert "roii" in err
    assert "ownr" in err


def test_a_check_warns_of_alerts_that_nobody_would_answer_for(beacon, shop):
    (shop / "people.yaml").write_text("- {person: zoe, duties: [channel_lead]}\n", encoding="utf-8")
    (shop / "routes.yaml").write_text("- {route: all, chats: [web:board]}\n", encoding="utf-8")
    code, out, _ = beacon("check", shop)
    assert code == 0
    assert "nobody would answer for" in out
    assert "没有人负责" in beacon("check", shop, lang="zh_CN.UTF-8")[1]


def test_a_table_of_owners_with_a_mistake_names_its_line(beacon, shop):
    (shop / "owners.csv").write_text("渠道,负责人\n微信,没有这个人\n", encoding="gb18030")
    code, out, err = beacon("check", shop)
    assert (code, out) == (1, "")
    assert "owners.csv:2:4" in err
    assert "没有这个人" in err


def test_a_first_workspace_is_made_of_one_file_and_answers_at_once(beacon, tmp_path):
    file, folder = tmp_path / "六月投放.csv", tmp_path / "mine"
    file.write_text(ads().replace("成交额", "归因成交额"), encoding="gb18030")
    code, out, _ = beacon("init", folder, "--from", file, "--yes", lang="zh_CN.UTF-8")
    assert code == 0
    assert "渠道" in out
    assert "备注" in out
    workspace = load_workspace(folder)
    assert [rule.id for rule in workspace.rules] == ["roi_low"]
    assert beacon("check", folder)[0] == 0
    said = json.loads(beacon("ask", folder, "花费 2026-06-01..2026-06-08", "--json")[1])
    assert said["values"][0]["value"] == 400


def test_an_excel_file_inside_the_folder_stays_where_it_is(beacon, tmp_path):
    from datetime import datetime

    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Date", "Channel", "Cost", "Clicks"])
    book.active.append([datetime(2026, 6, 1), "wechat", 10.5, 100])  # noqa: DTZ001 - a wall-clock day
    book.save(tmp_path / "ads.xlsx")
    assert beacon("init", tmp_path, "--from", tmp_path / "ads.xlsx", "--yes")[0] == 0
    assert load_workspace(tmp_path).catalog.sources["facts"].files == ("ads.xlsx",)
    assert not (tmp_path / "data").exists()


def test_nothing_is_written_unless_agreed_to(beacon, tmp_path, monkeypatch):
    file = tmp_path / "ads.csv"
    file.write_text(ads(), encoding="utf-8")
    monkeypatch.setattr("typer.confirm", lambda _: False)
    assert beacon("init", tmp_path / "mine", "--from", file)[0] == 0
    assert not (tmp_path / "mine").exists()


def test_a_workspace_is_never_written_over(beacon, shop):
    code, _, err = beacon("init", shop, "--from", shop / "data" / "ads.csv", "--yes")
    assert (code, "already" in err) == (1, True)


def test_the_command_runs_as_a_program_of_its_own(shop):
    words = [sys.executable, "-m", "bot.cli", "ask", str(shop), "roi", "--json"]
    done = subprocess.run(words, capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout)["values"]
    assert not done.stderr


def test_a_past_that_ends_before_it_begins_is_refused(beacon, shop):
    code, out, err = beacon("evaluate", shop, "--from", "2026-06-08", "--to", "2026-06-01")
    assert (code, out) == (1, "")
    assert "2026-06-08" in err


def test_what_is_wrong_in_a_sentence_that_was_typed_stands_in_no_file(beacon):
    _, _, err = beacon("rule", "投产比<")
    assert ":1:" not in err
    assert "1 | 投产比<\n   |        ^" in err


def test_a_workspace_that_cannot_be_written_says_so(beacon, tmp_path):
    (tmp_path / "ads.csv").write_text("日期,消耗\n2026-06-01,1\n", encoding="utf-8")
    (tmp_path / "taken").write_text("", encoding="utf-8")
    code, _, err = beacon("init", tmp_path / "taken" / "shop", "--from", tmp_path / "ads.csv", "--yes")
    assert (code, "cannot be written" in " ".join(err.split())) == (1, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,spend\n5/1/2026,1\n5/2/2026,2\n", "“5/1/2026”, which is not surely one day"),
        ("日期,消耗\n2026-06-01,=1+1\n2026-06-02,7\n", "“消耗” should be numbers, but holds “=1+1”"),
        ("日期,心情\n2026-06-01,1\n", "no column that is a known metric"),
        ("城市,消耗\n上海,1\n", "No column holds days"),
    ],
)
def test_a_file_that_cannot_begin_a_workspace_says_which_cell_is_in_the_way(beacon, tmp_path, text, said):
    (tmp_path / "ads.csv").write_text(text, encoding="utf-8")
    code, _, err = beacon("init", tmp_path / "new", "--from", tmp_path / "ads.csv", "--yes")
    assert code == 1
    assert said in " ".join(err.split())


def test_many_columns_that_nobody_knows_are_one_line(beacon, tmp_path):
    names = ",".join(f"c{i}" for i in range(300))
    ones = ",1" * 300
    (tmp_path / "ads.csv").write_text(f"日期,消耗,{names}\n2026-06-01,1{ones}\n", encoding="utf-8")
    code, out, _ = beacon("init", tmp_path / "new", "--from", tmp_path / "ads.csv", "--yes")
    assert code == 0
    assert len(out.splitlines()) < 6
    assert "c0, c1, c2, c3, c4, c5, c6, c7 … (300)" in out


def test_a_number_whose_parts_lie_apart_is_put_together(beacon, shop):
    (shop / "data" / "crm.csv").write_text("日期,线索数\n2026-06-08,100\n", encoding="utf-8")
    with (shop / "sources.yaml").open("a", encoding="utf-8") as sources:
        sources.write("- source: crm\n  files: data/crm.csv\n  grain: day\n  time: 日期\n  measures: {leads: 线索数}\n")
    code, out, _ = beacon("ask", shop, "cpl 2026-06-08")
    assert code == 0
    assert "0.5" in out  # 50 of spend, 100 leads
    assert "Put together of ads (facts through" in out
    assert "crm (facts through Jun 8)" in out


def test_a_sentence_without_its_metric_is_asked_for_it_and_in_doubt_all_the_same(beacon, shop):
    """A3: below the mean *by* 30 %, and the other reading beside it."""
    code, out, _ = beacon("rule", "日增量低于均值30%", "--workspace", shop, "--json")
    said = {doubt["code"]: doubt for doubt in json.loads(out)["doubts"]}
    assert code == 0
    assert said["rule-needs-metric"]["stops"] is True
    assert said["doubt-below-by"]["readings"] == ["该指标较历史均值下降超过 30%", "该指标较历史均值下降超过 70%"]
    assert said["doubt-weekly-season"]["readings"][1] == "该指标较历史同星期均值下降超过 30%"
    assert "doubt-context-metric" not in said


def test_check_says_what_is_missing_to_tell_an_alert_in_money(beacon, shop):
    (shop / "rules.yaml").write_text(
        "- {rule: cvr_low, title: CVR, when: 渠道转化率<2%, owner: lead}\n"
        "- {rule: roi_low, title: ROI, when: 渠道ROI<1, owner: lead}\n",
        encoding="utf-8",
    )
    sources = (shop / "sources.yaml").read_text(encoding="utf-8")
    (shop / "sources.yaml").write_text(
        sources.replace("spend: 花费", "spend: 花费, conversions: 备注, clicks: 备注"), "utf-8"
    )
    code, out, _ = beacon("check", shop)
    assert code == 0
    assert "cvr_low: alerts name no money at risk" in out
    assert "{metric: conversions, worth: 120}" in out
    (shop / "metrics.yaml").write_text("- {metric: conversions, worth: 120}\n", encoding="utf-8")
    assert "money at risk" not in beacon("check", shop)[1]
    assert "风险金额" not in beacon("check", shop, lang="zh_CN.UTF-8")[1]
