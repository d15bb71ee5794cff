"""A link is for one reader, one alert and a while; any letter of it changed is no link at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.links import Links
from core.errors import Forbidden
from core.notices.notice import Place

NOW = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
MAIL, GROUP = Place("mail", "li@x.cn"), Place("wecom", "ops")
LINKS = Links("https://kpi.example.cn/", b"secret", lambda: NOW, lambda place: "liwei" if place == MAIL else None)


def token_of(place=MAIL, about="#7f3k", links=LINKS):
    address = links.to(place, about)
    assert address.startswith("https://kpi.example.cn/a/")
    return address.rpartition("/")[2]


def test_a_link_says_who_reads_what_until_when():
    known = LINKS.read(token_of())
    assert (known.about, known.place, known.person) == ("#7f3k", MAIL, "liwei")
    assert known.until == NOW + timedelta(hours=72)


def test_a_groups_link_is_nobodys_own():
    assert LINKS.read(token_of(GROUP)).person is None


def test_a_link_ends():
    token = token_of()
    late = replace(LINKS, now=lambda: NOW + timedelta(hours=72))
    with pytest.raises(Forbidden) as refused:
        late.read(token)
    assert refused.value.code == "link-expired"


def test_a_link_of_another_house_is_none_of_ours():
    with pytest.raises(Forbidden) as refused:
        replace(LINKS, secret=b"another").read(token_of())
    assert refused.value.code == "link-forged"


@given(st.data())
def test_a_link_with_any_letter_changed_is_forged(data):
    token = token_of()
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(max_codepoint=127).filter(lambda one: one != token[at]))
    with pytest.raises(Forbidden) as refused:
        LINKS.read(token[:at] + letter + token[at + 1 :])
    assert refused.value.code == "link-forged"


@given(st.text(max_size=60))
def test_any_other_text_is_no_link(text):
    with pytest.raises(Forbidden):
        LINKS.read(text)
