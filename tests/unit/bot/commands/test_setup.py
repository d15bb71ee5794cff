"""Setting up by talk: one who answers, a draft that waits, and a workspace that is there whole or not at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import read_table
from bot.chat.card import Buttons, Prose
from bot.chat.plain import plain
from bot.chat.request import Brought, Request
from bot.commands.setup import DRAFT, KEPT, MOST_WRONG, SettingUp, take_back
from bot.first import has_nothing
from core.notices.notice import Place
from core.usecases.setup import Step
from core.workspace import load_workspace

NOW = datetime(2026, 6, 20, tzinfo=UTC)
CODE = "0123456789"
FACTS = "date,channel,spend,revenue,orders\n" + "\n".join(
    f"2026-06-{day:02},{channel},100,{180 + day},{20 + day}" for day in range(1, 15) for channel in ("wechat", "douyin")
)
YES = [f"setup {step} yes" for step in Step if step not in (Step.FILE, Step.CONFIRM)]


async def nothing_foreseen(_workspace, _tongue):
    return [], ()


def begun(folder, now=NOW):
    return SettingUp(folder, CODE, "en", read_table, nothing_foreseen, lambda: now)


def on_the_web(text="", file=None):
    return Request(text, Place("web", "guest"), "guest", "en", file=file)


def in_private(text, who="101", chat=None, file=None):
    return Request(text, Place("telegram", chat or who), who, "en", file=file)


def a_file(name="ads.csv", text=FACTS):
    async def fetch(_most):
        return text.encode()

    return Brought(name, len(text), fetch)


async def said(setting_up, *texts):
    """Say one thing after the other; return what was answered to the last, in words."""
    for text in texts:
        reply = await setting_up.answer(on_the_web(text))
    return "\n".join(plain(card) for card in reply.cards)


async def with_a_file(folder, **how):
    setting_up = begun(folder)
    await setting_up.answer(on_the_web(file=a_file(**how)))
    return setting_up


async def test_a_yes_to_every_question_is_a_workspace_that_can_be_read(tmp_path):
    setting_up = await with_a_file(tmp_path / "team")
    assert "Only these rules" in await said(setting_up, YES[0])
    await said(setting_up, "setup pack rules", *YES[2:])
    assert not (tmp_path / "team" / "workspace.yaml").exists()
    assert "stands" in await said(setting_up, "setup confirm yes")
    assert setting_up.written.is_set()
    assert load_workspace(tmp_path / "team").rules
    assert not (tmp_path / "team" / DRAFT).exists()


async def test_a_pack_brings_its_roles_and_whoever_takes_one_has_it(tmp_path):
    setting_up = await with_a_file(tmp_path / "team")
    await said(setting_up, YES[0], "setup pack ecom-618", *YES[2:-1])
    told = await said(setting_up, "Wang (no_such) slack:U02, Bob (nor_this)")
    assert "no_such" in told
    assert "nor_this" in told
    roles = (
        next(line for line in told.splitlines() if "Roles:" in line).partition("Roles: ")[2].split(".")[0].split(", ")
    )
    await said(setting_up, f"Wang ({roles[0]}) slack:U02, Bob", "setup confirm yes")
    team = load_workspace(tmp_path / "team").people
    assert [duty.role for duty in team["mate_1"].duties] == [roles[0]]
    assert roles[0] not in [duty.role for duty in team["me"].duties]


async def test_what_is_there_already_is_named_all_of_it_and_never_overwritten(tmp_path):
    folder = tmp_path / "team"
    setting_up = await with_a_file(folder)
    await said(setting_up, YES[0], "setup pack rules", *YES[2:])
    (folder / "data").mkdir()
    mine = {"workspace.yaml": "name: mine\n", "rules.yaml": "[]\n", "data/ads.csv": "mine"}
    for name, text in mine.items():
        (folder / name).write_text(text)
    told = await said(setting_up, "setup confirm yes")
    assert all(name in "".join(told.split()) for name in mine)
    assert {name: (folder / name).read_text() for name in mine} == mine
    assert sorted(path.name for path in folder.iterdir()) == [DRAFT, "data", "rules.yaml", "workspace.yaml"]
    assert not setting_up.written.is_set()


async def test_a_move_that_fails_half_way_leaves_nothing_behind(tmp_path, monkeypatch):
    folder = tmp_path / "team"
    setting_up = await with_a_file(folder)
    await said(setting_up, YES[0], "setup pack rules", *YES[2:])
    link, moved = __import__("os").link, []

    def full(source, goal):
        if goal.name == "workspace.yaml":
            raise OSError(28, "No space left on device")
        moved.append(goal)
        link(source, goal)

    monkeypatch.setattr("bot.commands.setup.os.link", full)
    told = await said(setting_up, "setup confirm yes")
    assert "No space left" in " ".join(told.split())  # a long path breaks the line anywhere
    assert moved
    assert not [path for path in folder.rglob("*") if path.is_file() and DRAFT not in path.parts]


async def test_who_is_killed_while_it_moves_in_goes_on_where_it_was_left(tmp_path, monkeypatch):
    folder = tmp_path / "team"
    setting_up = await with_a_file(folder)
    await said(setting_up, YES[0], "setup pack rules", *YES[2:])
    link = os.link

    class KilledError(BaseException):
        """Like SIGKILL: nothing of ours runs after it."""

    def killed(source, goal):
        if goal.name == "sources.yaml":
            raise KilledError
        link(source, goal)

    monkeypatch.setattr("bot.commands.setup.os.link", killed)
    with pytest.raises(KilledError):
        await said(setting_up, "setup confirm yes")
    monkeypatch.undo()
    (folder / "notes.txt").write_text("mine")
    assert (folder / "people.yaml").exists(), "it was in the middle of it"
    take_back(folder)
    assert has_nothing(folder)
    assert not (folder / "people.yaml").exists()
    again = begun(folder)
    assert "stands" in await said(again, "setup confirm yes")
    assert load_workspace(folder).rules
    assert (folder / "notes.txt").read_text() == "mine"
    assert not has_nothing(folder)


def test_a_file_is_no_place_to_set_up(tmp_path):
    (tmp_path / "ads.csv").write_text(FACTS)
    assert has_nothing(tmp_path)
    assert not has_nothing(tmp_path / "ads.csv")


async def test_all_that_is_wrong_with_the_columns_is_said_at_once_and_a_correction_outlives_going_back(tmp_path):
    setting_up = await with_a_file(tmp_path / "team", text=FACTS.replace("spend", "money out"))
    told = await said(setting_up, "mony out=spend; orders=nonsense")
    assert "mony out" in told
    assert "nonsense" in told
    assert "by channel roi < 1" in await said(setting_up, "money out=spend")
    assert "Spend" in await said(setting_up, "back")
    assert "by channel roi < 1" in await said(setting_up, "yes")


async def test_a_file_without_days_is_told_so_and_another_may_be_brought(tmp_path):
    setting_up = await with_a_file(tmp_path / "team", text="channel,spend\nwechat,1\n")
    assert "No column holds days" in await said(setting_up, "")
    assert "No column holds days" in await said(setting_up, "yes")
    reply = await setting_up.answer(on_the_web(file=a_file("../../etc/../next ads[1].csv")))
    assert "orders" in plain(reply.cards[-1])
    assert [path.name for path in (tmp_path / "team" / DRAFT / "data").iterdir() if "next" in path.name] == [
        "next_ads_1_.csv"
    ]


async def test_a_draft_waits_for_a_day_and_no_longer(tmp_path):
    folder = tmp_path / "team"
    await said(await with_a_file(folder), YES[0], "setup pack rules", "Lantern")
    assert "5 of 10" in await said(begun(folder, NOW + KEPT - timedelta(minutes=1)), "")
    assert "1 of 10" in await said(begun(folder, NOW + KEPT + timedelta(minutes=1)), "")
    assert not (folder / DRAFT).exists()


async def test_a_draft_that_is_none_of_ours_is_begun_anew(tmp_path):
    (tmp_path / DRAFT).mkdir()
    (tmp_path / DRAFT / "draft.json").write_text('{"at": 3')
    assert "1 of 10" in await said(begun(tmp_path), "")


async def test_in_a_chat_only_whoever_said_the_code_is_answered_and_only_in_private(tmp_path):
    setting_up = begun(tmp_path)
    assert (await setting_up.answer(in_private("setup"))).is_refusal
    assert (await setting_up.answer(in_private(f"setup {CODE}", chat="-100500"))).is_refusal
    assert (await setting_up.answer(in_private("", file=a_file()))).is_refusal
    assert not (await setting_up.answer(in_private(f"设置 {CODE}"))).is_refusal
    reply = await setting_up.answer(in_private("", file=a_file()))
    assert "各列的含义" in reply.cards[-1].title
    assert (await setting_up.answer(in_private("setup columns yes", who="102"))).is_refusal
    assert not (await begun(tmp_path).answer(in_private("setup"))).is_refusal  # and a restart does not ask again


async def test_codes_cannot_be_guessed_for_ever(tmp_path):
    setting_up = begun(tmp_path)
    for wrong in range(MOST_WRONG):
        await setting_up.answer(in_private(f"setup {wrong:010}"))
    assert (await setting_up.answer(in_private(f"setup {CODE}"))).is_refusal


async def test_a_stale_button_writes_nothing_and_no_button_is_too_long(tmp_path):
    setting_up = await with_a_file(tmp_path / "team")
    assert "2 of 10" in await said(setting_up, "setup confirm yes")
    assert not (tmp_path / "team" / "workspace.yaml").exists()
    reply = await setting_up.answer(on_the_web(""))
    assert [block for block in reply.cards[-1].blocks if isinstance(block, Buttons)]
    assert [block for block in reply.cards[-1].blocks if isinstance(block, Prose)]


@pytest.mark.parametrize(
    ("step", "odd"), [("tongue", "klingon"), ("zone", "Nowhere/Land"), ("zone", "../../etc/passwd"), ("chat", "li")]
)
async def test_what_is_no_answer_is_asked_again(tmp_path, step, odd):
    setting_up = await with_a_file(tmp_path / "team")
    await said(setting_up, YES[0], "setup pack rules", *YES[2 : list(Step).index(Step(step)) - 1])
    told = await said(setting_up, odd)
    assert odd in told
    assert f"{list(Step).index(Step(step)) + 1} of 10" in told
