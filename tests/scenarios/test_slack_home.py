"""The Home tab: one's own board, there when it is opened and right after whatever one does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.setup.manifest import manifest
from tests.scenarios.native_house import a_house, in_slack
from tests.standins import blockkit


@pytest.fixture
async def slack_of(tmp_path):
    async with a_house(tmp_path) as house, in_slack(house) as (slack, _):
        yield house, slack


async def seen(slack, user, *words):
    def shows():
        home = slack.homes.get(user)
        return home and all(word in blockkit.seen(home["blocks"]) for word in words)

    await slack.until(shows)
    return blockkit.seen(slack.homes[user]["blocks"])


def opens(slack, user, tab="home"):
    return slack.happens({"type": "app_home_opened", "user": user, "channel": f"D{user}", "tab": tab})


async def test_a_home_shows_what_waits_for_its_owner_and_follows_what_they_do(slack_of):
    house, slack = slack_of
    await opens(slack, "U01", tab="messages")
    assert await opens(slack, "U01") == 200
    shown = await seen(slack, "U01", "Alice’s board", "Yours: 1")
    assert "Overdue" not in shown

    alert = await house.alert()
    await slack.says(f"/kpi promise {alert.handle} tell the agency tomorrow 3pm")
    await seen(slack, "U01", "tell the agency")

    house.clock.moment += timedelta(days=3)
    await opens(slack, "U01")
    await seen(slack, "U01", "Overdue: 1")


async def test_a_button_of_a_home_is_answered_in_private_and_opens_forms(slack_of):
    house, slack = slack_of
    await opens(slack, "U01")
    await seen(slack, "U01", "Yours: 1")
    alert = await house.alert()
    await slack.clicks_in(slack.homes["U01"], f"more {alert.stamp}")
    [more] = await slack.until(lambda: slack.messages("DU01"))
    await slack.clicks(more, f"assign {alert.stamp}")
    [view] = await slack.until(lambda: slack.views)
    await slack.submits(view, {0: "bob"})
    await slack.until(lambda: "Yours" not in blockkit.seen(slack.homes["U01"]["blocks"]))
    assert (await house.alert()).owner == "bob"


async def test_a_home_is_in_its_owners_tongue_and_a_strangers_says_who_they_may_ask(slack_of):
    _, slack = slack_of
    await opens(slack, "U02")
    await seen(slack, "U02", "鲍勃的看板", "归你：1")
    await opens(slack, "U03")
    assert "board" not in await seen(slack, "U03", "U03")


async def test_our_shortcut_says_its_command_and_is_answered_in_private(slack_of):
    house, slack = slack_of
    [shortcut] = manifest()["features"]["shortcuts"]
    body = slack._of("U01") | {"type": "shortcut", "callback_id": shortcut["callback_id"], "action_ts": "1.1"}
    assert (await slack.happens_by_form("interactive", body))[0] == 200
    [answer] = await slack.until(lambda: slack.messages("DU01"))
    assert (await house.alert()).handle in answer.seen


async def test_ones_digest_is_shown_and_changed_on_ones_home(slack_of):
    _, slack = slack_of
    await opens(slack, "U01")
    await seen(slack, "U01", "No digest.")
    await slack.clicks_in(slack.homes["U01"], "digest settings")
    [view] = await slack.until(lambda: slack.views)
    assert view["title"]["text"] == "Change this digest"
    assert await slack.submits(view, {0: "weekly", 1: "manager", 2: "8:15"}) == {}
    await seen(slack, "U01", "Team weekly on Mondays at 08:15")
    await slack.says("/kpi digest weekly off")
    await seen(slack, "U01", "No digest.")
