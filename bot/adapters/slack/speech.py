"""How a drawn card becomes a call to Slack, and how one whose answer was lost is found again.

Everything here raises what the library raises; `failure` says what that means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.adapters.slack.failure import FAILURES, REFUSED, code_of
from bot.adapters.slack.render import render
from bot.chat.card import Card
from bot.chat.request import Request
from core.notices.notice import Place

EVENT_TYPE = "beacon"
MAX_LOOK, MAX_LOOKS = 100, 10  # messages asked for in one look, and looks
DONE_WITHIN = (0.2, 0.5, 1.0, 2.0)  # seconds between looks at a file that was sent

log = structlog.get_logger()


async def say(client: AsyncWebClient, place: Place, card: Card, key: str) -> Any:
    """Post a card. Its key travels in the metadata, which everybody in the workspace can read."""
    return await _legibly(
        client.chat_postMessage,
        card,
        channel=place.chat,
        thread_ts=place.thread,
        unfurl_links=False,
        unfurl_media=False,
        metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
    )


async def amend(client: AsyncWebClient, receipt: str, card: Card, files: Sequence[str] = ()) -> None:
    """Make an earlier message show this card, with those charts of it that Slack has."""
    channel, _, ts = receipt.rpartition(":")
    if files:
        try:
            await illustrate(client, receipt, card, files)
        except FAILURES as failure:
            if code_of(failure) not in REFUSED:
                raise
        else:
            return
    await _legibly(client.chat_update, card, channel=channel, ts=ts)


async def illustrate(client: AsyncWebClient, receipt: str, card: Card, files: Sequence[str]) -> None:
    """Show a card with its charts; Slack refuses files that it is not done with."""
    channel, _, ts = receipt.rpartition(":")
    shown = render(card, files)
    await client.chat_update(channel=channel, ts=ts, text=shown.text, blocks=shown.blocks)


async def lay_by(client: AsyncWebClient, content: bytes, title: str) -> str:
    """Give Slack a picture that is to be seen nowhere yet, and return its name once Slack is done with it.

    Slack answers before that, and says that it is done by knowing what kind of file it is. python-slack-sdk#1277
    """
    said = await client.files_upload_v2(filename="chart.png", file=content, title=title)
    name = str(said["files"][0]["id"])
    for pause in DONE_WITHIN:
        if (await client.files_info(file=name))["file"].get("mimetype"):
            break
        await asyncio.sleep(pause)
    return name


async def find(client: AsyncWebClient, place: Place, key: str, since: float) -> Mapping[str, Any] | None:
    """Return the message that bears our key, if an earlier try has come through after all."""
    channel = place.chat
    if channel.startswith(("U", "W")):  # a person: their private chat has a name of its own
        channel = await private_chat(client, channel)
    common: dict[str, Any] = {"channel": channel, "oldest": f"{since:.6f}", "limit": MAX_LOOK}
    for _ in range(MAX_LOOKS):
        said = (
            await client.conversations_replies(ts=place.thread, include_all_metadata=True, **common)
            if place.thread
            else await client.conversations_history(include_all_metadata=True, **common)
        )
        for message in said["messages"]:
            if message.get("metadata", {}).get("event_payload", {}).get("key") == key:
                return {**message, "channel": channel}
        common["cursor"] = (said.get("response_metadata") or {}).get("next_cursor")
        if not common["cursor"]:
            break
    return None


async def private_chat(client: AsyncWebClient, user: str) -> str:
    """Return the name of somebody's private chat with us, opened if need be."""
    return str((await client.conversations_open(users=user))["channel"]["id"])


async def whisper(client: AsyncWebClient, request: Request, response_url: str | None, card: Card) -> None:
    """Say a card to its asker alone: in the thread where they asked, if we may speak there."""
    place = request.place
    if place.thread or response_url is None:
        where = {"channel": place.chat, "user": request.actor, "thread_ts": place.thread}
        try:
            await _legibly(client.chat_postEphemeral, card, **where)
        except FAILURES as failure:
            if response_url is None:
                raise
            log.info("not said in the thread", reason=code_of(failure))
        else:
            return
    shown = render(card)
    webhook = AsyncWebhookClient(response_url, session=client.session, retry_handlers=[])
    said = await webhook.send(text=shown.text, blocks=shown.blocks, response_type="ephemeral", replace_original=False)
    if said.status_code != HTTPStatus.OK:
        log.warning("slack refused a private answer", status=said.status_code)


async def upload(
    client: AsyncWebClient, channel: str, thread: str | None, content: bytes, title: str, name: str = "chart.png"
) -> None:
    """Send a picture, or another file, into a thread."""
    # No alt_txt: with it Slack shares nothing, and says so nowhere. python-slack-sdk#1818
    await client.files_upload_v2(channel=channel, thread_ts=thread, filename=name, file=content, title=title)


async def _legibly(send: Callable[..., Awaitable[Any]], card: Card, **how: Any) -> Any:
    """Say it in blocks, and should Slack refuse ours, once more in its words alone."""
    shown = render(card)
    try:
        return await send(text=shown.text, blocks=shown.blocks, **how)
    except FAILURES as failure:
        if code_of(failure) not in REFUSED:
            raise
        log.warning("slack refused our blocks", reason=code_of(failure))
        return await send(text=shown.text, **how)
