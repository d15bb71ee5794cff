"""The demo's story, held to account: as it is, and as it would be if somebody broke it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.demo import SHOP, check, check_lines


async def test_each_planted_incident_reaches_its_owner_on_its_day_and_nothing_else_fires():
    told, beside = await check()

    lines, is_fine = check_lines(told, beside, "en")

    assert is_fine, lines
    assert len(lines) == len(told) == 5
    assert all(line.startswith("✓") for line in lines)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("period: 2026-06-08", "period: 2026-06-09", "fired on another day"),
        ("owner: liwei", "owner: emma", "went to somebody else than emma"),
        ("slice: {channel: wechat}", "slice: {channel: bilibili}", "nothing fired"),
        ("severity: critical", "severity: warning", "another severity"),
    ],
)
async def test_a_story_that_does_not_come_true_is_told_so(tmp_path: Path, was: str, now: str, said: str):
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder)
    story = folder / "story.yaml"
    text = story.read_text(encoding="utf-8")
    assert was in text
    story.write_text(text.replace(was, now), encoding="utf-8")

    lines, is_fine = check_lines(*await check(folder), "en")

    assert not is_fine
    assert any(said in line for line in lines)
