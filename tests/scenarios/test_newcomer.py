"""A newcomer's half hour: the messy file of the how-to, the workspace, the rule in Chinese, and the alert in a chat.

Only what `docs/how-to/bring-your-data.md` says is done, word by word; the chat is a strict stand-in for Telegram's
servers, and Beacon is the real process.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.standins.telegram import Telegram

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs" / "how-to" / "bring-your-data.md", ROOT / "docs" / "zh" / "how-to" / "bring-your-data.md")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOKEN = "123456789:your-token"


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
async def test_the_documented_steps_lead_from_a_messy_file_to_an_alert_in_a_chat(page, tmp_path):
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    run = next(block for block in blocks if "beacon run" in block)
    before = blocks[: blocks.index(run)]
    (tmp_path / "bin").mkdir()
    beacon = tmp_path / "bin" / "beacon"
    beacon.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m bot.cli "$@"\n')
    beacon.chmod(0o755)
    async with Telegram(TOKEN) as telegram:
        bare = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
        env = bare | {
            "PATH": f"{beacon.parent}:{os.environ['PATH']}",
            "BEACON_PORT": "0",
            "LC_ALL": "C.UTF-8",
            "TELEGRAM_API_URL": telegram.url,
        }
        for block in before:
            await asyncio.to_thread(subprocess.run, ["bash", "-euc", block], cwd=tmp_path, env=env, check=True)
        words = ["bash", "-euc", run.replace("beacon run", "exec beacon run")]
        process = subprocess.Popen(words, cwd=tmp_path, env=env)  # noqa: ASYNC220 - it is only begun here
        try:
            alert = await telegram.until(
                lambda: next((one for one in telegram.messages() if "0.60" in one.text), None), within=60
            )
            assert "微信" in alert.text
            assert "抖音" not in alert.text
            assert alert.buttons
        finally:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 30) == 0
