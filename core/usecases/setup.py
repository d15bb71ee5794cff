"""Setting up: a handful of questions, their answers, and the workspace that they make.

The terminal, the browser and a private chat ask the same: this is what is asked next, what an answer means, and what
comes of all of them. Each has an answer already, so that a yes to every one of them makes a workspace that runs, and
each can be asked again without losing the others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from core.document import fold, suggesting
from core.errors import Invalid, Missing, Mistake, Problem
from core.metrics.catalog import Catalog
from core.text import Tongue
from core.usecases.begin import NOTHING, TIME_NAMES, Looked


class Step(StrEnum):
    """The questions, in the order in which they are asked."""

    FILE = "file"
    COLUMNS = "columns"
    PACK = "pack"
    NAME = "name"
    TONGUE = "tongue"
    ZONE = "zone"
    YOU = "you"
    CHAT = "chat"
    TEAM = "team"
    CONFIRM = "confirm"


SAFE_RULES = "rules"  # the answer to PACK of whoever wants none: the few that are safe to begin with
_PLACE = re.compile(r"(?:slack|telegram|mail|sms|wecom|dingtalk|feishu|ntfy|web):\S+")
_TONGUES: Mapping[str, Tongue] = {
    **dict.fromkeys(("zh", "中文", "chinese", "汉语"), "zh"),
    **dict.fromkeys(("en", "english", "英文", "英语"), "en"),
}
_MEANT = re.compile(r"\s*([^=＝;；,，、]+?)\s*[=＝]\s*([^=＝;；,，、]+?)\s*(?:[;；,，、]|$)")
_SEPARATOR = re.compile(r"[,，、;；\n]+")
_ROLE = re.compile(r"[(（]\s*([a-z][a-z0-9_]*)\s*[)）]")
_NOBODY = frozenset({"", NOTHING, "no", "none", "nobody", "没有", "无", "就我"})
_LONGEST = 80  # letters of a name


@dataclass(frozen=True, slots=True)
class Setup:
    """What has been answered so far, and `before`, what was said to a question that is asked again.

    `place` is where whoever answers can hear us, if they answer in a chat.
    """

    folder: str
    tongue: Tongue
    file: str = ""
    columns: tuple[Looked, ...] = ()
    answers: Mapping[Step, str] = field(default_factory=dict)
    before: Mapping[Step, str] = field(default_factory=dict)
    place: str = ""
    you: str = ""

    @property
    def step(self) -> Step:
        """Return what is to be asked next."""
        if not self.columns:
            return Step.FILE
        return next((step for step in Step if step not in (*self.answers, Step.FILE)), Step.CONFIRM)

    def usual(self, step: Step) -> str:
        """Return the answer that a question has already."""
        usual = {
            Step.PACK: SAFE_RULES,
            Step.NAME: self.folder,
            Step.TONGUE: self.tongue,
            Step.ZONE: "Asia/Shanghai",
            Step.YOU: self.you,
            Step.CHAT: self.place,
        }
        return self.before.get(step, usual.get(step, ""))

    def said(self, step: Step) -> str:
        return self.answers.get(step, self.usual(step))

    @property
    def meant(self) -> dict[str, str]:
        """Return by which names columns go that were told otherwise."""
        return dict(_MEANT.findall(self.said(Step.COLUMNS)))


def brought(setup: Setup, file: str, columns: Sequence[Looked]) -> Setup:
    """Return it with a file; what was said of another file's columns is asked anew."""
    asked = (Step.COLUMNS, Step.PACK)
    answers: dict[Step, str] = {one: said for one, said in setup.answers.items() if one not in asked}
    before: dict[Step, str] = {one: said for one, said in setup.before.items() if one not in asked}
    return replace(setup, file=file, columns=tuple(columns), answers=answers, before=before)


def answered(
    setup: Setup, step: Step, said: str, catalog: Catalog, packs: Sequence[str] = (), roles: Collection[str] = ()
) -> Setup:
    """Return it with an answer; a Problem says all that is wrong with it. Nothing said is the usual answer.

    Another pack has other roles, so that who holds which is asked anew.
    """
    answers = setup.answers
    said = said.strip() or setup.said(step)
    match step:
        case Step.FILE | Step.CONFIRM:
            raise Problem("setup-no-file")
        case Step.COLUMNS:
            said = _columns(setup, said, catalog)
        case Step.PACK:
            if said != SAFE_RULES and said not in packs:
                raise Missing("pack-unknown", **suggesting(said, packs, name=said, options=", ".join(packs)))
            if said != setup.said(Step.PACK):
                setup = replace(setup, before={one: told for one, told in setup.before.items() if one is not Step.TEAM})
                answers = {one: told for one, told in answers.items() if one is not Step.TEAM}
        case Step.TONGUE:
            if said.lower() not in _TONGUES:
                raise Problem("setup-tongue-unknown", said=said)
            said = _TONGUES[said.lower()]
        case Step.ZONE:
            if not _is_zone(said):
                raise Problem("setup-zone-unknown", said=said)
        case Step.CHAT:
            if said and not _PLACE.fullmatch(said):
                raise Problem("setup-chat-unknown", said=said)
        case Step.TEAM:
            said = "" if said.lower() in _NOBODY else said
            unknown = dict.fromkeys(role for _, role, _ in _mates(said) if role and role not in roles)
            if unknown:
                options = ", ".join(sorted(roles))
                raise Invalid(Mistake("setup-role", {"name": role, "options": options}) for role in unknown)
        case Step.NAME | Step.YOU:
            said = said[:_LONGEST]
    return replace(setup, answers={**answers, step: said})


def asked_again(setup: Setup, step: Step) -> Setup:
    """Return it with one question open again, its answer the usual one now; the others stay answered."""
    if step is Step.FILE:
        return replace(setup, columns=(), file="")
    answers = {one: said for one, said in setup.answers.items() if one is not step}
    return replace(setup, answers=answers, before={**setup.before, step: setup.said(step)})


def staffed(files: Mapping[str, str], setup: Setup) -> dict[str, str]:
    """Return the files of a first workspace with who is in it, what it is called and when its day is."""
    settings: dict[str, Any] = yaml.safe_load(files["workspace.yaml"])
    people: list[dict[str, Any]] = yaml.safe_load(files["people.yaml"])
    for step in (Step.NAME, Step.TONGUE, Step.ZONE):
        if said := setup.said(step):
            settings[str(step)] = said
    you = people[0]
    if name := setup.said(Step.YOU):
        you["name"] = name
    if setup.said(Step.CHAT):
        platform, _, chat = setup.said(Step.CHAT).partition(":")
        you["chats"] = {platform: chat} | {key: one for key, one in you["chats"].items() if key != platform}
    roles = roles_of(files)
    mates = _mates(setup.said(Step.TEAM))
    for number, (name, role, chats) in enumerate(mates, 1):
        people.append(
            {
                "person": f"mate_{number}",
                "name": name,
                "duties": [{"role": role or min(roles)}],
                "chats": {**chats, "web": f"mate_{number}"},
                "lead": you["person"],
            }
        )
    # A role that somebody else took is theirs, and no longer also that of whoever began.
    given = {role for _, role, _ in mates if role}
    you["duties"] = [{"role": role} for role in sorted(roles - given)]
    return dict(files) | {"workspace.yaml": _yaml(settings), "people.yaml": _yaml(people)}


def roles_of(files: Mapping[str, str]) -> set[str]:
    """Return the roles that whoever begins holds until somebody else does."""
    duties = yaml.safe_load(files["people.yaml"])[0]["duties"]
    return {duty["role"] if isinstance(duty, dict) else duty for duty in duties}


def _columns(setup: Setup, said: str, catalog: Catalog) -> str:
    """Read `花费金额=花费; 备注=-`, over what was said of other columns before."""
    if not said:
        return ""
    pairs = _MEANT.findall(said)
    if not pairs:
        raise Problem("setup-columns-unread", said=said)
    names = [column.name for column in setup.columns]
    mistakes = [
        Mistake("setup-no-column", suggesting(column, names, name=column, columns=", ".join(names)))
        for column, _ in pairs
        if column not in names
    ]
    mistakes += [
        Mistake("setup-no-meaning", suggesting(word, catalog.metrics, name=word))
        for _, word in pairs
        if word != NOTHING and fold(word) not in TIME_NAMES and not _is_known(word, catalog)
    ]
    if mistakes:
        raise Invalid(mistakes)
    return "; ".join(f"{column}={word}" for column, word in (setup.meant | dict(pairs)).items())


def _is_known(word: str, catalog: Catalog) -> bool:
    for find in (catalog.metric, catalog.dimension):
        try:
            find(word)
        except Missing:
            continue
        return True
    return False


def _mates(said: str) -> list[tuple[str, str, dict[str, str]]]:
    """Read `王芳 slack:U02, Bob (content_team) telegram:102` as names, roles and chats."""
    found = []
    for one in filter(None, (part.strip() for part in _SEPARATOR.split(said))):
        role = _ROLE.search(one)
        words = _ROLE.sub(" ", one).split()
        chats = dict(word.split(":", 1) for word in words if _PLACE.fullmatch(word))
        name = " ".join(word for word in words if not _PLACE.fullmatch(word))
        if not (name or chats):
            raise Problem("setup-mate", said=one)
        found.append(((name or next(iter(chats.values())))[:_LONGEST], role[1] if role else "", chats))
    return found


def _is_zone(said: str) -> bool:
    try:
        ZoneInfo(said)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)
