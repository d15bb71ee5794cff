"""The questions of `beacon init` on a terminal: those that the page and the chats ask, once the file is known.

Each has an answer already, so that pressing Enter six times makes a workspace that runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import yaml

from bot.commands.begin import dictionary_of
from bot.phrases import say
from core.errors import Problem
from core.text import Tongue
from core.usecases.setup import Setup, Step, answered, roles_of, staffed

Ask = Callable[[str, str], str]

_ASKED = (Step.NAME, Step.TONGUE, Step.ZONE, Step.YOU, Step.CHAT, Step.TEAM)
_TRIES = 3


def asked(files: Mapping[str, str], ask: Ask, tongue: Tongue) -> dict[str, str]:
    """Return the files of a first workspace with what was answered in them; `ask` is a question and its default."""
    settings = yaml.safe_load(files["workspace.yaml"])
    setup = Setup(str(settings["name"]), tongue, before={Step.ZONE: settings["zone"]})
    for step in _ASKED:
        setup = _answered(setup, step, ask, tongue, roles_of(files))
    return staffed(files, setup)


def _answered(setup: Setup, step: Step, ask: Ask, tongue: Tongue, roles: Collection[str]) -> Setup:
    """Return it with an answer; after a few that were none, with the usual one."""
    for _ in range(_TRIES):
        said = ask(say(f"wizard-{step}", tongue), setup.usual(step))
        try:
            return answered(setup, step, said, dictionary_of(None), roles=roles)
        except Problem:
            continue
    return setup
