"""The application as a whole: the API under /v1, the probes beside it, and what holds for every answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api import (
    answering,
    attempts,
    audit,
    coordinators,
    deadlines,
    escalations,
    following,
    ggk,
    health,
    manual_cases,
    messages,
    queues,
    replays,
    text_files,
    validations,
    webhooks,
    wind_downs,
)
from gateway.api.correlation import HEADER, name_request
from gateway.api.entrance import Entrance
from gateway.api.explanations import explanation, rule_page, rules_page
from gateway.api.openapi import API_VERSION, describe
from gateway.api.problems import ProblemError, on_failure, on_http, on_invalid, on_problem, on_unavailable
from gateway.api.services import Services
from gateway.errors import DatabaseUnavailableError
from gateway.limits import RateLimit

_DESCRIPTION = """
Uitwisseling van iJw 3.2-berichten tussen jeugdhulpaanbieders en gemeenten.

Een antwoord in de 200-reeks betekent dat het bericht op schijf staat. Alles wat mis is, komt als een
`application/problem+json` met `findings`: wat, waar, welke regel, en wat goed zou zijn; zonder persoonsgegevens.
"""
Lifespan = Callable[[], AbstractAsyncContextManager[None]]


class Beside:
    """Sends who comes for the console there; its pages have headers and limits of their own, but for their name."""

    def __init__(self, app: ASGIApp, console: ASGIApp) -> None:
        """Put the console beside an application."""
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path != "/console" and not path.startswith("/console/"):
            await self._app(scope, receive, send)
            return
        name = name_request(scope["headers"])

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (HEADER, name)]
            await send(message)

        await self._console(scope, receive, named)


_HANDLERS: dict[Any, Any] = {
    ProblemError: on_problem,
    HTTPException: on_http,
    RequestValidationError: on_invalid,
    DatabaseUnavailableError: on_unavailable,
    Exception: on_failure,
}


def make_api(services: Services | None) -> FastAPI:
    """Make the API; without services it can only describe itself."""
    api = FastAPI(
        title="iJw-gateway",
        version=API_VERSION,
        summary="Berichtuitwisseling iJw 3.2 voor jeugdhulp",
        description=_DESCRIPTION,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": "/v1", "description": "Deze gateway"}],
        root_path_in_servers=False,
        redirect_slashes=False,
        openapi_tags=[
            {"name": "berichten", "description": "Aanbieden, controleren, volgen en zoeken"},
            {"name": "wachtrijen", "description": "Ophalen en overnemen"},
            {"name": "volgen", "description": "Hoe het met verzoeken en toewijzingen staat"},
            {"name": "beantwoorden", "description": "Beslissen en melden zonder andere software"},
            {"name": "termijnen", "description": "Wat er wanneer moet gebeuren"},
            {"name": "zaken", "description": "Wat mensen afhandelen, buiten het berichtenverkeer om"},
            {"name": "beheer", "description": "Voor beheerders: nazien en herstellen"},
            {"name": "webhooks", "description": "Horen dat er een bericht wacht"},
        ],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        exception_handlers=_HANDLERS,
        generate_unique_id_function=lambda route: route.name,
    )
    routers = (
        messages.router,
        attempts.router,
        validations.router,
        queues.router,
        following.router,
        deadlines.router,
        answering.router,
        manual_cases.router,
        coordinators.router,
        escalations.router,
        wind_downs.router,
        webhooks.router,
        text_files.router,
        audit.router,
        replays.router,
    )
    for router in routers:
        api.include_router(router)
    api.state.services = services

    def openapi(_: Request) -> Response:
        return JSONResponse(describe(api), headers={"Access-Control-Allow-Origin": "*"})

    api.add_route("/openapi.json", openapi, include_in_schema=False)
    # The way FastAPI documents to make one's own document.
    api.openapi = lambda: describe(api)  # type: ignore[method-assign]
    return api


def make_application(
    services: Services, lifespan: Lifespan, console: ASGIApp | None = None, *, rate_limit: int = 0
) -> ASGIApp:
    """Make everything that is served over HTTP; `lifespan` starts and stops what runs beside it.

    `rate_limit` is how many requests a second each token may make, 0 any number.
    """

    @asynccontextmanager
    async def run(_: Starlette) -> AsyncIterator[None]:
        async with lifespan():
            yield

    application = Starlette(
        routes=[
            Mount("/v1", make_api(services)),
            Route(ggk.PATH, ggk.receive, methods=["POST"]),
            Route(ggk.PATH, ggk.describe, methods=["GET"]),
            Route("/health/live", health.live),
            Route("/health/ready", health.ready),
            Route("/metrics", health.metrics),
            Route("/problems/{kind}", explanation),
            Route("/rules", rules_page),
            Route("/rules/{code}", rule_page),
        ],
        exception_handlers=_HANDLERS,
        lifespan=run,
    )
    application.router.redirect_slashes = False
    application.state.services = services
    # Around everything, so that an answer about a failure of ours has them too.
    answering = Entrance(application, _HANDLERS, RateLimit(rate_limit))
    return answering if console is None else Beside(answering, console)
