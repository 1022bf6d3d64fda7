"""Taking in a request body: what it says it is, and its bytes, within bounds."""

from __future__ import annotations

from email.message import Message
from enum import StrEnum

from starlette.requests import Request

from gateway.api.problems import ProblemError
from gateway.exchange.refusal import Refused
from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.guard import too_large


class Form(StrEnum):
    """The forms in which messages come."""

    XML = "application/xml"
    JSON = "application/json"
    ZIP = "application/zip"


_FORMS = {
    "application/xml": Form.XML,
    "text/xml": Form.XML,
    "application/json": Form.JSON,
    "application/zip": Form.ZIP,
    "application/x-zip-compressed": Form.ZIP,
}


def form_of(request: Request) -> Form:
    """Tell the form of a body by its Content-Type."""
    stated = request.headers.get("content-type", "")
    if stated in _FORMS:
        return _FORMS[stated]
    header = Message()
    header["content-type"] = stated
    form = _FORMS.get(header.get_content_type()) if stated else None
    if form is None:
        raise ProblemError(
            "unsupported-media-type", "Stuur application/xml, text/xml, application/json of application/zip."
        )
    charset = header.get_param("charset")
    if form is not Form.ZIP and isinstance(charset, str) and charset.lower() not in {"utf-8", "utf8"}:
        raise ProblemError(Refused.ENCODING.value, "Lever het bericht aan als UTF-8.")
    return form


async def document_of(request: Request) -> Document:
    """Take in the body; what is over the limit is not read to its end."""
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > MAX_SIZE:
        raise ProblemError(Refused.TOO_LARGE.value, too_large())
    document: Document | None = None
    async for chunk in request.stream():
        if document is None:
            document = Document(chunk)
        elif chunk:
            document.append(chunk)
        if document.size > MAX_SIZE:
            document.close()
            raise ProblemError(Refused.TOO_LARGE.value, too_large())
    return document or Document()
