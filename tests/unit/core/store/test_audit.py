"""The audit holds who changed what, from where, before and after; and the database lets nobody change it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from core.alerts import handling
from core.alerts.alert import Reason
from core.alerts.event import Change
from core.audit import Entry, Origin, Realm, Wanted
from core.people.plea import Plea
from core.store.audit import AUDIT
from tests.builders import NOW, an_alert
from tests.fakes import a_store

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
async def store():
    async with a_store() as store:
        async with store.begin() as tx:
            alert = an_alert()
            await tx.keep([Change(None, alert)], now=NOW)
            acked = handling.ack(alert, "alice", 1, NOW, via="slack:U-alice")
            closing = handling.close(
                acked.after, "bob", Reason.FALSE_ALARM, None, LATER, cause="luck", via="web:bob dora"
            )
            await tx.keep([acked], now=NOW)
            await tx.keep([closing], now=LATER)
            await tx.record([Entry(NOW, Realm.RULE, "roi_drop", "beacon", "changed", after={"when": "ROI < 2"})])
        yield store


async def audited(store, **wanted):
    async with store.begin() as tx:
        return await tx.audited(Wanted(**wanted))


async def test_a_line_says_who_from_where_before_and_after(store):
    closed, acked = (entry for entry in await audited(store, of="7f3k"))
    assert (acked.actor, acked.origin, acked.deed) == ("alice", Origin("slack", "U-alice"), "acked")
    assert (acked.before["stage"], acked.after["stage"]) == ("open", "acked")
    assert closed.origin.approver == "dora"
    assert (closed.after["cause"], closed.before["stage"]) == ("luck", "acked")


async def test_it_is_asked_for_by_alert_rule_person_or_time(store):
    assert [entry.deed for entry in await audited(store, of="roi_drop")] == ["changed", "closed", "acked"]
    assert [entry.deed for entry in await audited(store, of="alice")] == ["acked"]
    assert [entry.deed for entry in await audited(store, of="dora")] == ["closed"]
    assert [entry.deed for entry in await audited(store, first=LATER)] == ["closed"]
    assert [entry.deed for entry in await audited(store, last=LATER)] == ["changed", "acked"]
    assert len(await audited(store, most=1)) == 1


@pytest.mark.parametrize("change", [update(AUDIT).values(actor="nobody"), delete(AUDIT)])
async def test_nobody_can_change_what_was_written(store, change):
    with pytest.raises(IntegrityError, match="only added to"):
        async with store.begin() as tx:
            await tx._connection.execute(change)
    assert len(await audited(store)) == 3


async def test_what_is_rolled_back_was_never_audited(store):
    async def broken() -> None:
        async with store.begin() as tx:
            await tx.record([Entry(NOW, Realm.SETTING, "zone", "bob", "changed")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken()
    assert len(await audited(store)) == 3


async def test_a_plea_comes_back_as_it_was_kept(store):
    plea = Plea("k4m2", NOW, "dan", "U-dan", "slack", "C1", None, None, "ack 7f3k@12", "ack")
    async with store.begin() as tx:
        await tx.keep_plea(plea)
        assert await tx.plea("k4m2") == plea
        assert await tx.plea("none") is None
