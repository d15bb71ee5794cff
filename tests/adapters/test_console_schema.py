"""The console's own routes, the pages behind links and that of imports, asked everything: none of them ever breaks.

Schemathesis makes up what the description of the app allows and what it does not; what is no JSON is asked by
hypothesis. `BEACON_API_EXAMPLES=500` lets both look longer.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from contextlib import contextmanager
from urllib.parse import quote

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error

from bot.adapters.web.app import build_app
from bot.adapters.web.page import LinkedPage
from bot.app import console, open_world
from bot.chat.links import Links
from bot.commands.dispatch import answer
from core.notices.notice import Place
from core.usecases.replay import HandClock
from core.workspace import load_workspace
from tests.adapters.test_imports_page import MESSY, NOW, SOURCES

EXAMPLES = int(os.environ.get("BEACON_API_EXAMPLES", "8"))
ENDLESS = ("/events",)  # a stream, which tests/adapters/test_web.py reads
OURS = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@contextmanager
def served(folder):
    """Yield the address of a console over a real workspace, its description, and a link's token."""
    (folder / "workspace.yaml").write_text("{name: t, tongue: en}\n")
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "people.yaml").write_text("- {person: me, chats: {web: me, mail: me@x.cn}, may: manage}\n")
    (folder / "routes.yaml").write_text("- {route: all, chats: [web:board], owner: person:me}\n")
    (folder / "data").mkdir()
    (folder / "data" / "日报.csv").write_text(MESSY, "utf-8")
    bound = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    ready, told = threading.Event(), []

    async def live():
        workspace, clock = load_workspace(folder), HandClock(NOW)
        async with open_world(workspace, clock) as world:

            async def hear(request):
                return await answer(request, workspace, world)

            web = console(workspace, clock)
            links = Links(address, b"secret", clock.now, lambda _: "me")
            pages = LinkedPage(links, hear, workspace, web.pictures).routes()
            app = build_app(web, hear, workspace=workspace, world=world, readiness=dict, pages=pages)
            told.append(app.openapi())
            told.append(links.to(Place("mail", "me@x.cn"), "#7f3k").rpartition("/")[2])
            told.append(server := uvicorn.Server(uvicorn.Config(app, log_config=None)))
            asyncio.get_running_loop().call_soon(ready.set)
            await server.serve([bound])

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    try:
        assert ready.wait(20)
        yield address, told[0], told[1]
    finally:
        told[2].should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with served(tmp_path_factory.mktemp("console")) as found:
        yield found


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=str)
def test_no_route_of_the_console_ever_breaks(house, mode):
    address, description, _ = house
    schema = schemathesis.openapi.from_dict(description)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert {"/api/say", "/api/timeline", "/api/board", "/api/health", "/charts/{name}.png"} <= {
        one.path for one in operations
    }
    for operation in operations:
        if operation.path in ENDLESS:
            continue

        @given(case=operation.as_strategy(generation_mode=mode))
        @OURS
        def holds(case):
            answered = case.call(base_url=address, timeout=30)
            case.validate_response(answered, checks=[not_a_server_error])
            assert "Traceback" not in answered.text

        try:
            holds()
        except Unsatisfiable:
            continue  # nothing can be wrong about it


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)  # half of a letter cannot be sent at all
SENSE = st.sampled_from(["me", "zh", "日报.csv", "ads", "import x ads", "#7f3k"])
METHODS = st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE"])
NAMES = st.sampled_from(["as", "tongue", "name", "source", "file", "say", "dark", "size", "x"])
QUERIES = st.dictionaries(NAMES, st.one_of(WORDS, SENSE))
FORMS = st.builds(lambda said: f"as=me&say={said}".encode(), st.one_of(WORDS, SENSE))
BODIES = st.one_of(st.binary(max_size=300), FORMS)
KINDS = st.sampled_from(["", "application/json", "application/x-www-form-urlencoded", "multipart/form-data", "a b;c"])
PAGES = ("/", "/imports", "/imports/look", "/imports/aside.csv", "/a/look.css", "/a/{token}", "/a/{token}/chart.png",
         "/a/{words}", "/charts/{words}.png", "/static/{words}", "/{words}")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_no_page_ever_breaks(house, path):
    address, _, token = house

    @given(method=METHODS, words=WORDS, query=QUERIES, body=BODIES, kind=KINDS)
    @OURS
    def holds(method, words, query, body, kind):
        where = path.format(token=token, words=quote(words, safe=""))
        asked = "&".join(f"{name}={quote(value)}" for name, value in query.items())
        headers = {"content-type": kind}
        answered = client.request(method, f"{address}{where}?{asked}", content=body, headers=headers)
        assert answered.status_code < 500, answered.text
        assert "Traceback" not in answered.text

    with httpx.Client(timeout=30) as client:
        holds()
