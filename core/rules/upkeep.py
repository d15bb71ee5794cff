"""What a rule lacks to be answered for: a goal, an owner who is there, steps to take, a day on which it is reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from core.rules.rule import Rule


class Lack(StrEnum):
    OBJECTIVE = "objective"
    OWNER = "owner"  # nobody holds its role
    SOP = "sop"
    REVIEW = "review"
    REVIEW_PAST = "review-past"
    APPROVER = "approver"  # nobody holds the role whose yes its consequence takes


def lacking(rules: Iterable[Rule], roles: Iterable[str], today: date) -> Mapping[Lack, tuple[str, ...]]:
    """Return for each lack the rules that have it; `roles` are those that somebody holds."""
    held = set(roles)
    found: dict[Lack, list[str]] = {lack: [] for lack in Lack}
    for rule in rules:
        for lack in _of(rule, held, today):
            found[lack].append(rule.id)
    return {lack: tuple(rules) for lack, rules in found.items() if rules}


def _of(rule: Rule, held: set[str], today: date) -> Iterable[Lack]:
    if rule.objective is None:
        yield Lack.OBJECTIVE
    if ":" not in rule.owner and rule.owner not in held:
        yield Lack.OWNER
    if not rule.sop:
        yield Lack.SOP
    if rule.review is None:
        yield Lack.REVIEW
    elif rule.review < today:
        yield Lack.REVIEW_PAST
    kind, _, name = (rule.consequence.approve if rule.consequence else "").partition(":")
    if kind == "role" and name not in held:
        yield Lack.APPROVER
