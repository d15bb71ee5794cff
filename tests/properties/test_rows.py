"""From value to row and back: nothing is lost, to the last digit."""

from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts.alert import Alert, Condition, Escalation, Feedback, Handling, Phase, Reason, Stage, Step
from core.alerts.event import Event
from core.alerts.holds import Hold, HoldKind
from core.alerts.work import Answer, Fate, Loss, Promise, Proposal, Tick, Work
from core.calendar.grain import Grain, Period
from core.labels import Labels
from core.notices.notice import Kind, Notice, Place
from core.notices.outbox import Status
from core.notices.surface import Surface
from core.quality.fault import Check, Fault, Verdict
from core.quantity import Unit
from core.rules.finding import Finding, Lender, Lent, State, Term
from core.rules.rule import Fingerprint, Severity
from core.rules.tree import FixedBase, Lag, LastTime, SoFar, Target, Usual, YearAgo
from core.store import rows
from core.text import Text
from tests.builders import an_alert

words = st.text(max_size=20)
counts = st.integers(0, 2**31 - 1)
moments = st.datetimes(timezones=st.just(UTC))
maybe = st.none() | moments
numbers = st.none() | st.floats(allow_nan=False)
labels = st.dictionaries(words, words, max_size=3).map(Labels.of)
facts = st.dictionaries(words, words | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False), max_size=4)
against = (
    st.none()
    | st.builds(Lag, st.none() | st.sampled_from(Grain), counts)
    | st.just(YearAgo())
    | st.builds(Usual, st.none() | counts, st.sampled_from(["mean", "median"]), st.booleans())
    | st.just(Target())
    | st.builds(LastTime, st.none() | words)
    | st.builds(FixedBase, st.dates())
    | st.builds(SoFar, st.builds(Lag, st.sampled_from(Grain), counts) | st.just(YearAgo()))
)
whole = st.none() | st.integers(1, 2100)
lent = st.none() | st.builds(Lent, st.sampled_from(Lender), st.none() | words, whole, whole)
terms = st.builds(Term, words, st.sampled_from(Unit), numbers, against, numbers, numbers, numbers, numbers, lent)
faults = st.builds(
    *(Fault, st.sampled_from(Check), st.sampled_from(Verdict), labels, st.none() | words, st.none() | words),
    *(numbers, numbers, words, st.floats(0, 1)),
)
phases = st.sampled_from(Phase)
severities = st.sampled_from(Severity)
steps = st.builds(Step, st.timedeltas(timedelta(0), timedelta(days=900)), words)
periods = st.builds(Period, st.sampled_from(Grain), st.integers(-(10**6), 10**6))
places = st.builds(Place, words, words, st.none() | st.text(min_size=1, max_size=9))


texts = st.builds(Text, words, words)
promises = st.builds(
    *(Promise, counts, st.none() | words, words, moments, words, moments, moments, numbers, counts),
    *(st.sampled_from(Fate), st.booleans()),
)
proposals = st.builds(
    Proposal, texts, words, counts, st.booleans(), st.sampled_from(Answer), st.none() | words, st.none() | moments
)
works = st.builds(
    Work,
    st.lists(st.builds(Tick, counts, words, moments, counts), max_size=2).map(tuple),
    st.lists(promises, max_size=2).map(tuple),
    st.none() | proposals,
    words,
)


@st.composite
def alerts(draw):
    fingerprint = Fingerprint(draw(words), draw(labels))
    return Alert(
        draw(words),
        draw(words),
        fingerprint,
        draw(severities),
        Condition(draw(phases), draw(moments), draw(counts), draw(st.none() | phases), draw(maybe)),
        Handling(
            draw(st.sampled_from(Stage)),
            draw(st.none() | words),
            draw(maybe),
            draw(maybe),
            draw(st.none() | severities),
            draw(st.none() | st.sampled_from(Reason)),
            draw(words),
            draw(words),
            draw(maybe),
        ),
        Escalation(tuple(draw(st.lists(steps, max_size=3))), draw(counts), draw(maybe)),
        Finding(
            fingerprint,
            draw(periods),
            draw(st.sampled_from(State)),
            tuple(draw(st.lists(terms, max_size=3))),
            draw(st.booleans()),
            tuple(draw(st.lists(faults, max_size=2))),
            draw(st.booleans()),
        ),
        draw(moments),
        draw(st.none() | words),
        draw(st.none() | words),
        draw(counts),
        draw(counts),
        draw(counts),
        draw(maybe),
        draw(maybe.map(lambda moment: moment and moment.replace(year=min(moment.year, 9000)))),
        draw(maybe),
        draw(st.none() | words),
        draw(maybe),
        tuple(draw(st.lists(counts, max_size=4))),
        draw(works),
        draw(st.none() | st.sampled_from(Feedback)),
        draw(st.none() | st.builds(Loss, st.floats(0, 1e12), st.sampled_from(Unit), words)),
    )


@given(alerts())
def test_an_alert_comes_back(alert):
    assert rows.alert_of(rows.alert_row(alert)) == alert


@given(st.builds(Event, words, counts, moments, words, words, st.none() | words, facts))
def test_an_event_comes_back(event):
    assert rows.event_of(rows.event_row(event)) == event


@given(
    st.builds(
        Hold,
        words,
        words,
        st.sampled_from(HoldKind),
        words,
        moments,
        moments,
        maybe,
        st.none() | st.floats(allow_nan=False),
        st.none() | st.floats(allow_nan=False),
    )
)
def test_a_hold_comes_back(hold):
    assert rows.hold_of(rows.hold_row(hold)) == hold


@given(st.builds(Notice, words, st.sampled_from(Kind), st.none() | st.text(min_size=1), words | places, facts), moments)
def test_a_notice_comes_back_as_a_delivery_not_yet_tried(notice, now):
    delivery = rows.delivery_of(rows.notice_row(notice, now) | {"id": 7})
    assert delivery.notice == notice
    assert (delivery.status, delivery.due_at, delivery.attempts, delivery.place) == (Status.QUEUED, now, 0, None)


@given(st.builds(Surface, words, places, words, words, counts))
def test_a_surface_comes_back(surface):
    assert rows.surface_of(rows.surface_row(surface)) == surface


def test_a_comparison_that_nobody_knows_is_not_guessed():
    row = rows.alert_row(an_alert())
    row["finding"] = row["finding"].replace("null,null,null,1.0,null", '["moon"],null,null,1.0,null')
    with pytest.raises(ValueError, match="moon"):
        rows.alert_of(row)
