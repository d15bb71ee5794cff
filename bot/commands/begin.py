"""A first workspace on disk: look at a file, say what was found in it, and write what was agreed to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.phrases import say
from core.errors import Problem
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.metrics.metric import Metric
from core.packs.load import pack_folder, workspace_files
from core.rules.rule import Rule
from core.text import Tongue
from core.usecases.begin import Looked, Proposal, propose
from core.usecases.start import Lack, known_by_pack, lacks, merged, targets_for, without
from core.workspace import load_workspace

ZONE = "Asia/Shanghai"
MOST_TIMES = 1000
MOST_NAMED = 8  # columns in one line that says why they were left out


class Column(Protocol):
    """One column of a table that was read; only `bot.app` knows who reads it."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> Literal["number", "time", "text", "empty"]: ...

    @property
    def values(self) -> NDArray[Any]: ...


class Table(Protocol):
    @property
    def columns(self) -> Sequence[Column]: ...

    @property
    def height(self) -> int: ...


def look(folder: Path, file: Path, read: Callable[[Path, str], Table], catalog: Catalog | None = None) -> Proposal:
    """Return what a workspace of that file would be; a Problem when `folder` holds one already.

    Columns are known by the names of `catalog`, or of the house's dictionary.
    """
    if (folder / "workspace.yaml").exists():
        raise Problem("init-exists", folder=str(folder))
    table = read(file, ZONE)
    return propose(
        looked(table), _inside(folder, file).as_posix(), folder.resolve().name, catalog or dictionary_of(None)
    )


def looked(table: Table) -> list[Looked]:
    """Return the columns of a table as they were found."""
    return [_looked(column, table.height) for column in table.columns]


def dictionary_of(pack: str | None) -> Catalog:
    """Return the names by which columns are known: the house's, or a pack's with those of its example."""
    if pack:
        return known_by_pack(load_workspace(pack_folder(pack)).catalog)
    dictionary = builtin()
    return Catalog(dictionary.metrics, dictionary.dimensions)


@dataclass(frozen=True, slots=True)
class Packed:
    """The files of a workspace from a pack, the rules that they hold, and those that the file cannot carry."""

    files: Mapping[str, str]
    kept: tuple[Rule, ...]
    lacking: tuple[Lack, ...]
    catalog: Catalog


def packed(pack: str, proposal: Proposal, name: str) -> Packed:
    """Return what a workspace from that pack and file would be."""
    example, own = load_workspace(pack_folder(pack)), workspace_files(pack)
    duties = [duty.role for person in example.people.values() for duty in person.duties]
    files = merged(own, proposal, name, duties)
    with TemporaryDirectory(prefix="beacon-") as place:
        for title, text in files.items():
            (Path(place) / title).write_text(text, encoding="utf-8")
        whole = load_workspace(Path(place))
    lacking = lacks(whole.rules, whole.catalog)
    files["rules.yaml"] = without(files["rules.yaml"], (one.rule for one in lacking))
    if "targets.yaml" in own:
        files["targets.yaml"] = targets_for(own["targets.yaml"], whole.catalog)
    kept = tuple(rule for rule in whole.rules if rule.id not in {one.rule for one in lacking})
    return Packed(files, kept, lacking, whole.catalog)


def lack_words(one: Lack, metrics: Mapping[str, Metric], tongue: Tongue) -> str:
    wants = [known.title.to(tongue) if (known := metrics.get(each)) else each for each in one.wants]
    return say("init-pack-lacks", tongue, rule=one.rule, wants=", ".join(wants))


def described(proposal: Proposal, tongue: Tongue) -> str:
    """Return what was found, line by line: what each column became, what was left out and why, and the rules."""
    dictionary = builtin()
    lines = [say("init-time", tongue, column=proposal.time, grain=say(f"grain-{proposal.grain}", tongue))]
    for code, column in proposal.dimensions.items():
        title = dictionary.dimensions[code].title.to(tongue)
        lines.append(say("init-dimension", tongue, column=column, title=title))
    for code, column in proposal.measures.items():
        lines.append(say("init-measure", tongue, column=column, title=dictionary.metrics[code].title.to(tongue)))
    for code, column in proposal.guessed.items():
        lines.append(say("init-guessed", tongue, column=column, title=dictionary.metrics[code].title.to(tongue)))
    for (why, metric), left in groupby(proposal.left_out, key=lambda each: (each.why, each.metric)):
        columns = [each.column for each in left]
        named = ", ".join(columns[:MOST_NAMED]) + (f" … ({len(columns)})" if len(columns) > MOST_NAMED else "")
        title = dictionary.metrics[metric].title.to(tongue) if metric else ""
        lines.append(say("init-left-out", tongue, column=named, why=say(f"init-{why}", tongue, title=title)))
    lines += [say("init-rule", tongue, sentence=sentence) for sentence in proposal.rules]
    return "\n".join(lines)


def write(proposal: Proposal, folder: Path, file: Path) -> None:
    write_files(proposal.files, folder, file)


def write_files(files: Mapping[str, str], folder: Path, file: Path) -> None:
    """Write the workspace, with a copy of the file unless it lies inside already."""
    inside = folder / _inside(folder, file)
    try:
        inside.parent.mkdir(parents=True, exist_ok=True)
        if inside.resolve() != file.resolve():
            shutil.copyfile(file, inside)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem("file-unwritable", file=str(folder), detail=error.strerror or "") from None


def _inside(folder: Path, file: Path) -> Path:
    if file.resolve().is_relative_to(folder.resolve()):
        return file.resolve().relative_to(folder.resolve())
    return Path("data") / file.name


def _looked(column: Column, height: int) -> Looked:
    values = column.values
    if column.kind == "time":
        some = np.unique(values[~np.isnat(values)])[:MOST_TIMES].astype("datetime64[us]").tolist()
        return Looked(column.name, "time", tuple(moment for moment in some if isinstance(moment, datetime)))
    if column.kind == "text":
        words = set(values.tolist()) - {None}
        return Looked(column.name, "text", (), len(words) == height, min(filter(_is_worded, words), default=""))
    return Looked(column.name, column.kind)


def _is_worded(cell: str) -> bool:
    """Return whether a cell is surely no number: the one to show to whoever asks why a column is none."""
    return not re.fullmatch(r"[-+.,\d]*", cell)
