"""A file that somebody dropped in Slack, fetched when it is wanted.

Its address is asked for anew, of Slack itself, and our token goes to Slack's own hosts only. Without the scope that it
needs Slack answers with a page to sign in on, and a status of 200.
https://docs.slack.dev/messaging/working-with-files
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from bot.adapters.slack.failure import FAILURES, code_of
from bot.chat.request import Brought
from core.errors import Problem, Unavailable

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.adapters.slack.inbound import Payload

OWN = ".slack.com"


def brought(client: AsyncWebClient, told: Payload) -> Brought:
    """Return a file as the house is handed it; `told` is what Slack says of it."""
    name = str(told.get("name") or told.get("title") or told["id"])

    async def fetch(most: int) -> bytes:
        try:
            file = (await client.files_info(file=told["id"]))["file"]
            return await _fetched(client, file, name, most)
        except FAILURES as failure:
            raise Unavailable("import-not-fetched", file=name, detail=code_of(failure)) from None

    return Brought(name, int(told.get("size") or 0), fetch)


async def _fetched(client: AsyncWebClient, file: Payload, name: str, most: int) -> bytes:
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    if client.session is None or not _is_slacks(url, client.base_url):
        raise Unavailable("import-not-fetched", file=name, detail="address")
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(url, headers=headers, allow_redirects=False) as answer:
        if answer.status != HTTPStatus.OK or (
            answer.content_type == "text/html" and file.get("mimetype") != "text/html"
        ):
            raise Unavailable("import-not-fetched", file=name, detail=f"HTTP {answer.status}")
        return await _at_most(answer, name, most)


async def _at_most(answer: aiohttp.ClientResponse, name: str, most: int) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > most:
            raise Problem("import-too-large", file=name, most=most // 1_000_000)
    return bytes(body)


def _is_slacks(url: str, base_url: str) -> bool:
    asked, own = urlsplit(url), urlsplit(base_url)
    is_same = (asked.scheme, asked.netloc) == (own.scheme, own.netloc)
    return is_same or (asked.scheme == "https" and (asked.hostname or "").endswith(OWN))
