"""A digest on every road: what each of them saw in Slack, Telegram and a letter, in both tongues.

Each stand-in refuses what its platform refuses; each golden file is what a reader sees, handles written 7f3k.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.mail.adapter import MailAdapter, Server
from bot.messenger import ChatMessenger
from core.notices.notice import Place
from core.routing.digests import Every, Level, Plan
from core.usecases.deliver import deliver
from core.usecases.post_digests import post_digests
from tests.adapters import golden
from tests.adapters.samples import PNG
from tests.scenarios.native_house import GROUP, GROWTH, a_house, in_slack, in_telegram
from tests.standins.postoffice import post_office

LETTERS = Place("mail", "boss@x.cn")
READERS = ((GROWTH, Level.MANAGER), (GROUP, Level.OPERATOR), (LETTERS, Level.EXECUTIVE))


async def told(house, tongue, **adapters):
    """Post what is due and deliver it through these adapters; return what makes a text the same each time."""
    plans = tuple(Plan(to, level, Every.DAY, tongue=tongue, holidays=True) for to, level in READERS)
    workspace = replace(house.workspace, digests=plans)
    await post_digests(workspace, house.world)
    speaks = ChatMessenger(adapters, workspace, house.clock, house.world.warehouse, house.world.store)
    world = replace(house.world, messenger=speaks)
    for _ in range(4):  # a chat takes one message a second
        while await deliver(workspace, world):
            pass
        house.clock.moment += timedelta(seconds=61)
    handles = {(await house.alert("wechat")).handle: "7f3k", (await house.alert("douyin")).handle: "9zzz"}

    def plainly(text):
        for handle, name in handles.items():
            text = text.replace(handle, name)
        lines = text.replace("\r", "").strip().splitlines()
        rows = [at for at, line in enumerate(lines) if line.startswith(tuple(handles.values()))]
        for at, line in zip(rows, sorted(lines[at] for at in rows), strict=True):
            lines[at] = line  # two that are as bad as each other stand in either order
        return "\n".join(lines) + "\n"

    return plainly


@pytest.mark.parametrize(("tongue", "team", "own"), [("en", "Team daily", "Your day"), ("zh", "团队日报", "我的日报")])
async def test_slack_telegram_and_mail_each_show_the_digest_with_its_picture(tmp_path, tongue, team, own):
    with post_office() as office:
        mail = MailAdapter(Server.read(office.url), draw=lambda _: PNG)
        async with a_house(tmp_path) as house, in_slack(house) as (slack, shop), in_telegram(house) as (tg, chat):
            plainly = await told(house, tongue, slack=shop, telegram=chat, mail=mail)
            [card] = [one for one in slack.messages() if team in one.seen]
            await slack.until(lambda: "image" in [block["type"] for block in card.blocks])
            golden.check(f"digests/slack.{tongue}.txt", plainly(card.seen))
            [shown] = [one for one in tg.messages(-100500) if own in one.text]
            await tg.until(lambda: any(one.photo for one in tg.messages(-100500)))
            golden.check(f"digests/telegram.{tongue}.txt", plainly(f"{shown.text}\n\n{len(shown.buttons)}"))
    [letter] = office.letters
    words = letter.get_body(("plain",)).get_content()
    golden.check(f"digests/mail.{tongue}.txt", plainly(f"{letter['subject']}\n\n{words}"))
    assert [part.get_content() for part in letter.walk() if part.get_content_type() == "image/png"] == [PNG]
    assert "digest settings" not in words, "nobody presses a button in a letter"
