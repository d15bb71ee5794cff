"""A handful of questions to a team that begins: what it is called, when its day is, who is in it, where they hear us.

Each has an answer already, so that pressing Enter five times makes a workspace that runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.phrases import say
from core.text import Tongue

Ask = Callable[[str, str], str]

_PLACE = re.compile(r"(slack|telegram|mail|sms|wecom|dingtalk|feishu|ntfy|web):\S+")
_TRIES = 3


def asked(files: Mapping[str, str], ask: Ask, tongue: Tongue) -> dict[str, str]:
    """Return the files of a first workspace with what was answered in them; `ask` is a question and its default."""
    settings: dict[str, Any] = yaml.safe_load(files["workspace.yaml"])
    people: list[dict[str, Any]] = yaml.safe_load(files["people.yaml"])
    settings["name"] = ask(say("wizard-name", tongue), str(settings["name"])) or settings["name"]
    settings["tongue"] = _until(
        lambda: ask(say("wizard-tongue", tongue), tongue), lambda said: said in ("zh", "en"), tongue
    )
    settings["zone"] = _until(lambda: ask(say("wizard-zone", tongue), settings["zone"]), _is_zone, settings["zone"])
    you = people[0]
    if name := ask(say("wizard-you", tongue), "").strip():
        you["name"] = name
    if place := _until(lambda: ask(say("wizard-chat", tongue), ""), lambda said: not said or _is_place(said), ""):
        platform, _, chat = place.partition(":")
        you["chats"] = {platform: chat} | {key: one for key, one in you["chats"].items() if key != platform}
    others = [one.strip() for one in re.split(r"[,，、]", ask(say("wizard-team", tongue), "")) if one.strip()]
    for number, name in enumerate(others, 1):
        duty = dict(you["duties"][0])
        people.append(
            {
                "person": f"mate_{number}",
                "name": name,
                "duties": [dict(duty)],
                "chats": {"web": f"mate_{number}"},
                "lead": you["person"],
            }
        )
    return dict(files) | {"workspace.yaml": _yaml(settings), "people.yaml": _yaml(people)}


def _until(again: Callable[[], str], is_fine: Callable[[str], bool], otherwise: str) -> str:
    for _ in range(_TRIES):
        if is_fine(said := again().strip()):
            return said
    return otherwise


def _is_zone(said: str) -> bool:
    try:
        ZoneInfo(said)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _is_place(said: str) -> bool:
    return bool(_PLACE.fullmatch(said))


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)
