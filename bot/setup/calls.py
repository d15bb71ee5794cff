"""The doctor's calls: does Slack know our token, may it do what we do, whom does Telegram call, does mail open.

Each platform's answer also tells the time, and so how wrong our own clock is.
"""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx

from bot.setup.finding import Finding, State
from bot.setup.manifest import SCOPES

if TYPE_CHECKING:
    from bot.settings import Settings
    from core.errors import Fact

PATIENCE = 8.0
WRONG, ODD = 120, 20  # seconds that a clock may differ: Slack takes no request that is five minutes old


async def calls(settings: Settings) -> AsyncIterator[Finding]:
    """Yield what the platforms say of us; what they cannot be asked is a matter to know."""
    skews: list[float] = []
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        if settings.slack_bot_token:
            async for finding in _slack(settings, client, skews):
                yield finding
        if settings.telegram_bot_token:
            async for finding in _telegram(settings, client, skews):
                yield finding
    if settings.mail_url:
        yield await _mail(settings.mail_url.get_secret_value())
    yield _clock(skews)


async def _slack(settings: Settings, client: httpx.AsyncClient, skews: list[float]) -> AsyncIterator[Finding]:
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    said = await _ask(client, f"{settings.slack_api_url.rstrip('/')}/auth.test", skews, bearer=token)
    if said is None:
        yield Finding("slack", State.NOTE, "doctor-not-reached", {"name": "Slack"})
        return
    body, headers = said
    if not body.get("ok"):
        yield Finding("slack", State.BROKEN, "doctor-slack-refused", {"error": _word(body.get("error"))})
        return
    yield Finding(
        "slack", State.FINE, "doctor-slack-fine", {"team": str(body.get("team", "")), "bot": str(body.get("user", ""))}
    )
    if granted := headers.get("x-oauth-scopes"):
        lacking = sorted(set(SCOPES) - {one.strip() for one in granted.split(",")})
        if lacking:
            yield Finding("slack", State.BROKEN, "doctor-slack-scopes", {"scopes": ", ".join(lacking)})
    if settings.slack_app_token:
        url = f"{settings.slack_api_url.rstrip('/')}/apps.connections.open"
        opened = await _ask(client, url, skews, bearer=settings.slack_app_token.get_secret_value())
        if opened and not opened[0].get("ok"):
            facts: dict[str, Fact] = {"error": _word(opened[0].get("error"))}
            yield Finding("slack", State.BROKEN, "doctor-slack-socket", facts)


async def _telegram(settings: Settings, client: httpx.AsyncClient, skews: list[float]) -> AsyncIterator[Finding]:
    token = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else ""
    root = f"{settings.telegram_api_url.rstrip('/')}/bot{token}"
    said = await _ask(client, f"{root}/getMe", skews)
    if said is None:
        yield Finding("telegram", State.NOTE, "doctor-not-reached", {"name": "Telegram"})
        return
    if not said[0].get("ok"):
        yield Finding("telegram", State.BROKEN, "doctor-telegram-refused", {"error": _word(said[0].get("description"))})
        return
    me = said[0].get("result", {})
    yield Finding("telegram", State.FINE, "doctor-telegram-fine", {"bot": str(me.get("username", ""))})
    if not me.get("can_read_all_group_messages"):
        yield Finding("telegram", State.NOTE, "doctor-telegram-privacy")
    hook = await _ask(client, f"{root}/getWebhookInfo", skews)
    info = hook[0].get("result", {}) if hook else {}
    if info.get("url") and not settings.telegram_webhook_url:
        yield Finding("telegram", State.NOTE, "doctor-telegram-hook-left")
    if settings.telegram_webhook_url and info.get("last_error_message"):
        facts: dict[str, Fact] = {"error": str(info["last_error_message"])[:120]}
        yield Finding("telegram", State.BROKEN, "doctor-telegram-hook", facts)


async def _mail(url: str) -> Finding:
    from bot.listeners import mail_opens

    try:
        await asyncio.to_thread(mail_opens, url)
    except ValueError:
        return Finding("mail", State.BROKEN, "bad-address", {"name": "MAIL_URL", "form": "smtp://…"})
    except smtplib.SMTPAuthenticationError:
        return Finding("mail", State.BROKEN, "doctor-mail-refused")
    except (smtplib.SMTPException, OSError):
        return Finding("mail", State.NOTE, "doctor-not-reached", {"name": "SMTP"})
    return Finding("mail", State.FINE, "doctor-mail-fine")


def _clock(skews: list[float]) -> Finding:
    if not skews:
        return Finding("clock", State.NOTE, "doctor-clock-unknown")
    off = max(skews, key=abs)
    state = State.BROKEN if abs(off) > WRONG else State.NOTE if abs(off) > ODD else State.FINE
    return Finding("clock", state, f"doctor-clock-{state}", {"seconds": round(off)})


async def _ask(
    client: httpx.AsyncClient, url: str, skews: list[float], *, bearer: str = ""
) -> tuple[dict[str, Any], httpx.Headers] | None:
    """Return what was said, with its headers; None if nobody answered. The address may hold a token and is not told."""
    try:
        response = await client.post(url, headers={"authorization": f"Bearer {bearer}"} if bearer else {})
        body = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
    for told in response.headers.get_list("date")[-1:]:
        with suppress(ValueError):
            skews.append((datetime.now(UTC) - parsedate_to_datetime(told).replace(tzinfo=UTC)).total_seconds())
    return (body, response.headers) if isinstance(body, dict) else None


def _word(said: object) -> str:
    return str(said or "?")[:80]
