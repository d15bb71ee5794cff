"""The packs that come with the house: workspaces of plain YAML, with `data.yaml` to make their facts from.

A pack holds nothing that a team's own workspace could not: it is copied, and then it is the team's.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from core.document import suggesting
from core.errors import Missing
from core.packs.generate import write_data

FOLDER = Path(__file__).parent
DATA = "data.yaml"
STORY = "story.yaml"
_OWN = (DATA, STORY)  # what tells of made-up facts is no part of a team's workspace


def pack_names() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name.replace("_", "-") for path in FOLDER.glob(f"*/{DATA}")))


def pack_folder(name: str) -> Path:
    """Return where a pack lies; Missing names the others."""
    names = pack_names()
    if name.replace("_", "-") not in names:
        raise Missing("pack-unknown", **suggesting(name, names, name=name, options=", ".join(names)))
    return FOLDER / name.replace("-", "_")


def write_pack(name: str, into: Path) -> None:
    """Write a pack with its facts and its story, the same each time."""
    folder = pack_folder(name)
    into.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file() and path.suffix in (".yaml", ".txt"):
            shutil.copyfile(path, into / path.name)
    write_data(folder / DATA, into / "data")


def workspace_files(name: str) -> dict[str, str]:
    """Return the files that make a workspace of a team's own, by name."""
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(pack_folder(name).glob("*.yaml"))
        if path.name not in _OWN
    }
