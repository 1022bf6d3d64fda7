"""Queues and leases: how a party takes its messages over."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.openapi import problems
from gateway.api.problems import ProblemError
from gateway.api.receipts import leased, page, receipt
from gateway.api.security import Has, Reader
from gateway.api.services import Services
from gateway.api.shapes import FailureReport, LeaseRequest, Leases, MessagePage, QueueQuery
from gateway.services.caller import Caller
from gateway.services.queueing import Ending

router = APIRouter(tags=["wachtrijen"], route_class=BoundedRoute)

LeaseId = Annotated[UUID, Path(alias="leaseId", description="Het id van de uitgifte")]

_NO_CONTENT: dict[int | str, dict[str, Any]] = {204: {"description": "Gedaan; herhalen mag"}}


@router.get(
    "/queues/{party}/messages",
    summary="Wat er wacht",
    response_model=MessagePage,
    responses=problems(400, 401, 403, 404),
)
def waiting(
    services: Has,
    caller: Reader,
    party: str,
    wanted: Annotated[QueueQuery, Query()],
) -> Response:
    """Toon wat er voor een partij wacht, oudste eerst; er verandert niets."""
    if not caller.may_read(party) or not services.parties.exists(party):
        raise _no_queue()
    found = services.queueing.waiting(party, limit=wanted.limit, types=wanted.type, caller=caller)
    return JSONResponse(page([receipt(message, caller) for message in found], None))


@router.post(
    "/queues/{party}/leases",
    summary="Berichten ophalen",
    response_model=Leases,
    responses=problems(400, 401, 403, 404, 413),
)
def lease(services: Has, caller: Reader, party: str, wanted: LeaseRequest | None = None) -> Response:
    """Haal de oudste berichten op voor een bepaalde tijd; zolang krijgt niemand anders ze."""
    if not caller.acts_for(party):
        if caller.is_admin:
            raise ProblemError("forbidden", "Een beheerder leest wachtrijen, maar haalt geen berichten op.")
        raise _no_queue()
    asked = wanted or LeaseRequest()
    given = services.queueing.lease(party, caller, limit=asked.limit, seconds=asked.lease_seconds, types=asked.types)
    return JSONResponse({"leases": [leased(one, caller) for one in given]})


@router.put(
    "/leases/{leaseId}/acknowledgement",
    summary="Een bericht overnemen",
    status_code=204,
    response_class=Response,
    responses={**_NO_CONTENT, **problems(400, 401, 403, 404, 409)},
)
def acknowledge(services: Has, caller: Reader, lease_id: LeaseId) -> Response:
    """Neem een bericht voorgoed over; het is daarmee afgeleverd."""
    return _end(services, caller, lease_id, Ending.ACKNOWLEDGED)


@router.put(
    "/leases/{leaseId}/failure",
    summary="Melden dat verwerken niet lukte",
    status_code=204,
    response_class=Response,
    responses={**_NO_CONTENT, **problems(400, 401, 403, 404, 409, 413)},
)
def fail(services: Has, caller: Reader, lease_id: LeaseId, told: FailureReport) -> Response:
    """Meld dat het verwerken mislukte: dat telt als poging, en het bericht gaat meteen terug in de rij."""
    return _end(services, caller, lease_id, Ending.FAILED, told.reason)


@router.delete(
    "/leases/{leaseId}",
    summary="Een bericht teruggeven",
    status_code=204,
    response_class=Response,
    responses={**_NO_CONTENT, **problems(400, 401, 403, 404, 409)},
)
def release(services: Has, caller: Reader, lease_id: LeaseId) -> Response:
    """Geef een bericht ongebruikt terug; dat telt niet als poging."""
    return _end(services, caller, lease_id, Ending.RELEASED)


def _end(services: Services, caller: Caller, lease_id: UUID, ending: Ending, reason: str = "") -> Response:
    closing = services.queueing.end(lease_id, caller, ending, reason)
    if closing is None:
        raise ProblemError("not-found", "Deze uitgifte bestaat niet, of is niet voor u.")
    if closing == "gone":
        raise ProblemError("lease-lost", "Het bericht is intussen aan een ander uitgegeven, of al afgehandeld.")
    return Response(status_code=204)


def _no_queue() -> ProblemError:
    return ProblemError("not-found", "Deze wachtrij bestaat niet, of is niet voor u.")
