"""Several real processes on one PostgreSQL: nothing twice, nothing lost, whichever is killed, frozen or cut off.

`STORM_MANY=all` tries each with two and with four.
"""

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from time import time

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from bot.bench.platforms import Platforms
from bot.bench.shop import Shop
from bot.bench.storm import Plan, a_house, drained, measured

ALL = os.environ.get("STORM_MANY") == "all"
FROZEN = 18  # seconds, longer than a lease and a turn


class Line:
    """A way to the database that can be cut."""

    def __init__(self, url):
        self._url = make_url(url)
        self._writers = set()
        self.is_cut = False

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self.cut()
        self._server.close()

    @property
    def url(self):
        port = self._server.sockets[0].getsockname()[1]
        return f"postgresql://{self._url.username}:@127.0.0.1:{port}/{self._url.database}"

    def cut(self):
        self.is_cut = True
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def mend(self):
        self.is_cut = False

    async def _join(self, reader, writer):
        if self.is_cut:
            writer.transport.abort()
            return
        there, back = await asyncio.open_unix_connection(f"{self._url.query['host']}/.s.PGSQL.5432")
        self._writers |= {writer, back}
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _pass(self, reader, writer):
        try:
            while chunk := await reader.read(65536):
                writer.write(chunk)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort()


@asynccontextmanager
async def houses(tmp_path, url, count, alerts):
    shop = Shop(tmp_path / "shop", alerts)
    shop.write()
    async with Platforms() as platforms, a_house(tmp_path, url, platforms) as house, Line(url) as line:
        for number in range(count):
            await house.start(**({"BEACON_STORE_URL": line.url} if number == count - 1 else {}))
        await house.is_up()
        yield shop, platforms, house, line


async def more_is_heard(platforms, than):
    """Wait until the platforms have heard more messages than that."""
    async with asyncio.timeout(60):
        while len(platforms.messages) <= than:  # noqa: ASYNC110 - a stand-in has no event to wait for
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("count", [2, 4] if ALL else [4])
async def test_many_that_live_say_everything_once(tmp_path, empty_postgres, count):
    async with houses(tmp_path, empty_postgres, count, 60) as (shop, platforms, _, __):
        begun = time()
        for wave in (20, 40, 60):
            heard = len(platforms.messages)
            shop.fall(wave)
            await more_is_heard(platforms, heard)
        plan = Plan(60, 0, empty_postgres, count)
        seen = measured(plan, shop, platforms, await drained(plan, platforms), begun)
    assert (seen.lost, seen.duplicates) == (0, 0), seen
    assert not seen.refused


@pytest.mark.parametrize("count", [2, 4] if ALL else [2])
async def test_one_is_killed_one_frozen_and_one_cut_off_and_nothing_is_lost(tmp_path, empty_postgres, count):
    async with houses(tmp_path, empty_postgres, count, 90) as (shop, platforms, house, line):
        begun = time()
        shop.fall(30)
        await more_is_heard(platforms, 0)
        await house.kill(0)
        house.send(1, signal.SIGSTOP)
        line.cut()
        shop.fall(60)
        await asyncio.sleep(FROZEN)
        shop.fall(90)
        line.mend()
        house.send(1, signal.SIGCONT)
        plan = Plan(90, 1, empty_postgres, count)
        seen = measured(plan, shop, platforms, await drained(plan, platforms), begun)
        logs = "".join(house.said(pid) for pid in house.lives)
    assert seen.lost == 0, seen
    assert seen.duplicates == seen.unsure_duplicates, seen
    assert "Traceback" not in logs, logs[-3000:]


async def test_a_process_of_the_version_before_goes_on_beside_a_newer_store_and_a_new_one_is_told(
    tmp_path, empty_postgres
):
    async with houses(tmp_path, empty_postgres, 1, 20) as (shop, platforms, house, _):
        shop.fall(10)
        await more_is_heard(platforms, 0)
        newer = await asyncpg.connect(empty_postgres)
        await newer.execute("ALTER TABLE delivery ADD COLUMN later TEXT; ALTER TABLE alert ADD COLUMN later TEXT")
        await newer.execute("UPDATE alembic_version SET version_num = '9999'")
        await newer.close()
        changed = time()
        shop.fall(20)
        pid = await house.start()
        async with asyncio.timeout(60):
            while "9999" not in house.said(pid) or platforms.messages[-1].at < changed:  # noqa: ASYNC110 - as below
                await asyncio.sleep(0.2)
        assert "Traceback" not in house.said(house.lives[0])
        later = [message for message in platforms.messages if message.at > changed]
        assert later, "what fell since is told by the old one"
