"""What may be committed: nothing heavy, no registry's address, no version without its hash."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVIEST = 2 * 1024 * 1024
FONT_AT_MOST = 1_800_000
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))

# Joined here, so that this file does not name them either.
REGISTRIES = [
    ".".join(host).encode()
    for host in [
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
    ]
]


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_committed_file_is_heavy() -> None:
    assert [path for path in committed() if path.stat().st_size > HEAVIEST] == []


def test_the_chinese_font_stays_small() -> None:
    fonts = [path for path in committed() if path.suffix in {".otf", ".ttf"}]
    assert fonts
    assert all(path.stat().st_size <= FONT_AT_MOST for path in fonts)


def test_no_committed_text_names_a_registry() -> None:
    naming = [path for path in committed() if any(host in path.read_bytes() for host in REGISTRIES)]
    assert naming == []


def pins(lock: str) -> list[str]:
    """Return the lock's requirements, each on one line with its hashes."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("lock", LOCKS)
def test_each_version_in_a_lock_has_its_hash(lock: str) -> None:
    assert pins(lock)
    assert [pin for pin in pins(lock) if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", pin)] == []


def test_what_is_tested_is_what_runs() -> None:
    assert set(pins("requirements.lock")) <= set(pins("requirements-dev.lock"))
