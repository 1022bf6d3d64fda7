"""Who is calling: the Bearer token of a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from gateway.api.problems import ProblemError
from gateway.api.services import Services
from gateway.exchange.refusal import Refused
from gateway.services.caller import Caller, Scope

# Only for the description in the OpenAPI document; the reading is done below.
bearer = HTTPBearer(auto_error=False, description="Token van `ijw-gateway token create`.")


def services_of(request: Request) -> Services:
    """Give the services that the application was made with."""
    found: Services = request.app.state.services
    return found


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ProblemError(Refused.TOKEN_ENDED.value, "Stuur het token mee: `Authorization: Bearer <token>`.")
    return token.strip()


def _known(caller: Caller | None) -> Caller:
    if caller is None:
        raise ProblemError(Refused.TOKEN_ENDED.value, "Dit token is niet bekend, ingetrokken of verlopen.")
    return caller


def caller_of(request: Request) -> Caller:
    """Give the caller, as the database knows it now."""
    return _known(services_of(request).access.identify(_token(request)))


async def quick_caller_of(request: Request) -> Caller:
    """Give the caller as it was known a moment ago; for a post, which asks again when it commits."""
    access, token = services_of(request).access, _token(request)
    return access.recently_known(token) or _known(await run_in_threadpool(access.identify, token))


def reader_of(request: Request) -> Caller:
    """Give a caller who may read messages: for a party, or as administrator."""
    caller = caller_of(request)
    if not caller.scopes & {Scope.EXCHANGE, Scope.ADMIN}:
        raise ProblemError("forbidden", "Dit token is niet voor berichten; vraag er een met het bereik exchange.")
    return caller


Reader = Annotated[Caller, Depends(reader_of)]
QuickCaller = Annotated[Caller, Depends(quick_caller_of)]
AnyCaller = Annotated[Caller, Depends(caller_of)]
Has = Annotated[Services, Depends(services_of)]
