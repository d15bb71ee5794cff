"""A process killed while it takes files in leaves nothing half: the facts are those before, or those after."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from core.calendar.grain import Grain, Window
from core.cube.query import Query
from core.ingest.inbox import FileInbox
from core.ingest.journal import Journal
from core.ingest.table import stage
from core.metrics.catalog import Catalog
from core.metrics.metric import How
from core.metrics.source import Measure, Source
from core.warehouse.duckdb import DuckdbWarehouse
from core.warehouse.intake import wanted

SOURCE = Source("ads", ("*.csv",), Grain.DAY, "day", {"channel": "channel"}, {"spend": Measure(How.SUM, "spend")})
QUERY = Query("ads", None, (), ("spend",), Window.days(date(2026, 6, 1), date(2026, 6, 30)))
DYING = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.scenarios.test_killed_import import opened
from core.warehouse.intake import Taker

step, left = sys.argv[2], int(sys.argv[3])
alive = getattr(Taker, step)

def dying(self, *args):
    global left
    left -= 1
    found = alive(self, *args)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return found

setattr(Taker, step, dying)
asyncio.run(opened(Path(sys.argv[1])).refresh())
"""


def opened(folder: Path) -> DuckdbWarehouse:
    return DuckdbWarehouse(folder / "facts.duckdb", {"ads": SOURCE}, Catalog({}), folder, stage=stage)


def write(folder: Path, spent: int) -> None:
    for name in ("a", "b"):
        rows = "".join(f"2026-06-{day:02},{name},{spent}\n" for day in range(1, 11))
        (folder / f"{name}.csv").write_text("day,channel,spend\n" + rows)


async def total(folder: Path, *, is_fresh: bool) -> float:
    warehouse = opened(folder)
    if is_fresh:
        await warehouse.refresh()
    else:
        warehouse._known["ads"].is_learnt = True  # look at what is there, and take nothing in
        await warehouse._budget.run(lambda cursor: warehouse._learn(cursor, "ads"))
    cube = await warehouse.fetch(QUERY)
    await warehouse.aclose()
    return float(np.nansum(cube.measures["spend"]))


@pytest.mark.parametrize(
    ("step", "calls", "left"), [("_know_slices", 2, 20), ("_keep_facts", 1, 20), ("_replace", 1, 20), ("take", 1, 200)]
)
async def test_a_killed_import_leaves_the_facts_before_or_after(tmp_path, step, calls, left):
    write(tmp_path, 1)
    assert await total(tmp_path, is_fresh=True) == 20
    write(tmp_path, 10)
    for path in tmp_path.glob("*.csv"):
        os.utime(path, (2**31, 2**31))
    code = [sys.executable, "-c", DYING, str(tmp_path), step, str(calls)]
    killed = await asyncio.create_subprocess_exec(*code, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE)
    _, said = await killed.communicate()
    assert killed.returncode == -signal.SIGKILL, said.decode()
    assert await total(tmp_path, is_fresh=False) == left
    assert await total(tmp_path, is_fresh=True) == 200


PUSHING = """
import asyncio, os, signal, sys
from pathlib import Path
from core.ingest import inbox, merge
from core.ingest.journal import Journal
from tests.scenarios.test_killed_import import pushed

def dying(alive):
    def die(*args, **kwargs):
        if sys.argv[3] == "after":
            alive(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
    return die

match sys.argv[2]:
    case "written":
        os.fsync = dying(os.fsync)
    case "placed":
        inbox._place = dying(inbox._place)
    case "noted":
        Journal.add = dying(Journal.add)
    case "merged":
        merge.MOST_LOOSE, merge.STAY_LOOSE = 3, 1
        place = inbox._place
        inbox._place = lambda folder, name, *rest: (dying(place) if "merged" in name else place)(folder, name, *rest)
asyncio.run(pushed(Path(sys.argv[1]), 5))
"""


async def pushed(folder: Path, batches: int) -> None:
    """Push batches of two rows each, under keys of their own."""
    fed = replace(SOURCE, files=("inbox/ads/*",), push=True)
    catalog = Catalog({}, {}, {"ads": fed})
    inbox = FileInbox(folder, catalog, "UTC", lambda one: wanted(one, catalog))
    for number in range(batches):
        rows = [{"day": f"2026-06-{number + 1:02}", "channel": name, "spend": 10} for name in "ab"]
        await inbox.receive("ads", json.dumps(rows).encode(), "json", f"key {number}")


async def total_pushed(folder: Path) -> float:
    fed = replace(SOURCE, files=("inbox/ads/*",), push=True)
    warehouse = DuckdbWarehouse(None, {"ads": fed}, Catalog({}), folder, stage=stage)
    await warehouse.refresh()
    cube = await warehouse.fetch(QUERY)
    await warehouse.aclose()
    return float(np.nansum(cube.measures["spend"]))


@pytest.mark.parametrize(
    ("point", "when", "left"),
    [
        ("written", "before", 0),
        ("placed", "before", 0),
        ("placed", "after", 20),
        ("noted", "before", 20),
        ("noted", "after", 20),
        ("merged", "before", 80),
        ("merged", "after", 80),
    ],
)
async def test_a_killed_push_leaves_whole_batches_and_the_same_keys_sent_again_bring_the_rest(
    tmp_path, point, when, left
):
    code = [sys.executable, "-c", PUSHING, str(tmp_path), point, when]
    killed = await asyncio.create_subprocess_exec(*code, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE)
    _, said = await killed.communicate()
    assert killed.returncode == -signal.SIGKILL, said.decode()
    assert await total_pushed(tmp_path) == left
    await pushed(tmp_path, 5)  # whoever got no answer sends again
    assert await total_pushed(tmp_path) == 100
    assert len(Journal(tmp_path / "inbox/ads").known()) == 5
