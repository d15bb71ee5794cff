"""An alert is answered in chat, from the first tap to its closing, by hand and by button, in both tongues."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.chat.plain import plain
from core.alerts.alert import Feedback, Stage
from tests.scenarios.test_chat import Chat, buttons, chat

__all__ = ["chat"]


def shanghai(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "owner", "text", "due"),
    [
        ("promise 7f3k replace the copy by friday", "alice", "replace the copy", shanghai(date(2026, 6, 12), 18)),
        ("promise 7f3k friday: replace the copy", "alice", "replace the copy", shanghai(date(2026, 6, 12), 18)),
        ("promise 7f3k i'll call them tomorrow 3pm", "alice", "call them", shanghai(date(2026, 6, 12), 15)),
        ("promise 7f3k @bob call them by next friday", "bob", "call them", shanghai(date(2026, 6, 19), 18)),
        ("promise 7f3k for bob: call them tomorrow", "bob", "call them", shanghai(date(2026, 6, 12), 18)),
        ("跟进 7f3k 更换文案 明天下午3点", "alice", "更换文案", shanghai(date(2026, 6, 12), 15)),
        ("跟进 7f3k 明天下午3点换文案", "alice", "换文案", shanghai(date(2026, 6, 12), 15)),
        ("7f3k 承诺 给鲍勃 下周五前改落地页", "bob", "改落地页", shanghai(date(2026, 6, 19), 18)),
        ("promise 7f3k today 18:00", "alice", "", shanghai(date(2026, 6, 11), 18)),
    ],
)
async def test_a_promise_is_read_as_people_say_it(chat: Chat, said, owner, text, due):
    alert = await chat.alert()
    await chat.says("alice", said.replace("7f3k", alert.handle))
    (promise,) = (await chat.alert()).work.promises
    assert (promise.owner, promise.text, promise.due) == (owner, text, due)


async def test_an_ack_asks_what_next_and_one_tap_answers(chat: Chat):
    alert = await chat.alert()
    offered = buttons(await chat.says("alice", f"ack {alert.stamp}"))
    acked = await chat.alert()
    assert offered == [f"promise {acked.stamp} today 18:00", f"promise {acked.stamp} tomorrow"]
    await chat.says("alice", offered[1])
    assert "p1" in plain(await chat.says("alice", "promises"))
    held = await chat.reply("alice", "mine")
    assert [alert.handle in plain(card) for card in held.cards] == [True, True]
    await chat.says("alice", f"done {alert.handle} p1")
    assert "No promises" in plain(await chat.says("alice", "promises"))


async def test_a_promise_without_a_time_asks_for_one_and_without_anything_offers_three(chat: Chat):
    alert = await chat.alert()
    asked = await chat.says("alice", f"promise {alert.handle} replace the copy")
    assert "replace the copy tomorrow 3pm" in plain(asked)
    assert len(buttons(await chat.says("alice", f"promise {alert.handle}"))) == 2
    assert not (await chat.alert()).work.promises


async def test_words_of_a_cause_are_kept_until_the_last_tap(chat: Chat):
    alert = await chat.alert()
    asked = buttons(await chat.says("alice", f"关闭 {alert.handle} 已处理 原因：推广文案失效"))
    present = await chat.alert()
    assert present.work.cause == "推广文案失效"
    assert f"close {present.stamp} real-acted action:content" in asked
    done = await chat.says("alice", f"close {present.stamp} real-acted action:content")
    closed = await chat.alert()
    assert (closed.handling.cause, closed.handling.action) == ("推广文案失效", "content")
    (keep,) = buttons(done)
    await chat.says("alice", keep)
    # Revenue was 80 and should be at least 100: 20 a day, and seven days until somebody would have looked.
    assert (await chat.alert()).loss.amount == pytest.approx(140, abs=1)
    await chat.says("alice", f"止损 {alert.handle} 1.2万")
    assert (await chat.alert()).loss.amount == 12_000


async def test_every_button_behind_more_is_a_command_that_works(chat: Chat):
    alert = await chat.alert()
    for command in buttons(await chat.says("alice", f"more {alert.stamp}")):
        card = await chat.says("bob", command)
        assert "went wrong" not in plain(card), command
        assert "出错" not in plain(card), command


async def test_one_tap_says_what_it_was_worth(chat: Chat):
    alert = await chat.alert()
    offered = buttons(await chat.says("alice", f"judge {alert.handle}"))
    await chat.says("alice", offered[-1])
    assert (await chat.alert()).verdict is Feedback.NEW_NORMAL


async def test_it_is_handed_to_another_role_and_taken(chat: Chat):
    alert = await chat.alert()
    assert f"handoff {alert.stamp} director" in buttons(await chat.says("alice", f"handoff {alert.stamp}"))
    assert "Nobody holds" in plain(await chat.says("alice", f"handoff {alert.handle} finance"))
    await chat.says("alice", f"移交 {alert.handle} director 超预算")
    given = await chat.alert()
    assert (given.owner, given.offered_by) == ("bob", "alice")
    await chat.says("bob", f"接受 {alert.handle}")
    assert (await chat.alert()).offered_by is None


async def test_managers_look_up_who_did_what_and_what_rules_lack(chat: Chat):
    alert = await chat.alert()
    await chat.says("alice", f"ack {alert.handle}")
    said = plain(await chat.says("bob", f"audit #{alert.handle}"))
    assert "艾丽丝（web:alice）" in said
    assert "open → acked" in said
    assert "alice" not in plain(await chat.says("bob", "审计 last week"))
    assert "roi_drop" in plain(await chat.says("bob", "体检"))
    refusal = await chat.reply("alice", "audit")
    assert buttons(refusal.cards[0])[0].startswith("plead ")
    assert (await chat.alert()).handling.stage is Stage.ACKED


async def test_whoever_comes_second_may_take_it_over_with_one_tap(chat: Chat):
    alert = await chat.alert()
    await chat.says("bob", f"ack {alert.handle}")
    reply = await chat.reply("alice", f"ack {alert.stamp}")
    assert reply.is_private
    (take_over,) = buttons(reply.cards[0])
    await chat.says("alice", take_over)
    await chat.says("alice", f"ack {alert.handle}")
    taken = await chat.alert()
    assert (taken.owner, taken.handling.by) == ("alice", "alice")
