"""Telegram, over real HTTP: what is said there reaches the house, and what the house says is seen there."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.chat.card import Card, Picture, Prose
from bot.chat.reply import Reply
from bot.commands.verbs import opening
from core.notices.notice import Place
from core.notices.outbox import Dead, Repair, Retry, Sent, Wait
from tests.adapters.samples import ALERT_EN, ALERT_ZH, ANSWER_EN, FIGURE, PNG, House, find_person, plain_card, running
from tests.standins.faults import Broken, Dropped, Limited, Refused
from tests.standins.hosting import hosted
from tests.standins.telegram import Telegram

TOKEN, SECRET = "4242:very-secret", "webhook-very-secret"
ALICE, GROUP, FORUM = 101, -100500, -100600
TO_ALICE, TO_GROUP = Place("telegram", "101"), Place("telegram", "-100500")


def an_adapter(telegram, house, webhook_url=None, secret=SECRET, draw=lambda _: PNG):
    return TelegramAdapter(TOKEN, telegram.url, webhook_url, secret, find_person, house.find_alert, draw)


@asynccontextmanager
async def by_polling(house, **more):
    async with Telegram(TOKEN) as telegram:
        adapter = an_adapter(telegram, house, **more)
        async with running(adapter, house):
            yield telegram, adapter


@asynccontextmanager
async def by_webhook(house, **more):
    async with Telegram(TOKEN) as telegram:
        adapter = None

        async def take(request):
            secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
            return Response(status_code=await adapter.handle(await request.json(), secret))

        app = Starlette(routes=[Route("/telegram/webhook", take, methods=["POST"])])
        async with hosted(app) as address:
            adapter = an_adapter(telegram, house, webhook_url=address, **more)
            async with running(adapter, house):
                yield telegram, adapter


@pytest.fixture(params=["polling", "webhook"])
def either_way(request):
    return by_polling if request.param == "polling" else by_webhook


async def test_a_command_in_private_is_answered_there(either_way):
    house = House()
    async with either_way(house) as (telegram, _):
        await telegram.sends("/kpi roi channel=wechat")
        [message] = await telegram.until(telegram.messages)
        assert message.text == "You said: roi channel=wechat"
    [asked] = house.asked
    assert (asked.text, asked.actor, asked.person.id, asked.tongue) == ("roi channel=wechat", "101", "alice", "zh")
    assert asked.place == TO_ALICE


async def test_words_in_private_need_no_command(either_way):
    house = House()
    async with either_way(house) as (telegram, _):
        await telegram.sends("投产比 渠道=微信 最近7天", user=102)
        await telegram.until(lambda: telegram.messages(102))
    assert [(each.text, each.tongue) for each in house.asked] == [("投产比 渠道=微信 最近7天", "en")]


async def test_a_click_is_answered_once_and_says_the_command_of_its_button(either_way):
    house = House()
    async with either_way(house) as (telegram, adapter):
        sent = await adapter.post(TO_GROUP, ALERT_EN, "k1")
        house.heads[sent.receipt] = "7f3k"
        [card] = telegram.messages(GROUP)
        click = await telegram.presses(card, "ack 7f3k@1")
        await telegram.until(lambda: telegram.messages(GROUP)[1:])
        assert telegram.answered == {click: ""}
        assert telegram.messages(GROUP)[1].answers == card.id
    assert [(each.text, each.alert, each.place) for each in house.asked] == [("ack 7f3k@1", "7f3k", TO_GROUP)]


async def test_a_reply_of_one_word_to_an_alert_means_that_alert(either_way):
    house = House()
    async with either_way(house) as (telegram, adapter):
        sent = await adapter.post(TO_GROUP, ALERT_ZH, "k1")
        house.heads[sent.receipt] = "7f3k"
        [card] = telegram.messages(GROUP)
        await telegram.sends("我看一下", chat=GROUP, to=card)
        await telegram.sends("确认", chat=GROUP, to=card)
        await telegram.until(lambda: telegram.messages(GROUP)[1:])
    assert [(each.text, each.alert) for each in house.asked] == [("确认", "7f3k")]


async def test_in_a_group_only_what_is_said_to_us_is_answered(either_way):
    house = House()
    async with either_way(house) as (telegram, _):
        await telegram.sends("good morning", chat=GROUP)
        await telegram.sends("/kpi@another_bot roi", chat=GROUP)
        await telegram.sends("/kpi@beacon_kpi_bot roi", chat=GROUP)
        await telegram.sends("@beacon_kpi_bot gmv", chat=GROUP)
        await telegram.until(lambda: len(telegram.messages(GROUP)) == 2)
    assert sorted(each.text for each in house.asked) == ["gmv", "roi"]


async def test_a_topic_is_answered_in_itself(either_way):
    house = House()
    async with either_way(house) as (telegram, _):
        await telegram.sends("/kpi roi", chat=FORUM, topic=7)
        [message] = await telegram.until(lambda: telegram.messages(FORUM))
        assert message.topic == 7
    assert house.asked[0].place == Place("telegram", str(FORUM), "7")


async def test_an_update_that_telegram_repeats_is_answered_once():
    house = House()
    async with by_webhook(house) as (telegram, _):
        await telegram.sends("/kpi roi")
        await telegram.sends_again()
        await telegram.sends("/kpi help")
        await telegram.until(lambda: len(telegram.messages()) == 2)
        assert telegram.statuses == [200, 200, 200]
    assert sorted(each.text for each in house.asked) == ["help", "roi"]


async def test_a_webhook_call_without_our_secret_is_refused_and_does_nothing():
    house = House()
    async with by_webhook(house) as (telegram, adapter):
        telegram.webhook["secret_token"] = "guessed"
        await telegram.sends("/kpi ack 7f3k")
        telegram.webhook["secret_token"] = ""
        await telegram.sends("/kpi ack 7f3k")
        assert telegram.statuses == [401, 401]
        assert await adapter.handle(["no", "update"], SECRET) == 400
    assert house.asked == []


async def test_a_webhook_without_a_chosen_secret_has_one_all_the_same():
    house = House()
    async with by_webhook(house, secret=None) as (telegram, adapter):
        assert len(telegram.webhook["secret_token"]) >= 32
        assert telegram.webhook["url"].endswith("/telegram/webhook")
        assert await adapter.handle({"update_id": 1}, None) == 401
        await telegram.sends("/kpi roi")
        await telegram.until(telegram.messages)


def redrawn(card, title):
    """Return a card whose chart shows something else."""
    swap = {Picture: lambda one: replace(one, figure=replace(one.figure, title=title))}
    return replace(card, blocks=tuple(swap.get(type(one), lambda same: same)(one) for one in card.blocks))


def titled(figure):
    return PNG + figure.title.encode()


async def test_an_alert_arrives_as_words_with_buttons_and_its_chart_is_put_into_that_message():
    async with by_polling(House(), draw=titled) as (telegram, adapter):
        sent = await adapter.post(TO_GROUP, ALERT_EN, "k1")
        [card] = telegram.messages(GROUP)
        assert card.photo is None
        assert sent == Sent(f"{GROUP}:{card.id}")
        assert "A&B <spring> is over budget" in card.text
        assert card.buttons == {"Acknowledge": "ack 7f3k@1", "Assign": "assign 7f3k@1", "Close": "close 7f3k@1"}
        await telegram.until(lambda: card.photo)
        assert card.photo == PNG + b"ROI"
        assert "A&B <spring> is over budget" in card.text
        assert "📈" not in card.text  # it stands above its caption
        assert len(card.buttons) == 3
        assert telegram.messages(GROUP) == [card]


async def test_a_photo_card_is_edited_in_place_words_buttons_and_chart():
    drawn = []

    def draw(figure):
        drawn.append(figure.title)
        return titled(figure)

    async with by_polling(House(), draw=draw) as (telegram, adapter):
        sent = await adapter.post(TO_GROUP, ALERT_EN, "k1")
        [card] = telegram.messages(GROUP)
        await telegram.until(lambda: card.photo)
        assert await adapter.edit(TO_GROUP, sent.receipt, replace(ALERT_EN, title="Alice has it")) == sent
        assert card.text.startswith("🔴 Alice has it")
        assert card.photo == PNG + b"ROI"
        assert len(card.buttons) == 3
        await adapter.edit(TO_GROUP, sent.receipt, redrawn(ALERT_EN, "later"))
        await telegram.until(lambda: card.photo == PNG + b"later")
        assert card.text.startswith("🔴 ROI below 1")
        assert len(card.buttons) == 3
        assert drawn == ["ROI", "later"]
        assert telegram.messages(GROUP) == [card]


async def test_a_caption_that_grows_too_long_is_cut_and_all_of_it_follows_as_a_file_once():
    async with by_polling(House()) as (telegram, adapter):
        sent = await adapter.post(TO_GROUP, ALERT_EN, "k1")
        [card] = telegram.messages(GROUP)
        await telegram.until(lambda: card.photo)
        for number in range(2):
            grown = replace(ALERT_EN, blocks=(Prose("word " * 300 + str(number)), *ALERT_EN.blocks))
            assert await adapter.edit(TO_GROUP, sent.receipt, grown) == sent
        assert card.text.endswith("…")
        assert len(card.buttons) == 3
        _, rest = await telegram.until(lambda: telegram.messages(GROUP)[1:] and telegram.messages(GROUP))
        name, body = rest.document
        assert (name, rest.answers, rest.is_silent) == ("ROI-below-1-while-overspent.txt", card.id, True)
        assert body.decode().count("word") == 300
        await telegram.until(lambda: not adapter._followers)
        assert len(telegram.messages(GROUP)) == 2


async def test_the_rest_of_a_message_too_long_for_telegram_follows_as_a_file():
    long = Card("A long list", "en", blocks=(Prose("word " * 1000),))
    async with by_polling(House(Reply((long,)))) as (telegram, _):
        await telegram.sends("/kpi list")
        words, rest = await telegram.until(lambda: len(telegram.messages()) == 2 and telegram.messages())
        assert words.text.endswith("…")
        assert rest.document[1].decode().count("word") == 1000


async def test_a_photo_that_we_have_forgotten_is_known_again_when_it_is_edited():
    async with by_polling(House(), draw=titled) as (telegram, adapter):
        sent = await adapter.post(TO_GROUP, ALERT_EN, "k1")
        [card] = telegram.messages(GROUP)
        await telegram.until(lambda: card.photo)
        adapter._following._memory._shown.clear()  # as after a restart
        assert await adapter.edit(TO_GROUP, sent.receipt, redrawn(ALERT_EN, "later")) == sent
        await telegram.until(lambda: card.photo == PNG + b"later")
        assert telegram.messages(GROUP) == [card]


async def test_words_too_long_for_a_caption_come_first_and_the_picture_after_them():
    long = Card("T", "en", blocks=(Prose("word " * 300), Picture(FIGURE, "it fell")))
    async with by_polling(House(), draw=titled) as (telegram, adapter):
        sent = await adapter.post(TO_GROUP, long, "k1")
        words, chart = await telegram.until(lambda: len(telegram.messages(GROUP)) == 2 and telegram.messages(GROUP))
        assert sent == Sent(f"{GROUP}:{words.id}")
        assert "📈 it fell" in words.text
        assert (chart.photo, chart.answers, chart.is_silent) == (PNG + b"ROI", words.id, True)
        await adapter.edit(TO_GROUP, sent.receipt, redrawn(long, "later"))
        await telegram.until(lambda: chart.photo == PNG + b"later")
        assert telegram.messages(GROUP) == [words, chart]


async def test_a_chart_that_cannot_be_drawn_costs_no_word():
    def draw(_):
        raise RuntimeError("no font")

    async with by_polling(House(), draw=draw) as (telegram, adapter):
        assert isinstance(await adapter.post(TO_GROUP, ALERT_EN, "k1"), Sent)
        assert "over budget" in telegram.messages(GROUP)[0].text


async def test_a_message_is_edited_whether_it_is_a_picture_or_words():
    async with by_polling(House()) as (telegram, adapter):
        photo = await adapter._post(TO_GROUP, ALERT_EN)  # an answer: what was asked for comes in one
        words = await adapter.post(TO_GROUP, ANSWER_EN, "k2")
        assert await adapter.edit(TO_GROUP, photo.receipt, plain_card("Alice has it")) == photo
        assert await adapter.edit(TO_GROUP, words.receipt, plain_card("Alice has it")) == words
        assert [each.text for each in telegram.messages(GROUP)] == ["Alice has it", "Alice has it"]
        assert [each.buttons for each in telegram.messages(GROUP)] == [{}, {}]


async def test_an_edit_that_changes_nothing_has_succeeded():
    async with by_polling(House()) as (_, adapter):
        sent = await adapter.post(TO_GROUP, ALERT_EN, "k1")
        assert await adapter.edit(TO_GROUP, sent.receipt, ALERT_EN) == sent


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Limited(7), Wait(7.0)),
        (Refused("Bad Request: not enough rights to send text messages to the chat"),
         Dead("Not enough rights to send text messages to the chat")),
        (Broken(502), Retry("network-perhaps-sent")),
        (Dropped(has_acted=True), Retry("network-perhaps-sent")),
    ],
    ids=str,
)  # fmt: skip
async def test_what_telegram_says_no_with_becomes_an_outcome(fault, outcome):
    async with by_polling(House()) as (telegram, adapter):
        telegram.fails("sendMessage", fault)
        assert await adapter.post(TO_GROUP, ANSWER_EN, "k1") == outcome


async def test_a_chat_that_is_gone_says_how():
    async with by_polling(House()) as (_, adapter):
        assert await adapter.post(Place("telegram", "103"), ANSWER_EN, "k") == Dead(
            "Forbidden: bot was blocked by the user"
        )
        assert await adapter.post(Place("telegram", "-77"), ANSWER_EN, "k") == Repair("chat-moved", str(GROUP))
        assert await adapter.post(Place("telegram", "999"), ANSWER_EN, "k") == Dead("Chat not found")
        assert await adapter.edit(TO_GROUP, f"{GROUP}:999", ANSWER_EN) == Repair("Message to edit not found")


async def test_html_that_telegram_cannot_read_is_said_once_more_in_plain_letters():
    async with by_polling(House()) as (telegram, adapter):
        telegram.fails("sendMessage", Refused("Bad Request: can't parse entities: Unsupported start tag"))
        assert isinstance(await adapter.post(TO_GROUP, ANSWER_EN, "k1"), Sent)
        assert telegram.messages(GROUP)[0].text.startswith("ROI by channel, last 7 days")


async def test_a_private_answer_in_a_group_is_told_in_private_where_that_can_be():
    house = House(Reply((plain_card("for you alone"),), is_private=True))
    async with by_polling(house) as (telegram, _):
        await telegram.sends("/kpi alerts", chat=GROUP)
        [aside] = await telegram.until(lambda: telegram.messages(ALICE))
        assert aside.text == "for you alone"
        await telegram.sends("/kpi alerts", user=103, chat=GROUP)
        [openly] = await telegram.until(lambda: telegram.messages(GROUP))
        assert openly.text == "for you alone"


async def test_an_answer_sits_out_a_rate_limit():
    async with by_polling(House()) as (telegram, _):
        telegram.fails("sendMessage", Limited(1))
        await telegram.sends("/kpi roi")
        await telegram.until(telegram.messages)


async def test_one_slow_answer_holds_up_nobody():
    house = House()
    quick = house.answer

    async def answer(request):
        if request.text == "slow":
            await asyncio.sleep(0.5)
        return await quick(request)

    house.answer = answer
    async with by_polling(house) as (telegram, _):
        await telegram.sends("slow")
        await telegram.sends("quick")
        await telegram.until(lambda: len(telegram.messages()) == 2)
    assert [each.text for each in house.asked] == ["quick", "slow"]


async def test_a_bug_in_the_house_is_logged_without_a_secret_and_stops_nobody(capsys):
    house = House()
    quick = house.answer

    async def answer(request):
        held = f"{TOKEN} is in this frame"
        if request.text == "roi":
            raise RuntimeError(len(held))
        return await quick(request)

    house.answer = answer
    async with by_polling(house) as (telegram, _):
        await telegram.sends("/kpi roi")
        await telegram.sends("/kpi help")
        [message] = await telegram.until(telegram.messages)
        assert message.text == "You said: help"
    written = capsys.readouterr().out
    assert "RuntimeError" in written
    assert TOKEN not in written


async def test_a_click_that_came_too_late_is_carried_out_all_the_same():
    house = House()
    async with by_polling(house) as (telegram, adapter):
        await adapter.post(TO_ALICE, ALERT_EN, "k1")
        telegram.fails("answerCallbackQuery", Refused("Bad Request: query is too old"))
        await telegram.presses(telegram.messages()[0], "ack 7f3k@1")
        await telegram.until(lambda: house.asked)


async def test_it_is_down_until_telegram_knows_us():
    house = House()
    async with Telegram(TOKEN) as telegram:
        adapter = an_adapter(telegram, house, webhook_url="https://beacon.example/hook")
        assert await adapter.post(TO_GROUP, ANSWER_EN, "k1") == Retry("telegram-is-down")
        assert await adapter.edit(TO_GROUP, "1:2", ANSWER_EN) == Retry("telegram-is-down")
        assert await adapter.handle({"update_id": 1}, SECRET) == 503
        telegram.fails("getMe", Broken(502))
        async with running(adapter, house):
            assert telegram.webhook["url"] == "https://beacon.example/hook"


async def test_edits_of_messages_are_not_listened_to():
    async with by_polling(House()) as (telegram, _):
        await telegram.until(lambda: telegram.allowed)
        assert telegram.allowed == ["message", "callback_query"]


async def test_no_secret_is_written_to_any_log(caplog, capsys):
    caplog.set_level(logging.DEBUG)
    async with Telegram("4242:another") as telegram:
        adapter = an_adapter(telegram, House())
        task = asyncio.create_task(adapter.run(House().answer))
        await asyncio.sleep(0.3)  # Telegram refuses us meanwhile
        task.cancel()
        await asyncio.wait([task])
    async with by_webhook(House()) as (telegram, adapter):
        telegram.fails("sendPhoto", Broken(500))
        await adapter.post(TO_GROUP, ALERT_EN, "k1")
        await telegram.sends("/kpi roi")
        await telegram.until(telegram.messages)
        written = caplog.text + "".join(capsys.readouterr()) + repr(adapter)
    assert "sendMessage" in written
    assert not [secret for secret in (TOKEN, "very-secret") if secret in written]


async def test_a_chart_is_drawn_off_the_loop_by_the_house_s_own_hand():
    async with Telegram(TOKEN) as telegram:
        adapter = TelegramAdapter(TOKEN, telegram.url, None, None, find_person, House().find_alert)
        assert adapter.platform == "telegram"
        async with running(adapter, House()):
            await adapter.post(TO_GROUP, ALERT_EN, "k1")
            [card] = telegram.messages(GROUP)
            await telegram.until(lambda: card.photo, within=20)
            assert len(card.photo) > 5_000


@pytest.mark.parametrize("fault", [None, Refused("Bad Request: not enough rights to send photos")], ids=str)
async def test_a_picture_that_cannot_follow_costs_no_word(fault):
    def draw(_):
        if fault is None:
            raise RuntimeError("no font")
        return PNG

    long = Card("T", "en", blocks=(Prose("word " * 300), Picture(FIGURE, "it fell")))
    async with by_polling(House(), draw=draw) as (telegram, adapter):
        telegram.fails("sendPhoto", *([fault] if fault else []))
        assert isinstance(await adapter.post(TO_GROUP, long, "k1"), Sent)
        await telegram.until(lambda: not adapter._followers)
        assert len(telegram.messages(GROUP)) == 1


async def test_polling_goes_on_after_telegram_was_away():
    house = House()
    async with by_polling(house) as (telegram, adapter):
        telegram.fails("getUpdates", Broken(502), Dropped(has_acted=False))
        await telegram.sends("/kpi roi")
        await telegram.until(lambda: not adapter.is_up, within=20)
        await telegram.sends("/kpi help")
        await telegram.until(lambda: len(telegram.messages()) == 2, within=20)
        assert adapter.is_up
    assert sorted(each.text for each in house.asked) == ["help", "roi"]


async def test_a_rate_limit_that_never_ends_is_given_up():
    async with by_polling(House()) as (telegram, _):
        telegram.fails("sendMessage", Limited(1), Limited(1), Limited(1))
        await telegram.sends("/kpi roi")
        await telegram.sends("/kpi help")
        await telegram.until(telegram.messages)


async def test_the_menu_is_offered_in_both_tongues_and_each_of_its_commands_is_one_of_ours():
    async with by_polling(House()) as (telegram, _):
        await telegram.until(lambda: len(telegram.commands) == 3)
        menus = telegram.commands
        assert menus[""] == menus["en"]
        assert {each["command"]: each["description"] for each in menus["zh"]}["mine"] == "归我的预警和我的承诺"
        for each in menus["en"]:
            assert each["command"] == "kpi" or opening(each["command"]) is not None


async def test_without_its_menu_telegram_is_listened_to_all_the_same():
    async with Telegram(TOKEN) as telegram:
        telegram.fails("setMyCommands", Refused("Bad Request: BOT_COMMAND_INVALID"))
        async with running(an_adapter(telegram, House()), House()):
            await telegram.sends("help")
            await telegram.until(telegram.messages)
