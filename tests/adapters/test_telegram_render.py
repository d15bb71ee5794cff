"""A card as Telegram's HTML: as somebody last looked at it, and never more than Telegram takes."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.adapters.telegram.render import MAX_CAPTION, MAX_ENTITIES, MAX_TEXT, picture, render
from bot.chat.card import Button, Buttons, Card, Fact, Facts, Prose
from tests.adapters import golden
from tests.adapters.cards_of_any_kind import cards
from tests.adapters.samples import ALERT_EN, ANSWER_EN, CARDS
from tests.standins import markup


@pytest.mark.parametrize("name", CARDS)
def test_a_card_looks_as_it_did(name):
    shown = render(CARDS[name])
    rows = (" | ".join(f"[{each.label}] {each.command}" for each in row) for row in shown.keyboard)
    golden.check(f"telegram/{name}.html", "\n".join([shown.html, "", *rows]) + "\n")


@given(cards)
def test_whatever_the_card_telegram_takes_it(card):
    for most, is_caption in ((MAX_TEXT, False), (MAX_CAPTION, True)):
        shown = render(card, most, is_caption=is_caption)
        seen, tags = markup.read(shown.html)
        assert markup.units(seen) <= most
        assert tags <= MAX_ENTITIES
        assert seen == shown.plain
        assert shown.is_whole or seen.endswith("…")
        assert all(1 <= len(row) <= 8 for row in shown.keyboard)


def test_markup_in_a_name_stays_a_name():
    assert render(Card("T", "en", blocks=(Prose("A&B <b>"),))).html == "<b>T</b>\n\nA&amp;B &lt;b&gt;"


def test_a_letter_is_never_cut_in_two():
    shown = render(Card("T", "en", blocks=(Prose("🔴" * 3000),)))
    seen, _ = markup.read(shown.html)
    assert seen == "T\n\n" + "🔴" * 2046 + "…"
    assert not shown.is_whole


def test_a_caption_does_not_describe_its_picture():
    assert "📈" in render(ALERT_EN).html
    assert "📈" not in render(ALERT_EN, is_caption=True).html


def test_a_hundred_tags_are_worn_and_no_more():
    facts = Facts(tuple(Fact("a", "b") for _ in range(150)))
    html = render(Card("T", "en", blocks=(facts,))).html
    assert html.count("<b>") == 100


def test_buttons_with_long_labels_stand_alone():
    labels = ("Ack", "Assign", "Close", "确认并且通知渠道负责人以及主管", "Why")
    rows = render(Card("T", "en", blocks=(Buttons(tuple(Button(each, "ack") for each in labels)),))).keyboard
    assert [[each.label for each in row] for row in rows] == [
        ["Ack", "Assign", "Close"],
        ["确认并且通知渠道负责人以及主管"],
        ["Why"],
    ]


def test_a_card_without_a_picture_has_none():
    assert picture(ANSWER_EN) is None
