"""A digest as its reader wants it: three numbers and what to decide, who has what, or what to do first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from bot.cards.alert import headline
from bot.cards.board import alerts_table
from bot.cards.digest_numbers import days_words, moved_words, numbers_blocks, picture
from bot.cards.dress import beside, loss_words, person_name, slice_words
from bot.cards.mute import mutes_table
from bot.cards.work import promise_words
from bot.chat.card import Block, Button, Buttons, Card, Prose, Table, Tone
from bot.phrases import say
from core.alerts.work import Loss
from core.charts import numerals
from core.quantity import Unit
from core.routing.digests import Every, Level
from core.text import Tongue

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.usecases.digest import Digest
    from core.usecases.follow_up import Pledge
    from core.usecases.numbers import Number
    from core.workspace import Workspace

MOST_NUMBERS = {Level.EXECUTIVE: 3, Level.MANAGER: 6, Level.OPERATOR: 4}
MOST_ALERTS = 8
MOST_FIRST = 5
MOST_PLEDGES = 8
MOST_OWNERS = 12
_ANSWERS: tuple[tuple[str, Literal["primary", "plain"]], ...] = (("approve", "primary"), ("reject", "plain"))


def digest_card(digest: Digest, workspace: Workspace, tongue: Tongue) -> Card:
    plan, own = digest.plan, digest.edition
    day = days_words(own.window, tongue) if plan.every is not Every.DAY else numerals.day(own.day, tongue, weekday=True)
    facts = {"level": str(plan.level), "every": str(plan.every), "day": day, "name": workspace.name.to(tongue)}
    title = say("digest-title", tongue, **facts)
    blocks = list(_opening(digest, workspace, tongue))
    match plan.level:
        case Level.EXECUTIVE:
            blocks += _to_decide(digest, workspace, tongue)
            blocks += _standing(digest, workspace, tongue)
        case Level.MANAGER:
            blocks += _by_owner(digest, workspace, tongue)
            blocks += _to_decide(digest, workspace, tongue)
            blocks += _lists(digest, workspace, tongue)
            blocks += _worth(digest, tongue)
        case Level.OPERATOR:
            blocks += _mine(digest, workspace, tongue)
    blocks += _kept_down(digest, workspace, tongue)
    blocks.append(Buttons(tuple(_buttons(digest, tongue))))
    is_late = digest.overdue or digest.twice or digest.late
    tone = Tone.WARNING if is_late else Tone.PLAIN if digest.alerts else Tone.GOOD
    return Card(title, tongue, tone, tuple(blocks), _summary(digest, day, tongue))


def _opening(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield what changed, the numbers, and the one picture; of nothing, one honest line."""
    shown = shown_numbers(digest)
    if digest.is_empty:
        told = any(one.value is not None for one in digest.numbers)
        yield Prose(say("digest-quiet" if told else "digest-nothing", tongue, level=str(digest.plan.level)), "strong")
    for moved in digest.moved:
        yield Prose(moved_words(moved, workspace, tongue), "strong" if moved is digest.moved[0] else "plain")
    if not digest.moved and not digest.is_empty and any(one.value is not None for one in shown):
        yield Prose(say("digest-unmoved", tongue))
    yield from numbers_blocks(digest, shown, workspace, tongue)
    yield from picture(digest, workspace, tongue)


def shown_numbers(digest: Digest) -> tuple[Number, ...]:
    """Return the few that this level reads: the first of them, and what moved."""
    most = MOST_NUMBERS[digest.plan.level]
    if digest.plan.level is Level.EXECUTIVE:
        return digest.numbers[:most]
    first = dict.fromkeys((*(one.number for one in digest.moved), *digest.numbers))
    kept = set(list(first)[:most])
    return tuple(one for one in digest.numbers if one in kept)


def _to_decide(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield what waits for a word of this reader's: a consequence, a promise asked for twice, what nobody has."""
    lines, unowned = list(decisions(digest, workspace, tongue)), digest.unowned
    if not lines:
        return
    yield Prose(beside(say("digest-decide", tongue), len(lines), tongue), "strong")
    yield Prose("\n".join(f"· {line}" for line in lines[:MOST_PLEDGES]))
    buttons = [
        Button(f"{say(f'button-{verb}', tongue)} {one.handle}", f"{verb} {one.stamp}", style)
        for one in digest.proposed[:MOST_FIRST]
        for verb, style in _ANSWERS
    ]
    others = (one.alert for one in digest.twice[:MOST_FIRST])
    opened = dict.fromkeys(alert.handle for alert in (*others, *unowned[:MOST_FIRST]))
    buttons += [Button(handle, f"alert {handle}") for handle in opened]
    yield Buttons(tuple(buttons))


def decisions(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[str]:
    """Yield what waits for a yes, what was promised and asked for twice, and what nobody has."""
    for one in digest.proposed:
        if one.work.proposal:
            words = one.work.proposal.say.to(tongue)
            yield say("digest-proposed", tongue, what=alert_words(one, workspace, tongue), say=words)
    for pledge in digest.twice:
        promise = pledge_words(pledge, workspace, tongue, digest.now)
        yield say("digest-twice-late", tongue, promise=promise, count=pledge.promise.asked)
    for one in digest.unowned:
        yield say("digest-unowned", tongue, what=alert_words(one, workspace, tongue))


def _standing(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield the rest of it in one line: open, overdue, promises, mutes, and what was not lost."""
    if digest.is_empty:
        return
    hidden = sum(one.hits.now for one in digest.mutes)
    counts = {
        "open": len(digest.alerts),
        "overdue": len(digest.overdue),
        "kept": len(digest.promised.kept),
        "broken": len(digest.promised.broken),
        "mutes": len(digest.mutes),
        "hidden": hidden,
        "recovered": len(digest.recovered),
    }
    yield Prose(say("digest-standing", tongue, **counts))
    if saved := saved_words(digest, workspace, tongue):
        yield Prose(say("digest-saved", tongue, amount=saved))


def saved_words(digest: Digest, workspace: Workspace, tongue: Tongue) -> str:
    told = (
        loss_words(Loss(amount, unit, metric), workspace, tongue)
        for (metric, unit), amount in digest.tally.saved.items()
    )
    return say("list-comma", tongue).join(told)


def _by_owner(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield a row for each person: what they have, what of it is late, which promises they kept and broke."""
    opened = Counter(alert.owner for alert in digest.alerts)
    overdue = Counter(alert.owner for alert in digest.overdue)
    kept = Counter(one.owner for one in digest.promised.kept)
    broken = Counter(one.owner for one in digest.promised.broken)
    owners = {*opened, *kept, *broken}
    if not owners:
        return
    order = sorted(owners, key=lambda one: (one is not None, -overdue[one], -broken[one], -opened[one], one or ""))
    rows = tuple(
        (person_name(one, workspace, tongue), *(str(count[one]) for count in (opened, overdue, kept, broken)))
        for one in order[:MOST_OWNERS]
    )
    columns = ("column-owner", "digest-open", "digest-overdue", "digest-kept", "digest-broken")
    yield Prose(say("digest-by-owner", tongue), "strong")
    yield Table(tuple(say(code, tongue) for code in columns), rows, numeric=(1, 2, 3, 4))
    for code, some in (("digest-broken", digest.promised.broken), ("digest-kept", digest.promised.kept)):
        if some:
            lines = [f"· {pledge_words(one, workspace, tongue, digest.now)}" for one in some[:MOST_PLEDGES]]
            yield Prose("\n".join([beside(say(code, tongue), len(some), tongue), *lines]))


def _lists(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    late = {alert.id for alert in digest.overdue}
    rest = tuple(alert for alert in digest.alerts if alert.id not in late)
    for code, alerts in (("digest-overdue", digest.overdue), ("digest-open", rest)):
        yield from _list(code, alerts, digest, workspace, tongue)


def _worth(digest: Digest, tongue: Tongue) -> Iterator[Block]:
    """Yield what people made of the alerts of these days."""
    tally = digest.tally
    if tally.alerts:
        precision = numerals.number(tally.precision, Unit.PERCENT, tongue)
        facts = {"alerts": tally.alerts, "useful": tally.useful, "noise": tally.noise, "unjudged": tally.unjudged}
        yield Prose(
            say("digest-worth", tongue, judged="no" if tally.precision is None else "yes", precision=precision, **facts)
        )


def _mine(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield what to act on first, what is promised, and what came right by itself or by one's own doing."""
    first = digest.alerts[:MOST_FIRST]
    if first:
        yield Prose(beside(say("digest-first", tongue), len(digest.alerts), tongue), "strong")
        yield alerts_table(first, workspace, tongue, digest.now, digest.holds)
        yield Buttons(tuple(Button(alert.handle, f"alert {alert.handle}") for alert in first))
        if len(digest.alerts) > len(first):
            yield Prose(say("alerts-more", tongue, count=len(digest.alerts) - len(first)), "quiet")
    if digest.pledges:
        shown = digest.pledges[:MOST_PLEDGES]
        yield Prose(beside(say("digest-promised", tongue), len(digest.pledges), tongue), "strong")
        yield Prose("\n".join(f"· {pledge_words(one, workspace, tongue, digest.now)}" for one in shown))
        done = (
            Button(f"✓ {one.alert.handle} p{one.promise.number}", f"done {one.alert.stamp} p{one.promise.number}")
            for one in shown[:MOST_FIRST]
        )
        yield Buttons(tuple(done))
    if digest.promised:
        counts = {"kept": len(digest.promised.kept), "broken": len(digest.promised.broken)}
        yield Prose(say("digest-promises", tongue, **counts), "quiet")
    if digest.recovered:
        lines = (alert_words(one, workspace, tongue) for one in digest.recovered[:MOST_ALERTS])
        yield Prose(beside(say("digest-recovered", tongue), len(digest.recovered), tongue), "strong")
        yield Prose("\n".join(f"· {line}" for line in lines))


def _kept_down(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield what called nobody: beyond a budget, for information only, or muted. An executive has it in a line."""
    if digest.plan.level is Level.EXECUTIVE:
        return
    yield from _list("digest-put-off", digest.put_off, digest, workspace, tongue)
    yield from _list("digest-informed", digest.informed, digest, workspace, tongue)
    if digest.mutes:
        yield Prose(beside(say("digest-mutes", tongue), len(digest.mutes), tongue), "strong")
        yield mutes_table(digest.mutes, workspace, tongue, digest.now)


def _list(code: str, alerts: Sequence[Alert], digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    if alerts:
        yield Prose(beside(say(code, tongue), len(alerts), tongue), "strong")
        yield alerts_table(alerts[:MOST_ALERTS], workspace, tongue, digest.now, digest.holds)
        if len(alerts) > MOST_ALERTS:
            yield Prose(say("alerts-more", tongue, count=len(alerts) - MOST_ALERTS), "quiet")


def _buttons(digest: Digest, tongue: Tongue) -> Iterable[Button]:
    if digest.plan.every is Every.WEEK:
        yield Button(say("digest-meeting-button", tongue), "digest meeting")
    yield Button(say("digest-settings-button", tongue), "digest settings")


def pledge_words(one: Pledge, workspace: Workspace, tongue: Tongue, now: datetime) -> str:
    """Return `7f3k p1 · 李伟 6月19日 15:00 前：更换文案`, with a sign where its due has passed."""
    said = promise_words(one.promise, one.alert, workspace, tongue, now)
    late = " ⚠" if one.promise.is_open and one.promise.due <= now else ""
    return f"{one.alert.handle} p{one.promise.number} · {said}{late}"


def alert_words(alert: Alert, workspace: Workspace, tongue: Tongue) -> str:
    where = slice_words(alert.fingerprint.labels, workspace, tongue)
    said = headline(alert, workspace, tongue)
    return f"{alert.handle} {said}" if not where or where in said else f"{alert.handle} {said} · {where}"


def _summary(digest: Digest, day: str, tongue: Tongue) -> str:
    said = say("digest-summary", tongue, day=day, count=len(digest.alerts), overdue=len(digest.overdue))
    if not digest.moved:
        return said
    first = digest.moved[0].number
    return f"{said} · {first.metric.title.to(tongue)} {numerals.change(first.change, arrow=True)}"
