"""What Slack brings us, and how each is answered: commands, clicks, forms, messages.

Each is acknowledged at once and answered by work that goes on after it, except a form: what it is told has to be in
the acknowledgement itself.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace
from http import HTTPStatus
from secrets import token_hex
from traceback import format_exception
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from slack_bolt.response import BoltResponse

from bot.adapters.slack.failure import FAILURES, code_of
from bot.adapters.slack.files import brought
from bot.adapters.slack.inbound import (
    MALFORMED,
    PLATFORM,
    FindPerson,
    Heard,
    Payload,
    heard_in,
    is_name,
    is_private,
    read_click,
    read_command,
    read_event,
    read_shortcut,
    receipt_of,
)
from bot.adapters.slack.modals import FORM, again, goes_on, modal, only_said, read_submit, waiting, waits_of
from bot.adapters.slack.render import render
from bot.adapters.slack.speech import private_chat, upload, whisper
from bot.chat.overheard import is_meant_for_us
from bot.chat.shown import whole
from core.notices.notice import Place
from core.notices.outbox import Outcome, Sent, Wait

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.chat.adapter import Answer
    from bot.chat.card import Card
    from bot.chat.form import Form
    from bot.chat.reply import Reply
    from bot.chat.request import Request

MOST_LINKS = 5  # of one message
HOME = "home"  # the command that a home shows
LONGEST_NAP = 30.0  # seconds that somebody who asked is let wait for a rate limit
REPLY_TRIES = 3
SHOWN_WITHIN = (0.2, 0.5, 1.0)  # seconds between tries to fill a view in that Slack may not have shown yet
FORM_WAITS = 2.0  # of Slack's three seconds; an answer that comes later is told where the form was asked for

T = TypeVar("T")
About = Callable[[str], str | None]
FindAlert = Callable[[Place, str], Awaitable[str | None]]
Post = Callable[[Place, "Card", str], Awaitable[Outcome]]
Begin = Callable[[Coroutine[Any, Any, None]], None]

log = structlog.get_logger()


class Ears:
    """Hears for one workspace. `post` says a card somewhere; `begin` lets work go on after an acknowledgement."""

    def __init__(
        self,
        client: AsyncWebClient,
        find_person: FindPerson,
        find_alert: FindAlert,
        about: About,
        post: Post,
        begin: Begin,
    ) -> None:
        self.me = ""  # our own user id, once Slack has told it
        self.team = ""  # and our workspace's
        self.answer: Answer | None = None
        self._client = client
        self._find_person = find_person
        self._find_alert = find_alert
        self._about = about
        self._post = post
        self._begin = begin
        self._homes: dict[str, None] = {}  # whose home has been open since we began

    def listen_on(self, bolt: AsyncApp) -> None:
        @bolt.middleware
        async def _(body: dict[str, Any], next_: Callable[[], Awaitable[Any]]) -> BoltResponse | None:
            if not self._is_ours(body):
                log.warning("slack brought what is another workspace's")
                return BoltResponse(status=HTTPStatus.FORBIDDEN, headers={"x-slack-no-retry": "1"})
            await next_()
            return None

        @bolt.command(re.compile("/"))
        async def _(ack: Any, body: dict[str, Any]) -> None:
            self._begin(self._say_back(_read(read_command, body, self._find_person)))
            await ack(response_type="ephemeral", text="…")

        @bolt.action(re.compile(""))
        async def _(ack: Any, body: dict[str, Any]) -> None:
            self._begin(self._say_back(_read(read_click, body, self._find_person)))
            await ack()

        @bolt.event(re.compile("^(app_mention|message)$"))
        async def _(body: dict[str, Any]) -> None:
            for heard in self._each(_read(read_event, body, self.me, self._find_person)):
                self._begin(self._say_back(heard))

        @bolt.event("app_home_opened")
        async def _(event: dict[str, Any]) -> None:
            if event.get("tab") == "home" and is_name(event.get("user")):
                self._homes[event["user"]] = None
                self._begin(self._show_home(event["user"]))

        @bolt.event("link_shared")
        async def _(event: dict[str, Any]) -> None:
            self._begin(self._unfold(_read(_links_in, event) or {}))

        # Slack turns a subscription off when too many of its events are refused.
        @bolt.event(re.compile(""))
        async def _() -> None: ...

        @bolt.view(FORM)
        async def _(ack: Any, body: dict[str, Any]) -> None:
            await ack(**await self._take_form(body))

        @bolt.shortcut(re.compile(""))
        async def _(ack: Any, body: dict[str, Any]) -> None:
            self._begin(self._say_back(_read(read_shortcut, body, self._find_person)))
            await ack()

        @bolt.error
        async def _(error: Exception) -> BoltResponse:
            # Bolt, too, stumbles over what is not as Slack's own payloads are. Ours are read below, by `_read`.
            if isinstance(error, MALFORMED):
                log.warning("slack sent what cannot be read", error=type(error).__name__)
                return BoltResponse(status=HTTPStatus.BAD_REQUEST)
            log.error("a bug while hearing Slack", exception="".join(format_exception(error)))
            return BoltResponse(status=HTTPStatus.INTERNAL_SERVER_ERROR)

    def _is_ours(self, body: Payload) -> bool:
        """Return whether it came out of our workspace: one app may be installed in several, under one secret."""
        team = body.get("team_id") or (body.get("team") or {}).get("id")
        return not (team and self.team) or team == self.team

    def _each(self, heard: Heard | None) -> Iterator[Heard]:
        """Yield what was said, or where files came along each of them with the words beside it."""
        if heard is None:
            return
        if not heard.files:
            yield heard
        for number, told in enumerate(heard.files):
            request = replace(heard.request, file=brought(self._client, told), event=f"{heard.request.event}:{number}")
            yield replace(heard, request=request)

    async def _say_back(self, heard: Heard | None) -> None:
        if heard is None or (asked := await self._ask(heard)) is None:
            return
        request, reply = asked
        if not (reply.form and heard.trigger and await self._open(reply.form, heard.trigger, request.place)):
            await self._tell(request, reply, heard.response_url)
        await self._freshen(request.actor)

    async def _ask(self, heard: Heard) -> tuple[Request, Reply] | None:
        """Return what was asked, knowing whose thread it is, and the house's answer; None for what is not for us."""
        request, answer = heard.request, self.answer
        if answer is None:
            return None
        if request.place.thread:
            head = receipt_of(request.place.chat, request.place.thread)
            request = replace(request, alert=await self._find_alert(request.place, head))
        if heard.is_overheard and not (request.alert and is_meant_for_us(request.text)):
            return None
        return request, await answer(request)

    async def _tell(self, request: Request, reply: Reply, response_url: str | None = None) -> None:
        for number, card in enumerate(reply.cards):
            key = f"reply:{request.event}:{number}"
            if reply.is_private and not is_private(request.place):
                await self._whisper(request, response_url, card)
            elif not isinstance(outcome := await self._reply(request.place, card, key), Sent):
                log.warning("a public answer was not sent", outcome=str(outcome))
                await self._whisper(request, response_url, card)
        for file in reply.files:
            try:
                await upload(self._client, request.place.chat, request.place.thread, file.content, file.name, file.name)
            except FAILURES as failure:
                log.warning("a file was not sent", reason=code_of(failure))

    async def _open(self, form: Form, trigger: str, place: Place) -> bool:
        """Show a form to whoever asked; False when it came too late, and the cards have to ask."""
        try:
            await self._client.views_open(trigger_id=trigger, view=modal(form, place))
        except FAILURES as failure:
            log.warning("a form was not shown", reason=code_of(failure))
            return False
        return True

    async def _take_form(self, body: Payload) -> dict[str, Any]:
        """Do what a form says, and return what Slack is to show: nothing, or the form again with the reason."""
        if (heard := _read(read_submit, body, self._find_person)) is None:
            return {}
        asking = asyncio.ensure_future(self._ask(heard))
        done, _ = await asyncio.wait((asking,), timeout=FORM_WAITS)
        view, place = body["view"], heard.request.place
        if not done and waits_of(view):
            name = token_hex(16)
            self._begin(self._show_late(asking, name, view, place))
            return {"response_action": "push", "view": waiting(view, name)}
        if not done:
            self._begin(self._tell_late(asking))
            return {}
        if (asked := await asking) is None:
            return {}
        reply = asked[1]
        if reply.confirm:
            return {"response_action": "push", "view": goes_on(reply.confirm, place, reply.cards)}
        if reply.form or reply.is_refusal:
            return {"response_action": "update", "view": again(view, reply.cards)}
        self._begin(self._tell_late(asking))
        return {"response_action": "clear"} if view.get("previous_view_id") else {}

    async def _show_late(
        self, asking: asyncio.Future[tuple[Request, Reply] | None], name: str, view: Payload, place: Place
    ) -> None:
        """Show an answer that took longer than Slack waits, where its asker is waiting for it."""
        if (asked := await asking) is None:
            return
        reply = asked[1]
        shown = goes_on(reply.confirm, place, reply.cards) if reply.confirm else only_said(view, reply.cards)
        for pause in SHOWN_WITHIN:
            try:
                await self._client.views_update(external_id=name, view=shown)
            except FAILURES as failure:
                log.info("an answer is not shown in its form yet", reason=code_of(failure))
                await asyncio.sleep(pause)
            else:
                return
        await self._tell(*asked)  # they closed it; they asked all the same

    async def _tell_late(self, asking: asyncio.Future[tuple[Request, Reply] | None]) -> None:
        if (asked := await asking) is not None:
            await self._tell(*asked)
            await self._freshen(asked[0].actor)

    async def _unfold(self, event: Payload) -> None:
        """Show below a link of ours what it leads to, as it is now; links of others are left alone."""
        shown: dict[str, Any] = {}
        for url in event.get("urls", ()):
            if about := self._about(url):
                place = Place(PLATFORM, event["channel"])
                heard = heard_in(about, place, event["user"], self._find_person, None)
                asked = await self._ask(replace(heard, request=replace(heard.request, only=about)))
                if asked and not asked[1].is_refusal:
                    shown[url] = {"blocks": [block for card in asked[1].cards for block in render(card).blocks]}
        if not shown:
            return
        try:
            await self._client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls=shown)
        except FAILURES as failure:
            log.warning("a link was not unfolded", reason=code_of(failure))

    async def _freshen(self, actor: str) -> None:
        if actor in self._homes:
            await self._show_home(actor)

    async def _show_home(self, actor: str) -> None:
        """Show somebody their board. It is read anew each time, so nothing has to be known of what changed."""
        asked = await self._ask(heard_in(HOME, Place(PLATFORM, actor), actor, self._find_person, None))
        if asked is None:
            return
        blocks = [block for card in asked[1].cards for block in render(card).blocks]
        try:
            await self._client.views_publish(user_id=actor, view={"type": "home", "blocks": blocks})
        except FAILURES as failure:
            log.warning("a home was not shown", reason=code_of(failure))

    async def _reply(self, place: Place, card: Card, key: str) -> Outcome:
        """Post an answer; somebody waits for it, so a rate limit is sat out here."""
        outcome = await self._post(place, card, key)
        for _ in range(REPLY_TRIES - 1):
            if not isinstance(outcome, Wait):
                break
            await asyncio.sleep(min(outcome.seconds, LONGEST_NAP))
            outcome = await self._post(place, card, key)
        return outcome

    async def _whisper(self, request: Request, response_url: str | None, card: Card) -> None:
        try:
            await whisper(self._client, request, response_url, card)
            if not render(card).is_whole:  # nothing can be put below what one person alone sees
                file = whole(card)
                mine = await private_chat(self._client, request.actor)
                await upload(self._client, mine, None, file.content, file.name, file.name)
        except FAILURES as failure:
            log.warning("a private answer was not sent", reason=code_of(failure))


def _read(reader: Callable[..., T], *payload: Any) -> T | None:
    """Return what a payload says; None, and a line in the log, for one that is not as Slack's are."""
    try:
        return reader(*payload)
    except MALFORMED:
        log.warning("slack sent what cannot be read", reader=reader.__name__)
        return None


def _links_in(event: Payload) -> Payload:
    if not (is_name(event["user"]) and is_name(event["channel"])):
        raise TypeError(event["user"])
    urls = [str(link["url"]) for link in event["links"][:MOST_LINKS]]
    return {"channel": event["channel"], "user": event["user"], "message_ts": event["message_ts"], "urls": urls}
