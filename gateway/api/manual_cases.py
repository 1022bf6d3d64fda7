"""Manual cases: what people have to handle, and ending it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse, JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.case_shapes import CaseQuery, ManualCase, ManualCasePage, ResolutionShape, case_answer
from gateway.api.openapi import problems
from gateway.api.problems import ProblemError, answer, problem
from gateway.api.receipts import page
from gateway.api.security import Has, Reader
from gateway.errors import ContentRemovedError
from gateway.exchange.refusal import Refused
from gateway.services.manual_cases import ClosedOtherwise, NotResolved
from gateway.wire.report_html import POLICY

router = APIRouter(tags=["zaken"], route_class=BoundedRoute)

CaseId = Annotated[UUID, Path(alias="id", description="Het id van de zaak")]


@router.get("/manual-cases", summary="Zaken opsommen", response_model=ManualCasePage, responses=problems(400, 401, 403))
def list_cases(services: Has, caller: Reader, wanted: Annotated[CaseQuery, Query()]) -> Response:
    """Geef de berichten die mensen van uw gemeente afhandelen, nieuwste eerst."""
    found, more = services.manual_cases.listed(caller, state=wanted.state, limit=wanted.limit, after=wanted.cursor)
    return JSONResponse(page([case_answer(case) for case in found], str(more) if more else None))


@router.get(
    "/manual-cases/{id}", summary="Een zaak bekijken", response_model=ManualCase, responses=problems(400, 401, 403, 404)
)
def get_case(services: Has, caller: Reader, case_id: CaseId) -> Response:
    """Geef een zaak: waar het om gaat, tot wanneer, of de gemeente is gemaild, en hoe ze eindigde."""
    found = services.manual_cases.get(case_id, caller)
    if found is None:
        raise _not_found()
    return JSONResponse(case_answer(found))


@router.get(
    "/manual-cases/{id}/request",
    summary="Wat er gevraagd wordt",
    response_class=Response,
    responses={
        200: {
            "description": "Het bericht in woorden, als bladzijde om te lezen of af te drukken",
            "content": {"text/html": {"schema": {"type": "string"}}},
        },
        **problems(400, 401, 403, 404, 410),
    },
)
def get_request(services: Has, caller: Reader, case_id: CaseId) -> Response:
    """Geef in woorden wat het bericht zegt: wat blijft, wat van wat naar wat verandert, en wat nieuw is."""
    try:
        found = services.case_pages.page(case_id, caller)
    except ContentRemovedError:
        raise ProblemError("content-removed", "De inhoud van dit bericht wordt niet meer bewaard.") from None
    if found is None:
        raise _not_found()
    return HTMLResponse(found, headers={"Content-Security-Policy": POLICY})


@router.put(
    "/manual-cases/{id}/resolution",
    summary="Een zaak sluiten",
    response_model=ManualCase,
    responses=problems(400, 401, 403, 404, 409, 413),
)
def resolve_case(services: Has, caller: Reader, case_id: CaseId, told: ResolutionShape) -> Response:
    """Sluit een zaak met een uitkomst. Dezelfde uitkomst nog eens verandert niets."""
    if (told.outcome == "rejected") != (told.reden_afwijzing_verzoek is not None):
        raise ProblemError("invalid-input", "redenAfwijzingVerzoek hoort bij rejected, en is daar verplicht.")
    result = services.manual_cases.resolve(case_id, caller, told.resolution())
    if result is None:
        raise _not_found()
    if isinstance(result, ClosedOtherwise):
        raise ProblemError("case-closed", f"Deze zaak is al gesloten, met de uitkomst {result.outcome}.")
    if isinstance(result, NotResolved):
        detail = "De JW319 die hieruit volgt, zou niet kloppen; er is niets verstuurd."
        return answer(problem(Refused.RULES_VIOLATED.value, detail, findings=result.findings))
    return JSONResponse(case_answer(result))


def _not_found() -> ProblemError:
    return ProblemError("not-found", "Deze zaak bestaat niet, of is niet voor u.")
