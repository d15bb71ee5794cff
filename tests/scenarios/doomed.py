"""A process that walks the whole road and is killed on the way, at the point it was told.

Run by `test_kill.py`. It reads one order a line, `DATABASE PLATFORM POINT SECONDS`, forks, and the fork walks; so that
each life costs a fork and not a second of imports. It prints how each life ended.
"""

import asyncio
import gc
import json
import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import event

from core.alerts.alert import Alert, Stage
from core.alerts.condition import observe
from core.calendar.grain import Period
from core.labels import Labels
from core.notices.notice import Place
from core.notices.outbox import Delivery, Sent
from core.notices.surface import Surface
from core.ports import Dispatch, World
from core.routing.decide import decide
from core.rules.finding import State
from core.store.sql import SqlStore, open_store
from core.usecases import respond
from core.usecases.deliver import deliver
from core.workspace import Workspace
from tests.builders import TODAY, YESTERDAY, a_finding, a_workspace, verdicts
from tests.fakes import FakeClock, FakeWarehouse


class Fate:
    """Counts the points at which one may die, and dies at the one that was told; never at point 0."""

    def __init__(self, point: int) -> None:
        self.point = point
        self.passed = 0
        self.wrote = False

    def at(self) -> None:
        self.passed += 1
        if self.passed == self.point:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, store: SqlStore) -> None:
        """Make a point of each moment before a write and around its commit: nothing else that we do lasts."""
        event.listen(store.engine.sync_engine, "before_cursor_execute", self.before)
        event.listen(store.engine.sync_engine, "commit", self.committing)

    def before(self, _: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("BEGIN"):
            if self.wrote:
                self.at()  # the transaction before has been committed
            self.wrote = False
        elif not statement.startswith("SELECT"):
            self.wrote = True
            self.at()

    def committing(self, _: object) -> None:
        if self.wrote:
            self.at()


class Platform:
    """A chat that keeps what it was told in a file: a line is there or it is not, whoever dies."""

    def __init__(self, path: Path, fate: Fate) -> None:
        self.path = path
        self.fate = fate

    async def send(self, delivery: Delivery, alert: Alert | None, surfaces: object) -> Dispatch:
        assert alert is not None
        to = delivery.to
        place = to if isinstance(to, Place) else Place("chat", to)
        said = {"key": delivery.notice.key, "kind": str(delivery.notice.kind), "to": str(to), "shows": alert.version}
        line = json.dumps(said | {"slice": str(alert.fingerprint.labels)}) + "\n"
        self.fate.at()
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line)
        self.fate.at()
        return Dispatch(Sent("m"), place, Surface(alert.id, place, "m", f"v{alert.version}", alert.version))


async def walk(database: str, platform: Path, point: int, seconds: float) -> int:
    """Fire two alerts, tell of them, ack one, let the other recover; begin where an earlier life ended."""
    fate = Fate(point)
    store = await open_store(database)
    clock = FakeClock()
    clock.tick(seconds=seconds)
    workspace, world = a_workspace(), World(clock, FakeWarehouse(), store, Platform(platform, fate))
    fate.watch(store)
    await evaluate(YESTERDAY, {"wechat": State.BREACHED, "douyin": State.BREACHED}, workspace, world)
    await deliver_all(workspace, world)
    await ack("wechat", workspace, world)
    await deliver_all(workspace, world)
    await evaluate(TODAY, {"wechat": State.BREACHED, "douyin": State.CALM}, workspace, world)
    await deliver_all(workspace, world)
    await store.aclose()
    return fate.passed


async def evaluate(period: Period, states: dict[str, State], workspace: Workspace, world: World) -> None:
    """Judge a period that has not been judged, as an evaluation does."""
    now = world.clock.now()
    found = [
        a_finding(0.8 if state else 1.4, state, period, Labels.of({"channel": channel}))
        for channel, state in states.items()
    ]
    async with world.store.begin() as tx:
        done = await tx.evaluated("batch")
        if done is not None and done >= period:
            return
        changes = observe(await tx.latest(["roi_drop"]), verdicts(*found), now)
        decision = decide(changes, workspace.rules, workspace.routes, await tx.holds(), workspace.people, now)
        await tx.keep(decision.changes, decision.notices, decision.holds, now=now)
        await tx.mark_evaluated("batch", period, now)


async def ack(channel: str, workspace: Workspace, world: World) -> None:
    """Press the button, if it was not pressed yet: people press again when nothing happens."""
    async with world.store.begin() as tx:
        alerts = {alert.fingerprint.labels.get("channel"): alert for alert in await tx.open()}
    alert = alerts[channel]
    if alert.handling.stage is Stage.OPEN:
        await respond.ack(alert.handle, alert.version, workspace.people["alice"], "slack", world, workspace)


async def deliver_all(workspace: Workspace, world: World) -> None:
    while await deliver(workspace, world):
        pass


def live(order: str) -> None:
    database, platform, point, seconds = order.split()
    passed = asyncio.run(walk(database, Path(platform), int(point), float(seconds)))
    sys.stderr.write(f"{passed} points passed\n")


def main() -> None:
    with TemporaryDirectory() as folder:  # a first walk loads whatever is loaded late, once for all forks
        asyncio.run(walk(f"sqlite:///{folder}/warm.db", Path(folder, "said"), 0, 0))
    gc.freeze()
    for order in sys.stdin:
        pid = os.fork()
        if not pid:
            try:
                live(order)
                os._exit(0)
            except BaseException:  # noqa: BLE001 - a fork must never go on as its parent
                sys.excepthook(*sys.exc_info())
                os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
