"""A stranger presses a button: they become somebody on that person's word, and what they wanted is done."""

from __future__ import annotations

import re

import pytest

from bot.chat.request import Request
from core.audit import Wanted
from core.notices.notice import Place
from core.usecases.link import take_up_links, with_links
from core.workspace import load_workspace
from tests.scenarios.native_house import GROUP, GROWTH, a_house, in_slack, in_telegram


@pytest.fixture
async def house(tmp_path):
    async with a_house(tmp_path) as house:
        yield house


async def says(house, text, person, platform="web"):
    one = house.workspace.people[person]
    return await house.hear(Request(text, Place(platform, one.chats[platform]), one.chats[platform], "en", one))


def saying(card, verb):
    return next(say for say in card.buttons.values() if say.startswith(verb))


async def owner_of(house):
    return (await house.alert()).owner, (await house.alert()).handling.stage.value


async def test_a_click_of_a_stranger_is_done_in_their_name_once_they_are_vouched_for(house):
    async with in_slack(house) as (slack, adapter):
        await house.shows(adapter, GROWTH)
        [card] = slack.messages()
        await slack.clicks(card, saying(card, "ack"), user="U03")
        slack.members["C01"].add("U03")
        [who] = await slack.until(lambda: slack.whispers("U03"))
        assert "Who are you?" in who.seen
        assert list(who.buttons) == ["Wang"]  # Alice and Bob are known in Slack already
        await slack.clicks(who, saying(who, "iam"), user="U03")
        await slack.until(lambda: slack.whispers("U03")[1:])
        assert (await owner_of(house))[1] == "open"

        code = saying(who, "iam").split()[1]
        assert house.find_person("slack", "U03") is None
        refused = await house.hear(
            Request(f"allow {code}", Place("slack", "U02"), "U02", "en", house.workspace.people["bob"])
        )
        assert refused.is_refusal  # nobody but Wang, who manages, can say so
        await says(house, f"allow {code}", "wang")
        assert house.find_person("slack", "U03").id == "wang"
        alert = await house.alert()
        assert (alert.handling.stage.value, alert.handling.by) == ("acked", "wang")
        async with house.world.store.begin() as tx:
            assert [(each.deed, each.actor) for each in await tx.audited(Wanted(code))] == [
                ("linked", "wang"),
                ("claimed", "wang"),
            ]
            told = await tx.claim(house.clock.now(), 50)
        assert "link-done" in [each.notice.facts.get("happening") for each in told]
        assert (await says(house, f"allow {code}", "wang")).is_refusal  # once


async def test_in_telegram_too_a_strangers_click_is_done_once_they_are_vouched_for(house):
    async with in_telegram(house) as (telegram, adapter):
        await house.shows(adapter, GROUP)
        [card] = telegram.messages(int(GROUP.chat))
        await telegram.presses(card, saying(card, "ack"), user=102)
        [who] = await telegram.until(lambda: telegram.messages(102))
        await telegram.presses(who, saying(who, "iam"), user=102)
        await telegram.until(lambda: telegram.messages(102)[1:])
        assert (await owner_of(house))[1] == "open"
        linked = saying(who, "iam").split()
        await says(house, f"allow {linked[1]}", "wang")
        alert = await house.alert()
        assert alert.handling.stage.value == "acked"
        assert alert.handling.by == house.find_person("telegram", "102").id


async def test_a_link_outlives_a_restart_and_a_change_of_files_and_takes_nobodys_place(house):
    async with in_telegram(house) as (telegram, _):
        await telegram.sends("ack 7f3k", user=102)
        [who] = await telegram.until(lambda: telegram.messages(102))
        await telegram.presses(who, saying(who, "iam"), user=102)
        await telegram.until(lambda: telegram.messages(102)[1:])
        await says(house, f"allow {saying(who, 'iam').split()[1]}", "wang")
        linked = house.find_person("telegram", "102").id
    fresh = load_workspace(house.workspace.folder)
    assert fresh.people[linked].chats.get("telegram") is None
    await take_up_links(fresh, house.world)
    assert fresh.people[linked].chats["telegram"] == "102"
    async with house.world.store.begin() as tx:
        [link] = await tx.links()
    again = with_links(fresh, [link, link])
    assert [one.id for one in again.people.values() if one.chats.get("telegram") == "102"] == [linked]


async def test_who_is_known_in_one_chat_joins_another_by_a_deep_link(house):
    async with in_telegram(house) as (telegram, adapter):
        await house.shows(adapter, GROUP)
        [card] = telegram.messages(int(GROUP.chat))
        # Bob, whose Telegram we do not know, presses a button in the group; he never opened our private chat.
        telegram.blocked.add(102)
        await telegram.presses(card, saying(card, "ack"), user=102)
        public = (await telegram.until(lambda: telegram.messages(int(GROUP.chat))[1:]))[0]
        assert re.search(r"https://t.me/beacon_kpi_bot\?start=\w{8}", public.text)
        assert public.buttons == {}

        telegram.blocked.discard(102)
        offer = (await says(house, "link", "bob", "slack")).cards[0]
        code = offer.blocks[0].text.split()[1]
        await telegram.sends(f"/start {code}", user=102)
        welcome = await telegram.until(lambda: telegram.messages(102))
        assert "Welcome, Bob" in welcome[0].text
        alert = await house.alert()
        assert (alert.handling.stage.value, alert.handling.by) == ("acked", "bob")
        # The code was good for once.
        await telegram.sends(f"/start {code}", user=101)
        [gone] = await telegram.until(telegram.messages)
        assert code in gone.text


async def test_a_code_of_somebody_elses_click_is_of_no_use(house):
    async with in_telegram(house) as (telegram, _):
        await telegram.sends("ack 7f3k", user=102)
        [who] = await telegram.until(lambda: telegram.messages(102))
        code = saying(who, "iam").split()[1]
    for text in (f"iam {code} wang", f"link {code}"):
        thief = Request(text, Place("telegram", "666"), "666", "en", None)
        assert (await house.hear(thief)).is_refusal
    assert (await house.hear(Request(f"allow {code}", Place("telegram", "666"), "666", "en", None))).is_refusal
    assert house.find_person("telegram", "666") is None
