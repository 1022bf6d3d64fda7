"""The web application, as uvicorn starts it: one in every worker process."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from gateway.api.application import make_application
from gateway.composition import make_gateway, warn_of
from gateway.console.application import make_console
from gateway.logs import configure_logs
from gateway.settings import Settings

# `serve` says through the environment whether its processes also do the worker's rounds: uvicorn starts them anew.
WORKER_SWITCH = "IJW_SERVE_WORKER"


def create() -> ASGIApp:
    """Make the application of one process."""
    settings = Settings()
    configure_logs(as_json=settings.logs_as_json)
    gateway = make_gateway(settings)
    warn_of(settings)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
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
        make_application(gateway.services, lifespan, make_console(gateway.desk), rate_limit=settings.rate_limit)
    )
    # What was made so far stays as long as the process does: the collector need not look at it again, nor come by
    # every seven hundred objects when one message alone makes hundreds that go by themselves. To look for garbage
    # first would take a tenth of the start, and find a megabyte.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return application
