"""The review (复盘): how the alerts of a month did, rule by rule, and what to change, each change with its trial."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cards.dress import loss_words, metric_title, number, rule_of, slice_words, usual_words
from bot.cards.envelope import during_words
from bot.chat.card import Block, Button, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone
from bot.phrases import say
from core.alerts.alert import Feedback
from core.alerts.work import Loss
from core.charts import numerals
from core.charts.figure import Bars, Kind
from core.quantity import Unit
from core.review.advice import Advice
from core.rules.say import say as say_rule
from core.text import Tongue
from core.usecases import incidents

if TYPE_CHECKING:
    from core.review.effect import Effect
    from core.review.score import Incident, Tally
    from core.usecases.review import Review
    from core.workspace import Workspace

MOST_CAUSES = 5
MOST_INCIDENTS = 12
MOST_RULES = 12


def review_card(review: Review, workspace: Workspace, tongue: Tongue) -> Card:
    days = {"first": numerals.day(review.first, tongue, year=True), "last": numerals.day(review.last, tongue)}
    title = say("review-title", tongue, name=(review.campaign or workspace.name).to(tongue), **days)
    verdict = verdict_words(review.total, tongue)
    blocks: list[Block] = [Prose(verdict, "strong")]
    if review.tallies:
        blocks.append(Facts(tuple(total_facts(review, workspace, tongue))))
        facts = {"useful": review.total.useful, "noise": review.total.noise}
        blocks.append(
            Picture(worth_figure(review, workspace, tongue, title), say("review-picture-alt", tongue, **facts))
        )
        blocks.append(rules_table(review, workspace, tongue))
    for code, lines in (
        ("review-causes", list(_causes(review.total, tongue))),
        ("review-effects", [effect_words(one, workspace, tongue) for one in review.effects]),
        ("review-missed", [missed_words(one, workspace, tongue) for one in review.missed]),
    ):
        if lines:
            blocks += [Prose(say(code, tongue), "strong"), Prose("\n".join(f"· {line}" for line in lines))]
    changes = [one for one in review.advice if one.changes]
    if changes:
        blocks.append(Prose(say("review-changes", tongue, count=len(changes)), "strong"))
    for one in changes:
        blocks.append(Prose(change_words(one, workspace, tongue)))
        blocks.append(Buttons((Button(say("button-adopt", tongue), adoption(one, review), "primary"),)))
    if kept := list(_kept(review, tongue)):
        blocks += [Prose(say("review-kept", tongue), "strong"), Prose("\n".join(f"· {line}" for line in kept), "quiet")]
    return Card(title, tongue, Tone.WARNING if changes else Tone.GOOD, tuple(blocks), f"{title}: {verdict}")


def verdict_words(total: Tally, tongue: Tongue) -> str:
    """Return the month in one sentence."""
    if not total.alerts:
        return say("review-none", tongue)
    facts = {"alerts": total.alerts, "useful": total.useful, "noise": total.noise, "unjudged": total.unjudged}
    if total.precision is None:
        return say("review-unjudged", tongue, **facts)
    return say("review-verdict", tongue, precision=numerals.number(total.precision, Unit.PERCENT, tongue), **facts)


def total_facts(review: Review, workspace: Workspace, tongue: Tongue) -> Iterator[Fact]:
    total = review.total
    for code, share in (("looked", total.looked), ("taken", total.taken), ("acted", total.acted)):
        yield Fact(say(f"review-{code}", tongue), numerals.number(share, Unit.PERCENT, tongue))
    times = (("to-detect", total.to_detect), ("to-take", total.to_take), ("to-resolve", total.to_resolve))
    for code, length in times:
        yield Fact(say(f"review-{code}", tongue), lasting(length, tongue))
    yield Fact(say("review-repeats", tongue), str(total.repeats))
    for code, count in (("orphans", len(review.orphans)), ("undelivered", len(review.undelivered))):
        yield Fact(say(f"review-{code}", tongue), str(count), Tone.BAD if count else Tone.GOOD)
    for (metric, unit), amount in total.saved.items():
        yield Fact(say("review-saved", tongue), loss_words(Loss(amount, unit, metric), workspace, tongue), Tone.GOOD)


def rules_table(review: Review, workspace: Workspace, tongue: Tongue) -> Table:
    """Return a line for each rule that spoke, the noisiest first."""
    columns = tuple(say(f"review-column-{name}", tongue) for name in ("rule", "alerts", "useful", "noise", "precision"))
    rows = tuple(
        (
            _title(rule, workspace, tongue),
            str(tally.alerts),
            str(tally.useful),
            str(tally.noise),
            numerals.number(tally.precision, Unit.PERCENT, tongue),
        )
        for rule, tally in _noisiest(review)
    )
    return Table(columns, rows, numeric=(1, 2, 3, 4))


def worth_figure(review: Review, workspace: Workspace, tongue: Tongue, subtitle: str = "") -> Bars:
    """Return a bar for each rule that spoke, in what people said of its alerts."""
    kinds = (
        Kind(say("review-kind-useful", tongue), "good"),
        Kind(say("review-kind-noise", tongue), "bad"),
        Kind(say("review-kind-expected", tongue), "plain"),
        Kind(say("review-kind-unjudged", tongue), "muted"),
    )
    return Bars(
        say("review-picture", tongue),
        tongue,
        kinds,
        tuple(
            (
                _title(rule, workspace, tongue),
                (tally.useful, tally.noise, tally.count(Feedback.EXPECTED), tally.unjudged),
            )
            for rule, tally in _noisiest(review)
        ),
        subtitle,
    )


def _noisiest(review: Review) -> list[tuple[str, Tally]]:
    return sorted(review.tallies.items(), key=lambda each: (-each[1].noise, -each[1].alerts))[:MOST_RULES]


def _title(rule: str, workspace: Workspace, tongue: Tongue) -> str:
    found = rule_of(rule, workspace)
    return found.title.to(tongue) if found else rule


def because(advice: Advice, tongue: Tongue) -> str:
    tally = advice.tally
    return say(
        f"advice-{advice.because}",
        tongue,
        alerts=tally.firings,
        useful=tally.useful,
        noise=tally.noise,
        count=advice.expected,
        event=advice.event.title.to(tongue) if advice.event else "",
    )


def change_words(advice: Advice, workspace: Workspace, tongue: Tongue) -> str:
    """Return what is proposed as a rule beside the rule as it stands, why, and what it would have done."""
    lines = [f"{advice.rule.title.to(tongue)} · {say(f'course-{advice.course}', tongue)} · {because(advice, tongue)}"]
    after = advice.proposed
    if after is not None and after.sentence != advice.rule.sentence:
        before_said, after_said = (say_rule(one.sentence, tongue, workspace.catalog) for one in (advice.rule, after))
        lines += [f"− {before_said}", f"+ {after_said}"]
    elif after is not None and after.review != advice.rule.review and after.review:
        lines.append(f"+ {say('review-next', tongue, day=numerals.day(after.review, tongue, year=True))}")
    if after is not None and after.during != advice.rule.during:
        lines += [f"+ {line}" for line in during_words(after.during[len(advice.rule.during) :], workspace, tongue)]
    if (trial := advice.trial) and advice.event:
        facts = {"before": trial.before, "after": trial.after, "gone": trial.noise_gone, "kept": trial.useful_kept}
        lines.append(say("review-trial-expected", tongue, **facts))
    elif trial:
        facts = {"before": trial.before, "after": trial.after, "gone": trial.noise_gone, "kept": trial.useful_kept}
        lines.append(say("review-trial", tongue, **facts))
    return "\n".join(lines)


def effect_words(one: Effect, workspace: Workspace, tongue: Tongue) -> str:
    alert = one.record.alert
    where = slice_words(alert.fingerprint.labels, workspace, tongue)
    code = "mended" if one.has_mended else "failed" if one.has_failed else "partly"
    handling = alert.handling
    return say(
        f"effect-{code}",
        tongue,
        what=" · ".join(part for part in (metric_title(one.metric, workspace, tongue), where) if part),
        action=usual_words("action", handling.action, tongue) if handling.action else say("effect-no-action", tongue),
        before=number(one.before, one.unit, workspace, tongue),
        after=number(one.after, one.unit, workspace, tongue),
        closed=numerals.number(min(one.closed, 1.0), Unit.PERCENT, tongue),  # beyond the usual is back, too
    )


def missed_words(incident: Incident, workspace: Workspace, tongue: Tongue) -> str:
    return f"{incident_words(incident, workspace, tongue)}: {incident.text}"


def incident_words(incident: Incident, workspace: Workspace, tongue: Tongue) -> str:
    """Return its days, its metric and its place."""
    days = [numerals.day(day, tongue) for day in dict.fromkeys((incident.first, incident.last))]
    what = [
        (" – " if tongue == "en" else "至").join(days),
        metric_title(incident.metric, workspace, tongue) if incident.metric else "",
        slice_words(incident.labels, workspace, tongue),
    ]
    return " · ".join(part for part in what if part)


def incidents_card(found: Sequence[Incident], workspace: Workspace, tongue: Tongue) -> Card:
    """What was written down, the newest first, and which of those days are no part of what is usual."""
    title = say("incidents-title", tongue, count=len(found))
    blocks: list[Block] = []
    for one in found[:MOST_INCIDENTS]:
        blocks.append(Prose(missed_words(one, workspace, tongue)))
        if one.dropped_by is None:
            mark = incidents.mark_of(one)
            blocks.append(Buttons((Button(say("incident-count", tongue), f"incident drop {mark}"),)))
        else:
            blocks.append(Prose(say("incident-trains", tongue), "quiet"))
    if not found:
        blocks.append(Prose(say("incidents-none", tongue)))
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), title)


def adoption(advice: Advice, review: Review) -> str:
    """Return the command that adopts a proposal: from the review of these days, and just this change."""
    return f"adopt {review.first:%Y%m%d}-{review.last:%Y%m%d} {advice.mark}"


def lasting(length: timedelta | None, tongue: Tongue) -> str:
    return numerals.NOTHING if length is None else numerals.duration(length, tongue)


def _kept(review: Review, tongue: Tongue) -> Iterator[str]:
    """Yield what is not changed, a line for each reason."""
    found: dict[str, list[str]] = {}
    for one in review.advice:
        if not one.changes:
            found.setdefault(because(one, tongue), []).append(one.rule.title.to(tongue))
    for reason, titles in found.items():
        yield f"{say('list-comma', tongue).join(titles)}: {reason}"


def _causes(total: Tally, tongue: Tongue) -> Iterator[str]:
    for cause, count in total.causes[:MOST_CAUSES]:
        yield f"{usual_words('cause', cause, tongue)} × {count}"
