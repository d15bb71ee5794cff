"""Prometheus over the same facts: blocks made by promtool, rules asked through its HTTP API, CPU of its process."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from bot.bench.data import HISTORY, MEASURES

DAY = 86_400


def is_installed():
    return bool(shutil.which("prometheus") and shutil.which("promtool"))


def expression(asked):
    """Return a rule as PromQL; a range takes in both its ends, so it is an hour short of the last day."""
    match asked.kind:
        case "static":
            return f"impressions < {asked.number}"
        case "change":
            return f"clicks - clicks offset 1d < -{asked.number / 100!r} * (clicks offset 1d > 0)"
        case "ratio":
            return f"(revenue / spend < {asked.number}) and spend > budget"
        case "usual":
            usual = f"avg_over_time(impressions[{HISTORY - 1}d1h] offset 1d)"
            return f"impressions < {1 - asked.number / 100!r} * {usual}"


@contextmanager
def serving(folder: Path, facts: str):
    """Lay the facts of Parquet files into blocks, and yield an address and the process that answers there."""
    import duckdb

    text = folder / "facts.om"
    with duckdb.connect() as connection, text.open("w", encoding="utf-8") as file:
        for code in MEASURES:
            rows = connection.execute(
                f"SELECT campaign, CAST(epoch(day) AS BIGINT), {code} FROM read_parquet('{facts}') ORDER BY 1, 2"  # noqa: S608
            )
            file.write(f"# TYPE {code} gauge\n")
            while some := rows.fetchmany(50_000):
                file.writelines(f'{code}{{campaign="{name}"}} {float(value)!r} {at}\n' for name, at, value in some)
        file.write("# EOF\n")
    made = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder / "tsdb")]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (folder / "prometheus.yml").write_text("")
    options = [
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/tsdb",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address={address}",
        "--query.lookback-delta=1h",
        "--query.max-samples=500000000",
        "--log.level=error",
    ]
    with subprocess.Popen(["prometheus", *options]) as process:
        try:
            _wait(address)
            yield address, process.pid
        finally:
            process.terminate()


def ask(address: str, query: str, day: int) -> set[str]:
    """Return the campaigns that a rule fires for."""
    question = urlencode({"query": query, "time": day * DAY})
    with urlopen(f"http://{address}/api/v1/query?{question}", timeout=300) as answer:
        return {one["metric"]["campaign"] for one in json.load(answer)["data"]["result"]}


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            with urlopen(f"http://{address}/-/ready", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(address)
