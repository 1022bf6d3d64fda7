"""Who is calling: the Bearer token of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Depends, Request
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool

from gateway.api.problems import ProblemError
from gateway.api.services import Services
from gateway.exchange.refusal import Refused
from gateway.services.access import Access
from gateway.services.caller import Caller, Scope

_CODE: Final = "BRS02"
REASON: Final = "x-reason"
"""The header with which an administrator says why they look at what is kept from others."""
_LONGEST_REASON: Final = 200


def services_of(request: Request) -> Services:
    """Give the services that the application was made with."""
    found: Services = request.app.state.services
    return found


def _token(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ProblemError(Refused.TOKEN_ENDED.value, "Stuur het token mee: `Authorization: Bearer <token>`.", _CODE)
    return token.strip()


def _known(caller: Caller | None) -> Caller:
    if caller is None:
        raise ProblemError(Refused.TOKEN_ENDED.value, "Dit token is niet bekend, ingetrokken of verlopen.", _CODE)
    return caller


def caller_of(request: Request) -> Caller:
    """Give the caller, as the database knows it now."""
    return _known(services_of(request).access.identify(_token(request.headers)))


async def quick_caller_of(headers: Mapping[str, str], access: Access) -> Caller:
    """Give the caller as it was known a moment ago; for a post, which asks again when it commits."""
    token = _token(headers)
    return access.recently_known(token) or _known(await run_in_threadpool(access.identify, token))


def certified_caller_of(request: Request) -> Caller | None:
    """Give the caller by its Bearer token, else by the certificate that a trusted proxy says it showed."""
    services = services_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return services.access.identify(token.strip())
    shown = services.proxies.certificate_of(request.client.host if request.client else "", request.headers)
    return services.certificates.identify(shown) if shown else None


def reader_of(request: Request) -> Caller:
    """Give a caller who may read messages: for a party, or as administrator."""
    caller = caller_of(request)
    if not caller.scopes & {Scope.EXCHANGE, Scope.ADMIN}:
        raise ProblemError("forbidden", "Dit token is niet voor berichten; vraag er een met het bereik exchange.")
    return _with_reason(caller, request)


def administrator_of(request: Request) -> Caller:
    """Give a caller who may operate the gateway."""
    caller = caller_of(request)
    if not caller.is_admin:
        raise ProblemError("forbidden", "Dit is voor beheerders; vraag een token met het bereik admin.")
    return _with_reason(caller, request)


def _with_reason(caller: Caller, request: Request) -> Caller:
    reason = request.headers.get(REASON, "").strip()[:_LONGEST_REASON]
    return replace(caller, reason=reason) if reason and caller.is_admin else caller


async def _services(request: Request) -> Services:
    # Asynchronous, though it waits for nothing: FastAPI would send it through its thread pool otherwise.
    return services_of(request)


Reader = Annotated[Caller, Depends(reader_of)]
Administrator = Annotated[Caller, Depends(administrator_of)]
Has = Annotated[Services, Depends(_services)]
