"""The floors of the house: who may import whom."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# import-linter cannot speak of a room that does not stand, so a contract names one from the day it does.
GUARDED = {
    "Only the app chooses the adapters": {
        "protected_modules": ["core.ingest", "core.store", "core.warehouse", "bot.adapters"],
        "allowed_importers": ["bot.app"],
    },
    "The pure floors touch no world": {
        "source_modules": [
            *("core.metrics", "core.cube", "core.quality", "core.rules", "core.attribution"),
            *("core.alerts", "core.notices", "core.routing", "core.review"),
        ],
    },
    "The database library stays in the store": {
        "source_modules": ["core.usecases", "core.ports", "core.ingest", "core.warehouse", "core.charts"],
    },
}


def stands(room: str) -> bool:
    path = ROOT / room.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_nobody_imports_from_a_floor_above() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("contract", GUARDED)
def test_a_contract_names_each_of_its_rooms_that_stands(contract: str) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    written = next(each for each in settings["contracts"] if each["name"] == contract)
    unnamed = [
        f"{key}: {room}"
        for key, rooms in GUARDED[contract].items()
        for room in rooms
        if stands(room) and room not in written[key]
    ]
    assert not unnamed, f"name them in pyproject.toml, under {contract!r}"


@pytest.mark.parametrize("package", ["core", "bot"])
def test_the_page_about_the_house_tells_its_floors_and_rooms_as_they_are(package: str) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(each["layers"] for each in settings["contracts"] if each.get("containers") == [package])
    floors = [set(re.findall(r"\w+", layer)) for layer in layers]
    page = (ROOT / "docs" / "explanation" / "house.md").read_text("utf-8")
    drawn = re.search(rf"^    {package}    ?((?:.*\n)(?:           .*\n)*)", page.split("## Floors")[1], re.MULTILINE)
    assert drawn
    assert [set(re.findall(r"\w+", floor)) for floor in drawn[1].split(">")] == floors
    folders = {room for floor in floors for room in floor if (ROOT / package / room / "__init__.py").exists()}
    assert {room for room in folders if f"`{package}/{room}`" not in page} == set()
