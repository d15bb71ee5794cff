# ruff: noqa: E501 - noise is read by nobody
"""Whatever is sent to our doors — random, forged, late, replayed, from strangers — nothing changes and nothing breaks.

How many is a matter of patience: HOSTILE_UPDATES=10000 for the issue's number.
"""

from __future__ import annotations

import io
import json
import os
import random
import time
from urllib.parse import urlencode

import aiohttp
import pytest
import structlog

from bot.adapters.web.adapter import WebAdapter
from bot.adapters.web.app import build_app
from tests.scenarios.native_house import GROUP, GROWTH, SECRET, a_house, in_slack, in_telegram
from tests.standins.hosting import hosted
from tests.standins.slack_workspace import ME

CASES = int(os.environ.get("HOSTILE_UPDATES", "400"))
WORDS = ["ack", "close", "snooze", "assign", "import", "link", "iam", "allow", "升级", "确认", "@", "7f3k@1", "\x00", "\ud83d",
         "=cmd|' /C calc'!A0", "<!channel>", "../../etc/passwd", "' OR 1=1 --", "{}", "💥" * 50, "a" * 5000, "00ff00ff00ff"]  # fmt: skip


@pytest.fixture
async def house(tmp_path):
    async with a_house(tmp_path) as house:
        yield house


async def everything(house):
    """Return all that a stranger must not change: alerts, holds, people, files."""
    async with house.world.store.begin() as tx:
        opened, holds, links, mutes = await tx.open(), await tx.holds(), await tx.links(), await tx.mutes()
        events = [list(await tx.events(one.id)) for one in opened]
    files = sorted(str(path) for path in house.workspace.folder.rglob("*"))
    return repr((opened, holds, links, mutes, events, dict(house.workspace.people), files))


def noise(rng, depth=0):
    """Return some JSON of no meaning, in which names that mean something turn up."""
    names = ["type", "event", "user", "channel", "text", "actions", "view", "state", "files", "links", "message", "id",
             "private_metadata", "value", "tab", "ts", "thread_ts", "chat", "from", "data", "document", "entities"]  # fmt: skip
    match rng.randrange(7 if depth < 4 else 4):
        case 0:
            return rng.choice(WORDS).encode("utf-8", "replace").decode()
        case 1:
            return rng.choice([0, -1, 2**63, 1e308, True, None])
        case 2:
            return rng.choice(
                ["U03", "U99", "C01", "C99", "message", "app_mention", "block_actions", "view_submission"]
            )
        case 3:
            return ""
        case 4:
            return [noise(rng, depth + 1) for _ in range(rng.randrange(3))]
        case _:
            return {rng.choice(names): noise(rng, depth + 1) for _ in range(rng.randrange(5))}


def a_slack_payload(rng):
    """Return a payload that is nearly one of Slack's: of a stranger, of another workspace, or with parts replaced."""
    said = " ".join(rng.choices(WORDS, k=rng.randrange(4))).encode("utf-8", "replace").decode()
    user, team = rng.choice(["U03", "U99", "", ME]), rng.choice(["T01", "T66"])
    kind = rng.choice(["event", "action", "form", "command"])
    kept = rng.choice(["", "{}", "[]", "nonsense", json.dumps({"say": said, "before": [""], "one": False})])
    event = {"type": rng.choice(["message", "app_mention", "app_home_opened", "file_shared", "link_shared", "x"]),
             "user": user, "channel": rng.choice(["C01", "C99", "D1"]), "text": said, "ts": "1.1", "tab": "home",
             "channel_type": rng.choice(["im", "channel"]), "links": [{"url": said}], "message_ts": "1.1",
             "files": rng.choice([[], [{"id": "F9", "name": said, "size": 3}]]), "subtype": rng.choice([None, "file_share"])}  # fmt: skip
    body = {
        "event": {"type": "event_callback", "team_id": team, "event_id": f"E{rng.random()}", "event": event},
        "action": {"type": "block_actions", "team": {"id": team}, "user": {"id": user}, "trigger_id": said,
                   "actions": [{"type": "button", "action_id": "say-0-0", "block_id": "b", "value": said}],
                   "view": {"private_metadata": kept}, "container": {}},
        "form": {"type": "view_submission", "team": {"id": team}, "user": {"id": user}, "trigger_id": said,
                 "view": {"id": "V1", "type": "modal", "callback_id": "form", "private_metadata": kept, "blocks": [],
                          "state": {"values": {"f0": {"said": {"type": "static_select", "selected_option": None}}}}}},
        "command": {"command": "/kpi", "text": said, "user_id": user, "channel_id": "C99", "team_id": team},
    }[kind]  # fmt: skip
    if rng.random() < 0.3:
        body[rng.choice(list(body))] = noise(rng)
    if kind == "event":
        return json.dumps(body).encode(), "application/json"
    if kind == "command":
        return urlencode(body).encode(), "application/x-www-form-urlencoded"
    return urlencode({"payload": json.dumps(body)}).encode(), "application/x-www-form-urlencoded"


async def test_no_request_to_slacks_door_changes_anything_unless_it_is_slacks_and_somebodys(house):
    rng = random.Random(20260619)
    async with in_slack(house) as (slack, adapter):
        await house.shows(adapter, GROWTH)
        before = await everything(house)
        statuses = set()
        with structlog.testing.capture_logs() as logs:
            for at in range(CASES):
                raw, content = a_slack_payload(rng)
                match at % 4:
                    case 0:
                        status, _ = await slack.request(raw, content, secret="not-our-secret")
                        assert status == 401
                    case 1:
                        status, _ = await slack.request(raw, content, moment=str(int(time.time()) - 3600))
                        assert status == 401
                    case _:
                        status, _ = await slack.request(raw, content)
                        assert status != 200 or b'"T66"' not in raw or ME.encode() in raw, "another workspace's"
                statuses.add(status)
            statuses.add((await slack.request(b"\xff\xfe not json", secret=SECRET))[0])
            slack.team = "T66"  # whose people are not ours, even where their names are
            statuses.add((await slack.says(f"/kpi ack {(await house.alert()).handle}"))[0])
        assert statuses <= {200, 400, 401, 403, 404}
        assert await everything(house) == before
        assert [each for each in logs if "bug" in each["event"]] == []
        # The door still opens to who may.
        slack.team = "T01"
        await slack.says("/kpi help")
        await slack.until(lambda: slack.messages() or slack.whispers())
        assert adapter.is_up


def a_telegram_update(rng, at):
    """Return an update that is nearly one of Telegram's: of somebody we do not know, or with parts replaced."""
    said = " ".join(rng.choices(WORDS, k=rng.randrange(1, 4))).encode("utf-8", "replace").decode()[:4000]
    chat = {"id": rng.choice([-100500, 102, -999]), "type": rng.choice(["private", "supergroup", "channel"])}
    sender = {"id": 102, "is_bot": rng.random() < 0.2, "first_name": "M"}
    message = {"message_id": at, "date": 1_780_000_000, "chat": chat, "from": sender, "text": said}
    if rng.random() < 0.3:
        message[rng.choice(["document", "entities", "reply_to_message", "caption", "chat", "from"])] = noise(rng)
    click = {"id": f"c{at}", "from": sender, "chat_instance": "1", "data": said[:64], "message": message}
    return {
        "update_id": at,
        **rng.choice([{"message": message}, {"callback_query": click}, {"message": noise(rng)}, {"x": noise(rng)}]),
    }


async def test_no_update_to_telegrams_door_changes_anything_unless_it_is_telegrams_and_somebodys(house):
    rng = random.Random(20260619)
    async with in_telegram(house, by_webhook=True) as (telegram, adapter):
        await house.shows(adapter, GROUP)
        [card] = telegram.messages(int(GROUP.chat))
        before = await everything(house)
        secret = telegram.webhook["secret_token"]
        with structlog.testing.capture_logs() as logs:
            for at in range(CASES):
                update = a_telegram_update(rng, at)
                if at % 4 == 0:
                    known = {"message": {**_words(f"ack {(await house.alert()).handle}"), "message_id": at}}
                    assert await adapter.handle({"update_id": at, **known}, rng.choice(["", None, "guessed"])) == 401
                else:
                    assert await adapter.handle(update, secret) in (200, 400)
            replayed = {"update_id": 1, "message": _words("ack 7f3k", user=102)}
            for _ in range(3):
                assert await adapter.handle(replayed, secret) == 200
            for garbage in (None, [], "x", {}, {"update_id": "x"}):
                assert await adapter.handle(garbage, secret) in (200, 400)
            await adapter._application.update_queue.join()
        assert await everything(house) == before
        assert [each for each in logs if "bug" in each["event"]] == []
        assert adapter.is_up
        assert card in telegram.messages(int(GROUP.chat))


def _words(text, user=101):
    sender = {"id": user, "is_bot": False, "first_name": "M"}
    return {
        "message_id": 1,
        "date": 1_780_000_000,
        "chat": {"id": user, "type": "private"},
        "from": sender,
        "text": text,
    }


async def test_no_request_to_the_console_changes_anything_unless_it_is_our_own_page_s_and_somebodys(house):
    rng = random.Random(20260619)
    web = WebAdapter(house.clock.now, ["wang"])
    app = build_app(web, house.hear, workspace=house.workspace, world=house.world, readiness=dict)
    paths = [
        "/api/say",
        "/api/drop?name=x.csv",
        "/api/clock",
        "/api/board",
        "/events/x",
        "/a/guessed",
        "/slack/events",
        "/api/v1/push/ads",
    ]
    async with hosted(app) as address, aiohttp.ClientSession(address) as client:
        before = await everything(house)
        handle = (await house.alert()).handle
        for at in range(CASES):
            said = " ".join(rng.choices(WORDS, k=rng.randrange(4))).encode("utf-8", "replace").decode()
            body = {"text": said, "as": rng.choice([None, "nobody", said, 7]), "under": rng.choice([None, said])}
            headers = {}
            match at % 4:
                case 0:  # another site's page, in the browser of somebody who may
                    body, headers = {"text": f"ack {handle}", "as": "alice"}, {"Origin": "https://evil.example"}
                case 1:
                    body = noise(rng)
                case 2:  # a name that was rebound to this machine
                    body, headers = {"text": f"ack {handle}", "as": "alice"}, {"Host": "evil.example"}
            raw = json.dumps(body).encode() if rng.random() < 0.9 else said.encode() * 200
            raw = io.BytesIO(raw)
            async with client.post(rng.choice(paths), data=raw, headers=headers) as answer:
                assert answer.status < 500, await answer.text()
                assert at % 4 in (1, 3) or answer.status in (400, 401, 403, 404, 405, 413, 421), answer.status
        assert await everything(house) == before
        async with client.get("/healthz") as answer:
            assert answer.status == 200
