"""What the house has to say of itself."""

import pytest

from bot.cards.news import news_card
from bot.chat.plain import plain
from core.notices.notice import Kind, Notice
from core.routing.instead import GONE
from tests.builders import NOW, a_workspace


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_a_chat_that_is_gone_is_named_with_what_its_platform_said(tongue):
    notice = Notice("n", Kind.NEWS, None, "charlie", {"news": GONE, "to": "slack:C123", "why": "is_archived"})
    said = plain(news_card(notice, None, a_workspace(), tongue, NOW))
    assert "slack:C123" in said
    assert "is_archived" in said
    assert "routes.yaml" in said
