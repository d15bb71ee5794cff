"""To whom a dead letter goes instead, until nobody is left."""

from dataclasses import replace
from datetime import date

import pytest

from core.notices.notice import TICKETS, Kind, Notice, Place
from core.people.person import Right
from core.routing.instead import instead
from tests.builders import BOARD, NOW, WAR_ROOM, a_person, a_team, on_leave, some_routes


def the_chain(notice, people, routes):
    """Return everybody who is told in turn, when nothing reaches anybody."""
    told = []
    while notice is not None:
        told.append(str(notice.to))
        place = notice.to if isinstance(notice.to, Place) else Place("slack", people[notice.to].chats["slack"])
        notice = instead(notice, place, "blocked", people, routes, NOW)
    return told


def first(to):
    return Notice("first", Kind.FIRST, "a1", to)


def test_it_goes_from_chat_to_chat_to_the_lead_to_the_admin_to_the_chat_for_all_else_and_ends():
    assert the_chain(first("alice"), a_team(), some_routes()) == [
        *("alice", "web:alice"),
        *("bob", "web:bob"),
        *("charlie", "web:charlie"),
        "web:board",
    ]


def test_two_who_lead_each_other_do_not_hand_it_to_and_fro():
    people = {"a": a_person("a", lead="b"), "b": a_person("b", lead="a")}
    assert the_chain(first("a"), people, ()) == ["a", "web:a", "b", "web:b"]


def test_an_admin_who_is_there_comes_before_one_who_is_away():
    people = a_team() | {"dora": a_person("dora", right=Right.MANAGE)}
    people["charlie"] = replace(people["charlie"], leave=on_leave(date(2026, 6, 1), date(2026, 6, 30)))
    bob = Place("web", "bob")
    notice = instead(first("bob"), bob, "blocked", people, some_routes(), NOW)
    assert (notice.to, notice.facts) == ("dora", {"instead_of": "bob"})


def test_whoever_has_no_chat_is_no_help():
    people = {"alice": a_person("alice"), "charlie": a_person("charlie", right=Right.MANAGE, chats={})}
    assert the_chain(first("alice"), people, some_routes()) == ["alice", "web:alice", "web:board"]


@pytest.mark.parametrize("place", [WAR_ROOM, TICKETS])
def test_of_a_chat_that_is_gone_an_admin_hears_once_a_day(place):
    news = [
        instead(Notice(str(n), Kind.FIRST, f"a{n}", place), place, "is_archived", a_team(), some_routes(), NOW)
        for n in range(3)
    ]
    assert {one.key for one in news} == {f"chat-gone:{place}:2026-06-18"}
    assert (news[0].kind, news[0].to, news[0].facts["why"]) == (Kind.NEWS, "charlie", "is_archived")
    assert the_chain(news[0], a_team(), some_routes())[-1] == "web:board"


def test_that_the_last_chat_is_gone_is_not_said_there():
    news = instead(first(BOARD), BOARD, "is_archived", a_team(), some_routes(), NOW)
    assert the_chain(news, a_team(), some_routes()) == ["charlie", "web:charlie"]
    assert instead(first(BOARD), BOARD, "is_archived", {}, some_routes(), NOW) is None


def test_an_edit_that_cannot_be_made_is_nobodys_business():
    assert instead(replace(first(WAR_ROOM), kind=Kind.STATE), WAR_ROOM, "gone", a_team(), some_routes(), NOW) is None
