"""Our own web server, for a platform that calls us: on loopback, at a free port, gone when the test is."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import uvicorn


class Server(uvicorn.Server):
    def capture_signals(self):
        return nullcontext()  # signals are the test runner's


@asynccontextmanager
async def hosted(app) -> AsyncIterator[str]:
    """Serve an ASGI app and give its address."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
        server = Server(config)
        task = asyncio.create_task(server.serve([bound]))
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
