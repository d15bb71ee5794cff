"""Chat and files: what was said is written where its rule stands, and every other line stays as it was."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from bot.cli import cli
from bot.setup.both_ways import differences, export
from core.revision import Revision, Standing
from core.workspace import load_workspace

SHOP = Path(__file__).parents[4] / "examples/shop"
NOW = datetime(2026, 6, 18, tzinfo=UTC)
FILE = """# The rules of a shop.
- rule: one   # the first
  when: roi < 1
  owner: channel_lead

# A note on the second.
- rule: two
  when: cvr < 2%
  owner: channel_lead
"""


def said(rule, text, standing=Standing.SAID, number=1):
    return Revision(rule, number, standing, text, "liwei", "slack", NOW)


def a_folder(tmp_path):
    (tmp_path / "rules.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def test_what_was_said_takes_its_entrys_place_and_nothing_else_moves(tmp_path):
    folder = a_folder(tmp_path)
    assert export(folder, [said("one", "- rule: one\n  when: roi < 0.9\n  owner: channel_lead\n")]) == [
        folder / "rules.yaml"
    ]
    assert (folder / "rules.yaml").read_text(encoding="utf-8") == FILE.replace("one   # the first", "one").replace(
        "roi < 1", "roi < 0.9"
    )


def test_a_new_rule_is_added_and_a_retired_one_taken_out(tmp_path):
    folder = a_folder(tmp_path)
    export(folder, [said("three", "- rule: three\n  when: roi < 2\n"), said("two", "", Standing.RETIRED)])
    text = (folder / "rules.yaml").read_text(encoding="utf-8")
    assert text.endswith("- rule: three\n  when: roi < 2\n")
    assert "two" not in text
    assert "rule: one" in text


def test_the_last_revision_counts_and_a_released_rule_is_left_alone(tmp_path):
    folder = a_folder(tmp_path)
    first, last = said("one", "- rule: one\n  when: roi < 5\n"), said("one", "", Standing.RELEASED, 2)
    assert export(folder, [last, first]) == []
    assert (folder / "rules.yaml").read_text(encoding="utf-8") == FILE


def test_what_is_written_is_no_difference_any_more(tmp_path):
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder)
    workspace = load_workspace(folder)
    text = "- rule: roi_any\n  when: roi by channel < 0.5\n  owner: channel_lead\n"
    [found] = differences(workspace, [said("roi_any", text)])
    assert (found.rule, found.by, found.file) == ("roi_any", "liwei", "")
    export(folder, [said("roi_any", text)])
    fresh = load_workspace(folder)
    assert any(rule.id == "roi_any" for rule in fresh.rules)
    assert differences(fresh, [said("roi_any", text)]) == []


def test_the_commands_say_that_all_is_alike_where_nobody_said_anything(tmp_path):
    store = f"sqlite:///{tmp_path}/b.db"
    for command in (["apply"], ["export"], ["apply", "--take"]):
        done = CliRunner().invoke(cli, [*command, str(SHOP), "--store", store])
        assert done.exit_code == 0
        assert "say the same" in done.stdout
