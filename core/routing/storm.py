"""Many notices as few: one for each person of one evaluation, one card for a chat in a storm.

Nothing is dropped here. Each notice that is taken out has become part of a group's card, and what later happens to
an alert that a reader knows only from such a card is shown there, by an edit that calls nobody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.condition import handle_of
from core.alerts.event import BEACON
from core.alerts.holds import Hold, HoldKind
from core.notices.group import PREFIX, Group
from core.notices.notice import CALLS, EVERYWHERE, Kind, Notice, Place
from core.rules.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.errors import Fact

MOST_IN_A_CHAT = 10  # new alerts within FRESH, that a chat is told one by one
MOST_FOR_ONE = 1  # of one evaluation, that a person is told one by one
STORM_LASTS = timedelta(minutes=10)
_BURST = (*CALLS, Kind.ESCALATION, Kind.HOLD_ENDED, Kind.REMINDER)  # what may be said of many at once
_SHOWN = (Kind.RECOVERED, Kind.STATE)  # what a reader who knows it from a group's card sees there
_HANDLE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Gathering:
    """What is to be said in the end, the groups that are new or grew, and a hold for each alert in a storm."""

    notices: tuple[Notice, ...]
    groups: tuple[Group, ...] = ()
    holds: tuple[Hold, ...] = ()


def gather(
    notices: Iterable[Notice],
    alerts: Mapping[str, Alert],
    groups: Sequence[Group],
    recent: Mapping[Place | str, Sequence[str]],
    now: datetime,
) -> Gathering:
    """Return the notices with those that come in crowds made one.

    `alerts` are those that changed. `groups` hold any of them, or are fresh and one of the readers'. `recent` are the
    alerts that each reader has been called for within the last minute, one by one.
    """
    desk = _Desk(alerts, groups, recent, now)
    crowds: dict[tuple[Place | str, bool, Kind], list[Notice]] = defaultdict(list)
    for notice in notices:
        known = desk.group_of(notice)
        if notice.kind in _SHOWN and notice.to != EVERYWHERE and known:
            desk.show(known, notice)
        elif notice.facts.get("why") == "count":
            desk.calm[notice.to] += 1
        elif notice.kind in _BURST and notice.alert in alerts:
            is_call = notice.kind in CALLS
            crowds[notice.to, is_call, Kind.FIRST if is_call else notice.kind].append(notice)
        else:
            desk.notices.append(notice)
    for (to, is_call, kind), crowd in crowds.items():
        desk.call(to, kind, crowd) if is_call else desk.say_at_once(to, kind, crowd)
    # The worst first: a queue keeps the order in which it was filled, rank for rank.
    ordered = sorted(desk.notices, key=lambda notice: notice.rank)
    return Gathering(tuple(ordered), tuple(desk.groups.values()), tuple(desk.holds))


class _Desk:
    def __init__(
        self,
        alerts: Mapping[str, Alert],
        groups: Sequence[Group],
        recent: Mapping[Place | str, Sequence[str]],
        now: datetime,
    ) -> None:
        self.alerts = alerts
        self.known = list(groups)
        self.recent = recent
        self.now = now
        self.notices: list[Notice] = []
        self.groups: dict[str, Group] = {}
        self.holds: list[Hold] = []
        self.calm: Counter[Place | str] = Counter()  # what was held for somebody and is over meanwhile

    def group_of(self, notice: Notice) -> Group | None:
        """Return the newest group on whose card this reader sees the alert."""
        mine = [group for group in self.known if group.to == notice.to and notice.alert in group.alerts]
        return max(mine, key=lambda group: group.opened_at, default=None)

    def call(self, to: Place | str, kind: Kind, crowd: list[Notice]) -> None:
        """Call somebody for new alerts: by the card that is fresh, by a new one, or one by one while they are few."""
        ids = _ids(crowd)
        fresh = [group for group in self.known if group.to == to and group.is_fresh(self.now)]
        if fresh:
            newest = max(fresh, key=lambda group: group.joined_at)
            more = tuple(id for id in ids if id not in newest.alerts)
            self._join(newest, more, kind, crowd)
            return
        earlier = [id for id in self.recent.get(to, ()) if id not in ids]
        is_chat = isinstance(to, Place)
        is_crowd = len(earlier) + len(ids) > MOST_IN_A_CHAT if is_chat else len(ids) > MOST_FOR_ONE
        if is_crowd or len(earlier) + len(ids) > MOST_IN_A_CHAT:
            self._open(to, (*earlier, *ids), kind, crowd)
        else:
            self.notices += crowd

    def say_at_once(self, to: Place | str, kind: Kind, crowd: list[Notice]) -> None:
        """Say of many alerts at once what happened to all of them: 500 escalations are one."""
        most = MOST_IN_A_CHAT if isinstance(to, Place) else MOST_FOR_ONE
        if len(set(_ids(crowd))) > most or (kind is Kind.HOLD_ENDED and self.calm[to]):
            self._open(to, _ids(crowd), kind, crowd)
        else:
            self.notices += crowd

    def show(self, group: Group, notice: Notice) -> None:
        """Have the group's card edited instead; many edits of it in one go are one."""
        if not any(other.alert == group.id and other.kind is Kind.STATE for other in self.notices):
            self.notices.append(Notice(f"{group.id}:{Kind.STATE}:{notice.key}", Kind.STATE, group.id, EVERYWHERE))

    def _open(self, to: Place | str, ids: tuple[str, ...], kind: Kind, crowd: list[Notice]) -> None:
        group = Group(group_id(f"{crowd[0].key}:{self.now.isoformat()}"), to, self.now, self.now, ids)
        self._keep(group, ids)
        self.notices.append(self._notice(group, kind, crowd))

    def _join(self, group: Group, more: tuple[str, ...], kind: Kind, crowd: list[Notice]) -> None:
        """Add alerts to a card. Its reader is called again only if one of the new ones is critical and theirs."""
        joined = replace(group, alerts=(*group.alerts, *more), joined_at=self.now)
        self._keep(joined, more)
        if isinstance(group.to, str) and _worst(crowd) == "critical":
            self.notices.append(self._notice(joined, kind, crowd))
        else:
            self.show(joined, crowd[0])

    def _keep(self, group: Group, new: tuple[str, ...]) -> None:
        self.groups[group.id] = group
        self.known = [*(other for other in self.known if other.id != group.id), group]
        if isinstance(group.to, Place):
            until = self.now + STORM_LASTS
            held = {hold.alert for hold in self.holds}
            self.holds += [
                Hold(f"{group.id}:{id}", id, HoldKind.STORM, BEACON, self.now, until) for id in new if id not in held
            ]

    def _notice(self, group: Group, kind: Kind, crowd: list[Notice]) -> Notice:
        first = crowd[0].facts
        facts: dict[str, Fact] = {name: first[name] for name in ("why", "level", "hold") if name in first}
        if kind is Kind.HOLD_ENDED:
            facts["calm"] = self.calm[group.to]
        facts |= {"severity": _worst(crowd), "count": len(group.alerts), "happening": "gathered"}
        return Notice(f"{group.id}:{kind}:{len(group.alerts)}:{crowd[0].key}", kind, group.id, group.to, facts)


@dataclass(frozen=True, slots=True)
class Shared:
    """What most of them have in common, such as channel=wechat, and which of them have it."""

    pairs: tuple[tuple[str, str], ...]
    alerts: tuple[Alert, ...]


def shared(alerts: Sequence[Alert]) -> Shared | None:
    """Return the slice that more than half of the alerts lie in, with what else all of those share; None without."""
    counted = Counter(pair for alert in alerts for pair in alert.fingerprint.labels)
    if not counted:
        return None
    pair, count = min(counted.items(), key=lambda item: (-item[1], item[0]))
    if len(alerts) < 2 or count * 2 <= len(alerts):  # noqa: PLR2004 - one alert shares with nobody
        return None
    inside = tuple(alert for alert in alerts if pair in alert.fingerprint.labels.pairs)
    others = (other for other, many in counted.items() if many == count and other != pair)
    also = [other for other in others if all(other in alert.fingerprint.labels.pairs for alert in inside)]
    return Shared((pair, *sorted(also)), inside)


def group_id(seed: str) -> str:
    return PREFIX + handle_of(seed, length=_HANDLE_LENGTH)


def _ids(crowd: Iterable[Notice]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notice.alert for notice in crowd if notice.alert))


def _worst(crowd: Iterable[Notice]) -> str:
    order = [severity.name.lower() for severity in Severity]
    return max((str(notice.facts.get("severity", order[0])) for notice in crowd), key=order.index)
