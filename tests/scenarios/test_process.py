"""The real process: it comes up, answers, and ends calmly when it is told to."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples" / "shop"
PATIENCE = 60.0


@contextmanager
def beacon(*words: str, folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command until the block ends, and hand out the address it says it listens on."""
    bare = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    command = [sys.executable, "-m", "bot.cli", *words]
    with (folder / "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=bare | {"PYTHONPATH": str(ROOT), "BEACON_PORT": "0"} | environment,
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process, _address(process, folder / "said")
        finally:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[str], said: Path) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        text = said.read_text(encoding="utf-8")
        if found := re.search(r"http://127\.0\.0\.1:\d+/", text):
            return found[0]
        assert process.poll() is None, text
        time.sleep(0.05)
    raise AssertionError(said.read_text(encoding="utf-8"))


def get(address: str) -> tuple[int, object]:
    with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
        return answer.status, json.load(answer)


def post(address: str, body: dict[str, object]) -> object:
    request = Request(address, json.dumps(body).encode(), {"content-type": "application/json"})  # noqa: S310 - as above
    with urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        return json.load(answer)


@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_a_running_house_is_ready_answers_and_ends_calmly(tmp_path, word):
    shutil.copytree(SHOP, tmp_path / "shop")

    with beacon("run", "shop", folder=tmp_path, BEACON_STORE_URL=f"sqlite:///{tmp_path}/b.db") as (process, address):
        assert get(f"{address}readyz") == (200, {"ready": True, "waiting_for": []})
        assert get(f"{address}healthz") == (200, {"alive": True})
        assert get(f"{address}api/alerts")[0] == 200
        assert get(f"{address}api/health")[0] == 200
        process.send_signal(word)

        assert process.wait(20) == 0
        assert "Traceback" not in (tmp_path / "said").read_text(encoding="utf-8")
    assert (tmp_path / "b.db").exists()
    assert (tmp_path / "facts.duckdb").exists()


def test_the_demo_fires_when_it_jumps_and_its_alert_is_acknowledged_in_the_console(tmp_path):
    with beacon("demo", folder=tmp_path) as (_, address):
        clock = post(f"{address}api/clock?tongue=en", {"jump": "alert"})
        _, alerts = get(f"{address}api/alerts")
        first = next(alert for alert in alerts if alert["severity"] == "critical")
        post(f"{address}api/say", {"text": f"ack {first['handle']}", "as": first["owner"]})
        _, after = get(f"{address}api/alerts")

    assert "Jun 4" in clock["day"]
    assert (first["rule"], first["slice"], first["owner"]) == ("impressions_drop", {"channel": "douyin"}, "zhaomin")
    assert next(alert for alert in after if alert["id"] == first["id"])["stage"] == "acked"


def test_a_second_house_on_the_same_port_is_told_what_to_do(tmp_path):
    with beacon("demo", folder=tmp_path) as (_, address):
        port = address.rstrip("/").rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "bot.cli", "demo", "--port", port],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "LANG": "C"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert second.returncode == 1
    assert port in second.stderr
    assert "BEACON_PORT" in second.stderr
    assert "Traceback" not in second.stderr + second.stdout


def test_facts_that_are_no_database_of_ours_are_named_and_nothing_is_judged_in_silence(tmp_path):
    shutil.copytree(SHOP, tmp_path / "shop")
    (tmp_path / "facts.duckdb").write_text("junk" * 5000, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "run", "shop"],
        cwd=tmp_path,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "BEACON_PORT": "0", "BEACON_STORE_URL": f"sqlite:///{tmp_path}/b.db", "LANG": "C"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    said = "".join(done.stderr.split())  # a long path is broken over two lines
    assert "facts.duckdbcannotbeopened" in said
    assert "Traceback" not in done.stderr
