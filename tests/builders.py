"""Values for tests, each of them ordinary but for what a test says of it.

Alice is on call for wechat, Bob leads her, Charlie manages. The moment is a Thursday afternoon in Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.alerts.alert import Alert, Condition, Escalation, Handling, Phase, Stage, Step
from core.alerts.work import Promise, Work
from core.calendar.grain import Grain, Period
from core.labels import Labels, Matcher
from core.notices.notice import Place
from core.people.person import Duty, Leave, Person, Right
from core.quantity import Quantity, Unit
from core.routing.route import Route
from core.rules.finding import Finding, State, Term
from core.rules.rule import Fingerprint, Rule, Severity
from core.rules.tree import Bound, Compare, Comparison, Reading, Sentence
from core.text import Text

NOW = datetime(2026, 6, 18, 8, 0, tzinfo=UTC)
TODAY = Period.holding(date(2026, 6, 18), Grain.DAY)
YESTERDAY = TODAY.shift(-1)
WECHAT = Labels.of({"channel": "wechat"})

BOARD = Place("web", "board")
WAR_ROOM = Place("slack", "C123")


def a_rule(id: str = "roi_drop", **more: Any) -> Rule:
    sentence = Sentence(Compare(Reading("roi"), Comparison.LESS, Bound(Quantity(Decimal(1), Unit.TIMES))), ("channel",))
    facts: dict[str, Any] = {"owner": "channel_lead", "severity": Severity.CRITICAL} | more
    return Rule(id, Text.same("ROI below 1"), sentence, "channel ROI < 1", **facts)


def a_finding(
    value: float | None = 0.8,
    state: State = State.BREACHED,
    period: Period = YESTERDAY,
    labels: Labels = WECHAT,
    rule: str = "roi_drop",
) -> Finding:
    return Finding(Fingerprint(rule, labels), period, state, (Term("roi", Unit.TIMES, value, bound=1.0),))


def an_alert(id: str = "a1", **more: Any) -> Alert:
    facts: dict[str, Any] = {
        "handle": "7f3k",
        "fingerprint": Fingerprint("roi_drop", WECHAT),
        "severity": Severity.CRITICAL,
        "condition": Condition(Phase.FIRING, NOW),
        "handling": Handling(Stage.OPEN),
        "escalation": Escalation(),
        "finding": a_finding(),
        "opened_at": NOW,
        "owner": "alice",
        "route": "everything",
        "fired_at": NOW,
        "told_at": NOW,
    } | more
    return Alert(id, **facts)


def a_promise(due: datetime, **more: Any) -> Work:
    """The work of an alert of which one thing is promised."""
    facts: dict[str, Any] = {"owner": None, "text": "", "by": "bob", "at": NOW, "remind_at": due} | more
    return Work(promises=(Promise(1, due=due, **facts),))


@dataclass(frozen=True)
class Verdicts:
    """What an evaluator might have seen: these findings, and nothing of any other slice."""

    rules: tuple[Rule, ...]
    findings: Mapping[Fingerprint, Finding] = field(default_factory=dict)
    period: Period = YESTERDAY

    def breached(self) -> Iterator[Finding]:
        return (finding for finding in self.findings.values() if finding.state is State.BREACHED)

    def of(self, fingerprint: Fingerprint) -> Finding | None:
        return self.findings.get(fingerprint)


def verdicts(*findings: Finding, rules: Iterable[Rule] = ()) -> Verdicts:
    period = findings[0].period if findings else YESTERDAY
    return Verdicts(tuple(rules) or (a_rule(),), {finding.fingerprint: finding for finding in findings}, period)


def a_person(id: str, **more: Any) -> Person:
    facts: dict[str, Any] = {"chats": {"slack": f"U-{id}", "web": id}} | more
    return Person(id, Text.same(id.title()), **facts)


def a_team() -> dict[str, Person]:
    wechat = (Matcher("channel", ("wechat",)),)
    team = [
        a_person("alice", duties=(Duty("channel_lead", wechat),), lead="bob"),
        a_person("bob", duties=(Duty("channel_lead"), Duty("director"))),
        a_person("charlie", right=Right.MANAGE),
    ]
    return {person.id: person for person in team}


def some_routes() -> tuple[Route, ...]:
    steps = (Step(timedelta(minutes=30), "lead"), Step(timedelta(hours=1), "role:director"))
    return (
        Route("critical", (Matcher("severity", ("critical",)),), (WAR_ROOM,), steps),
        Route("everything", (), (BOARD,), owner="person:charlie"),
    )


def on_leave(first: date, last: date, backup: str | None = None) -> tuple[Leave, ...]:
    return (Leave(first, last, backup),)


def a_workspace(**more: Any) -> Any:
    """A workspace of this team and these routes; its folder holds nothing."""
    from core.metrics.catalog import Catalog
    from core.workspace import Workspace

    facts: dict[str, Any] = {"rules": (a_rule(),), "people": a_team(), "routes": some_routes()} | more
    return Workspace(
        Path(),
        Text.same("Shop"),
        ZoneInfo("Asia/Shanghai"),
        "CNY",
        "zh",
        None,
        facts.pop("catalog", Catalog({})),
        **facts,
    )
