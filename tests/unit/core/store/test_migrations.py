"""That migrations and tables agree, and that they can be run again."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, make_url

from core.store.migrate import config, migrate
from core.store.rows import alert_row
from core.store.sql import SqlStore, engine_of
from core.store.tables import METADATA
from tests.builders import an_alert


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_the_migrations_make_the_tables_that_we_use(database, request):
    engine = engine_of("sqlite://" if database == "sqlite" else request.getfixturevalue("postgres"))
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


def test_these_tables_and_no_more():
    groups, processes = {"gathering", "gathered"}, {"turn", "pace", "pulse"}
    alerts = {"alert", "event", "hold", "delivery", "surface", "inbox", "evaluation"}
    assert set(METADATA.tables) == alerts | groups | processes | {
        "digest_choice",
        "token",
        "mute",
        "call",
        "audit",
        "plea",
        "incident",
        "definition",
        "link",
        "share",
    }


def test_an_address_needs_to_name_no_driver():
    assert engine_of("postgresql://u:p@h/d").url.drivername == "postgresql+asyncpg"
    assert engine_of("postgres://u:p@h/d").url.drivername == "postgresql+asyncpg"
    assert engine_of("sqlite://").url == make_url("sqlite+aiosqlite://")


async def test_a_store_of_the_first_version_keeps_what_it_holds():
    """Rows written under 0001 read alike once every later migration has run."""
    engine = engine_of("sqlite://")
    row = alert_row(an_alert())

    def begin(connection):
        command.upgrade(config(connection), "0001")
        old = Table("alert", MetaData(), autoload_with=connection)
        kept = {name: value for name, value in row.items() if name in old.columns}
        connection.execute(METADATA.tables["alert"].insert().values(kept))

    async with engine.begin() as connection:
        await connection.run_sync(begin)
    await migrate(engine)
    async with SqlStore(engine).begin() as tx:
        assert await tx.find("a1") == an_alert()
    await engine.dispose()
