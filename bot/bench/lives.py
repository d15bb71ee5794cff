"""`beacon` as many processes that may be killed: each is a fork, which costs no second of imports.

Run as `python -m bot.bench.lives`. Each line it reads is an order, `{"argv": …, "cwd": …, "environment": …, "log": …}`;
the fork runs the command line as it is, and its process id is printed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from importlib.metadata import entry_points
from typing import Any

from bot.app import MEMORY, open_and_close


def _live(order: dict[str, Any]) -> None:
    log = os.open(f"{order['log']}-{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.chdir(order["cwd"])
    os.environ.update(order["environment"])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.argv = ["beacon", *order["argv"]]
    sys.exit(_beacon()())


def _beacon() -> Any:
    """Return the command line as it was installed: the bench stands below it, and may not know it by its name."""
    (command,) = entry_points(group="console_scripts", name="beacon")
    return command.load()


def _load_all() -> None:
    """Load now what is loaded late otherwise: the command line, and the store with its tables."""
    _beacon()
    asyncio.run(open_and_close(MEMORY))
    import core.charts.draw  # noqa: F401


def main() -> None:
    _load_all()
    asyncio.set_event_loop_policy(None)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a life ended
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            try:
                _live(json.loads(line))
                os._exit(0)
            except SystemExit as end:
                os._exit(int(end.code or 0))
            except BaseException:  # noqa: BLE001 - a fork must never go on as its parent
                sys.excepthook(*sys.exc_info())
                os._exit(70)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
