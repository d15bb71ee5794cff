"""Five answers, or five times Enter, and the workspace that comes of them can be run."""

from __future__ import annotations

import pytest

from bot.app import read_table
from bot.commands.begin import look, write_files
from bot.setup.wizard import asked
from core.workspace import load_workspace

FACTS = "date,channel,spend,revenue,orders\n" + "\n".join(
    f"2026-06-{day:02},{channel},100,{180 + day},{20 + day}" for day in range(1, 15) for channel in ("wechat", "douyin")
)


def begun(tmp_path, answers):
    file, folder = tmp_path / "ads.csv", tmp_path / "shop"
    file.write_text(FACTS, encoding="utf-8")
    proposal, said = look(folder, file, read_table), iter(answers)

    def ask(_question, default):
        answer = next(said)
        return default if answer is None else answer

    write_files(asked(proposal.files, ask, "zh"), folder, file)
    return load_workspace(folder)


def test_enter_all_the_way_is_a_workspace_that_runs(tmp_path):
    workspace = begun(tmp_path, [None] * 6)
    assert workspace.rules
    assert [one.id for one in workspace.people.values()] == ["me"]
    assert workspace.tongue == "zh"


def test_a_team_of_three_is_told_where_it_wants(tmp_path):
    answers = ["灯笼茶铺", "zh", "Asia/Shanghai", "李伟", "mail:li@example.cn", "王芳，Bob"]
    workspace = begun(tmp_path, answers)
    assert workspace.name.zh == "灯笼茶铺"
    me, *others = workspace.people.values()
    assert (me.name.zh, dict(me.chats)["mail"]) == ("李伟", "li@example.cn")
    assert next(iter(me.chats)) == "mail"
    assert [one.name.zh for one in others] == ["王芳", "Bob"]
    assert all(one.lead == "me" for one in others)


@pytest.mark.parametrize("odd", ["Nowhere/Land", "../../etc/passwd", ""])
def test_what_is_no_zone_is_asked_again_and_then_left(tmp_path, odd):
    workspace = begun(tmp_path, [None, None, odd, odd, odd, None, None, None])
    assert str(workspace.zone) == "Asia/Shanghai"


def test_a_name_with_yaml_in_it_stays_a_name(tmp_path):
    workspace = begun(tmp_path, ["{a: [b", "en", "UTC", "!!python/object x: y", "", ""])
    assert workspace.name.en == "{a: [b"
