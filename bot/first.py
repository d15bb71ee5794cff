"""The first run: a folder without a workspace is set up, on a page and in private chats, before the house is opened.

It is a phase of its own, over before `serve` begins, so that nothing has to change beneath a running house.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from bot.app import add_platforms, bind, listen, open_world, read_table
from bot.cards.alert import alert_card
from bot.cards.history import history_words
from bot.chat.card import Buttons, Card
from bot.clock import SystemClock
from bot.commands.setup import SettingUp
from bot.phrases import say
from core.errors import Problem
from core.rules.say import say as say_rule
from core.usecases.backtest import tried
from core.usecases.evaluate import evaluate_due
from core.usecases.replay import HandClock, has_fired
from core.workspace import KINDS, SUFFIXES

if TYPE_CHECKING:
    from bot.chat.adapter import Adapter
    from bot.settings import Settings
    from core.notices.notice import Place
    from core.people.person import Person
    from core.text import Tongue
    from core.workspace import Workspace

LINGER = 2.0  # seconds in which the last answer is still on its way to its reader
MOST_ALERTS = 1  # shown beforehand


def has_nothing(folder: Path) -> bool:
    """Return whether a workspace may be set up there: none of the files that make one lies in it, and it is no file."""
    return not folder.is_file() and not any(
        (folder / f"{kind}{suffix}").exists() for kind in KINDS for suffix in SUFFIXES
    )


async def set_up(settings: Settings, folder: Path, tongue: Tongue, tell: Callable[[str], None]) -> int | None:
    """Ask until a workspace stands; return the port on which the console goes on, None if told to stop before."""
    from bot.adapters.web.app import LOCAL
    from bot.adapters.web.setup import setup_app

    bound, code = bind(settings), token_hex(5)
    port: int = bound.getsockname()[1]
    is_local = settings.beacon_host in LOCAL
    setting_up = SettingUp(folder, code, tongue, read_table, foreseen, SystemClock().now)
    adapters: dict[str, Adapter] = {}

    def nobody(_: str, __: str) -> Person | None:
        return None

    async def no_alert(_: Place, __: str) -> str | None:
        return None

    hooks = add_platforms(adapters, settings, nobody, no_alert)
    app = setup_app(setting_up.answer, hooks, hosts=LOCAL if is_local else None, code=None if is_local else code)

    def ready(address: str) -> None:
        page = f"{address}setup" if is_local else f"{address}setup?code={code}"
        tell(say("setup-ready", tongue, address=page, folder=str(folder)))
        if adapters:
            tell(say("setup-ready-chat", tongue, said=code))

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stopped.set)
    try:
        async with asyncio.TaskGroup() as group:
            doing = [group.create_task(listen(app, bound, ready))]
            doing += [group.create_task(adapter.run(setting_up.answer)) for adapter in adapters.values()]
            ends = [asyncio.create_task(event.wait()) for event in (stopped, setting_up.written)]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not stopped.is_set():
                await asyncio.sleep(LINGER)
            for task in (*doing, *ends):
                task.cancel()
    except BaseExceptionGroup as several:
        problem = next((one for one in several.exceptions if isinstance(one, Problem)), None)
        if problem is None:
            raise
        raise problem from None
    finally:
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)
    return port if setting_up.written.is_set() else None


async def foreseen(workspace: Workspace, tongue: Tongue) -> tuple[list[str], tuple[Card, ...]]:
    """Return what each rule would have done so far, and the first alert that the house would begin with."""
    clock = HandClock(SystemClock().now())
    async with open_world(workspace, clock) as world:
        changes = await evaluate_due(workspace, world)
        past = await tried(workspace.rules, workspace, world)
    alerts = [change.after for change in changes if has_fired(change)]
    alerts.sort(key=lambda one: (one.severity, one.finding.period.end), reverse=True)
    lines = [
        f"· {say_rule(one.rule.sentence, tongue, workspace.catalog)}: {history_words(one, tongue)}" for one in past
    ]
    lines.insert(0, say("setup-alerts", tongue, count=len(alerts)))
    return lines, tuple(_shown(alert_card(one, workspace, tongue, clock.now())) for one in alerts[:MOST_ALERTS])


def _shown(card: Card) -> Card:
    """Return a card to be looked at: there is nothing yet that its buttons could do."""
    return replace(card, blocks=tuple(block for block in card.blocks if not isinstance(block, Buttons)), about="")
