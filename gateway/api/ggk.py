"""The chain's own envelope over HTTP: SOAP 1.1 in and out, and the WSDL that describes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from gateway.api.security import certified_caller_of, services_of
from gateway.exchange.ggk import Fault
from gateway.resources import schemas_dir
from gateway.services.ggk_intake import Answer
from gateway.wire.document import MAX_SIZE, Document

PATH: Final = "/stuf/ggk0210/OntvangAsynchroon"

_XML: Final = "text/xml; charset=utf-8"
_WSDL: Final = "OntvangAsynchroon.wsdl"
# What the WSDL leads to, by the name after `?wsdl=` or `?xsd=`.
_PARTS: Final = {"wsdl": ("stuf0301.wsdl",), "xsd": ("ggk0210.xsd", "stuf0301.xsd")}
_LOCATION: Final = re.compile(r'(location|schemaLocation)="([\w.]+)\.(wsdl|xsd)"')
_ADDRESS: Final = re.compile(r'(<soap:address location=)"[^"]*"')


async def describe(request: Request) -> Response:
    """Give the WSDL at `?wsdl`, and the files that it leads to; they say nothing that is not public."""
    kind = next((each for each in _PARTS if each in request.query_params), None)
    name = request.query_params.get(kind or "", "")
    if kind is None or (name and name not in _PARTS[kind]):
        return PlainTextResponse("Vraag de beschrijving op met ?wsdl.", 404)
    address = services_of(request).ggk.address(str(request.url.replace(query="")), PATH)
    return Response(_described(name or _WSDL, address), media_type=_XML)


def _described(name: str, address: str) -> str:
    text = Path(schemas_dir() / "ggk0210" / name).read_text(encoding="utf-8")
    # On disk the files name each other; over the wire they are asked for at this same address.
    text = _LOCATION.sub(r'\1="?\3=\2.\3"', text)
    return _ADDRESS.sub(lambda found: found[1] + quoteattr(address), text)


async def receive(request: Request) -> Response:
    """Take an envelope. The answer is a Bv03, or with status 500 a SOAP fault that says why not."""
    ggk = services_of(request).ggk
    caller = await run_in_threadpool(certified_caller_of, request)
    if caller is None:
        fault = Fault("IB002", "Stuur een geldig token mee, of een certificaat dat hier bekend is.")
        return Response(ggk.refuse(fault).body, 401, {"WWW-Authenticate": "Bearer"}, _XML)
    document = await _body(request)
    if document is None:
        fault = Fault("IB003", "Het bericht is met envelop en base64 groter dan 25 MB (26.214.400 bytes).")
        return _answer(ggk.refuse(fault))
    try:
        return _answer(await run_in_threadpool(ggk.receive, document, caller))
    finally:
        document.close()


def _answer(answer: Answer) -> Response:
    return Response(answer.body, 200 if answer.taken else 500, media_type=_XML)


async def _body(request: Request) -> Document | None:
    """Take in the body; nothing when it is over the limit, of which no more is read than it takes to know that."""
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > MAX_SIZE:
        return None
    document = Document()
    try:
        async for chunk in request.stream():
            if chunk:
                document.append(chunk)
            if document.size > MAX_SIZE:
                document.close()
                return None
    except ClientDisconnect:
        document.close()
        # Nobody hears the answer; half an envelope is no failure of ours.
        return Document()
    return document
