"""A promise is kept by its due or broken; what was taken back in time, or went with its alert, is neither."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.alerts.event import Change, Event
from core.alerts.work import Fate, Promise, Work
from core.usecases.promised import fate_of, promised
from tests.builders import NOW, an_alert
from tests.fakes import a_world

DUE = NOW + timedelta(hours=4)
ONE = Promise(1, "alice", "call them", DUE, "alice", NOW, DUE)


def happened(kind, hours, number=1):
    facts = {"number": number} if kind.startswith("promise") else {}
    return Event("a1", hours + 2, NOW + timedelta(hours=hours), kind, facts=facts)


@pytest.mark.parametrize(
    ("events", "fate"),
    [
        ([], Fate.OPEN),
        ([happened("promise-kept", 3)], Fate.KEPT),
        ([happened("promise-kept", 4)], Fate.KEPT),
        ([happened("promise-kept", 5)], Fate.OPEN),  # a day late is late
        ([happened("promise-kept", 3, number=2)], Fate.OPEN),  # another one
        ([happened("promise-dropped", 3)], Fate.DROPPED),
        ([happened("promise-dropped", 5)], Fate.OPEN),
        ([happened("closed", 3)], Fate.DROPPED),
        ([happened("closed", 5)], Fate.OPEN),
        ([happened("closed", -1)], Fate.OPEN),  # opened again, and promised since
        ([happened("promise-kept", 2), happened("closed", 3)], Fate.KEPT),
    ],
)
def test_a_promise_stands_as_it_stood_at_its_due(events, fate):
    assert fate_of(ONE, events) is fate


async def test_those_are_told_whose_due_lies_in_these_days_and_is_past():
    kept = an_alert("a", handle="aaaa", work=Work(promises=(ONE,)))
    events = (Event("a", 3, NOW + timedelta(hours=1), "promise-kept", facts={"number": 1}),)
    async with a_world() as world, world.store.begin() as tx:
        await tx.keep([Change(None, kept, events)], now=NOW)
        start, end = NOW, NOW + timedelta(days=1)
        found = await promised(tx, start, end, end)
        assert ([one.alert.id for one in found.kept], found.broken) == (["a"], ())
        assert not await promised(tx, start, end, NOW + timedelta(hours=3)), "its due is yet to come"
        assert not await promised(tx, end, end + timedelta(days=1), end + timedelta(days=1))
        assert not await promised(tx, start, end, end, lambda _: False)
        assert found.of("alice") == found
        assert not found.of("bob")
