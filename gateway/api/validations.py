"""Checking a message without keeping anything of it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import Form, document_of, form_of
from gateway.api.openapi import BODY, problems
from gateway.api.problems import answer, refusal_problem
from gateway.api.security import Has, caller_of
from gateway.api.services import Services
from gateway.api.shapes import Report
from gateway.services.intake import refusal_of
from gateway.wire.archive import open_archive
from gateway.wire.document import Document
from gateway.wire.reader import Reading
from gateway.wire.refusal import Refusal
from gateway.wire.report import report

router = APIRouter(tags=["berichten"])


@router.post(
    "/validations",
    summary="Een bericht controleren",
    response_model=Report,
    responses=problems(400, 401, 413, 415),
    openapi_extra={"requestBody": BODY},
)
async def post_validation(request: Request, services: Has) -> Response:
    """Controleer een bericht zoals bij aannemen, en bewaar niets. Van een ZIP komt een rapport per bericht."""
    await run_in_threadpool(caller_of, request)
    form = form_of(request)
    document = await document_of(request)
    try:
        return await run_in_threadpool(_validate, services, document, form)
    finally:
        document.close()


def _validate(services: Services, document: Document, form: Form) -> Response:
    if form is not Form.ZIP:
        return JSONResponse(report(services.intake.read(document, as_json=form is Form.JSON)[1]))
    opened = open_archive(document)
    if isinstance(opened, Refusal):
        return answer(refusal_problem(refusal_of(Reading(refusal=opened))))
    items: list[dict[str, Any]] = []
    for entry in opened:
        if isinstance(entry, Refusal):
            items.append(report(Reading(refusal=entry)))
            continue
        with closing(entry):
            items.append(report(services.intake.read(entry)[1]))
    return JSONResponse({"items": items})
