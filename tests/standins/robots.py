"""Group robots of 企业微信, 钉钉 and 飞书 to talk to, over real HTTP, as strict as the real ones.

Whatever is wrong they answer HTTP 200 and say so under a number of their own, as the platforms do; the limits are
from the platforms' pages, and count bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import b64decode, b64encode
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.standins.faults import Broken, Limited
from tests.standins.hosting import hosted

KEY, SECRET = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "SECthis-is-a-secret"


@dataclass
class Robots:
    """One robot of each platform; `said` is what their groups saw, `faults` answer the next calls."""

    said: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"wecom": [], "dingtalk": [], "feishu": []})
    faults: deque[Any] = field(default_factory=deque)
    url: str = ""
    _times: dict[str, deque[float]] = field(default_factory=lambda: {name: deque() for name in _RATES})

    def address(self, platform: str) -> str:
        return f"{self.url}/{platform}?{'access_token' if platform == 'dingtalk' else 'key'}={KEY}"

    async def _take(self, request: Request) -> Response:
        platform = request.path_params["platform"]
        if self.faults:
            fault = self.faults.popleft()
            if isinstance(fault, Broken):
                return Response("<html>bad gateway</html>", status_code=fault.status)
            if isinstance(fault, Limited):
                return JSONResponse(_TOO_OFTEN[platform])
            return JSONResponse(fault)
        raw = await request.body()
        wrong = _WRONG[platform](request, raw) or self._too_often(platform)
        if wrong:
            return JSONResponse(wrong)
        self.said[platform].append(json.loads(raw))
        return JSONResponse(_FINE[platform])

    def _too_often(self, platform: str) -> dict[str, Any] | None:
        now, times = time.monotonic(), self._times[platform]
        for most, seconds in _RATES[platform]:
            if sum(now - at < seconds for at in times) >= most:
                return _TOO_OFTEN[platform]
        times.append(now)
        return None


@asynccontextmanager
async def robots():
    them = Robots()
    app = Starlette(routes=[Route("/{platform}", them._take, methods=["POST"])])
    async with hosted(app) as address:
        them.url = address
        yield them


# --- what each takes -------------------------------------------------------------------------------------------

_RATES = {"wecom": [(20, 60)], "dingtalk": [(20, 60)], "feishu": [(100, 60), (5, 1)]}
_FINE = {
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"},
}
_TOO_OFTEN = {
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
    "dingtalk": {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"},
    "feishu": {"code": 11232, "msg": "frequency limited psm", "data": {}},
}


def _wecom(request: Request, raw: bytes) -> dict[str, Any] | None:
    def no(code: int, why: str) -> dict[str, Any]:
        return {"errcode": code, "errmsg": why}

    if request.query_params.get("key") != KEY:
        return no(93000, "invalid webhook url")
    body = _json(raw)
    if body is None:
        return no(40035, "invalid json")
    match body:
        case {"msgtype": "markdown", "markdown": {"content": str(content)}} if content:
            return no(45002, "markdown.content exceed max length 4096") if len(content.encode()) > 4096 else None
        case {"msgtype": "image", "image": {"base64": str(picture), "md5": str(digest)}}:
            png = b64decode(picture, validate=True)
            if len(png) > 2 * 1024 * 1024:
                return no(40009, "invalid image size")
            if not png.startswith((b"\x89PNG", b"\xff\xd8")):
                return no(40005, "invalid image type")
            return None if hashlib.md5(png).hexdigest() == digest else no(301019, "media file md5 mismatch")  # noqa: S324
        case _:
            return no(40008, "invalid message type")


def _dingtalk(request: Request, raw: bytes) -> dict[str, Any] | None:
    def no(code: int, why: str) -> dict[str, Any]:
        return {"errcode": code, "errmsg": why}

    if request.query_params.get("access_token") != KEY:
        return no(300001, "token is not exist")
    at, sign = request.query_params.get("timestamp", ""), request.query_params.get("sign", "")
    mac = hmac.digest(SECRET.encode(), f"{at}\n{SECRET}".encode(), hashlib.sha256)
    if not at.isdecimal() or abs(time.time() * 1000 - int(at)) > 3_600_000:
        return no(310000, "invalid timestamp")
    if not hmac.compare_digest(sign, b64encode(mac).decode()):
        return no(310000, "sign not match")
    if len(raw) > 20_000:
        return no(460101, "message too long, exceed 20000 bytes")
    match _json(raw):
        case {"msgtype": "markdown", "markdown": {"title": str(title), "text": str(text)}} if title and text:
            return None
        case {"msgtype": "actionCard", "actionCard": {"title": str(title), "text": str(text)} as card} if (
            title and text
        ):
            is_whole = card.get("singleTitle") and str(card.get("singleURL", "")).startswith("http")
            return None if is_whole else no(400105, "unsupported msgtype")
        case _:
            return no(400105, "unsupported msgtype")


def _feishu(request: Request, raw: bytes) -> dict[str, Any] | None:
    def no(code: int, why: str) -> dict[str, Any]:
        return {"code": code, "msg": why, "data": {}}

    if request.query_params.get("key") != KEY:
        return no(19001, "param invalid: incoming webhook access token invalid")
    if len(raw) > 20 * 1000:
        return no(9499, "Bad Request: body too large")
    body = _json(raw)
    if body is None:
        return no(9499, "Bad Request")
    at = body.get("timestamp", "")
    mac = hmac.new(f"{at}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
    is_fresh = str(at).isdecimal() and abs(time.time() - int(at)) <= 3600
    if not is_fresh or body.get("sign") != b64encode(mac).decode():
        return no(19021, "sign match fail or timestamp is not within one hour from current time")
    match body:
        case {"msg_type": "interactive", "card": {"header": {"title": {"tag": "plain_text"}}, "elements": list(parts)}}:
            fine = all(_is_element(part) for part in parts)
            return None if fine and parts else no(19002, "params error, invalid card")
        case _:
            return no(19002, "params error, msg_type need")


def _is_element(part: dict[str, Any]) -> bool:
    match part:
        case {"tag": "markdown", "content": str(content)}:
            return bool(content)
        case {"tag": "action", "actions": list(actions)}:
            return all(one.get("tag") == "button" and str(one.get("url", "")).startswith("http") for one in actions)
        case _:
            return False


def _json(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


_WRONG = {"wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu}
