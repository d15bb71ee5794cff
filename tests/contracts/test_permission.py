"""One rule of who may do what, on every platform; and a refusal that leads to whoever may."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from telegram import Update, User

from bot.adapters.slack import inbound as slack
from bot.adapters.telegram import inbound as telegram
from bot.adapters.web import inbound as web
from bot.chat.card import Buttons
from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.dispatch import REGISTER, answer
from bot.commands.permission import require
from core.alerts.alert import Stage
from core.alerts.event import Change
from core.audit import Wanted
from core.errors import Forbidden
from core.notices.notice import Place
from core.people.person import DEEDS, Deed, Right
from tests.builders import NOW, a_person, a_workspace, an_alert
from tests.fakes import a_world

TEAM = {
    person.id: replace(person, chats={"slack": f"U-{person.id}", "telegram": str(1000 + at), "web": person.id})
    for at, person in enumerate(
        (
            a_person("alice"),
            a_person("bob", right=Right.MANAGE),
            a_person("rita", right=Right.READ),
            a_person("tess", right=Right.ACT, deeds=frozenset({Deed.READ, Deed.ACK})),
        )
    )
}
WORKSPACE = a_workspace(people=TEAM)
NAMES = [*TEAM, "guest"]
NUMBERS = count(1)
ME = User(1, "Beacon", is_bot=True, username="beacon_bot")


def find_person(platform, actor):
    return next((one for one in TEAM.values() if one.chats.get(platform) == actor), None)


def by_slack(text, name):
    body = {"channel_id": "C1", "user_id": f"U-{name}", "text": text, "trigger_id": f"{name}:{text}"}
    return slack.read_command(body, find_person).request


def by_telegram(text, name):
    actor = int(TEAM[name].chats["telegram"]) if name in TEAM else 9
    update = {
        "update_id": (number := next(NUMBERS)),
        "message": {
            "message_id": number,
            "date": 1,
            "chat": {"id": 77, "type": "private"},
            "from": {"id": actor, "is_bot": False, "first_name": name},
            "text": text,
        },
    }
    return telegram.read_update(Update.de_json(update), ME, find_person).request


def by_web(text, name):
    return web.request_of(web.Said(text=text), web.speaker(name if name in TEAM else None, TEAM), "en")


PLATFORMS = {"slack": by_slack, "telegram": by_telegram, "web": by_web}


@pytest.fixture
async def world():
    async with a_world() as world:
        async with world.store.begin() as tx:
            await tx.keep([Change(None, an_alert())], now=NOW)
        yield world


def offered(reply):
    return [
        button.command
        for card in reply.cards
        for block in card.blocks
        if isinstance(block, Buttons)
        for button in block.buttons
    ]


def verdict(need, request):
    try:
        require(need, request, WORKSPACE)
    except Forbidden as refusal:
        return refusal.code, refusal.facts.get("who")
    return "may"


@pytest.mark.parametrize("name", NAMES)
def test_every_platform_gives_the_same_verdict_on_every_deed(name):
    for need, _ in REGISTER.values():
        seen = {verdict(need, replace(make("alerts", name), tongue="en")) for make in PLATFORMS.values()}
        assert len(seen) == 1, (need, seen)


def test_each_deed_is_a_level_s_or_named_by_itself():
    assert DEEDS[Right.READ] < DEEDS[Right.ACT] < DEEDS[Right.MANAGE] == set(Deed)
    tess = by_web("ack 7f3k", "tess")
    assert verdict(Deed.ACK, tess) == "may"
    assert verdict(Deed.MUTE, tess)[0] == "forbidden-right"


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_refusal_says_who_may_and_offers_to_ask_them(world, platform):
    reply = await answer(PLATFORMS[platform]("ack 7f3k@1", "rita"), WORKSPACE, world)
    assert "Tess" in plain(reply.cards[0])
    assert [command.split()[-1] for command in offered(reply)] == ["alice", "tess", "bob"]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_yes_does_it_in_the_asker_s_name_on_the_other_s_word(world, platform):
    say = PLATFORMS[platform]
    refusal = await answer(say("ack 7f3k@1", "rita"), WORKSPACE, world)
    await answer(say(offered(refusal)[-1], "rita"), WORKSPACE, world)
    code = offered(refusal)[-1].split()[1]
    async with world.store.begin() as tx:
        asked = [one.notice for one in await tx.claim(world.clock.now(), 10)]
    assert [(notice.to, notice.facts["happening"]) for notice in asked] == [("bob", "plea")]
    await answer(say(f"allow {code}", "bob"), WORKSPACE, world)
    async with world.store.begin() as tx:
        alert = await tx.find("7f3k")
        (acked, *_) = [entry for entry in await tx.audited(Wanted("7f3k")) if entry.deed == "acked"]
        pleas = [(entry.deed, entry.actor) for entry in await tx.audited(Wanted(code))]
    assert (alert.handling.stage, alert.handling.by) == (Stage.ACKED, "rita")
    assert (acked.actor, acked.origin.approver, acked.origin.platform) == ("rita", "bob", platform)
    assert pleas == [("allowed", "bob"), ("asked", "rita"), ("refused", "rita")]
    again = await answer(replace(say(f"allow {code}", "bob"), event="again"), WORKSPACE, world)
    assert "answered" in plain(replace(again.cards[0])) or "答复" in plain(again.cards[0])


async def test_nobody_lets_themselves_nor_lets_do_what_they_may_not(world):
    refusal = await answer(by_web("snooze 7f3k@1 2h", "tess"), WORKSPACE, world)
    plead = next(command for command in offered(refusal) if command.endswith(" alice"))
    await answer(by_web(plead, "tess"), WORKSPACE, world)
    code = plead.split()[1]
    for name in ("tess", "rita"):
        reply = await answer(by_web(f"allow {code}", name), WORKSPACE, world)
        assert reply.is_private
    async with world.store.begin() as tx:
        assert (await tx.plea(code)).answered_by is None


async def test_a_no_is_told_and_nothing_is_done(world):
    refusal = await answer(by_web("ack 7f3k@1", "rita"), WORKSPACE, world)
    await answer(by_web(offered(refusal)[0], "rita"), WORKSPACE, world)
    code = offered(refusal)[0].split()[1]
    await answer(by_web(f"deny {code}", "alice"), WORKSPACE, world)
    async with world.store.begin() as tx:
        alert = await tx.find("7f3k")
        told = [one.notice.facts["happening"] for one in await tx.claim(world.clock.now(), 10)]
    assert alert.handling.stage is Stage.OPEN
    assert told == ["plea", "plea-denied"]


async def test_a_plea_is_good_for_a_day(world):
    refusal = await answer(by_web("ack 7f3k@1", "rita"), WORKSPACE, world)
    await answer(by_web(offered(refusal)[0], "rita"), WORKSPACE, world)
    world.clock.tick(hours=25)
    await answer(by_web(f"allow {offered(refusal)[0].split()[1]}", "alice"), WORKSPACE, world)
    async with world.store.begin() as tx:
        assert (await tx.find("7f3k")).handling.stage is Stage.OPEN


async def test_whoever_is_not_known_is_offered_nobody(world):
    request = Request("ack 7f3k", Place("slack", "C1"), "U-stranger", "en")
    assert offered(await answer(request, WORKSPACE, world)) == []
