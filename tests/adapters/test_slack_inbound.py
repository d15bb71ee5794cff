"""Recorded payloads of Slack, as Requests."""

from __future__ import annotations

import pytest

from bot.adapters.slack.inbound import plain, read_click, read_command, read_event
from core.notices.notice import Place
from tests.adapters.samples import find_person

ME = "U0BEACON"

# The shape of https://docs.slack.dev/interactivity/implementing-slash-commands
COMMAND = {
    "token": "gIkuvaNzQIHg97ATvDxqgjtO",
    "team_id": "T0001",
    "team_domain": "example",
    "channel_id": "C2147483705",
    "channel_name": "growth",
    "user_id": "U01",
    "user_name": "steve",
    "command": "/kpi",
    "text": "assign 7f3k <@U02|bob> tomorrow",
    "response_url": "https://hooks.slack.com/commands/1234/5678",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    "api_app_id": "A123456",
}
# The shape of https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
CLICK = {
    "type": "block_actions",
    "user": {"id": "U02", "username": "bob", "name": "bob", "team_id": "T0001"},
    "api_app_id": "A02",
    "container": {"type": "message", "message_ts": "1548261231.000200", "channel_id": "C01", "is_ephemeral": False},
    "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
    "channel": {"id": "C01", "name": "growth"},
    "message": {"bot_id": "B01", "type": "message", "text": "ROI", "user": ME, "ts": "1548261231.000200"},
    "response_url": "https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209",
    "actions": [{"action_id": "say-0-0", "block_id": "=qXel", "type": "button", "value": "ack 7f3k@1",
                 "action_ts": "1548426417.840180"}],
}  # fmt: skip


def an_event(**event):
    """The shape of https://docs.slack.dev/reference/events/app_mention and message."""
    return {
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "team_id": "T0001",
        "api_app_id": "A02",
        "event": {"user": "U02", "ts": "1515449522.000016", "channel": "C01", "event_ts": "1515449522.000016", **event},
        "type": "event_callback",
        "event_id": "Ev0MDYGDKJ",
        "event_time": 1515449522,
    }


def test_a_slash_command_names_its_asker_its_channel_and_where_to_answer():
    heard = read_command(COMMAND, find_person)
    assert heard.response_url == COMMAND["response_url"]
    request = heard.request
    assert (request.text, request.actor, request.person.id) == ("assign 7f3k @U02 tomorrow", "U01", "alice")
    assert (request.place, request.event) == (Place("slack", "C2147483705"), COMMAND["trigger_id"])


def test_a_click_says_what_its_button_says_below_its_message():
    heard = read_click(CLICK, find_person)
    assert heard.request.text == "ack 7f3k@1"
    assert heard.request.place == Place("slack", "C01", "1548261231.000200")
    assert heard.request.person is None


def test_a_click_in_a_thread_stays_in_it():
    in_thread = CLICK | {"message": CLICK["message"] | {"thread_ts": "1548261000.000100"}}
    assert read_click(in_thread, find_person).request.place.thread == "1548261000.000100"


def test_a_click_that_says_nothing_is_not_ours():
    link = {**CLICK["actions"][0], "value": None, "url": "https://example.org"}
    assert read_click(CLICK | {"actions": [link]}, find_person) is None
    assert read_click(CLICK | {"actions": []}, find_person) is None


def test_a_mention_is_read_without_our_name_and_answered_below_itself():
    heard = read_event(an_event(type="app_mention", text=f"<@{ME}> roi 最近7天"), ME, find_person)
    assert (heard.request.text, heard.request.tongue, heard.request.event) == ("roi 最近7天", "zh", "Ev0MDYGDKJ")
    assert heard.request.place.thread == "1515449522.000016"
    assert not heard.is_overheard


def test_a_mention_in_a_thread_stays_in_it():
    event = an_event(type="app_mention", text=f"ack <@{ME}|beacon>", thread_ts="1515449000.000001")
    request = read_event(event, ME, find_person).request
    assert (request.text, request.place.thread) == ("ack", "1515449000.000001")


def test_words_in_a_thread_are_overheard_and_in_private_they_are_for_us():
    in_thread = an_event(type="message", channel_type="channel", text="ack", thread_ts="1515449000.000001")
    assert read_event(in_thread, ME, find_person).is_overheard
    private = an_event(type="message", channel_type="im", channel="D01", text="roi")
    assert not read_event(private, ME, find_person).is_overheard


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "channel_type": "channel", "text": "good morning"},
        {"type": "message", "channel_type": "channel", "text": f"<@{ME}> roi", "thread_ts": "1515449000.000001"},
        {"type": "message", "channel_type": "im", "text": "roi", "bot_id": "B99"},
        {"type": "message", "channel_type": "im", "text": "roi", "subtype": "message_changed"},
        {"type": "message", "channel_type": "im", "text": "roi", "user": None},
    ],
    ids=["said to nobody", "a mention's second coming", "another bot", "an edit", "nobody"],
)
def test_what_is_not_ours_is_left_alone(event):
    assert read_event(an_event(**event), ME, find_person) is None


def test_a_name_may_be_typed_with_our_trigger():
    assert plain("/kpi roi") == "roi"
    assert plain("  ") == ""
    assert plain("see <https://a.example/x> and <#C01|growth>") == "see https://a.example/x and #C01"
