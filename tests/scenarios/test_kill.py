"""Killed with SIGKILL between any two writes, it says everything all the same.

The promise: what must be heard is heard at least once, and twice only where nobody can know whether it was said.
"""

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest

from tests.fakes import a_store

ROOT = Path(__file__).parents[2]
AFTER_THE_LEASE = 61
ENDLESS = 1_000  # more points than the walk can have

FIRST_HEARERS = {
    (channel, "first", to)
    for channel, owner in (("wechat", "alice"), ("douyin", "bob"))
    for to in (owner, "slack:C123")
}
MUST_BE_HEARD = FIRST_HEARERS | {("douyin", "recovered", "bob"), ("douyin", "recovered", "slack:C123")}


class Lives:
    """Processes that walk the road; see `doomed.py`."""

    def __init__(self, folder: Path, zygote: subprocess.Popen) -> None:
        self.folder = folder
        self.zygote = zygote

    def live(self, point: int, seconds: int) -> int:
        """Walk until killed at that point, and return how it ended."""
        self.zygote.stdin.write(f"sqlite:///{self.database} {self.platform} {point} {seconds}\n")
        self.zygote.stdin.flush()
        return int(self.zygote.stdout.readline())

    def begin(self, name: str) -> None:
        self.database = self.folder / f"{name}.db"
        self.platform = self.folder / f"{name}.said"
        self.platform.touch()
        template = self.folder / "template.db"
        if template.exists():
            copyfile(template, self.database)

    def said(self) -> list[dict]:
        return [json.loads(line) for line in self.platform.read_text("utf-8").splitlines()]

    def ask(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def lives(tmp_path):
    command = [sys.executable, "-m", "tests.scenarios.doomed"]
    with (
        (tmp_path / "stderr").open("w") as stderr,
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as zygote,
    ):
        yield Lives(tmp_path, zygote)
        zygote.stdin.close()


def heard(said: list[dict]) -> set[tuple[str, str, str]]:
    return {(each["slice"].removeprefix("channel="), each["kind"], each["to"]) for each in said}


def ambiguous(lives: Lives) -> set[str]:
    """Return what a dead process had said, and had no time to write that it had."""
    sending = {key for (key,) in lives.ask("SELECT key FROM delivery WHERE status = 'sending'")}
    return sending & {each["key"] for each in lives.said()}


def is_whole(lives: Lives) -> None:
    """Check that each transaction was written whole or not at all."""
    assert lives.ask("PRAGMA integrity_check") == [("ok",)]
    (alerts,) = lives.ask("SELECT count(*), coalesce(sum(version), 0) FROM alert")
    assert alerts[0] in (0, 2), "both alerts were found in one evaluation"
    kept = lives.ask("SELECT count(*) FROM delivery WHERE kind = 'first'")[0][0]
    assert kept == (4 if alerts[0] else 0), "an alert and what must be said of it are one"
    assert lives.ask("SELECT count(*) FROM evaluation")[0][0] == (1 if alerts[0] else 0)
    changes = lives.ask("SELECT count(DISTINCT alert || version) FROM event")[0][0]
    assert changes == alerts[1], "each version has its events"


def is_settled(lives: Lives) -> None:
    """Check that in the end all is said and all is shown."""
    assert lives.ask("SELECT DISTINCT status FROM delivery") == [("sent",)]
    states = lives.ask("SELECT labels, phase, stage FROM alert ORDER BY labels DESC")
    assert [state[1:] for state in states] == [("firing", "acked"), ("ok", "open")]
    stale = "SELECT count(*) FROM surface JOIN alert ON alert.id = surface.alert WHERE surface.version < alert.version"
    assert lives.ask(stale) == [(0,)]
    assert lives.ask("SELECT count(*) FROM surface") == [(4,)]


def test_a_life_that_nobody_ends_says_everything_once(lives):
    lives.begin("whole")
    assert lives.live(0, 0) == 0
    said = lives.said()
    assert heard(said) >= MUST_BE_HEARD
    assert max(Counter(each["key"] for each in said).values()) == 1
    is_whole(lives)
    is_settled(lives)


async def test_killed_at_any_point_it_says_everything_after_its_restart(lives):
    async with a_store(f"sqlite:///{lives.folder}/template.db"):
        pass  # tables are made once; that is not what we try here
    twice = 0
    for point in range(1, ENDLESS):
        lives.begin(str(point))
        end = lives.live(point, 0)
        if end == 0:
            break
        assert end == -signal.SIGKILL, (lives.folder / "stderr").read_text()
        is_whole(lives)
        in_doubt = ambiguous(lives)
        assert lives.live(0, AFTER_THE_LEASE) == 0, (lives.folder / "stderr").read_text()
        is_whole(lives)
        is_settled(lives)
        counts = Counter(each["key"] for each in lives.said())
        assert heard(lives.said()) >= MUST_BE_HEARD, f"lost at point {point}"
        repeated = {key for key, count in counts.items() if count > 1}
        assert repeated <= in_doubt, f"said twice for no reason at point {point}"
        assert max(counts.values()) <= 2
        twice += bool(repeated)
    assert point > 80, "the walk has far more writes than that"
    assert twice > 0, "some point lies between saying and writing that it was said"
