"""Two connections that read, think and write: nothing of what they write is lost.

The driver's own settings lose updates without an error; this test fails when ours are taken away.
"""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from core.alerts.event import Change, moved
from core.ports import Conflict
from core.store.sql import open_store
from tests.builders import NOW, an_alert

WRITERS, TURNS = 4, 25


async def count_up(engine):
    """Read a number and write the next, `TURNS` times: an update is lost when two read the same."""
    for _ in range(TURNS):
        async with engine.begin() as connection:
            level = (await connection.execute(text("SELECT level FROM alert"))).scalar_one()
            await asyncio.sleep(0)
            await connection.execute(text("UPDATE alert SET level = :level"), {"level": level + 1})


async def test_writers_on_several_connections_lose_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/beacon.db"
    stores = [await open_store(url) for _ in range(WRITERS)]
    async with stores[0].begin() as tx:
        await tx.keep([Change(None, an_alert())], now=NOW)
    await asyncio.gather(*(count_up(store.engine) for store in stores))
    async with stores[0].begin() as tx:
        assert (await tx.find("a1")).escalation.level == WRITERS * TURNS
    for store in stores:
        await store.aclose()


async def test_the_drivers_own_settings_would_lose_some(tmp_path):
    """Show that the test above can fail: the same writers without our settings."""
    url = f"sqlite:///{tmp_path}/beacon.db"
    store = await open_store(url)
    async with store.begin() as tx:
        await tx.keep([Change(None, an_alert())], now=NOW)
    bare = [create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/beacon.db") for _ in range(WRITERS)]
    done = await asyncio.gather(*(count_up(engine) for engine in bare), return_exceptions=True)
    async with store.begin() as tx:
        level = (await tx.find("a1")).escalation.level
    assert level < WRITERS * TURNS or any(isinstance(one, Exception) for one in done)
    for engine in (store.engine, *bare):
        await engine.dispose()


async def test_of_two_writers_on_one_alert_one_is_told_that_it_lost(tmp_path):
    url = f"sqlite:///{tmp_path}/beacon.db"
    one, other = await open_store(url), await open_store(url)
    alert = an_alert()
    async with one.begin() as tx:
        await tx.keep([Change(None, alert)], now=NOW)

    async def own(store, owner):
        async with store.begin() as tx:
            await tx.keep([moved(alert, NOW, [], owner=owner)], now=NOW)

    await own(one, "alice")
    with pytest.raises(Conflict):
        await own(other, "bob")
    async with other.begin() as tx:
        assert await tx.find("a1") == replace(alert, owner="alice", version=2)
    await one.aclose()
    await other.aclose()
