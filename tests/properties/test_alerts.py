"""Whatever happens to an alert in whatever order: no side moves another, and nothing is dropped in silence."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.alerts import escalation, handling, holds
from core.alerts.alert import Phase, Reason, Stage
from core.alerts.condition import observe
from core.alerts.wake import wake
from core.calendar.grain import Grain, Period
from core.errors import Problem
from core.routing.decide import decide
from core.routing.trace import ROUTED, lines_of
from core.rules.finding import State
from core.rules.rule import Severity
from tests.builders import NOW, a_finding, a_rule, a_team, some_routes, verdicts

PEOPLE = st.sampled_from(["alice", "bob", "charlie"])
STALENESS = st.integers(0, 3)

# Which side each happening may move; whatever is not named here moves none.
MOVES = {
    "condition": {
        *("pending", "fired", "reopened", "breached-again", "clearing", "recovered", "calmed", "unknown", "known"),
    },
    "handling": {
        *("acked", "ack-renewed", "closed", "opened-again", "ack-asked", "ack-ended"),
        *("declined", "handed-back"),  # who gives it back has it no longer
        "assigned",  # who gives it away has it no longer
        "worse",  # the ack had not seen it
        *("fired", "reopened"),  # what was closed is open again
        "calmed",  # nobody had heard of it
        "recovered",  # its facts took it back
    },
    "owner": {"fired", "reopened", "worse", "assigned", "acked", "declined", "handed-back"},
    "severity": {"worse", "milder", "fired", "reopened"},
}


class Life(RuleBasedStateMachine):
    """One slice, its alert, a team that acts on it, and a clock."""

    @initialize(grain=st.sampled_from([Grain.HOUR, Grain.DAY]), hold=st.sampled_from([0, 2]))
    def begin(self, grain, hold):
        self.now = NOW
        self.rule = a_rule(grain=grain, hold=timedelta(hours=hold), severity=Severity.WARNING)
        self.period = Period(grain, 20_000)
        self.alerts = {}
        self.holds = []
        self.keys = set()
        self.last = None

    # --- what can happen ---

    @rule(state=st.sampled_from(State), value=st.sampled_from([0.5, 0.9, 1.3]), on=st.integers(0, 1))
    def evaluate(self, state, value, on):
        self.period = self.period.shift(on)
        finding = a_finding(value, state, self.period)
        for change in observe(self.alerts, verdicts(finding, rules=[self.rule]), self.now):
            self.take(change)

    @rule(severity=st.sampled_from(Severity))
    def rewrite(self, severity):
        self.rule = replace(self.rule, severity=severity)

    @rule(minutes=st.sampled_from([1, 20, 45, 180, 60 * 26]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)
        for alert in list(self.alerts.values()):
            change, ended = wake(alert, [hold for hold in self.holds if not hold.ended], self.now)
            self.keep_holds(ended)
            if change:
                self.take(change)

    @precondition(lambda self: self.alerts)
    @rule(by=PEOPLE, stale=STALENESS)
    def ack(self, by, stale):
        self.attempt(lambda alert, seen: handling.ack(alert, by, seen, self.now, history=self.events), stale)

    @precondition(lambda self: self.alerts)
    @rule(by=PEOPLE, to=PEOPLE, stale=STALENESS)
    def assign(self, by, to, stale):
        self.attempt(lambda alert, seen: handling.assign(alert, to, by, seen, self.now, history=self.events), stale)

    @precondition(lambda self: self.alerts)
    @rule(by=PEOPLE, stale=STALENESS, yes=st.booleans())
    def answer(self, by, stale, yes):
        verb = handling.accept if yes else handling.decline
        self.attempt(lambda alert, seen: verb(alert, by, seen, self.now, history=self.events), stale)

    @precondition(lambda self: self.alerts)
    @rule(by=PEOPLE, stale=STALENESS)
    def escalate(self, by, stale):
        self.attempt(lambda alert, seen: escalation.escalate(alert, by, seen, self.now, history=self.events), stale)

    @precondition(lambda self: self.alerts)
    @rule(by=PEOPLE, hours=st.integers(1, 5))
    def snooze(self, by, hours):
        def think(alert, seen):
            change, hold = holds.snooze(alert, by, self.now + timedelta(hours=hours), seen, self.now)
            self.holds.append(hold)
            return change

        self.attempt(think, 0)

    @precondition(lambda self: self.alerts)
    @rule(by=PEOPLE, stale=STALENESS)
    def close(self, by, stale):
        def think(alert, seen):
            return handling.close(alert, by, Reason.DUPLICATE, seen, self.now, history=self.events)

        if self.attempt(think, stale):
            self.keep_holds(replace(hold, ended=self.now) for hold in self.holds)

    @precondition(lambda self: self.alerts)
    @rule(by=PEOPLE)
    def reopen(self, by):
        self.attempt(lambda alert, _: handling.reopen(alert, by, self.now), 0)

    # --- and what becomes of it ---

    def attempt(self, act, stale):
        (alert,) = self.alerts.values()
        try:
            change = act(alert, max(1, alert.version - stale))
        except Problem as problem:
            assert problem.code  # noqa: PT017 - to be refused is an answer
            return False
        self.take(change)
        return True

    def take(self, change):
        decision = decide(
            [change], [self.rule], some_routes(), [hold for hold in self.holds if not hold.ended], a_team(), self.now
        )
        (decided,) = decision.changes
        self.keep_holds(decision.holds)
        self.moves_only_its_side(change.before, decided)
        self.is_heard_or_has_a_reason(decided, decision.notices)
        if decided.before is None:
            self.events = []
        else:
            assert decided.after.version > decided.before.version
        self.events = [*self.events, *decided.events]
        self.alerts = {decided.after.fingerprint: decided.after}

    def keep_holds(self, ended):
        over = {hold.id: hold for hold in ended}
        known = {hold.id for hold in self.holds}
        self.holds = [over.get(hold.id, hold) for hold in self.holds]
        self.holds += [hold for hold in over.values() if hold.id not in known]

    def moves_only_its_side(self, before, change):
        if before is None:
            return
        kinds = {event.kind for event in change.events}
        for side, movers in MOVES.items():
            if getattr(before, side) != getattr(change.after, side):
                assert kinds & movers, f"{side} was moved by {kinds}"

    def is_heard_or_has_a_reason(self, change, notices):
        keys = {notice.key for notice in notices}
        assert len(keys) == len(notices)
        assert not keys & self.keys, "the same is never said twice"
        self.keys |= keys
        reasons = [line for event in change.events if event.kind == ROUTED for line in lines_of(event)]
        assert notices or any(line.code == "silent" for line in reasons)

    # --- what is true at all times ---

    @invariant()
    def somebody_is_always_next(self):
        """Ask as an auditor would: is there an alert that nobody has, nothing holds, and nobody will hear of?"""
        for alert in getattr(self, "alerts", {}).values():
            held = any(holds.is_active(hold, self.now) for hold in self.holds)
            waiting = alert.is_open and alert.handling.stage is Stage.OPEN and alert.condition.is_bad
            if waiting and not held and alert.escalation.level < len(alert.escalation.steps):
                pending = [hold for hold in self.holds if not hold.ended]
                assert alert.escalation.next_at or pending, "its escalation has stopped"

    @invariant()
    def an_open_alert_that_fired_has_an_owner(self):
        for alert in getattr(self, "alerts", {}).values():
            if alert.is_open and alert.fired_at:
                assert alert.owner

    @invariant()
    def an_offer_waits_for_an_answer_that_ends(self):
        for alert in getattr(self, "alerts", {}).values():
            assert (alert.offered_by is None) is (alert.answer_by is None)
            assert alert.is_open or alert.offered_by is None

    @invariant()
    def nobody_is_called_about_what_somebody_has(self):
        for alert in getattr(self, "alerts", {}).values():
            if alert.handling.stage is not Stage.OPEN or alert.condition.phase is Phase.OK:
                assert alert.escalation.next_at is None


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
test_a_life = Life.TestCase
