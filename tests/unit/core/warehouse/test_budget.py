import asyncio
import time

import duckdb
import pytest

from core.errors import Missing, Unavailable
from core.warehouse.budget import Budget

ENDLESS = "SELECT count(*) FROM range(1000000) AS a(x), range(1000000) AS b(y) WHERE x * y % 7 = 3"


@pytest.fixture
async def budget():
    budget = Budget(lambda: duckdb.connect(":memory:"), seconds=0.2, at_once=1)
    yield budget
    await budget.aclose()


async def test_work_is_done_with_a_cursor_of_its_own(budget):
    assert await budget.run(lambda cursor: cursor.execute("SELECT 1").fetchall()) == [(1,)]


async def test_a_question_that_takes_too_long_is_stopped_and_said_to_be_slow(budget):
    began = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        await budget.run(lambda cursor: cursor.execute(ENDLESS).fetchall())
    assert (caught.value.code, caught.value.facts) == ("warehouse-slow", {"seconds": 0.2})
    assert time.monotonic() - began < 5
    assert await budget.run(lambda cursor: cursor.execute("SELECT 2").fetchall()) == [(2,)]


async def test_a_question_whose_asker_has_gone_is_stopped_too(budget):
    asking = asyncio.create_task(budget.run(lambda cursor: cursor.execute(ENDLESS).fetchall(), seconds=60))
    await asyncio.sleep(0.1)
    asking.cancel()
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await budget.run(lambda cursor: 3) == 3
    assert time.monotonic() - began < 5


async def test_what_the_engine_cannot_do_is_unavailable(budget):
    with pytest.raises(Unavailable) as caught:
        await budget.run(lambda cursor: cursor.execute("SELECT nonsense").fetchall())
    assert caught.value.code == "warehouse-failed"


async def test_a_problem_found_at_work_is_passed_on_as_it_is(budget):
    def work(cursor):
        raise Missing("file-missing", file="a.csv")

    with pytest.raises(Missing):
        await budget.run(work)


async def test_a_database_that_another_process_holds_is_unavailable(tmp_path):
    (tmp_path / "facts.duckdb").write_text("not a database, but long enough to be looked at as if it were one")
    budget = Budget(lambda: duckdb.connect(str(tmp_path / "facts.duckdb")), seconds=5, at_once=1)
    with pytest.raises(Unavailable):
        await budget.run(lambda cursor: None)
    await budget.aclose()


async def test_closing_twice_is_closing_once(budget):
    await budget.run(lambda cursor: None)
    await budget.aclose()
    await budget.aclose()
