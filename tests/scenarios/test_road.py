"""The first road on real files: what a small shop's rule says on the days that break other people's code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import open_world
from core.alerts.alert import Alert, Phase
from core.alerts.event import Change
from core.errors import Missing
from core.notices.notice import Kind
from core.ports import World
from core.usecases.deliver import deliver
from core.usecases.evaluate import evaluate_due
from core.usecases.replay import has_fired
from core.workspace import Workspace, load_workspace
from tests.fakes import FakeClock, FakeMessenger

WORKSPACE = {
    "workspace": "name: Corner shop\nzone: Asia/Shanghai\n",
    "sources": """
- source: ads
  files: ads.csv
  grain: day
  time: 日期
  dimensions: {channel: 渠道}
  measures: {impressions: 曝光量}
""",
    "rules": """
- rule: impressions_drop
  title: {en: Impressions fall, zh: 曝光量下滑}
  when: 曝光量日环比下滑>20%
  owner: ads_team
  severity: critical
""",
    "people": """
- person: alice
  name: Alice
  duties: [ads_team]
  chats: {web: alice}
- person: bob
  name: Bob
  chats: {web: bob}
""",
    "routes": "- route: everything\n  owner: person:bob\n",
}


@dataclass
class Shop:
    workspace: Workspace
    world: World
    clock: FakeClock
    messenger: FakeMessenger

    def write(self, *days: tuple[str, int | str]) -> None:
        lines = "".join(f"{day},wechat,{value}\n" for day, value in days)
        (self.workspace.folder / "ads.csv").write_text(f"日期,渠道,曝光量\n{lines}", encoding="utf-8")

    async def look(self, moment: str) -> tuple[Change, ...]:
        """Take in what is new at that moment of the shop's wall clock, and evaluate."""
        self.clock.moment = datetime.fromisoformat(moment).replace(tzinfo=self.workspace.zone).astimezone(UTC)
        return await evaluate_due(self.workspace, self.world, await self.world.warehouse.refresh())

    async def fired(self, moment: str) -> list[str]:
        return [str(change.after.finding.period) for change in await self.look(moment) if has_fired(change)]

    async def open(self) -> Sequence[Alert]:
        async with self.world.store.begin() as tx:
            return await tx.open()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    for kind, text in WORKSPACE.items():
        (tmp_path / f"{kind}.yaml").write_text(text, encoding="utf-8")
    async with a_shop(tmp_path) as made:
        yield made


@asynccontextmanager
async def a_shop(folder: Path) -> AsyncIterator[Shop]:
    workspace, clock, messenger = load_workspace(folder), FakeClock(), FakeMessenger()
    (folder / "ads.csv").write_text("日期,渠道,曝光量\n2026-05-31,wechat,1000\n", encoding="utf-8")
    async with open_world(workspace, clock, speak=lambda *_: messenger) as world:
        yield Shop(workspace, world, clock, messenger)


@pytest.mark.parametrize(
    ("before", "after", "fires"),
    [
        (100_000, 80_000, False),  # exactly −20 %
        (100_000, 79_990, True),  # −20.01 %
        (3, "2.4", False),  # −20 %, which in floats is a hair more
        (0, 50, False),  # from nothing there is no change
        (100, 0, True),
    ],
)
async def test_a_fall_fires_only_beyond_its_bound(shop: Shop, before, after, fires):
    shop.write(("2026-06-01", before), ("2026-06-02", after))

    assert bool(await shop.fired("2026-06-03T00:30")) is fires


async def test_a_day_that_is_not_over_is_not_judged(shop: Shop):
    shop.write(("2026-06-01", 1000), ("2026-06-02", 1000), ("2026-06-03", 40))

    assert await shop.fired("2026-06-03T12:00") == []
    assert await shop.fired("2026-06-04T00:30") == ["2026-06-03"]


async def test_a_missing_day_is_neither_a_fall_nor_a_base_to_fall_from(shop: Shop):
    shop.write(("2026-06-01", 1000), ("2026-06-03", 500))

    assert await shop.fired("2026-06-03T00:30") == []
    assert await shop.fired("2026-06-04T00:30") == []


async def test_data_that_comes_late_is_judged_when_it_comes(shop: Shop):
    shop.write(("2026-06-01", 1000))
    assert await shop.fired("2026-06-03T00:30") == []

    shop.write(("2026-06-01", 1000), ("2026-06-02", 500))

    assert await shop.fired("2026-06-03T09:00") == ["2026-06-02"]


async def test_nothing_is_judged_twice_while_nothing_changes(shop: Shop):
    shop.write(("2026-06-01", 1000), ("2026-06-02", 500))
    await shop.look("2026-06-03T00:30")

    assert await shop.look("2026-06-03T00:45") == ()


async def test_a_restated_day_takes_its_alert_back(shop: Shop):
    shop.write(("2026-06-01", 1000), ("2026-06-02", 500))
    await shop.look("2026-06-03T00:30")

    shop.write(("2026-06-01", 1000), ("2026-06-02", 990))
    (change,) = await shop.look("2026-06-03T10:00")

    recovered = next(event for event in change.events if event.kind == "recovered")
    assert change.after.condition.phase is Phase.OK
    assert recovered.facts["restated"] == 1


async def test_late_data_neither_fires_nor_clears_what_fires(shop: Shop):
    shop.write(("2026-06-01", 1000), ("2026-06-02", 500))
    await shop.look("2026-06-03T00:30")

    await shop.look("2026-06-04T00:30")

    (alert,) = await shop.open()
    assert (alert.condition.phase, alert.condition.resume) == (Phase.UNKNOWN, Phase.FIRING)


async def test_days_slept_through_are_judged_in_their_order(shop: Shop):
    shop.write(("2026-06-01", 1000), ("2026-06-02", 1000))
    await shop.look("2026-06-03T00:30")
    shop.write(
        ("2026-06-01", 1000), ("2026-06-02", 1000), ("2026-06-03", 600), ("2026-06-04", 700), ("2026-06-05", 300)
    )

    assert await shop.fired("2026-06-06T00:30") == ["2026-06-03", "2026-06-05"]


async def test_the_owner_hears_once_and_only_after_it_is_kept(shop: Shop):
    shop.write(("2026-06-01", 1000), ("2026-06-02", 500))
    await shop.look("2026-06-03T00:30")
    assert shop.messenger.said == []

    await deliver(shop.workspace, shop.world)
    await deliver(shop.workspace, shop.world)

    assert shop.messenger.heard() == [(Kind.FIRST, "alice")]


async def test_a_source_without_its_file_says_so_when_asked(shop: Shop):
    (shop.workspace.folder / "ads.csv").unlink()

    async with open_world(shop.workspace, shop.clock) as world:
        with pytest.raises(Missing) as caught:
            await evaluate_due(shop.workspace, world)

    assert "ads.csv" in str(caught.value.facts.values())


async def test_a_missing_file_silences_no_rule_over_another(tmp_path: Path):
    for kind, text in WORKSPACE.items():
        (tmp_path / f"{kind}.yaml").write_text(text, encoding="utf-8")
    lost = "- {source: lost, files: lost.csv, grain: day, time: day, measures: {leads: leads}}\n"
    (tmp_path / "sources.yaml").write_text(lost + WORKSPACE["sources"], encoding="utf-8")
    first = "- {rule: leads_low, when: leads < 10, owner: ads_team}\n"
    (tmp_path / "rules.yaml").write_text(first + WORKSPACE["rules"], encoding="utf-8")
    async with a_shop(tmp_path) as shop:
        shop.write(("2026-06-01", 1000), ("2026-06-02", 500))
        shop.clock.moment = datetime(2026, 6, 3, 0, 30, tzinfo=shop.workspace.zone).astimezone(UTC)
        for _ in range(2):  # the first look says what is missing, the second takes in what arrived
            with suppress(Missing):
                arrivals = await shop.world.warehouse.refresh()
                await evaluate_due(shop.workspace, shop.world, arrivals)

        assert "impressions_drop" in {alert.fingerprint.rule for alert in await shop.open()}
