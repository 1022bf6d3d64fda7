"""Who coordinates the care of an allocation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.openapi import problems
from gateway.api.problems import ProblemError
from gateway.api.security import Has, Reader
from gateway.api.shapes import Shape
from gateway.exchange.mail_address import MAIL_ADDRESS, MAIL_ADDRESS_LENGTH

router = APIRouter(tags=["zaken"], route_class=BoundedRoute)

AllocationId = Annotated[UUID, Path(alias="id", description="Het id van de toewijzing")]


class Coordinator(Shape):
    """De organisatie die de zorg coördineert, met haar eigen adres: geen gegevens van een persoon."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    email: Annotated[str, Field(pattern=MAIL_ADDRESS, max_length=MAIL_ADDRESS_LENGTH)]


@router.get(
    "/allocations/{id}/coordinator",
    summary="Wie coördineert",
    response_model=Coordinator,
    responses=problems(400, 401, 403, 404),
)
def get_coordinator(services: Has, caller: Reader, allocation_id: AllocationId) -> Response:
    """Geef de organisatie die de zorg bij een toewijzing coördineert."""
    found = services.coordinators.get(allocation_id, caller)
    if found is None:
        raise _not_found()
    return JSONResponse({"name": found.name, "email": found.email})


@router.put(
    "/allocations/{id}/coordinator",
    summary="Zeggen wie coördineert",
    response_model=Coordinator,
    responses=problems(400, 401, 403, 404, 413),
)
def name_coordinator(services: Has, caller: Reader, allocation_id: AllocationId, told: Coordinator) -> Response:
    """Noem als gemeente de organisatie die coördineert; zij hoort van zaken over dezelfde cliënt, zonder gegevens."""
    named = services.coordinators.name(allocation_id, caller, name=told.name, email=told.email)
    if named is None:
        raise _not_found()
    return JSONResponse({"name": named.name, "email": named.email})


@router.delete(
    "/allocations/{id}/coordinator",
    summary="Niemand laten coördineren",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "Gedaan; herhalen mag"}, **problems(400, 401, 403, 404)},
)
def remove_coordinator(services: Has, caller: Reader, allocation_id: AllocationId) -> Response:
    """Noem als gemeente niemand meer."""
    if not services.coordinators.remove(allocation_id, caller):
        raise _not_found()
    return Response(status_code=204)


def _not_found() -> ProblemError:
    return ProblemError("not-found", "Deze toewijzing bestaat niet, is niet voor u, of noemt geen coördinator.")
