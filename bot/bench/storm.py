"""A storm: alerts by the hundred through the real `beacon run` to both platforms, while its processes are killed.

What is counted is what the platforms heard. A notice counts as lost unless its chat has a message for it, and as said
twice when it has two: Slack's messages carry our key, and Telegram's are known by their buttons.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import time
from typing import TYPE_CHECKING

from bot.app import open_store_of
from bot.bench.platforms import Message, Platforms, Weather
from bot.bench.shop import OWNERS, Shop
from bot.phrases import say
from bot.settings import Settings
from core.errors import Problem
from core.notices.group import PREFIX
from core.notices.notice import Kind, Place
from core.notices.outbox import Delivery, Status
from core.text import Tongue

if TYPE_CHECKING:
    from asyncio.subprocess import Process

PATIENCE = 400.0  # seconds without anything new, after which what is not said counts as lost
UP = 60.0  # seconds for a process to come up


@dataclass(frozen=True, slots=True)
class Plan:
    """`waves` are how many times facts arrive; `share` of all calls to a platform goes wrong; `store` is an address."""

    alerts: int
    kills: int
    store: str
    processes: int = 1
    waves: int = 1
    share: float = 0.0
    seed: int = 618


@dataclass(frozen=True, slots=True)
class Measured:
    alerts: int
    kills: int
    notices: int
    alerts_per_second: float
    lost: int
    duplicates: int
    unsure_duplicates: int  # of those, where nobody can know whether the first try came through
    most_messages_in_a_chat: int
    slowest_critical_seconds: float
    faults: dict[str, int]
    refused: dict[str, int]


@dataclass(slots=True)
class House:
    """The processes of one house. Each that dies is started again, as whoever runs it would."""

    folder: Path
    environment: dict[str, str]
    zygote: Process
    lives: list[int] = field(default_factory=list)
    _started: int = 0

    async def start(self, *words: str, number: int | None = None, **environment: str) -> int:
        """Start a process in its place, and return its id."""
        self._started += 1
        order = {
            "argv": ["run", str(self.folder / "shop"), *words],
            "cwd": str(self.folder),
            "environment": self.environment | environment,
            "log": str(self.folder / "said"),  # its id is added
        }
        assert self.zygote.stdin  # noqa: S101 - it was opened with both
        assert self.zygote.stdout  # noqa: S101 - as above
        self.zygote.stdin.write(f"{json.dumps(order)}\n".encode())
        pid = int(await self.zygote.stdout.readline())
        if number is None:
            self.lives.append(pid)
        else:
            self.lives[number] = pid
        return pid

    async def kill(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.lives[number], signal.SIGKILL)
        await self.start(number=number)

    def send(self, number: int, word: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.lives[number], word)

    def said(self, pid: int) -> str:
        log = self.folder / f"said-{pid}"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    async def is_up(self) -> None:
        """Wait until every process has told its address."""
        async with asyncio.timeout(UP):
            while not all("http://127.0.0.1:" in self.said(pid) for pid in self.lives):  # noqa: ASYNC110 - a log is mute
                await asyncio.sleep(0.05)


@asynccontextmanager
async def a_house(folder: Path, store: str, platforms: Platforms) -> AsyncIterator[House]:
    """Make a place for processes on one store, and end them all behind."""
    quiet = {name.upper(): "" for name in Settings.model_fields}
    environment = quiet | platforms.environment | {"BEACON_STORE_URL": store, "BEACON_PORT": "0"}
    zygote = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.bench.lives"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    house = House(folder, environment, zygote)
    try:
        yield house
    finally:
        for number in range(len(house.lives)):
            house.send(number, signal.SIGKILL)
        if zygote.stdin:
            zygote.stdin.close()
        await zygote.wait()


async def storm(plan: Plan, shown: Callable[[str, float], None] = lambda _, __: None) -> Measured:
    """Let it come down, and measure."""
    dice = Random(plan.seed)
    weather = Weather(plan.share, Random(plan.seed))
    with TemporaryDirectory(prefix="beacon-storm-") as name:
        folder = Path(name)
        shop = Shop(folder / "shop", plan.alerts)
        shop.write()
        async with Platforms(weather) as platforms, a_house(folder, plan.store, platforms) as house:
            for _ in range(plan.processes):
                await house.start()
            await house.is_up()
            begun = time()
            killing = asyncio.create_task(_kill(plan, house, dice, shown))
            for wave in range(1, plan.waves + 1):
                shop.fall(plan.alerts * wave // plan.waves)
                if wave < plan.waves:
                    await asyncio.wait([killing], timeout=max(1.0, _LIFE * plan.kills / plan.waves))
            await killing
            weather.share = 0.0  # a storm passes; what is left is what it left behind
            told = await drained(plan, platforms)
            return measured(plan, shop, platforms, told, begun)


def lines(measured: Measured, tongue: Tongue) -> list[str]:
    """Return the figures as they are read aloud."""
    facts = asdict(measured)
    said = [say("bench-deliver", tongue, **{name: fact for name, fact in facts.items() if not isinstance(fact, dict)})]
    if measured.faults:
        faults = ", ".join(f"{name} {count}" for name, count in sorted(measured.faults.items()))
        said.append(say("bench-deliver-faults", tongue, faults=faults))
    return said


_LIFE = 2.5  # seconds that a process lives on the average, when it is to be killed


_GROWN = 0.8  # of those that are killed


async def _kill(plan: Plan, house: House, dice: Random, shown: Callable[[str, float], None]) -> None:
    for kill in range(plan.kills):
        shown("storm", kill / max(1, plan.kills))
        victim = dice.randrange(plan.processes)
        if dice.random() < _GROWN:
            await house.is_up()
            await asyncio.sleep(dice.uniform(0, 2))
        else:
            await asyncio.sleep(dice.uniform(0, 1))  # perhaps while it comes up
        await house.kill(victim)


async def drained(plan: Plan, platforms: Platforms) -> Sequence[tuple[Delivery, str]]:
    """Wait until nothing is left to be said, and return each notice with the handle of what it is about."""
    quiet_since, last = time(), -1
    settings = Settings.model_validate({"beacon_store_url": plan.store})
    async with open_store_of(settings) as store:
        while time() - quiet_since < PATIENCE:
            with suppress(Problem):
                async with store.begin() as tx:
                    alerts, waiting = await tx.open(), await tx.waiting()
                unsaid = waiting.get(Status.QUEUED, 0) + waiting.get(Status.SENDING, 0)
                fired = [alert for alert in alerts if alert.told_at]
                if len(fired) >= plan.alerts and not unsaid:
                    break
                if (heard := len(platforms.messages) + len(alerts)) != last:
                    quiet_since, last = time(), heard
            await asyncio.sleep(0.5)
        found: dict[int, tuple[Delivery, str]] = {}
        async with store.begin() as tx:
            for alert in await tx.open():
                for one in await tx.deliveries(alert.id):
                    is_group = (one.notice.alert or "").startswith(PREFIX)
                    handle = (one.notice.alert or "").removeprefix(PREFIX) if is_group else alert.handle
                    found[one.id] = one, handle
    return list(found.values())


def measured(
    plan: Plan,
    shop: Shop,
    platforms: Platforms,
    told: Sequence[tuple[Delivery, str]],
    begun: float,
) -> Measured:
    posts = [message for message in platforms.messages if not message.is_picture]
    said = [(one, handle) for one, handle in told if one.notice.kind is not Kind.STATE]
    heard = Counter(_name(message) for message in posts)
    lost = sum(not heard[_wanted(one, handle)] for one, handle in said)
    wanted = Counter(_wanted(one, handle) for one, handle in said)
    again = {name: count - wanted[name] for name, count in heard.items() if count > wanted[name]}
    unsure = sum(count for name, count in again.items() if name[0] != "slack")
    chats = Counter(message.chat for message in platforms.messages)
    firsts = [min((m.at for m in posts if m.chat == shop.chat_of(n)[1]), default=float("inf"))
              for n in range(min(OWNERS, plan.alerts))]  # fmt: skip
    took = max((message.at for message in posts), default=begun) - begun
    return Measured(
        alerts=plan.alerts,
        kills=plan.kills,
        notices=len(said),
        alerts_per_second=round(plan.alerts / max(took, 0.001), 2),
        lost=lost,
        duplicates=sum(again.values()),
        unsure_duplicates=unsure,
        most_messages_in_a_chat=max(chats.values(), default=0),
        slowest_critical_seconds=round(max(firsts) - begun, 2),
        faults=dict(platforms.weather.happened),
        refused=dict(platforms.refused),
    )


def _name(message: Message) -> tuple[str, str, str]:
    """Return by what a message is known: our key in Slack; in Telegram its chat and the handle on its buttons."""
    if message.key:
        return "slack", "", message.key
    handles = {word.partition("@")[0] for button in message.buttons for word in button.split() if "@" in word}
    return "telegram", message.chat, min(handles, default=message.text)


def _wanted(delivery: Delivery, handle: str) -> tuple[str, str, str]:
    place = delivery.to
    if isinstance(place, Place) and place.platform == "telegram":
        return "telegram", place.chat, handle
    return "slack", "", delivery.notice.key
