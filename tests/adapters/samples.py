"""The cards that every adapter is shown, a small house that answers, and the people in it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

from bot.chat.card import Button, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone
from bot.chat.reply import Reply
from core.calendar.grain import Grain
from core.charts.figure import Line, Lines
from core.metrics.metric import Direction
from core.people.person import Person
from core.quantity import Unit
from core.text import Text

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
FIGURE = Lines("ROI", "en", next(iter(Unit)), Direction.UP, Grain.DAY, 20_000, (Line("ROI", (1.8, 1.2, 0.8)),))

ALERT_EN = Card(
    "ROI below 1 while overspent",
    "en",
    Tone.BAD,
    (
        Prose("WeChat ROI is 0.8×, and A&B <spring> is over budget.", "strong"),
        Facts((Fact("ROI", "0.8×", Tone.BAD), Fact("Before", "1.8× (−56 %)"), Fact("Owner", "Li Wei"))),
        Picture(FIGURE, "ROI fell from 1.8× to 0.8× in two days"),
        Prose("Rule: roi by channel < 1 and budget overspent", "quiet"),
        Buttons(
            (
                Button("Acknowledge", "ack 7f3k@1", "primary"),
                Button("Assign", "assign 7f3k@1"),
                Button("Close", "close 7f3k@1", "danger"),
            )
        ),
    ),
    "WeChat ROI 0.8×, below 1",
)
ALERT_ZH = Card(
    "投产比低于 1 且超支",
    "zh",
    Tone.BAD,
    (
        Prose("微信投产比 0.8 倍，A&B <春季> 已超预算。", "strong"),
        Facts((Fact("投产比", "0.8 倍", Tone.BAD), Fact("之前", "1.8 倍（−56%）"), Fact("负责人", "李伟"))),
        Picture(FIGURE, "投产比两天内从 1.8 降到 0.8"),
        Prose("规则：渠道ROI<1且预算超支", "quiet"),
        Buttons(
            (
                Button("确认", "ack 7f3k@1", "primary"),
                Button("指派", "assign 7f3k@1"),
                Button("关闭", "close 7f3k@1", "danger"),
            )
        ),
    ),
    "微信投产比 0.8 倍，低于 1",
)
ANSWER_EN = Card(
    "ROI by channel, last 7 days",
    "en",
    blocks=(
        Prose("Revenue ÷ spend."),
        Table(("channel", "ROI", "change"), (("WeChat", "0.80", "−56 %"), ("Douyin", "1.25", "+3 %")), (1, 2)),
    ),
)
ANSWER_ZH = Card(
    "各渠道投产比，最近 7 天",
    "zh",
    blocks=(
        Prose("成交额 ÷ 花费。"),
        Table(("渠道", "投产比", "变化"), (("微信", "0.80", "−56%"), ("抖音", "1.25", "+3%")), (1, 2)),
    ),
)
CARDS = {"alert-en": ALERT_EN, "alert-zh": ALERT_ZH, "answer-en": ANSWER_EN, "answer-zh": ANSWER_ZH}


def plain_card(text: str) -> Card:
    return Card(text, "en")


ALICE = Person("alice", Text(en="Alice", zh="爱丽丝"), chats={"slack": "U01", "telegram": "101"}, tongue="zh")


def find_person(platform: str, actor: str) -> Person | None:
    return ALICE if ALICE.chats.get(platform) == actor else None


class House:
    """Answers each event once, as ours does, and remembers what it was asked."""

    def __init__(self, reply: Reply | None = None) -> None:
        self.asked = []
        self.reply = reply
        self.heads = {}  # receipt → the alert whose card it is
        self._seen = set()

    async def answer(self, request) -> Reply:
        if request.event in self._seen:
            return Reply()
        self._seen.add(request.event)
        self.asked.append(request)
        return Reply((plain_card(f"You said: {request.text}"),)) if self.reply is None else self.reply

    async def find_alert(self, place, receipt):
        return self.heads.get(receipt)


@asynccontextmanager
async def running(adapter, house):
    """Let an adapter listen, from up to gone."""
    task = asyncio.create_task(adapter.run(house.answer))
    try:
        async with asyncio.timeout(5):
            while not adapter.is_up:
                assert not task.done(), task.exception()
                await asyncio.sleep(0.01)
        yield adapter
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert not adapter.is_up
