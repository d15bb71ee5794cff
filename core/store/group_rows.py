"""Groups of alerts, from value to rows and back: one for the group and one for each of its alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.notices.group import Group
from core.store.rows import Row, addressee_of, addressee_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def gathering_row(group: Group) -> Row:
    return {
        "id": group.id,
        "addressee": addressee_text(group.to),
        "opened_at": group.opened_at,
        "joined_at": group.joined_at,
    }


def gathered_rows(group: Group) -> list[Row]:
    return [{"gathering": group.id, "alert": alert, "place": place} for place, alert in enumerate(group.alerts)]


def group_of(row: Mapping[str, Any], alerts: Sequence[str]) -> Group:
    """Return the group of that row; `alerts` are in their order."""
    return Group(row["id"], addressee_of(row["addressee"]), row["opened_at"], row["joined_at"], tuple(alerts))
