"""钉钉自定义机器人: a card of markdown and one button, 20,000 bytes in all, signed with the robot's 加签 secret.

Said too often it is silenced for ten minutes, so we count ourselves and wait beforehand.
https://open.dingtalk.com/document/robots/custom-robot-access
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus

from bot.adapters.robots.dialect import Dialect, Json, Robot, Speech, fit, number_of
from bot.chat.markdown import markdown, title_of
from bot.chat.pace import Rate
from bot.phrases import say
from core.notices.outbox import Dead, Outcome, Retry, Sent, Wait

MAX_BODY = 20_000  # bytes
SILENCED = 600.0
TOO_OFTEN = (130101, 410100)
NEVER = {300001: "no-such-robot", 400101: "no-such-robot", 400102: "robot-stopped", 430101: "content-refused"}


def message(speech: Speech) -> Json:
    card = speech.card

    def make(room: int) -> Json:
        text = markdown(card, room)
        if speech.chart:
            text += f"\n\n![]({speech.chart})"
        if not speech.link:
            return {"msgtype": "markdown", "markdown": {"title": title_of(card), "text": text}}
        button = {"singleTitle": say("open-page", card.tongue), "singleURL": speech.link}
        return {"msgtype": "actionCard", "actionCard": {"title": title_of(card), "text": text, **button}}

    return fit(make, MAX_BODY)


def signed(robot: Robot, body: Json, now: float) -> tuple[str, Json]:
    if not robot.secret:
        return robot.url, body
    at = str(round(now * 1000))
    mac = hmac.digest(robot.secret.encode(), f"{at}\n{robot.secret}".encode(), sha256)
    return f"{robot.url}&timestamp={at}&sign={quote_plus(b64encode(mac))}", body


def outcome(said: Mapping[str, Any]) -> Outcome:
    match number_of(said, "errcode"):
        case 0:
            return Sent("")
        case code if code in TOO_OFTEN:
            return Wait(SILENCED)
        case code if code in NEVER:
            return Dead(NEVER[code])
        case code:  # 310000 among them: a keyword or a signature that whoever set us up can mend
            return Retry(f"dingtalk-{code}")


DINGTALK = Dialect("dingtalk", (Rate(20, 60),), message, signed, outcome)
