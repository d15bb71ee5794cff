"""Arguments and options that several commands take alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The workspace: a folder of YAML.", show_default=False)]
Data = Annotated[Path | None, typer.Option(help="Where the source files lie, if not in the workspace.")]
OneRule = Annotated[str | None, typer.Option("--rule", help="Only this rule.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
