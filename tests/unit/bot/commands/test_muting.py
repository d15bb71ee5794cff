"""A mute as it is said in either tongue; and of one alert it is a snooze."""

import pytest

from bot.commands.command import Mute, Mutes, Snooze, Stamp, Unmute, Why
from bot.commands.dispatch import lexicon_of
from bot.commands.parse import parse
from core.errors import Problem
from core.labels import Matcher
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from tests.builders import a_workspace

WECHAT = (Matcher("channel", ("wechat",)),)


@pytest.fixture(scope="module")
def lexicon():
    dictionary = builtin()
    return lexicon_of(a_workspace(catalog=Catalog(dictionary.metrics, dictionary.dimensions)))


@pytest.mark.parametrize(
    ("said", "command"),
    [
        (
            "/kpi mute channel=wechat until 明天9点 because of the new pixel",
            Mute(WECHAT, (), "", "明天9点", "the new pixel"),
        ),
        ("屏蔽 渠道=微信 到明天9点 因为正在更换像素", Mute(WECHAT, (), "", "明天9点", "正在更换像素")),
        ("mute wechat for 2h, because a fair", Mute(WECHAT, (), "", "2h", "a fair")),
        ("静音 微信 从周五到下周一9点，因为大促", Mute(WECHAT, (), "周五", "下周一9点", "大促")),
        (
            "mute roi channel=wechat from friday to monday 9:00 because x",
            Mute(WECHAT, ("roi",), "friday", "monday 9:00", "x"),
        ),
        ("mute channel=wechat tomorrow because x", Mute(WECHAT, (), "", "tomorrow", "x")),
        (
            "mute campaign=618-* severity=P1 until friday because x",
            Mute((Matcher("campaign", ("618-*",)), Matcher("severity", ("warning",))), (), "", "friday", "x"),
        ),
        ("屏蔽 规则=roi_drop 级别!=严重 直到周五 因为 x", None),
        ("mute channel!=douyin until friday", Mute((Matcher("channel", ("douyin",), True),), (), "", "friday", "")),
        ("mute k3m9x2 yes", Mute(draft="k3m9x2")),
        ("屏蔽 k3m9x2 确认", Mute(draft="k3m9x2")),
        ("mutes", Mutes()),
        ("屏蔽列表", Mutes()),
        ("unmute k3m9x2", Unmute("k3m9x2")),
        ("取消屏蔽 k3m9x2", Unmute("k3m9x2")),
        ("mute 7f3k@12 2h", Snooze(Stamp("7f3k", 12), "2h")),
        ("静音 7f3k 到明天9点", Snooze(Stamp("7f3k"), "到明天9点")),
    ],
)
def test_it_reads_as_meant(lexicon, said, command):
    if command is None:
        match = (Matcher("rule", ("roi_drop",)), Matcher("severity", ("critical",), True))
        command = Mute(match, (), "", "周五", "x")
    assert parse(said, lexicon) == command


def test_in_a_thread_a_mute_without_a_slice_is_of_its_alert(lexicon):
    assert parse("mute 2h", lexicon, thread="7f3k") == Snooze(Stamp("7f3k"), "2h")
    assert parse("mute channel=wechat 2h", lexicon, thread="7f3k") == Mute(WECHAT, (), "", "2h", "")


def test_a_severity_that_there_is_not_is_said(lexicon):
    with pytest.raises(Problem) as caught:
        parse("mute severity=terrible until friday", lexicon)
    assert caught.value.code == "mute-severity"


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("why 7f3k", ""),
        ("why 7f3k not me", "me"),
        ("why was I not told 7f3k", "me"),
        ("why wasn't alice told #7f3k", "alice"),
        ("why 7f3k Bob", "bob"),
        ("为什么没通知我 7f3k", "me"),
        ("为什么没有告诉 Alice #7f3k", "alice"),
        ("7f3k 为什么没通知我", "me"),
    ],
)
def test_why_may_be_asked_of_one_person(lexicon, said, who):
    assert parse(said, lexicon) == Why(Stamp("7f3k"), who)


def test_in_a_thread_why_needs_no_handle(lexicon):
    assert parse("why not me", lexicon, thread="7f3k") == Why(Stamp("7f3k"), "me")
    assert parse("为什么没通知我", lexicon, thread="7f3k") == Why(Stamp("7f3k"), "me")
