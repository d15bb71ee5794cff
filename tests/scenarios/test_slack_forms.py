"""Forms in Slack, from a card's button to what came of them: they type a command, and nothing else can come in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.slack import ears
from core.alerts.alert import Reason
from tests.scenarios.native_house import GROWTH, NOW, a_house, in_slack
from tests.standins import blockkit
from tests.standins.faults import Refused
from tests.standins.slack_workspace import SlackError


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


@pytest.fixture
async def manager(tmp_path):
    """A house whose manager Wang is known in Slack, with facts of a week."""
    async with a_house(tmp_path) as house, in_slack(house) as (slack, _):
        house.workspace.people["wang"].chats["slack"] = "U03"
        slack.members["C01"].add("U03")
        yield house, slack


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


async def ruled(slack, sentence, user="U03", **answers):
    """Ask for a new rule without words, fill in its form, and return what came of it and the view on top."""
    await slack.says("/kpi rule add", user=user)
    [form] = await slack.until(lambda: slack.views)
    answer = await slack.submits(form, {0: sentence, **answers}, user=user)
    return form, answer


async def previewed(slack):
    """Return the preview, whether it came at once or after Slack's three seconds."""
    return (await slack.until(lambda: slack.views[1:] and "submit" in slack.views[-1] and slack.views))[-1]


async def test_a_rule_is_made_in_a_form_seen_in_its_preview_and_kept_with_one_tap(manager):
    house, slack = manager
    form, answer = await ruled(slack, "roi by channel < 0.5")
    assert form["submit"]["text"] == "预览"
    assert answer["response_action"] == "push"
    shown = await previewed(slack)
    seen = blockkit.seen(shown["blocks"])
    assert "roi by channel < 0.5" in seen
    assert "或者：" in seen  # the other reading of it
    assert "它会触发" in seen  # what it would have done so far
    assert all(block["type"] != "actions" for block in shown["blocks"])
    assert [rule.id for rule in house.workspace.rules] == ["roi_drop"]
    assert await slack.submits(shown, {}, user="U03") == {"response_action": "clear"}
    await slack.until(lambda: [one for one in slack.messages() if "rule_1" in one.seen])
    assert [rule.id for rule in house.workspace.rules] == ["roi_drop", "rule_1"]
    assert slack.views == []


async def test_a_preview_leads_back_to_the_sentence_and_its_readings_can_be_chosen_there(manager):
    house, slack = manager
    form, _ = await ruled(slack, "roi by channel down 5%")
    slack.closes(await previewed(slack))
    assert slack.views == [form]
    await slack.submits(form, {0: "roi by channel < 0.4"}, user="U03")
    shown = await previewed(slack)
    await slack.submits(shown, {}, user="U03")
    await slack.until(lambda: [one for one in slack.messages() if "rule_1" in one.seen])
    [_, kept] = house.workspace.rules
    assert "0.4" in kept.said


async def test_a_sentence_that_cannot_be_understood_keeps_its_form_with_the_reason(manager):
    house, slack = manager
    _, answer = await ruled(slack, "roi by channel below below")
    assert answer["response_action"] == "update"
    [view] = slack.views
    assert next(block["block_id"] for block in view["blocks"] if block["type"] == "input") == "f0"
    assert "below" in blockkit.seen(view["blocks"])
    assert len(house.workspace.rules) == 1


async def test_a_preview_that_takes_its_time_comes_into_the_form_and_not_beside_it(manager, monkeypatch):
    _, slack = manager
    monkeypatch.setattr(ears, "FORM_WAITS", 0.0)
    _, answer = await ruled(slack, "roi by channel < 0.5")
    assert answer["response_action"] == "push"
    assert "external_id" in answer["view"]
    assert "试跑" in blockkit.seen(answer["view"]["blocks"])
    shown = await previewed(slack)
    assert shown["submit"]["text"] == "启用"
    assert slack.whispers("U03") == []


async def test_whoever_may_not_make_rules_is_told_so_and_given_no_form(shown):
    house, slack, _ = shown
    await slack.says("/kpi rule add", user="U01")
    await slack.until(lambda: slack.whispers("U01"))
    assert slack.views == []
    assert len(house.workspace.rules) == 1


async def test_the_stand_in_holds_views_to_what_slack_does(shown):
    _, slack, card = shown
    view = await opened(slack, card, "snooze")
    fresh = {"type": "modal", "title": view["title"], "blocks": view["blocks"][:0]}
    for given, error in (
        ({"view_id": view["id"], "external_id": "x"}, "invalid_arguments"),
        ({"external_id": "nobody"}, "not_found"),
        ({"view_id": view["id"], "hash": "old"}, "hash_conflict"),
    ):
        with pytest.raises(SlackError) as refused:
            slack._views_update(fresh, **given)
        assert refused.value.error == error
    slack._pushed(fresh, slack.views[-1])
    with pytest.raises(SlackError):
        slack._pushed(fresh, view)  # it is no longer the topmost
    slack._pushed(fresh, slack.views[-1])
    with pytest.raises(SlackError):
        slack._pushed(fresh, slack.views[-1])
