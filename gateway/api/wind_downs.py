"""A provider that stops: the list, what is agreed, and the comparison with the provider's own list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Path
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.openapi import problems
from gateway.api.problems import ProblemError
from gateway.api.receipts import moment
from gateway.api.security import Has, Reader
from gateway.api.shapes import Day, Shape
from gateway.exchange.wind_down import Plan
from gateway.services.running_list import read_list
from gateway.services.wind_downs import Line, WindDown
from gateway.store.wind_downs import WindDownRow

router = APIRouter(tags=["zaken"], route_class=BoundedRoute)

WindDownId = Annotated[UUID, Path(alias="id", description="Het id van de afbouw")]
AllocationId = Annotated[UUID, Path(alias="allocationId", description="Het id van de toewijzing")]
_Provider = Annotated[str, Field(pattern=r"^[0-9]{8}$")]
_Municipality = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
PlanName: TypeAlias = Literal["finish", "move"]
DifferenceName: TypeAlias = Literal["onlyHere", "onlyThere", "endDate", "client"]


class NewWindDown(Shape):
    """Een aanbieder die stopt, bij welke gemeenten, en na welke dag."""

    provider: _Provider
    municipalities: Annotated[list[_Municipality], Field(min_length=1, max_length=400)]
    stops_on: Day


class PlanShape(Shape):
    """Wat er voor een toewijzing is afgesproken: afmaken, of overstappen naar een andere aanbieder."""

    plan: PlanName
    move_to: _Provider | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""


class TaskShape(Shape):
    """Iets wat moet gebeuren."""

    task: Literal["agree", "stop", "end", "request", "allocation"]
    done: bool


class LineShape(Shape):
    """Een lopende toewijzing; `client` is voor elke cliënt hetzelfde kenmerk, en zegt niet wie het is."""

    allocation_id: UUID
    municipality: str
    toewijzing_nummer: int
    client: UUID
    state: str
    einddatum: date | None
    plan: PlanName | None
    move_to: str | None
    note: str
    tasks: list[TaskShape]
    done: bool


class WindDownSummary(Shape):
    """Een afbouw in een lijst."""

    id: UUID
    provider: str
    municipalities: list[str]
    stops_on: date
    created_at: datetime
    closed_at: datetime | None


class WindDownShape(WindDownSummary):
    """Een afbouw, met alle toewijzingen die u aangaan."""

    lines: list[LineShape]
    open: int


class WindDownPage(Shape):
    """Een lijst van afbouwen."""

    items: list[WindDownSummary]
    next_cursor: str | None


class DifferenceShape(Shape):
    """Een verschil tussen de lijst hier en die van de aanbieder."""

    municipality: str
    toewijzing_nummer: int
    difference: DifferenceName


class Comparison(Shape):
    """Waar de lijsten verschillen."""

    items: list[DifferenceShape]


@router.post(
    "/wind-downs",
    summary="Een afbouw beginnen",
    status_code=201,
    response_model=WindDownShape,
    responses=problems(400, 401, 403, 413),
)
def begin_wind_down(services: Has, caller: Reader, told: NewWindDown) -> Response:
    """Leg vast dat een aanbieder stopt, en krijg de lijst van alles wat daarna nog loopt."""
    found = services.wind_downs.begin(told.provider, told.municipalities, told.stops_on, caller)
    if found is None:
        raise ProblemError("forbidden", "Een afbouw begint de aanbieder, een gemeente voor zichzelf, of een beheerder.")
    return JSONResponse(_shown(found), 201, {"Location": f"/v1/wind-downs/{found.row.id}"})


@router.get("/wind-downs", summary="Afbouwen opsommen", response_model=WindDownPage, responses=problems(400, 401, 403))
def list_wind_downs(services: Has, caller: Reader) -> Response:
    """Geef de afbouwen die u aangaan, nieuwste eerst."""
    return JSONResponse({"items": [_summary(row) for row in services.wind_downs.listed(caller)], "nextCursor": None})


@router.get(
    "/wind-downs/{id}",
    summary="Een afbouw volgen",
    response_model=WindDownShape,
    responses=problems(400, 401, 403, 404),
)
def get_wind_down(services: Has, caller: Reader, wind_down_id: WindDownId) -> Response:
    """Geef elke toewijzing met wat er is afgesproken en wat er nog moet gebeuren."""
    found = services.wind_downs.get(wind_down_id, caller)
    if found is None:
        raise _not_found()
    return JSONResponse(_shown(found))


@router.put(
    "/wind-downs/{id}/allocations/{allocationId}",
    summary="Afspreken wat er met een toewijzing gebeurt",
    response_model=LineShape,
    responses=problems(400, 401, 403, 404, 413),
)
def agree_plan(
    services: Has, caller: Reader, wind_down_id: WindDownId, allocation_id: AllocationId, told: PlanShape
) -> Response:
    """Spreek af dat een cliënt afmaakt binnen de toewijzing, of overstapt, en naar wie."""
    if (told.plan == "move") != (told.move_to is not None):
        raise ProblemError("invalid-input", "moveTo hoort bij move, en is daar verplicht.")
    line = services.wind_downs.agree(
        wind_down_id, allocation_id, caller, plan=Plan(told.plan), move_to=told.move_to, note=told.note
    )
    if line is None:
        raise _not_found()
    return JSONResponse(_line(line))


@router.post(
    "/wind-downs/{id}/comparison",
    summary="De lijst van de aanbieder vergelijken",
    response_model=Comparison,
    responses=problems(400, 401, 403, 404, 413),
)
def compare_lists(
    services: Has,
    caller: Reader,
    wind_down_id: WindDownId,
    file: Annotated[bytes, Body(media_type="text/csv", description="gemeente;toewijzingNummer;einddatum;bsn")],
) -> Response:
    """Houd een CSV van de aanbieder naast de lijst hier; er wordt niets van bewaard."""
    lines, wrong = read_list(file)
    if wrong:
        raise ProblemError("invalid-input", " ".join(wrong))
    found = services.wind_downs.compare(wind_down_id, caller, lines)
    if found is None:
        raise _not_found()
    items = [
        {"municipality": code, "toewijzingNummer": number, "difference": difference.value}
        for code, number, difference in found
    ]
    return JSONResponse({"items": items})


@router.put(
    "/wind-downs/{id}/closure",
    summary="Een afbouw afsluiten",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "Afgesloten; herhalen mag"}, **problems(400, 401, 403, 404, 409)},
)
def close_wind_down(services: Has, caller: Reader, wind_down_id: WindDownId) -> Response:
    """Sluit een afbouw af waarin niets meer hoeft te gebeuren."""
    closed = services.wind_downs.close(wind_down_id, caller)
    if closed is None:
        raise _not_found()
    if not closed:
        raise ProblemError("wind-down-unfinished", "Er is nog niet voor elke toewijzing gebeurd wat moet gebeuren.")
    return Response(status_code=204)


def _not_found() -> ProblemError:
    return ProblemError("not-found", "Deze afbouw of toewijzing bestaat niet, of is niet voor u.")


def _summary(row: WindDownRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "provider": row.provider,
        "municipalities": list(row.municipalities),
        "stopsOn": row.stops_on.isoformat(),
        "createdAt": moment(row.created_at),
        "closedAt": moment(row.closed_at) if row.closed_at else None,
    }


def _shown(found: WindDown) -> dict[str, Any]:
    lines = [_line(line) for line in found.lines]
    return {**_summary(found.row), "lines": lines, "open": sum(not line.done for line in found.lines)}


def _line(line: Line) -> dict[str, Any]:
    own = line.client.allocation
    einddatum = own.latest.einddatum
    return {
        "allocationId": str(own.id),
        "municipality": own.municipality,
        "toewijzingNummer": own.toewijzing_nummer,
        "client": str(own.dossier_id),
        "state": own.state,
        "einddatum": einddatum.isoformat() if einddatum else None,
        "plan": line.agreed.plan,
        "moveTo": line.agreed.move_to,
        "note": line.agreed.note,
        "tasks": [{"task": task.value, "done": done} for task, done in line.tasks.items()],
        "done": line.done,
    }
