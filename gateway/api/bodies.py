"""Taking in a request body: what it says it is, and its bytes, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from email.message import Message as MailHeaders
from enum import StrEnum
from typing import Any, Final, TypeAlias

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from gateway.api.problems import ProblemError
from gateway.exchange.refusal import Refused
from gateway.wire.document import MAX_SIZE, MEBIBYTE, Document
from gateway.wire.guard import too_large

Handler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]

_LONGEST_QUESTION: Final = MEBIBYTE


class Form(StrEnum):
    """The forms in which messages come."""

    XML = "application/xml"
    JSON = "application/json"
    ZIP = "application/zip"


_MEDIA_TYPE = "unsupported-media-type"
_FORMS = {
    "application/xml": Form.XML,
    "text/xml": Form.XML,
    "application/json": Form.JSON,
    "application/zip": Form.ZIP,
    "application/x-zip-compressed": Form.ZIP,
}


def headers_of(request: Request) -> dict[str, str]:
    """Give the headers by their names in small letters; of equal names the first, as Starlette's own `get` does.

    Those go through all of them for each that is asked for.
    """
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(request.scope["headers"])}


def form_of(headers: Mapping[str, str]) -> Form:
    """Tell the form of a body by its Content-Type."""
    if headers.get("content-encoding", "identity") != "identity":
        raise ProblemError(_MEDIA_TYPE, "Stuur de inhoud zonder Content-Encoding.", "OP192")
    stated = headers.get("content-type", "")
    if stated in _FORMS:
        return _FORMS[stated]
    header = MailHeaders()
    header["content-type"] = stated
    form = _FORMS.get(header.get_content_type()) if stated else None
    if form is None:
        raise ProblemError(
            _MEDIA_TYPE, "Stuur application/xml, text/xml, application/json of application/zip.", "OP192"
        )
    charset = header.get_param("charset")
    if form is not Form.ZIP and isinstance(charset, str) and charset.lower() not in {"utf-8", "utf8"}:
        raise ProblemError(Refused.ENCODING.value, "Lever het bericht aan als UTF-8.", "OP192")
    return form


class BoundedRoute(APIRoute):
    """A route that reads no more of a JSON body than a question to the gateway can need."""

    def get_route_handler(self) -> Handler:
        """Put the bound before FastAPI, which reads a body to its end before it asks who is calling."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def bounded(request: Request) -> Response:
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > _LONGEST_QUESTION:
                    raise ProblemError(Refused.TOO_LARGE.value, "De vraag is groter dan 1 MB.")

            async def again() -> Message:
                return {"type": "http.request", "body": bytes(body), "more_body": False}

            return await handle(Request(request.scope, again))

        return bounded


async def document_of(headers: Mapping[str, str], receive: Receive) -> Document:
    """Take in the body; what is over the limit is not read to its end."""
    stated = headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > MAX_SIZE:
        raise _too_large()
    document: Document | None = None
    try:
        more = True
        while more:
            piece = await receive()
            _refuse_half(piece)
            chunk, more = piece.get("body", b""), piece.get("more_body", False)
            if document is None:
                document = Document(chunk)
            elif chunk:
                document.append(chunk)
            if document.size > MAX_SIZE:
                raise _too_large()
    except ProblemError:
        if document:
            document.close()
        raise
    return document or Document()


def _refuse_half(piece: Message) -> None:
    # Nobody hears this; what matters is that half a message is no failure of ours.
    if piece["type"] == "http.disconnect":
        raise ProblemError("invalid-input", "De inhoud kwam niet compleet aan.")


def _too_large() -> ProblemError:
    return ProblemError(Refused.TOO_LARGE.value, too_large(), "BRS06")


def opt_out_of(headers: Mapping[str, str]) -> bool:
    """Tell whether the sender wants that a message reaches the back-office alone."""
    stated = headers.get("x-opt-out", "false").strip().lower()
    if stated not in {"true", "false"}:
        raise ProblemError("invalid-input", "X-Opt-Out is true of false.")
    return stated == "true"
