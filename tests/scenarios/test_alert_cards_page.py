"""The cards of an alert's answer in a real browser, in one hand, in both tongues: all can be read and pressed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import expect

from bot.cards.alert import alert_card
from bot.cards.audit import audit_card
from bot.cards.choose import action_card, cause_card, done_card, reason_card
from bot.cards.more import more_card
from bot.cards.plea import plea_card
from bot.cards.work import promises_card, todo_card, with_promise
from core.alerts import checklist, handling, promises
from core.alerts.alert import Reason
from core.alerts.audited import entries
from core.alerts.work import Answer, Loss, Proposal
from core.notices.notice import Kind, Notice
from core.quantity import Unit
from core.text import Text
from core.usecases.follow_up import Pledge
from tests.scenarios.test_web_page import HAND, OWN, browser, console, look, pytestmark
from tests.unit.bot.cards.office import NOW, an_alert, workspace

__all__ = ["browser", "console", "pytestmark"]
CUT = Proposal(Text("cut the channel’s budget by 10%", "扣减渠道预算10%"), "role:director", 1, answer=Answer.PROPOSED)
WORDS = {"en": "replace the copy on the landing page", "zh": "更换落地页文案并重新投放"}


def answered(tongue):
    """Return the cards that one meets from the first tap to the last."""
    here, me = workspace(), replace(workspace().people["liwei"], tongue=tongue)
    alert = an_alert()
    acked = handling.ack(alert, "liwei", None, NOW, via="slack:U1")
    ticked = checklist.tick(acked.after, "liwei", 1, 2, NOW)
    due = NOW + timedelta(hours=5)
    promised = promises.promise(ticked.after, "liwei", "liwei", WORDS[tongue], due, NOW).after
    proposed = replace(promised, work=replace(promised.work, proposal=CUT))
    asked = Notice("k", Kind.REMINDER, "a1", "liwei", {"happening": "due", "number": 1, "text": WORDS[tongue]})
    plea = Notice("k", Kind.REQUEST, None, "liwei", {"happening": "plea", "plea": "k4m2p7qr", "actor": "wangfang",
                                                     "text": "close 7f3k@12 real-acted"})  # fmt: skip
    closing = handling.close(promised, "liwei", Reason.REAL_ACTED, None, NOW, cause="copy", action="content")
    lines = [line for change in (acked, ticked, closing) for line in entries(change)]
    return [
        alert_card(alert, here, tongue, NOW),
        with_promise(done_card(acked, here, tongue, NOW), acked.after, me, NOW),
        alert_card(promised, here, tongue, NOW, notice=asked),
        alert_card(proposed, here, tongue, NOW),
        more_card(promised, here, tongue),
        todo_card(promised, here, tongue, NOW),
        reason_card(promised, here, tongue),
        cause_card(promised, Reason.REAL_ACTED, here, tongue),
        action_card(promised, Reason.REAL_ACTED, "copy", here, tongue),
        done_card(closing, here, tongue, NOW, loss=Loss(123_456, Unit.MONEY)),
        alert_card(closing.after, here, tongue, NOW),
        promises_card([Pledge(promised.work.promises[0], promised)], here, tongue, NOW),
        plea_card(plea, here, tongue),
        audit_card(lines, "7f3k", here, tongue, NOW),
    ]


@pytest.mark.parametrize("tongue", ["zh", "en"])
async def test_in_one_hand_every_card_of_an_answer_can_be_read_and_pressed(console, tongue):
    for number, card in enumerate(answered(tongue)):
        await console.web.post(OWN, card, f"card{number}")
    async with console.page(HAND, tongue=tongue) as page:
        await page.tap("[data-tab=chat]")
        shown = page.locator("#log .card")
        await expect(shown).to_have_count(len(answered(tongue)))
        for number, card in enumerate(await shown.all()):
            await card.scroll_into_view_if_needed()
            await card.screenshot(path=console.photos / f"answer-{number:02}-{tongue}.png")
        await look(page)


@pytest.mark.parametrize("tongue", ["zh", "en"])
async def test_a_card_carries_few_buttons(tongue):
    from bot.chat.card import Buttons

    for card in answered(tongue)[:4]:
        rows = [block for block in card.blocks if isinstance(block, Buttons)]
        assert all(len(row.buttons) <= 5 for row in rows)
