"""A name for every request, by which an answer, a problem document and the lines of the log belong together."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Final

from gateway.logs import contextvars

HEADER: Final = b"x-request-id"

# Long enough to be one's own, and not digits alone: a BSN would otherwise find its way into the log.
_WELL_FORMED: Final = re.compile(rb"(?=.*[A-Za-z-])[A-Za-z0-9._-]{8,64}")
_CURRENT: Final[ContextVar[str]] = ContextVar("request_id", default="")


def name_request(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Take the id that a caller gave, if it is well-formed, or make one; from here on it stands in every log line."""
    given = next((value for name, value in headers if name == HEADER), b"")
    name = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(16).encode()
    _CURRENT.set(name.decode())
    contextvars.bind_contextvars(request=name.decode())
    return name


def current_request() -> str:
    """Give the id of the request that is being answered; empty outside of one."""
    return _CURRENT.get()
