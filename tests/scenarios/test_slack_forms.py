"""Forms in Slack, from a card's button to what came of them: they type a command, and nothing else can come in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from core.alerts.alert import Reason
from tests.scenarios.native_house import GROWTH, NOW, a_house, in_slack
from tests.standins import blockkit
from tests.standins.faults import Refused


async def opened(slack, card, verb, user="U01"):
    """Press the button that says this verb alone, on the card or among all else that can be done."""
    if not (says := _saying(card, verb)):
        card = await more_of(slack, card, user)
        says = _saying(card, verb)
    await slack.clicks(card, says[0], user=user)
    [view] = await slack.until(lambda: slack.views)
    return view


async def more_of(slack, card, user):
    await slack.clicks(card, _saying(card, "more")[0], user=user)
    return (await slack.until(lambda: slack.whispers(user)))[-1]


def _saying(card, verb):
    return [say for say in card.buttons.values() if re.fullmatch(rf"{verb} \w+@\d+", say)]


@pytest.fixture
async def shown(tmp_path):
    async with a_house(tmp_path) as house, in_slack(house) as (slack, adapter):
        await house.shows(adapter, GROWTH)
        yield house, slack, slack.messages()[0]


async def test_assigning_asks_whom_and_by_when_at_once(shown):
    house, slack, card = shown
    view = await opened(slack, card, "assign")
    assert view["title"]["text"] == "Give it to somebody"
    due = NOW + timedelta(days=1)
    assert await slack.submits(view, {0: "bob", 1: int(due.timestamp())}) == {}
    await slack.until(lambda: [each for each in slack.messages(thread=card.ts) if "Bob" in each.seen])
    alert = await house.alert()
    assert (alert.owner, alert.due) == ("bob", due)
    assert slack.views == []


async def test_a_form_opens_in_its_readers_tongue_and_zone(shown):
    house, slack, card = shown
    view = await opened(slack, card, "snooze", user="U02")
    assert (view["title"]["text"], view["submit"]["text"]) == ("暂时静音", "确定")
    until = datetime(2026, 6, 19, 9, tzinfo=UTC)
    await slack.submits(view, {0: "2h", 1: int(until.timestamp())}, user="U02")
    await slack.until(lambda: slack.messages(thread=card.ts))
    async with house.world.store.begin() as tx:
        assert [hold.until for hold in await tx.holds()] == [until]


async def test_closing_asks_for_reason_cause_and_action_and_keeps_what_was_filled_in(shown):
    house, slack, card = shown
    view = await opened(slack, card, "close")
    again = await slack.submits(view, {0: "real-acted", 1: "copy"})
    assert again["response_action"] == "update"
    assert "what was done" in blockkit.seen(again["view"]["blocks"])
    [view] = slack.views
    assert [b["block_id"] for b in view["blocks"] if b["type"] == "input"] == ["f0", "f1", "f2", "f3", "f4"]
    assert await slack.submits(view, {0: "real-acted", 1: "copy", 4: "put the old copy back; told the agency"}) == {}
    await slack.until(lambda: slack.messages(thread=card.ts))
    async with house.world.store.begin() as tx:
        [closed] = [one for one in await tx.fired(NOW - timedelta(days=2)) if not one.is_open]
    assert closed.handling.reason is Reason.REAL_ACTED
    assert (closed.handling.cause, closed.handling.action) == ("copy", "put the old copy back; told the agency")


async def test_what_cannot_be_done_is_said_above_the_fields(shown):
    house, slack, card = shown
    view = await opened(slack, card, "snooze")
    again = await slack.submits(view, {2: "until pigs fly"})
    assert again["response_action"] == "update"
    [view] = slack.views
    assert "pigs" in blockkit.seen(view["blocks"])
    assert await slack.submits(view, {0: "2h"}) == {}
    async with house.world.store.begin() as tx:
        assert len(await tx.holds()) == 1


async def test_a_form_that_was_left_open_too_long_explains_itself(shown):
    house, slack, card = shown
    view = await opened(slack, card, "snooze")
    alert = await house.alert()
    await slack.says(f"/kpi close {alert.handle} false-alarm cause:luck", user="U02")
    await slack.until(lambda: slack.messages()[1:])
    assert not (await _now(house, alert.id)).is_open
    again = await slack.submits(view, {0: "2h"})
    assert again["response_action"] == "update"
    assert alert.handle in blockkit.seen(again["view"]["blocks"])
    async with house.world.store.begin() as tx:
        assert list(await tx.holds()) == []


async def test_when_a_form_cannot_open_the_question_is_asked_by_buttons(shown):
    _, slack, card = shown
    slack.fails("views.open", Refused("expired_trigger_id"))
    more = await more_of(slack, card, "U01")
    await slack.clicks(more, _saying(more, "snooze")[0])
    question = (await slack.until(lambda: slack.whispers()[1:]))[0]
    assert any(say.endswith(" 2h") for say in question.buttons.values())
    assert slack.views == []


async def _now(house, id):
    async with house.world.store.begin() as tx:
        return await tx.find(id)
