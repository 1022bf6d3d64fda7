"""Checking a message without keeping anything of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from gateway.api.accept import preferred
from gateway.api.bodies import Form, document_of, form_of
from gateway.api.openapi import BODY, problems
from gateway.api.problems import answer, refusal_problem
from gateway.api.security import Has, caller_of
from gateway.api.services import Services
from gateway.api.shapes import Report
from gateway.services.intake import refusal_of
from gateway.wire import report_html, report_sarif
from gateway.wire.archive import open_archive
from gateway.wire.document import Document
from gateway.wire.reader import Reading
from gateway.wire.refusal import Refusal
from gateway.wire.report import report

router = APIRouter(tags=["berichten"])


class Style(StrEnum):
    """The forms in which a report goes out."""

    JSON = "application/json"
    HTML = "text/html"
    SARIF = report_sarif.MEDIA_TYPE


_RANGES: Final = {
    **dict.fromkeys(("application/json", "application/*", "*/*"), Style.JSON),
    **dict.fromkeys(("text/html", "application/xhtml+xml", "text/*"), Style.HTML),
    Style.SARIF.value: Style.SARIF,
}
# A posted message has no name; a report in these forms needs one.
_NAMES: Final = {Form.XML: "bericht.xml", Form.JSON: "bericht.json", Form.ZIP: "berichten.zip"}


@router.post(
    "/validations",
    summary="Een bericht controleren",
    response_model=Report,
    responses={
        200: {
            "description": "Wat er is gevonden; met `Accept` als JSON, als pagina om te lezen, of als SARIF 2.1.0",
            "content": {
                Style.HTML.value: {"schema": {"type": "string"}},
                Style.SARIF.value: {"schema": {"type": "object"}},
            },
        },
        **problems(400, 401, 413, 415),
    },
    openapi_extra={"requestBody": BODY},
)
async def post_validation(request: Request, services: Has) -> Response:
    """Controleer een bericht zoals bij aannemen, en bewaar niets. Van een ZIP komt een rapport per bericht."""
    await run_in_threadpool(caller_of, request)
    form = form_of(request)
    style = preferred(request.headers.get("accept", ""), _RANGES, Style.JSON)
    document = await document_of(request)
    try:
        return await run_in_threadpool(_validate, services, document, form, style)
    finally:
        document.close()


def _validate(services: Services, document: Document, form: Form, style: Style) -> Response:
    if form is not Form.ZIP:
        reading = services.intake.read(document, as_json=form is Form.JSON)[1]
        # A message in the typed form has no lines to show.
        shown = None if form is Form.JSON else document
        return _answer(iter([(_NAMES[form], reading, shown)]), form, style)
    opened = open_archive(document)
    if isinstance(opened, Refusal):
        return answer(refusal_problem(refusal_of(Reading(refusal=opened))))
    return _answer(_each(services, opened), form, style)


def _each(services: Services, opened: Iterator[Document | Refusal]) -> Iterator[tuple[str, Reading, Document | None]]:
    """Check the messages of a ZIP one by one, with one in memory at a time."""
    for number, entry in enumerate(opened, 1):
        name = f"{_NAMES[Form.ZIP]}#{number}"
        if isinstance(entry, Refusal):
            yield name, Reading(refusal=entry), None
            continue
        with closing(entry):
            yield name, services.intake.read(entry)[1], entry


def _answer(outcomes: Iterator[tuple[str, Reading, Document | None]], form: Form, style: Style) -> Response:
    if style is Style.HTML:
        parts = [
            report_html.html_part(reading, document, name, number)
            for number, (name, reading, document) in enumerate(outcomes, 1)
        ]
        page = report_html.html_page(_NAMES[form], parts)
        return Response(page, headers={"Content-Security-Policy": report_html.POLICY}, media_type=Style.HTML.value)
    if style is Style.SARIF:
        log = report_sarif.sarif_report((name, reading) for name, reading, _ in outcomes)
        return Response(json.dumps(log, ensure_ascii=False), media_type=Style.SARIF.value)
    items: list[dict[str, Any]] = [report(reading) for _, reading, _ in outcomes]
    return JSONResponse({"items": items} if form is Form.ZIP else items[0])
