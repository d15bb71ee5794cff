"""An alert's card in each of its states, as the one who gets it reads it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cards.alert import alert_card, headline
from bot.cards.figures import alert_figure
from bot.cards.happened import late_words
from bot.chat.card import Buttons, Card, Facts, Picture, Prose, Tone
from bot.commands.lexicon import Lexicon
from bot.commands.parse import parse
from core.alerts.alert import Alert, Condition, Handling, Phase, Reason, Stage
from core.alerts.event import BEACON, Event
from core.alerts.holds import Hold, HoldKind
from core.alerts.work import Answer, Proposal, Work
from core.calendar.grain import Grain
from core.notices.notice import Kind, Notice
from core.rules.finding import Finding, State
from core.rules.rule import Severity
from core.rules.tree import Lag, Usual
from core.text import TONGUES, Text
from tests.builders import a_promise
from tests.unit.bot.cards.office import NOW, a_history, a_term, an_alert, check, fell, workspace

ACKED = Handling(Stage.ACKED, "liwei", NOW - timedelta(minutes=3), NOW + timedelta(hours=2), Severity.CRITICAL)
CLOSED = Handling(Stage.CLOSED, "wangfang", NOW, reason=Reason.FALSE_ALARM)
PROPOSED = Proposal(Text("cut the budget by 10%", "扣减渠道预算10%"), "role:director", 1, answer=Answer.PROPOSED)
SNOOZE = Hold("h", "a1", HoldKind.SNOOZE, "liwei", NOW, NOW + timedelta(hours=2))
OVER = {
    "condition": Condition(Phase.OK, NOW),
    "recovered_at": NOW,
    "fired_at": NOW - timedelta(hours=3, minutes=10),
    "finding": replace(an_alert().finding, state=State.CALM, terms=(fell(0.0302, 0.0313),)),
}
ROI_AND_BUDGET = (a_term("roi", 0.9996, bound=1.0), a_term("budget_use", 1.12, bound=1.0))


def card(alert: Alert, **more: object) -> Card:
    return alert_card(alert, workspace(), more.pop("tongue", "en"), NOW, **more)


def commands(made: Card) -> list[str]:
    return [
        button.command.split()[0] for block in made.blocks if isinstance(block, Buttons) for button in block.buttons
    ]


def values(made: Card) -> dict[str, str]:
    return {fact.label: fact.value for block in made.blocks if isinstance(block, Facts) for fact in block.facts}


def first_line(made: Card) -> str:
    assert isinstance(made.blocks[0], Prose)
    return made.blocks[0].text


def a_notice(kind: Kind, **facts: object) -> Notice:
    return Notice("k", kind, "a1", "liwei", facts)


@pytest.mark.parametrize("tongue", TONGUES)
def test_cards_read_as_somebody_last_found_good(tongue):
    seen = {
        "alert-open": (an_alert(), {"figure": alert_figure(an_alert(), a_history(), workspace(), tongue)}),
        "alert-acked": (an_alert(handling=ACKED), {}),
        "alert-closed": (an_alert(handling=CLOSED), {}),
        "alert-snoozed": (an_alert(), {"holds": [SNOOZE]}),
        "alert-recovered": (an_alert(**OVER), {"notice": a_notice(Kind.RECOVERED)}),
        "alert-two-terms": (an_alert(*ROI_AND_BUDGET, rule="roi_low", severity=Severity.WARNING), {}),
        "alert-escalated": (an_alert(), {"notice": a_notice(Kind.ESCALATION, level=1, to="lead")}),
    }
    for name, (alert, more) in seen.items():
        check(name, card(alert, tongue=tongue, **more))


def test_the_title_says_metric_slice_and_how_far_it_moved():
    assert card(an_alert(), tongue="zh").title == "转化率 · 微信 −40.3%"
    assert card(an_alert()).title == "Conversion rate · WeChat −40.3%"


def test_the_title_of_a_crossed_line_says_the_value_in_digits_that_tell_it_from_the_line():
    alert = an_alert(*ROI_AND_BUDGET, rule="roi_low")
    assert headline(alert, workspace(), "zh") == "投产比 · 微信 0.9996×"


def test_a_fall_by_a_hair_more_than_the_bound_is_not_rounded_onto_it():
    made = card(an_alert(fell(value=0.699, baseline=1.0)))
    assert values(made)["Change"] == "↓ 30.1%"
    made = card(an_alert(fell(value=0.69999, baseline=1.0)))
    assert values(made)["Change"] == "↓ 30.001%"
    assert values(made)["Threshold"] == "a fall of 30%"


def test_of_a_rule_with_or_only_what_holds_is_told():
    calm, bad = a_term("roi", 1.5, bound=1.0), fell(0.0187, 0.0313, -0.1)
    made = card(an_alert(calm, bad, rule="either"))
    assert made.title == "Conversion rate · WeChat −40.3%"
    assert "ROI" not in first_line(made)


def test_a_move_in_points_is_told_in_points():
    made = card(an_alert(fell(0.025, 0.0313, -0.005), rule="points"))
    assert made.title == "Conversion rate · WeChat −0.63 pp"
    assert values(made)["Threshold"] == "a fall of 0.5 pp"


def test_a_baseline_says_how_many_days_it_is_the_mean_of():
    term = replace(fell(), against=Usual(28))
    assert "近 28 天均值（3.13%）" in first_line(card(an_alert(term), tongue="zh"))


def test_the_period_over_period_of_a_daily_rule_is_the_day_before():
    term = replace(fell(), against=Lag(None))
    assert "the day before" in first_line(card(an_alert(term)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["ack", "snooze", "why", "close", "more"]),
        ({"handling": ACKED}, ["done", "snooze", "why", "close", "more"]),
        ({"handling": CLOSED}, ["why", "more"]),
        (OVER, ["why", "close", "more"]),
        ({"offered_by": "alice", "answer_by": NOW}, ["accept", "decline", "close", "more"]),
        ({"work": Work(proposal=PROPOSED)}, ["approve", "reject", "ack", "close", "more"]),
        ({"condition": Condition(Phase.PENDING, NOW), "fired_at": None}, ["why"]),
        (
            {"condition": Condition(Phase.UNKNOWN, NOW, resume=Phase.FIRING)},
            ["ack", "snooze", "why", "close", "more"],
        ),
    ],
)
def test_only_buttons_that_make_sense_now_are_shown(changes, expected):
    assert commands(card(an_alert(**changes))) == expected


def test_a_snoozed_alert_offers_no_second_snooze():
    assert "snooze" not in commands(card(an_alert(), holds=[SNOOZE]))


def test_an_ended_hold_of_another_alert_counts_for_nothing():
    ended, other = replace(SNOOZE, ended=NOW), replace(SNOOZE, alert="a2")
    assert values(card(an_alert(), holds=[ended, other]))["State"] == "waiting for somebody"


def test_each_button_is_a_command_that_works_by_hand():
    lexicon = Lexicon.of([], [], [])
    made = card(an_alert())
    for block in made.blocks:
        if isinstance(block, Buttons):
            for button in block.buttons:
                command = parse(button.command, lexicon)
                assert (command.alert.handle, command.alert.version) == ("7f3k", 12)
                assert type(command).__name__.lower() == button.command.split()[0]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"handling": ACKED}, "Li Wei took it 3 min ago"),
        ({"handling": replace(ACKED, at=NOW)}, "Li Wei took it just now"),
        ({"handling": CLOSED}, "closed by Wang Fang: false alarm"),
        ({"handling": Handling(Stage.CLOSED, None, NOW, reason=Reason.RECOVERED)}, "closed: recovered"),
        ({"condition": Condition(Phase.CLEARING, NOW)}, "getting better"),
        ({"condition": Condition(Phase.UNKNOWN, NOW)}, "no new data; nothing is decided"),
        ({"condition": Condition(Phase.PENDING, NOW)}, "bad since 09:30, waiting to see whether it stays so"),
    ],
)
def test_the_state_says_who_has_it_and_how_it_stands(changes, state):
    assert values(card(an_alert(**changes)))["State"] == state


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (HoldKind.SNOOZE, "quiet until 11:30 (Li Wei)"),
        (HoldKind.QUIET_HOURS, "held until 11:30, outside working hours"),
        (HoldKind.DATA_LATE, "held: the data is late"),
    ],
)
def test_a_hold_says_until_when(kind, state):
    unheard = an_alert(told_at=None)
    assert values(card(unheard, holds=[replace(SNOOZE, kind=kind)]))["State"] == state


def test_one_person_s_night_and_a_storm_are_no_state_for_the_others():
    for kind in (HoldKind.QUIET_HOURS, HoldKind.STORM):
        assert (
            values(card(an_alert(told_at=NOW), holds=[replace(SNOOZE, kind=kind)]))["State"]
            == values(card(an_alert(told_at=NOW)))["State"]
        )


@pytest.mark.parametrize(
    ("notice", "changes", "line"),
    [
        (a_notice(Kind.WORSE), {}, "It has become worse."),
        (a_notice(Kind.REOPENED), {"occurrence": 2}, "It is back, for the second time."),
        (a_notice(Kind.ESCALATION, level=2), {}, "Nobody has answered, so it comes to you (level 2)."),
        (a_notice(Kind.ASSIGNED, actor="wangfang"), {}, "Wang Fang has given this to you."),
        (
            a_notice(Kind.ASSIGNED, actor="wangfang"),
            {"work": a_promise(NOW + timedelta(days=1))},
            "Wang Fang has given this to you, due Jun 20, 09:30.",
        ),
        (
            a_notice(Kind.HOLD_ENDED, was=0.02),
            {},
            "The quiet time is over and it is still bad: 1.87% now, 2.00% when it began.",
        ),
        (a_notice(Kind.HOLD_ENDED), {}, "The quiet time is over and it is still bad: 1.87%."),
        (a_notice(Kind.HOLD_ENDED), OVER, "The quiet time is over, and the number has recovered meanwhile."),
        (a_notice(Kind.REMINDER, happening="ack-asked", by="liwei"), {}, "Still on it? Press “Still on it” again"),
        (a_notice(Kind.REMINDER, happening="ack-ended", by="liwei"), {}, "No answer came from Li Wei"),
        (
            a_notice(Kind.REMINDER, happening="overdue", due="2026-06-18T10:00:00+00:00"),
            {},
            "This was due Jun 18, 18:00",
        ),
        (
            a_notice(Kind.REMINDER, happening="overdue", due="2026-06-18T10:00:00+00:00", owner="liwei", why="lead"),
            {},
            "Li Wei promised this for Jun 18, 18:00, and it is not done: look into it.",
        ),
        (a_notice(Kind.RECOVERED), OVER, "Recovered after 3 h 10 min."),
    ],
)
def test_a_notice_puts_its_own_line_first(notice, changes, line):
    assert first_line(card(an_alert(**changes), notice=notice)).startswith(line)


@pytest.mark.parametrize("kind", [Kind.FIRST, Kind.STATE])
def test_a_first_word_and_a_new_state_need_no_line_of_their_own(kind):
    assert card(an_alert(), notice=a_notice(kind)) == card(an_alert())


def test_who_is_asked_whether_still_on_it_gets_the_button_for_it():
    made = card(an_alert(handling=ACKED), notice=a_notice(Kind.REMINDER, happening="ack-asked", by="liwei"))
    assert commands(made)[0] == "ack"


def test_the_tone_is_that_of_the_severity_and_good_once_it_is_over():
    assert card(an_alert()).tone is Tone.BAD
    assert card(an_alert(severity=Severity.WARNING)).tone is Tone.WARNING
    assert card(an_alert(severity=Severity.INFO)).tone is Tone.PLAIN
    assert card(an_alert(**OVER)).tone is Tone.GOOD
    assert card(an_alert(handling=CLOSED)).tone is Tone.PLAIN


def test_a_rise_of_what_should_rise_is_good_news():
    rose = a_term(value=0.05, baseline=0.03, bound=0.3, against=Lag(Grain.DAY))
    assert card(an_alert(rose, severity=Severity.INFO)).tone is Tone.GOOD


def test_an_alert_whose_rule_is_gone_still_has_its_card():
    made = card(an_alert(rule="gone"))
    assert made.title == "Conversion rate · WeChat −40.3%"
    assert "rule:" not in str(made)


def test_an_alert_without_a_number_says_so_by_its_rules_title():
    nothing = Finding(an_alert().fingerprint, an_alert().finding.period, State.BREACHED)
    assert card(an_alert(finding=nothing)).title == "Conversion rate drops · WeChat"
    assert "has no value" in first_line(card(an_alert(a_term(value=None))))


def test_what_is_due_stands_among_the_facts():
    assert values(card(an_alert(work=a_promise(NOW + timedelta(days=1)))))["Due"] == "Jun 20, 09:30"


def test_the_chart_marks_the_breach_and_says_in_words_what_it_shows():
    figure = alert_figure(an_alert(), a_history(), workspace(), "en")
    assert figure.breaches == (34,)
    assert figure.bound is None  # the bound is of the change, not of the value
    assert figure.band is not None
    picture = next(block for block in card(an_alert(), figure=figure).blocks if isinstance(block, Picture))
    assert picture.alt == "Conversion rate · WeChat: 1.87% on Jun 18, from 1.87% to 3.20% in the last 35 periods."


def test_the_chart_of_a_crossed_line_has_the_line():
    alert = an_alert(a_term(value=0.0187, bound=0.02))
    figure = alert_figure(alert, a_history(), workspace(), "zh")
    assert (figure.bound, figure.bound_label) == (0.02, "预警线 2%")


def test_a_recovered_alert_marks_no_breach():
    assert alert_figure(an_alert(**OVER), a_history(), workspace(), "zh").breaches == ()


def test_a_short_past_has_no_usual_range():
    short = replace(a_history(), values=a_history().values[-8:])
    assert alert_figure(an_alert(), short, workspace(), "zh").band is None


@pytest.mark.parametrize(
    ("tongue", "line"),
    [
        ("zh", "补报：6月2日 周二 的数据刚到或刚更正"),
        ("en", "Found late: the facts of Tue, Jun 2 came or were corrected only now"),
    ],
)
def test_a_late_find_says_so_on_its_card_for_as_long_as_it_is_the_same_find(tongue, line):
    alert = replace(an_alert(), fired_at=NOW)
    found = Event("a1", 1, NOW, "late-found", BEACON, None, {"period": "2026-06-02"})
    before = replace(found, at=NOW - timedelta(days=1))

    late = late_words(alert, [before, found], workspace(), tongue, NOW)

    assert late == line
    assert Prose(line) in card(alert, tongue=tongue, late=late).blocks
    assert late_words(alert, [before], workspace(), tongue, NOW) == ""  # that was another time
