"""The console over HTTP: what each address answers, whom it refuses, and what is pushed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from bot.adapters.web.adapter import BACKLOG, WebAdapter
from bot.adapters.web.app import build_app
from bot.adapters.web.demo import clock_json
from bot.adapters.web.inbound import MAX_BODY, TRIGGER
from bot.adapters.web.pictures import Pictures
from bot.adapters.web.render import card_json
from bot.adapters.web.stream import stream
from bot.adapters.web.timeline import Timeline, alert_of
from bot.adapters.web.words import WORDS, words
from bot.chat.card import Button, Buttons, Card, Prose, Tone
from bot.chat.reply import Reply
from bot.chat.request import Request
from core.alerts.alert import Handling, Stage
from core.alerts.holds import Hold, HoldKind
from core.notices.notice import Place
from core.notices.outbox import Repair, Sent
from tests.adapters.web_house import (
    NOW,
    FakeWorld,
    a_figure,
    a_house,
    alert_card,
    an_alert,
    answer,
    answer_card,
    some_alerts,
)

BOARD = Place("web", "board")
PNG = b"\x89PNG"
STATIC = Path(__file__).parents[2] / "bot/adapters/web/static"


@dataclass
class FakeDemo:
    pace: float = 3600.0
    is_paused: bool = False
    is_over: bool = False
    jumped: tuple[str, ...] = ()

    async def jump(self, to):
        self.jumped += (to,)

    async def set_pace(self, pace):
        self.pace = pace

    async def pause(self, *, is_paused):
        self.is_paused = is_paused


class Console:
    """The app with its fakes, and a browser's side of it."""

    def __init__(self, **options):
        self.heard: list[Request] = []
        self.world = FakeWorld()
        self.world.store.alerts = some_alerts()
        self.drawn: list[tuple[int, int, bool]] = []
        self.web = WebAdapter(self.world.clock.now, {"liwei", "wf"}, pictures=Pictures(self.draw))
        self.up = {"web": True, "slack": False}
        settings = {"workspace": a_house(), "world": self.world, "readiness": lambda: self.up} | options
        self.app = build_app(self.web, self.answer, **settings)
        # A bug is raised here by the app rather than answered, so that no test takes a 500 for a refusal.
        transport = httpx.ASGITransport(self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")

    def draw(self, figure, *, width, height, dark, scale):
        self.drawn.append((width, height, dark))
        return PNG + figure.title.encode()

    async def answer(self, request: Request) -> Reply:
        self.heard.append(request)
        return await answer(request)


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    made = Console()
    async with made.client:
        yield made


# --- the page --------------------------------------------------------------------------------------------------


async def test_the_page_takes_nothing_from_elsewhere_and_allows_nothing_inline(console):
    page = await console.client.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text, file
        assert "https:" not in text, file
        assert (await console.client.get(f"/static/{file.name}")).status_code == 200
    assert " style=" not in page.text
    assert "<script>" not in page.text
    assert "onclick=" not in page.text


def test_the_script_writes_text_and_never_markup():
    script = "".join(file.read_text(encoding="utf-8") for file in STATIC.glob("*.js") if file.name != "imports.js")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way not in script


def test_every_word_the_page_asks_for_is_served_in_both_tongues():
    import re

    page, script = ((STATIC / name).read_text(encoding="utf-8") for name in ("index.html", "console.js"))
    asked = set(re.findall(r'data-(?:word|label)="([a-z-]+)"', page)) | set(re.findall(r'word\("([a-z-]+)"\)', script))
    asked |= {"pause", "resume"}
    assert asked == {code.removeprefix("web-") for code in WORDS}
    assert words("zh").keys() == words("en").keys()
    assert words("zh")["board"] == "看板"


async def test_the_workspace_is_named_in_the_readers_tongue_and_offers_what_works_here(console):
    house = (await console.client.get("/api/workspace", params={"tongue": "zh"})).json()
    assert house["name"] == "灯笼茶铺 · 618"
    assert house["people"][0] == {"id": "liwei", "name": "李伟", "chat": "liwei"}
    assert "/kpi 投产比 按渠道" in house["suggestions"]
    assert house["clock"] is None
    english = (await console.client.get("/api/workspace", params={"tongue": "en"})).json()
    assert "/kpi ROI last 7 days" in english["suggestions"]


async def test_a_workspace_without_metrics_still_suggests_something():
    house = a_house()
    bare = Console(workspace=replace(house, catalog=replace(house.catalog, sources={}), people={}, rules=()))
    async with bare.client:
        served = (await bare.client.get("/api/workspace", params={"tongue": "en"})).json()
        assert served["suggestions"] == ["/kpi alerts", "/kpi help"]
        board = (await bare.client.get("/api/board")).json()
    assert board["rows"] == []
    assert board["of"] == ""


# --- saying ----------------------------------------------------------------------------------------------------


async def test_what_is_said_is_answered_and_stays_in_the_speakers_timeline(console):
    said = {"text": "/kpi roi channel=wechat", "as": "liwei", "tongue": "en"}
    reply = (await console.client.post("/api/say", json=said)).json()
    (request,) = console.heard
    assert request.text == "roi channel=wechat"
    assert request.place == Place("web", "liwei")
    assert request.person is not None
    assert request.person.id == "liwei"
    assert request.tongue == "en"
    words_said, card = reply["messages"]
    assert words_said["text"] == "/kpi roi channel=wechat"
    assert words_said["by"] == "liwei"
    assert card["card"]["title"] == "ROI by channel, last 7 days"
    own = (await console.client.get("/api/timeline", params={"as": "liwei"})).json()
    assert [message["id"] for message in own] == [words_said["id"], card["id"]]
    others = (await console.client.get("/api/timeline", params={"as": "wangfang"})).json()
    assert others == []


async def test_a_guest_is_nobody_and_an_unknown_name_is_refused(console):
    await console.client.post("/api/say", json={"text": "roi"})
    assert console.heard[0].person is None
    assert console.heard[0].actor == "guest"
    refused = await console.client.post("/api/say", json={"text": "roi", "as": "nobody"})
    assert refused.status_code == 404
    assert refused.json()["text"] == "这里没有叫“nobody”的人。"
    assert len(console.heard) == 1


async def test_a_buttons_answer_stands_under_the_card_it_was_pressed_on(console):
    posted = await console.web.post(BOARD, alert_card(), "k")
    assert isinstance(posted, Sent)
    pressed = {"text": "ack 7f3k@12", "as": "liwei", "under": posted.receipt}
    (only,) = (await console.client.post("/api/say", json=pressed)).json()["messages"]
    assert only["under"] == posted.receipt
    assert only["text"] == ""
    gone = {"text": "ack 7f3k@12", "as": "liwei", "under": "gone"}
    assert len((await console.client.post("/api/say", json=gone)).json()["messages"]) == 2


@pytest.mark.parametrize(
    ("said", "heard"),
    [("/kpi roi", "roi"), ("／kpi 投产比", "投产比"), ("KPI alerts", "alerts"), ("/kpi", ""), ("kpis", "kpis")],
)
def test_the_trigger_is_not_part_of_the_command(said, heard):
    assert TRIGGER.sub("", said) == heard


async def test_another_site_cannot_speak_here(console):
    said = {"text": "ack 7f3k@12", "as": "liwei"}
    for headers in (
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null"},
    ):
        assert (await console.client.post("/api/say", json=said, headers=headers)).status_code == 403
    assert console.heard == []
    ours = {"origin": "http://127.0.0.1:8080", "sec-fetch-site": "same-origin"}
    assert (await console.client.post("/api/say", json=said, headers=ours)).status_code == 200


async def test_a_name_rebound_to_this_machine_is_not_ours(console):
    refused = await console.client.get("/api/board", headers={"host": "rebound.example:8080"})
    assert refused.status_code == 421
    assert (await console.client.get("/healthz", headers={"host": "10.0.0.7"})).status_code == 200
    for host in ("localhost:8080", "127.0.0.1", "[::1]:8080", "[::1]"):
        assert (await console.client.get("/api/words", headers={"host": host})).status_code == 200
    behind = Console(hosts=None)
    async with behind.client:
        assert (await behind.client.get("/api/words", headers={"host": "kpi.example"})).status_code == 200


async def test_a_sentence_is_short(console):
    too_long = {"text": "x" * 2001}
    assert (await console.client.post("/api/say", json=too_long)).status_code == 422
    assert (await console.client.post("/api/say", json={"text": ""})).status_code == 422
    assert (await console.client.post("/api/say", json={"text": "roi", "more": 1})).status_code == 422
    assert (await console.client.post("/api/say", content=b"x" * (MAX_BODY + 1))).status_code == 413

    async def pieces():
        for _ in range(20):
            yield b"x" * 1000

    assert (await console.client.post("/api/say", content=pieces())).status_code == 413
    assert console.heard == []


async def test_half_a_letter_is_no_text_and_no_fault(console):
    as_json = {"content-type": "application/json"}
    half = rb'{"text": "roi \ud800", "under": "\udfff"}'
    said = await console.client.post("/api/say", content=half, headers=as_json)
    assert said.status_code == 200
    assert console.heard[0].text == "roi ?"
    nobody = rb'{"text": "roi", "as": "\ud800"}'
    assert (await console.client.post("/api/say", content=nobody, headers=as_json)).status_code == 404


# --- the board -------------------------------------------------------------------------------------------------


async def test_the_board_shows_what_the_team_watches_first_and_the_worst_alert_first(console):
    board = (await console.client.get("/api/board", params={"tongue": "zh"})).json()
    first = board["rows"][0]
    assert (first["title"], first["path"]) == ("投产比", "metric/roi?by=channel")
    assert first["spark"].startswith("M")
    cells = dict(zip(board["columns"], first["cells"], strict=True))
    wechat = cells["微信"]
    assert (wechat["sign"], wechat["tone"], wechat["state"]) == ("!", "bad", "alert")
    assert wechat["said"].startswith("微信，投产比：")
    assert wechat["said"].endswith("严重预警")
    assert {cell["sign"] for name, cell in cells.items() if name != "微信"} == {""}
    assert (board["of"], board["against"]) == ("6月2日 周二", "按渠道，与平常相比")
    assert [one["late"] for one in board["fresh"]] == [False]
    assert [alert["handle"] for alert in board["alerts"]] == ["7f3k", "b2xq", "m81c"]
    worst = board["alerts"][0]
    assert worst["why"] == "6月2日 周二：投产比 0.79×，低于 1×。"
    assert worst["slice"] == "微信"
    assert worst["since"] == "已持续 3小时10分"
    assert [button["command"] for button in worst["buttons"]] == ["ack 7f3k@12", "why 7f3k"]
    assert board["alerts"][1]["owner"] == "无负责人"
    taken = board["alerts"][2]
    assert "王芳" in taken["state"]
    assert taken["owner"] == ""  # said already
    assert worst["owner"] == "负责人 李伟"
    assert [button["command"] for button in taken["buttons"]] == ["why m81c"]


async def test_a_snoozed_alert_says_until_when(console):
    until = NOW + timedelta(hours=2)
    console.world.store.kept = [Hold("h", "alert-7f3k", HoldKind.SNOOZE, "liwei", NOW, until)]
    worst, other, _ = (await console.client.get("/api/board", params={"tongue": "en"})).json()["alerts"]
    assert "16:00" in worst["state"]
    assert "Li Wei" in worst["state"]
    assert other["state"] == "waiting for somebody"


async def test_an_alert_whose_rule_and_metric_are_gone_is_shown_by_its_codes():
    house = a_house()
    console = Console(workspace=replace(house, rules=(), catalog=replace(house.catalog, metrics={}, sources={})))
    finding = an_alert().finding
    bare = replace(finding, terms=())
    console.world.store.alerts = [an_alert("aaaa"), an_alert("bbbb", finding=bare)]
    async with console.client:
        one, other = (await console.client.get("/api/board", params={"tongue": "en"})).json()["alerts"]
    assert one["title"] == "roi_drop"
    assert "roi 0.79×" in one["why"]
    assert other["why"] == ""


async def test_a_warehouse_that_does_not_answer_is_said_and_not_thrown(console):
    console.world.warehouse.is_up = False
    with pytest.warns(UserWarning, match="warehouse-away"):  # a code of this test's own
        refused = await console.client.get("/api/board")
    assert refused.status_code == 503
    assert refused.json()["code"] == "warehouse-away"


async def test_alerts_are_listed_as_json_newest_first(console):
    console.world.store.alerts.append(
        an_alert("done", handling=Handling(Stage.CLOSED), opened_at=NOW - timedelta(days=9))
    )
    every = (await console.client.get("/api/alerts")).json()
    assert [alert["handle"] for alert in every] == ["m81c", "7f3k", "b2xq", "done"]
    assert every[1] == {
        "id": "alert-7f3k",
        "handle": "7f3k",
        "rule": "roi_drop",
        "metric": "roi",
        "slice": {"channel": "wechat"},
        "period": "2026-06-02",
        "value": 0.79,
        "baseline": 1.31,
        "severity": "critical",
        "phase": "firing",
        "stage": "open",
        "owner": "liwei",
        "opened_at": "2026-06-03T02:50:00+00:00",
        "version": 12,
    }
    acked = (await console.client.get("/api/alerts", params={"stage": "acked"})).json()
    assert [alert["handle"] for alert in acked] == ["m81c"]


# --- charts ----------------------------------------------------------------------------------------------------


async def test_a_chart_is_drawn_when_asked_for_and_once(console):
    await console.web.post(BOARD, alert_card(), "k")
    (message,) = (await console.client.get("/api/timeline")).json()
    picture = next(block for block in message["card"]["blocks"] if block["kind"] == "picture")
    assert picture["alt"]
    path = f"/charts/{picture['chart']}.png"
    assert console.drawn == []
    light, again, dark, small = [
        await console.client.get(path, params=asked)
        for asked in ({}, {}, {"dark": True}, {"size": "narrow", "dark": True})
    ]
    assert light.content.startswith(PNG)
    assert again.content == light.content
    assert "immutable" in light.headers["cache-control"]
    assert small.status_code == dark.status_code == 200
    assert console.drawn == [(520, 260, False), (520, 260, True), (340, 220, True)]
    assert (await console.client.get("/charts/unknown.png")).status_code == 404
    assert (await console.client.get(path, params={"size": "huge"})).status_code == 404


async def test_old_charts_make_room_for_new_ones():
    drawn = []

    def draw(figure, **_):
        drawn.append(figure.title)
        return PNG

    pictures = Pictures(draw, kept=2, drawn=1)
    names = [pictures.keep(replace(a_figure(), title=title)) for title in "abc"]
    assert await pictures.png(names[0], "wide", dark=False) is None
    for name in (names[1], names[2], names[1]):
        assert await pictures.png(name, "wide", dark=False) == PNG
    assert drawn == ["b", "c", "b"]


async def test_the_real_pen_draws_a_chart():
    pictures = Pictures()
    assert (await pictures.png(pictures.keep(a_figure()), "narrow", dark=True) or b"").startswith(PNG)


# --- posting and editing ---------------------------------------------------------------------------------------


async def test_a_card_posted_twice_under_one_key_is_one_message(console):
    first, second = [await console.web.post(BOARD, alert_card(), "key") for _ in range(2)]
    assert first == second
    assert len(console.web.seen("liwei")) == 1


async def test_an_edit_changes_the_message_in_place_and_one_from_another_life_is_posted_anew(console):
    posted = await console.web.post(BOARD, alert_card(), "key")
    assert isinstance(posted, Sent)
    assert await console.web.edit(BOARD, posted.receipt, alert_card(taken_by="李伟")) == posted
    (message,) = console.web.seen("anybody")
    assert message["revision"] == 2
    assert message["card"]["blocks"][0]["text"] == "李伟 已接手"
    assert await console.web.edit(BOARD, posted.receipt, alert_card(taken_by="李伟")) == posted
    assert console.web.seen("anybody")[0]["revision"] == 2
    reborn = WebAdapter(console.world.clock.now)
    await reborn.post(BOARD, alert_card(), "other")
    assert isinstance(await reborn.edit(BOARD, posted.receipt, alert_card()), Repair)


def test_a_chat_keeps_its_newest_messages_and_a_loud_room_does_not_push_out_a_quiet_one():
    timeline = Timeline(kept=2)
    timeline.add("quiet", NOW, text="stay")
    for number in range(5):
        timeline.add("loud", NOW, text=str(number))
    assert [message.text for message in timeline.seen_by(lambda _: True)] == ["stay", "3", "4"]
    assert timeline.posted("never") is None


def test_delivery_keys_are_forgotten_in_the_end():
    timeline = Timeline(kept=1)
    first = timeline.add("room", NOW, text="first")
    timeline.remember("first", first)
    for number in range(10):
        timeline.remember(str(number), first)
    assert timeline.posted("first") is None
    assert timeline.posted("9") == first


def test_a_card_is_about_the_alert_that_its_buttons_act_on():
    assert alert_of(alert_card()) == "7f3k"
    assert alert_of(Card("x", "en", blocks=(Prose("y"), Buttons((Button("z", "help"),))))) is None
    timeline = Timeline()
    posted = timeline.add("room", NOW, card=alert_card())
    closed = timeline.edit(posted.id, Card("closed", "en"))
    assert closed is not None
    assert closed.alert == "7f3k"


def test_every_kind_of_block_becomes_json():
    pictures = Pictures()
    made = [block["kind"] for card in (alert_card(), answer_card()) for block in card_json(card, pictures)["blocks"]]
    assert set(made) == {"prose", "facts", "table", "picture", "buttons"}
    assert card_json(Card("only", "en", Tone.GOOD), pictures) == {
        "title": "only",
        "tongue": "en",
        "tone": "good",
        "summary": "only",
        "blocks": [],
    }


# --- pushing ---------------------------------------------------------------------------------------------------


async def next_event(events) -> tuple[str, object]:
    async with asyncio.timeout(5):
        async for text in events:
            if text.startswith("event: "):
                name, data = text.strip().split("\n", 1)
                return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))
    raise AssertionError("the stream ended")


async def test_a_page_hears_of_messages_edits_and_the_board():
    web = WebAdapter(lambda: NOW, {"liwei", "wf"}, pictures=Pictures(lambda *_, **__: PNG))
    events = stream(web, "liwei", None)
    assert (await anext(events)).startswith("retry:")
    waiting = asyncio.create_task(next_event(events))
    await asyncio.sleep(0)
    await web.post(Place("web", "wf"), alert_card(), "not-mine")
    posted = await web.post(BOARD, alert_card(), "mine")
    assert isinstance(posted, Sent)
    assert await waiting == ("board", {})  # something was said to somebody else; the board may differ
    kind, body = await next_event(events)
    assert kind == "message"
    assert body["id"] == posted.receipt
    assert (await next_event(events))[0] == "board"
    await web.edit(BOARD, posted.receipt, alert_card(taken_by="李伟"))
    kind, body = await next_event(events)
    assert (kind, body["revision"]) == ("edit", 2)
    await events.aclose()
    assert not web._viewers


async def test_the_demos_clock_is_pushed_when_it_shows_something_else():
    web = WebAdapter(lambda: NOW)
    times = iter(["14:00", "14:00", "15:00"])
    events = stream(web, "board", lambda: {"time": next(times, "15:00")}, tick=0.01, ping=0.05)
    assert await next_event(events) == ("clock", {"time": "14:00"})
    assert await next_event(events) == ("clock", {"time": "15:00"})
    async with asyncio.timeout(5):
        assert await anext(events) == ": here\n\n"
    await events.aclose()


async def test_a_page_that_lags_is_let_go_and_the_rest_hear_on():
    web = WebAdapter(lambda: NOW)
    with web.watching("slow") as slow:
        for _ in range(BACKLOG + 5):
            web.touch()
        assert not web._viewers
        heard = [slow.get_nowait() for _ in range(slow.qsize())]
    assert heard[-1] is None


async def test_when_the_adapter_stops_every_page_is_let_go_so_that_the_server_can():
    web = WebAdapter(lambda: NOW)
    assert not web.is_up
    assert web.platform == "web"
    running = asyncio.create_task(web.run(answer))
    await asyncio.sleep(0)
    assert web.is_up
    events = stream(web, "board", None)
    await anext(events)
    waiting = asyncio.create_task(anext(events, "over"))
    await asyncio.sleep(0)
    running.cancel()
    assert await asyncio.wait_for(waiting, 5) == "over"
    assert not web.is_up


async def test_events_come_over_a_real_connection():
    import uvicorn

    console = Console()
    server = uvicorn.Server(uvicorn.Config(console.app, port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        running = asyncio.create_task(console.web.run(answer))
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
            client.stream("GET", "/events", params={"as": "liwei"}) as pushed,
        ):
            assert pushed.headers["content-type"].startswith("text/event-stream")
            lines = pushed.aiter_lines()
            assert (await anext(lines)).startswith("retry:")
            while not console.web._viewers:  # noqa: ASYNC110 - nor has a page that opens
                await asyncio.sleep(0.01)
            await console.web.post(BOARD, alert_card(), "k")
            seen = [line async for line in _until(lines, "event: message")]
            assert seen
            running.cancel()
            async for _ in lines:  # the stream ends by itself
                pass
        server.should_exit = True
        await serving


async def _until(lines, wanted):
    async for line in lines:
        yield line
        if line == wanted:
            return


# --- the demo's clock ------------------------------------------------------------------------------------------


async def test_the_demos_clock_is_shown_and_moved():
    demo = FakeDemo()
    console = Console(demo=demo)
    async with console.client:
        house = (await console.client.get("/api/workspace", params={"tongue": "zh"})).json()
        assert house["clock"] == {
            "day": "6月3日 周三",
            "time": "14:00",
            "pace": "1 秒 = 1小时",
            "paused": False,
            "over": False,
        }
        for turn in ({"jump": "day"}, {"jump": "alert"}, {"pace": 60}, {"pause": True}):
            assert (await console.client.post("/api/clock", json=turn)).status_code == 200
        assert demo.jumped == ("day", "alert")
        assert demo.pace == 60
        assert demo.is_paused
        for wrong in ({"pace": 0}, {"jump": "year"}, {"pace": 1e9}, {"what": 1}):
            assert (await console.client.post("/api/clock", json=wrong)).status_code == 422
    assert clock_json(FakeDemo(is_over=True), NOW, a_house().zone, "en")["over"]


async def test_without_a_demo_no_clock_can_be_moved(console):
    assert (await console.client.post("/api/clock", json={"jump": "day"})).status_code == 404


# --- probes and the doors of other platforms ---------------------------------------------------------------------


async def test_it_is_alive_at_once_and_ready_when_every_adapter_is_up(console):
    assert (await console.client.get("/healthz")).status_code == 200
    waiting = await console.client.get("/readyz")
    assert waiting.status_code == 503
    assert waiting.json() == {"ready": False, "waiting_for": ["slack"]}
    console.up["slack"] = True
    assert (await console.client.get("/readyz")).status_code == 200


async def test_other_platforms_call_through_the_same_server_without_the_consoles_guard():
    class Door:
        async def __call__(self, scope, receive, send):
            await PlainTextResponse("telegram")(scope, receive, send)

    async def slack(request):
        return PlainTextResponse(await request.body())

    console = Console(hooks={"/slack/events": slack, "/telegram/webhook": Door()})
    async with console.client as client:
        public = {"host": "bot.example", "origin": "https://slack.example"}
        assert (await client.post("/slack/events", content=b"hello", headers=public)).text == "hello"
        assert (await client.post("/telegram/webhook", headers=public)).text == "telegram"
        assert (await client.get("/slack/events")).status_code == 405


async def test_a_file_that_is_dropped_is_handed_on_and_its_bringer_is_who_they_say(console):
    bodies = []

    async def hear(request: Request) -> Reply:
        console.heard.append(request)
        bodies.append(await request.file.fetch(100))
        return Reply((Card("It would be read so", "en"),))

    console.answer = hear
    console.app = build_app(console.web, hear, workspace=a_house(), world=console.world, readiness=lambda: console.up)
    transport = httpx.ASGITransport(console.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        query = {"name": "june.csv", "as": "liwei", "text": "ads"}
        words, card = (await client.post("/api/drop", params=query, content=b"day,spend\n")).json()["messages"]
        [asked] = console.heard
        assert (asked.text, asked.person.id, asked.file.name, asked.file.size) == ("ads", "liwei", "june.csv", 10)
        assert bodies == [b"day,spend\n"]
        assert (words["text"], words["by"], card["card"]["title"]) == (
            "📎 june.csv ads",
            "liwei",
            "It would be read so",
        )
        refused = await client.post("/api/drop", params=query, content=b"x" * 101)
        assert refused.json()["code"] == "import-too-large"
        assert (await client.post("/api/drop", params=query | {"name": "x" * 201})).status_code == 422
        assert (await client.post("/api/drop", params=query | {"as": "nobody"})).status_code == 404
