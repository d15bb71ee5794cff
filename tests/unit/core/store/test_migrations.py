"""That migrations and tables agree, and that they can be run again."""

import os

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from core.store.migrate import config, migrate
from core.store.sql import engine_of
from core.store.tables import METADATA

ADDRESSES = ["sqlite://", *filter(None, [os.environ.get("BEACON_TEST_POSTGRES")])]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_the_migrations_make_the_tables_that_we_use(address):
    engine = engine_of(address)
    await migrate(engine)
    await migrate(engine)

    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection), METADATA)

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_there_is_one_newest_migration():
    engine = engine_of("sqlite://")
    async with engine.connect() as connection:
        heads = await connection.run_sync(lambda conn: ScriptDirectory.from_config(config(conn)).get_heads())
    assert len(heads) == 1
    await engine.dispose()


def test_seven_tables_and_no_more():
    assert set(METADATA.tables) == {"alert", "event", "hold", "delivery", "surface", "inbox", "evaluation"}


def test_an_address_needs_to_name_no_driver():
    assert engine_of("postgresql://u:p@h/d").url.drivername == "postgresql+asyncpg"
    assert engine_of("postgres://u:p@h/d").url.drivername == "postgresql+asyncpg"
    assert engine_of("sqlite://").url == make_url("sqlite+aiosqlite://")
