"""For whoever watches: alive, ready, and numbers. Outside the versioned API, because that is where probes look."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.api.problems import ProblemError
from gateway.api.receipts import moment
from gateway.api.security import caller_of
from gateway.api.services import Services
from gateway.services.caller import Scope
from gateway.services.health import State


async def live(_: Request) -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": State.PASS})


async def ready(request: Request) -> Response:
    """Say how each part is; 503 when the gateway cannot take messages."""
    services: Services = request.app.state.services
    health = await run_in_threadpool(services.watch.health)
    body = {
        "status": health.state,
        "oldestWaiting": moment(health.oldest_waiting) if health.oldest_waiting else None,
        "parts": {part.name: {"status": part.state, "detail": part.says} for part in health.parts},
    }
    return JSONResponse(body, 503 if health.state is State.FAIL else 200)


async def metrics(request: Request) -> Response:
    """Give the numbers for Prometheus, to a token with scope monitor or admin."""
    caller = await run_in_threadpool(caller_of, request)
    if not caller.scopes & {Scope.MONITOR, Scope.ADMIN}:
        raise ProblemError("forbidden", "Voor de metingen is een token met het bereik monitor nodig.")
    services: Services = request.app.state.services
    text, media_type = await run_in_threadpool(services.watch.metrics)
    return Response(text, media_type=media_type)
