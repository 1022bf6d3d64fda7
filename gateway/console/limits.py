"""Bounds on who uses the console: pages for each session, tries to sign in for each address, and the size of a form."""

from __future__ import annotations

import math
from ipaddress import ip_address, ip_network
from typing import Final

from msgspec import Struct, field
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message

from gateway.console.desk import Desk
from gateway.console.view import outside
from gateway.limits import RateLimit, patient

# Nobody reads ten pages a second; who has many tabs opens them all at once.
_PAGES_PER_SECOND: Final = 10
_PAGES_AT_ONCE: Final = 40
# A link is of 256 bits, so this is not against guessing: each try costs a write, or a question to the provider. An
# office may come from one address, and most of it sign in at nine.
_TRIES_PER_SECOND: Final = 5
_TRIES_AT_ONCE: Final = 60
# Of IPv6 whoever has one address has all of these.
_HOUSEHOLD: Final = 64
# The most that a form here holds is a reason, a decision, or a bearer of a list of ids.
_MOST_FIELDS: Final = 400
_LARGEST_FORM: Final = 256 * 1024


class FormError(Exception):
    """A form did not come in whole; `status` and the text are the answer."""

    def __init__(self, status: int, text: str) -> None:
        """Say what to tell whoever sent it."""
        super().__init__(text)
        self.status = status


class Limits(Struct, frozen=True):
    """The buckets of this process."""

    pages: RateLimit = field(default_factory=lambda: RateLimit(_PAGES_PER_SECOND, at_once=_PAGES_AT_ONCE))
    tries: RateLimit = field(default_factory=lambda: RateLimit(_TRIES_PER_SECOND, at_once=_TRIES_AT_ONCE))

    def of_pages(self, session_id: str) -> Response | None:
        """Count a page of a session; gives the answer to one that asks too many."""
        return _busy(self.pages.wait(session_id), "U vraagt te veel pagina's achter elkaar.")

    def of_tries(self, request: Request) -> Response | None:
        """Count a try to sign in from an address; gives the answer where there were too many."""
        return _busy(self.tries.wait(_household(request)), "Er zijn te veel pogingen om aan te melden.")

    def succeeded(self, request: Request, tries: int) -> None:
        """Take the tries back of who did sign in: only what fails is held against an address."""
        self.tries.forgive(_household(request), tries)


def limits_of(request: Request) -> Limits:
    """Give the limits that the console was made with."""
    found: Limits = request.app.state.limits
    return found


def _household(request: Request) -> str:
    """Tell from where somebody asks: by the line, or by the proxies of ours on it."""
    desk: Desk = request.app.state.desk
    line = request.client.host if request.client else ""
    return household(desk.proxies.client_of(line, request.headers.getlist("x-forwarded-for")))


def household(host: str) -> str:
    """Give what counts as one address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else str(ip_network((host, _HOUSEHOLD), strict=False))  # noqa: PLR2004 - IPv4


async def form_of(request: Request) -> FormData:
    """Take in a form, as far as a form here is large and somebody's patience goes; raises FormError."""
    receive = patient(request.receive, _too_slow)
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > _LARGEST_FORM:
            raise FormError(413, "Dit formulier is te groot. Er is niets uitgevoerd.")
        return message

    try:
        return await Request(request.scope, bounded).form(max_files=0, max_fields=_MOST_FIELDS)
    except ClientDisconnect:
        # Nobody hears this; what matters is that half a form is no failure of ours.
        raise FormError(400, "Het formulier kwam niet compleet aan.") from None


def _too_slow() -> FormError:
    return FormError(408, "Het formulier kwam te langzaam aan. Er is niets uitgevoerd; probeer het opnieuw.")


def _busy(wait: float, text: str) -> Response | None:
    if not wait:
        return None
    seconds = math.ceil(wait)
    reason = f"{text} Wacht {seconds} {'seconde' if seconds == 1 else 'seconden'} en probeer het dan opnieuw."
    answer = outside("Even wachten", reason, 429)
    answer.headers["retry-after"] = str(seconds)
    return answer
