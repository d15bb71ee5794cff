"""The port through which core speaks: a notice becomes a card, in its reader's tongue, in one of their chats.

Nothing is remembered here. A message shows the present: the alert is read at the moment of sending, and a surface
that shows something else is edited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b

import structlog

from bot.cards.alert import alert_card
from bot.cards.digest import digest_card
from bot.cards.drivers import likely_line
from bot.cards.figures import alert_figure
from bot.cards.happened import late_words
from bot.cards.meeting import meeting_card
from bot.cards.news import news_card
from bot.cards.plea import plea_card
from bot.cards.review import review_card
from bot.cards.storm import storm_card
from bot.cards.watchdog import watchdog_card
from bot.chat.adapter import Adapter, Finds, Paced
from bot.chat.card import Card, Picture
from core.alerts.alert import Alert
from core.charts.figure import Figure
from core.errors import Problem
from core.notices.group import Gathered
from core.notices.notice import Kind, Notice, Place
from core.notices.outbox import Dead, Delivery, Outcome, Repair, Retry, Sent, Wait
from core.notices.surface import Surface
from core.people.person import Person
from core.ports import Clock, Conflict, Dispatch, Store, Warehouse, World
from core.routing.digests import plans
from core.rules.rule import WATCHDOG
from core.text import Tongue
from core.usecases.digest import digest
from core.usecases.history import history
from core.usecases.meeting import meeting
from core.usecases.post_digests import plan_of
from core.usecases.post_reviews import review_of
from core.usecases.why import Why, why_alert
from core.workspace import Workspace

CHART_WITHIN = 1.0  # seconds that a message waits for its chart's numbers; words wait for no picture

log = structlog.get_logger()
MOST_REASONS = 500


@dataclass(frozen=True, slots=True)
class ChatMessenger:
    """Speaks through whichever adapters are on."""

    adapters: Mapping[str, Adapter]
    workspace: Workspace
    clock: Clock
    warehouse: Warehouse
    store: Store
    heard: Callable[[str], None] = lambda _: None  # told of what went well
    reasons: dict[tuple[str, str], Why | None] = field(default_factory=dict)  # by alert and period, the last few

    async def send(self, delivery: Delivery, alert: Alert | Gathered | None, surfaces: Sequence[Surface]) -> Dispatch:
        """Say one notice where its reader is; never raises for what a platform does."""
        place = delivery.place or self._place(delivery.notice.to)
        adapter = self.adapters.get(place.platform) if place else None
        if place is None or adapter is None:
            return Dispatch(Dead("no-chat-is-on"), place)
        shown = next((surface for surface in surfaces if surface.place == place), None)
        try:
            card = await self._card(delivery.notice, alert, place)
        except Problem as problem:
            log.warning("a card could not be made", notice=delivery.notice.key, problem=problem.code)
            return Dispatch(Retry(problem.code), place)
        if card is None:
            return Dispatch(Sent(""), place)
        dispatch = await self._show(adapter, place, card, shown, delivery, alert)
        if isinstance(dispatch.outcome, Sent):
            self.heard(f"send {place.platform}")
            if isinstance(alert, Alert) and alert.fingerprint.rule == WATCHDOG:
                self.heard(f"watchdog {place.platform}")
        return dispatch

    async def _show(
        self,
        adapter: Adapter,
        place: Place,
        card: Card,
        shown: Surface | None,
        delivery: Delivery,
        alert: Alert | Gathered | None,
    ) -> Dispatch:
        """Post the card, or edit the message that shows this alert already; what must be heard is posted anew."""
        notice, digest_of = delivery.notice, _digest(card)
        kind, facts = notice.kind, notice.facts
        quiet = kind is Kind.STATE or (kind is Kind.RECOVERED and not facts.get("restated"))  # a correction is heard
        outcome: Outcome
        if quiet and shown is not None:
            if shown.shown == digest_of:
                return Dispatch(Sent(shown.receipt), place)
            if (wait := await self._wait(adapter, place, shown.receipt, delivery)) is not None:
                return Dispatch(wait, place)
            outcome = await adapter.edit(place, shown.receipt, card)
            if isinstance(outcome, Repair) and outcome.moved_to is None:
                outcome = await self._post(adapter, place, card, delivery)
        elif kind is Kind.STATE:
            return Dispatch(Sent(""), place)  # it is shown nowhere here, so nothing is out of date
        else:
            outcome = await self._post(adapter, place, card, delivery)
        surface = (
            Surface(alert.id, place, outcome.receipt, digest_of, alert.version)
            if isinstance(outcome, Sent) and alert is not None
            else None
        )
        return Dispatch(outcome, place, surface)

    async def _post(self, adapter: Adapter, place: Place, card: Card, delivery: Delivery) -> Outcome:
        """Post it; if an earlier try may have come through, be it of a process that died, look for that first."""
        notice = delivery.notice
        if delivery.attempts > 1 and isinstance(adapter, Finds):
            found = await adapter.find(place, card, notice.key, delivery.created_at)
            if found is not None:
                return found
        wait = await self._wait(adapter, place, None, delivery)
        return wait if wait is not None else await adapter.post(place, card, notice.key)

    async def _wait(self, adapter: Adapter, place: Place, receipt: str | None, delivery: Delivery) -> Wait | None:
        """Take room for one message, if it is still ours to say; of all that wait the most urgent comes next."""
        if not isinstance(adapter, Paced):
            return None
        now = self.clock.now()
        async with self.store.begin() as tx:
            if not await tx.renew([delivery], now):
                raise Conflict(delivery.notice.key)  # we were frozen while we made the card, and it is another's by now
            for room in adapter.rooms(place, receipt, is_human="actor" in delivery.notice.facts):
                if wait := await tx.pace(room.key, room.every, room.burst, now):
                    return Wait(wait.total_seconds(), of_message=room.key.endswith(receipt or "\0"))
        return None

    def _place(self, to: Place | str) -> Place | None:
        """Return where a person hears us: the first of their chats that is on."""
        if isinstance(to, Place):
            return to
        person = self.workspace.people.get(to)
        chats = person.chats.items() if person else ()
        return next((Place(platform, chat) for platform, chat in chats if platform in self.adapters), None)

    def _reader(self, to: Place | str, place: Place) -> Person | None:
        people = self.workspace.people
        if isinstance(to, str):
            return people.get(to)
        return next((one for one in people.values() if one.chats.get(place.platform) == place.chat), None)

    async def _card(self, notice: Notice, alert: Alert | Gathered | None, place: Place) -> Card | None:
        reader = self._reader(notice.to, place)
        tongue: Tongue = reader.tongue if reader else self.workspace.tongue
        now = self.clock.now()
        if notice.kind is Kind.DIGEST:
            world = World(self.clock, self.warehouse, self.store, self)
            async with self.store.begin() as tx:
                plan = plan_of(notice, plans(self.workspace.digest_house, await tx.choices()), self.workspace)
            day = date.fromisoformat(str(notice.facts["day"])) if "day" in notice.facts else None
            spoken = plan.tongue or tongue
            if plan.pack:
                return meeting_card(await meeting(plan, self.workspace, world, day), self.workspace, spoken)
            return digest_card(await digest(plan, self.workspace, world, day), self.workspace, spoken)
        if notice.kind is Kind.REVIEW:
            world = World(self.clock, self.warehouse, self.store, self)
            return review_card(await review_of(notice, self.workspace, world), self.workspace, tongue)
        if notice.kind is Kind.NEWS:
            async with self.store.begin() as tx:
                mute = await tx.mute(str(notice.facts.get("mute", "")))
            return news_card(notice, mute, self.workspace, tongue, now)
        if alert is None and notice.kind is Kind.REQUEST:
            return plea_card(notice, self.workspace, tongue)
        if alert is None:
            return None
        if isinstance(alert, Gathered):
            async with self.store.begin() as tx:
                every = await tx.holds()
            return storm_card(alert, self.workspace, tongue, now, notice=notice, holds=every)
        if alert.fingerprint.rule == WATCHDOG:
            return watchdog_card(self.workspace, tongue, now)
        async with self.store.begin() as tx:
            holds, events = await tx.holds(alert.id), await tx.events(alert.id)
        late = late_words(alert, events, self.workspace, tongue, now)
        figure, likely = await self._figure(alert, tongue), await self._likely(alert, tongue)
        told = {"likely": likely, "late": late}
        return alert_card(alert, self.workspace, tongue, now, notice=notice, holds=holds, figure=figure, **told)

    async def _likely(self, alert: Alert, tongue: Tongue) -> str:
        """Return what may have moved the number, once for each period of an alert: a message edited keeps its line."""
        key = alert.id, str(alert.finding.period)
        if key not in self.reasons:
            try:
                self.reasons[key] = await why_alert(alert, self.workspace, self.warehouse)
            except Problem as problem:
                log.warning("no cause", alert=alert.handle, problem=problem.code)
                return ""
            if len(self.reasons) > MOST_REASONS:
                self.reasons.pop(next(iter(self.reasons)))
        why = self.reasons[key]
        return likely_line(why, self.workspace, tongue) if why else ""

    async def _figure(self, alert: Alert, tongue: Tongue) -> Figure | None:
        """Return the alert's chart, or None: a chart may be missing, the words may not."""
        try:
            async with asyncio.timeout(CHART_WITHIN):
                series = await history(alert, self.workspace, self.warehouse)
        except (Problem, TimeoutError) as problem:
            log.warning("no chart", alert=alert.handle, problem=getattr(problem, "code", "slow"))
            return None
        return alert_figure(alert, series, self.workspace, tongue) if series else None


def _digest(card: Card) -> str:
    """Return a digest of what a reader sees. A chart counts by its words: its points are those of the numbers."""
    blocks = tuple(block.alt if isinstance(block, Picture) else block for block in card.blocks)
    return blake2b(repr((card.title, card.tone, blocks)).encode(), digest_size=12).hexdigest()
