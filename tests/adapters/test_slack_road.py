"""Slack, over real HTTP: what is said there reaches the house, and what the house says is seen there."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.adapters.slack.adapter import SlackAdapter
from bot.chat.card import Card, Picture, Prose, Table
from bot.chat.reply import Reply
from core.errors import Invalid
from core.notices.notice import Place
from core.notices.outbox import Dead, Repair, Retry, Sent, Wait
from tests.adapters.samples import ALERT_EN, ALERT_ZH, ANSWER_EN, PNG, House, find_person, plain_card, running
from tests.standins import blockkit
from tests.standins.faults import Broken, Dropped, Limited, Refused
from tests.standins.hosting import hosted
from tests.standins.slack import Slack

TOKEN, SECRET, APP_TOKEN = "xoxb-very-secret", "signing-very-secret", "xapp-very-secret"
GROWTH = Place("slack", "C01")


def an_adapter(slack, house, app_token=None, **more):
    return SlackAdapter(
        TOKEN, SECRET, app_token, slack.url, find_person, house.find_alert, **{"draw": lambda _: PNG, **more}
    )


@asynccontextmanager
async def over_http(house, **more):
    async with Slack(TOKEN, SECRET, APP_TOKEN) as slack:
        adapter = an_adapter(slack, house, **more)
        app = Starlette(routes=[Route("/slack/events", adapter.handle, methods=["POST"])])
        async with hosted(app) as address, running(adapter, house):
            slack.request_url = f"{address}/slack/events"
            yield slack, adapter


@asynccontextmanager
async def over_the_socket(house):
    async with Slack(TOKEN, SECRET, APP_TOKEN) as slack:
        adapter = an_adapter(slack, house, APP_TOKEN)
        async with running(adapter, house):
            yield slack, adapter


@pytest.fixture(params=["http", "socket"])
def either_way(request):
    return over_http if request.param == "http" else over_the_socket


async def test_a_slash_command_is_acknowledged_at_once_and_then_answered(either_way):
    house = House()
    async with either_way(house) as (slack, _):
        status, said = await slack.says("/kpi roi channel=wechat", user="U01")
        assert status == 200
        assert json.loads(said) == {"response_type": "ephemeral", "text": "…"}
        [message] = await slack.until(slack.messages)
        assert message.seen == "You said: roi channel=wechat"
    [asked] = house.asked
    assert (asked.text, asked.actor, asked.person.id, asked.tongue) == ("roi channel=wechat", "U01", "alice", "zh")
    assert asked.place == GROWTH


async def test_a_private_answer_is_seen_by_its_asker_alone(either_way):
    house = House(Reply((plain_card("for you alone"),), is_private=True))
    async with either_way(house) as (slack, _):
        await slack.says("/kpi alerts", user="U01")
        [whisper] = await slack.until(slack.whispers)
        assert whisper.seen == "for you alone"
        assert slack.messages() == []


async def test_a_private_answer_to_a_mention_is_seen_by_its_asker_alone(either_way):
    house = House(Reply((plain_card("for you alone"),), is_private=True))
    async with either_way(house) as (slack, _):
        await slack.mentions("alerts", user="U02")
        [whisper] = await slack.until(lambda: slack.whispers("U02"))
        assert whisper.seen == "for you alone"


async def test_a_mention_is_answered_once_below_itself(either_way):
    house = House()
    async with either_way(house) as (slack, _):
        await slack.mentions("投产比 渠道=微信", user="U02")
        question = slack.timeline[0].ts
        [message] = await slack.until(lambda: slack.messages(thread=question))
        assert message.seen == "You said: 投产比 渠道=微信"
        assert slack.messages() == []
    [asked] = house.asked
    assert (asked.text, asked.tongue, asked.person) == ("投产比 渠道=微信", "zh", None)


async def test_a_click_says_the_command_of_its_button_and_is_answered_in_the_thread(either_way):
    house = House()
    async with either_way(house) as (slack, adapter):
        sent = await adapter.post(GROWTH, ALERT_EN, "first:7f3k:slack:C01")
        house.heads[sent.receipt] = "7f3k"
        [card] = slack.messages()
        assert (await slack.clicks(card, "ack 7f3k@1"))[0] == 200
        answer = await slack.until(lambda: [each for each in slack.messages(thread=card.ts) if not each.files])
        assert answer[0].seen == "You said: ack 7f3k@1"
    [asked] = house.asked
    assert (asked.text, asked.alert, asked.place) == ("ack 7f3k@1", "7f3k", Place("slack", "C01", card.ts))


async def test_ack_in_the_thread_of_an_alert_means_that_alert(either_way):
    house = House()
    async with either_way(house) as (slack, adapter):
        sent = await adapter.post(GROWTH, ALERT_ZH, "k1")
        house.heads[sent.receipt] = "7f3k"
        [card] = slack.messages()
        await slack.writes("大家早，我看一下", thread=card.ts)
        await slack.writes("确认", thread=card.ts)
        await slack.until(lambda: house.asked)
        await slack.writes("nice weather")
    assert [(each.text, each.alert) for each in house.asked] == [("确认", "7f3k")]


async def test_a_thread_that_no_alert_heads_is_left_alone():
    house = House()
    async with over_http(house) as (slack, _):
        await slack.writes("who has the report?")
        await slack.writes("ack", thread=slack.timeline[0].ts)
        await slack.says("/kpi help")
        await slack.until(slack.messages)
    assert [each.text for each in house.asked] == ["help"]


async def test_a_private_message_needs_no_name_of_ours(either_way):
    house = House()
    async with either_way(house) as (slack, _):
        slack.members["DU01"] = {"U01", "U0BEACON"}
        await slack.writes("roi last 7 days", channel="DU01")
        [message] = await slack.until(lambda: slack.messages("DU01"))
        assert message.seen == "You said: roi last 7 days"


async def test_an_event_that_slack_repeats_is_answered_once():
    house = House()
    async with over_http(house) as (slack, _):
        await slack.mentions("roi")
        assert await slack.says_again() == 200
        await slack.says("/kpi help")
        await slack.until(slack.messages)
        assert len(slack.messages(thread=slack.timeline[0].ts)) == 1
    assert [each.text for each in house.asked] == ["roi", "help"]


async def test_a_request_that_slack_has_not_signed_is_refused_and_does_nothing():
    house = House()
    async with over_http(house) as (slack, _):
        raw = b"command=%2Fkpi&text=ack&channel_id=C01&user_id=U01"
        form = "application/x-www-form-urlencoded"
        assert (await slack.request(raw, form, secret="guessed"))[0] == 401
        assert (await slack.request(raw, form, moment=str(int(time.time()) - 600)))[0] == 401
        assert (await slack.request(raw, form, **{"X-Slack-Signature": ""}))[0] == 401
    assert house.asked == []
    assert slack.messages() == []


async def test_events_nobody_answers_are_still_acknowledged(either_way):
    house = House()
    async with either_way(house) as (slack, _):
        assert await slack.happens({"type": "member_joined_channel", "user": "U02", "channel": "C01"}) == 200
        opened = {"type": "app_home_opened", "user": "U01", "channel": "D01", "tab": "messages"}
        assert await slack.happens(opened) == 200
    assert house.asked == []


def charts(slack, message):
    """Return the pictures that a card shows inside itself."""
    return [slack.file(one) for one in blockkit.files(message.blocks)]


def redrawn(card, title):
    """Return a card whose chart shows something else."""
    swap = {Picture: lambda one: replace(one, figure=replace(one.figure, title=title))}
    return replace(card, blocks=tuple(swap.get(type(one), lambda same: same)(one) for one in card.blocks))


async def test_an_alert_arrives_with_its_words_and_buttons_and_its_chart_is_then_shown_inside_the_card():
    async with over_http(House(), draw=lambda figure: PNG + figure.title.encode()) as (slack, adapter):
        sent = await adapter.post(GROWTH, ALERT_EN, "first:7f3k")
        [card] = slack.messages()
        assert sent == Sent(f"C01:{card.ts}")
        assert card.text == "WeChat ROI 0.8×, below 1"
        assert "A&B <spring> is over budget" in card.seen
        assert card.buttons == {"Acknowledge": "ack 7f3k@1", "Assign": "assign 7f3k@1", "Close": "close 7f3k@1"}
        assert await slack.until(lambda: charts(slack, card)) == [PNG + b"ROI"]
        assert "🖼 ROI fell from 1.8× to 0.8× in two days" in card.seen
        assert len(card.buttons) == 3
        assert slack.messages(thread=card.ts) == []


async def test_a_card_keeps_its_chart_when_it_is_edited_until_there_is_another():
    drawn = []

    def draw(figure):
        drawn.append(figure.title)
        return PNG + figure.title.encode()

    async with over_http(House(), draw=draw) as (slack, adapter):
        sent = await adapter.post(GROWTH, ALERT_EN, "k1")
        [card] = slack.messages()
        await slack.until(lambda: charts(slack, card))
        await adapter.edit(GROWTH, sent.receipt, replace(ALERT_EN, title="Alice has it"))
        assert "Alice has it" in card.seen
        assert charts(slack, card) == [PNG + b"ROI"]
        await adapter.edit(GROWTH, sent.receipt, redrawn(ALERT_EN, "later"))
        assert charts(slack, card) == [PNG + b"ROI"]
        await slack.until(lambda: charts(slack, card) == [PNG + b"later"])
        assert drawn == ["ROI", "later"]


async def test_a_card_that_was_edited_while_its_chart_was_drawn_shows_the_newest_words_and_chart():
    async with over_http(House(), draw=lambda figure: PNG + figure.title.encode()) as (slack, adapter):
        sent = await adapter.post(GROWTH, ALERT_EN, "k1")
        await adapter.edit(GROWTH, sent.receipt, replace(redrawn(ALERT_EN, "later"), title="Alice has it"))
        [card] = slack.messages()
        await slack.until(lambda: charts(slack, card) == [PNG + b"later"])
        assert "Alice has it" in card.seen


async def test_a_chart_that_slack_will_not_show_in_the_card_goes_into_its_thread():
    async with over_http(House()) as (slack, adapter):
        slack.fails("chat.update", *[Refused("invalid_blocks")] * 3)
        await adapter.post(GROWTH, ALERT_EN, "k1")
        [card] = slack.messages()
        [chart] = await slack.until(lambda: slack.messages(thread=card.ts), within=10)
        assert chart.files[0]["mimetype"] == "image/png"
        assert "📈 ROI fell" in card.seen


async def test_a_message_that_we_have_forgotten_is_given_its_chart_anew_when_it_is_edited():
    async with over_http(House()) as (slack, adapter):
        sent = await adapter.post(GROWTH, ANSWER_EN, "k1")
        adapter._following._memory._shown.clear()  # as after a restart
        assert await adapter.edit(GROWTH, sent.receipt, ALERT_EN) == sent
        [card] = slack.messages()
        await slack.until(lambda: charts(slack, card))


LONG = Card("A long list", "en", blocks=(Prose("word " * 900), Table(("day",), (("one",),) * 900)))


async def test_the_rest_of_a_message_too_long_for_slack_follows_in_its_thread_once():
    async with over_http(House()) as (slack, adapter):
        sent = await adapter.post(GROWTH, LONG, "k1")
        [card] = slack.messages()
        [rest] = await slack.until(lambda: slack.messages(thread=card.ts))
        assert rest.files[0]["name"] == "A-long-list.txt"
        assert rest.files[0]["data"].decode().count("word") == 900
        await adapter.edit(GROWTH, sent.receipt, replace(LONG, title="A longer list"))
        await slack.until(lambda: not adapter._tasks)
        assert len(slack.messages(thread=card.ts)) == 1


async def test_the_rest_of_what_is_for_one_person_alone_goes_to_their_private_chat():
    async with over_http(House(Reply((LONG,), is_private=True))) as (slack, _):
        await slack.says("/kpi list")
        [rest] = await slack.until(lambda: slack.messages("DU01"))
        assert rest.files[0]["data"].decode().count("one") == 900
        assert len(slack.whispers()) == 1
        assert slack.messages() == []


async def test_what_comes_out_of_another_workspace_is_refused_and_not_asked_for_again():
    house = House()
    async with over_http(house) as (slack, _):
        slack.team = "T66"
        assert (await slack.says("/kpi roi"))[0] == 403
        assert await slack.mentions("roi") == 403
        assert slack.is_told_to_stop
        pressed = {"type": "button", "action_id": "a", "block_id": "b", "value": "ack 7f3k"}
        click = {"type": "block_actions", "team": {"id": "T66"}, "user": {"id": "U01"}, "actions": [pressed]}
        assert (await slack.happens_by_form("interactive", click))[0] == 403
        slack.team = "T01"
        await slack.says("/kpi help")
        await slack.until(slack.messages)
    assert [each.text for each in house.asked] == ["help"]


async def test_a_chart_that_cannot_be_sent_costs_no_word():
    async with over_http(House()) as (slack, adapter):
        slack.fails("files.getUploadURLExternal", Refused("missing_scope"))
        assert isinstance(await adapter.post(GROWTH, ALERT_EN, "k1"), Sent)
        await slack.until(lambda: [each for each, _ in slack.calls if each.startswith("files")])


async def test_a_person_is_told_in_their_private_chat_and_the_message_can_be_edited():
    async with over_http(House()) as (slack, adapter):
        place = Place("slack", "U02")
        sent = await adapter.post(place, ALERT_EN, "k1")
        [message] = slack.messages("DU02")
        assert await adapter.edit(place, sent.receipt, ANSWER_EN) == sent
        assert message.buttons == {}
        assert "WeChat   0.80   −56 %" in message.seen


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Limited(7), Wait(7.0)),
        (Refused("is_archived"), Dead("is_archived")),
        (Refused("token_revoked"), Dead("token_revoked")),
        (Refused("thread_not_found"), Repair("thread_not_found")),
        (Refused("brand_new_error"), Retry("brand_new_error")),
        (Broken(503), Retry("http-503")),
        (Dropped(has_acted=False), Retry("ServerDisconnectedError")),
    ],
    ids=str,
)
async def test_what_slack_says_no_with_becomes_an_outcome(fault, outcome):
    async with over_http(House()) as (slack, adapter):
        slack.fails("chat.postMessage", fault)
        assert await adapter.post(GROWTH, ANSWER_EN, "k1") == outcome
        assert slack.messages() == []


async def test_what_is_not_there_says_so():
    async with over_http(House()) as (slack, adapter):
        assert await adapter.post(Place("slack", "C99"), ANSWER_EN, "k1") == Dead("channel_not_found")
        assert await adapter.post(Place("slack", "C03"), ANSWER_EN, "k2") == Dead("is_archived")
        assert await adapter.edit(GROWTH, "C01:1.000001", ANSWER_EN) == Repair("message_not_found")
        slack.fails("chat.update", Limited(2))
        assert await adapter.edit(GROWTH, "C01:1.000001", ANSWER_EN) == Wait(2.0)


@pytest.mark.parametrize("fault", [Dropped(has_acted=True), Broken(500, has_acted=True)], ids=str)
@pytest.mark.parametrize("chat", ["C01", "U02"])
async def test_a_post_whose_answer_was_lost_is_found_again_and_not_said_twice(fault, chat):
    async with over_http(House()) as (slack, adapter):
        slack.fails("chat.postMessage", fault)
        place = Place("slack", chat)
        begun = datetime.now(UTC)
        assert isinstance(await adapter.post(place, ANSWER_EN, "k1"), Retry)
        sent = await adapter.find(place, ANSWER_EN, "k1", begun)
        channel = chat if chat == "C01" else "DU02"
        [message] = slack.messages(channel)
        assert sent == Sent(f"{channel}:{message.ts}")


async def test_a_post_in_a_thread_whose_answer_was_lost_is_found_again():
    async with over_http(House()) as (slack, adapter):
        head = (await adapter.post(GROWTH, ANSWER_EN, "k1")).receipt.split(":")[1]
        slack.fails("chat.postMessage", Dropped(has_acted=True))
        place = Place("slack", "C01", head)
        assert isinstance(await adapter.post(place, ANSWER_EN, "k2"), Retry)
        assert isinstance(await adapter.find(place, ANSWER_EN, "k2", datetime.now(UTC)), Sent)
        assert len(slack.messages(thread=head)) == 1


async def test_a_post_that_never_came_through_is_not_found():
    async with over_http(House()) as (slack, adapter):
        slack.fails("chat.postMessage", Dropped(has_acted=False))
        assert isinstance(await adapter.post(GROWTH, ANSWER_EN, "k1"), Retry)
        assert await adapter.find(GROWTH, ANSWER_EN, "k1", datetime.now(UTC)) is None
        slack.fails("conversations.history", Limited(2))
        assert await adapter.find(GROWTH, ANSWER_EN, "k1", datetime.now(UTC)) == Wait(2.0)


async def test_a_post_is_found_below_a_hundred_others():
    async with over_http(House()) as (slack, adapter):
        begun = datetime.now(UTC)
        sent = await adapter.post(GROWTH, ANSWER_EN, "k1")
        for _ in range(250):
            await slack.writes("hello")
        assert await adapter.find(GROWTH, ANSWER_EN, "k1", begun) == sent


async def test_blocks_that_slack_refuses_are_said_as_plain_words():
    async with over_http(House()) as (slack, adapter):
        slack.fails("chat.postMessage", Refused("invalid_blocks"))
        assert isinstance(await adapter.post(GROWTH, ALERT_EN, "k1"), Sent)
        assert slack.messages()[0].seen == "WeChat ROI 0.8×, below 1"


async def test_an_answer_sits_out_a_rate_limit():
    async with over_http(House()) as (slack, _):
        slack.fails("chat.postMessage", Limited(0), Limited(0))
        await slack.says("/kpi roi")
        await slack.until(slack.messages)


async def test_an_answer_that_may_not_be_posted_is_whispered():
    async with over_http(House()) as (slack, _):
        await slack.says("/kpi roi", channel="C02")
        [whisper] = await slack.until(slack.whispers)
        assert whisper.seen == "You said: roi"


async def test_a_bug_in_the_house_is_logged_without_a_secret_and_stops_nobody(capsys):
    house = House()
    quick = house.answer

    async def answer(request):
        held = f"{TOKEN} is in this frame"
        if request.text == "roi":
            raise RuntimeError(len(held))
        return await quick(request)

    house.answer = answer
    async with over_http(house) as (slack, _):
        await slack.says("/kpi roi")
        await slack.says("/kpi help")
        assert (await slack.until(slack.messages))[0].seen == "You said: help"
    written = capsys.readouterr().out
    assert "RuntimeError" in written
    assert TOKEN not in written


async def test_the_socket_comes_back_after_it_was_cut():
    house = House()
    async with over_the_socket(house) as (slack, adapter):
        await slack.cuts_the_line()
        await slack.until(lambda: slack._sockets, within=15)
        await slack.until(lambda: adapter.is_up)
        await slack.says("/kpi roi")
        await slack.until(slack.messages)


async def test_it_is_down_until_slack_knows_us_and_refuses_what_comes_meanwhile():
    house = House()
    async with Slack("another-token", SECRET) as slack:
        adapter = an_adapter(slack, house)
        app = Starlette(routes=[Route("/slack/events", adapter.handle, methods=["POST"])])
        async with hosted(app) as address:
            slack.request_url = f"{address}/slack/events"
            assert (await slack.says("/kpi roi"))[0] == 503
            assert await adapter.post(GROWTH, ANSWER_EN, "k1") == Retry("invalid_auth")
            slack.bot_token = TOKEN
            slack.fails("auth.test", Refused("invalid_auth"))
            async with running(adapter, house):
                assert (await slack.says("/kpi roi"))[0] == 200
                await slack.until(slack.messages)


async def test_http_without_a_signing_secret_is_refused():
    with pytest.raises(Invalid) as refused:
        SlackAdapter(TOKEN, None, None, "", find_person, House().find_alert)
    assert refused.value.code == "slack-secret-missing"


async def test_no_secret_is_written_to_any_log(caplog, capsys):
    caplog.set_level(logging.DEBUG)
    house = House()
    async with over_the_socket(house) as (slack, adapter):
        slack.fails("chat.postMessage", Refused("invalid_auth"))
        await adapter.post(GROWTH, ALERT_EN, "k1")
        await slack.says("/kpi roi")
        await slack.until(slack.messages)
        written = caplog.text + "".join(capsys.readouterr()) + repr(adapter)
    assert "chat.postMessage" in written
    assert not [secret for secret in (TOKEN, SECRET, APP_TOKEN) if secret in written]


async def test_a_chart_is_drawn_off_the_loop_by_the_house_s_own_hand():
    async with Slack(TOKEN, SECRET) as slack:
        adapter = SlackAdapter(TOKEN, SECRET, None, slack.url, find_person, House().find_alert)
        assert adapter.platform == "slack"
        async with running(adapter, House()):
            await adapter.post(GROWTH, ALERT_EN, "k1")
            [card] = slack.messages()
            [chart] = await slack.until(lambda: charts(slack, card), within=30)
            assert len(chart) > 5_000


async def test_a_shortcut_is_acknowledged(either_way):
    async with either_way(House()) as (slack, _):
        body = {"type": "message_action", "callback_id": "explain_alert", "user": {"id": "U01"}, "trigger_id": "1",
                "team": {"id": "T01"}, "channel": {"id": "C01"}, "message": {"ts": "1.0"}}  # fmt: skip
        assert (await slack.happens_by_form("interactive", body))[0] == 200


async def test_a_whisper_that_slack_refuses_is_only_logged():
    house = House(Reply((plain_card("for you alone"),), is_private=True))
    async with over_http(house) as (slack, _):
        slack.fails("chat.postEphemeral", Refused("user_not_in_channel"))
        await slack.mentions("alerts")
        await slack.until(lambda: [each for each, _ in slack.calls if each == "chat.postEphemeral"])
        await slack.says("/kpi alerts")
        slack._responses.clear()
        await slack.until(lambda: len(house.asked) == 2)
        assert slack.whispers() == []


async def test_an_edit_whose_blocks_slack_refuses_is_made_in_plain_words():
    async with over_http(House()) as (slack, adapter):
        sent = await adapter.post(GROWTH, ANSWER_EN, "k1")
        slack.fails("chat.update", Refused("msg_blocks_too_long"))
        assert await adapter.edit(GROWTH, sent.receipt, ALERT_EN) == sent
        assert slack.messages()[0].seen == "WeChat ROI 0.8×, below 1"


async def test_what_was_acknowledged_is_still_answered_when_we_are_told_to_stop():
    house = House()
    quick = house.answer

    async def answer(request):
        await asyncio.sleep(0.3)
        return await quick(request)

    house.answer = answer
    async with over_the_socket(house) as (slack, _):
        await slack.says("/kpi roi")
    assert [each.seen for each in slack.messages()] == ["You said: roi"]
