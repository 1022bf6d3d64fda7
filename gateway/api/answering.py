"""Answering without other software: a decision on a request, and what a provider reports of an allocation."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import JSONResponse, Response

from gateway.api.answering_shapes import DecisionShape, ReportShape, report_of
from gateway.api.bodies import BoundedRoute
from gateway.api.openapi import problems
from gateway.api.problems import ProblemError, answer, refusal_problem
from gateway.api.receipts import receipt
from gateway.api.security import Has, Reader
from gateway.api.shapes import Receipt
from gateway.exchange.refusal import Refusal
from gateway.services.caller import Caller
from gateway.services.own_messages import NotTheirs, Otherwise, Outcome

router = APIRouter(tags=["beantwoorden"], route_class=BoundedRoute)

RequestId = Annotated[UUID, Path(alias="id", description="Het id van het verzoek")]
AllocationId = Annotated[UUID, Path(alias="id", description="Het id van de toewijzing")]

_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": Receipt, "description": "Dit was al gezegd; dit is het bewijs van het bericht dat er al is"},
    **problems(400, 401, 403, 404, 409, 413),
}


@router.post(
    "/requests/{id}/decision",
    summary="Op een verzoek beslissen",
    status_code=202,
    response_model=Receipt,
    responses=_RESPONSES,
)
def decide(services: Has, caller: Reader, request_id: RequestId, told: DecisionShape) -> Response:
    """Beslis op een verzoek. De gateway maakt de JW319 of JW301, en verstuurt die namens de gemeente.

    Hetzelfde besluit nog eens verstuurt niets: het antwoord is dan het bewijs van het bericht dat er al is.
    """
    _check(told)
    outcome = services.deciding.decide(request_id, told.decision(), caller)
    return _answer(outcome, caller, "Dit verzoek bestaat niet, of u bent niet de gemeente die erop beslist.")


@router.post(
    "/allocations/{id}/messages",
    summary="Start, stop of wijziging melden",
    status_code=202,
    response_model=Receipt,
    responses=_RESPONSES,
)
def report(services: Has, caller: Reader, allocation_id: AllocationId, told: ReportShape) -> Response:
    """Meld een start of stop, of vraag een wijziging. De gateway maakt het bericht, en verstuurt het namens u.

    Dezelfde melding nog eens verstuurt niets: het antwoord is dan het bewijs van het bericht dat er al is.
    """
    outcome = services.reporting.report(allocation_id, report_of(told), caller)
    return _answer(outcome, caller, "Deze toewijzing bestaat niet, of u bent niet de aanbieder ervan.")


def _check(told: DecisionShape) -> None:
    """Refuse what belongs to another outcome than the one that was chosen."""
    foreign = told.foreign
    if foreign:
        raise ProblemError("invalid-input", f"Bij {told.outcome} horen deze velden niet: {', '.join(foreign)}.")
    if told.outcome == "rejected" and told.reden_afwijzing_verzoek is None:
        raise ProblemError("invalid-input", "redenAfwijzingVerzoek: ontbreekt; bij rejected is die verplicht.")


def _answer(outcome: Outcome, caller: Caller, absent: str) -> Response:
    if outcome is None:
        raise ProblemError("not-found", absent)
    if isinstance(outcome, NotTheirs):
        raise ProblemError("forbidden", "Een beheerder verzendt namens niemand.")
    if isinstance(outcome, Otherwise):
        raise ProblemError("decided-otherwise", f"Er is al iets anders besloten: het verzoek is {outcome.state}.")
    if isinstance(outcome, Refusal):
        return answer(refusal_problem(outcome))
    location = f"/v1/messages/{outcome.message.id}"
    return JSONResponse(receipt(outcome.message, caller), 202 if outcome.new else 200, {"Location": location})
