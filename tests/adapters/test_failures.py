"""What a platform or the network says, as the house's five outcomes."""

from __future__ import annotations

import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
from aiohttp import ClientConnectorError, ServerDisconnectedError
from slack_sdk.errors import SlackApiError, SlackRequestError
from telegram import error as telegram

from bot.adapters.slack import failure as slack_failure
from bot.adapters.telegram import failure as telegram_failure
from core.notices.outbox import Dead, Repair, Retry, Sent, Wait


def said(status=200, data=None, **headers):
    return SlackApiError("no", SimpleNamespace(status_code=status, data=data, headers=headers))


NO_JSON = SlackApiError("no", SimpleNamespace(status=502, headers={}))
UNREACHED = ClientConnectorError(SimpleNamespace(host="slack", port=443, ssl=True), OSError("refused"))


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (said(429, {"error": "ratelimited"}, **{"Retry-After": "12"}), Wait(12.0)),
        (said(429, None), Wait(30.0)),
        (said(200, {"error": "rate_limited"}, **{"retry-after": "x"}), Wait(30.0)),
        (said(200, {"error": "channel_not_found"}), Dead("channel_not_found")),
        (said(200, {"error": "invalid_auth"}), Retry("invalid_auth")),
        (said(200, {"error": "missing_scope"}), Retry("missing_scope")),
        (said(200, {"error": "message_not_found"}), Repair("message_not_found")),
        (said(200, {"error": "fatal_error"}), Retry("fatal_error")),
        (said(503, b"<html>"), Retry("http-503")),
        (NO_JSON, Retry("http-502")),
        (TimeoutError(), Retry("TimeoutError")),
        (ServerDisconnectedError(), Retry("ServerDisconnectedError")),
        (UNREACHED, Retry("ClientConnectorError")),
        (SlackRequestError("bad"), Retry("SlackRequestError")),
    ],
)
def test_slack_fails(failure, outcome):
    assert slack_failure.outcome_of(failure) == outcome


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (telegram.RetryAfter(9), Wait(9.0)),
        (telegram.ChatMigrated(-100500), Repair("chat-moved", "-100500")),
        (telegram.Forbidden("Forbidden: bot was kicked"), Dead("Forbidden: bot was kicked")),
        (telegram.InvalidToken("The token `4242:secret` was rejected"), Retry("invalid-token")),
        (telegram.BadRequest("Message is not modified: specified …"), Sent("1:2")),
        (telegram.BadRequest("Message to edit not found"), Repair("Message to edit not found")),
        (telegram.BadRequest("Chat not found"), Dead("Chat not found")),
        (telegram.TimedOut(), Retry("timed-out-perhaps-sent")),
        (telegram.NetworkError("Bad Gateway"), Retry("network-perhaps-sent")),
        (telegram.Conflict("two pollers"), Retry("Conflict")),
    ],
)
def test_telegram_fails(failure, outcome):
    assert telegram_failure.outcome_of(failure, "1:2") == outcome


def test_a_pause_may_be_told_as_a_number_or_as_a_duration():
    assert telegram_failure._seconds(3) == telegram_failure._seconds(timedelta(seconds=3)) == 3.0


def test_a_secret_is_kept_out_of_a_library_s_log(caplog):
    caplog.set_level(logging.INFO)
    log = logging.getLogger("httpx")
    with telegram_failure.redacting("4242:secret"):
        log.info("POST %s", "https://api.telegram.org/bot4242:secret/getMe")
        log.info("hello %s", "there")
    assert caplog.messages == ["POST https://api.telegram.org/bot…/getMe", "hello there"]
    assert log.filters == []
