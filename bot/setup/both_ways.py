"""Rules between files and chat: writing into the files what was said, and letting the files have the last word again.

Only the entries that were said are rewritten; every other line of a file, comments too, stays as its author left it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.revision import Revision, Standing, newest

if TYPE_CHECKING:
    from core.workspace import Workspace

_SUFFIXES = (".yaml", ".yml")
_ENTRY = re.compile(r"^(\s*)- rule:\s*[\"']?([\w-]+)[\"']?\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule of which chat and files say otherwise; `file` is what its file says, empty where it is in none."""

    rule: str
    standing: Standing
    by: str
    said: str
    file: str


def differences(workspace: Workspace, revisions: Iterable[Revision]) -> list[Difference]:
    """Return what was said in chat and is not what the files say; `workspace` is the files'."""
    in_files = {rule.id: rule.said for rule in workspace.rules}
    found = []
    for rule, last in sorted(newest(revisions).items()):
        if last.standing is Standing.RELEASED or (last.standing is Standing.RETIRED and rule not in in_files):
            continue
        if last.standing is Standing.SAID and _entry_in_files(workspace.folder, rule) == last.text.strip():
            continue
        found.append(Difference(rule, last.standing, last.by, last.text, in_files.get(rule, "")))
    return found


def export(folder: Path, revisions: Iterable[Revision]) -> list[Path]:
    """Write what was said into the files of rules, and return those that changed."""
    changed: dict[Path, str] = {}
    for rule, last in sorted(newest(revisions).items()):
        if last.standing is Standing.RELEASED:
            continue
        text = last.text.strip() + "\n" if last.standing is Standing.SAID else ""
        path = next((one for one in _files(folder) if _span(_text(one, changed), rule)), None)
        if path is None and not text:
            continue
        path = path or (folder / "rules" / "chat.yaml" if (folder / "rules").is_dir() else folder / "rules.yaml")
        before = _text(path, changed)
        after = _replaced(before, rule, text)
        if after != before:
            changed[path] = after
    for path, text in changed.items():
        path.write_text(text, encoding="utf-8")
    return sorted(changed)


def _replaced(text: str, rule: str, entry: str) -> str:
    lines = text.splitlines(keepends=True)
    span = _span(text, rule)
    if span is None:
        return text + ("" if not text or text.endswith("\n") else "\n") + entry
    first, last, indent = span
    return "".join([*lines[:first], *(indent + line for line in entry.splitlines(keepends=True)), *lines[last:]])


def _span(text: str, rule: str) -> tuple[int, int, str] | None:
    """Return from which line to which a rule's entry goes, and how far it is indented."""
    lines = text.splitlines()
    for first, line in enumerate(lines):
        found = _ENTRY.match(line)
        if found and found[2] == rule:
            indent = found[1]
            after = range(first + 1, len(lines))
            last = next(
                (at for at in after if lines[at].strip() and not lines[at].startswith(f"{indent} ")), len(lines)
            )
            while last > first + 1 and not lines[last - 1].strip():
                last -= 1  # the blank line before the next one is not the entry's
            return first, last, indent
    return None


def _entry_in_files(folder: Path, rule: str) -> str:
    for path in _files(folder):
        text = path.read_text(encoding="utf-8")
        if span := _span(text, rule):
            first, last, indent = span
            return "\n".join(line.removeprefix(indent) for line in text.splitlines()[first:last]).strip()
    return ""


def _files(folder: Path) -> list[Path]:
    single = [folder / f"rules{suffix}" for suffix in _SUFFIXES]
    several = sorted(path for path in folder.glob("rules/*") if path.suffix in _SUFFIXES)
    return [path for path in (*single, *several) if path.is_file()]


def _text(path: Path, changed: dict[Path, str]) -> str:
    return changed.get(path) or (path.read_text(encoding="utf-8") if path.is_file() else "")
