"""A house that is at home in Slack or Telegram: the real dispatcher and store, the real adapter, a strict stand-in."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

from bot.adapters.slack.adapter import SlackAdapter
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.app import open_world
from bot.cards.alert import alert_card
from bot.commands.dispatch import answer
from core.alerts.alert import Alert
from core.notices.notice import Place
from core.notices.outbox import Sent
from core.notices.surface import Surface
from core.ports import World
from core.usecases.evaluate import evaluate_due
from core.usecases.replay import HandClock
from core.workspace import Workspace, load_workspace
from tests.adapters.samples import PNG, running
from tests.standins.hosting import hosted
from tests.standins.slack import Slack
from tests.standins.telegram import Telegram

SLACK_TOKEN, SECRET, TELEGRAM_TOKEN = "xoxb-very-secret", "signing-very-secret", "4242:very-secret"
GROWTH, GROUP = Place("slack", "C01"), Place("telegram", "-100500")
NOW = datetime(2026, 6, 19, 4, tzinfo=UTC)
FILES = {
    "workspace.yaml": "{name: Shop, zone: Asia/Shanghai, currency: CNY, tongue: en}",
    "sources.yaml": """
- source: ads
  push: true
  grain: day
  time: day
  dimensions: {channel: channel}
  measures: {revenue: revenue, spend: spend}
""",
    "rules.yaml": """
- rule: roi_drop
  title: {en: ROI below 1, zh: 投产比低于 1}
  when: 渠道ROI<1
  owner: channel_lead
  severity: critical
""",
    "people.yaml": """
- person: alice
  name: {en: Alice, zh: 艾丽丝}
  duties: [{role: channel_lead}]
  chats: {slack: U01, telegram: "101"}
  tongue: en
- person: bob
  name: {en: Bob, zh: 鲍勃}
  duties: [{role: channel_lead, over: {channel: [douyin]}}]
  chats: {slack: U02}
  tongue: zh
- person: wang
  name: {en: Wang, zh: 王芳}
  duties: [director]
  chats: {web: wang}
  tongue: zh
  may: manage
""",
    "routes.yaml": "[{route: everything, chats: ['slack:C01'], owner: 'person:alice'}]",
}


def write_workspace(folder: Path) -> None:
    (folder / "inbox" / "ads").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    yesterday = NOW.date() - timedelta(days=1)
    rows = ["day,channel,revenue,spend"]
    for ago in range(20):
        day, revenue = yesterday - timedelta(days=ago), 200 if ago else 80
        rows += [f"{day},wechat,{revenue},100", f"{day},douyin,{revenue},100"]
    (folder / "inbox" / "ads" / "first.csv").write_text("\n".join(rows), encoding="utf-8")


@dataclass
class NativeHouse:
    workspace: Workspace
    world: World
    clock: HandClock

    def find_person(self, platform, actor):
        return next((one for one in self.workspace.people.values() if one.chats.get(platform) == actor), None)

    async def find_alert(self, place, receipt):
        async with self.world.store.begin() as tx:
            alert = await tx.shown_at(place.platform, receipt)
        return alert.handle if alert else None

    async def hear(self, request):
        return await answer(request, self.workspace, self.world)

    async def alert(self, channel="wechat") -> Alert:
        async with self.world.store.begin() as tx:
            every = await tx.open()
        return next(one for one in every if dict(one.fingerprint.labels)["channel"] == channel)

    async def shows(self, adapter, place, channel="wechat", tongue="en") -> Alert:
        """Post an alert's card, as the loop would, and keep where it is shown."""
        alert = await self.alert(channel)
        sent = await adapter.post(
            place, alert_card(alert, self.workspace, tongue, self.clock.now()), f"first:{alert.id}"
        )
        assert isinstance(sent, Sent)
        async with self.world.store.begin() as tx:
            await tx.show(Surface(alert.id, place, sent.receipt, "", alert.version))
        return alert


@asynccontextmanager
async def a_house(folder: Path):
    write_workspace(folder / "shop")
    workspace, clock = load_workspace(folder / "shop"), HandClock(NOW)
    async with open_world(workspace, clock, store_url=f"sqlite:///{folder}/b.db") as world:
        await evaluate_due(workspace, world)
        yield NativeHouse(workspace, world, clock)


@asynccontextmanager
async def in_slack(house: NativeHouse, **more):
    class Hearing:
        answer = staticmethod(house.hear)

    async with Slack(SLACK_TOKEN, SECRET) as slack:
        adapter = SlackAdapter(
            SLACK_TOKEN, SECRET, None, slack.url, house.find_person, house.find_alert, draw=lambda _: PNG, **more
        )
        app = Starlette(routes=[Route("/slack/events", adapter.handle, methods=["POST"])])
        async with hosted(app) as address, running(adapter, Hearing):
            slack.request_url = f"{address}/slack/events"
            yield slack, adapter


@asynccontextmanager
async def in_telegram(house: NativeHouse, *, by_webhook: bool = False):
    class Hearing:
        answer = staticmethod(house.hear)

    async with Telegram(TELEGRAM_TOKEN) as telegram:
        webhook = "https://beacon.example" if by_webhook else None
        adapter = TelegramAdapter(
            TELEGRAM_TOKEN, telegram.url, webhook, None, house.find_person, house.find_alert, draw=lambda _: PNG
        )
        async with running(adapter, Hearing):
            yield telegram, adapter
