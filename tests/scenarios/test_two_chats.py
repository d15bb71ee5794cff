"""One alert in two chats: it arrives in Slack and in Telegram, and whoever takes it in either is seen in both.

The real process, with real Socket Mode and real polling, against stand-ins on loopback.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from tests.scenarios.test_process import beacon
from tests.standins.slack import Slack
from tests.standins.telegram import Telegram

BOT, APP, TELEGRAM = "xoxb-very-secret", "xapp-very-secret", "4242:very-secret"
GROUP = -100500
WORKSPACE = {
    "workspace.yaml": "{name: Shop, zone: UTC, currency: CNY, tongue: en}",
    "sources.yaml": """
- source: ads
  files: data/ads.csv
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
  chats: {web: alice, slack: U01, telegram: "101"}
  tongue: en
  may: act
""",
    "routes.yaml": """
- route: everything
  chats: [slack:C01, "telegram:-100500"]
  owner: person:alice
""",
}


def write_workspace(folder: Path) -> None:
    """Write a shop whose ROI fell yesterday, by the clock on the wall, in two channels."""
    (folder / "data").mkdir(parents=True)
    for name, text in WORKSPACE.items():
        (folder / name).write_text(text, encoding="utf-8")
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    rows = ["day,channel,revenue,spend"]
    for ago in range(20):
        day, revenue = yesterday - timedelta(days=ago), 200 if ago else 80
        rows += [f"{day},wechat,{revenue},100", f"{day},douyin,{revenue},100"]
    (folder / "data" / "ads.csv").write_text("\n".join(rows), encoding="utf-8")


@asynccontextmanager
async def living(folder: Path, **environment: str):
    house = beacon("run", "shop", folder=folder, BEACON_STORE_URL=f"sqlite:///{folder}/b.db", **environment)
    _, address = await asyncio.to_thread(house.__enter__)
    try:
        yield address
    finally:
        await asyncio.to_thread(house.__exit__, None, None, None)


async def alerts(address: str) -> dict[str, dict]:
    async with aiohttp.ClientSession() as client, client.get(f"{address}api/alerts") as answer:
        return {each["slice"]["channel"]: each for each in await answer.json()}


def card_of(handle: str, cards):
    """Return the first card that offers to take this alert."""
    return next((card for card in cards if any(f"ack {handle}@" in say for say in card.buttons.values())), None)


async def test_an_alert_arrives_in_both_chats_and_is_taken_from_either(tmp_path):
    write_workspace(tmp_path / "shop")
    async with Slack(BOT, "", APP) as slack, Telegram(TELEGRAM) as telegram:
        chats = {
            "SLACK_BOT_TOKEN": BOT,
            "SLACK_APP_TOKEN": APP,
            "SLACK_API_URL": slack.url,
            "TELEGRAM_BOT_TOKEN": TELEGRAM,
            "TELEGRAM_API_URL": telegram.url,
        }
        async with living(tmp_path, **chats) as address:
            await slack.until(lambda: len(slack.messages()) >= 2, within=60)
            await telegram.until(lambda: len(telegram.messages(GROUP)) >= 2, within=60)
            open_ = await alerts(address)

            # Alice presses the button in Slack, and Telegram's card says so.
            handle = open_["wechat"]["handle"]
            here, there = card_of(handle, slack.messages()), card_of(handle, telegram.messages(GROUP))
            await slack.clicks(here, next(say for say in here.buttons.values() if say.startswith("ack ")))
            await telegram.until(lambda: f"ack {handle}@" not in json.dumps(there.keyboard), within=20)
            assert "Alice" in there.text

            # She replies one word in Telegram, and Slack's card says so.
            handle = open_["douyin"]["handle"]
            here, there = card_of(handle, telegram.messages(GROUP)), card_of(handle, slack.messages())
            await telegram.sends("确认", chat=GROUP, to=here)
            await slack.until(lambda: not any(say.startswith("ack ") for say in there.buttons.values()), within=20)
            assert "Alice" in there.seen

            assert {each["stage"] for each in (await alerts(address)).values()} == {"acked"}
        said = (tmp_path / "said").read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "very-secret" not in said
    assert "unused" not in said  # as Bolt says of a token that it finds twice


async def test_the_watchdog_goes_round_both_chats(tmp_path):
    write_workspace(tmp_path / "shop")
    async with Slack(BOT, "", APP) as slack, Telegram(TELEGRAM) as telegram:
        chats = {
            "SLACK_BOT_TOKEN": BOT,
            "SLACK_APP_TOKEN": APP,
            "SLACK_API_URL": slack.url,
            "TELEGRAM_BOT_TOKEN": TELEGRAM,
            "TELEGRAM_API_URL": telegram.url,
            "BEACON_WATCHDOG_CHAT": f"slack:C01 telegram:{GROUP}",
        }
        async with living(tmp_path, **chats) as address:
            await slack.until(lambda: any("Beacon is awake" in each.seen for each in slack.messages()), within=60)
            await telegram.until(
                lambda: any("Beacon is awake" in each.text for each in telegram.messages(GROUP)), within=60
            )
            health = {"last": {}}
            async with asyncio.timeout(60), aiohttp.ClientSession() as client:
                while not {"watchdog slack", "watchdog telegram", "rounds"} <= health["last"].keys():
                    async with client.get(f"{address}api/health") as answer:  # it is written with the next sign of life
                        health = await answer.json()
                    await asyncio.sleep(0.5)
        assert health["watchdog_stuck"] == []
