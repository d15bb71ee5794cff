"""A store that cannot be opened says so in a sentence, and never shows its password."""

import pytest

from core.errors import Problem, Unavailable
from core.store.sql import open_store


@pytest.mark.parametrize("address", ["garbage", "mysql://u:hidden@h/d", "sqlite+pysqlite:///x.db", ""])
async def test_an_address_of_no_store_we_know_is_refused_without_being_shown(address):
    with pytest.raises(Problem) as caught:
        await open_store(address)
    assert caught.value.code == "store-address"
    assert "hidden" not in str(caught.value.facts)


async def test_a_server_that_is_away_is_named_without_its_password():
    with pytest.raises(Unavailable) as caught:
        await open_store("postgresql://u:hidden@127.0.0.1:1/d")
    assert caught.value.code == "store-away"
    assert caught.value.facts["store"] == "postgresql://u:***@127.0.0.1:1/d"
    assert caught.value.facts["detail"]
    assert "hidden" not in str(caught.value.facts)


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    path = tmp_path / "notes.db"
    path.write_text("not a database, but long enough to be one " * 20, encoding="utf-8")
    with pytest.raises(Unavailable) as caught:
        await open_store(f"sqlite:///{path}")
    assert caught.value.facts == {"store": f"sqlite:///{path}", "detail": "file is not a database"}
    assert path.read_text(encoding="utf-8").startswith("not a database")


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Unavailable) as caught:
        await open_store(f"sqlite:///{tmp_path}/file/beacon.db")
    assert caught.value.code == "store-away"


async def test_a_store_of_a_newer_beacon_is_not_touched(tmp_path):
    from sqlalchemy import text

    url = f"sqlite:///{tmp_path}/beacon.db"
    store = await open_store(url)
    async with store.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.aclose()
    with pytest.raises(Unavailable) as caught:
        await open_store(url)
    assert "9999" in str(caught.value.facts["detail"])


async def test_a_second_writer_of_one_file_is_told_who_writes(tmp_path):
    import os

    url = f"sqlite:///{tmp_path}/beacon.db"
    first = await open_store(url, alone=True)
    reader = await open_store(url)  # who only looks is let in
    await reader.aclose()
    with pytest.raises(Unavailable) as caught:
        await open_store(url, alone=True)
    assert caught.value.code == "store-taken"
    assert caught.value.facts["process"] == str(os.getpid())
    await first.aclose()
    again = await open_store(url, alone=True)
    await again.aclose()


async def test_who_writes_alone_takes_over_at_once_what_the_dead_held(tmp_path):
    from datetime import UTC, datetime

    from core.notices.notice import Kind, Notice, Place

    url, now = f"sqlite:///{tmp_path}/beacon.db", datetime.now(UTC)
    dead = await open_store(url)
    async with dead.begin() as tx:
        await tx.keep((), [Notice("n", Kind.DIGEST, None, Place("web", "board"))], now=now)
        assert len(await tx.claim(now, 9)) == 1
        assert await tx.take_turn("evaluate", now)
    await dead.aclose()
    alive = await open_store(url, alone=True)
    async with alive.begin() as tx:
        now = datetime.now(UTC)
        assert len(await tx.claim(now, 9)) == 1
        assert await tx.take_turn("evaluate", now)
    await alive.aclose()


async def test_a_server_that_goes_away_is_said_to_be_away(postgres):
    from sqlalchemy import text

    store = await open_store(postgres)
    with pytest.raises(Unavailable) as caught:
        async with store.begin() as tx:
            await tx._connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert caught.value.code == "store-away"
    async with store.begin() as tx:
        assert await tx.find("nobody") is None, "and it is asked again"
    await store.aclose()


async def test_processes_that_start_together_bring_the_tables_up_to_date_once(postgres):
    import asyncio

    stores = await asyncio.gather(*(open_store(postgres) for _ in range(4)))
    for store in stores:
        await store.aclose()
