"""The doctor says of each thing that is missing what to do about it, and never shows a secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.phrases import say
from bot.settings import Settings
from bot.setup.doctor import examine, is_well, report_json
from bot.setup.finding import State
from bot.setup.manifest import SCOPES
from core.workspace import load_workspace
from tests.standins.hosting import hosted
from tests.standins.postoffice import post_office

SHOP = Path(__file__).parents[4] / "examples/shop"
BOT, APP = "xoxb-1234567890-abcdef", "xapp-1-A012-abcdef"
TELEGRAM = "424242424:AAH-this_is_a_token_of_thirty-five-x"


async def found(**settings):
    given = {"beacon_workspace": SHOP, "_env_file": None} | settings
    return [one async for one in examine(Settings(**given), load_workspace)]


def of(findings, about):
    return [(one.state, one.code) for one in findings if one.about == about]


async def test_a_house_with_a_workspace_and_nothing_else_is_well():
    findings = await found()
    assert is_well(findings)
    assert of(findings, "workspace") == [(State.FINE, "doctor-workspace-fine")]
    assert of(findings, "font") == [(State.FINE, "doctor-font-fine")]
    assert of(findings, "warehouse") == [(State.FINE, "doctor-facts-fine")]
    for tongue in ("en", "zh"):
        assert all(one.said(tongue) for one in findings)


async def test_without_a_workspace_it_says_how_to_make_one():
    findings = await found(beacon_workspace=None)
    assert not is_well(findings)
    assert "beacon init" in next(one for one in findings if one.about == "workspace").said("zh")


async def test_a_workspace_with_mistakes_is_ill(tmp_path):
    (tmp_path / "workspace.yaml").write_text("{name: Shop, zone: Nowhere/Land}", encoding="utf-8")
    findings = await found(beacon_workspace=tmp_path)
    assert of(findings, "workspace") == [(State.BROKEN, "doctor-workspace-wrong")]


@pytest.mark.parametrize(
    "settings",
    [
        {"slack_bot_token": "xoxp-1234567890", "slack_app_token": APP},
        {"slack_bot_token": BOT, "slack_app_token": "shhh"},
        {"slack_bot_token": BOT, "slack_signing_secret": "too short"},
        {"telegram_bot_token": "half:a-token"},
        {"slack_bot_token": BOT},
        {"wecom_robots": "https://no.name/"},
        {"mail_url": "gopher://x"},
        {"sms_url": "twilio://SID:TOKEN@FROM"},
        {"telegram_bot_token": TELEGRAM, "telegram_webhook_url": "http://kpi.example.cn"},
    ],
)
async def test_what_cannot_work_is_broken_and_never_shown(settings):
    away = {"slack_api_url": "http://127.0.0.1:9/", "telegram_api_url": "http://127.0.0.1:9"}
    findings = await found(**settings, **away)
    assert not is_well(findings)
    told = json.dumps(report_json(findings, "en"))
    assert all(secret not in told for name, secret in settings.items() if name != "telegram_webhook_url")


async def test_robots_and_links_are_looked_at_without_being_called():
    findings = await found(
        wecom_robots="ops=https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        dingtalk_robots="ops=https://oapi.dingtalk.com/robot/send?access_token=t far=https://relay.example/x#SEC",
        beacon_public_url="https://kpi.example.cn",
    )
    assert (State.NOTE, "doctor-robot-unsigned") in of(findings, "dingtalk")
    assert (State.NOTE, "doctor-robot-elsewhere") in of(findings, "dingtalk")
    assert of(findings, "wecom") == []
    assert of(findings, "links") == [(State.NOTE, "doctor-links-forgotten")]
    assert of(findings, "listeners") == [(State.FINE, "doctor-listeners-fine")]


class Platforms:
    def __init__(self, *, scopes=SCOPES, late=timedelta(0), fine=True):
        self.scopes, self.late, self.fine = scopes, late, fine

    async def take(self, request):
        method = request.url.path.rpartition("/")[2]
        body = {
            "auth.test": {"ok": self.fine, "error": "invalid_auth", "team": "Lantern Tea", "user": "beacon"},
            "apps.connections.open": {"ok": True, "url": "wss://x"},
            "getMe": {"ok": self.fine, "description": "Unauthorized", "result": {"username": "LanternBot"}},
            "getWebhookInfo": {"ok": True, "result": {"url": "https://old.example"}},
        }[method]
        date = format_datetime(datetime.now(UTC) - self.late, usegmt=True)
        return JSONResponse(body, headers={"x-oauth-scopes": ",".join(self.scopes), "date": date})

    async def seen(self):
        app = Starlette(routes=[Route("/{path:path}", self.take, methods=["POST"])])
        async with hosted(app) as address:
            return await found(
                slack_bot_token=BOT,
                slack_app_token=APP,
                slack_api_url=f"{address}/api/",
                telegram_bot_token=TELEGRAM,
                telegram_api_url=address,
            )


async def test_platforms_that_know_us_are_fine():
    findings = await Platforms().seen()
    assert of(findings, "slack") == [(State.FINE, "doctor-slack-fine")]
    assert (State.FINE, "doctor-telegram-fine") in of(findings, "telegram")
    assert (State.NOTE, "doctor-telegram-hook-left") in of(findings, "telegram")
    assert is_well(findings)


async def test_a_scope_that_is_lacking_is_named():
    findings = await Platforms(scopes=[one for one in SCOPES if one != "files:write"]).seen()
    broken = next(one for one in findings if one.state is State.BROKEN)
    assert (broken.code, broken.facts) == ("doctor-slack-scopes", {"scopes": "files:write"})


async def test_a_clock_that_is_minutes_off_is_ill():
    off = [one for one in await Platforms(late=timedelta(minutes=6)).seen() if one.about == "clock"]
    # uvicorn tells the time too; whichever is further off counts.
    assert [(one.state, one.code) for one in off] == [(State.BROKEN, "doctor-clock-broken")]


async def test_a_token_that_is_refused_is_ill():
    findings = await Platforms(fine=False).seen()
    assert (State.BROKEN, "doctor-slack-refused") in of(findings, "slack")
    assert (State.BROKEN, "doctor-telegram-refused") in of(findings, "telegram")


async def test_mail_is_opened_and_left_without_a_letter():
    with post_office() as office:
        assert of(await found(mail_url=office.url), "mail") == [(State.FINE, "doctor-mail-fine")]
        wrong = office.url.replace("smtp://", "smtp://beacon:wrong@")
        assert of(await found(mail_url=wrong), "mail") == [(State.BROKEN, "doctor-mail-refused")]
        assert office.letters == []


def test_each_thing_it_may_say_is_said_in_both_tongues():
    for state in State:
        assert say(f"doctor-disk-{state}", "zh", left=1, folder="x") != say(
            f"doctor-disk-{state}", "en", left=1, folder="x"
        )
        assert say(f"doctor-clock-{state}", "zh", seconds=1) != say(f"doctor-clock-{state}", "en", seconds=1)
