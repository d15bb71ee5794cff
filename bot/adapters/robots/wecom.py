"""企业微信群机器人: markdown of at most 4,096 bytes, a picture by itself. The key stands in the address.

https://developer.work.weixin.qq.com/document/path/91770
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import md5
from typing import Any

from bot.adapters.robots.dialect import Dialect, Json, Robot, Speech, number_of
from bot.chat.markdown import markdown
from bot.chat.pace import Rate
from bot.phrases import say
from core.notices.outbox import Dead, Outcome, Retry, Sent, Wait

MAX_MARKDOWN = 4096  # bytes
MAX_IMAGE = 2 * 1024 * 1024  # bytes, before base64
TOO_OFTEN = 45009
NEVER = {93000: "no-such-robot", 93004: "robot-stopped", 93008: "robot-not-in-group"}


def message(speech: Speech) -> Json:
    way = f"\n\n[{say('open-page', speech.card.tongue)}]({speech.link})" if speech.link else ""
    words = markdown(speech.card, MAX_MARKDOWN - len(way.encode()))
    return {"msgtype": "markdown", "markdown": {"content": words + way}}


def picture(png: bytes) -> Json | None:
    if len(png) > MAX_IMAGE:
        return None
    digest = md5(png, usedforsecurity=False).hexdigest()
    return {"msgtype": "image", "image": {"base64": b64encode(png).decode(), "md5": digest}}


def signed(robot: Robot, body: Json, now: float) -> tuple[str, Json]:  # noqa: ARG001 - others need the time
    return robot.url, body


def outcome(said: Mapping[str, Any]) -> Outcome:
    match number_of(said, "errcode"):
        case 0:
            return Sent("")
        case code if code == TOO_OFTEN:
            return Wait(60)
        case code if code in NEVER:
            return Dead(NEVER[code])
        case code:
            return Retry(f"wecom-{code}")


WECOM = Dialect("wecom", (Rate(20, 60),), message, signed, outcome, picture)
