"""How long somebody waits for an answer in chat: `beacon bench chat`, against a bare handler that knows nothing.

Both are bolt apps with the same settings behind the same server, asked by the same signed requests, fifty at once and
turn by turn in one run; both answer through the same Slack of ours, which takes what comes and notes when. Ours reads
the question, looks who may ask, asks the warehouse, compares, and says it; its chart follows and is not waited for.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from typing import Any
from urllib.parse import urlencode

import numpy as np
from aiohttp import ClientSession, TCPConnector, web

from bot.app import hear_slack, open_world
from bot.commands.dispatch import answer
from core.errors import Problem
from core.ports import Clock
from core.workspace import Workspace

TOKEN, SECRET = "xoxb-of-the-bench", "a secret of the bench"
QUESTION = "roi channel=wechat"
AT_ONCE, ROUNDS = 50, 6
PATIENCE = 60.0
QUIET = 0.3  # seconds
PATH = "/slack/events"

Door = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Waited:
    """What `--json` promises."""

    kpi_p50_seconds: float
    kpi_p99_seconds: float
    bare_p50_seconds: float
    bare_p99_seconds: float
    requests: int
    at_once: int


def wait_for_answers(workspace: Workspace, clock: Clock) -> Waited:
    """Measure both, turn by turn; raise Problem when an answer did not come."""
    return asyncio.run(_measure(workspace, clock))


async def _measure(workspace: Workspace, clock: Clock) -> Waited:
    ours: list[float] = []
    bare: list[float] = []
    async with _Slack().open() as slack, open_world(workspace, clock) as world:

        async def hear(request: Any) -> Any:
            return await answer(request, workspace, world)

        async with (
            hear_slack(TOKEN, SECRET, f"{slack.address}/api/", hear, draw=lambda _: b"") as door,
            _served({PATH: door, "/bare": _bare(slack)}) as address,
        ):
            for number in range(ROUNDS + 1):
                told = await slack.asks(f"{address}{PATH}")
                await slack.is_left_alone()
                plain = await slack.asks(f"{address}/bare")
                if number:  # the first is for what is read and opened once
                    ours += told
                    bare += plain
    (p50, p99), (bare_p50, bare_p99) = (np.percentile(each, (50, 99)).tolist() for each in (ours, bare))
    return Waited(p50, p99, bare_p50, bare_p99, len(ours), AT_ONCE)


def _bare(slack: _Slack) -> Door:
    """Return a bolt app that answers a constant, with the settings of ours: acknowledge first, work in a task."""
    from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient
    from slack_sdk.webhook.async_client import AsyncWebhookClient

    client = AsyncWebClient(TOKEN, f"{slack.address}/api/", retry_handlers=[])
    client.session = slack.session
    app = AsyncApp(client=client, signing_secret=SECRET, process_before_response=True)
    tasks = set()

    @app.command("/kpi")
    async def _(ack: Any, body: dict[str, Any]) -> None:
        webhook = AsyncWebhookClient(body["response_url"], session=slack.session, retry_handlers=[])
        task = asyncio.create_task(webhook.send(text="1.8×", response_type="in_channel"))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await ack(response_type="ephemeral", text="…")

    return AsyncSlackRequestHandler(app).handle


@asynccontextmanager
async def _served(doors: Mapping[str, Door]) -> AsyncIterator[str]:
    """Serve them as the house does, and give the address."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Route

    class Server(uvicorn.Server):
        capture_signals = staticmethod(nullcontext)  # type: ignore[assignment]  # they are the bench's own

    app = Starlette(routes=[Route(path, door, methods=["POST"]) for path, door in doors.items()])
    server = Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    with create_server(("127.0.0.1", 0)) as bound:
        serving = asyncio.create_task(server.serve([bound]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.01)
        try:
            yield "http://{}:{}".format(*bound.getsockname())
        finally:
            server.should_exit = True
            await serving


class _Slack:
    """Takes whatever an app says, and notes which question it answers and when."""

    def __init__(self) -> None:
        self.address = ""
        self.session: Any = None
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self._count = 0
        self._called = 0.0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[_Slack]:
        app = web.Application()
        app.router.add_post("/respond/{question}", self._answered)
        app.router.add_post("/api/{method}", self._method)
        app.router.add_post("/upload", self._taken)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.address = "http://{}:{}".format(*runner.addresses[0])
        try:
            async with ClientSession(connector=TCPConnector(limit=0)) as self.session:
                yield self
        finally:
            await runner.cleanup()

    async def asks(self, door: str) -> list[float]:
        """Ask as many as may be under way at once, and return how long each waited for its answer."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.gather(*(self._ask(door) for _ in range(AT_ONCE)))
        except TimeoutError:
            raise Problem("bench-unanswered") from None

    async def _ask(self, door: str) -> float:
        self._count += 1
        question = f"Q{self._count}"
        heard = self._waiting[question] = asyncio.get_running_loop().create_future()
        form = {
            "command": "/kpi",
            "text": QUESTION,
            "channel_id": question,
            "user_id": "U01",
            "team_id": "T01",
            "trigger_id": question,
            "response_url": f"{self.address}/respond/{question}",
        }
        body, at = urlencode(form), str(int(time.time()))
        mac = hmac.new(SECRET.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": at,
            "x-slack-signature": f"v0={mac}",
        }
        began = time.perf_counter()
        async with self.session.post(door, data=body, headers=headers) as response:
            if response.status != 200:  # noqa: PLR2004 - HTTP's own
                raise Problem("bench-unanswered")
        answered: float = await heard
        return answered - began

    async def is_left_alone(self) -> None:
        """Return when nobody has called for a while: charts follow their answers, and are to delay nobody else's."""
        while time.perf_counter() - self._called < QUIET:  # noqa: ASYNC110 - the other side tells nobody
            await asyncio.sleep(QUIET / 4)

    async def _answered(self, request: web.Request) -> web.Response:
        self._note(request.match_info["question"])
        return web.Response(text="ok")

    async def _method(self, request: web.Request) -> web.Response:
        self._called = time.perf_counter()
        method = request.match_info["method"]
        form = await request.json() if request.content_type == "application/json" else await request.post()
        if method == "chat.postMessage":
            self._note(str(form["channel"]))
        answers: dict[str, dict[str, Any]] = {
            "auth.test": {"user_id": "U00", "team": "bench", "user": "beacon"},
            "chat.postMessage": {"channel": str(form.get("channel", "")), "ts": f"{time.time():.6f}"},
            "files.completeUploadExternal": {"files": [{"id": "F01"}]},
            "files.info": {"file": {"id": "F01", "mimetype": "image/png"}},
            "files.getUploadURLExternal": {"upload_url": f"{self.address}/upload", "file_id": "F01"},
        }
        return web.json_response({"ok": True, **answers.get(method, {})})

    async def _taken(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="OK")

    def _note(self, question: str) -> None:
        heard = self._waiting.get(question)
        if heard and not heard.done():
            heard.set_result(time.perf_counter())


def example() -> Path:
    """Return the shop whose ROI is asked for."""
    return Path(__file__).parents[2] / "examples" / "shop"


def lines(waited: Waited) -> list[str]:
    ratio = waited.kpi_p99_seconds / waited.bare_p50_seconds
    return [
        f"{waited.requests} requests, {waited.at_once} at once; the chart is not waited for",
        f"/kpi {QUESTION:<25} {_spread(waited.kpi_p50_seconds, waited.kpi_p99_seconds)}",
        f"{'a bare handler’s constant':<30} {_spread(waited.bare_p50_seconds, waited.bare_p99_seconds)}",
        f"our p99 is {ratio:.1f} times the bare p50",
    ]


def _spread(half: float, most: float) -> str:
    return f"p50 {half * 1000:7.1f} ms   p99 {most * 1000:7.1f} ms"
