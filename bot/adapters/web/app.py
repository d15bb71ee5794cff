"""The console over HTTP: the page, what it asks for, what is pushed to it, and the doors of the other platforms.

Slack and Telegram may call us through the same server; their handlers are handed in as paths, so that the three
platforms do not know each other.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Body, FastAPI, HTTPException, Query
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request as HttpRequest
from starlette.routing import BaseRoute, Route

from bot.adapters.web.adapter import WebAdapter
from bot.adapters.web.api import ROOT as API
from bot.adapters.web.api import api_of
from bot.adapters.web.board import alert_json, board_json, suggestions
from bot.adapters.web.demo import DemoControl, Jump, clock_json
from bot.adapters.web.drill import alert_page, metric_page, review_page, rule_page
from bot.adapters.web.guard import Guard
from bot.adapters.web.imports import LOOK, MAX_UPLOAD, ImportsPage
from bot.adapters.web.inbound import GUEST, MAX_NAME, MAX_TEXT, Said, address, brought, request_of, speaker
from bot.adapters.web.page import ROOT
from bot.adapters.web.render import Json
from bot.adapters.web.shared import ROOT as SHARED
from bot.adapters.web.stream import stream
from bot.adapters.web.words import words
from bot.chat.adapter import Answer
from bot.chat.request import Request
from bot.phrases import say
from core.alerts.alert import Stage
from core.errors import Forbidden, Invalid, Missing, Problem, Unavailable
from core.ports import World
from core.text import Tongue
from core.usecases.board import board
from core.usecases.health import as_json as health_json
from core.usecases.health import health

if TYPE_CHECKING:
    from core.people.person import Person
    from core.workspace import Workspace

STATIC = Path(__file__).parent / "static"
LOCAL = ("localhost", "127.0.0.1", "[::1]")
PROBES = ("/healthz", "/readyz")
DROP = "/api/drop"
MAX_DROP = 32 * 2**20  # bytes of a file; how much of it is read, the command says
A_YEAR = "private, max-age=31536000, immutable"
STATUS: Mapping[type[Problem], int] = {Invalid: 422, Missing: 404, Forbidden: 403, Unavailable: 503}
MAX_PACE = 7 * 86_400  # a week in a second is a blur already

As = Annotated[str | None, Query(alias="as")]
InTongue = Annotated[Tongue | None, Query()]
Named = Annotated[str, Query(min_length=1, max_length=MAX_NAME)]
Beside = Annotated[str, Query(max_length=MAX_TEXT)]


class Turn(BaseModel):
    """The body of `/api/clock`."""

    model_config = ConfigDict(extra="forbid")

    jump: Jump | None = None
    pace: float | None = Field(default=None, gt=0, le=MAX_PACE)
    pause: bool | None = None


def build_app(  # noqa: PLR0915 - one straight list of what is answered
    web: WebAdapter,
    answer: Answer,
    *,
    workspace: Workspace,
    world: World,
    readiness: Callable[[], Mapping[str, bool]],
    hooks: Mapping[str, Any] | None = None,
    demo: DemoControl | None = None,
    hosts: Collection[str] | None = LOCAL,
    pages: Collection[BaseRoute] = (),
) -> FastAPI:
    """Return the app. `hooks` maps a path to an ASGI app or to a handler of POSTs.

    `hosts` are the names that a browser may know us by, so that no name elsewhere can be rebound to this machine;
    None lets any in, for a console that stands behind a gate of its own. `pages` are those of
    single alerts, for whoever holds a link to one.
    """
    calls = (Route(path, hook, methods=["POST"]) for path, hook in (hooks or {}).items())
    app = FastAPI(
        title="Beacon",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=[*calls, *pages, *ImportsPage(answer, workspace, world).routes(), api_of(workspace, world)],
    )
    app.add_middleware(
        Guard, hosts=hosts, free=(*PROBES, *(hooks or {}), ROOT, SHARED, API), roomy={DROP: MAX_DROP, LOOK: MAX_UPLOAD}
    )

    def person_of(name: str | None) -> Person | None:
        return speaker(name, workspace.people)

    def chat_of(name: str | None) -> str:
        person = person_of(name)
        return address(person) if person else GUEST

    def tongue_of(tongue: Tongue | None) -> Tongue:
        return tongue or workspace.tongue

    def clock(tongue: Tongue) -> Json | None:
        return clock_json(demo, world.clock.now(), workspace.zone, tongue) if demo else None

    @app.exception_handler(Problem)
    async def refuse(_: HttpRequest, problem: Problem) -> JSONResponse:
        status = next((code for kind, code in STATUS.items() if isinstance(problem, kind)), 400)
        sentence = say(problem.code, workspace.tongue, **problem.facts)
        return JSONResponse({"code": problem.code, "facts": dict(problem.facts), "text": sentence}, status)

    @app.get("/", include_in_schema=False)
    @app.get("/board", include_in_schema=False)
    @app.get("/board/{path:path}", include_in_schema=False)
    async def page(path: str = "") -> FileResponse:  # noqa: ARG001 - which page it is, its script reads
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    @app.get("/api/words")
    async def read_words(tongue: InTongue = None) -> dict[str, str]:
        return words(tongue_of(tongue))

    @app.get("/api/workspace")
    async def read_workspace(tongue: InTongue = None) -> Json:
        chosen = tongue_of(tongue)
        people = [
            {"id": one.id, "name": one.name.to(chosen), "chat": address(one)} for one in workspace.people.values()
        ]
        return {
            "name": workspace.name.to(chosen),
            "tongue": workspace.tongue,
            "people": people,
            "suggestions": suggestions(workspace, chosen),
            "zone": str(workspace.zone),
            "clock": clock(chosen),
        }

    @app.get("/api/board")
    async def read_board(by: str | None = None, tongue: InTongue = None) -> Json:
        seen = await board(workspace, world, by)
        return board_json(seen, workspace, tongue_of(tongue), world.clock.now())

    @app.get("/api/board/metric/{code}")
    async def read_metric(code: str, tongue: InTongue = None) -> Json:
        return await metric_page(code, workspace, world, tongue_of(tongue), web.pictures)

    @app.get("/api/board/alert/{handle}")
    async def read_alert(handle: str, tongue: InTongue = None) -> Json:
        return await alert_page(handle, workspace, world, tongue_of(tongue), web.pictures)

    @app.get("/api/board/rule/{rule}")
    async def read_rule(rule: str, tongue: InTongue = None) -> Json:
        return await rule_page(rule, workspace, world, tongue_of(tongue), web.pictures)

    @app.get("/api/board/rule/{rule}/review")
    async def read_review(rule: str, tongue: InTongue = None) -> Json:
        return await review_page(rule, workspace, world, tongue_of(tongue), web.pictures)

    @app.get("/api/alerts")
    async def read_alerts(stage: Stage | None = None) -> list[Json]:
        async with world.store.begin() as tx:
            newest = await tx.latest(rule.id for rule in workspace.rules)
            alerts = {alert.id: alert for alert in (*newest.values(), *await tx.open())}
        chosen = [alert for alert in alerts.values() if stage in (None, alert.handling.stage)]
        return [alert_json(alert) for alert in sorted(chosen, key=lambda one: (one.opened_at, one.id), reverse=True)]

    @app.get("/api/timeline")
    async def read_timeline(as_: As = None) -> list[Json]:
        return web.seen(chat_of(as_))

    @app.post("/api/say")
    async def hear(said: Annotated[Said, Body()]) -> Json:
        request = request_of(said, person_of(said.speaker), workspace.tongue)
        return await told(request, said.text.strip(), said.under)

    @app.post(DROP)
    async def take(http: HttpRequest, name: Named, text: Beside = "", as_: As = None, tongue: InTongue = None) -> Json:
        beside = Said.model_construct(text=text, speaker=as_, tongue=tongue)
        request = request_of(beside, person_of(as_), workspace.tongue)
        return await told(replace(request, file=brought(http, name)), f"📎 {name} {text}".strip())

    async def told(request: Request, words: str, under: str | None = None) -> Json:
        reply = await answer(request)
        by = request.person.id if request.person else None
        messages = web.say(request.place.chat, reply.cards, text=words, by=by, under=under)
        return {
            "messages": web.drawn(messages),
            "files": [{"name": file.name, "content": b64encode(file.content).decode()} for file in reply.files],
        }

    @app.post("/api/clock")
    async def turn(change: Annotated[Turn, Body()], tongue: InTongue = None) -> Json | None:
        if demo is None:
            raise HTTPException(404)
        if change.pace is not None:
            await demo.set_pace(change.pace)
        if change.pause is not None:
            await demo.pause(is_paused=change.pause)
        if change.jump is not None:
            await demo.jump(change.jump)
        web.touch()
        return clock(tongue_of(tongue))

    @app.get("/events")
    async def events(as_: As = None, tongue: InTongue = None) -> StreamingResponse:
        chosen = tongue_of(tongue)
        pushed = stream(web, chat_of(as_), (lambda: clock(chosen)) if demo else None)
        # A proxy that buffers would hold back what is to be seen at once.
        return StreamingResponse(pushed, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    @app.get("/charts/{name}.png")
    async def chart(name: str, size: str = "wide", *, dark: bool = False) -> Response:
        picture = await web.pictures.png(name, size, dark=dark)
        if picture is None:
            raise HTTPException(404)
        return Response(picture, media_type="image/png", headers={"cache-control": A_YEAR})

    _answer_probes(app, readiness, world)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def _answer_probes(app: FastAPI, readiness: Callable[[], Mapping[str, bool]], world: World) -> None:
    @app.get("/api/health")
    async def read_health() -> Json:
        return health_json(await health(world.store, world.clock))

    @app.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"alive": True}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        up = dict(readiness())
        is_ready = all(up.values())
        waiting = sorted(name for name, ready in up.items() if not ready)
        return JSONResponse({"ready": is_ready, "waiting_for": waiting}, 200 if is_ready else 503)
