"""Checking a message without keeping anything of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from typing import Any, Final, TypeAlias

from fastapi import APIRouter, Request
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from gateway.api.accept import preferred
from gateway.api.bodies import Form, document_of, form_of
from gateway.api.openapi import BODY, problems
from gateway.api.problems import answer, help_links, refusal_problem
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


# The name of a message, what was read, and the document that it was read from.
_Outcome: TypeAlias = tuple[str, Reading, Document | None]


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
    form = form_of(request.headers)
    style = preferred(request.headers.get("accept", ""), _RANGES, Style.JSON)
    document = await document_of(request.headers, request.receive)
    try:
        return await run_in_threadpool(
            _validate, services, document, form, _Answering(form, style, _rules_at(request, services))
        )
    finally:
        document.close()


def _rules_at(request: Request, services: Services) -> str:
    """Give the address of the pages about the rules, as whoever asks can reach them."""
    return services.rulebook.address(f"{request.url.scheme}://{request.url.netloc}")


def _validate(services: Services, document: Document, form: Form, answering: _Answering) -> Response:
    if form is not Form.ZIP:
        reading = services.intake.read(document, as_json=form is Form.JSON)[1]
        # A message in the typed form has no lines to show.
        shown = None if form is Form.JSON else document
        return answering.of(iter([(_NAMES[form], reading, shown)]))
    opened = open_archive(document)
    if isinstance(opened, Refusal):
        return answer(refusal_problem(refusal_of(Reading(refusal=opened))))
    return answering.of(_each(services, opened))


def _each(services: Services, opened: Iterator[Document | Refusal]) -> Iterator[_Outcome]:
    """Check the messages of a ZIP one by one, with one in memory at a time."""
    for number, entry in enumerate(opened, 1):
        name = f"{_NAMES[Form.ZIP]}#{number}"
        if isinstance(entry, Refusal):
            yield name, Reading(refusal=entry), None
            continue
        with closing(entry):
            yield name, services.intake.read(entry)[1], entry


class _Answering(Struct, frozen=True):
    """How a report goes out, and where its codes are explained."""

    form: Form
    style: Style
    rules_at: str

    def of(self, outcomes: Iterator[_Outcome]) -> Response:
        """Answer what was found, with links to what each code means."""
        codes: list[str] = []
        response = self._written(_noted(outcomes, codes))
        response.headers.update(help_links(codes))
        return response

    def _written(self, outcomes: Iterator[_Outcome]) -> Response:
        if self.style is Style.HTML:
            parts = [
                report_html.html_part(reading, document, name, number, self.rules_at)
                for number, (name, reading, document) in enumerate(outcomes, 1)
            ]
            page = report_html.html_page(_NAMES[self.form], parts)
            return Response(page, headers={"Content-Security-Policy": report_html.POLICY}, media_type=Style.HTML.value)
        if self.style is Style.SARIF:
            log = report_sarif.sarif_report(((name, reading) for name, reading, _ in outcomes), rules_at=self.rules_at)
            return Response(json.dumps(log, ensure_ascii=False), media_type=Style.SARIF.value)
        items: list[dict[str, Any]] = [report(reading) for _, reading, _ in outcomes]
        return JSONResponse({"items": items} if self.form is Form.ZIP else items[0])


def _noted(outcomes: Iterator[_Outcome], codes: list[str]) -> Iterator[_Outcome]:
    """Pass on what was found, and note the codes."""
    for outcome in outcomes:
        codes.extend(finding.code for finding in outcome[1].findings)
        yield outcome
