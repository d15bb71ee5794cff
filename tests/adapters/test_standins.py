"""The stand-ins are as strict as the platforms: what these refuse, they refuse."""

from __future__ import annotations

import asyncio
import itertools
import json

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.standins import blockkit, markup
from tests.standins.hosting import hosted
from tests.standins.slack import ME, Slack
from tests.standins.slack_workspace import PNG
from tests.standins.telegram import Telegram

TOKEN, APP_TOKEN = "xoxb-1", "xapp-1"
BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Ack"}, "value": "ack", "action_id": "a"}


async def call(slack, method, token=TOKEN, **given):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as client,
        client.post(slack.url + method, json=given, headers=headers) as answer,
    ):
        return await answer.json()


async def ask(telegram, method, token=None, **given):
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{telegram.url}/bot{token or telegram.token}/{method}", json=given) as answer,
    ):
        return await answer.json()


async def put_in(telegram, photo, caption, **where):
    """Put a picture into a message, as a form that holds the picture beside what it is named in."""
    form = aiohttp.FormData()
    media = {"type": "photo", "media": "attach://chart", "caption": caption}
    for name, value in {**where, "media": json.dumps(media)}.items():
        form.add_field(name, str(value))
    form.add_field("chart", photo, filename="chart.png")
    address = f"{telegram.url}/bot{telegram.token}/editMessageMedia"
    async with aiohttp.ClientSession() as client, client.post(address, data=form) as answer:
        return await answer.json()


@pytest.mark.parametrize(
    ("method", "given", "error"),
    [
        ("chat.shout", {}, "unknown_method"),
        ("auth.test", {"token": ""}, "not_authed"),
        ("auth.test", {"token": "xoxb-2"}, "invalid_auth"),
        ("apps.connections.open", {}, "invalid_auth"),
        ("chat.postMessage", {"text": "hi"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C01"}, "no_text"),
        ("chat.postMessage", {"channel": "C01", "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "C01", "text": "hi", "alt": "?"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C02", "text": "hi"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C03", "text": "hi"}, "is_archived"),
        ("chat.postMessage", {"channel": "U99", "text": "hi"}, "user_not_found"),
        ("chat.postMessage", {"channel": "C01", "text": "hi", "thread_ts": "1.0"}, "thread_not_found"),
        ("chat.postMessage", {"channel": "C01", "text": "hi", "metadata": {"key": 1}}, "invalid_metadata_format"),
        ("chat.postMessage", {"channel": "C01", "text": "hi", "blocks": [{"type": "table"}]}, "invalid_blocks"),
        ("chat.postEphemeral", {"channel": "C01", "user": "U03", "text": "hi"}, "user_not_in_channel"),
        ("chat.update", {"channel": "C01", "ts": "1.0", "text": "hi"}, "message_not_found"),
        ("conversations.history", {"channel": "C99"}, "channel_not_found"),
        ("files.completeUploadExternal", {"files": [{"id": "F1"}]}, "file_not_found"),
        ("files.getUploadURLExternal", {"filename": "a.png", "length": 0}, "invalid_arguments"),
        ("files.info", {"file": "F1"}, "file_not_found"),
        ("users.info", {"user": "U99"}, "user_not_found"),
        ("views.open", {"trigger_id": "1", "view": {"type": "modal"}}, "exchanged_trigger_id"),
        ("views.publish", {"user_id": "U01", "view": {"type": "modal"}}, "invalid_arguments"),
        (
            "views.publish",
            {"user_id": "U01", "view": {"type": "home", "blocks": [{"type": "divider"}] * 101}},
            "invalid_arguments",
        ),
        (
            "views.publish",
            {"user_id": "U01", "view": {"type": "home", "blocks": [], "callback_id": "x" * 256}},
            "invalid_arguments",
        ),
        ("views.publish", {"user_id": "U99", "view": {"type": "home"}}, "user_not_found"),
    ],
)
async def test_slack_refuses(method, given, error):
    async with Slack(TOKEN, "", APP_TOKEN) as slack:
        assert (await call(slack, method, **{"token": TOKEN, **given}))["error"] == error
        assert slack.timeline == []


async def test_slack_shares_no_file_that_came_with_alt_txt_and_says_nothing():
    async with Slack(TOKEN) as slack, aiohttp.ClientSession() as client:
        for more in ({"alt_txt": "a chart"}, {}):
            upload = await call(slack, "files.getUploadURLExternal", filename="a.png", length=3, **more)
            assert (await client.post(upload["upload_url"], data=b"four")).status == 400
            assert (await client.post(upload["upload_url"], data=b"abc")).status == 200
            done = {"files": [{"id": upload["file_id"]}], "channel_id": "C01"}
            assert (await call(slack, "files.completeUploadExternal", **done))["ok"]
            assert (await call(slack, "files.completeUploadExternal", **done))["error"] == "file_not_found"
            assert (await call(slack, "files.info", file=upload["file_id"]))["file"]["size"] == 3
        assert len(slack.messages()) == 1


async def test_slack_lets_words_alone_take_the_blocks_away_and_forbids_what_others_wrote():
    async with Slack(TOKEN) as slack:
        blocks = [{"type": "actions", "elements": [BUTTON]}]
        said = await call(slack, "chat.postMessage", channel="C01", text="hi", blocks=blocks)
        where = {"channel": "C01", "ts": said["ts"]}
        assert (await call(slack, "chat.update", text="x" * 4001, **where))["error"] == "msg_too_long"
        await call(slack, "chat.update", text="bye", **where)
        assert (slack.messages()[0].seen, slack.messages()[0].buttons) == ("bye", {})
        slack.request_url = slack.url
        await slack.writes("mine")
        theirs = {"channel": "C01", "ts": slack.timeline[-1].ts, "text": "ours"}
        assert (await call(slack, "chat.update", **theirs))["error"] == "cant_update_message"


async def test_slack_shows_metadata_only_to_who_asks_for_it():
    async with Slack(TOKEN) as slack:
        metadata = {"event_type": "beacon", "event_payload": {"key": "k1"}}
        await call(slack, "chat.postMessage", channel="C01", text="hi", metadata=metadata)
        [plainly] = (await call(slack, "conversations.history", channel="C01"))["messages"]
        [fully] = (await call(slack, "conversations.history", channel="C01", include_all_metadata=True))["messages"]
        assert "metadata" not in plainly
        assert fully["metadata"] == metadata


async def test_slack_takes_five_answers_to_one_response_url():
    async with Slack(TOKEN) as slack, aiohttp.ClientSession() as client:
        address = slack._response_url("C01", "U01")
        assert (await client.post(address, json={"blocks": []})).status == 400
        statuses = [(await client.post(address, json={"text": "hi"})).status for _ in range(5)]
        assert statuses == [200, 200, 200, 200, 404]
        address = slack._response_url("C01", "U01")
        assert (await client.post(address, json={"text": "hi", "colour": "red"})).status == 400
        assert (await client.post(address, json={"text": "hi", "response_type": "loud"})).status == 400
        late = slack._response_url("C01", "U01")
        name = late.rpartition("/")[2]
        slack._responses[name] = (*slack._responses[name][:3], 0.5)
        assert (await client.post(late, json={"text": "hi"})).status == 404


async def test_slack_shows_a_file_in_a_card_only_when_it_is_done_with_it():
    async with Slack(TOKEN) as slack, aiohttp.ClientSession() as client:
        upload = await call(slack, "files.getUploadURLExternal", filename="a.png", length=8)
        await client.post(upload["upload_url"], data=PNG)
        image = {"type": "image", "slack_file": {"id": upload["file_id"]}, "alt_text": "a chart"}
        said = {"channel": "C01", "text": "hi", "blocks": [image]}
        assert (await call(slack, "chat.postMessage", **said))["error"] == "invalid_blocks"
        await call(slack, "files.completeUploadExternal", files=[{"id": upload["file_id"]}])
        assert (await call(slack, "chat.postMessage", **said))["error"] == "invalid_blocks"
        assert "mimetype" not in (await call(slack, "files.info", file=upload["file_id"]))["file"]
        assert (await call(slack, "files.info", file=upload["file_id"]))["file"]["mimetype"] == "image/png"
        assert (await call(slack, "chat.postMessage", **said))["ok"]
        assert slack.messages()[0].seen == "🖼 a chart"


@pytest.mark.parametrize(
    ("method", "given", "borne"),
    [
        ("chat.postMessage", {"channel": "C01", "text": "hi"}, 5),
        ("chat.update", {"channel": "C01", "ts": "1.0", "text": "hi"}, 50),
        ("users.info", {"user": "U01"}, 100),
    ],
)
async def test_slack_limits_who_calls_too_often_and_says_for_how_long(method, given, borne):
    clock = [0.0]
    async with Slack(TOKEN, now=lambda: clock[0]) as slack:
        asking = {"token": TOKEN, **given}
        said = [(await call(slack, method, **asking)).get("error") for _ in range(borne + 1)]
        assert said.count("ratelimited") == 1
        assert said[-1] == "ratelimited"
        clock[0] += 2
        assert (await call(slack, method, **asking)).get("error") != "ratelimited"
        if method == "chat.postMessage":
            assert (await call(slack, method, **(asking | {"channel": "U02"})))["ok"], (
                "another channel is another matter"
            )


@pytest.mark.parametrize(("chat", "borne", "later"), [(101, 5, 2), (-100500, 20, 4)])
async def test_telegram_limits_who_speaks_too_often_and_says_for_how_long(chat, borne, later):
    clock = [0.0]
    async with Telegram("4242:x", now=lambda: clock[0]) as telegram:
        said = [await ask(telegram, "sendMessage", chat_id=chat, text="hi") for _ in range(borne + 1)]
        assert [each["ok"] for each in said] == [True] * borne + [False]
        assert said[-1]["error_code"] == 429
        assert 1 <= said[-1]["parameters"]["retry_after"] <= later
        assert (await ask(telegram, "sendMessage", chat_id=102, text="hi"))["ok"]
        clock[0] += later
        assert (await ask(telegram, "sendMessage", chat_id=chat, text="hi"))["ok"]


async def test_slack_brings_an_event_again_that_was_not_taken_unless_it_is_told_not_to():
    heard = []

    async def take(request):
        heard.append(request.headers.get("x-slack-retry-num"))
        return Response(status_code=500, headers={"x-slack-no-retry": "1"} if len(heard) > 2 else {})

    app = Starlette(routes=[Route("/", take, methods=["POST"])])
    async with Slack(TOKEN, "s") as slack, hosted(app) as address:
        slack.request_url = address
        await slack.writes("hello")
        assert heard == [None, "1"]
        await slack.writes("hello")
        assert heard == [None, "1", None]


async def test_slack_waits_three_seconds_for_an_answer_and_no_longer():
    async def take(_):
        await asyncio.sleep(3.5)
        return Response()

    app = Starlette(routes=[Route("/", take, methods=["POST"])])
    async with Slack(TOKEN, "s") as slack, hosted(app) as address:
        slack.request_url = address
        with pytest.raises(TimeoutError):
            await slack.says("/kpi help")


FIELD = {
    "type": "input",
    "label": {"type": "plain_text", "text": "Who?"},
    "element": {"type": "plain_text_input", "action_id": "who"},
}


async def test_slack_opens_a_view_once_for_each_trigger():
    async with Slack(TOKEN) as slack:
        view = {"type": "modal", "title": {"type": "plain_text", "text": "Close"}, "blocks": [{"type": "divider"}]}
        trigger = slack._trigger()
        assert (await call(slack, "views.open", trigger_id=trigger, view=view))["ok"]
        assert (await call(slack, "views.open", trigger_id=trigger, view=view))["error"] == "exchanged_trigger_id"
        slack._triggers["old"] = 0.0
        assert (await call(slack, "views.open", trigger_id="old", view=view))["error"] == "expired_trigger_id"
        long = view | {"title": {"type": "plain_text", "text": "x" * 25}}
        bare = view | {"title": {"type": "plain_text", "text": "Close"}, "blocks": [FIELD]}
        for bad in (long, view | {"private_metadata": "x" * 3001}, bare):
            given = {"trigger_id": slack._trigger(), "view": json.dumps(bad)}
            assert (await call(slack, "views.open", **given))["error"] == "invalid_arguments"


async def test_a_socket_needs_a_fresh_ticket():
    async with Slack(TOKEN, "", APP_TOKEN) as slack, aiohttp.ClientSession() as client:
        address = (await call(slack, "apps.connections.open", APP_TOKEN))["url"].replace("ws:", "http:")
        async with client.ws_connect(address) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect(address)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": {"type": "mrkdwn", "text": "T"}},
        {"type": "header", "text": {"type": "plain_text", "text": "T" * 151}},
        {"type": "section"},
        {"type": "section", "text": {"type": "mrkdwn", "text": ""}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11},
        {"type": "context", "elements": []},
        {"type": "actions", "elements": [BUTTON, BUTTON]},
        {"type": "actions", "elements": [BUTTON | {"style": "warm"}]},
        {"type": "actions", "elements": [BUTTON | {"value": "x" * 2001}]},
        {"type": "actions", "elements": [BUTTON | {"action_id": ""}]},
        {"type": "actions", "elements": [{"type": "knob"}]},
        {"type": "actions", "elements": [BUTTON | {"text": {"type": "plain_text", "text": "x" * 76}}]},
        {"type": "actions", "elements": [BUTTON | {"text": {"type": "mrkdwn", "text": "x"}}]},
        {"type": "actions", "elements": [BUTTON | {"action_id": "x" * 256}]},
        {"type": "actions", "elements": [BUTTON | {"url": "https://" + "x" * 3000}]},
        {"type": "actions", "elements": [BUTTON | {"volume": 11}]},
        {"type": "actions", "elements": [BUTTON | {"confirm": {"title": {"type": "plain_text", "text": "x" * 101}}}]},
        {"type": "actions", "elements": [BUTTON | {"action_id": str(n)} for n in range(26)]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "colour": "red"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11},
        {"type": "divider", "block_id": "x" * 256},
        {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "x" * 2001},
        {"type": "image", "slack_file": {}, "alt_text": "x"},
        {"type": "image", "slack_file": {"id": "F1"}, "image_url": "https://example.org/a.png", "alt_text": "x"},
        {"type": "image", "image_url": "https://example.org/a.png"},
        {"type": "carousel"},
    ],
)
def test_slack_refuses_a_block(block):
    assert blockkit.faults([block])


def test_slack_refuses_blocks_together():
    assert blockkit.faults({}) != []
    assert blockkit.faults([{"type": "divider"}] * 51) != []
    assert blockkit.faults([{"type": "divider", "block_id": "a"}] * 2) != []
    assert blockkit.faults([{"type": "divider"}, {"type": "image", "image_url": "https://x", "alt_text": "x"}]) == []


@pytest.mark.parametrize(
    ("method", "given", "description"),
    [
        ("shout", {}, "Not Found: method not found"),
        ("sendMessage", {"chat_id": 101}, "Bad Request: text is empty"),
        ("sendMessage", {"chat_id": 101, "text": "hi", "volume": 11}, "Bad Request: unknown parameter volume"),
        ("sendMessage", {"chat_id": 101, "text": "x" * 4097}, "Bad Request: message is too long"),
        ("sendMessage", {"chat_id": 101, "text": " "}, "Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": 101, "text": "x", "parse_mode": "LaTeX"}, "Bad Request: unsupported parse_mode"),
        ("sendMessage", {"chat_id": 7, "text": "x"}, "Bad Request: chat not found"),
        ("sendMessage", {"chat_id": 103, "text": "x"}, "Forbidden: bot was blocked by the user"),
        ("sendMessage", {"chat_id": 101, "text": "x", "message_thread_id": 5}, "Bad Request: message thread not found"),
        ("sendPhoto", {"chat_id": 101, "photo": "x"}, "Bad Request: IMAGE_PROCESS_FAILED"),
        ("sendDocument", {"chat_id": 101, "document": "x"}, "Bad Request: file must be non-empty"),
        ("setWebhook", {"url": "https://example.org:5000"},
         "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("setWebhook", {"url": "https://example.org", "max_connections": 101},
         "Bad Request: max_connections is out of range"),
        ("editMessageText", {"chat_id": 101, "message_id": 5, "text": "x"}, "Bad Request: message to edit not found"),
        ("setWebhook", {"url": "http://example.org"},
         "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
        ("setWebhook", {"url": "https://example.org", "secret_token": "no spaces"},
         "Bad Request: secret token contains unallowed characters"),
        ("answerCallbackQuery", {"callback_query_id": "1"},
         "Bad Request: query is too old and response timeout expired or query ID is invalid"),
        ("setMyCommands", {"commands": [{"command": "KPI", "description": "x"}]}, "Bad Request: BOT_COMMAND_INVALID"),
    ],
)  # fmt: skip
async def test_telegram_refuses(method, given, description):
    async with Telegram("4242:x") as telegram:
        answer = await ask(telegram, method, **given)
        assert (answer["ok"], answer["description"]) == (False, description)
        assert telegram.timeline == []


async def test_telegram_refuses_a_stranger_and_two_who_listen_at_once():
    async with Telegram("4242:x") as telegram:
        assert (await ask(telegram, "getMe", "1:y"))["error_code"] == 401
        assert (await ask(telegram, "setMyCommands", commands=[{"command": "kpi", "description": "x"}]))["ok"]
        telegram._polls = 1
        assert (await ask(telegram, "getUpdates"))["error_code"] == 409
        telegram._polls = 0
        telegram.webhook = {"url": "https://example.org"}
        assert (await ask(telegram, "getUpdates"))["error_code"] == 409


@pytest.mark.parametrize(
    "button", [{"text": "x", "callback_data": "确" * 22}, {"text": "x"}, {"text": "", "callback_data": "x"}]
)
async def test_telegram_refuses_a_button(button):
    async with Telegram("4242:x") as telegram:
        keyboard = {"inline_keyboard": [[button]]}
        assert not (await ask(telegram, "sendMessage", chat_id=101, text="x", reply_markup=keyboard))["ok"]


async def test_telegram_edits_words_as_words_and_pictures_as_pictures():
    async with Telegram("4242:x", now=itertools.count(0, 10).__next__) as telegram:  # at its leisure
        await ask(telegram, "sendMessage", chat_id=101, text="x")
        where = {"chat_id": 101, "message_id": telegram.messages()[0].id}
        assert not (await ask(telegram, "editMessageCaption", caption="y", **where))["ok"]
        assert "not modified" in (await ask(telegram, "editMessageText", text="x", **where))["description"]
        keyboard = {"inline_keyboard": [[{"text": "Ack", "callback_data": "ack"}]]}
        assert (await ask(telegram, "editMessageReplyMarkup", reply_markup=keyboard, **where))["ok"]
        assert telegram.messages()[0].buttons == {"Ack": "ack"}
        assert (await put_in(telegram, PNG, "z", **where))["ok"]  # a picture may be added to words
        assert (telegram.messages()[0].text, telegram.messages()[0].photo) == ("z", PNG)
        assert telegram.messages()[0].buttons == {}, "left out, the keyboard goes"
        assert "too long" in (await put_in(telegram, PNG, "z" * 1025, **where))["description"]
        assert not (await put_in(telegram, b"no picture", "z", **where))["ok"]
        assert not (await ask(telegram, "editMessageMedia", media={"type": "song"}, **where))["ok"]
        assert not (await ask(telegram, "editMessageText", text="y", **where))["ok"]


@pytest.mark.parametrize(
    "html",
    ["<b>x", "x</b>", "<b><i>x</b></i>", "<h1>x</h1>", "1 < 2", "a &nope; b", "a & b", "<a>x</a>", "<b class=x>x</b>"],
)
def test_telegram_cannot_read(html):
    with pytest.raises(markup.CannotParseError, match="can't parse entities"):
        markup.read(html)


def test_our_own_name_is_a_member_where_we_speak():
    assert ME in Slack(TOKEN).members["C01"]
