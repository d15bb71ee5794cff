"""Reading the audit, and adding what changed in the files since somebody last looked: rules, people, settings.

Definitions live in files, so whoever changed one did so elsewhere: the line says which file's word it is now, what it
was before, and when Beacon began to go by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.alerts.event import BEACON
from core.audit import Entry, Origin, Realm, Wanted, differing
from core.people.person import DEEDS

if TYPE_CHECKING:
    from core.errors import Fact
    from core.people.person import Person
    from core.ports import World
    from core.rules.rule import Rule
    from core.workspace import Workspace

FILES = Origin("files")
_GONE = "removed"


async def audit(wanted: Wanted, world: World) -> Sequence[Entry]:
    """Return the lines that are wanted, the newest first."""
    async with world.store.begin() as tx:
        return await tx.audited(wanted)


async def note_definitions(workspace: Workspace, world: World) -> tuple[Entry, ...]:
    """Write down which rules, people and settings differ from those that were gone by last."""
    now = world.clock.now()
    present = {
        Realm.RULE: {rule.id: _rule(rule) for rule in workspace.rules},
        Realm.SETTING: {"workspace": _settings(workspace)}
        | {f"person:{person.id}": _person(person) for person in workspace.people.values()},
    }
    found: list[Entry] = []
    async with world.store.begin() as tx:
        for realm, states in present.items():
            known = {
                subject: entry for subject, entry in (await tx.last_audited(realm)).items() if entry.origin == FILES
            }
            for subject in sorted({*states, *known}):
                before = known[subject].after if subject in known else {}
                if (entry := _entry(subject, before, states.get(subject), known)) is not None:
                    found.append(Entry(now, realm, subject, BEACON, *entry))
        await tx.record(found)
    return tuple(found)


def _entry(
    subject: str, before: Mapping[str, Fact], after: Mapping[str, Fact] | None, known: Mapping[str, Entry]
) -> tuple[str, Origin, Mapping[str, Fact], Mapping[str, Fact]] | None:
    """Return what was done to one definition; its line keeps the whole of it, to be compared with the next."""
    if after is None:
        return None if known[subject].deed == _GONE else (_GONE, FILES, before, {})
    if subject not in known or known[subject].deed == _GONE:
        return "defined", FILES, {}, after
    was, _ = differing(before, after)
    return ("changed", FILES, was or {}, after) if dict(before) != dict(after) else None


def _rule(rule: Rule) -> dict[str, Fact]:
    facts: dict[str, Fact | None] = {
        "when": rule.said,
        "title": rule.title.en,
        "owner": rule.owner,
        "severity": rule.severity.name.lower(),
        "grain": str(rule.grain),
        "for": str(rule.hold) if rule.hold else None,
        "where": "; ".join(f"{one.dimension}={','.join(one.values)}" for one in rule.where),
        "every": rule.schedule,
        "objective": rule.objective.en if rule.objective else None,
        "sop": " / ".join(step.en for step in rule.sop),
        "review": rule.review.isoformat() if rule.review else None,
        "until": rule.until.isoformat() if rule.until else None,
        "gate": str(rule.gate),
        "consequence": rule.consequence.say.en if rule.consequence else None,
    }
    return {name: fact for name, fact in facts.items() if fact}


def _person(person: Person) -> dict[str, Fact]:
    deeds = DEEDS[person.right] if person.deeds is None else person.deeds
    facts = {
        "may": " ".join(sorted(deeds)),
        "duties": " ".join(sorted(duty.role for duty in person.duties)),
        "lead": person.lead or "",
        "chats": " ".join(f"{platform}:{address}" for platform, address in sorted(person.chats.items())),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _settings(workspace: Workspace) -> dict[str, Fact]:
    return {
        "zone": str(workspace.zone),
        "currency": workspace.currency,
        "tongue": workspace.tongue,
        "holidays": "china" if workspace.keeps_holidays else "none",
        "fiscal_year_starts": workspace.fiscal_starts,
    }
