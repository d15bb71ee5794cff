"""Rules made, changed, retired and taken back in chat, and files that are read again while the house runs."""

from __future__ import annotations

import re
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.app import open_world
from bot.chat.card import Buttons, Prose
from bot.chat.request import Request
from bot.commands.dispatch import answer
from bot.commands.rule import read_rule
from bot.reread import read_again, stamps
from bot.trial import Options, creation
from core.notices.notice import Place
from core.people.person import Right
from core.usecases.define import renew_rules, take_up
from core.usecases.evaluate import evaluate_due
from core.usecases.replay import HandClock
from core.workspace import load_workspace
from tests.builders import NOW

SHOP = Path(__file__).parents[2] / "examples/shop"


class Team:
    def __init__(self, workspace, world):
        self.workspace, self.world = workspace, world

    def person(self, right):
        return next(one for one in self.workspace.people.values() if one.right is right)

    async def says(self, text, *, right=Right.MANAGE, tongue="en"):
        person = self.person(right)
        request = Request(text, Place("telegram", "c1"), "a", tongue, person)
        reply = await answer(request, self.workspace, self.world)
        return reply.cards[0]

    async def keeps(self, card):
        [buttons] = [block for block in card.blocks if isinstance(block, Buttons)]
        return await self.says(buttons.buttons[0].command)

    def rule(self, name):
        return next((one for one in self.workspace.rules if one.id == name), None)


@asynccontextmanager
async def a_team(folder):
    if not folder.exists():
        shutil.copytree(SHOP, folder)
    workspace = load_workspace(folder)
    clock = HandClock(NOW.replace(year=2026, month=6, day=19, hour=4))
    async with open_world(workspace, clock, store_url=f"sqlite:///{folder.parent}/b.db") as world:
        yield Team(workspace, world)


def text_of(card):
    return "\n".join([card.title, *(block.text for block in card.blocks if isinstance(block, Prose))])


async def test_a_rule_is_read_back_before_it_is_kept_and_is_judged_at_once(tmp_path):
    async with a_team(tmp_path / "shop") as team:
        before = len(team.workspace.rules)
        draft = await team.says("rule add roi_any: roi by channel < 100 owner=channel_lead severity=critical")
        assert draft.title == "Rule roi_any, as it was understood"
        assert "ROI < 100" in text_of(draft)
        assert "It is critical, fires at once, and is over after one good day." in text_of(draft)
        assert len(team.workspace.rules) == before

        kept = await team.keeps(draft)
        assert kept.title.startswith("Rule roi_any is in force")
        assert team.rule("roi_any").owner == "channel_lead"
        changes = await evaluate_due(team.workspace, team.world)
        assert any(change.after.fingerprint.rule == "roi_any" for change in changes)


@pytest.mark.parametrize(
    ("said", "tongue", "told"),
    [
        ("rule add roi_any: roi by channel < 1", "en", "by luck"),
        ("规则 新增 roi_any: 渠道ROI<1", "zh", "即使什么都没发生"),
    ],
)
async def test_a_preview_in_chat_says_of_the_past_what_the_command_line_says(tmp_path, said, tongue, told):
    async with a_team(tmp_path / "shop") as team:
        shown = text_of(await team.says(said, tongue=tongue))
        options = Options(team.workspace, team.world.clock)
        sentence = said.partition(": ")[2]
        past = await creation(read_rule(sentence, team.workspace), sentence, options, tongue)
        assert past.told["sentence"] in shown
        assert told in past.told["sentence"]


async def test_a_rule_said_in_chinese_is_the_same(tmp_path):
    async with a_team(tmp_path / "shop") as team:
        draft = await team.says(
            "规则 新增 roi_low：渠道ROI<1且预算超支 负责=channel_lead 持续=2h 级别=严重", tongue="zh"
        )
        await team.keeps(draft)
        rule = team.rule("roi_low")
        assert (rule.severity.name, rule.hold.total_seconds()) == ("CRITICAL", 7200)


async def test_what_was_said_holds_after_a_restart_and_every_revision_is_kept(tmp_path):
    async with a_team(tmp_path / "shop") as team:
        await team.keeps(await team.says("rule add roi_low: roi by channel < 1 owner=channel_lead"))
        await team.keeps(await team.says("rule change roi_low: roi by channel < 0.9"))
    async with a_team(tmp_path / "shop") as team:
        assert team.rule("roi_low") is None
        await take_up(team.workspace, team.world)
        assert team.rule("roi_low").said == "roi by channel < 0.9"
        async with team.world.store.begin() as tx:
            said = [(one.number, yaml.safe_load(one.text)[0]["when"]) for one in await tx.revisions("roi_low")]
        assert said == [(1, "roi by channel < 1"), (2, "roi by channel < 0.9")]
        assert (await team.says("rule undo roi_low")).title == "Rule roi_low is again as it was said before."
        assert team.rule("roi_low").said == "roi by channel < 1"


async def test_a_rule_of_a_file_is_changed_in_chat_and_given_back(tmp_path):
    async with a_team(tmp_path / "shop") as team:
        name, was = team.workspace.rules[0].id, team.workspace.rules[0]
        await team.keeps(await team.says(f"rule change {name}: severity=info"))
        assert (team.rule(name).severity.name, team.rule(name).sentence) == ("INFO", was.sentence)
        await team.says(f"rule undo {name}")
        assert team.rule(name).severity is was.severity


async def test_a_retired_rule_stays_out_whatever_its_file_says(tmp_path):
    async with a_team(tmp_path / "shop") as team:
        name = team.workspace.rules[0].id
        await team.says(f"rule retire {name}")
        assert team.rule(name) is None
        await renew_rules(team.workspace, team.world)
        assert team.rule(name) is None
        await team.says(f"rule undo {name}")
        assert team.rule(name) is not None


async def test_who_may_not_define_is_told_who_may_and_nothing_is_drafted(tmp_path):
    async with a_team(tmp_path / "shop") as team:
        card = await team.says("rule add roi_low: roi < 1 owner=channel_lead", right=Right.ACT)
        assert not re.search("rule keep", str(card))
        assert team.rule("roi_low") is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("rule add", "Say it so"),
        ("rule add x_y: roii < 1 owner=channel_lead", "roi"),
        ("rule add x_y: roi < 1 owner=nobody_at_all", "nobody_at_all"),
        ("rule add x_y: roi < 1 owner=channel_lead for=sometimes", "sometimes"),
        ("rule change no_such: roi < 1", "no_such"),
        ("rule undo no_such", "no_such"),
        ("rule keep 00000000", "draft is gone"),
    ],
)
async def test_what_cannot_be_kept_says_why_and_keeps_nothing(tmp_path, said, told):
    async with a_team(tmp_path / "shop") as team:
        before = team.workspace.rules
        assert told in text_of(await team.says(said))
        assert team.workspace.rules == before


async def test_a_draft_is_its_makers_own_and_kept_once(tmp_path):
    async with a_team(tmp_path / "shop") as team:
        draft = await team.says("rule add roi_low: roi < 1 owner=channel_lead")
        await team.keeps(draft)
        assert "draft is gone" in text_of(await team.keeps(draft))


async def test_files_that_change_are_gone_by_and_mistakes_keep_the_old(tmp_path):
    told = []

    async def tell(problem):
        told.append(problem.code)

    async with a_team(tmp_path / "shop") as team:
        folder = tmp_path / "shop"
        rules = next(path for path in (folder / "rules.yaml", *folder.glob("rules/*.yaml")) if path.is_file())
        good, seen = rules.read_text(encoding="utf-8"), stamps(folder)
        said = "\n- rule: brand_new\n  when: roi by channel < 0.5\n  owner: channel_lead\n"
        rules.write_text(good + said, encoding="utf-8")
        assert stamps(folder) != seen
        assert await read_again(team.workspace, team.world, tell)
        assert team.rule("brand_new") is not None

        rules.write_text(good + said.replace("roi", "roii"), encoding="utf-8")
        assert not await read_again(team.workspace, team.world, tell)
        assert team.rule("brand_new") is not None
        assert len(told) == 1


async def test_what_a_workspace_was_started_with_stays(tmp_path):
    async with a_team(tmp_path / "shop") as team:
        workspace = replace(team.workspace, today=None)
        team.workspace = workspace
        await team.keeps(await team.says("rule add roi_low: roi < 1 owner=channel_lead"))
        assert workspace.today is None
