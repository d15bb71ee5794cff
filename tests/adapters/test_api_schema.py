"""Schemathesis against all that the push API says of itself. `BEACON_API_EXAMPLES=500` lets it look longer."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, assume, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.specs.openapi.checks import negative_data_rejection

from bot.adapters.web.app import build_app
from bot.app import console, open_world
from core.people.token import Token, digest_of
from core.usecases.replay import HandClock
from core.workspace import load_workspace

NOW = datetime(2026, 6, 19, 4, tzinfo=UTC)
EXAMPLES = int(os.environ.get("BEACON_API_EXAMPLES", "12"))
SECRET = "a secret of this test"
SOURCES = """
- source: ads
  push: true
  grain: day
  time: 日期
  dimensions: {channel: 渠道}
  measures: {spend: 花费, clicks: 点击量}
- source: signals
  push: true
  grain: day
  time: day
  dimensions: {product: product}
  measures: {competitor_price: price}
"""


class Bearer:
    """How Schemathesis is told our token, so that it knows which of its calls are to be let in."""

    def get(self, case, context):
        return SECRET

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@contextmanager
def served(folder):
    """Serve the API of a real world on a port of its own, in a thread of its own, and yield its address."""
    (folder / "workspace.yaml").write_text("name: t\ntongue: en\n")
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "people.yaml").write_text("- {person: me, may: manage}\n")
    (folder / "routes.yaml").write_text("- {route: all, chats: [web:board], owner: person:me}\n")
    bound = socket.create_server(("127.0.0.1", 0))
    told: list[uvicorn.Server] = []
    ready = threading.Event()

    async def live():
        workspace, clock = load_workspace(folder), HandClock(NOW)
        async with open_world(workspace, clock) as world:
            async with world.store.begin() as tx:
                await tx.add_token(Token("all", digest_of(SECRET), ("push", "read"), NOW))

            async def unanswered(_):
                raise AssertionError

            app = build_app(console(workspace, clock), unanswered, workspace=workspace, world=world, readiness=dict)
            server = uvicorn.Server(uvicorn.Config(app, log_config=None))
            told.append(server)
            asyncio.get_running_loop().call_soon(ready.set)
            await server.serve([bound])

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    try:
        assert ready.wait(20)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/api/v1"
    finally:
        told[0].should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    with served(tmp_path_factory.mktemp("api")) as address:
        found = schemathesis.openapi.from_url(f"{address}/openapi.json")
        found.auth()(Bearer)
        yield found


OPERATIONS = ("GET /sources", "GET /imports", "POST /sources/ads/rows", "POST /sources/signals/rows")


def test_each_operation_is_looked_at(described):
    assert {found.ok().label for found in described.get_all_operations()} == set(OPERATIONS)


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=str)
def test_the_api_does_what_it_says(described, label, mode):
    operation = next(found.ok() for found in described.get_all_operations() if found.ok().label == label)

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def holds(case):
        assume(case.media_type != "text/csv")  # no schema can say what a CSV holds; test_api.py does
        # A wrong row among right ones is set aside and named, as in a file; a call that holds one is not refused.
        beside = [negative_data_rejection] if case.method == "POST" else []
        case.call_and_validate(timeout=30, excluded_checks=beside)

    try:
        holds()
    except Unsatisfiable:
        pytest.skip("nothing can be wrong about it")
