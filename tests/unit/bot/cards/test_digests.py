"""Digests, their settings and the meeting's pack as somebody last found them good, in both tongues."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from bot.cards.digest import digest_card, shown_numbers
from bot.cards.digest_numbers import moved_words, trend_figure
from bot.cards.digest_settings import chosen_card, settings_card, settings_form
from bot.cards.meeting import meeting_card
from bot.chat.card import Buttons, Picture, Prose, Tone
from bot.chat.plain import plain
from core.alerts.alert import Handling, Reason, Stage
from core.alerts.work import Answer, Fate, Loss, Promise, Proposal, Work
from core.attribution.attribute import Attribution, Cause, Kind
from core.calendar.edition import Edition
from core.calendar.grain import Grain, Period, Window
from core.labels import Labels
from core.metrics.target import Planned
from core.notices.notice import Place
from core.quality.fault import Check, Fault, Verdict
from core.quantity import Unit
from core.review.record import Record
from core.review.score import Tally
from core.routing.digests import Every, Level, Plan
from core.text import TONGUES, Text
from core.usecases.digest import Digest, Moved
from core.usecases.follow_up import Pledge
from core.usecases.meeting import Meeting, by_cause
from core.usecases.numbers import Number, SoFar, Trend
from core.usecases.promised import Promised
from core.usecases.review import Review
from core.usecases.why import Why
from tests.unit.bot.cards.office import JUNE_18, NOW, WECHAT, an_alert, check, workspace

CATALOG = workspace().catalog
DAY, WEEK = Window.of(JUNE_18, JUNE_18), Window.days(date(2026, 6, 8), date(2026, 6, 14))
BOARD = Place("web", "board")


def a_number(code="revenue", value=120_000.0, before=160_000.0, **more):
    compare = Window.days(date(2026, 6, 11), date(2026, 6, 11))
    usual = (before, before * 1.01, before * 0.99) if before else ()
    facts = {"compare": compare, "before": before, "usual": usual} | more
    return Number(CATALOG.metrics[code], "ads", facts.pop("window", DAY), value, **facts)


REVENUE = a_number(plan=150_000.0, so_far=SoFar(Window.days(date(2026, 6, 1), date(2026, 6, 18)), 2.4e6, 2.7e6))
ROI = a_number("roi", 1.85, 1.86, plan=2.0)
LATE = a_number("cvr", None, None, faults=(Fault(Check.COMPLETE, Verdict.LATE, Labels.of({"channel": "douyin"})),))
OLDER = a_number("spend", 64_000.0, 63_900.0, window=Window.days(date(2026, 6, 16), date(2026, 6, 16)))
CAUSE = Cause(WECHAT, -0.6, 0.78, 0.9, 80_000.0, 32_000.0)
WHY = Why(
    CATALOG.metrics["revenue"], (), DAY, (DAY,), Attribution(Kind.SUM, 160_000.0, 120_000.0, (CAUSE,)), ("channel",)
)
TREND = Trend(REVENUE, JUNE_18.shift(-6), (1.5e5, 1.6e5, 1.55e5, None, 1.6e5, 1.58e5, 1.2e5))

HALF = Proposal(Text("Halve it", "预算减半"), "role:director", JUNE_18.index, answer=Answer.PROPOSED)
PROPOSED = an_alert(owner="liwei", work=Work(proposal=HALF))
UNOWNED = an_alert(id="a2", handle="9zzz", owner=None)
OLD = an_alert(id="a3", handle="4aaa", owner="liwei")


def a_pledge(alert=OLD, due=timedelta(hours=-3), **more):
    promise = Promise(1, "liwei", "replace the copy", NOW + due, "liwei", NOW - timedelta(days=1), NOW + due, **more)
    return Pledge(promise, replace(alert, work=Work(promises=(promise,))))


TWICE = a_pledge(asked=2)
COMING = a_pledge(due=timedelta(hours=8))
ACTED = Handling(Stage.CLOSED, "liwei", NOW, reason=Reason.REAL_ACTED, cause="copy", action="copy")
RECORDS = (
    Record(replace(OLD, handling=ACTED, loss=Loss(12_000.0, Unit.MONEY)), JUNE_18, NOW, NOW, NOW, NOW, NOW, NOW),
    Record(UNOWNED, JUNE_18, NOW, NOW, None, None, None, None),
)


def a_digest(level=Level.MANAGER, every=Every.DAY, **more):
    window = DAY if every is Every.DAY else WEEK
    period = JUNE_18.shift(1) if every is Every.DAY else Period.holding(date(2026, 6, 8), Grain.WEEK)
    facts = {
        "numbers": (REVENUE, ROI, LATE, OLDER),
        "moved": (Moved(REVENUE, WHY),),
        "trend": TREND,
        "alerts": (PROPOSED, UNOWNED, OLD),
        "overdue": (OLD,),
        "recovered": (an_alert(id="a4", handle="5bbb"),),
        "proposed": (PROPOSED,),
        "twice": (TWICE,),
        "promised": Promised((a_pledge(due=timedelta(hours=-9), fate=Fate.KEPT),), (TWICE,)),
        "pledges": (TWICE, COMING),
        "tally": Tally(RECORDS),
    }
    told = {name: tuple(_over(window, one) for one in (facts | more)["numbers"]) for name in ("numbers",)}
    return Digest(Plan(BOARD, level, every), Edition(date(2026, 6, 19), period, window), NOW, **facts | more | told)


def _over(window, number):
    return replace(number, window=window) if number.window == DAY else number


def a_meeting(**more):
    told = a_digest(every=Every.WEEK, **more)
    tally = told.tally
    review = Review(
        WEEK.first_day, WEEK.last_day, tally, {"cvr_drop": tally} if tally.alerts else {}, (), (), (), (), ()
    )
    return Meeting(told, review, by_cause(tally.records))


EMPTY = dict.fromkeys(("moved", "alerts", "overdue", "recovered", "proposed", "twice", "pledges"), ()) | {
    "numbers": (ROI,), "promised": Promised(), "tally": Tally(()), "trend": None,
}  # fmt: skip


@pytest.mark.parametrize("tongue", TONGUES)
def test_digests_read_as_somebody_last_found_good(tongue):
    shop = workspace()
    plans = (Plan("liwei", Level.OPERATOR), Plan("liwei", Level.MANAGER, Every.WEEK, time(10), on=4))
    cards = {
        "digest-executive": digest_card(a_digest(Level.EXECUTIVE), shop, tongue),
        "digest-manager": digest_card(a_digest(Level.MANAGER, Every.WEEK), shop, tongue),
        "digest-operator": digest_card(a_digest(Level.OPERATOR), shop, tongue),
        "digest-quiet": digest_card(a_digest(**EMPTY), shop, tongue),
        "digest-nothing": digest_card(a_digest(**EMPTY | {"numbers": ()}), shop, tongue),
        "digest-settings": settings_card(plans, "liwei", shop, tongue),
        "digest-chosen": chosen_card(plans[1], "liwei", Every.WEEK, shop, tongue),
        "digest-off": chosen_card(None, BOARD, Every.WEEK, shop, tongue),
        "meeting": meeting_card(a_meeting(), shop, tongue),
        "meeting-nothing": meeting_card(a_meeting(**EMPTY), shop, tongue),
    }
    for name, made in cards.items():
        check(name, made)


def test_an_executive_reads_three_numbers_and_no_more():
    many = (REVENUE, ROI, LATE, OLDER, a_number("clicks", 10.0, 10.0))
    found = a_digest(Level.EXECUTIVE, numbers=many, moved=(Moved(OLDER),))
    assert [one.metric.code for one in shown_numbers(found)] == ["revenue", "roi", "cvr"]
    assert OLDER in shown_numbers(replace(found, plan=Plan(BOARD, Level.OPERATOR))), "who works there reads what moved"


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_number_that_is_not_said_is_nowhere_said(tongue):
    whole = a_number("cvr", 0.0313, 0.0299)
    told = plain(digest_card(a_digest(numbers=(REVENUE, whole)), workspace(), tongue))
    silent = plain(digest_card(a_digest(numbers=(REVENUE, LATE)), workspace(), tongue))
    assert "3.13%" in told
    assert "3.13%" not in silent
    assert "ads" in silent


def test_the_why_is_said_where_it_is_known_and_nothing_is_made_up():
    assert "WeChat" in moved_words(Moved(REVENUE, WHY), workspace(), "en")
    bare = moved_words(Moved(REVENUE), workspace(), "en")
    assert bare.endswith("on Thu, Jun 11).")
    everywhere = replace(WHY, found=Attribution(Kind.SUM, 1.0, 0.7, (), everywhere=-0.3))
    assert "everywhere" in moved_words(Moved(REVENUE, everywhere), workspace(), "en")


def test_the_picture_carries_the_plan_of_one_of_its_days_and_marks_what_broke():
    figure = trend_figure(TREND, workspace(), "en")
    assert figure.bound == 150_000.0
    assert figure.breaches == (6,)
    three = replace(TREND, number=replace(REVENUE, window=Window.days(date(2026, 6, 16), date(2026, 6, 18))))
    shop = replace(workspace(), catalog=replace(CATALOG, planned=(Planned("revenue", Labels(), Decimal(1)),)))
    assert trend_figure(three, shop, "en").bound == 50_000.0
    good = replace(TREND, number=replace(REVENUE, value=2e5))
    assert trend_figure(good, workspace(), "en").breaches == ()


def test_a_card_has_one_picture_and_a_tone_that_follows_what_is_late():
    assert sum(isinstance(one, Picture) for one in digest_card(a_digest(), workspace(), "zh").blocks) == 1
    calm = {"overdue": (), "twice": ()}
    some = (a_digest(**calm), a_digest(**calm, numbers=(ROI,)), a_digest(**EMPTY))
    tones = [digest_card(one, workspace(), "zh").tone for one in some]
    assert tones == [Tone.WARNING, Tone.PLAIN, Tone.GOOD]


def test_every_command_behind_a_button_fits_one():
    for made in (digest_card(a_digest(), workspace(), "zh"), meeting_card(a_meeting(), workspace(), "en")):
        commands = [one.command for block in made.blocks if isinstance(block, Buttons) for one in block.buttons]
        assert commands
    assert "digest meeting" in str(digest_card(a_digest(every=Every.WEEK), workspace(), "zh"))


def test_the_form_types_what_can_be_typed():
    form = settings_form((Plan("liwei", Level.OPERATOR),), BOARD, "en")
    assert form.command == "digest here"
    assert [getattr(field, "chosen", "") for field in form.fields] == ["daily", "operator", "", ""]


def test_nothing_at_all_is_one_line_that_says_so():
    made = digest_card(a_digest(**EMPTY | {"numbers": ()}), workspace(), "en")
    assert [block.text for block in made.blocks if isinstance(block, Prose)] == [
        "There is nothing to tell: no alert is open, and no number has facts for these days."
    ]
