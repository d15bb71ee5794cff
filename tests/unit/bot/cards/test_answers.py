"""Answers, lists, traces, definitions, rules, help and trouble, as cards."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.cards.answer import answer_card, window_words
from bot.cards.board import MOST_ALERTS, alerts_card, board_card
from bot.cards.help import help_card
from bot.cards.metrics import definition_card, metrics_card
from bot.cards.problem import bug_card, problem_card
from bot.cards.rule import rule_card
from bot.cards.trace import event_words, trace_card
from bot.chat.card import Buttons, Facts, Picture, Table, Tone
from bot.chat.plain import plain
from core.alerts.alert import Handling, Stage
from core.alerts.event import Event
from core.calendar.grain import Period, Window
from core.errors import Forbidden, Invalid, Missing, Mistake, Problem, Unavailable, Where
from core.labels import Labels, Matcher
from core.notices.notice import Kind, Notice, Place
from core.notices.outbox import Delivery, Status
from core.routing.trace import Line, packed
from core.rules.check import check as mistakes_of
from core.rules.check import doubts
from core.rules.parse import understand
from core.rules.rule import Severity
from core.text import TONGUES
from core.usecases.ask import Absent, Answer, Asked, Question
from core.usecases.board import Board, Cell, Fresh, Row
from core.usecases.explain import Explanation, define
from tests.unit.bot.cards.office import JUNE_18, NOW, WECHAT, an_alert, check, workspace

WEEK = Window.days(date(2026, 6, 12), date(2026, 6, 18))
CATALOG = workspace().catalog
DOUYIN = Labels.of({"channel": "douyin"})
FIRST = Period.holding(date(2026, 6, 12), JUNE_18.grain)


def asked(metric="roi", labels=WECHAT, value=1.85, **more):
    unit = CATALOG.metrics[metric].unit
    series = tuple(value if value is None else value * (1 + day / 50) for day in range(7))
    return replace(Asked(metric, labels, unit, value, first=FIRST, series=series), **more)


def an_answer(*values, **more):
    question = Question(("roi",), WEEK, (Matcher("channel", ("wechat",)),))
    return Answer(replace(question, **more), values or (asked(),), fresh=JUNE_18)


COMPARED = an_answer(asked(compared_to=2.0, change=-0.075), compare=WEEK.previous())
BY_CHANNEL = an_answer(
    asked(compared_to=2.0, change=-0.075),
    asked(labels=DOUYIN, value=0.92, compared_to=0.88, change=0.045),
    asked(labels=Labels.of({"channel": "zhihu"}), value=None, absent=Absent.SAMPLE, first=None, series=()),
    by="channel",
    where=(),
    compare=WEEK.previous(),
)
TWO_METRICS = an_answer(asked(), asked("spend", value=123_000.0), metrics=("roi", "spend"))
NOTHING = an_answer(asked(value=None, absent=Absent.FACTS, first=None, series=()))


def a_row(metric, whole, *cells):
    return Row(CATALOG.metrics[metric], JUNE_18, (1.0,) * 28, Cell(Labels(), *whole), cells)


ROWS = (
    a_row("roi", (1.5, 1.52, 0.4), Cell(WECHAT, 0.8, 1.5, 12.0), Cell(DOUYIN, 2.1, 2.0, 0.7)),
    a_row("cvr", (0.03, 0.031, 0.3), Cell(WECHAT, 0.0187, 0.0313, 14.0), Cell(DOUYIN, 0.04, 0.03, 8.0)),
    a_row("spend", (10_000.0, 9_900.0, 0.1), Cell(WECHAT, 30_000.0, 2_000.0, 20.0), None),
)
FRESH = (
    Fresh("ads", JUNE_18, is_late=False),
    Fresh("crm", JUNE_18.shift(-2), is_late=True),
    Fresh("x", None, is_late=True),
)
BOARD = Board("channel", ("channel",), ("wechat", "douyin"), 0, ROWS, FRESH, (an_alert(),))
OTHER = an_alert(id="a2", handle="9zzz", severity=Severity.WARNING, handling=Handling(Stage.ACKED, "wangfang", NOW))
EVENTS = (
    Event("a1", 1, NOW - timedelta(hours=30), "pending", facts={"metric": "cvr", "unit": "percent", "value": 0.02,
          "until": "2026-06-18T02:00:00+00:00"}),
    Event("a1", 2, NOW - timedelta(minutes=20), "fired", facts={"metric": "cvr", "unit": "percent", "value": 0.0187}),
    Event("a1", 2, NOW - timedelta(minutes=20), "routed", facts=packed([
        Line("matched", {"route": "everything"}),
        Line("skipped", {"person": "liwei", "why": "away", "until": "2026-06-20"}),
        Line("found", {"person": "wangfang", "link": "duty", "to": "role:channel_lead"}),
        Line("told", {"kind": "first", "to": "wangfang", "why": "owner"}),
        Line("escalates", {"to": "lead", "at": "2026-06-19T02:00:00+00:00"}),
    ])),
    Event("a1", 3, NOW, "acked", "liwei", "slack", {"until": "2026-06-19T04:00:00+00:00", "severity": "critical"}),
    Event("a1", 4, NOW, "closed", "liwei", facts={"reason": "false-alarm"}),
)  # fmt: skip
SENT = Delivery(1, Notice("k", Kind.FIRST, "a1", Place("web", "board")), Status.SENT, NOW, NOW)
LOST = Delivery(2, Notice("l", Kind.ESCALATION, "a1", "wangfang"), Status.DEAD, NOW, NOW, place=Place("slack", "U1"),
                error="channel_not_found")  # fmt: skip


@pytest.mark.parametrize("tongue", TONGUES)
def test_cards_read_as_somebody_last_found_good(tongue):
    shop = workspace()
    said = understand("转化率环比下滑40%", CATALOG)
    cards = {
        "answer-one": answer_card(COMPARED, shop, tongue),
        "answer-by-channel": answer_card(BY_CHANNEL, shop, tongue),
        "answer-two-metrics": answer_card(TWO_METRICS, shop, tongue),
        "answer-nothing": answer_card(NOTHING, shop, tongue),
        "alerts": alerts_card([an_alert(), OTHER], shop, tongue, NOW),
        "alerts-none": alerts_card([], shop, tongue, NOW),
        "board": board_card(BOARD, shop, tongue, NOW),
        "trace": trace_card(Explanation(an_alert(), None, EVENTS, (SENT, LOST)), shop, tongue, NOW),
        "metrics": metrics_card(CATALOG.available(), shop, tongue),
        "definition": definition_card(define("roi", shop), shop, tongue),
        "rule": rule_card(said.sentence, doubts(said, CATALOG), shop, tongue),
        "help": help_card(shop, tongue),
    }
    for name, made in cards.items():
        check(name, made)


# --- answers


def test_an_answer_says_the_value_what_it_was_and_how_far_it_moved():
    made = answer_card(COMPARED, workspace(), "en")
    facts = next(block for block in made.blocks if isinstance(block, Facts)).facts
    assert [fact.value for fact in facts] == ["1.85×", "2.00×", "↓ 7.50%"]
    assert facts[-1].tone is Tone.BAD


def test_the_tone_of_a_change_follows_what_is_good_for_the_metric():
    cost = asked("cpc", compared_to=2.0, change=-0.075)
    facts = next(b for b in answer_card(an_answer(cost), workspace(), "en").blocks if isinstance(b, Facts)).facts
    assert facts[-1].tone is Tone.GOOD
    spend = asked("spend", compared_to=2.0, change=-0.075)
    facts = next(b for b in answer_card(an_answer(spend), workspace(), "en").blocks if isinstance(b, Facts)).facts
    assert facts[-1].tone is Tone.PLAIN


def test_an_answer_of_slices_is_a_table_that_says_why_a_value_is_not_there():
    table = next(b for b in answer_card(BY_CHANNEL, workspace(), "zh").blocks if isinstance(b, Table))
    assert table.rows[2] == ("知乎", "样本太少", "–")
    assert table.numeric == (1, 2)


def test_the_chart_has_a_line_for_each_slice_that_has_values():
    picture = next(b for b in answer_card(BY_CHANNEL, workspace(), "zh").blocks if isinstance(b, Picture))
    assert [line.label for line in picture.figure.lines] == ["微信", "抖音"]


def test_a_single_point_makes_no_chart():
    one = asked(series=(1.85,))
    assert not [b for b in answer_card(an_answer(one), workspace(), "en").blocks if isinstance(b, Picture)]


def test_many_slices_are_cut_and_the_rest_is_counted():
    many = [asked(labels=Labels.of({"channel": f"c{n:02}"}), value=30.0 - n) for n in range(25)]
    made = answer_card(an_answer(*many, by="channel", where=()), workspace(), "en")
    assert len(next(b for b in made.blocks if isinstance(b, Table)).rows) == 20
    assert "5 more are left out" in plain(made)


def test_an_answer_that_stops_early_says_where_its_data_ends():
    answer = replace(an_answer(), fresh=JUNE_18.shift(-2))
    assert "The data ends on Jun 16." in plain(answer_card(answer, workspace(), "en"))


def test_how_a_doubtful_period_was_read_is_echoed():
    assert "the week before last" in plain(answer_card(an_answer(), workspace(), "en", reading="the week before last"))


def test_the_next_questions_are_commands():
    made = answer_card(an_answer(where=()), workspace(), "en")
    buttons = next(b for b in made.blocks if isinstance(b, Buttons)).buttons
    assert [b.command for b in buttons] == ["roi by channel 2026-06-12..2026-06-18", "roi last 30 days"]


def test_a_question_with_a_value_in_chinese_has_no_button():
    made = answer_card(an_answer(where=(Matcher("channel", ("知乎",)),)), workspace(), "en")
    assert not [b for b in made.blocks if isinstance(b, Buttons)]
    made = answer_card(an_answer(where=(Matcher("channel", ("x",), negated=True),)), workspace(), "en")
    assert not [b for b in made.blocks if isinstance(b, Buttons)]


def test_hours_of_a_window_are_told():
    day = WEEK.start
    assert window_words(Window(day, day + timedelta(hours=9)), "en") == "Jun 12, 2026 00:00–09:00"
    assert window_words(Window(day, day + timedelta(hours=33)), "zh") == "2026年6月12日 00:00 – 6月13日 09:00"


# --- lists


def test_a_long_list_of_alerts_is_cut_and_the_rest_is_counted():
    many = [replace(an_alert(), id=f"a{n}", handle=f"h{n:03}") for n in range(MOST_ALERTS + 3)]
    made = alerts_card(many, workspace(), "en", NOW)
    assert len(next(b for b in made.blocks if isinstance(b, Table)).rows) == MOST_ALERTS
    assert "3 more" in plain(made)


def test_a_board_without_numbers_says_where_to_look():
    made = board_card(Board(None, (), (), 0, (), ()), workspace(), "en", NOW)
    assert "sources.yaml" in plain(made)


def test_metrics_like_a_word_that_none_is_like():
    made = metrics_card([], workspace(), "en", like="zzz")
    assert plain(made).endswith("No metric is like “zzz”.")
    assert "sources.yaml" in plain(metrics_card([], workspace(), "en"))


def test_a_base_metric_is_defined_by_how_it_is_counted():
    assert "Formula      added up" in plain(definition_card(define("spend", workspace()), workspace(), "en"))


def test_a_trace_of_very_many_events_keeps_the_newest():
    events = tuple(replace(EVENTS[1], at=NOW + timedelta(minutes=n), version=n) for n in range(40))
    made = trace_card(Explanation(an_alert(), None, events), workspace(), "en", NOW)
    assert "10 earlier lines are left out." in plain(made)
    assert "Nothing has happened yet." in plain(trace_card(Explanation(an_alert(), None), workspace(), "en", NOW))


def test_a_number_that_crosses_its_bound_by_luck_is_not_hidden():
    alert = an_alert()
    kept = replace(alert, finding=replace(alert.finding, is_kept_back=True))
    says = {"en": "by no more than luck would", "zh": "偶然波动就能如此"}
    for tongue, words in says.items():
        told, silent = (plain(trace_card(Explanation(one, None), workspace(), tongue, NOW)) for one in (kept, alert))
        assert (words in told, words in silent) == (True, False)


def test_an_hour_a_week_and_a_length_are_dressed_in_a_trace():
    facts = {"metric": "cvr", "unit": "percent", "value": 0.03, "lasted": 11_400}
    event = Event("a1", 3, NOW, "recovered", facts=facts)
    assert event_words(event, workspace(), "zh", NOW) == "恢复：转化率 3.00%，历时 3小时10分"


# --- rules and trouble


def test_a_rule_that_cannot_run_says_what_to_mend():
    said = understand("转化率低于2", CATALOG)
    made = rule_card(said.sentence, (), workspace(), "en", mistakes=mistakes_of(said.sentence, CATALOG))
    assert made.tone is Tone.BAD
    assert "Did you mean “2%”?" in plain(made)


def test_a_rule_without_doubt_says_so():
    said = understand("ROI < 1", CATALOG)
    assert "Nothing in it is in doubt." in plain(rule_card(said.sentence, (), workspace(), "en"))


@pytest.mark.parametrize(
    ("problem", "title", "said"),
    [
        (
            Missing("unknown-metric", name="roii", suggestion="roi"),
            "没有找到",
            "没有指标“roii”。是不是“roi”？",
        ),
        (
            Forbidden("forbidden-right", right="act", name="查理", who="王芳"),
            "没有权限",
            "查理 可以查看，但不能处理预警。可以找：王芳。",
        ),
        (
            Unavailable("warehouse-slow", seconds=5),
            "暂时连不上",
            "数据在 5 秒内没有返回。请缩短时间范围，或一分钟后再试。",
        ),
        (
            Problem("already-acked", by="liwei", minutes=3),
            "没能完成",
            "李伟 3 分钟前已认领。要接手，请把它转给自己。",
        ),
        (
            Problem("person-away", person="liwei", until="2026-06-20", backup="wangfang"),
            "没能完成",
            "李伟 休假至 6月20日，由 王芳 代理。",
        ),
        (
            Problem("person-away", person="liwei", until="2026-06-20", backup=""),
            "没能完成",
            "李伟 休假至 6月20日。",
        ),
        (
            Problem("snooze-past", until="2026-06-18T02:00:00+00:00"),
            "没能完成",
            "6月18日 10:00 已经过了，请换一个以后的时间。",
        ),
        (
            Problem("stale-version", handle="7f3k", what="worse", version=13),
            "没能完成",
            "卡片生成之后 7f3k 有了变化（加重）。请看过最新情况再决定。",
        ),
    ],
)
def test_a_problem_says_what_happened_and_what_to_do(problem, title, said):
    made = problem_card(problem, "zh", workspace())
    assert (made.title, made.summary) == (title, said)


def test_a_problem_without_a_workspace_keeps_its_facts():
    assert problem_card(Problem("already-owner", to="liwei"), "en").summary == "liwei has it already."


def test_all_mistakes_are_told_with_their_carets():
    where = Where("rules.yaml", 3, 9, 4, "  when: roii < 1")
    card = problem_card(Invalid([Mistake("rule-unknown-word", {"said": "roii", "suggestion": "roi"}, where)]), "en")
    assert card.title == "1 thing to mend"
    assert plain(card).splitlines()[3:] == [
        "rules.yaml:3:9",
        " “roii” is not understood here. Did you mean “roi”?",
        " 3 |   when: roii < 1",
        "   |         ^^^^",
    ]


def test_a_bug_is_owned_up_to_with_a_reference():
    assert "AB12" in bug_card("AB12", "zh").summary
