"""Text messages, ntfy and webhooks, sent by the real Apprise to a server on loopback."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.adapters.apprise.adapter import MAX_SHORT, AppriseAdapter, Relay, short
from bot.chat.card import Card
from bot.chat.links import Links
from core.notices.notice import Place
from core.notices.outbox import Dead, Retry, Sent, Wait
from tests.adapters import golden
from tests.adapters.samples import ALERT_EN, ALERT_ZH
from tests.standins.hosting import hosted

NOW = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
LINKS = Links("https://kpi.example.cn", b"a secret of ours", lambda: NOW)


@asynccontextmanager
async def a_server(status=200):
    taken = []

    async def take(request):
        taken.append((request.url.path, await request.body()))
        return JSONResponse({"id": "1"}, status)

    app = Starlette(routes=[Route("/{path:path}", take, methods=["POST", "PUT"])])
    async with hosted(app) as address:
        yield address.removeprefix("http://"), taken


async def test_a_webhook_is_told_in_words():
    async with a_server() as (host, taken):
        adapter = AppriseAdapter(Relay("webhook", {"erp": f"json://{host}/hook"}), LINKS)
        for card in (ALERT_EN, ALERT_ZH):
            assert await adapter.post(Place("webhook", "erp"), card, "k") == Sent("")
        assert [path for path, _ in taken] == ["/hook", "/hook"]
        for name, (_, body) in zip(("en", "zh"), taken, strict=True):
            told = json.loads(body)
            golden.check(f"webhook/alert-{name}.txt", f"{told['type']} · {told['title']}\n\n{told['message']}\n")


async def test_ntfy_has_a_topic_for_each_reader():
    async with a_server() as (host, taken):
        adapter = AppriseAdapter(Relay("ntfy", {"": f"ntfy://{host}/{{to}}?mode=private"}), LINKS)
        assert await adapter.post(Place("ntfy", "growth"), ALERT_EN, "k") == Sent("")
        [(_, body)] = taken
        assert json.loads(body)["topic"] == "growth"


async def test_what_is_refused_may_work_later():
    async with a_server(503) as (host, _):
        adapter = AppriseAdapter(Relay("webhook", {"erp": f"json://{host}/hook"}))
        assert await adapter.post(Place("webhook", "erp"), ALERT_EN, "k") == Retry("not-taken")


async def test_a_name_that_nobody_set_up_is_dead_and_an_address_that_is_none_fails():
    adapter = AppriseAdapter(Relay("webhook", {"erp": "nothing://at-all"}))
    assert await adapter.post(Place("webhook", "crm"), ALERT_EN, "k") == Dead("no-such-address")
    assert await adapter.post(Place("webhook", "erp"), ALERT_EN, "k") == Retry("not-taken")


async def test_a_text_message_is_a_line_and_a_link_to_its_reader_alone():
    sent = []

    def notify(address, title, body, card):
        sent.append((address, title, body))
        return True

    line = Relay("sms", {"": "twilio://SID:TOKEN@15550001111/{to}"}, is_short=True)
    adapter = AppriseAdapter(line, LINKS, notify=notify, ticks=lambda: 0.0)
    card = Card(ALERT_ZH.title, "zh", ALERT_ZH.tone, ALERT_ZH.blocks, ALERT_ZH.summary, "#7f3k")
    assert await adapter.post(Place("sms", "+8613800138000"), card, "k") == Sent("")
    [(address, title, body)] = sent
    assert address == "twilio://SID:TOKEN@15550001111/+8613800138000"
    assert title == ""
    assert body.startswith("微信投产比 0.8 倍，低于 1 https://kpi.example.cn/a/")
    for _ in range(29):
        await adapter.post(Place("sms", "+8613800138000"), card, "k")
    assert await adapter.post(Place("sms", "+8613800138000"), card, "k") == Wait(60)
    assert repr(line) == "Relay(sms)"


def test_a_text_message_is_never_longer_than_two():
    card = Card("T", "zh", summary="预" * 500)
    assert len(short(card, "")) == MAX_SHORT
