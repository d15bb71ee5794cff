"""`beacon workbook out` and `in`: Excel both ways. What comes in is shown as a difference, and written when approved.

YAML is written back through ruamel.yaml, because it alone keeps comments and the order of keys; everywhere else YAML is
only read, and PyYAML is faster. Before a file of the team's is touched, the whole is tried out beside it.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from bot.phrases import say
from bot.shell.tongue import tongue
from core.errors import Invalid, Mistake, Problem
from core.text import Tongue
from core.usecases.workbook import RULES, SHEETS, TARGETS, Edit, Sheet, edits, sheets
from core.workspace import SUFFIXES, Workspace, load_workspace

workbook = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Dictionary, rules and targets in Excel.")
_LISTS = ("aliases",)

Folder = Annotated[Path, typer.Argument(help="The workspace: a folder of YAML.", show_default=False)]
File = Annotated[Path, typer.Argument(help="The workbook, an .xlsx file.", show_default=False)]


@workbook.command()
def out(folder: Folder, file: File) -> None:
    """Write the dictionary, the rules and the targets to a workbook."""
    from bot.app import save_workbook

    workspace = load_workspace(folder)
    save_workbook(file, _now(workspace), workspace.tongue)
    typer.echo(say("workbook-written", tongue(), file=str(file)))


@workbook.command("in")
def in_(
    folder: Folder,
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="Take the changes without asking.")] = False,
) -> None:
    """Show what a workbook would change, and write it to the workspace's YAML when approved."""
    from bot.app import open_workbook

    workspace = load_workspace(folder)
    changed, gone = edits(_now(workspace), open_workbook(file, SHEETS))
    typer.echo(told(changed, gone, tongue()))
    if changed and (yes or typer.confirm(say("workbook-confirm", tongue()))):
        take(folder, changed)
        typer.echo(say("workbook-taken", tongue(), changes=len(changed)))


def told(changed: Sequence[Edit], gone: Sequence[str], tongue: Tongue) -> str:
    """Return the difference, line by line."""
    lines = []
    for one in changed:
        place = f"{one.sheet} {' '.join(filter(None, one.row))} {one.key}"
        lines.append(f"+ {place}: {one.after}" if one.before is None else f"~ {place}: {one.before} → {one.after}")
    if not changed:
        lines.append(say("workbook-same", tongue))
    lines += [say("workbook-gone", tongue, what=", ".join(gone))] if gone else []
    return "\n".join(lines)


def take(folder: Path, changed: Sequence[Edit]) -> None:
    """Write the changes: tried out on a copy first, so that a mistake in one cell leaves every file as it was."""
    files = {path.relative_to(folder): path.read_text(encoding="utf-8") for path in _yaml(folder)}
    news = _applied(files, changed)
    with TemporaryDirectory(prefix="beacon-") as place:
        for name, text in (files | news).items():
            (Path(place) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(place) / name).write_text(text, encoding="utf-8")
        load_workspace(Path(place))
    for name, text in news.items():
        beside = folder / name.with_name(f".{name.name}.new")
        try:
            beside.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, encoding="utf-8")
            shutil.move(beside, folder / name)
        except OSError as error:
            raise Problem("file-unwritable", file=str(folder / name), detail=error.strerror or "") from None


def _now(workspace: Workspace) -> tuple[Sheet, ...]:
    records: dict[str, list[Mapping[str, object]]] = {RULES.name: [], TARGETS.name: []}
    for path in _yaml(workspace.folder):
        kind = path.stem if path.parent == workspace.folder else path.parent.name
        if kind in records:
            records[kind] += _round_trip().load(path.read_text(encoding="utf-8")) or []
    return sheets(workspace, records[RULES.name], records[TARGETS.name])


def _applied(files: Mapping[Path, str], changed: Sequence[Edit]) -> dict[Path, str]:
    """Return the files that are others now, with their comments where they were."""
    yaml = _round_trip()
    loaded: dict[Path, Any] = {}
    for one in changed:
        name, record = _record(files, loaded, one)
        _set(record, one.key, one.after)
        loaded.setdefault(name, None)
    written = {}
    for name, content in loaded.items():
        stream = io.StringIO()
        yaml.dump(content, stream)
        written[name] = stream.getvalue()
    return written


def _record(files: Mapping[Path, str], loaded: dict[Path, Any], one: Edit) -> tuple[Path, Any]:
    """Return the record an edit is about and the file it stands in; a new one stands at the end of the first file."""
    sheet = next(each for each in SHEETS if each.name == one.sheet)
    places = [name for name in files if name.parts[0].removesuffix(name.suffix) == one.sheet]
    for name in [*places, *(each for each in loaded if each not in places)]:
        content = loaded.get(name)
        if content is None and name in files:
            content = _round_trip().load(files[name]) or []
        for record in content or ():
            if isinstance(record, dict) and _named(sheet, record) == one.row:
                loaded[name] = content
                return name, record
    name = places[0] if places else Path(f"{one.sheet}.yaml")
    if name not in loaded:
        loaded[name] = (_round_trip().load(files[name]) if name in files else None) or []
    record = {key: said for key, said in zip(sheet.names, one.row, strict=True) if said and key != "slice"}
    if one.sheet == TARGETS.name and (said := dict(zip(sheet.names, one.row, strict=True))["slice"]):
        record["slice"] = {part.partition("=")[0].strip(): part.partition("=")[2].strip() for part in said.split(",")}
    loaded[name].append(record)
    return name, record


def _named(sheet: Sheet, record: Mapping[str, object]) -> tuple[str, ...]:
    from core.usecases.workbook import written_row

    row = written_row(sheet, record)
    return tuple(row[key] for key in sheet.names)


def _set(record: Any, key: str, said: str) -> None:
    first, _, tongue = key.partition(".")
    value: Any = int(said) if said.isascii() and said.isdigit() else said
    if tongue:
        before = record.get(first)
        both = before if isinstance(before, dict) else {"en": str(before or said), "zh": str(before or said)}
        both[tongue] = said
        record[first] = both
    elif not said:
        record.pop(first, None)
    elif first in _LISTS:
        record[first] = [part.strip() for part in said.replace("，", ",").split(",") if part.strip()]
    else:
        record[first] = value


def _yaml(folder: Path) -> Iterable[Path]:
    inner = (path for kind in sorted(folder.iterdir()) if kind.is_dir() for path in sorted(kind.iterdir()))
    return [path for path in (*sorted(folder.iterdir()), *inner) if path.is_file() and path.suffix in SUFFIXES]


def _round_trip() -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096  # so that no line of the team's is broken anew

    class Careful:
        """ruamel with our own words for what it cannot read."""

        def load(self, text: str) -> Any:
            try:
                return yaml.load(text)
            except YAMLError as error:
                raise Invalid([Mistake("yaml-syntax", {"detail": str(error).partition("\n")[0]})]) from None

        dump = staticmethod(yaml.dump)

    return Careful()
