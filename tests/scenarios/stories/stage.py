"""Where a story is told: the house as `beacon run` wires it, one platform, a clock in our hand, and a scribe.

Nothing sleeps and nothing runs by itself but the platforms' own lines: the script says when the loops go round, and
the clock is moved on until all that is due has been said, which is how the platforms' rates are kept.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import serve
from bot.loops import Loops
from bot.settings import Settings
from core.usecases.replay import HandClock
from core.workspace import load_workspace
from tests.scenarios.stories import shop
from tests.scenarios.stories.chats import Chat, InSlack, InTelegram, OnTheWeb, Seen, until
from tests.standins.slack import Slack
from tests.standins.telegram import Telegram

BOT, SECRET, APP, TELEGRAM = "xoxb-story", "signing-story", "xapp-story", "4242:story"
MOST_SECONDS = 50  # that the platforms' rates may spread what is said over, within one step


class StoryClock(HandClock):
    def seconds(self) -> float:
        return self.moment.timestamp()

    def seconds_until(self, _moment: datetime) -> float:
        return 3600.0  # nothing comes due by itself


class Stage:
    channels = shop.CHANNELS

    def __init__(self, chat: Chat, loops: Loops, clock: StoryClock, tongue: str, folder: Path) -> None:
        self.chat, self.loops, self.clock, self.tongue, self.folder = chat, loops, clock, tongue, folder
        self.lines: list[str] = []
        self._shown: dict[str, Seen] = {}
        self._handles: dict[str, str] = {}

    # --- what happens -----------------------------------------------------------------------------------------

    async def morning(self, day: str, **revenue: int) -> None:
        """At 08:00 the numbers of the day before come in."""
        today = date.fromisoformat(day)
        self._at(today, time(8))
        shop.add_days(self.folder, today - timedelta(days=1), revenue)
        fell = ", ".join(f"{name} {value}" for name, value in revenue.items())
        self._write(f"the numbers of {today - timedelta(days=1)} come in: revenue {fell}")
        await self._told()

    async def nine_o_clock(self, day: str) -> None:
        """Let the digests of that day come due."""
        self._at(date.fromisoformat(day), time(9))
        self._write("it is nine o'clock")
        await self.loops._in_turn(self.loops._digest)
        await self._told()

    async def writes(self, who: str, below: Seen | None = None, **said: str) -> None:
        self._minutes_later()
        words = said[self.tongue]
        self._write(f"{who} writes{' below the card' if below else ''}: {words}")
        await self._answered(self.chat.writes(who, words, self._now(below) if below else None))

    async def presses(self, who: str, message: Seen, **labels: str) -> None:
        self._minutes_later()
        message, label = self._now(message), labels[self.tongue]
        assert label in message.buttons, (label, list(message.buttons))
        self._write(f"{who} taps [{label}]")
        await self._answered(self.chat.presses(who, message, message.buttons[label]))

    async def drops(self, who: str, name: str, content: str) -> None:
        self._minutes_later()
        self._write(f"{who} drops {name}")
        await self._answered(self.chat.drops(who, name, content.encode()))

    # --- what is seen -----------------------------------------------------------------------------------------

    def card(self, where: str, **title: str) -> Seen:
        """Return the first message there whose words hold that."""
        found = [each for each in self.chat.seen() if each.where == where and title[self.tongue] in each.text]
        assert found, self.transcript
        return found[0]

    def newest(self) -> Seen:
        return self.chat.seen()[-1]

    def _now(self, message: Seen) -> Seen:
        return next(each for each in self.chat.seen() if each.id == message.id)

    async def _answered(self, doing: Any) -> None:
        await self.chat.look()
        before = len(self.chat.seen())
        await doing
        await until(lambda: len(self.chat.seen()) > before, self.chat)
        await self._told()

    async def _told(self) -> None:
        """Let all that is due be said, and write down what is seen that was not, or was otherwise."""
        await self._quiet()
        await self.loops.step()
        for _ in range(MOST_SECONDS):
            async with self.loops.world.store.begin() as tx:
                waiting = await tx.waiting()
            if not {"queued", "sending"} & {name for name, many in waiting.items() if many}:
                break
            self.clock.moment += timedelta(seconds=1)
            await self.loops._deliver_all()
        else:
            raise AssertionError(waiting)
        await self._quiet()
        await self.chat.look()
        await self._learn_names()
        for seen in self.chat.seen():
            known = self._shown.get(seen.id)
            if known != seen:
                self._shown[seen.id] = seen
                self._draw(seen, is_new=known is None)

    async def _quiet(self) -> None:
        """Wait for answers and charts that are under way."""
        adapters = self.loops.world.messenger.inner.adapters  # type: ignore[attr-defined]
        if "telegram" in adapters:
            await adapters["telegram"]._application.update_queue.join()
        under_way = ("_tasks", "_followers")
        await until(
            lambda: not any(getattr(each, what, ()) for each in adapters.values() for what in under_way), self.chat
        )

    # --- the scribe -------------------------------------------------------------------------------------------

    def _at(self, day: date, hour: time) -> None:
        self.clock.moment = datetime.combine(day, hour, self.loops.workspace.zone).astimezone(UTC)

    def _minutes_later(self) -> None:
        self.clock.moment = self.clock.moment.replace(second=0, microsecond=0) + timedelta(minutes=5)

    def _write(self, what: str) -> None:
        moment = self.clock.moment.astimezone(self.loops.workspace.zone)
        self.lines.append(f"\n═══ {moment:%a %d %b %H:%M} · {what}\n")

    def _draw(self, seen: Seen, *, is_new: bool) -> None:
        self.lines.append(f"{'●' if is_new else '✎'} {seen.where}{'' if is_new else ' (changed)'}")
        text = seen.text
        for handle, name in self._handles.items():
            text = re.sub(rf"\b{handle}\b", name, text)
        self.lines += [f"  │ {line}".rstrip() for line in text.splitlines()] + [""]

    async def _learn_names(self) -> None:
        """An alert's short name is drawn by lot: here they are a001, a002, by channel."""
        async with self.loops.world.store.begin() as tx:
            newest = await tx.latest(rule.id for rule in self.loops.workspace.rules)
            every = {one.id: one for one in (*newest.values(), *await tx.open())}
        for one in sorted(every.values(), key=lambda one: (one.opened_at, str(one.fingerprint))):
            self._handles.setdefault(one.handle, f"a{len(self._handles) + 1:03}")

    @property
    def transcript(self) -> str:
        return "\n".join(self.lines).strip() + "\n"


@asynccontextmanager
async def on_stage(platform: str, way: str, tongue: str, folder: Path) -> AsyncIterator[Stage]:
    """Open the house with one platform beside the console, reached by socket or signed HTTP, polling or webhook."""
    clock = StoryClock(datetime.combine(shop.FIRST + timedelta(days=1), time(10), UTC))
    loops: list[Loops] = []
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings: dict[str, Any] = {"beacon_port": port, "beacon_store_url": "sqlite://"}
    async with AsyncExitStack() as stack:
        chat: Chat
        if platform == "slack":
            slack = await stack.enter_async_context(Slack(BOT, SECRET, APP, now=clock.seconds))
            slack.request_url = f"http://127.0.0.1:{port}/slack/events"
            chat = InSlack(slack)
            settings |= {"slack_bot_token": BOT, "slack_api_url": slack.url}
            settings |= {"slack_app_token": APP} if way == "socket" else {"slack_signing_secret": SECRET}
        elif platform == "telegram":
            telegram = await stack.enter_async_context(Telegram(TELEGRAM, now=clock.seconds))
            chat = InTelegram(telegram)
            settings |= {"telegram_bot_token": TELEGRAM, "telegram_api_url": telegram.url}
            settings |= {"telegram_webhook_url": f"http://127.0.0.1:{port}"} if way == "webhook" else {}
        else:
            client = await stack.enter_async_context(aiohttp.ClientSession())
            chat = OnTheWeb(f"http://127.0.0.1:{port}/", client, tongue)
        shop.found(folder / "shop", tongue=tongue, **chat.chats)
        workspace = load_workspace(folder / "shop")
        living = asyncio.create_task(
            serve(
                Settings.model_validate(settings),
                workspace,
                clock,
                store_url=f"sqlite:///{folder}/b.db",
                facts=folder / "facts.duckdb",
                demo=loops.append,  # type: ignore[arg-type, return-value, func-returns-value]
                ready=ready.set_result,
                does=frozenset({"chat"}),
            )
        )
        try:
            await asyncio.wait({living, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=30)
            assert not living.done(), living.exception()
            stage = Stage(chat, loops[0], clock, tongue, folder / "shop")
            await until(lambda: all(loops[0].listening().values()), chat)
            await loops[0].step()
            yield stage
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
