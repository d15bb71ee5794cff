"""Mail, by a real server: what lies in the box, in both of its forms, and what each refusal is to us."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given

from bot.adapters.mail.adapter import MailAdapter, Server
from bot.adapters.mail.letter import compose
from bot.chat.card import Card, Prose
from bot.chat.links import Links
from core.notices.notice import Place
from core.notices.outbox import Dead, Retry, Sent, Wait
from tests.adapters import golden
from tests.adapters.cards_of_any_kind import cards
from tests.adapters.samples import ALERT_EN, CARDS, PNG
from tests.standins.postoffice import post_office

NOW = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
LI = Place("mail", "li@x.cn")
LINKS = Links("https://kpi.example.cn", b"a secret of ours", lambda: NOW, lambda _: "liwei")


@pytest.fixture
def office():
    with post_office() as one:
        yield one


def an_adapter(url):
    return MailAdapter(Server.read(url), LINKS, draw=lambda _: PNG, now=lambda: NOW)


@pytest.mark.parametrize("name", CARDS)
async def test_what_lies_in_the_box(office, name):
    card = CARDS[name]
    shown = Card(card.title, card.tongue, card.tone, card.blocks, card.summary, "#7f3k" if "alert" in name else "")
    assert await an_adapter(office.url).post(LI, shown, "k") == Sent("")
    [letter] = office.letters
    assert letter["to"] == "li@x.cn"
    assert letter.get_content_type() == "multipart/alternative"
    words, html = letter.get_body(("plain",)), letter.get_body(("html",))
    golden.check(f"mail/{name}.txt", f"{letter['subject']}\n\n{words.get_content()}".replace("\r", ""))
    golden.check(f"mail/{name}.html", html.get_content().replace("\r", ""))


async def test_the_chart_lies_in_the_letter(office):
    await an_adapter(office.url).post(LI, ALERT_EN, "k")
    [letter] = office.letters
    [chart] = [part for part in letter.walk() if part.get_content_type() == "image/png"]
    assert chart["content-id"] == "<chart@beacon>"
    assert chart.get_content_disposition() == "inline"
    assert chart.get_content() == PNG
    assert 'src="cid:chart@beacon"' in letter.get_body(("html",)).get_content()


async def test_a_reader_whom_the_server_does_not_know_is_dead_and_a_busy_server_is_waited_for(office):
    adapter = an_adapter(office.url)
    for answer, outcome in (
        ("550 5.1.1 no such user", Dead("no-such-address")),
        ("451 4.7.1 greylisted", Wait(60)),
    ):
        office.refuse = answer
        assert await adapter.post(LI, ALERT_EN, "k") == outcome
    assert office.letters == []


async def test_a_server_that_is_away_or_a_wrong_password_may_be_mended(office):
    away = MailAdapter(Server("127.0.0.1", 9, "", "", "beacon@example.cn", "none"), draw=lambda _: PNG)
    assert await away.post(LI, ALERT_EN, "k") == Retry("ConnectionRefusedError")
    signed = office.url.replace("smtp://", "smtp://beacon:wrong@")
    assert await an_adapter(signed).post(LI, ALERT_EN, "k") == Retry("smtp-535")
    right = office.url.replace("smtp://", "smtp://beacon:p%40ss@")
    assert await an_adapter(right).post(LI, ALERT_EN, "k") == Sent("")
    assert office.logins[-1] == (b"beacon", b"p@ss")


async def test_an_address_with_a_line_break_adds_no_header(office):
    there = Place("mail", "li@x.cn\nBcc: all@x.cn")
    assert await an_adapter(office.url).post(there, ALERT_EN, "k") == Dead("no-such-address")


async def test_a_server_without_tls_is_refused_unless_somebody_said_so(office):
    url = office.url.replace("&tls=none", "")
    assert isinstance(await an_adapter(url).post(LI, ALERT_EN, "k"), Retry)
    assert office.letters == []


@pytest.mark.parametrize("url", ["http://x", "smtp://host", "smtp://host/?from=nobody", "smtp://h/?from=a@b&tls=no"])
def test_what_is_no_mail_server_is_said_so(url):
    with pytest.raises(ValueError, match="no mail server"):
        Server.read(url)


@given(cards)
def test_whatever_the_card_it_is_a_letter(card):
    letter = compose(card, "beacon@example.cn", "li@x.cn", NOW, png=PNG)
    assert isinstance(letter, EmailMessage)
    assert b"<script" not in letter.as_bytes().lower()


def test_markup_in_a_name_stays_a_name():
    card = Card("A&B <b>", "en", blocks=(Prose("<img src=x>\n\nsecond"),))
    html = compose(card, "a@b.cn", "c@d.cn", NOW).get_body(("html",)).get_content()
    assert "&lt;img src=x&gt;" in html
    assert "<img" not in html
