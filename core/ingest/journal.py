"""Who brought each batch, and when: lines that are only ever added, in the folder where the batches lie.

A batch that is sent again is known by its line when its file is long merged with others, so lines are kept for as long
as anybody may send again. Another process may write to the same journal: what it added is read before each answer.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

NAME = ".journal.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """`digest` is that of what was brought: the same key with other rows is a mistake of its sender.

    `written` is the time of writing of its file, by which it is found in a merged one.
    """

    batch: str
    at: str
    by: str
    digest: str
    written: int = 0


def digest_of(content: bytes) -> str:
    return blake2b(content, digest_size=12).hexdigest()


@dataclass(slots=True)
class Journal:
    folder: Path
    _known: dict[str, Line] = field(default_factory=dict)
    _read: int = 0  # bytes

    def known(self) -> dict[str, Line]:
        """Return the lines by batch."""
        with suppress(FileNotFoundError), (self.folder / NAME).open("rb") as file:
            if file.seek(0, 2) < self._read:  # another process has thrown old lines away
                self._known, self._read = {}, 0
            file.seek(self._read)
            # What is behind the last line end is still being written, or was cut off with whoever wrote it.
            whole, end, _ = file.read().rpartition(b"\n")
            self._read += len(whole) + len(end)
            for written in whole.splitlines():
                with suppress(ValueError, TypeError):
                    line = Line(**json.loads(written))
                    self._known[line.batch] = line
        return self._known

    def add(self, line: Line) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / NAME).open("ab") as file:
            if file.tell() and not self._ends_whole():
                file.write(b"\n")
            file.write(json.dumps(asdict(line), ensure_ascii=False).encode() + b"\n")

    def forget(self, before: datetime) -> None:
        """Throw away the lines of batches that came before that."""
        kept = [line for line in self.known().values() if line.at >= before.isoformat()]
        if len(kept) < len(self._known):
            fresh = self.folder / f"{NAME}.new"
            fresh.write_text("".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in kept), "utf-8")
            fresh.replace(self.folder / NAME)
            self._known, self._read = {}, 0

    def _ends_whole(self) -> bool:
        with (self.folder / NAME).open("rb") as file:
            file.seek(-1, 2)
            return file.read() == b"\n"
