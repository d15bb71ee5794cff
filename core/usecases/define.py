"""Rules that people say: drafted, read, kept as revisions, taken back; and laid over what the files say.

A rule said in chat is the same text as in a file, read by the same loader: nothing can be said in one place that
cannot be said in the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml

from core import document
from core.alerts.event import BEACON
from core.audit import Entry, Origin, Realm
from core.document import suggesting
from core.errors import Invalid, Missing, Mistake, Problem
from core.ports import Conflict
from core.revision import Revision, Standing, newest
from core.rules.load import load_rules
from core.usecases.link import with_links
from core.workspace import Workspace, load_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from core.people.person import Person
    from core.ports import World
    from core.rules.rule import Rule

FILE = "chat"  # where a mistake in a rule that was said is told to be
_SUFFIXES = (".yaml", ".yml")

Entries = Mapping[str, Any]


def read_entry(text: str, workspace: Workspace) -> Rule:
    """Return the rule that this YAML is; Invalid with every mistake in it."""
    mistakes: list[Mistake] = []
    rules = load_rules([document.parse(text, FILE, mistakes)], mistakes, workspace.catalog, workspace.events)
    roles = {duty.role for person in workspace.people.values() for duty in person.duties}
    if not mistakes and roles and rules and rules[0].owner not in roles:
        mistakes.append(Mistake("unknown-role", suggesting(rules[0].owner, roles, name=rules[0].owner)))
    if mistakes or not rules:
        raise Invalid(mistakes)
    return rules[0]


def written(entry: Mapping[str, Any]) -> str:
    """Return the entry as a file would hold it."""
    return yaml.safe_dump([dict(entry)], allow_unicode=True, sort_keys=False, width=110)


def entry_of(rule: str, workspace: Workspace, revisions: Iterable[Revision]) -> dict[str, Any]:
    """Return a rule's entry as it stands: as it was last said, else as its file has it."""
    last = newest(revisions).get(rule)
    if last and last.standing is Standing.SAID:
        return dict(yaml.safe_load(last.text)[0])
    for one in _file_entries(workspace.folder):
        if one.get("rule") == rule:
            return dict(one)
    raise Missing("unknown-rule", **suggesting(rule, [one.id for one in workspace.rules], name=rule))


def laid_over(from_files: Sequence[Rule], revisions: Iterable[Revision], workspace: Workspace) -> tuple[Rule, ...]:
    """Return the rules in force: the files', and over them what was said. What can no longer be read is left out."""
    last = newest(revisions)
    rules = {rule.id: rule for rule in from_files}
    for id, revision in last.items():
        if revision.standing is Standing.RETIRED:
            rules.pop(id, None)
        elif revision.standing is Standing.SAID:
            try:
                rules[id] = read_entry(revision.text, workspace)
            except Invalid:
                continue  # a metric it names has gone; its file's word holds, if there is one
    return tuple(rules.values())


async def keep(
    rule: str, standing: Standing, text: str, person: Person, via: str, workspace: Workspace, world: World,
    *, seen: int | None = None,
) -> Revision:  # fmt: skip
    """Write the next revision of a rule, and who said it into the audit; the running house goes by it at once.

    With `seen`, the number of the revision that its giver saw, Conflict when somebody has said another since.
    """
    return await _keep(rule, standing, text, person.id, via, workspace, world, seen)


async def release(rule: str, workspace: Workspace, world: World) -> Revision:
    """Let a rule go by its file again, at the word of whoever keeps the files."""
    return await _keep(rule, Standing.RELEASED, "", BEACON, "files", workspace, world)


async def _keep(
    rule: str, standing: Standing, text: str, by: str, via: str, workspace: Workspace, world: World,
    seen: int | None = None,
) -> Revision:  # fmt: skip
    now = world.clock.now()
    async with world.store.begin() as tx:
        known = await tx.revisions(rule)
        number = max((one.number for one in known), default=0) + 1
        if seen is not None and number != seen + 1:
            raise Conflict(rule)
        revision = Revision(rule, number, standing, text, by, via, now)
        try:
            await tx.revise(revision)
        except Conflict:
            raise Problem("too-busy", handle=rule) from None
        before = {"text": known[-1].text} if known else {}
        after = {"standing": str(standing), "text": text}
        await tx.record([Entry(now, Realm.RULE, rule, by, "changed", Origin.read(via), before, after)])
    await renew_rules(workspace, world)
    return revision


async def undone(rule: str, person: Person, via: str, workspace: Workspace, world: World) -> Revision:
    """Take the last revision back: the one before it is said again, or its file's word holds again."""
    async with world.store.begin() as tx:
        known = await tx.revisions(rule)
    if not known:
        raise Missing("rule-nothing-said", rule=rule)
    before = known[-2] if len(known) > 1 else None
    standing, text = (before.standing, before.text) if before else (Standing.RELEASED, "")
    return await keep(rule, standing, text, person, via, workspace, world)


async def take_up(workspace: Workspace, world: World) -> None:
    """Go by what was said before we began; files that were read a moment ago are not read again for nothing."""
    async with world.store.begin() as tx:
        revisions = await tx.revisions()
    if revisions:
        workspace.become(replace(workspace, rules=laid_over(workspace.rules, revisions, workspace)))


async def renew_rules(workspace: Workspace, world: World) -> None:
    """Let the running house go by what its files and its people say now."""
    async with world.store.begin() as tx:
        revisions, links = await tx.revisions(), await tx.links()
    renew(workspace, with_links(load_workspace(workspace.folder), links), revisions)


def renew(workspace: Workspace, from_files: Workspace, revisions: Iterable[Revision]) -> None:
    """Let the workspace of a running house go by its files, and by what was said in chat over them."""
    workspace.become(replace(from_files, rules=laid_over(from_files.rules, revisions, from_files)))


def _file_entries(folder: Path) -> list[Entries]:
    paths = [folder / f"rules{suffix}" for suffix in _SUFFIXES]
    if (folder / "rules").is_dir():
        paths += sorted(path for path in (folder / "rules").iterdir() if path.suffix in _SUFFIXES)
    found: list[Entries] = []
    for path in paths:
        if path.is_file():
            read = yaml.safe_load(path.read_text(encoding="utf-8")) or []
            found += [one for one in read if isinstance(one, dict)]
    return found
