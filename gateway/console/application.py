"""The console as an application: its pages, its stylesheets, and what holds for each answer."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.console import cases, deadlines, deciding, following, messages, parties, replays, sign_in, trail
from gateway.console.cookies import PATH, Signer
from gateway.console.desk import Desk
from gateway.console.entrance import Page, guarded
from gateway.console.limits import Limits
from gateway.console.overview import overview
from gateway.console.view import outside
from gateway.errors import DatabaseUnavailableError
from gateway.logs import contextvars
from gateway.services.signing_in import Permission

_STATIC: Final = Path(__file__).with_name("static")
# Nothing is fetched from elsewhere and no script runs: the pages need none.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = [
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]

# A page may show somebody's data; a stylesheet is the same for everybody until the next version.
_PAGES: Final = (b"cache-control", b"no-store")
_STYLES: Final = (b"cache-control", b"public, max-age=3600")

# Every page, with its method and the permission that it takes; a test crosses them with every role.
PAGES: Final[tuple[tuple[str, str, Permission, Page], ...]] = (
    ("GET", "", Permission.LOOK, overview),
    ("GET", "/berichten", Permission.LOOK, messages.messages),
    ("POST", "/berichten", Permission.REVEAL, messages.messages),
    ("GET", "/berichten/{id}", Permission.LOOK, messages.message),
    ("POST", "/berichten/{id}", Permission.REVEAL, messages.message),
    ("GET", "/toewijzingen", Permission.LOOK, following.allocations),
    ("POST", "/toewijzingen", Permission.REVEAL, following.allocations),
    ("GET", "/toewijzingen/{id}", Permission.LOOK, following.allocation),
    ("GET", "/verzoeken", Permission.LOOK, following.requests),
    ("POST", "/verzoeken", Permission.REVEAL, following.requests),
    ("GET", "/verzoeken/{id}", Permission.LOOK, following.request),
    ("GET", "/verzoeken/{id}/besluit", Permission.HANDLE, deciding.decision),
    ("POST", "/verzoeken/{id}/besluit", Permission.HANDLE, deciding.decide),
    ("GET", "/zaken", Permission.LOOK, cases.cases),
    ("GET", "/zaken/{id}", Permission.LOOK, cases.case),
    ("POST", "/zaken/{id}", Permission.HANDLE, cases.resolve),
    ("GET", "/termijnen", Permission.LOOK, deadlines.deadlines),
    ("GET", "/onbezorgd", Permission.LOOK, replays.dead_letters),
    ("GET", "/herhalingen", Permission.OPERATE, replays.replays),
    ("POST", "/herhalingen", Permission.OPERATE, replays.start),
    ("GET", "/herhalingen/nieuw", Permission.OPERATE, replays.preview),
    ("GET", "/herhalingen/{id}", Permission.OPERATE, replays.replay),
    ("POST", "/herhalingen/{id}", Permission.OPERATE, replays.pause),
    ("GET", "/controle", Permission.AUDIT, trail.trail),
    ("POST", "/controle", Permission.AUDIT, trail.verify),
    ("GET", "/partijen", Permission.LOOK, parties.parties),
    ("POST", "/partijen", Permission.OPERATE, parties.add_party),
    ("POST", "/partijen/tokens", Permission.OPERATE, parties.create_token),
    ("POST", "/partijen/tokens/intrekken", Permission.OPERATE, parties.revoke_token),
    ("GET", "/routes", Permission.LOOK, parties.routes),
    ("GET", "/routes/{id}", Permission.LOOK, parties.route),
    ("POST", "/afmelden", Permission.LOOK, sign_in.sign_out),
)


class PageHeaders:
    """Puts on every answer of the console what keeps a browser to its own pages."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = _STYLES if scope["path"].startswith(f"{PATH}/static/") else _PAGES
                message["headers"] = [*message["headers"], *_HEADERS, kept]
            await send(message)

        await self._app(scope, receive, with_headers)


def routes_of() -> list[BaseRoute]:
    """Give every address of the console."""
    return [
        *(Route(PATH + path, guarded(permission, show), methods=[method]) for method, path, permission, show in PAGES),
        Route(f"{PATH}/aanmelden", sign_in.sign_in),
        Route(f"{PATH}/aanmelden/link/{{secret}}", sign_in.link, methods=["GET"]),
        Route(f"{PATH}/aanmelden/link/{{secret}}", sign_in.use_link, methods=["POST"]),
        Route(f"{PATH}/aanmelden/dienst", sign_in.to_provider),
        Route(f"{PATH}/aanmelden/terug", sign_in.from_provider),
        Mount(f"{PATH}/static", StaticFiles(directory=_STATIC)),
    ]


def make_console(desk: Desk, limits: Limits | None = None) -> ASGIApp:
    """Make the console."""
    application = Starlette(
        routes=routes_of(),
        exception_handlers={
            404: _not_found,
            405: _not_found,
            HTTPException: _misunderstood,
            DatabaseUnavailableError: _unavailable,
            500: _failed,
        },
    )
    application.router.redirect_slashes = False
    application.state.desk = desk
    application.state.limits = limits or Limits()
    application.state.signer = Signer(desk.secrets, over_tls=(desk.base_url or "").startswith("https://"))
    return PageHeaders(application)


async def _not_found(_: Request, __: Exception) -> Response:
    return outside("Niet gevonden", "Deze pagina bestaat niet.", 404)


async def _misunderstood(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    return outside("Niet uitgevoerd", "De gateway kon dit formulier niet lezen. Er is niets uitgevoerd.", status)


async def _unavailable(_: Request, __: Exception) -> Response:
    reason = "De database antwoordt niet; er is niets uitgevoerd. Probeer het over een halve minuut opnieuw."
    answer = outside("Even niet bereikbaar", reason, 503)
    answer.headers["retry-after"] = "30"
    return answer


async def _failed(_: Request, __: Exception) -> Response:
    # By this name whoever reads the log finds what went wrong.
    name = str(contextvars.get_contextvars().get("request", ""))
    return outside("Er ging iets mis", "De gateway heeft een fout gemaakt; die staat in het logboek.", 500, name)
