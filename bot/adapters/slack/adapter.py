"""Slack, over HTTP or Socket Mode.

What Slack sends is acknowledged at once and answered in a task of our own: it waits three seconds, and then asks
again. Posts are never retried here: where an answer was lost, the message is looked for by its key before the next try.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Mapping
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response

from bot.adapters.slack.ears import About, Ears, FindAlert
from bot.adapters.slack.failure import FAILURES, code_of, outcome_of
from bot.adapters.slack.follow import Draw, Following
from bot.adapters.slack.inbound import MALFORMED, PLATFORM, FindPerson, receipt_of
from bot.adapters.slack.speech import find, say
from bot.chat.adapter import Room
from core.errors import Invalid, Mistake
from core.notices.notice import Place
from core.notices.outbox import Outcome, Sent

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request as HttpRequest

    from bot.chat.adapter import Answer
    from bot.chat.card import Card
    from core.charts.figure import Figure

SLACK = "https://slack.com/api/"
LOOK_BACK = timedelta(seconds=60)  # before the first try: Slack's clock is not ours
# One message a second in a channel, and 50 edits a minute: https://docs.slack.dev/apis/web-api/rate-limits
POST_EVERY, POST_BURST = timedelta(seconds=1.1), 1
EDIT_EVERY, EDIT_BURST = timedelta(seconds=1.5), 5
EDIT_AGAIN = timedelta(seconds=10)  # of one message
GRACE = 3.0  # seconds
TIMEOUT = aiohttp.ClientTimeout(total=15)

# A bug is written out by format_exception: structlog would show what each frame held, our token among it.
log = structlog.get_logger()


def draw_png(figure: Figure) -> bytes:
    from core.charts.draw import draw

    return draw(figure)


LONGEST_PEN = 2.0  # seconds that a chart waits for those who are being answered


class SlackAdapter:
    """Holds the connection to one workspace. `find_alert` tells whose card is the message of that receipt, if any's.

    `about` tells which command shows what an address of ours leads to.
    """

    def __init__(
        self,
        bot_token: str,
        signing_secret: str | None,
        app_token: str | None,
        base_url: str,
        find_person: FindPerson,
        find_alert: FindAlert,
        draw: Draw = draw_png,
        about: About = lambda _: None,
    ) -> None:
        if not (app_token or signing_secret):
            # Over HTTP anybody who knows the address could speak in anybody's name.
            raise Invalid([Mistake("slack-secret-missing")])
        self._base_url = (base_url or SLACK).rstrip("/") + "/"
        self._app_token = app_token
        self._client = AsyncWebClient(bot_token, self._base_url, retry_handlers=[])
        self._ears = Ears(self._client, find_person, find_alert, about, self.post, self._begin_to_answer)
        secret = signing_secret or "unused: nothing arrives over HTTP in Socket Mode"
        self._bolt = self._listen(secret)
        self._verifier = SignatureVerifier(secret)
        self._http = AsyncSlackRequestHandler(self._bolt)
        self._socket: AsyncSocketModeHandler | None = None
        self._following = Following(self._client, draw, self._for_calm)
        self._answering = 0
        self._calm = asyncio.Event()
        self._calm.set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def platform(self) -> str:
        return PLATFORM

    @property
    def is_up(self) -> bool:
        if not self._ears.me:
            return False
        session = self._socket and self._socket.client.current_session
        return bool(session and not session.closed) if self._app_token else True

    async def run(self, answer: Answer) -> None:
        """Listen until cancelled, handing each request to `answer`."""
        async with AsyncExitStack() as stack:
            self._client.session = await stack.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT))
            stack.push_async_callback(self._stop)
            self._ears.answer = answer
            await self._meet()
            if self._app_token:
                stack.push_async_callback(self._hang_up)
                client = AsyncWebClient(self._app_token, self._base_url, session=self._client.session)
                self._socket = AsyncSocketModeHandler(self._bolt, self._app_token, web_client=client)
                await self._socket.connect_async()  # type: ignore[no-untyped-call]
            await asyncio.Event().wait()

    async def handle(self, request: HttpRequest) -> Response:
        """Take what Slack sends to /slack/events."""
        if not self.is_up or self._app_token:
            return Response(status_code=503)  # Slack brings an event again; a person presses again
        if not self._is_slacks(await request.body(), request.headers):
            return Response(status_code=401)
        try:
            return await self._http.handle(request)
        except MALFORMED:  # bolt looks into a body before it knows what is in it
            log.warning("slack sent what cannot be read")
            return Response(status_code=400)

    def _is_slacks(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Return whether it was signed with our secret, within five minutes; nothing of it is read before that."""
        moment, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        try:
            return self._verifier.is_valid(body, moment, signature)
        except ValueError:  # a moment or letters that are none
            return False

    async def post(self, place: Place, card: Card, key: str) -> Outcome:
        try:
            said = await say(self._client, place, card, key)
        except FAILURES as failure:
            log.warning("slack refused a message", place=str(place), reason=code_of(failure))
            return outcome_of(failure)
        return self._sent(receipt_of(said["channel"], said["ts"]), place.thread or said["ts"], card)

    async def find(self, place: Place, card: Card, key: str, since: datetime) -> Outcome | None:
        """Look for the message that bears our key: whoever tried to post it may not have lived to hear of it."""
        try:
            found = await find(self._client, place, key, (since - LOOK_BACK).timestamp())
        except FAILURES as failure:
            return outcome_of(failure)
        if found is None:
            return None
        is_illustrated = "reply_count" in found or any("slack_file" in block for block in found.get("blocks", ()))
        receipt = receipt_of(found["channel"], found["ts"])
        return self._sent(receipt, place.thread or found["ts"], card, is_illustrated=is_illustrated)

    def rooms(self, place: Place, receipt: str | None, *, is_human: bool) -> tuple[Room, ...]:
        if receipt is None:
            return (Room(f"{PLATFORM}:{place.chat}", POST_EVERY, POST_BURST),)
        often = () if is_human else (Room(f"{PLATFORM}:{receipt}", EDIT_AGAIN),)
        return (*often, Room(f"{PLATFORM}:edits", EDIT_EVERY, EDIT_BURST))

    async def edit(self, place: Place, receipt: str, card: Card) -> Outcome:
        try:
            shown = await self._following.amend(receipt, card)
        except FAILURES as failure:
            return outcome_of(failure)
        self._begin(self._following.complete(receipt, place.thread or receipt.rpartition(":")[2], shown))
        return Sent(receipt)

    # --- speaking ---------------------------------------------------------------------------------------------

    def _sent(self, receipt: str, thread: str, card: Card, *, is_illustrated: bool = False) -> Sent:
        shown = self._following.said(receipt, card, is_illustrated=is_illustrated)
        self._begin(self._following.complete(receipt, thread, shown))
        return Sent(receipt)

    async def _for_calm(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._calm.wait(), LONGEST_PEN)

    # --- listening --------------------------------------------------------------------------------------------

    def _listen(self, signing_secret: str) -> AsyncApp:
        # Bolt finds SLACK_BOT_TOKEN in the environment by itself, and would warn of having been given a token twice.
        quiet = logging.getLogger("slack_bolt")
        quiet.setLevel(logging.ERROR)
        bolt = AsyncApp(client=self._client, signing_secret=signing_secret, process_before_response=True, logger=quiet)
        self._ears.listen_on(bolt)
        return bolt

    def _begin_to_answer(self, work: Coroutine[Any, Any, None]) -> None:
        self._begin(self._while_charts_wait(work))

    async def _while_charts_wait(self, work: Awaitable[None]) -> None:
        self._answering += 1
        self._calm.clear()
        try:
            await work
        finally:
            self._answering -= 1
            if not self._answering:
                self._calm.set()

    # --- beginning and ending ---------------------------------------------------------------------------------

    async def _meet(self) -> None:
        """Learn our own name; until Slack tells it we are down, and the house stands without us."""
        pause = 1.0
        while not self._ears.me:
            try:
                told = await self._client.auth_test()
                self._ears.team, self._ears.me = str(told.get("team_id") or ""), told["user_id"]
            except FAILURES as failure:
                log.warning("slack does not know us", reason=code_of(failure), again_in=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 60)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()):
            log.error("a bug while answering Slack", exception="".join(format_exception(bug)))

    async def _stop(self) -> None:
        """Let what was acknowledged be answered: Slack will not bring it again."""
        self._ears.me = ""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE)
        self._ears.answer = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hang_up(self) -> None:
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]
            self._socket = None
