"""Telegram, by polling or webhook.

The loop is ours, not the library's: it would otherwise end the process at its own wish. A click is answered before
anything is done about it, and what arrives is handled side by side, so that one slow answer holds up nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from hmac import compare_digest
from http import HTTPStatus
from secrets import token_urlsafe
from traceback import format_exception
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.ext import Application, TypeHandler
from telegram.request import HTTPXRequest

from bot.adapters.telegram.failure import outcome_of, redacting
from bot.adapters.telegram.files import brought
from bot.adapters.telegram.follow import Draw, Following
from bot.adapters.telegram.inbound import PLATFORM, FindPerson, Heard, read_update, receipt_of
from bot.adapters.telegram.menu import offer_menu
from bot.adapters.telegram.render import MAX_CAPTION, picture, render
from bot.adapters.telegram.speech import hand, speak
from bot.chat.adapter import Room
from bot.chat.card import Prose
from bot.chat.overheard import is_meant_for_us
from bot.chat.reply import File
from core.notices.notice import Place
from core.notices.outbox import Dead, Outcome, Retry, Sent, Wait

if TYPE_CHECKING:
    import telegram

    from bot.chat.adapter import Answer
    from bot.chat.card import Card
    from core.charts.figure import Figure

TELEGRAM = "https://api.telegram.org"
WEBHOOK_PATH = "/telegram/webhook"
LISTENED_TO = ("message", "callback_query")  # the server keeps the last list for ever, so it is always said
POOL = 8  # the library's single connection for getUpdates can wedge for good after one broken request
LONG_POLL = 25  # seconds
# What the library raises over an update that is not as Telegram's are.
MALFORMED = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, OSError)
READ_TIMEOUT = 10.0
# In a group 20 messages a minute, edits among them; to a person one a second: https://core.telegram.org/bots/faq
GROUP_EVERY, GROUP_BURST = timedelta(seconds=60 / 18), 2
PRIVATE_EVERY = timedelta(seconds=1)
EDIT_AGAIN = timedelta(seconds=10)  # of one message
LONGEST_NAP = 30.0  # seconds that somebody who asked is let wait for a rate limit
GRACE = 3.0  # seconds for pictures that are under way
REPLY_TRIES = 3

FindAlert = Callable[[Place, str], Awaitable[str | None]]
Alone = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]

# A bug is written out by format_exception: structlog would show what each frame held, our token among it.
log = structlog.get_logger()


def draw_png(figure: Figure) -> bytes:
    from core.charts.draw import draw

    return draw(figure)


class Watched(HTTPXRequest):
    """Tells how each look for updates went: the library only goes on looking."""

    def __init__(self, note: Callable[..., None], **how: Any) -> None:
        super().__init__(**how)
        self._note = note

    async def do_request(self, *args: Any, **how: Any) -> tuple[int, bytes]:
        is_well = False
        try:
            status, body = await super().do_request(*args, **how)
            is_well = status == HTTPStatus.OK
        finally:
            self._note(is_well=is_well)
        return status, body


async def at_once(work: Callable[[], Awaitable[None]]) -> None:
    await work()


class TelegramAdapter:
    """Holds the connection of one bot. `find_alert` tells whose card is the message of that receipt, if any's.

    Telegram lets one process poll for a bot; `alone` lets the work that it is handed be done by one of them.
    """

    def __init__(
        self,
        token: str,
        base_url: str,
        webhook_url: str | None,
        webhook_secret: str | None,
        find_person: FindPerson,
        find_alert: FindAlert,
        draw: Draw = draw_png,
        alone: Alone = at_once,
    ) -> None:
        self._token = token
        self._base_url = (base_url or TELEGRAM).rstrip("/")
        self._webhook_url = _whole(webhook_url) if webhook_url else None
        # We tell Telegram the secret ourselves, so one that nobody chose does as well.
        self._secret = webhook_secret or token_urlsafe(32)
        self._find_person = find_person
        self._find_alert = find_alert
        self._following = Following(draw)
        self._alone = alone
        self._application: Application[Any, Any, Any, Any, Any, Any] | None = None  # once Telegram knows us
        self._is_listening = False
        self._polls_well = True
        self._followers: set[asyncio.Task[None]] = set()

    @property
    def platform(self) -> str:
        return PLATFORM

    @property
    def is_up(self) -> bool:
        return self._is_listening and self._polls_well

    async def run(self, answer: Answer) -> None:
        """Listen until cancelled, handing each request to `answer`."""
        async with AsyncExitStack() as stack:
            stack.enter_context(redacting(self._token, self._secret))
            application = self._build(answer)
            stack.push_async_callback(application.bot.shutdown)
            await _until_it_works(application.initialize)
            stack.push_async_callback(application.shutdown)
            self._application = application
            stack.push_async_callback(self._fall_silent)
            await application.start()
            self._follow(offer_menu(application.bot))
            stack.push_async_callback(application.stop)
            await self._listen(application)

    async def handle(self, update: object, secret: str | None) -> int:
        """Take what Telegram sends to /telegram/webhook; return the status to answer with."""
        if self._application is None or self._webhook_url is None:
            return 503  # Telegram brings it again
        if not compare_digest((secret or "").encode(), self._secret.encode()):
            return 401
        if not isinstance(update, dict) or "update_id" not in update:
            return 400
        try:
            known = Update.de_json(update, self._application.bot)
        except MALFORMED:
            log.warning("telegram sent what cannot be read")
            return 400
        await self._application.update_queue.put(known)
        return 200

    async def post(self, place: Place, card: Card, key: str) -> Outcome:  # noqa: ARG002 - Telegram takes no key
        """Say a card's words, which its picture follows: nobody is let wait for a drawing."""
        return await self._post(place, card, words_first=True)

    def rooms(self, place: Place, receipt: str | None, *, is_human: bool) -> tuple[Room, ...]:
        is_group = place.chat.startswith(("-", "@"))
        chat = Room(f"{PLATFORM}:{place.chat}", *((GROUP_EVERY, GROUP_BURST) if is_group else (PRIVATE_EVERY, 1)))
        return (chat,) if receipt is None or is_human else (Room(f"{PLATFORM}:{receipt}", EDIT_AGAIN), chat)

    async def edit(self, place: Place, receipt: str, card: Card) -> Outcome:
        if self._application is None:
            return Retry("telegram-is-down")
        bot = self._application.bot
        try:
            shown = await self._following.amend(bot, receipt, card)
        except TelegramError as failure:
            return outcome_of(failure, receipt)
        self._follow(self._following.complete(bot, place, receipt, shown))
        return Sent(receipt)

    # --- speaking ---------------------------------------------------------------------------------------------

    async def _post(self, place: Place, card: Card, below: int | None = None, *, words_first: bool = False) -> Outcome:
        if self._application is None:
            return Retry("telegram-is-down")
        bot = self._application.bot
        try:
            message = await self._say(bot, place, card, below, words_first=words_first)
        except TelegramError as failure:
            outcome = outcome_of(failure)
            log.warning("telegram refused a message", place=str(place), outcome=str(outcome))
            return outcome
        receipt = receipt_of(message.chat.id, message.message_id)
        shown = self._following.said(receipt, card, is_photo=bool(message.photo))
        self._follow(self._following.complete(bot, place, receipt, shown))
        return Sent(receipt)

    async def _say(
        self, bot: Bot, place: Place, card: Card, below: int | None, *, words_first: bool
    ) -> telegram.Message:
        """Send a card as a photo with a caption if its words fit there, else as text that the photo follows."""
        drawn = picture(card)
        if drawn and not words_first:
            caption = render(card, MAX_CAPTION, is_caption=True)
            if caption.is_whole and (png := await self._following.png(drawn.figure)):
                return await speak(bot, place, caption, png, below)
        return await speak(bot, place, render(card), None, below)

    def _follow(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._followers.add(task)
        task.add_done_callback(self._followers.discard)

    # --- listening --------------------------------------------------------------------------------------------

    def _build(self, answer: Answer) -> Application[Any, Any, Any, Any, Any, Any]:
        builder = (
            Application.builder()
            .token(self._token)
            .base_url(f"{self._base_url}/bot")
            .base_file_url(f"{self._base_url}/file/bot")
            .concurrent_updates(True)
            .job_queue(None)
            .read_timeout(READ_TIMEOUT)
            .get_updates_request(Watched(self._note, connection_pool_size=POOL))
        )
        application: Any = (builder.updater(None) if self._webhook_url else builder).build()

        async def hear(update: Update, context: Any) -> None:
            await self._hear(update, context.bot, answer)

        application.add_handler(TypeHandler(Update, hear))
        application.add_error_handler(_complain)
        return application  # type: ignore[no-any-return]

    async def _listen(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        updater, bot = application.updater, application.bot
        if updater is None:
            await _until_it_works(
                lambda: bot.set_webhook(
                    self._webhook_url or "", secret_token=self._secret, allowed_updates=list(LISTENED_TO)
                )
            )
            self._is_listening = True
            await asyncio.Event().wait()
            return

        async def poll() -> None:
            await updater.start_polling(
                timeout=LONG_POLL, bootstrap_retries=-1, allowed_updates=list(LISTENED_TO), error_callback=_grumble
            )
            try:
                await asyncio.Event().wait()
            finally:
                await updater.stop()

        self._is_listening = True
        await self._alone(poll)

    def _note(self, *, is_well: bool) -> None:
        self._polls_well = is_well

    async def _hear(self, update: Update, bot: Bot, answer: Answer) -> None:
        try:
            heard = read_update(update, bot.bot, self._find_person)
        except MALFORMED:  # the library leaves out whatever it does not find
            log.warning("telegram sent what cannot be read")
            return
        if heard is None:
            return
        if heard.click:
            await self._stop_the_clock(bot, heard.click)
        await self._respond(heard, answer)

    async def _stop_the_clock(self, bot: Bot, click: str) -> None:
        """Answer a click, whose button turns until then; too late is nobody's loss."""
        try:
            await bot.answer_callback_query(click)
        except TelegramError as failure:
            log.info("a click was not answered", outcome=str(outcome_of(failure)))

    async def _respond(self, heard: Heard, answer: Answer) -> None:
        request = heard.request
        if heard.head:
            request = replace(request, alert=await self._find_alert(request.place, heard.head))
        if heard.is_overheard and not (request.alert and is_meant_for_us(request.text)):
            return
        if heard.file:
            request = replace(request, file=brought(heard.file))
        reply = await answer(request)
        for card in reply.cards:
            # In a group the nearest to privately is their own chat, if they have ever opened it.
            is_aside = reply.is_private and request.place.chat != request.actor
            aside = await self._reply(Place(PLATFORM, request.actor), card, None) if is_aside else None
            if aside is None or isinstance(aside, Dead):
                shown = self._go_private(card, reply.start) if aside and reply.start else card
                await self._reply(request.place, shown, heard.message)
        for file in reply.files:
            await self._hand(request.place, file, heard.message)

    def _go_private(self, card: Card, start: str) -> Card:
        """Return a card that leads to our private chat, where what is for one person alone can be said."""
        name = self._application.bot.username if self._application else ""
        return replace(card, blocks=(Prose(f"→ https://t.me/{name}?start={start}"),))

    async def _hand(self, place: Place, file: File, below: int | None) -> None:
        if self._application is None:
            return
        try:
            await hand(self._application.bot, place, file, below)
        except TelegramError as failure:
            log.warning("a file was not sent", outcome=str(outcome_of(failure)))

    async def _reply(self, place: Place, card: Card, below: int | None) -> Outcome:
        """Post an answer; somebody waits for it, so a rate limit is sat out here."""
        outcome = await self._post(place, card, below)
        for _ in range(REPLY_TRIES - 1):
            if not isinstance(outcome, Wait):
                break
            await asyncio.sleep(min(outcome.seconds, LONGEST_NAP))
            outcome = await self._post(place, card, below)
        return outcome

    async def _fall_silent(self) -> None:
        self._is_listening = False
        self._application = None
        if self._followers:
            await asyncio.wait(self._followers, timeout=GRACE)
        for task in self._followers:
            task.cancel()
        await asyncio.gather(*self._followers, return_exceptions=True)


async def _until_it_works(what: Callable[[], Awaitable[Any]]) -> None:
    """Try until Telegram answers; until then we are down, and the house stands without us."""
    pause = 1.0
    while True:
        try:
            await what()
        except TelegramError as failure:
            log.warning("telegram does not answer", outcome=str(outcome_of(failure)), again_in=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 60)
        else:
            return


async def _complain(_: object, context: Any) -> None:
    log.error("a bug while answering Telegram", exception="".join(format_exception(context.error)))


def _grumble(failure: TelegramError) -> None:
    log.warning("telegram gave no updates", outcome=str(outcome_of(failure)))


def _whole(url: str) -> str:
    """Return the webhook's address, where only the host was given with our path."""
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + WEBHOOK_PATH
