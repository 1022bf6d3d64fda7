"""Where every request comes in: posts of messages go straight to their endpoint, all else to the application."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from gateway.api.correlation import HEADER, name_request
from gateway.api.messages import post_message
from gateway.api.openapi import API_VERSION
from gateway.api.problems import ProblemError
from gateway.limits import RateLimit, patient

Handlers: TypeAlias = Mapping[type[Exception], Callable[[Request, Any], Awaitable[Response]]]

_HEADERS: Final = [
    (b"api-version", API_VERSION.encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
_POSTS: Final = "/v1/messages"
_WITH_A_BODY: Final = frozenset({"POST", "PUT"})


class Entrance:
    """Puts on every answer what belongs on every answer, and lets posts of messages through first.

    A framework's layers before an endpoint take as long as reading a small message does. What they do for the others
    is done here for the one: what goes wrong in it is answered by the same `handlers`, and a failure of ours goes on
    to the server, which logs it. A handler is found by the nearest class of the error; one for Exception is there.
    """

    def __init__(self, application: Starlette, handlers: Handlers, limit: RateLimit) -> None:
        """Stand before an application, and let no caller through more often than the limit."""
        self.application = application
        self._handlers = handlers
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return

        name = name_request(scope["headers"])

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS, (HEADER, name)]
            await send(message)

        try:
            self._check(next((value for key, value in scope["headers"] if key == b"authorization"), b""))
        except ProblemError as error:
            refusal = await self._handlers[ProblemError](Request(scope), error)
            await refusal(scope, receive, with_headers)
            return
        if scope["method"] in _WITH_A_BODY:
            receive = patient(receive, _too_slow)
        if scope["method"] == "POST" and scope["path"] == _POSTS:
            await self._post(scope, receive, with_headers)
        else:
            await self.application(scope, receive, with_headers)

    def _check(self, authorization: bytes) -> None:
        wait = self._limit.wait(authorization) if authorization else 0.0
        if wait:
            detail = "Dit zijn te veel vragen per seconde met dit token; wacht even en ga dan rustiger door."
            raise ProblemError("too-many-requests", detail, headers={"Retry-After": str(math.ceil(wait))})

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self.application
        request = Request(scope, receive)
        try:
            response = await post_message(request)
        except Exception as error:
            kind = next(kind for kind in type(error).__mro__ if kind in self._handlers)
            response = await self._handlers[kind](request, error)
            await response(scope, receive, send)
            if kind is Exception:
                raise
        else:
            await response(scope, receive, send)


def _too_slow() -> ProblemError:
    return ProblemError("too-slow", "De inhoud kwam te langzaam aan; er is niets aangenomen.")
