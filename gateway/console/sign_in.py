"""Signing in, by a link that works once or by an OpenID Connect provider, and signing out."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.cookies import PATH, SESSION, Signer
from gateway.console.entrance import SESSION_SECONDS, Visit, desk_of, signer_of
from gateway.console.limits import limits_of
from gateway.console.view import outside, page

_UNDER_WAY: Final = "ijw_console_oidc"
_UNDER_WAY_SECONDS: Final = 600
_TRIES_BY_PROVIDER: Final = 2  # going there, and coming back
_FAILED: Final = "Aanmelden is niet gelukt"


async def sign_in(request: Request) -> Response:
    """Show how to sign in."""
    provider = desk_of(request).sign_on is not None
    return page("sign_in.html", {"provider": provider, "back": _inside(request.query_params.get("naar", ""))})


async def link(request: Request) -> Response:
    """Ask before a link is used up: a mail program or a chat that looks ahead must not do that."""
    return page("sign_in_link.html", {"secret": request.path_params["secret"]})


async def use_link(request: Request) -> Response:
    """Sign in with a link."""
    limits = limits_of(request)
    busy = limits.of_tries(request)
    if busy:
        return busy
    session_id = await run_in_threadpool(desk_of(request).signing_in.by_link, request.path_params["secret"])
    if session_id is None:
        reason = "Deze link is al gebruikt of verlopen. Vraag een nieuwe met: ijw-gateway console link"
        return outside(_FAILED, reason, 403)
    limits.succeeded(request, 1)
    return _signed_in(request, session_id, PATH)


async def to_provider(request: Request) -> Response:
    """Send somebody to the provider that knows them."""
    desk = desk_of(request)
    if desk.sign_on is None:
        return RedirectResponse(f"{PATH}/aanmelden", 303)
    busy = limits_of(request).of_tries(request)
    if busy:
        return busy
    # What it takes is slow to load, and of no use where there is no provider.
    from gateway.console import oidc  # noqa: PLC0415

    try:
        address, under_way = await oidc.begin(desk.sign_on, _return_address(request))
    except oidc.ProviderError as error:
        return outside(_FAILED, str(error), 502)
    response = RedirectResponse(address, 303)
    under_way["back"] = _inside(request.query_params.get("naar", ""))
    signer_of(request).put(response, request, _UNDER_WAY, under_way, seconds=_UNDER_WAY_SECONDS)
    return response


async def from_provider(request: Request) -> Response:
    """Take somebody in who comes back from the provider."""
    desk, signer = desk_of(request), signer_of(request)
    under_way = signer.take(request, _UNDER_WAY, seconds=_UNDER_WAY_SECONDS)
    if desk.sign_on is None or not isinstance(under_way, dict):
        return RedirectResponse(f"{PATH}/aanmelden", 303)
    limits = limits_of(request)
    busy = limits.of_tries(request)
    if busy:
        return busy
    from gateway.console import oidc  # noqa: PLC0415 - the same

    try:
        person = await oidc.finish(desk.sign_on, str(request.url), _return_address(request), under_way)
    except oidc.ProviderError as error:
        return outside(_FAILED, str(error), 403)
    session_id = await run_in_threadpool(desk.signing_in.begin, person)
    limits.succeeded(request, _TRIES_BY_PROVIDER)
    response = _signed_in(request, session_id, str(under_way.get("back") or PATH))
    Signer.drop(response, _UNDER_WAY)
    return response


def sign_out(visit: Visit) -> Response:
    """End the session, here and in the browser."""
    visit.desk.signing_in.end(visit.session_id)
    response = RedirectResponse(f"{PATH}/aanmelden", 303)
    Signer.drop(response, SESSION)
    return response


def _signed_in(request: Request, session_id: str, to: str) -> Response:
    response = RedirectResponse(to, 303)
    signer_of(request).put(response, request, SESSION, session_id, seconds=SESSION_SECONDS)
    return response


def _inside(back: str) -> str:
    """Give the page to come back to; nothing outside the console, whatever a link says."""
    return back if back == PATH or (back.startswith(f"{PATH}/") and "\\" not in back) else PATH


def _return_address(request: Request) -> str:
    base = desk_of(request).base_url or str(request.base_url).rstrip("/").removesuffix(PATH)
    return f"{base}{PATH}/aanmelden/terug"
