"""The first run in a private chat: the same questions, from the code in the terminal to the first alert, by one thumb.

Telegram and Slack are the strict stand-ins, and Beacon is the real process on an empty folder.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager

import pytest

from core.workspace import load_workspace
from tests.scenarios.stories.chats import InSlack, InTelegram, until
from tests.scenarios.test_first_run import exported
from tests.scenarios.test_process import beacon
from tests.standins.slack import Slack
from tests.standins.telegram import Telegram

BOT, APP, TELEGRAM = "xoxb-first", "xapp-first", "4242:first"
HERE = {"telegram": {"telegram": "101"}, "slack": {"slack": "U01"}}
CLOSED = "not set up yet"
WORDS = {
    "en": {"setup": "setup", "yes": "Yes, go on", "rules": "Only these rules", "write": "Write it and begin",
           "tongue": "English", "back": "Back", "stands": "Your workspace stands"},
    "zh": {"setup": "设置", "yes": "确认，下一步", "rules": "只用这些规则", "write": "写入并开始",
           "tongue": "中文", "back": "上一步", "stands": "工作区已建好"},
}  # fmt: skip


@asynccontextmanager
async def a_chat(platform):
    """Open a stand-in, and give its chat and what Beacon is told of it."""
    if platform == "telegram":
        async with Telegram(TELEGRAM) as telegram:
            yield InTelegram(telegram), {"TELEGRAM_BOT_TOKEN": TELEGRAM, "TELEGRAM_API_URL": telegram.url}
    else:
        async with Slack(BOT, "", APP) as slack:
            yield (
                InSlack(slack),
                {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_API_URL": slack.url},
            )


class Talk:
    """What li says in private, and what is answered."""

    def __init__(self, chat, tongue):
        self.chat, self.words = chat, WORDS[tongue]

    async def answered(self, doing, holds):
        before = len(self.chat.seen())
        await doing
        return await until(
            lambda: next((one for one in self.chat.seen()[before:] if holds in one.text), None), self.chat
        )

    async def asks(self, doing, number):
        start = f"{number}/10" if self.words["setup"] == "设置" else f"{number} of 10"
        return await self.answered(doing, start)

    def says(self, words):
        return self.chat.writes("li", words, None)

    def presses(self, card, label):
        return self.chat.presses("li", card, card.buttons[self.words[label]])


def code_in(said):
    found = re.search(r"setup ([0-9a-f]{10})", said)
    return found and found[1]


@pytest.mark.parametrize(("platform", "tongue"), [("telegram", "en"), ("slack", "zh")])
async def test_a_team_of_three_is_set_up_in_a_private_chat_and_hears_its_first_alert_there(tmp_path, platform, tongue):
    async with a_chat(platform) as (chat, settings):
        talk, words = Talk(chat, tongue), WORDS[tongue]
        store = f"sqlite:///{tmp_path}/b.db"
        with beacon("run", "team", folder=tmp_path, BEACON_STORE_URL=store, LC_ALL="C.UTF-8", **settings) as (house, _):
            code = await until(lambda: code_in((tmp_path / "said").read_text(encoding="utf-8")), chat)
            if platform == "slack":
                await until(lambda: chat.slack._sockets, chat)
            await talk.answered(talk.says("setup 0123456789"), CLOSED)
            await talk.asks(talk.says(f"{words['setup']} {code}"), 1)
            # Whoever has not said the code is told nothing, and changes nothing.
            await talk.answered(chat.drops("wang", "theirs.csv", exported()), CLOSED)
            assert not (tmp_path / "team" / ".setup" / "data").exists()
            card = await talk.asks(chat.drops("li", "ads.csv", exported()), 2)
            await talk.answered(talk.says("钱花啦=花费; 备注=没有的"), "没有的")
            card = await talk.asks(talk.says("钱花了=花费; 备注=-"), 3)
            card = await talk.asks(talk.presses(card, "back"), 2)
            card = await talk.asks(talk.presses(card, "yes"), 3)
            card = await talk.asks(talk.presses(card, "rules"), 4)
            card = await talk.asks(talk.says("灯笼茶铺"), 5)
            card = await talk.asks(talk.presses(card, "tongue"), 6)
            card = await talk.asks(talk.presses(card, "yes"), 7)
            card = await talk.asks(talk.says("李伟"), 8)
            card = await talk.asks(talk.presses(card, "yes"), 9)
            card = await talk.asks(talk.says("王芳, Bob"), 10)
            assert any("0.60" in one.text for one in chat.seen())  # the first alert, before anything is written
            assert not (tmp_path / "team" / "workspace.yaml").exists()
            before = len(chat.seen())
            await talk.answered(talk.presses(card, "write"), words["stands"])
            alert = await until(
                lambda: next((one for one in chat.seen()[before:] if "0.60" in one.text), None), chat, within=60
            )
            assert alert.buttons
            house.terminate()
            assert await asyncio.to_thread(house.wait, 30) == 0
    team = load_workspace(tmp_path / "team")
    assert [one.name.to("zh") for one in team.people.values()] == ["李伟", "王芳", "Bob"]
    assert HERE[platform].items() <= dict(team.people["me"].chats).items()
    assert "setting up failed" not in (tmp_path / "said").read_text(encoding="utf-8")
