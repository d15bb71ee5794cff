"""The page of the first run, over HTTP: who may answer on it, and from where."""

from __future__ import annotations

import httpx
import pytest

from bot.adapters.web.app import LOCAL
from bot.adapters.web.setup import ROOT, setup_app
from bot.chat.card import Card
from bot.chat.reply import Reply

HOME = "http://localhost:8080"
CODE = "0123456789"


class House:
    def __init__(self, *, code=None, hosts=LOCAL):
        self.heard = []
        self.app = setup_app(self.answer, {}, hosts=hosts, code=code)

    async def answer(self, request):
        self.heard.append((request.text, request.tongue, await request.file.fetch(100) if request.file else None))
        return Reply((Card("<asked>", request.tongue),))

    async def asks(self, method="GET", path=ROOT, base=HOME, **how):
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **how)


async def test_an_answer_and_a_file_are_heard_in_their_readers_tongue():
    house = House()
    page = await house.asks(headers={"accept-language": "zh-CN"})
    assert "&lt;asked&gt;" in page.text
    assert "<asked>" not in page.text
    await house.asks("POST", data={"answer": "李伟", "tongue": "zh"})
    await house.asks("POST", data={"answer": "", "say": "setup zone yes", "tongue": "en"})
    await house.asks("POST", "/setup/look?name=a.csv&tongue=en", content=b"a,b")
    said = [("", "zh", None), ("李伟", "zh", None), ("setup zone yes", "en", None), ("", "en", b"a,b")]
    assert house.heard == said


async def test_what_an_address_says_is_no_answer():
    house = House()
    await house.asks(path="/setup?answer=setup+confirm+yes&say=setup+confirm+yes&tongue=en")
    assert house.heard == [("", "en", None)]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"host": "rebound.example"}, 421),
        ({"content-length": "99999999"}, 413),
    ],
)
async def test_another_page_in_the_same_browser_answers_nothing(headers, status):
    house = House()
    for path in (ROOT, "/setup/look?name=a.csv"):
        assert (await house.asks("POST", path, headers=headers, content=b"answer=x")).status_code == status
    assert house.heard == []


async def test_away_from_this_machine_the_code_is_asked_for():
    house = House(code=CODE, hosts=None)
    for code in ("", "9876543210", "密码"):
        assert (await house.asks(path=f"/setup?code={code}", base="http://beacon.lan")).status_code == 403
        assert (
            await house.asks("POST", base="http://beacon.lan", data={"answer": "x", "code": code})
        ).status_code == 403
        look = f"/setup/look?name=a.csv&code={code}"
        assert (await house.asks("POST", look, base="http://beacon.lan", content=b"a")).status_code == 403
    assert house.heard == []
    page = await house.asks(path=f"/setup?code={CODE}", base="http://beacon.lan")
    assert page.status_code == 200
    assert f'name="code" value="{CODE}"' in page.text
    away = await house.asks(path=f"/?code={CODE}", base="http://beacon.lan")
    assert away.headers["location"] == f"/setup?code={CODE}"


async def test_it_says_that_it_lives_and_is_not_ready():
    house = House()
    assert (await house.asks(path="/healthz")).json() == {"alive": True}
    ready = await house.asks(path="/readyz")
    assert (ready.status_code, ready.json()) == (503, {"ready": False, "waiting_for": ["setup"]})
