"""The push API, under /api/v1: programs bring rows, and ask what became of them.

Its description (`/api/v1/openapi.json`) names the columns of each source, so that a program is written from it alone. A
batch that is sent again, because its answer was lost, changes nothing.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Header, Path, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Mount

from bot.adapters.web.api_schema import described
from bot.phrases import say
from core.errors import Forbidden, Invalid, Missing, Problem, Unavailable
from core.people.token import PUSH, READ, Token, digest_of
from core.ports import Keeps, Receipt, Reject, World
from core.text import Tongue
from core.workspace import Workspace

ROOT = "/api/v1/"
MAX_PUSH = 64_000_000  # bytes of one batch; what is larger is a file, and has a folder
_FILES = ("text/csv", "application/octet-stream", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_STATUS: Mapping[type[Problem], int] = {Invalid: 422, Missing: 404, Forbidden: 403, Unavailable: 503}
_CONFLICTS = ("push-key-reused",)
_KEY = r"^[\x21-\x7e]{1,200}$"


class Rejected(BaseModel):
    """One row that was set aside; `row` counts from 1."""

    row: int = Field(examples=[3])
    reason: str = Field(examples=["number"])
    column: str | None = Field(default=None, examples=["花费"])
    cell: str | None = Field(default=None, examples=["abc"])
    text: str = Field(examples=["Row 3: “abc” in 花费 is no number."])


class Refusal(BaseModel):
    """Why not: a code for programs, a sentence for people, and the rows that were wrong."""

    code: str = Field(examples=["push-no-source"])
    text: str = Field(examples=["There is no source “adz” that takes rows. Those that do: ads."])
    rejects: list[Rejected] = []


class Taken(BaseModel):
    """What became of a batch."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"source": "ads", "batch": "9f2c41aa05d1e0b7c3d2a1f0", "rows": 240, "rejected": 1, "repeated": False,
         "dry_run": False, "rejects": [{"row": 3, "reason": "number", "column": "花费", "cell": "abc",
                                        "text": "Row 3: “abc” in 花费 is no number."}]},
    ]})  # fmt: skip

    source: str
    batch: str
    rows: int
    rejected: int
    repeated: bool
    dry_run: bool
    rejects: list[Rejected]


class Wanted(BaseModel):
    """One source: what its rows are to hold. `takes_rows` says whether they can be pushed."""

    source: str
    takes_rows: bool
    grain: str
    time: str
    dimensions: dict[str, str]
    measures: dict[str, str]


class Import(BaseModel):
    """What became of one file or batch: who brought it and when, rows taken in, and rows set aside by reason."""

    source: str
    file: str
    at: str | None = Field(examples=["2026-06-18T09:00:00+00:00"])
    by: str = Field(examples=["etl"], description="A token's or a person's name; empty where nobody is known.")
    rows: int
    rejected: dict[str, int]
    rejects: list[Rejected]


def api_of(workspace: Workspace, world: World) -> Mount:
    """Return the API at its place; it has its own guard, the token, and no use for the console's."""
    return Mount(ROOT.rstrip("/"), build_api(workspace, world))


def build_api(workspace: Workspace, world: World) -> FastAPI:
    api = FastAPI(
        title="Beacon", version="1", docs_url=None, redoc_url=None, description=__doc__,
        responses={401: {"model": Refusal}, 403: {"model": Refusal}, 422: {"model": Refusal}},
    )  # fmt: skip
    bearer = HTTPBearer(auto_error=False, description="A token made by `beacon token new`.")
    tongue = workspace.tongue

    async def token_of(sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Token:
        async with world.store.begin() as tx:
            found = await tx.token(digest_of(sent.credentials)) if sent else None
        if found is None:
            raise HTTPException(401, "token-unknown", {"www-authenticate": "Bearer"})
        return found

    _answer_wrongs(api, tongue)

    @api.get("/sources", summary="What can be pushed, column by column")
    async def sources(token: Annotated[Token, Depends(token_of)]) -> list[Wanted]:
        _require(token, READ)
        return [
            Wanted(
                source=one.name,
                takes_rows=one.push,
                grain=one.grain.value,
                time=one.time,
                dimensions=dict(one.dimensions),
                measures={code: measure.column or "" for code, measure in one.measures.items()},
            )
            for one in workspace.catalog.sources.values()
        ]

    @api.get("/imports", summary="What became of each file and batch")
    async def imports(token: Annotated[Token, Depends(token_of)]) -> list[Import]:
        _require(token, READ)
        if not isinstance(world.warehouse, Keeps):
            return []
        return [
            Import(
                source=one.source,
                file=one.path.name,
                at=one.at.isoformat(timespec="seconds") if one.at else None,
                by=await world.inbox.bringer(one.source, one.path.name) if world.inbox else "",
                rows=one.rows,
                rejected=dict(one.rejected),
                rejects=[_rejected(each, tongue) for each in one.rejects],
            )
            for one in await world.warehouse.intakes()
        ]

    @api.post(
        "/sources/{source}/rows", summary="Bring rows", operation_id="push",
        responses={404: {"model": Refusal}, 409: {"model": Refusal}, 413: {"model": Refusal}, 415: {"model": Refusal}},
    )  # fmt: skip
    async def push(
        request: Request,
        source: Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")],
        token: Annotated[Token, Depends(token_of)],
        key: Annotated[str | None, Header(alias="Idempotency-Key", pattern=_KEY)] = None,
        dry_run: Annotated[bool, Query(description="Say what would become of them, and take nothing.")] = False,  # noqa: FBT002
    ) -> Taken:
        _require(token, f"{PUSH}:{source}")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and kind not in _FILES:
            raise HTTPException(415, "push-content-type")
        if world.inbox is None:
            raise Missing("push-no-source", name=source, options="")
        body = await _body(request)
        form: Literal["json", "file"] = "json" if kind == "application/json" else "file"
        receipt = await world.inbox.receive(source, body, form, key, by=token.name, is_trial=dry_run)
        return _taken(receipt, tongue)

    api.openapi = lambda: described(api, workspace)  # type: ignore[method-assign]
    return api


def _answer_wrongs(api: FastAPI, tongue: Tongue) -> None:
    """Answer whatever is wrong in one shape, and no traceback."""

    @api.exception_handler(Problem)
    async def refuse(_: Request, problem: Problem) -> JSONResponse:
        status = next((code for kind, code in _STATUS.items() if isinstance(problem, kind)), 422)
        status = 409 if problem.code in _CONFLICTS else status
        rejects = getattr(problem, "rejects", ())
        return _refusal(status, problem.code, tongue, dict(problem.facts), rejects)

    @api.exception_handler(RequestValidationError)
    async def misread(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = error.errors()[0]
        return _refusal(422, "api-misread", tongue, {"where": str(wrong["loc"][-1])})

    @api.exception_handler(HTTPException)
    async def stop(_: Request, error: HTTPException) -> JSONResponse:
        known = {404: "api-no-path", 405: "api-no-method"}
        code = known.get(error.status_code, str(error.detail))
        answer = _refusal(error.status_code, code, tongue, {"most": MAX_PUSH // 1_000_000})
        answer.headers.update(error.headers or {})
        return answer


def _refusal(
    status: int, code: str, tongue: Tongue, facts: Mapping[str, Any], rejects: tuple[Reject, ...] = ()
) -> JSONResponse:
    body = Refusal(code=code, text=say(code, tongue, **facts), rejects=[_rejected(each, tongue) for each in rejects])
    return JSONResponse(body.model_dump(), status)


def _require(token: Token, scope: str) -> None:
    if not token.allows(scope):
        raise Forbidden("token-scope", name=token.name, scope=scope)


def _taken(receipt: Receipt, tongue: Tongue) -> Taken:
    return Taken(
        source=receipt.source,
        batch=receipt.batch,
        rows=receipt.rows,
        rejected=receipt.rejected,
        repeated=receipt.is_repeat,
        dry_run=receipt.is_trial,
        rejects=[_rejected(each, tongue) for each in receipt.rejects],
    )


def _rejected(one: Reject, tongue: Tongue) -> Rejected:
    text = say(f"reject-{one.reason}", tongue, row=one.row, column=one.column or "", cell=one.cell or "")
    return Rejected(row=one.row, reason=one.reason, column=one.column, cell=one.cell, text=text)


async def _body(request: Request) -> bytes:
    """Return the body, and never hold more of it than a batch may have."""
    announced = request.headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,15}", announced) or int(announced) > MAX_PUSH:
        raise HTTPException(413, "push-too-large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_PUSH:
            raise HTTPException(413, "push-too-large")
    return bytes(body)
