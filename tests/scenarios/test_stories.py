"""The same stories in Slack, in Telegram and on the web: what each person saw is written down, in both tongues.

Both ways of reaching a platform are taken: Slack's socket and its signed requests, Telegram's polling and its webhook.
`GOLDEN=write` takes what is seen now: read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.scenarios.stories.stage import on_stage
from tests.scenarios.stories.told import STORIES

GOLDEN = Path(__file__).parent / "golden" / "stories"
WAYS = {
    ("slack", "zh"): "socket",
    ("slack", "en"): "http",
    ("telegram", "zh"): "polling",
    ("telegram", "en"): "webhook",
}


@pytest.mark.parametrize("tongue", ["zh", "en"])
@pytest.mark.parametrize("platform", ["slack", "telegram", "web"])
@pytest.mark.parametrize("story", STORIES)
async def test_a_story_is_seen_as_it_was_when_somebody_last_read_it(story, platform, tongue, tmp_path, monkeypatch):
    for one in ("slack", "telegram"):
        monkeypatch.setattr(f"bot.adapters.{one}.follow.CHART_AFTER", 0.0)
    async with on_stage(platform, WAYS.get((platform, tongue), ""), tongue, tmp_path) as stage:
        stage.lines.append(f"{STORIES[story].__doc__}")
        await STORIES[story](stage)
    file = GOLDEN / f"{story}.{platform}.{tongue}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(stage.transcript, encoding="utf-8")
    assert stage.transcript == file.read_text(encoding="utf-8")
