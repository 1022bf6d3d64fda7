"""Escalations: a disagreement about a request, step by step."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.openapi import problems
from gateway.api.problems import ProblemError
from gateway.api.receipts import moment, page
from gateway.api.security import Has, Reader
from gateway.api.shapes import Day, Limit, PartyCode, Shape
from gateway.exchange.escalation import Outcome, Step
from gateway.services.escalations import Escalation, NewStep, No
from gateway.store.escalations import EscalationRow

router = APIRouter(tags=["zaken"], route_class=BoundedRoute)

EscalationId = Annotated[UUID, Path(alias="id", description="Het id van de escalatie")]
RequestId = Annotated[UUID, Path(alias="id", description="Het id van het verzoek")]
StepName: TypeAlias = Literal["discussion", "consultation", "expert"]
OutcomeName: TypeAlias = Literal["agreed", "advice", "withdrawn"]
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
_SAYS = {
    No.OPEN_ALREADY: "Op dit verzoek loopt al een escalatie.",
    No.CLOSED: "Deze escalatie is al afgesloten.",
    No.ORDER: "De stappen volgen elkaar op: gesprek, raadpleging, deskundige; zonder deskundige is er geen advies.",
    No.FUTURE: "Een stap is gezet: de dag ligt niet in de toekomst.",
}


class NewStepShape(Shape):
    """Een stap die is gezet."""

    kind: StepName
    on: Day
    who: _Words = Field(description="Organisaties of functies, geen personen")
    note: _Note = ""

    def step(self) -> NewStep:
        """Give it as the service takes it."""
        return NewStep(kind=Step(self.kind), on=self.on, who=self.who, note=self.note)


class OutcomeShape(Shape):
    """Hoe de escalatie afliep."""

    outcome: OutcomeName
    note: _Note = ""


class StepShape(Shape):
    """Een stap, of de afloop."""

    kind: Literal["discussion", "consultation", "expert", "outcome"]
    on: date
    who: str
    note: str
    added_at: datetime


class EscalationSummary(Shape):
    """Een escalatie in een lijst."""

    id: UUID
    request_id: UUID
    municipality: PartyCode
    provider: PartyCode
    referentie_aanbieder: str
    state: Literal["open", "closed"]
    opened_at: datetime
    advice_due_at: datetime | None
    outcome: OutcomeName | None
    closed_at: datetime | None


class EscalationShape(EscalationSummary):
    """Een escalatie met haar stappen."""

    steps: list[StepShape]


class EscalationPage(Shape):
    """Een bladzijde van een lijst van escalaties."""

    items: list[EscalationSummary]
    next_cursor: str | None


class EscalationQuery(Shape):
    """Welke escalaties er getoond worden."""

    state: Literal["open", "closed"] | None = None
    limit: Limit = 50
    cursor: UUID | None = None


@router.post(
    "/requests/{id}/escalations",
    summary="Een escalatie openen",
    status_code=201,
    response_model=EscalationShape,
    responses=problems(400, 401, 403, 404, 409, 413),
)
def open_escalation(services: Has, caller: Reader, request_id: RequestId, told: NewStepShape) -> Response:
    """Leg vast dat aanbieder en gemeente het over een verzoek niet eens zijn; de termijnen staan dan stil."""
    found = _found(services.escalations.open(request_id, caller, told.step()))
    return JSONResponse(_shown(found), 201, {"Location": f"/v1/escalations/{found.row.id}"})


@router.get(
    "/escalations", summary="Escalaties opsommen", response_model=EscalationPage, responses=problems(400, 401, 403)
)
def list_escalations(services: Has, caller: Reader, wanted: Annotated[EscalationQuery, Query()]) -> Response:
    """Geef de escalaties tussen u en een ander, nieuwste eerst."""
    found, more = services.escalations.listed(caller, state=wanted.state, limit=wanted.limit, after=wanted.cursor)
    return JSONResponse(page([_summary(row) for row in found], str(more) if more else None))


@router.get(
    "/escalations/{id}",
    summary="Een escalatie bekijken",
    response_model=EscalationShape,
    responses=problems(400, 401, 403, 404),
)
def get_escalation(services: Has, caller: Reader, escalation_id: EscalationId) -> Response:
    """Geef een escalatie met haar stappen."""
    return JSONResponse(_shown(_found(services.escalations.get(escalation_id, caller))))


@router.post(
    "/escalations/{id}/steps",
    summary="Een stap vastleggen",
    response_model=EscalationShape,
    responses=problems(400, 401, 403, 404, 409, 413),
)
def take_step(services: Has, caller: Reader, escalation_id: EscalationId, told: NewStepShape) -> Response:
    """Leg een gesprek, een raadpleging of de vraag aan een deskundige vast; die adviseert binnen twee weken."""
    return JSONResponse(_shown(_found(services.escalations.take(escalation_id, caller, told.step()))))


@router.put(
    "/escalations/{id}/outcome",
    summary="Een escalatie afsluiten",
    response_model=EscalationShape,
    responses=problems(400, 401, 403, 404, 409, 413),
)
def end_escalation(services: Has, caller: Reader, escalation_id: EscalationId, told: OutcomeShape) -> Response:
    """Sluit een escalatie af; de termijnen van het verzoek lopen verder. Dezelfde afloop nog eens verandert niets."""
    return JSONResponse(
        _shown(_found(services.escalations.end(escalation_id, caller, Outcome(told.outcome), told.note)))
    )


def _found(result: Escalation | No | None) -> Escalation:
    if result is None:
        raise ProblemError("not-found", "Dit bestaat niet, of is niet voor u.")
    if isinstance(result, No):
        kind = "invalid-input" if result in {No.ORDER, No.FUTURE} else "escalation-state"
        raise ProblemError(kind, _SAYS[result])
    return result


def _summary(row: EscalationRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "requestId": str(row.request_id),
        "municipality": row.municipality,
        "provider": row.provider,
        "referentieAanbieder": row.reference,
        "state": row.state,
        "openedAt": moment(row.opened_at),
        "adviceDueAt": moment(row.advice_due_at) if row.advice_due_at else None,
        "outcome": row.outcome,
        "closedAt": moment(row.closed_at) if row.closed_at else None,
    }


def _shown(found: Escalation) -> dict[str, Any]:
    steps = [
        {
            "kind": step.kind,
            "on": step.on_day.isoformat(),
            "who": step.who,
            "note": step.note,
            "addedAt": moment(step.added_at),
        }
        for step in found.steps
    ]
    return {**_summary(found.row), "steps": steps}
