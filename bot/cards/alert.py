"""An alert's card: which number, why it is bad in one sentence, who has it, and what can be done with one thumb.

The card shows the present, whatever notice brings it; a notice only puts a line of its own in front. Buttons are
commands with the version that this card shows, and only those that make sense now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.cards.dress import (
    ago,
    dressed,
    metric_title,
    number,
    period_words,
    person_name,
    rule_of,
    severity_words,
    slice_words,
)
from bot.cards.figures import alt
from bot.cards.notice_line import lasted, notice_line
from bot.cards.press import alert_buttons
from bot.cards.terms import Told, is_favourable, moved, sentence, threshold, told
from bot.cards.trust import data_headline, data_why, faults_words
from bot.cards.ways import alert_ways
from bot.cards.work import facts_of_work, history_lines, work_blocks
from bot.chat.card import Block, Button, Buttons, Card, Fact, Facts, Picture, Prose, Tone
from bot.phrases import say
from bot.phrases.numbers import moment, sign_of
from core.alerts.alert import Alert, Phase, Stage
from core.alerts.holds import Hold, HoldKind
from core.alerts.risk import at_risk
from core.charts import numerals
from core.charts.figure import Figure
from core.charts.numerals import day
from core.metrics.metric import Ref
from core.notices.notice import Notice
from core.quantity import Unit
from core.routing.trace import unpacked
from core.rules.rule import Severity
from core.rules.say import say as say_rule
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

_TONES = {Severity.INFO: Tone.PLAIN, Severity.WARNING: Tone.WARNING, Severity.CRITICAL: Tone.BAD}


def alert_card(
    alert: Alert,
    workspace: Workspace,
    tongue: Tongue,
    now: datetime,
    *,
    notice: Notice | None = None,
    holds: Iterable[Hold] = (),
    figure: Figure | None = None,
    likely: str = "",
    late: str = "",
) -> Card:
    """Return an alert's card.

    `likely` is the line that says what may have moved the number, `late` the one that says that it was found late;
    either is empty where there is nothing of the kind to say.
    """
    active = [hold for hold in holds if hold.alert == alert.id and hold.ended is None and hold.until > now]
    terms = told(alert.finding, rule_of(alert.fingerprint.rule, workspace))
    title = headline(alert, workspace, tongue)
    if is_good_news(alert, workspace):
        title = say("alert-opportunity", tongue, title=title)
    why = why_words(alert, workspace, tongue, now)
    blocks: list[Block] = []
    if notice is not None and (line := notice_line(notice, alert, workspace, tongue, now)):
        blocks.append(Prose(line, "strong"))
    if why:
        blocks.append(Prose(why, "plain" if blocks else "strong"))
    if late:
        blocks.append(Prose(late))
    if notice is not None and (passed := unpacked(notice.facts)):
        said = (say(f"trace-{line.code}", tongue, **dressed(line.facts, workspace, tongue, now)) for line in passed)
        blocks.append(Prose("\n".join(said), "quiet"))
    blocks.append(Facts(tuple(_facts(alert, terms, active, workspace, tongue, now))))
    if likely:
        blocks.append(Prose(likely))
    blocks.extend(work_blocks(alert, workspace, tongue, now))
    if notice is not None and (lines := history_lines(notice, alert, workspace, tongue, now)):
        blocks.append(Prose(lines))
    if figure is not None:
        blocks.append(Picture(figure, alt(figure, workspace, tongue)))
    blocks.extend(_rule_lines(alert, workspace, tongue))
    blocks.extend(alert_ways(alert, workspace, tongue))
    buttons = list(alert_buttons(alert, active, notice, workspace, tongue))
    if likely:
        buttons.append(Button(say("button-drivers", tongue), f"drivers {alert.stamp}"))
    blocks.append(Buttons(tuple(buttons)))
    severity, state = severity_words(alert.severity, tongue), state_words(alert, active, workspace, tongue, now)
    summary = say("alert-summary", tongue, severity=severity, title=title, why=why, state=state)
    return Card(title, tongue, _tone(alert, terms, workspace), tuple(blocks), summary, f"#{alert.handle}")


def is_good_news(alert: Alert, workspace: Workspace) -> bool:
    rule = rule_of(alert.fingerprint.rule, workspace)
    return rule is not None and rule.is_opportunity


def headline(alert: Alert, workspace: Workspace, tongue: Tongue) -> str:
    """Return `转化率 · 微信 −40.2%`: the metric, where, and how far it moved or what it is."""
    terms = told(alert.finding, rule_of(alert.fingerprint.rule, workspace))
    where = slice_words(alert.fingerprint.labels, workspace, tongue)
    if source := alert.fingerprint.source:
        return data_headline(alert, source, tongue)
    if orphan := alert.fingerprint.orphan:
        rule = rule_of(orphan, workspace)
        title = rule.title.to(tongue) if rule else orphan
        return say("orphan-headline", tongue, what=f"{title} · {where}" if where else title)
    if not terms:
        rule = rule_of(alert.fingerprint.rule, workspace)
        what, much = (rule.title.to(tongue) if rule else alert.fingerprint.rule), ""
    else:
        what = metric_title(terms[0].term.metric, workspace, tongue)
        much = tell(terms[0], workspace, tongue)
    return f"{f'{what} · {where}' if where else what} {much}".strip()


def tell(one: Told, workspace: Workspace, tongue: Tongue) -> str:
    """Return the one number that says it: the move, or the value where a fixed line was crossed."""
    if one.term.value is None:
        return ""
    if one.term.against is not None and one.term.change is not None:
        return moved(one, workspace, tongue)
    if one.term.bound is not None:
        return sentence_value(one, workspace, tongue)
    return number(one.term.value, one.term.unit, workspace, tongue)


def sentence_value(one: Told, workspace: Workspace, tongue: Tongue) -> str:
    """Return the value in as many digits as tell it from its bound."""
    term = one.term
    if term.value is None or term.bound is None or term.against is not None:
        return number(term.value, term.unit, workspace, tongue)
    return numerals.apart(term.value, term.bound, term.unit, tongue, currency=sign_of(workspace.currency))[0]


def why_words(alert: Alert, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return in one sentence what is wrong, or what it is now that nothing is."""
    terms = told(alert.finding, rule_of(alert.fingerprint.rule, workspace))
    period = alert.finding.period
    if alert.fingerprint.source:
        return data_why(alert, period_words(period, tongue, now), workspace, tongue)
    if alert.fingerprint.orphan:
        return say("orphan-why" if alert.condition.is_bad else "orphan-well", tongue)
    if not terms:
        return ""
    said = sentence(terms[0], workspace, tongue, period.grain)
    for one in terms[1:]:
        said = say("terms-joined", tongue, first=said, second=sentence(one, workspace, tongue, period.grain))
    return say("why-bad", tongue, period=period_words(period, tongue, now), terms=said)


def state_words(alert: Alert, holds: Iterable[Hold], workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return who has it and how it stands: `李伟 3分钟前认领`."""
    handling, condition = alert.handling, alert.condition
    if handling.stage is Stage.CLOSED:
        reason = say(f"reason-{handling.reason}", tongue) if handling.reason else ""
        if handling.by is None:
            return say("state-closed", tongue, reason=reason)
        return say("state-closed-by", tongue, reason=reason, by=person_name(handling.by, workspace, tongue))
    if condition.phase is Phase.OK and alert.recovered_at is not None:
        return say("state-recovered", tongue, duration=lasted(alert, tongue))
    if condition.phase is Phase.PENDING:
        return say("state-pending", tongue, since=moment(condition.since, workspace.zone, tongue, now))
    for hold in holds:
        until = moment(hold.until, workspace.zone, tongue, now)
        match hold.kind:
            case HoldKind.SNOOZE if hold.beyond is not None:
                term = alert.finding.headline
                bound = number(hold.beyond, term.unit, workspace, tongue) if term else str(hold.beyond)
                by = person_name(hold.by, workspace, tongue)
                return say("state-snoozed-worse", tongue, bound=bound, by=by)
            case HoldKind.SNOOZE:
                return say("state-snoozed", tongue, until=until, by=person_name(hold.by, workspace, tongue))
            case HoldKind.QUIET_HOURS if alert.told_at is not None:
                continue  # one person sleeps; those who were told see who has it
            case HoldKind.QUIET_HOURS:
                return say("state-quiet-hours", tongue, until=until)
            case HoldKind.MUTED:
                return say("state-muted", tongue, until=until, by=person_name(hold.by, workspace, tongue))
            case HoldKind.DATA_LATE:
                return say("state-data-late", tongue)
            case HoldKind.INHIBITED:
                cause = rule_of(hold.by, workspace)
                return say("state-inhibited", tongue, cause=cause.title.to(tongue) if cause else hold.by)
            case HoldKind.FLAPPING:
                return say("state-flapping", tongue, until=until)
            case HoldKind.STORM:
                continue  # whom it was told with is no state of its own
    if condition.phase is Phase.UNKNOWN and (last := _expired(alert, workspace, now)):
        return say("state-expired", tongue, until=day(last, tongue))
    if handling.stage is Stage.ACKED:
        since = ago(handling.at or now, now, tongue)
        return say("state-acked", tongue, by=person_name(handling.by, workspace, tongue), ago=since)
    if alert.offered_by is not None:
        to, by = (person_name(one, workspace, tongue) for one in (alert.owner, alert.offered_by))
        return say("state-offered", tongue, to=to, by=by)
    if condition.phase is Phase.CLEARING:
        return say("state-clearing", tongue)
    if condition.phase is Phase.UNKNOWN:
        return say("state-held-data" if alert.finding.faults else "state-unknown", tongue)
    return say("state-open", tongue)


def _expired(alert: Alert, workspace: Workspace, now: datetime) -> date | None:
    """Return the last day of its rule, once that has passed."""
    rule = rule_of(alert.fingerprint.rule, workspace)
    yesterday = now.astimezone(workspace.zone).date() - timedelta(days=1)
    return rule.until if rule is not None and rule.is_over(yesterday) else None


# --- the parts ---------------------------------------------------------------------------------------------------


def _tone(alert: Alert, terms: tuple[Told, ...], workspace: Workspace) -> Tone:
    if not alert.is_open:
        return Tone.PLAIN
    if alert.condition.phase is Phase.OK and alert.recovered_at is not None:
        return Tone.GOOD
    if is_good_news(alert, workspace):
        return Tone.GOOD
    if terms and alert.severity is not Severity.CRITICAL and is_favourable(terms[0], workspace):
        return Tone.GOOD
    return _TONES[alert.severity]


def _facts(
    alert: Alert, terms: tuple[Told, ...], holds: list[Hold], workspace: Workspace, tongue: Tongue, now: datetime
) -> Iterator[Fact]:
    if terms:
        yield from _number_facts(terms[0], alert, workspace, tongue)
    if alert.finding.faults and not alert.fingerprint.source:
        doubt = say("trust-doubt", tongue, verdict=alert.finding.verdict.name.lower())
        said = faults_words(alert.finding.faults, workspace, tongue)
        yield Fact(say("fact-trust", tongue), say("trust-because", tongue, doubt=doubt, faults=said), Tone.WARNING)
    if (risk := at_risk(alert, workspace.catalog)) is not None and not is_good_news(alert, workspace):
        hourly = say("at-risk-hourly", tongue, money=number(risk, Unit.MONEY, workspace, tongue))
        yield Fact(say("fact-at-risk", tongue), hourly, Tone.BAD)
    yield Fact(say("fact-period", tongue), period_words(alert.finding.period, tongue, now))
    yield Fact(say("fact-owner", tongue), person_name(alert.owner, workspace, tongue))
    yield Fact(say("fact-severity", tongue), severity_words(alert.severity, tongue), _TONES[alert.severity])
    state = state_words(alert, holds, workspace, tongue, now)
    yield Fact(say("fact-state", tongue), state)
    yield from facts_of_work(alert, workspace, tongue, now)


def _number_facts(one: Told, alert: Alert, workspace: Workspace, tongue: Tongue) -> Iterator[Fact]:
    term = one.term
    tone = Tone.PLAIN
    if alert.condition.phase is not Phase.OK:
        tone = Tone.GOOD if is_favourable(one, workspace) else Tone.BAD
    yield Fact(say("fact-value", tongue), sentence_value(one, workspace, tongue), tone)
    if term.baseline is not None:
        yield Fact(say("fact-baseline", tongue), number(term.baseline, term.unit, workspace, tongue))
        change = moved(one, workspace, tongue)
        yield Fact(say("fact-change", tongue), f"{'↓' if one.is_down else '↑'} {change.lstrip('+−')}", tone)
    if (bound := threshold(one, workspace, tongue)) is not None:
        yield Fact(say("fact-threshold", tongue), bound)
    if term.sample is not None:
        yield Fact(
            say("fact-sample", tongue), number(term.sample, _sample_unit(term.metric, workspace), workspace, tongue)
        )


def _sample_unit(metric: str, workspace: Workspace) -> Unit:
    """Return the unit of what a ratio is divided by: an ROI's sample is money."""
    parts = workspace.catalog.split(metric) if metric in workspace.catalog.metrics else None
    below = parts[1] if parts else None
    return workspace.catalog.metrics[below.code].unit if isinstance(below, Ref) else Unit.COUNT


def _rule_lines(alert: Alert, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    rule = rule_of(alert.fingerprint.rule, workspace)
    if rule is None:
        yield Prose(say("handle-line", tongue, handle=alert.handle), "quiet")
        return
    said = say_rule(rule.sentence, tongue, workspace.catalog)
    lines = [say("rule-line", tongue, handle=alert.handle, title=rule.title.to(tongue), sentence=said)]
    if rule.objective is not None:
        lines.append(say("objective-line", tongue, objective=rule.objective.to(tongue)))
    yield Prose("\n".join(lines), "quiet")
