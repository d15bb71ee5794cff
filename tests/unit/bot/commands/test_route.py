"""Who would hear of a number: the same decision as for a real alert, without one."""

from dataclasses import replace
from datetime import date

import pytest

from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.command import Route
from bot.commands.dispatch import answer, lexicon_of
from bot.commands.parse import parse
from core.labels import Labels, Matcher
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.notices.notice import Place
from core.usecases.dry_route import dry_route
from tests.builders import NOW, a_team, a_workspace, on_leave
from tests.fakes import a_world


@pytest.fixture
def workspace():
    dictionary = builtin()
    return a_workspace(catalog=Catalog(dictionary.metrics, dictionary.dimensions))


def said(text, workspace):
    return Request(text, Place("slack", "C123"), "U", "en", workspace.people["alice"])


def test_it_is_asked_for_in_both_tongues(workspace):
    lexicon = lexicon_of(workspace)
    wechat = (Matcher("channel", ("wechat",)),)
    assert parse("route roi channel=wechat", lexicon) == Route("roi", wechat)
    assert parse("/kpi 路由 投产比 渠道=wechat", lexicon) == Route("roi", wechat)


async def test_the_answer_is_the_trace_of_a_decision_and_nothing_is_kept(workspace):
    async with a_world() as world:
        reply = await answer(said("route roi channel=wechat", workspace), workspace, world)
        text = plain(reply.cards[0])
        assert reply.is_private
        assert "Alice" in text
        assert "slack:C123" in text
        async with world.store.begin() as tx:
            assert await tx.open() == []
            assert await tx.waiting() == {}


def test_who_is_away_is_skipped_there_too(workspace):
    team = a_team()
    team["alice"] = replace(team["alice"], leave=on_leave(date(2026, 6, 1), date(2026, 6, 30)))
    (course,) = dry_route("roi", Labels.of({"channel": "wechat"}), replace(workspace, people=team), NOW)
    codes = [(line.code, line.facts.get("person")) for line in course.lines]
    assert ("skipped", "alice") in codes
    assert ("found", "bob") in codes


async def test_a_number_that_no_rule_watches_is_said_to_be_so(workspace):
    async with a_world() as world:
        unwatched = await answer(said("route impressions", workspace), workspace, world)
        assert "nobody would hear of it" in plain(unwatched.cards[0])
        nothing = await answer(said("route", workspace), workspace, world)
        assert "Which number?" in plain(nothing.cards[0])
