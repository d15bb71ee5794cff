"""One writer to a SQLite file: whoever runs holds a lock on a file beside it, which the kernel lets go of with us."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from core.errors import Unavailable


def lock_beside(database: str | None) -> IO[str] | None:
    """Return the lock's file, to be closed at the end; Unavailable names the process that holds it."""
    if not database or database == ":memory:" or sys.platform == "win32":
        return None
    import fcntl

    path = Path(f"{database}.lock")
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        raise Unavailable("store-taken", store=database, process=holder or "?") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
