"""The web application, as uvicorn starts it: one in every worker process."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing import parent_process

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.api.application import make_application
from gateway.composition import make_gateway, warn_of
from gateway.console.desk import Desk
from gateway.logs import configure_logs
from gateway.settings import Settings

# `serve` says through the environment whether its processes also do the worker's rounds: uvicorn starts them anew.
WORKER_SWITCH = "IJW_SERVE_WORKER"


class ConsoleAtFirstVisit:
    """The console, loaded when somebody comes for it: what moves messages need not wait for pages and templates.

    What is wrong with an installation of it (a template that is not there) is then seen by that visitor, and not at
    the start.
    """

    def __init__(self, desk: Desk) -> None:
        """Have a console for this desk."""
        self._desk = desk
        self._made: ASGIApp | None = None
        self._making = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        # In a thread of its own, so that a post that comes in meanwhile does not wait for it.
        console = await asyncio.to_thread(self._make) if self._made is None else self._made
        await console(scope, receive, send)

    def _make(self) -> ASGIApp:
        with self._making:
            if self._made is None:
                from gateway.console.application import make_console

                self._made = make_console(self._desk)
            return self._made


def _end_with_supervisor() -> None:
    """Stop as if asked to when the process that started this one is killed: else this one keeps the port for ever."""
    supervisor = parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)


def create() -> ASGIApp:
    """Make the application of one process."""
    settings = Settings()
    configure_logs(as_json=settings.logs_as_json)
    gateway = make_gateway(settings)
    warn_of(settings)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        threading.Thread(target=_end_with_supervisor, name="supervisor", daemon=True).start()
        rounds = threading.Thread(target=gateway.upkeep.run, name="upkeep", daemon=True)
        if os.environ.get(WORKER_SWITCH, "1") == "1":
            rounds.start()
        try:
            with gateway.routes.watched():
                yield
        finally:
            gateway.upkeep.stop()
            if rounds.is_alive():
                rounds.join()
            gateway.close()

    application = gateway.traces.application(
        make_application(gateway.services, lifespan, ConsoleAtFirstVisit(gateway.desk), rate_limit=settings.rate_limit)
    )
    # What was made so far stays as long as the process does: the collector need not look at it again, nor come by
    # every seven hundred objects when one message alone makes hundreds that go by themselves. To look for garbage
    # first would take a tenth of the start, and find a megabyte.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return application
