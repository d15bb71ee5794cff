"""A card as Slack's blocks: as somebody last looked at it, and never more than Slack takes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from bot.adapters.slack.render import MAX_FALLBACK, pictures, render
from bot.chat.card import Button, Buttons, Card, Fact, Facts, Prose, Table
from tests.adapters import golden
from tests.adapters.cards_of_any_kind import cards
from tests.adapters.samples import ALERT_EN, CARDS
from tests.standins import blockkit


@pytest.mark.parametrize("name", CARDS)
def test_a_card_looks_as_it_did(name):
    shown = render(CARDS[name])
    looks = json.dumps({"text": shown.text, "blocks": shown.blocks}, ensure_ascii=False, indent=2)
    golden.check(f"slack/{name}.json", looks + "\n")


@given(cards)
def test_whatever_the_card_slack_takes_it(card):
    shown = render(card)
    blocks = list(shown.blocks)
    assert blockkit.faults(blocks) == []
    assert blockkit.letters(blocks) <= blockkit.MAX_LETTERS
    assert 0 < len(shown.text) <= MAX_FALLBACK


def test_markup_in_a_name_stays_a_name():
    [_, said] = render(Card("T", "en", blocks=(Prose("<!channel> & <@U01>"),))).blocks
    assert said["text"]["text"] == "&lt;!channel&gt; &amp; &lt;@U01&gt;"


def test_what_is_too_long_is_cut_from_the_end_and_the_buttons_stay():
    long = Card("T", "en", blocks=(*[Prose("word " * 500)] * 10, Buttons((Button("Ack", "ack 7f3k@1"),))))
    shown = render(long).blocks
    assert shown[-1]["elements"][0]["value"] == "ack 7f3k@1"
    assert shown[-2] == {"type": "context", "elements": [{"type": "mrkdwn", "text": "…"}]}


def test_more_blocks_than_slack_takes_are_cut():
    assert len(render(Card("T", "en", blocks=(Prose("a"),) * 80)).blocks) == 50


def test_a_table_of_many_rows_says_that_there_are_more():
    rows = tuple((f"channel {number}", "1.00") for number in range(300))
    [_, table] = render(Card("T", "en", blocks=(Table(("channel", "ROI"), rows, (1,)),))).blocks
    assert table["text"]["text"].endswith("\n…\n```")


def test_an_empty_value_is_shown_as_a_dash_and_empty_blocks_not_at_all():
    blocks = (Prose(" "), Facts((Fact("ROI", ""),)), Facts(()), Buttons(()))
    [_, facts] = render(Card("T", "en", blocks=blocks)).blocks
    assert facts["fields"][0]["text"] == "ROI\n*–*"


def test_a_picture_is_told_in_words_and_sent_apart():
    assert [each.alt for each in pictures(ALERT_EN)] == ["ROI fell from 1.8× to 0.8× in two days"]
