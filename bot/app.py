"""The one file that wires: ports to what fills them, adapters to the chats that are on, loops to the clock.

`run` is one straight function on purpose: its later steps need what the earlier ones made, and a reader who wants to
know how the house stands together should read it from top to bottom.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from socket import AF_INET, AF_INET6, create_server, socket
from time import monotonic
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.cards.problem import problem_card
from bot.chat.adapter import Adapter
from bot.chat.links import Links
from bot.chat.reply import Reply
from bot.chat.request import Request
from bot.clock import SystemClock
from bot.commands.dispatch import answer
from bot.listeners import listeners
from bot.loops import EVERYTHING, LOOK, Loops, PacedTime
from bot.messenger import ChatMessenger
from bot.reread import reread
from bot.settings import Settings
from core.alerts.alert import Alert
from core.errors import Problem, Unavailable
from core.ingest.http import Pulling
from core.ingest.inbox import FileInbox
from core.ingest.table import Table, read, stage
from core.notices.group import Gathered
from core.notices.notice import Place
from core.notices.outbox import Delivery, Sent
from core.notices.surface import Surface
from core.people.person import Person, Right
from core.people.share import Share
from core.ports import Clock, Dispatch, Messenger, Store, Transaction, Warehouse, World
from core.text import Tongue
from core.usecases.audit import note_definitions
from core.usecases.define import take_up
from core.usecases.health import Health, Vitals, health
from core.usecases.link import take_up_links
from core.usecases.turns import alone
from core.usecases.workbook import Sheet
from core.warehouse.intake import wanted
from core.warehouse.open import open_warehouse
from core.workspace import Workspace

if TYPE_CHECKING:
    from pydantic import SecretStr
    from starlette.requests import Request as HttpRequest
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from bot.adapters.web.adapter import WebAdapter
    from bot.adapters.web.demo import DemoControl
    from core.charts.figure import Figure
    from core.metrics.source import Source

log = structlog.get_logger()

MEMORY = "sqlite://"
_MOST_BESIDE = 64  # processes in one folder


@dataclass(frozen=True, slots=True)
class Unheard:
    """The messenger of a world in which nobody listens: a replay, or one question on the command line."""

    async def send(
        self, _delivery: Delivery, _alert: Alert | Gathered | None, _surfaces: Sequence[Surface]
    ) -> Dispatch:
        return Dispatch(Sent(""))


@asynccontextmanager
async def open_world(
    workspace: Workspace,
    clock: Clock,
    *,
    store_url: str = MEMORY,
    facts: Path | None = None,
    data: Path | None = None,
    speak: Callable[[Clock, Warehouse, Store], Messenger] | None = None,
    arrived: Callable[[], None] = lambda: None,
    is_running: bool = False,
) -> AsyncIterator[World]:
    """Open the doors to the world, and close them behind.

    Without `facts` the warehouse lives in memory. `data` stands in for the workspace's folder as the place of its
    files, and `speak` makes the messenger; without one, nobody hears. `arrived` is told when rows were brought to us.
    Who will go on writing to the store says so by `is_running`: a file takes one such process.
    """
    catalog, folder = workspace.catalog, data or workspace.folder
    zone = str(workspace.zone)
    inbox = FileInbox(folder, catalog, zone, lambda source: wanted(source, catalog), arrived)
    warehouse = open_warehouse(facts, catalog, folder, stage=stage, zone=zone)
    if is_running or any(one.pull for one in catalog.sources.values()):
        warehouse = _pulling(warehouse, workspace, inbox)
    store = _InMemory() if store_url == MEMORY else await _opened(store_url, is_running=is_running)
    try:
        try:
            await warehouse.refresh()
        except Problem as problem:
            if problem.code == "facts-unreadable":
                raise  # without it nothing at all can be judged
            # A question to that source says it again; the other sources are there.
            log.warning("a source could not be read", problem=problem.code, **problem.facts)
        messenger = speak(clock, warehouse, store) if speak else Unheard()
        yield World(clock, warehouse, store, messenger, inbox)
    finally:
        await warehouse.aclose()
        await store.aclose()


def _pulling(warehouse: Warehouse, workspace: Workspace, inbox: FileInbox) -> Warehouse:
    """Return the warehouse, asking addresses besides where the workspace names some: those that it names by then."""
    known = frozenset(workspace.catalog.sources)  # what the warehouse was opened with

    def pulled() -> tuple[Source, ...]:
        sources = workspace.catalog.sources.values()
        return tuple(one for one in sources if one.pull and one.name in known)

    def tell(source: str, problem: Problem) -> None:
        log.warning("an address did not answer", source=source, problem=problem.code, **problem.facts)

    return Pulling(warehouse, pulled, inbox, tell, monotonic)


@asynccontextmanager
async def open_store_of(settings: Settings) -> AsyncIterator[Store]:
    """Open the store that the settings name, and close it behind."""
    store = await _opened(settings.beacon_store_url.get_secret_value())
    try:
        yield store
    finally:
        await store.aclose()


async def open_and_close(store_url: str) -> None:
    """Open a store as `run` does, its tables brought up to date, and leave; Unavailable says why it cannot be."""
    await (await _opened(store_url)).aclose()


async def health_of(settings: Settings) -> Health:
    """Return how everything that shares the store is."""
    async with open_store_of(settings) as store:
        return await health(store, SystemClock())


async def _opened(url: str, *, is_running: bool = False) -> Store:
    from core.store.sql import open_store

    return await open_store(url, alone=is_running)


@dataclass(slots=True)
class _InMemory:
    """A store that is opened when it is first needed: most questions on the command line end without one."""

    _store: Store | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self._lock:
            self._store = self._store or await _opened(MEMORY)
        async with self._store.begin() as tx:
            yield tx

    async def aclose(self) -> None:
        if self._store:
            await self._store.aclose()


async def run(
    settings: Settings,
    workspace: Workspace,
    ready: Callable[[str], None],
    *,
    does: frozenset[str] = EVERYTHING,
    look: float = LOOK,
) -> None:
    """Run the house until it is told to stop."""
    if settings.beacon_zone:
        workspace = replace(workspace, zone=ZoneInfo(settings.beacon_zone))
    url = settings.beacon_store_url.get_secret_value()
    with _own(beside(url)) as facts:
        await serve(settings, workspace, SystemClock(), store_url=url, facts=facts, ready=ready, does=does, look=look)


async def serve(
    settings: Settings,
    workspace: Workspace,
    clock: PacedTime,
    *,
    store_url: str = MEMORY,
    facts: Path | None = None,
    demo: Callable[[Loops], DemoControl] | None = None,
    ready: Callable[[str], None] | None = None,
    does: frozenset[str] = EVERYTHING,
    look: float = LOOK,
) -> None:
    """Wire the house and live in it: evaluate, deliver, watch, listen. `ready` is told the console's address."""
    from bot.adapters.tickets.messenger import TicketMessenger
    from bot.adapters.web.app import LOCAL, build_app
    from bot.adapters.web.page import LinkedPage
    from bot.adapters.web.shared import SharedBoard

    bound = bind(settings)
    wake, news = asyncio.Event(), asyncio.Event()
    web = console(workspace, clock)
    adapters: dict[str, Adapter] = {web.platform: web}
    vitals = Vitals()

    def speak(clock: Clock, warehouse: Warehouse, store: Store) -> Messenger:
        chats = ChatMessenger(adapters, workspace, clock, warehouse, store, lambda what: vitals.mark(what, clock.now()))
        return TicketMessenger(chats, clock, _open(settings.beacon_ticket_url), _open(settings.beacon_ticket_secret))

    async with open_world(
        workspace, clock, store_url=store_url, facts=facts, speak=speak, arrived=news.set, is_running=True
    ) as quiet:
        # Loops write through the plain store: only what others write must wake them.
        world = replace(quiet, store=_Waking(quiet.store, wake))
        await note_definitions(workspace, quiet)
        await take_up(workspace, quiet)
        await take_up_links(workspace, quiet)
        links = links_of(settings, workspace, clock)
        shared = links or links_at(f"http://{settings.beacon_host}:{bound.getsockname()[1]}", settings, clock)
        world = replace(world, pages=_Pages(shared, links, is_open=settings.beacon_host not in LOCAL))

        def find_person(platform: str, actor: str) -> Person | None:
            return next((one for one in workspace.people.values() if one.chats.get(platform) == actor), None)

        async def find_alert(place: Place, receipt: str) -> str | None:
            async with world.store.begin() as tx:
                alert = await tx.shown_at(place.platform, receipt)
            return alert.handle if alert else None

        hooks = add_platforms(
            adapters,
            settings,
            find_person,
            find_alert,
            about=links.about if links else lambda _: None,
            alone=lambda work: alone("listen telegram", world, work),
        )
        adapters |= {adapter.platform: adapter for adapter in listeners(settings, links)}
        loops = Loops(workspace, quiet, clock, wake, look=look, does=does, vitals=vitals)
        control = demo(loops) if demo else None

        async def hear(request: Request) -> Reply:
            return await answer(request, workspace, world)

        def readiness() -> Mapping[str, bool]:
            return {name: adapter.is_up for name, adapter in adapters.items()}

        loops.listening = readiness
        loops.watchdog = tuple(Place.read(place) for place in (settings.beacon_watchdog_chat or "").split())
        if deadman := _open(settings.beacon_deadman_url):
            loops.well = lambda: _ping(deadman)
        hosts = LOCAL if settings.beacon_host in LOCAL else None
        app = build_app(
            web,
            hear,
            workspace=workspace,
            world=world,
            readiness=readiness,
            hooks=hooks,
            demo=control,
            hosts=hosts,
            pages=(
                *SharedBoard(shared, workspace, world).routes(),
                *(LinkedPage(links, hear, workspace, web.pictures).routes() if links else ()),
            ),
        )
        async with _until_told_to_stop() as group:
            for adapter in adapters.values() if does & {"deliver", "chat"} else (web,):
                group.create_task(adapter.run(hear), name=adapter.platform)
            group.create_task(loops.run(), name="loops")
            group.create_task(_look_at_news(loops, news, wake), name="news")
            group.create_task(listen(app, bound, ready), name="http")
            group.create_task(reread(workspace, quiet, partial(_tell_managers, workspace, adapters)), name="reread")


async def _tell_managers(workspace: Workspace, adapters: Mapping[str, Adapter], problem: Problem) -> None:
    """Say what is wrong with the files to those who may change them, each where they hear us first."""
    for person in workspace.people.values():
        if person.right is Right.MANAGE:
            card = problem_card(problem, person.tongue, workspace)
            places = (Place(platform, chat) for platform, chat in person.chats.items() if platform in adapters)
            if place := next(places, None):
                await adapters[place.platform].post(place, card, f"files:{id(problem)}:{person.id}")


async def _ping(url: str) -> None:
    """Tell whoever waits for it that we live; that they cannot be reached is theirs to notice, and no trouble here."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=10) as client:
            await client.get(url)
    except httpx.HTTPError as failure:
        log.warning("the dead-man's switch did not answer", reason=type(failure).__name__)


async def _look_at_news(loops: Loops, news: asyncio.Event, wake: asyncio.Event) -> None:
    """Judge what was pushed at once: whoever brings rows does not wait for the next look."""
    while True:
        await news.wait()
        news.clear()
        await loops.evaluate()
        wake.set()


def links_of(settings: Settings, workspace: Workspace, clock: Clock) -> Links | None:
    """Return what makes links to pages of ours; None where nobody outside could open one."""
    if not settings.beacon_public_url:
        return None

    def find_person(place: Place) -> str | None:
        people = workspace.people.values()
        return next((one.id for one in people if one.chats.get(place.platform) == place.chat), None)

    secret = _open(settings.beacon_link_secret) or token_urlsafe(32)
    return Links(settings.beacon_public_url, secret.encode(), clock.now, find_person)


def links_at(base: str, settings: Settings, clock: Clock) -> Links:
    """Return what makes links to pages on this very machine, where no other address is known."""
    secret = _open(settings.beacon_link_secret) or token_urlsafe(32)
    return Links(base, secret.encode(), clock.now)


@dataclass(frozen=True, slots=True)
class _Pages:
    """Our pages. The console itself is only named to who can reach it; else a reader is given a page of their own."""

    shares: Links
    links: Links | None
    is_open: bool

    def board(self, place: Place) -> str:
        if place.platform == "web":
            return "/board"
        if self.links is None:
            return ""
        return f"{self.links.base.rstrip('/')}/board" if self.is_open else self.links.to(place, "board")

    def shared(self, share: Share) -> str:
        return self.shares.shared(share.code, share.until)


@asynccontextmanager
async def hear_slack(
    token: str,
    signing_secret: str,
    api_url: str,
    hear: Callable[[Request], Awaitable[Reply]],
    draw: Callable[[Figure], bytes],
) -> AsyncIterator[Callable[[HttpRequest], Awaitable[Response]]]:
    """Listen to Slack alone, and give the door at which it calls: for a measurement."""
    from bot.adapters.slack.adapter import SlackAdapter

    async def find_alert(_: Place, __: str) -> str | None:
        return None

    slack = SlackAdapter(token, signing_secret, None, api_url, lambda _, __: None, find_alert, draw)
    listening = asyncio.create_task(slack.run(hear))
    try:
        while not slack.is_up and not listening.done():  # noqa: ASYNC110 - an adapter has no event to wait for
            await asyncio.sleep(0.01)
        yield slack.handle
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def save_workbook(file: Path, sheets: Sequence[Sheet], tongue: Tongue) -> None:
    from core.ingest.workbook import write_workbook

    write_workbook(file, sheets, tongue)


def open_workbook(file: Path, sheets: Sequence[Sheet]) -> Mapping[str, Sequence[Mapping[str, str]]]:
    from core.ingest.workbook import read_workbook

    return read_workbook(file, sheets)


def read_table(file: Path, zone: str) -> Table:
    """Return the table in a file that a workspace is to begin with."""
    return read(file, zone)


def console(workspace: Workspace, clock: Clock) -> WebAdapter:
    """Return the web console of a workspace, which is always on."""
    from bot.adapters.web.adapter import WebAdapter
    from bot.adapters.web.inbound import address

    return WebAdapter(clock.now, [address(person) for person in workspace.people.values()])


def beside(store_url: str) -> Path:
    """Return where the facts are kept: beside the store, when that is a file, else where we stand."""
    scheme, _, path = store_url.partition(":///")
    return Path(path).with_name("facts.duckdb") if scheme.startswith("sqlite") and path else Path("facts.duckdb")


@contextmanager
def _own(facts: Path) -> Iterator[Path]:
    """Keep a file of facts to ourselves: processes that share a store keep facts of their own, each in its file."""
    from core.store.lock import lock_beside

    for number in range(1, _MOST_BESIDE):
        path = facts if number == 1 else facts.with_stem(f"{facts.stem}-{number}")
        try:
            lock = lock_beside(str(path))
        except Unavailable:
            continue
        with lock or nullcontext():
            yield path
        return
    raise Unavailable("store-taken", store=str(facts), process="?")


def add_platforms(
    adapters: dict[str, Adapter],
    settings: Settings,
    find_person: Callable[[str, str], Person | None],
    find_alert: Callable[[Place, str], Awaitable[str | None]],
    *,
    about: Callable[[str], str | None] = lambda _: None,
    alone: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]] = lambda work: work(),
) -> Mapping[str, Callable[[HttpRequest], Awaitable[Response]]]:
    """Put the chats that are on beside the console, and return the paths on which they call us."""
    hooks: dict[str, Callable[[HttpRequest], Awaitable[Response]]] = {}
    if settings.slack_bot_token:
        from bot.adapters.slack.adapter import SlackAdapter

        slack = SlackAdapter(
            settings.slack_bot_token.get_secret_value(),
            _open(settings.slack_signing_secret),
            _open(settings.slack_app_token),
            settings.slack_api_url,
            find_person,
            find_alert,
            about=about,
        )
        adapters[slack.platform] = slack
        hooks["/slack/events"] = slack.handle
    if settings.telegram_bot_token:
        from bot.adapters.telegram.adapter import TelegramAdapter

        telegram = TelegramAdapter(
            settings.telegram_bot_token.get_secret_value(),
            settings.telegram_api_url,
            settings.telegram_webhook_url,
            _open(settings.telegram_webhook_secret) or token_urlsafe(32),
            find_person,
            find_alert,
            alone=alone,
        )
        adapters[telegram.platform] = telegram

        async def take(request: HttpRequest) -> Response:
            from starlette.responses import Response

            try:
                update = await request.json()
            except ValueError:
                return Response(status_code=400)
            secret = request.headers.get("x-telegram-bot-api-secret-token")
            return Response(status_code=await telegram.handle(update, secret))

        hooks["/telegram/webhook"] = take
    return hooks


def _open(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


@dataclass(frozen=True, slots=True)
class _Waking:
    """A store that wakes the loops after each transaction: what was written may have to be said."""

    store: Store
    wake: asyncio.Event

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self.store.begin() as tx:
            yield tx
        self.wake.set()

    async def aclose(self) -> None:
        await self.store.aclose()


@asynccontextmanager
async def _until_told_to_stop() -> AsyncIterator[asyncio.TaskGroup]:
    """Run tasks until one fails, or until SIGINT or SIGTERM asks us to end: then all are cancelled, calmly."""
    loop, me = asyncio.get_running_loop(), asyncio.current_task()
    told = False

    def stop() -> None:
        nonlocal told
        told = True
        if me:
            me.cancel()

    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop)
    try:
        async with asyncio.TaskGroup() as group:
            yield group
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        if not told:
            raise
        if me:
            me.uncancel()
    except BaseExceptionGroup as group:
        problem = next((one for one in group.exceptions if isinstance(one, Problem)), None)
        if problem is None:
            raise
        raise problem from None  # one is enough to know what to mend
    finally:
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)


def bind(settings: Settings) -> socket:
    """Return the console's socket, bound before anything else is opened; Unavailable when somebody else has it."""
    host, port = settings.beacon_host, settings.beacon_port
    try:
        return create_server((host, port), family=AF_INET6 if ":" in host else AF_INET)
    except OSError as error:
        raise Unavailable("cannot-listen", host=host, port=port, detail=error.strerror or "") from None


async def listen(app: ASGIApp, bound: socket, ready: Callable[[str], None] | None) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        # Left to itself uvicorn raises the signal again when it ends, which kills us before the chats are closed.
        capture_signals = staticmethod(nullcontext)  # type: ignore[assignment]

        async def startup(self, sockets: list[socket] | None = None) -> None:
            await super().startup(sockets)
            if ready:
                host, port = bound.getsockname()[:2]
                ready(f"http://{host}:{port}/")

    server = Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
    serving = asyncio.create_task(server.serve([bound]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
