"""The open alerts, and one of them in full."""

from __future__ import annotations

from bot.cards.alert import alert_card
from bot.cards.board import alerts_card
from bot.cards.figures import alert_figure
from bot.cards.happened import late_words
from bot.chat.card import Card
from bot.chat.reply import Reply
from bot.commands.call import Call
from bot.commands.command import Alerts, Show
from core.labels import all_match
from core.usecases.explain import find
from core.usecases.history import history
from core.usecases.overview import is_shown


async def alerts(command: Alerts, call: Call) -> Reply:
    person = call.request.person
    async with call.world.store.begin() as tx:
        opened, holds = await tx.open(), await tx.holds()
    shown = [
        alert
        for alert in sorted(opened, key=lambda alert: -alert.severity)
        if is_shown(alert)
        and all_match(command.where, alert.fingerprint.labels)
        and (not command.is_mine or (person is not None and alert.owner == person.id))
    ]
    return Reply((alerts_card(shown, call.workspace, call.tongue, call.now, holds=holds),))


async def mine_of(call: Call) -> Card:
    """Return the card of what the speaker has."""
    (card,) = (await alerts(Alerts(is_mine=True), call)).cards
    return card


async def show(command: Show, call: Call) -> Reply:
    async with call.world.store.begin() as tx:
        alert = await find(command.alert.handle, tx)
        holds, events = await tx.holds(alert.id), await tx.events(alert.id)
    series = await history(alert, call.workspace, call.world.warehouse)
    figure = alert_figure(alert, series, call.workspace, call.tongue) if series else None
    late = late_words(alert, events, call.workspace, call.tongue, call.now)
    return Reply((alert_card(alert, call.workspace, call.tongue, call.now, holds=holds, figure=figure, late=late),))
