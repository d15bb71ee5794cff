"""Group robots, over real HTTP: what their groups see, and what each of their refusals is to us."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given

from bot.adapters.robots import dingtalk, feishu, wecom
from bot.adapters.robots.adapter import RobotAdapter
from bot.adapters.robots.dialect import Robot, Speech, size
from bot.chat.card import Card, Prose
from bot.chat.links import Links
from core.notices.notice import Place
from core.notices.outbox import Dead, Retry, Sent, Wait
from tests.adapters import golden
from tests.adapters.cards_of_any_kind import cards
from tests.adapters.samples import ALERT_EN, ALERT_ZH, CARDS, PNG, plain_card
from tests.standins.faults import Broken, Limited
from tests.standins.robots import KEY, SECRET, robots

DIALECTS = {"wecom": wecom.WECOM, "dingtalk": dingtalk.DINGTALK, "feishu": feishu.FEISHU}
NOW = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
LINKS = Links("https://kpi.example.cn", b"a secret of ours", lambda: NOW)


def an_adapter(platform, them, secret=SECRET, **more):
    robot = Robot(them.address(platform), secret)
    return RobotAdapter(
        DIALECTS[platform], {"ops": robot}, LINKS, **{"draw": lambda _: PNG, "ticks": lambda: 0.0, **more}
    )


@pytest.fixture(params=DIALECTS)
def platform(request):
    return request.param


@pytest.mark.parametrize("name", CARDS)
async def test_what_a_group_saw(platform, name):
    card = CARDS[name]
    about = "#7f3k" if name.startswith("alert") else ""
    async with robots() as them:
        shown = Card(card.title, card.tongue, card.tone, card.blocks, card.summary, about)
        assert await an_adapter(platform, them).post(Place(platform, "ops"), shown, "k") == Sent("")
        seen = json.dumps(them.said[platform], ensure_ascii=False, indent=1)
    plain = re.sub(r'"(timestamp|sign)": "[^"]*"', r'"\1": "…"', seen)
    golden.check(f"{platform}/{name}.json", plain + "\n")


async def test_a_message_too_many_waits_at_home_and_never_gets_us_silenced(platform):
    most = {"wecom": 20, "dingtalk": 20, "feishu": 5}[platform]
    async with robots() as them:
        adapter = an_adapter(platform, them)
        place = Place(platform, "ops")
        outcomes = [await adapter.post(place, plain_card(str(number)), "k") for number in range(most + 1)]
        assert outcomes[:most] == [Sent("")] * most
        assert isinstance(outcomes[most], Wait)
        assert 0 < outcomes[most].seconds <= 60
        assert len(them.said[platform]) == most


async def test_a_refusal_inside_http_200_is_a_refusal(platform):
    async with robots() as them:
        adapter = an_adapter(platform, them, ticks=count(0, 60).__next__)
        place = Place(platform, "ops")
        them.faults += [
            Limited(),
            Broken(502),
            {"errcode": 310000, "errmsg": "keywords not in content", "code": 19024},
            {"errcode": -1, "code": -1},
            {"errmsg": "no number at all"},
            {"errcode": 93000, "code": 19001} if platform != "dingtalk" else {"errcode": 300001},
        ]
        outcomes = [await adapter.post(place, plain_card("T"), "k") for _ in range(6)]
        assert isinstance(outcomes[0], Wait)
        assert [type(one) for one in outcomes[1:5]] == [Retry] * 4
        assert outcomes[5] == Dead("no-such-robot")
        assert them.said[platform] == []


async def test_a_wrong_signature_is_to_be_mended_and_a_wrong_key_is_the_end():
    async with robots() as them:
        for signed in ("dingtalk", "feishu"):
            outcome = await an_adapter(signed, them, secret="SECanother").post(Place(signed, "ops"), ALERT_EN, "k")
            assert isinstance(outcome, Retry)
            assert them.said[signed] == []
        wrong = RobotAdapter(wecom.WECOM, {"ops": Robot(f"{them.url}/wecom?key=other")}, draw=lambda _: PNG)
        assert await wrong.post(Place("wecom", "ops"), ALERT_EN, "k") == Dead("no-such-robot")


async def test_a_robot_that_nobody_named_or_that_is_away(platform):
    async with robots() as them:
        adapter = an_adapter(platform, them)
        assert await adapter.post(Place(platform, "sales"), ALERT_ZH, "k") == Dead("no-such-robot")
        them.url = "http://127.0.0.1:9"
        away = an_adapter(platform, them)
        assert await away.post(Place(platform, "ops"), ALERT_ZH, "k") == Retry("ConnectError")


async def test_a_chart_that_is_refused_takes_no_word_back():
    async with robots() as them:
        adapter = an_adapter("wecom", them, draw=lambda _: b"no picture")
        assert await adapter.post(Place("wecom", "ops"), ALERT_ZH, "k") == Sent("")
        assert [one["msgtype"] for one in them.said["wecom"]] == ["markdown"]


async def test_a_key_reaches_no_log(caplog, platform):
    caplog.set_level(logging.DEBUG)
    async with robots() as them:
        adapter = an_adapter(platform, them)
        await adapter.post(Place(platform, "ops"), ALERT_ZH, "k")
        them.faults.append(Broken(500))
        await adapter.post(Place(platform, "ops"), ALERT_ZH, "k")
        assert repr(Robot(them.address(platform), SECRET)) == "Robot(…)"
    written = "".join(record.getMessage() for record in caplog.records if record.name.startswith(("bot", "httpx")))
    assert KEY not in written
    assert SECRET not in written


@given(cards)
def test_whatever_the_card_it_fits_in_bytes(card):
    link, chart = "https://kpi.example.cn/a/" + "x" * 120, "https://kpi.example.cn/a/chart.png"
    content = wecom.message(Speech(card, link, chart))["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert content.endswith(f"({link})")
    assert size(dingtalk.message(Speech(card, link, chart))) <= 20_000
    assert size(feishu.signed(Robot("u", SECRET), feishu.message(Speech(card, link)), 0.0)[1]) <= 20_000


def test_a_long_chinese_alert_keeps_its_link():
    card = Card("投产比", "zh", blocks=(Prose("预算超支。\n" * 3000),))
    link = "https://kpi.example.cn/a/x"
    content = wecom.message(Speech(card, link))["markdown"]["content"]
    assert 4000 < len(content.encode()) <= 4096
    assert "…" in content
    assert content.endswith(f"[打开并处理]({link})")
    assert 19_000 < size(dingtalk.message(Speech(card, link))) <= 20_000
    assert 19_000 < size(feishu.message(Speech(card, link))) <= 20_000


def test_a_name_in_a_file_calls_nobody_and_links_nowhere():
    card = Card("[win](http://evil.example) <@all>", "en", blocks=(Prose("<at id=all></at> **x**"),))
    content = wecom.message(Speech(card))["markdown"]["content"]
    assert "[" not in content
    assert "<" not in content
