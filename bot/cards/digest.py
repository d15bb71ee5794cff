"""The morning's word: yesterday's numbers, what is open, and what nobody has answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import TYPE_CHECKING

from bot.cards.board import MOST_ALERTS, alerts_table, tiles_table
from bot.cards.mute import mutes_table
from bot.chat.card import Block, Card, Prose, Tone
from bot.phrases import say
from core.alerts.alert import Alert
from core.calendar.grain import Grain
from core.charts import numerals
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.digest import Digest
    from core.workspace import Workspace


def digest_card(digest: Digest, workspace: Workspace, tongue: Tongue, moment: datetime | None = None) -> Card:
    day = numerals.day(digest.day, tongue, weekday=True)
    title = say("digest-title", tongue, name=workspace.name.to(tongue), day=day)
    # A digest is of its day: what is said of an alert's state is as that day began.
    now = datetime.combine(digest.day, time(9), workspace.zone)
    blocks: list[Block] = []
    if digest.tiles:
        newest = max(tile.period for tile in digest.tiles)
        blocks.append(Prose(numerals.period(newest, tongue, weekday=True), "strong"))
        blocks.append(tiles_table(digest.tiles, workspace, tongue))
        late = [tile for tile in digest.tiles if tile.period != newest]
        for tile in late:
            facts = {"metric": tile.metric.title.to(tongue), "period": numerals.period(tile.period, tongue)}
            blocks.append(Prose(say("digest-late", tongue, **facts), "quiet"))
        if doubted := list(_doubted(digest, workspace, tongue)):
            named = say("list-comma", tongue).join(doubted)
            blocks.append(Prose(say("digest-doubtful", tongue, metrics=named), "strong"))
    for code, alerts in (("digest-overdue", digest.overdue), ("digest-open", _rest(digest))):
        if alerts:
            blocks.append(Prose(f"{say(code, tongue)} ({len(alerts)})", "strong"))
            blocks.append(alerts_table(alerts[:MOST_ALERTS], workspace, tongue, now))
    blocks += _kept_down(digest, workspace, tongue, moment or now)
    if not digest.alerts:
        blocks.append(Prose(say("digest-quiet", tongue)))
    tone = Tone.WARNING if digest.overdue else Tone.PLAIN if digest.alerts else Tone.GOOD
    count, overdue = len(digest.alerts), len(digest.overdue)
    summary = say("digest-summary", tongue, day=day, count=count, overdue=overdue)
    return Card(title, tongue, tone, tuple(blocks), summary)


def _kept_down(digest: Digest, workspace: Workspace, tongue: Tongue, now: datetime) -> Iterator[Block]:
    """Yield what called nobody: beyond a budget, for information only, or muted."""
    for code, alerts in (("digest-put-off", digest.put_off), ("digest-informed", digest.informed)):
        if alerts:
            yield Prose(f"{say(code, tongue)} ({len(alerts)})", "strong")
            yield alerts_table(alerts[:MOST_ALERTS], workspace, tongue, now)
    if digest.mutes:
        yield Prose(f"{say('digest-mutes', tongue)} ({len(digest.mutes)})", "strong")
        yield mutes_table(digest.mutes, workspace, tongue, now)


def _doubted(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[str]:
    """Yield the metrics shown whose source has an alert of its own: their numbers may not be believed."""
    sources = {alert.fingerprint.source for alert in digest.alerts if alert.condition.is_bad}
    catalog = workspace.catalog
    for tile in digest.tiles if any(sources) else ():
        if catalog.source_for(catalog.bases(tile.metric.code), (), Grain.DAY).name in sources:
            yield tile.metric.title.to(tongue)


def _rest(digest: Digest) -> tuple[Alert, ...]:
    overdue = {alert.id for alert in digest.overdue}
    return tuple(alert for alert in digest.alerts if alert.id not in overdue)
