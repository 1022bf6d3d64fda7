"""Messages: post, look up, list, search."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from gateway.api.accept import preferred
from gateway.api.bodies import BoundedRoute, Form, document_of, form_of, headers_of, opt_out_of
from gateway.api.openapi import BODY, OPT_OUT, problems
from gateway.api.paths import ONE
from gateway.api.problems import ProblemError, answer, failure_problem, refusal_problem
from gateway.api.receipts import detail, page, receipt
from gateway.api.security import Has, Reader, quick_caller_of, services_of
from gateway.api.services import Services
from gateway.api.shapes import MessageDetail, MessagePage, MessageQuery, MessageSearch, Receipt
from gateway.errors import ContentRemovedError
from gateway.exchange.refusal import Refusal
from gateway.logs import get_logger
from gateway.services.caller import Caller
from gateway.services.inquiry import parts
from gateway.services.intake import refusal_of
from gateway.services.settling import Accepted
from gateway.store.messages import MessageFilter
from gateway.wire.archive import open_archive
from gateway.wire.document import Document
from gateway.wire.reader import Reading
from gateway.wire.refusal import Refusal as ReadRefusal

router = APIRouter(tags=["berichten"], route_class=BoundedRoute)

MessageId = Annotated[UUID, Path(alias="id", description="Het id uit het ontvangstbewijs")]

_log = get_logger(__name__)

# A message of this size is read within a millisecond or two; a larger one would keep everybody else waiting.
_READ_AT_ONCE = 64 * 1024
# What can be asked for in Accept, and whether it is the typed form.
_RANGES = {
    "application/json": True,
    **dict.fromkeys(("application/xml", "text/xml", "application/*", "text/*", "*/*"), False),
}


@router.post(
    "/messages",
    summary="Een bericht aanbieden",
    status_code=202,
    response_model=Receipt,
    responses={
        200: {"model": Receipt, "description": "Dezelfde bytes waren al aangenomen; dit is het eerste bewijs"},
        **problems(400, 401, 403, 404, 409, 413, 415),
    },
    openapi_extra={"requestBody": BODY, "parameters": [OPT_OUT]},
)
async def post_message(request: Request) -> Response:
    """Neem een bericht aan: XML, de getypeerde vorm in JSON, of een ZIP. 202 betekent: het is bewaard."""
    # Asked for here rather than as dependencies, which would cost as much as reading a small message does.
    services, headers = services_of(request), headers_of(request)
    caller = await quick_caller_of(headers, services.access)
    form = form_of(headers)
    opt_out = opt_out_of(headers)
    document = await document_of(headers, request.receive)
    try:
        if form is Form.ZIP:
            return await run_in_threadpool(_post_zip, services, caller, document, opt_out=opt_out)
        as_json = form is Form.JSON
        if document.size <= _READ_AT_ONCE:
            candidate = services.intake.prepare(document, caller, as_json=as_json, opt_out=opt_out)
        else:
            candidate = await run_in_threadpool(
                services.intake.prepare, document, caller, as_json=as_json, opt_out=opt_out
            )
        if isinstance(candidate, Refusal):
            return answer(refusal_problem(candidate))
        result = await services.commits.run(candidate)
    finally:
        document.close()
    return answer(refusal_problem(result)) if isinstance(result, Refusal) else _Proof(result, caller)


class _Proof(Response):
    """The answer to a message that was taken, with its headers as they are: to have them worked out costs a tenth."""

    def __init__(self, result: Accepted, caller: Caller) -> None:
        told = receipt(result.message, caller)
        self.status_code = 202 if result.new else 200
        self.body = body = orjson.dumps(told)
        self.raw_headers = [
            (b"content-length", b"%d" % len(body)),
            (b"content-type", b"application/json"),
            (b"location", b"/v1/messages/" + told["id"].encode()),
        ]
        self.background = None


def _post_zip(services: Services, caller: Caller, document: Document, *, opt_out: bool) -> Response:
    opened = open_archive(document)
    if isinstance(opened, ReadRefusal):
        return answer(refusal_problem(refusal_of(Reading(refusal=opened))))
    items: list[dict[str, Any]] = []
    for entry in opened:
        try:
            items.append(_post_entry(services, caller, entry, opt_out=opt_out))
        except Exception:
            # As long as nothing was taken, the failure may be that of the whole post. After that it is one message's:
            # its sender has to hear what became of the others.
            if not any("id" in item or "messageId" in item for item in items):
                raise
            _log.exception("zip-entry-failed")
            items.append(failure_problem())
    return JSONResponse({"items": items}, 202)


def _post_entry(services: Services, caller: Caller, entry: Document | ReadRefusal, *, opt_out: bool) -> dict[str, Any]:
    if isinstance(entry, ReadRefusal):
        return refusal_problem(refusal_of(Reading(refusal=entry)))
    with closing(entry):
        candidate = services.intake.prepare(entry, caller, opt_out=opt_out)
        result = candidate if isinstance(candidate, Refusal) else services.intake.settle([candidate])[0]
        return refusal_problem(result) if isinstance(result, Refusal) else receipt(result.message, caller)


@router.get("/messages", summary="Berichten opsommen", response_model=MessagePage, responses=problems(400, 401, 403))
def list_messages(services: Has, caller: Reader, wanted: Annotated[MessageQuery, Query()]) -> Response:
    """Geef de berichten die u verzond of die voor u zijn, nieuwste eerst."""
    return _search(services, caller, MessageSearch(**wanted.model_dump()))


@router.post(
    "/messages/_search", summary="Berichten zoeken", response_model=MessagePage, responses=problems(400, 401, 403, 413)
)
def search_messages(services: Has, caller: Reader, wanted: MessageSearch) -> Response:
    """Zoek berichten, ook op BSN; de filters staan in de inhoud, zodat er niets in een logboek van adressen komt."""
    return _search(services, caller, wanted)


def _search(services: Services, caller: Caller, wanted: MessageSearch) -> Response:
    conditions = MessageFilter(
        types=tuple(wanted.type),
        statuses=tuple(wanted.status),
        senders=tuple(wanted.sender),
        recipients=tuple(wanted.recipient),
        since=wanted.since,
        until=wanted.until,
        bsn=wanted.bsn,
    )
    found, more = services.inquiry.search(conditions, caller, limit=wanted.limit, after=wanted.cursor)
    return JSONResponse(page([receipt(message, caller) for message in found], str(more) if more else None))


@router.get(
    f"/messages/{ONE}",
    summary="Een bericht volgen",
    response_model=MessageDetail,
    responses=problems(400, 401, 403, 404),
)
def get_message(services: Has, caller: Reader, message_id: MessageId) -> Response:
    """Geef het ontvangstbewijs van een bericht, wat ermee gebeurde, en welke berichten erbij horen."""
    found = services.inquiry.detail(message_id, caller)
    if found is None:
        raise _not_found()
    return JSONResponse(detail(found, caller))


@router.get(
    "/messages/{id}/content",
    summary="De inhoud van een bericht",
    response_class=Response,
    responses={
        200: {
            "description": "De exacte bytes, of met `Accept: application/json` de getypeerde vorm",
            "content": {
                "application/xml": {"schema": {"type": "string"}},
                "application/json": {"schema": {"type": "object"}},
            },
        },
        **problems(400, 401, 403, 404, 410),
    },
)
def get_content(request: Request, services: Has, caller: Reader, message_id: MessageId) -> Response:
    """Geef de inhoud van een bericht, byte voor byte zoals die is aangenomen."""
    try:
        document = services.inquiry.content(message_id, caller)
    except ContentRemovedError:
        detail = "De bewaartermijn van de inhoud is voorbij; dat het bericht er was, is nog te zien."
        raise ProblemError("content-removed", detail) from None
    if document is None:
        raise _not_found()
    if preferred(request.headers.get("accept", ""), _RANGES, otherwise=False):
        with closing(document):
            return JSONResponse(services.inquiry.typed_content(document))
    return StreamingResponse(
        parts(document), media_type="application/xml", headers={"Content-Length": str(document.size)}
    )


def _not_found() -> ProblemError:
    return ProblemError("not-found", "Dit bericht bestaat niet, of is niet voor u.")
