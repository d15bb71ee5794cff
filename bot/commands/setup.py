"""Setting up by talk: the same questions wherever they are answered, one draft for the folder, and one who answers.

Nothing stands in the folder before the last yes but `.setup/`, where the draft waits for a day. `workspace.yaml` is
moved in last: a folder holds a whole workspace or none, and one that is there already is never written over.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hmac import compare_digest
from pathlib import Path, PurePath
from secrets import token_hex
from typing import TYPE_CHECKING

import structlog

from bot.cards.problem import bug_card, problem_card
from bot.cards.setup import asked_card, column_blocks, confirm_card, pack_choices, written_card
from bot.chat.card import Card, Prose, Table
from bot.chat.reply import Reply
from bot.commands.begin import ZONE, dictionary_of, lack_words, looked, packed
from bot.phrases import say
from core.errors import Forbidden, Invalid, Mistake, Problem
from core.packs.load import pack_names
from core.usecases.begin import Proposal, propose
from core.usecases.setup import SAFE_RULES, Setup, Step, answered, asked_again, brought, roles_of, staffed
from core.workspace import load_workspace

if TYPE_CHECKING:
    from bot.chat.request import Brought, Request
    from bot.commands.begin import Table as Read
    from core.text import Tongue
    from core.workspace import Workspace

DRAFT = ".setup"
MOST_BYTES = 20_000_000  # as of any file that is dropped
MOST_WRONG = 20  # codes, before no chat can answer any more
KEPT = timedelta(days=1)
_VERB = re.compile(r"\s*/?(?:setup|set up|设置)(?:\s+|$)", re.IGNORECASE)
_YES = frozenset({"yes", "y", "ok", "是", "是的", "好", "好的", "对", "可以", "确认"})
_BACK = frozenset({"back", "上一步", "返回"})
_ANEW = frozenset({"anew", "start over", "重来", "重新开始"})
_ODD = re.compile(r"[^\w.-]+")  # in the name of a file: a source's `files` is a pattern

Foresee = Callable[["Workspace", "Tongue"], Awaitable[tuple[list[str], tuple[Card, ...]]]]
log = structlog.get_logger()


class SettingUp:
    """Holds the draft of one folder. `written` is set once the workspace stands.

    `foresee` tells of a workspace what its rules would have done, and the alerts that it would begin with. Whoever
    writes from a chat first says the code that the terminal printed.
    """

    def __init__(
        self,
        folder: Path,
        code: str,
        tongue: Tongue,
        read: Callable[[Path, str], Read],
        foresee: Foresee,
        now: Callable[[], datetime],
    ) -> None:
        self.written = asyncio.Event()
        self._folder, self._code, self._read, self._foresee, self._now = folder, code, read, foresee, now
        self._lock = asyncio.Lock()
        self._wrong = 0
        self._answers = ""  # the chat of whoever answers
        self._setup = self._resumed() or self._empty(tongue)

    async def answer(self, request: Request) -> Reply:
        """Take an answer and ask the next question; a Problem is told above the question that is still open."""
        is_web = request.place.platform == "web"
        async with self._lock:
            try:
                if not is_web:
                    request = self._let_in(request)
                tongue = request.tongue if is_web else self._setup.tongue
                try:
                    done = await self._take(request)
                    cards = (written_card(tongue),) if done else await self._ask(tongue)
                except Problem as problem:
                    cards = (problem_card(problem, tongue), *await self._ask(tongue))
            except Problem as problem:
                return Reply((problem_card(problem, request.tongue),), is_private=True, is_refusal=True)
            except Exception:
                reference = token_hex(3)
                log.exception("setting up failed", reference=reference)
                return Reply((bug_card(reference, request.tongue),), is_private=True, is_refusal=True)
        return Reply(cards)

    # --- who answers --------------------------------------------------------------------------------------------

    def _let_in(self, request: Request) -> Request:
        """Return what was said without the code; Forbidden for whoever has not said it, and where others read."""
        place = request.place
        if not (place.chat == request.actor or (place.platform == "slack" and place.chat.startswith("D"))):
            raise Forbidden("setup-in-private")
        who = f"{place.platform}:{request.actor}"
        if self._answers == who:
            return request
        said = _VERB.sub("", request.text).strip()
        if self._wrong >= MOST_WRONG or not compare_digest(said.encode(), self._code.encode()):
            self._wrong += bool(said) and request.file is None
            raise Forbidden("setup-code")
        self._answers = who
        self._setup = replace(self._setup, place=who, tongue="zh" if "设置" in request.text else request.tongue)
        self._keep()
        return replace(request, text="setup")

    # --- what is answered ---------------------------------------------------------------------------------------

    async def _take(self, request: Request) -> bool:
        """Take what was said; return whether that was the last of it."""
        if self.written.is_set():
            return True
        if request.file is not None:
            await self._bring(request.file)
            return False
        step, said = self._meant(request.text)
        if step is Step.CONFIRM and said in _YES and self._setup.step is Step.CONFIRM:
            self._write()
            return True
        if step is None or step is Step.CONFIRM:
            return False
        roles = roles_of(self._files()) if step is Step.TEAM else ()
        usual = "" if said.lower() in _YES else said
        self._setup = answered(self._setup, step, usual, dictionary_of(self._pack), pack_names(), roles)
        if step is Step.COLUMNS:
            self._proposal()
        if step is Step.TONGUE:
            self._setup = replace(self._setup, tongue="zh" if self._setup.said(step) == "zh" else "en")
        self._keep()
        return False

    def _meant(self, text: str) -> tuple[Step | None, str]:
        """Return which question is answered, and how; None where the draft was only turned back, or looked at."""
        said = _VERB.sub("", text, count=1).strip()
        first, _, rest = said.partition(" ")
        steps, now = {str(step): step for step in Step}, self._setup.step
        if said.lower() in _ANEW:
            self._setup = self._empty(self._setup.tongue)
        elif first.lower() in _BACK and (not rest or rest == now):
            before = list(Step)[max(0, list(Step).index(now) - 1)]
            self._setup = asked_again(self._setup, before)
        elif first == "again" and rest in steps:
            self._setup = asked_again(self._setup, steps[rest])
        elif said and first in steps and _VERB.match(text):
            return steps[first], rest.strip()
        elif said:
            return now, said
        return None, ""

    async def _bring(self, file: Brought) -> None:
        if file.size > MOST_BYTES:
            raise Problem("import-too-large", file=file.name, most=MOST_BYTES // 1_000_000)
        body = await file.fetch(MOST_BYTES)
        name = _ODD.sub("_", PurePath(file.name).name).lstrip("._") or "facts.csv"
        path = self._draft / "data" / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        except OSError as error:
            raise Problem("file-unwritable", file=str(self._folder), detail=error.strerror or "") from None
        self._setup = brought(self._setup, name, looked(await asyncio.to_thread(self._read, path, ZONE)))
        self._keep()

    # --- what is asked ------------------------------------------------------------------------------------------

    async def _ask(self, tongue: Tongue) -> tuple[Card, ...]:
        setup = self._setup
        match setup.step:
            case Step.COLUMNS:
                names = ", ".join(column.name for column in setup.columns)
                try:
                    blocks = column_blocks(self._proposal(), dictionary_of(None), tongue)
                except Problem as problem:
                    said = say(problem.code, tongue, **problem.facts)
                    blocks = [Prose(said, "strong"), Prose(names), Prose(say("setup-correct", tongue))]
                return (asked_card(setup, blocks, tongue),)
            case Step.PACK:
                rules = [Prose("\n".join(f"· {rule}" for rule in self._proposal().rules))]
                return (asked_card(setup, rules, tongue, choices=pack_choices(pack_names(), tongue)),)
            case Step.TONGUE:
                return (asked_card(setup, (), tongue, choices=[("中文", "zh"), ("English", "en")]),)
            case Step.TEAM:
                roles = sorted(roles_of(self._files()))
                hint = say("setup-roles", tongue, role=roles[0], roles=", ".join(roles))
                return (asked_card(setup, [Prose(hint)], tongue),)
            case Step.CONFIRM:
                return await self._confirm(tongue)
            case step:
                hints = [Prose(say(f"setup-{step}-hint", tongue), "quiet")] if step in (Step.FILE, Step.CHAT) else []
                return (asked_card(setup, hints, tongue),)

    async def _confirm(self, tongue: Tongue) -> tuple[Card, ...]:
        workspace = self._built()
        lines, alerts = await self._foresee(workspace, tongue)
        if self._pack:
            made = packed(self._pack, self._proposal(), self._folder.resolve().name)
            lines += [lack_words(one, made.catalog.metrics, tongue) for one in made.lacking]
        shown = (Step.FILE, Step.COLUMNS, Step.PACK, Step.NAME, Step.TONGUE, Step.ZONE)
        told = {say(f"setup-{step}-short", tongue): self._setup.said(step) for step in shown}
        told[say("setup-file-short", tongue)] = self._setup.file
        told[say("setup-pack-short", tongue)] = self._pack or say("setup-safe-rules", tongue)
        people = Table(
            (say("setup-people", tongue), say("setup-duties", tongue), say("setup-places", tongue)),
            tuple(
                (
                    one.name.to(tongue),
                    ", ".join(duty.role for duty in one.duties),
                    " ".join(f"{platform}:{chat}" for platform, chat in one.chats.items()),
                )
                for one in workspace.people.values()
            ),
        )
        card = confirm_card(told, lines, str(self._folder), tongue)
        return (*alerts, replace(card, blocks=(card.blocks[0], people, *card.blocks[1:])))

    # --- what comes of it ---------------------------------------------------------------------------------------

    @property
    def _pack(self) -> str | None:
        said = self._setup.said(Step.PACK)
        return None if said == SAFE_RULES else said

    def _proposal(self) -> Proposal:
        setup = self._setup
        name, catalog = self._folder.resolve().name, dictionary_of(self._pack)
        return propose(setup.columns, f"data/{setup.file}", name, catalog, setup.meant)

    def _files(self) -> Mapping[str, str]:
        proposal = self._proposal()
        return packed(self._pack, proposal, self._folder.resolve().name).files if self._pack else proposal.files

    def _built(self) -> Workspace:
        """Build the whole workspace beside the folder's own files, and read it as `run` would; Invalid tells all."""
        new = self._draft / "new"
        try:
            shutil.rmtree(new, ignore_errors=True)
            (new / "data").mkdir(parents=True)
            shutil.copyfile(self._draft / "data" / self._setup.file, new / "data" / self._setup.file)
            for name, text in staffed(self._files(), self._setup).items():
                (new / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise Problem("file-unwritable", file=str(self._folder), detail=error.strerror or "") from None
        return load_workspace(new)

    def _write(self) -> None:
        """Move the workspace in, `workspace.yaml` last; what is in the way is named, all of it, and left alone."""
        self._built()
        new = self._draft / "new"
        names = [path.relative_to(new) for path in sorted(new.rglob("*")) if path.is_file()]
        names.sort(key=lambda name: name.name == "workspace.yaml")
        taken = [name for name in names if _differs(new / name, self._folder / name)]
        if taken:
            raise Invalid(Mistake("setup-in-the-way", {"file": name.as_posix()}) for name in taken)
        moved: list[Path] = []
        try:
            for name in names:
                goal = self._folder / name
                goal.parent.mkdir(parents=True, exist_ok=True)
                if not goal.exists():
                    os.link(new / name, goal)  # fails, rather than overwrites, if somebody was faster
                    moved.append(goal)
        except OSError as error:
            for goal in moved:
                goal.unlink(missing_ok=True)
            raise Problem("file-unwritable", file=str(self._folder), detail=error.strerror or "") from None
        shutil.rmtree(self._draft, ignore_errors=True)
        self.written.set()

    # --- the draft ----------------------------------------------------------------------------------------------

    @property
    def _draft(self) -> Path:
        return self._folder / DRAFT

    def _empty(self, tongue: Tongue) -> Setup:
        return Setup(self._folder.resolve().name, tongue, place=self._answers)

    def _keep(self) -> None:
        setup = self._setup
        kept = {
            "at": self._now().isoformat(),
            "tongue": setup.tongue,
            "file": setup.file,
            "answers": dict(setup.answers),
            "before": dict(setup.before),
            "place": setup.place,
            "answers_from": self._answers,
        }
        try:
            self._draft.mkdir(parents=True, exist_ok=True)
            (self._draft / "draft.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        except OSError as error:
            raise Problem("file-unwritable", file=str(self._folder), detail=error.strerror or "") from None

    def _resumed(self) -> Setup | None:
        """Return the draft as it was left; None where there is none, or it is older than a day, or no draft of ours."""
        try:
            kept = json.loads((self._draft / "draft.json").read_text(encoding="utf-8"))
            if self._now() - datetime.fromisoformat(kept["at"]) > KEPT:
                shutil.rmtree(self._draft, ignore_errors=True)
                return None
            spoken: Tongue = "zh" if kept["tongue"] == "zh" else "en"
            setup = Setup(self._folder.resolve().name, spoken, place=kept["place"])
            if kept["file"]:
                setup = brought(setup, kept["file"], looked(self._read(self._draft / "data" / kept["file"], ZONE)))
            self._answers = kept["answers_from"]
            answers, before = (
                {Step(step): said for step, said in kept[what].items()} for what in ("answers", "before")
            )
            return replace(setup, answers=answers, before=before)
        except (OSError, ValueError, KeyError, TypeError, Problem):
            return None


def take_back(folder: Path) -> None:
    """Take out again what a setting up that was killed in its last moment had begun to move in; its draft goes on.

    It is known by being the very file that was built, and not by its name: what somebody else put there stays.
    """
    new = folder / DRAFT / "new"
    if not new.is_dir() or (folder / "workspace.yaml").exists():
        return
    try:
        for path in new.rglob("*"):
            goal = folder / path.relative_to(new)
            if path.is_file() and goal.exists() and goal.samefile(path):
                goal.unlink()
    except OSError as error:
        raise Problem("file-unwritable", file=str(folder), detail=error.strerror or "") from None


def _differs(new: Path, old: Path) -> bool:
    return old.exists() and old.read_bytes() != new.read_bytes()
