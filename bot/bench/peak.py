"""How much memory something takes at most."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


class Peak:
    """How much memory was taken at most since this was made, beyond what was held then."""

    def __init__(self) -> None:
        import gc

        gc.collect()
        self._before: int | None = None
        with suppress(OSError):  # not Linux: the highest of all times is what there is
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the highest mark falls to the present
            self._before = _status("VmRSS")

    def bytes(self) -> int:
        if self._before is not None:
            return max(0, _status("VmHWM") - self._before)
        from resource import RUSAGE_SELF, getrusage

        return getrusage(RUSAGE_SELF).ru_maxrss * 1024


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
