# ruff: noqa: T201 - a measurement is printed
"""A thousand rules of four kinds, held against Prometheus, a query for each rule, and a scan: ratios in one run.

`make bench` prints them. Nothing here asserts a time: what is asserted is that all found the same.
"""

import asyncio
import os
import time
from datetime import UTC, datetime

import pytest

from bot.app import open_world
from bot.bench.data import LAST, MEASURES, asked, write_data, write_workspace
from bot.bench.measure import breaches, lines, measure, tick
from core.calendar.grain import EPOCH
from core.rules.needs import batches
from core.usecases.replay import HandClock
from tests.benchmarks.prometheus import ask, cpu_seconds, expression, is_installed, serving

DAY = (LAST - EPOCH).days


@pytest.mark.parametrize("slices", [2_000, 20_000])
def test_a_thousand_rules_against_a_query_each_and_a_scan(slices, capsys):
    measured = measure(slices, 1000, 90)
    with capsys.disabled():
        print("", *lines(measured), sep="\n  ")


@pytest.mark.parametrize("what", ["slices", "rules", "days"])
def test_ten_times_as_much(what, capsys):
    small = {"slices": 2_000, "rules": 100, "days": 90}
    one, ten = (measure(**(small | {what: small[what] * times})) for times in (1, 10))
    with capsys.disabled():
        grown = {
            name: getattr(ten, f"{name}_seconds") / getattr(one, f"{name}_seconds")
            for name in ("cold", "warm", "rules", "per_rule_sql")
        }
        print(f"\n  10 x {what}:", ", ".join(f"{name} x {times:.1f}" for name, times in grown.items()))


@pytest.mark.skipif(not is_installed(), reason="Prometheus is not installed")
def test_prometheus_finds_the_same_and_takes_so_much_longer(tmp_path, capsys):
    """Prometheus answers a few of the rules, and its time is scaled to a thousand: it takes each by itself.

    Laying the blocks of 20,000 slices takes minutes: `PROMETHEUS_SLICES=20000` measures them.
    """
    slices, rules = (
        int(os.environ.get(name, few)) for name, few in (("PROMETHEUS_SLICES", 2_000), ("PROMETHEUS_RULES", 40))
    )
    write_data(tmp_path / "facts-0.parquet", slices, range(DAY - 89, DAY + 1))
    few, all_rules = asked(rules), asked(1000)
    with serving(tmp_path, str(tmp_path / "facts-*.parquet")) as (address, pid):
        ask(address, "impressions < 0", DAY)  # opened and warm
        before = cpu_seconds(pid)
        theirs = {(f"r{i}", name) for i, each in enumerate(few) for name in ask(address, expression(each), DAY)}
        cpu = (cpu_seconds(pid) - before) / rules * 1000

    async def ours(questions):
        workspace = write_workspace(tmp_path, questions)
        (batch,) = batches(workspace.rules, workspace.catalog)
        async with open_world(workspace, HandClock(datetime(2026, 8, 1, tzinfo=UTC))) as world:
            began = time.process_time()
            _, seen = await tick(world.warehouse, batch, workspace, DAY)
            return breaches(seen), time.process_time() - began

    found, _ = asyncio.run(ours(few))
    assert found == theirs
    _, own = asyncio.run(ours(all_rules))
    with capsys.disabled():
        print(f"\n  {slices} slices, CPU seconds for 1,000 rules: Prometheus {cpu:.1f}, ours from cold {own:.3f}, "
              f"{cpu / own:.0f} times")  # fmt: skip


def test_one_copy_of_the_cube(capsys):
    import numpy as np

    cube = np.random.default_rng(1).random((len(MEASURES), 20_000, 90))
    began = time.perf_counter()
    for _ in range(5):
        cube.copy()
    with capsys.disabled():
        print(f"\n  one memory copy of the cube (72 MB): {(time.perf_counter() - began) / 5 * 1000:.1f} ms")
