"""飞书自定义机器人: an interactive card of 20 KB, signed in its body. Its key is the text that is signed, oddly.

https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bot.adapters.robots.dialect import Dialect, Json, Robot, Speech, fit, number_of
from bot.chat.card import Tone
from bot.chat.markdown import markdown, title_of
from bot.chat.pace import Rate
from bot.phrases import say
from core.notices.outbox import Dead, Outcome, Retry, Sent, Wait

MAX_BODY = 20_000  # bytes; 20 KB is what the page says, and we count the smaller kind
SIGNATURE = 100  # bytes that signing adds
TOO_OFTEN = (11232, 11233)
NEVER = {19001: "no-such-robot", 9499: "request-refused", 19002: "request-refused"}
COLOURS = {Tone.BAD: "red", Tone.WARNING: "orange", Tone.GOOD: "green", Tone.PLAIN: "blue"}


def message(speech: Speech) -> Json:
    card = speech.card

    def make(room: int) -> Json:
        body = markdown(card, room).partition("\n\n")[2]  # the title stands in the header
        # A card of a title alone is refused.
        elements: list[Json] = [{"tag": "markdown", "content": body or title_of(card)}]
        if speech.link:
            text = {"tag": "plain_text", "content": say("open-page", card.tongue)}
            button = {"tag": "button", "text": text, "type": "primary", "url": speech.link}
            elements.append({"tag": "action", "actions": [button]})
        title = {"tag": "plain_text", "content": title_of(card)}
        header = {"title": title, "template": COLOURS[card.tone]}
        shown = {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}
        return {"msg_type": "interactive", "card": shown}

    return fit(make, MAX_BODY - SIGNATURE)


def signed(robot: Robot, body: Json, now: float) -> tuple[str, Json]:
    if not robot.secret:
        return robot.url, body
    at = str(int(now))
    mac = hmac.digest(f"{at}\n{robot.secret}".encode(), b"", sha256)
    return robot.url, {"timestamp": at, "sign": b64encode(mac).decode(), **body}


def outcome(said: Mapping[str, Any]) -> Outcome:
    match number_of(said, "code", "StatusCode"):
        case 0:
            return Sent("")
        case code if code in TOO_OFTEN:
            return Wait(60)
        case code if code in NEVER:
            return Dead(NEVER[code])
        case code:  # 19021, 19022, 19024: a signature, an address or a keyword, to be mended by whoever set us up
            return Retry(f"feishu-{code}")


FEISHU = Dialect("feishu", (Rate(100, 60), Rate(5, 1)), message, signed, outcome)
