"""`.env.example` and the settings are one list."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import SECRETS, Settings

ROOT = Path(__file__).parents[2]


def test_the_example_environment_names_every_setting_and_no_other():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")

    named = re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)

    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_every_secret_is_said_to_be_readable_from_a_file():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert text.count("_FILE works") >= len({name.split("_")[0] for name in SECRETS})
