"""The chats that only listen, from the settings that name them: group robots, mail, text messages, webhooks.

Each setting holds secrets, for a robot's address is its key: `NAME=ADDRESS`, several apart by spaces or lines, and a
robot's signing secret after a `#`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.errors import Invalid, Mistake

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.adapters.robots.dialect import Robot
    from bot.chat.adapter import Adapter
    from bot.chat.links import Links
    from bot.settings import Settings

_NAMED = re.compile(r"([\w.-]+)=(\S+)")
_SCHEMES = {"http": "json", "https": "jsons"}  # a plain address is one that takes JSON


def listeners(settings: Settings, links: Links | None) -> Iterator[Adapter]:
    """Yield what only listens and is on."""
    yield from _robots(settings, links)
    if url := _open(settings.mail_url):
        from bot.adapters.mail.adapter import MailAdapter, Server

        try:
            server = Server.read(url)
        except ValueError:
            raise _bad("mail_url", "smtp://USER:PASSWORD@HOST:587/?from=beacon@example.cn") from None
        yield MailAdapter(server, links)
    yield from _relayed(settings, links)


def mail_opens(url: str) -> None:
    """Open the mail server and leave again; raises what smtplib does, or ValueError for what is no server."""
    from bot.adapters.mail.adapter import Server, opened

    with opened(Server.read(url)) as smtp:
        smtp.noop()


def named(setting: str, text: str | None) -> dict[str, str]:
    """Return the addresses by name; Invalid, without quoting any, if it is written otherwise."""
    words = (text or "").replace(",", " ").split()
    found = [_NAMED.fullmatch(word) for word in words]
    if not all(found):
        raise _bad(setting, "NAME=https://…")
    return {one[1]: one[2] for one in found if one}


def _robots(settings: Settings, links: Links | None) -> Iterator[Adapter]:
    spoken = {
        "wecom_robots": settings.wecom_robots,
        "dingtalk_robots": settings.dingtalk_robots,
        "feishu_robots": settings.feishu_robots,
    }
    if not any(spoken.values()):
        return
    from bot.adapters.robots.adapter import RobotAdapter
    from bot.adapters.robots.dingtalk import DINGTALK
    from bot.adapters.robots.feishu import FEISHU
    from bot.adapters.robots.wecom import WECOM

    for dialect, (setting, secret) in zip((WECOM, DINGTALK, FEISHU), spoken.items(), strict=True):
        if robots := {name: _robot(setting, url) for name, url in named(setting, _open(secret)).items()}:
            yield RobotAdapter(dialect, robots, links)


def _robot(setting: str, written: str) -> Robot:
    from bot.adapters.robots.dialect import Robot

    url, _, secret = written.partition("#")
    if not url.startswith(("https://", "http://")):
        raise _bad(setting, "NAME=https://…")
    return Robot(url, secret)


def _relayed(settings: Settings, links: Links | None) -> Iterator[Adapter]:
    sms, ntfy = _open(settings.sms_url), _open(settings.ntfy_url)
    webhooks = named("webhook_urls", _open(settings.webhook_urls))
    if not (sms or ntfy or webhooks):
        return
    from bot.adapters.apprise.adapter import BLANK, AppriseAdapter, Relay

    for setting, url in (("sms_url", sms), ("ntfy_url", ntfy)):
        if url and BLANK not in url:
            raise _bad(setting, f"…/{BLANK}")
    if sms:
        yield AppriseAdapter(Relay("sms", {"": sms}, is_short=True), links)
    if ntfy:
        yield AppriseAdapter(Relay("ntfy", {"": ntfy}), links)
    if webhooks:
        yield AppriseAdapter(Relay("webhook", {name: _spoken(url) for name, url in webhooks.items()}), links)


def _spoken(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{_SCHEMES.get(scheme, scheme)}://{rest}"


def _open(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _bad(setting: str, form: str) -> Invalid:
    return Invalid([Mistake("bad-address", {"name": setting.upper(), "form": form})])
