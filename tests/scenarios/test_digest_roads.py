"""A digest on every road: Slack, Telegram and mail, each by a stand-in that refuses what the platform refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.adapters.mail.adapter import MailAdapter, Server
from bot.messenger import ChatMessenger
from core.notices.notice import Place
from core.routing.digests import Every, Level, Plan
from core.usecases.deliver import deliver
from core.usecases.post_digests import post_digests
from tests.adapters.samples import PNG
from tests.scenarios.native_house import GROUP, GROWTH, a_house, in_slack, in_telegram
from tests.standins.postoffice import post_office

LETTERS = Place("mail", "boss@x.cn")
PLANS = tuple(
    Plan(to, level, Every.DAY, tongue=tongue, holidays=True)
    for to, level, tongue in (
        (GROWTH, Level.MANAGER, "en"),
        (GROUP, Level.OPERATOR, "zh"),
        (LETTERS, Level.EXECUTIVE, "zh"),
    )
)


async def told(house, **adapters):
    """Post what is due and deliver it through these adapters."""
    workspace = replace(house.workspace, digests=PLANS)
    await post_digests(workspace, house.world)
    speaks = ChatMessenger(adapters, workspace, house.clock, house.world.warehouse, house.world.store)
    world = replace(house.world, messenger=speaks)
    for _ in range(4):  # a chat takes one message a second
        while await deliver(workspace, world):
            pass
        house.clock.moment += timedelta(seconds=61)


async def test_slack_telegram_and_mail_each_show_the_digest_with_its_picture(tmp_path):
    with post_office() as office:
        mail = MailAdapter(Server.read(office.url), draw=lambda _: PNG)
        async with a_house(tmp_path) as house, in_slack(house) as (slack, in_slack_), in_telegram(house) as (tg, chat):
            await told(house, slack=in_slack_, telegram=chat, mail=mail)
            [card] = await slack.until(lambda: [one for one in slack.messages() if "Who has what" in one.seen])
            assert "Team daily" in card.seen
            assert "ROI fell" in card.seen
            await slack.until(lambda: "image" in [block["type"] for block in card.blocks])
            [shown] = [one for one in tg.messages(-100500) if "我的日报" in one.text]
            assert "投产比下降" in shown.text
            await tg.until(lambda: any(one.photo for one in tg.messages(-100500)))
            [letter] = office.letters
            words = letter.get_body(("plain",)).get_content()
            assert "老板日报" in letter["subject"]
            assert "投产比下降" in words
            assert [part.get_content() for part in letter.walk() if part.get_content_type() == "image/png"] == [PNG]
            assert "digest settings" not in words, "nobody presses a button in a letter"
