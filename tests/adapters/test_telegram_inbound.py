"""Recorded updates of Telegram, as Requests."""

from __future__ import annotations

import pytest
from telegram import Update, User

from bot.adapters.telegram.inbound import read_update
from core.notices.notice import Place
from tests.adapters.samples import find_person

ME = User(4242, "Beacon", is_bot=True, username="beacon_kpi_bot")
ALICE = {"id": 101, "is_bot": False, "first_name": "Alice", "language_code": "en"}
BOB = {"id": 102, "is_bot": False, "first_name": "Bob", "username": "bob", "language_code": "zh-hans"}
OURS = {"id": 4242, "is_bot": True, "first_name": "Beacon", "username": "beacon_kpi_bot"}
PRIVATE = {"id": 102, "type": "private", "first_name": "Bob"}
GROUP = {"id": -100500, "type": "supergroup", "title": "Growth"}
PHOTO = [{"file_id": "A", "file_unique_id": "B", "width": 2, "height": 2}]


def heard(**message):
    """Read a message in the shape of https://core.telegram.org/bots/api#message."""
    body = {"message_id": 77, "from": BOB, "chat": PRIVATE, "date": 1_780_000_000, **message}
    return read_update(Update.de_json({"update_id": 1, "message": body}, None), ME, find_person)


def a_command(length):
    return [{"type": "bot_command", "offset": 0, "length": length}]


@pytest.mark.parametrize(
    ("text", "length", "said"),
    [
        ("/kpi roi channel=wechat", 4, "roi channel=wechat"),
        ("/kpi", 4, ""),
        ("/kpi\n投产比", 4, "投产比"),
        ("/KPI@Beacon_KPI_Bot roi", 19, "roi"),
        ("/ack 7f3k", 4, "ack 7f3k"),
        ("/start a1b2c3", 6, "link a1b2c3"),
    ],
)
def test_a_command_is_read_without_its_trigger(text, length, said):
    assert heard(text=text, entities=a_command(length)).request.text == said


def test_a_command_to_another_bot_is_left_alone():
    assert heard(chat=GROUP, text="/kpi@other_bot roi", entities=a_command(14)) is None


def test_plain_and_chinese_words_in_private_are_for_us():
    said = heard(text="/确认 7f3k")
    assert (said.request.text, said.request.tongue, said.request.person) == ("确认 7f3k", "zh", None)
    assert (said.request.place, said.request.event) == (Place("telegram", "102"), "m:102:77")
    assert not said.is_overheard
    assert said.message is None


def test_in_a_group_a_mention_is_for_us_and_is_answered_below_itself():
    said = heard(chat=GROUP, text="@beacon_kpi_bot roi", **{"from": ALICE})
    assert (said.request.text, said.request.person.id, said.message) == ("roi", "alice", 77)
    assert heard(chat=GROUP, text="good morning") is None


@pytest.mark.parametrize(("photo", "receipt"), [(None, "-100500:50"), (PHOTO, "-100500:50")])
def test_a_reply_to_our_message_names_that_message(photo, receipt):
    head = {
        "message_id": 50,
        "from": OURS,
        "chat": GROUP,
        "date": 1,
        **({"photo": photo} if photo else {"text": "ROI"}),
    }
    said = heard(chat=GROUP, text="确认", reply_to_message=head)
    assert (said.head, said.is_overheard) == (receipt, True)


def test_a_reply_to_somebody_else_is_left_alone():
    head = {"message_id": 50, "from": ALICE, "chat": GROUP, "date": 1, "text": "?"}
    assert heard(chat=GROUP, text="ack", reply_to_message=head) is None


def test_a_topic_is_part_of_the_place():
    said = heard(chat=GROUP, text="/kpi roi", entities=a_command(4), message_thread_id=7, is_topic_message=True)
    assert said.request.place == Place("telegram", "-100500", "7")


def test_a_person_without_a_username_is_named_by_their_id():
    entities = [{"type": "text_mention", "offset": 12, "length": 2, "user": ALICE}]
    assert heard(text="assign 7f3k 爱丽", entities=entities).request.text == "assign 7f3k @101"


@pytest.mark.parametrize("message", [{"text": "roi", "from": OURS}, {"photo": PHOTO}], ids=["a bot", "no words"])
def test_what_is_not_ours_is_left_alone(message):
    assert heard(**message) is None


def test_an_update_of_another_kind_is_left_alone():
    edited = {"message_id": 77, "from": BOB, "chat": PRIVATE, "date": 1, "text": "/kpi roi"}
    assert read_update(Update.de_json({"update_id": 1, "edited_message": edited}, None), ME, find_person) is None


def a_click(message, data="ack 7f3k@1"):
    query = {"id": "4382bfdwdsb323b2d9", "from": BOB, "chat_instance": "1", "message": message}
    return read_update(
        Update.de_json({"update_id": 1, "callback_query": query | ({"data": data} if data else {})}, None),
        ME,
        find_person,
    )


def test_a_click_says_what_its_button_says():
    said = a_click({"message_id": 50, "from": OURS, "chat": GROUP, "date": 1_780_000_000, "photo": PHOTO})
    assert (said.request.text, said.request.actor, said.request.event) == ("ack 7f3k@1", "102", "c:4382bfdwdsb323b2d9")
    assert (said.head, said.click, said.message) == ("-100500:50", "4382bfdwdsb323b2d9", 50)


def test_a_click_on_a_message_too_old_to_be_shown_still_counts():
    said = a_click({"message_id": 50, "chat": GROUP, "date": 0})
    assert (said.request.text, said.request.place) == ("ack 7f3k@1", Place("telegram", "-100500"))


def test_a_click_without_words_is_not_ours():
    assert a_click({"message_id": 50, "from": OURS, "chat": GROUP, "date": 1}, data=None) is None
    assert a_click(None) is None
