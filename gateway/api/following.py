"""Allocations and requests: how far each is, and by which messages."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.following_shapes import (
    AllocationDetail,
    AllocationPage,
    AllocationQuery,
    AllocationSearch,
    RequestDetail,
    RequestPage,
    RequestQuery,
    RequestSearch,
)
from gateway.api.openapi import problems
from gateway.api.paths import ONE
from gateway.api.problems import ProblemError
from gateway.api.receipts import moment, page
from gateway.api.security import Has, Reader
from gateway.api.services import Services
from gateway.ijw.bericht import Kant
from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.klasse import json_name, velden
from gateway.services.caller import Caller
from gateway.services.following import Told
from gateway.store.allocations import AllocationRow
from gateway.store.following import Wanted
from gateway.store.identifiers import made_at
from gateway.store.requests import RequestRow
from gateway.wire.json_form import part_to_json

router = APIRouter(tags=["volgen"], route_class=BoundedRoute)

AllocationId = Annotated[UUID, Path(alias="id", description="Het id van de toewijzing")]
RequestId = Annotated[UUID, Path(alias="id", description="Het id van het verzoek")]
# What of a fact stands in a timeline; who the client is, nowhere.
_DETAILS = (
    "begindatum",
    "einddatum",
    "reden_beeindiging",
    "ingangsdatum",
    "reden_wijziging",
    "budget",
    "omvang",
    "verzoek_antwoord",
    "reden_afwijzing_verzoek",
    "reden_verzoek",
    "product_periode",
    "geleverd_volume",
    "eenheid",
    "ingediend_bedrag",
)


@router.get(
    "/allocations", summary="Toewijzingen opsommen", response_model=AllocationPage, responses=problems(400, 401, 403)
)
def list_allocations(services: Has, caller: Reader, wanted: Annotated[AllocationQuery, Query()]) -> Response:
    """Geef de toewijzingen tussen u en een ander, nieuwste eerst."""
    return _allocations(services, caller, AllocationSearch(**wanted.model_dump()))


@router.post(
    "/allocations/_search",
    summary="Toewijzingen zoeken",
    response_model=AllocationPage,
    responses=problems(400, 401, 403, 413),
)
def search_allocations(services: Has, caller: Reader, wanted: AllocationSearch) -> Response:
    """Zoek toewijzingen, ook op BSN; de filters staan in de inhoud."""
    return _allocations(services, caller, wanted)


def _allocations(services: Services, caller: Caller, wanted: AllocationSearch) -> Response:
    found, more = services.following.allocations(_wanted(wanted), caller)
    return JSONResponse(page([allocation(row) for row in found], _cursor(more)))


@router.get(
    f"/allocations/{ONE}",
    summary="Een toewijzing volgen",
    response_model=AllocationDetail,
    responses=problems(400, 401, 403, 404),
)
def follow_allocation(services: Has, caller: Reader, allocation_id: AllocationId) -> Response:
    """Geef een toewijzing met elk bericht erover, en wat dat deed."""
    found = services.following.allocation(allocation_id, caller)
    if found is None:
        raise ProblemError("not-found", "Deze toewijzing bestaat niet, of is niet voor u.")
    row, timeline = found
    return JSONResponse({**allocation(row), "timeline": _timeline(row, timeline)})


@router.get("/requests", summary="Verzoeken opsommen", response_model=RequestPage, responses=problems(400, 401, 403))
def list_requests(services: Has, caller: Reader, wanted: Annotated[RequestQuery, Query()]) -> Response:
    """Geef de verzoeken tussen u en een ander, nieuwste eerst."""
    return _requests(services, caller, RequestSearch(**wanted.model_dump()))


@router.post(
    "/requests/_search", summary="Verzoeken zoeken", response_model=RequestPage, responses=problems(400, 401, 403, 413)
)
def search_requests(services: Has, caller: Reader, wanted: RequestSearch) -> Response:
    """Zoek verzoeken, ook op BSN; de filters staan in de inhoud."""
    return _requests(services, caller, wanted)


def _requests(services: Services, caller: Caller, wanted: RequestSearch) -> Response:
    found, more = services.following.requests(_wanted(wanted), caller)
    return JSONResponse(page([request(row) for row in found], _cursor(more)))


@router.get(
    f"/requests/{ONE}",
    summary="Een verzoek volgen",
    response_model=RequestDetail,
    responses=problems(400, 401, 403, 404),
)
def follow_request(services: Has, caller: Reader, request_id: RequestId) -> Response:
    """Geef een verzoek met elk bericht erover, en wat dat deed."""
    found = services.following.request(request_id, caller)
    if found is None:
        raise ProblemError("not-found", "Dit verzoek bestaat niet, of is niet voor u.")
    row, timeline = found
    return JSONResponse({**request(row), "timeline": _timeline(row, timeline)})


def allocation(row: AllocationRow) -> dict[str, Any]:
    """Give an allocation as an answer shows it."""
    latest = {
        name: None if (value := getattr(row.latest, name)) is None else part_to_json(value)
        for name in ("product", "omvang", "ingangsdatum", "einddatum")
    }
    return {
        "id": str(row.id),
        "municipality": row.municipality,
        "provider": row.provider,
        "toewijzingNummer": row.toewijzing_nummer,
        "state": row.state,
        **latest,
        "budget": row.latest.budget,
        "redenWijziging": row.latest.reden_wijziging,
        "referentieAanbieder": row.latest.referentie_aanbieder,
        "startedOn": row.started.isoformat() if row.started else None,
        "stoppedOn": row.ended.isoformat() if row.ended else None,
    }


def request(row: RequestRow) -> dict[str, Any]:
    """Give a request as an answer shows it."""
    first = min(row.file.verzoek.gevraagd, key=lambda fact: fact.order, default=None)
    return {
        "id": str(row.id),
        "municipality": row.municipality,
        "provider": row.provider,
        "referentieAanbieder": row.reference,
        "type": row.kind,
        "state": row.state,
        "redenAfwijzingVerzoek": row.reason,
        "gemeente": row.other_municipality,
        "messageId": str(first.bericht) if first else None,
        "dagtekening": first.dagtekening.isoformat() if first else None,
    }


def _timeline(row: AllocationRow | RequestRow, told: list[Told]) -> list[dict[str, Any]]:
    return [_moment(row, one) for one in told]


def _moment(row: AllocationRow | RequestRow, told: Told) -> dict[str, Any]:
    fact = told.moment.fact
    message_type = type(fact.klasse).__qualname__.partition(".")[0]
    by_provider = BERICHTEN[message_type].AFZENDER is Kant.AANBIEDER
    fields = {veld.field for veld in velden(type(fact.klasse))}
    details = {
        json_name(name): part_to_json(value)
        for name in _DETAILS
        if name in fields and (value := getattr(fact.klasse, name)) is not None
    }
    if told.granted is not None:
        details["granted"] = told.granted
    return {
        "at": moment(made_at(fact.bericht)),
        "messageId": str(fact.bericht),
        "type": message_type,
        "sender": row.provider if by_provider else row.municipality,
        "identificatie": fact.identificatie,
        "dagtekening": fact.dagtekening.isoformat(),
        "event": told.moment.event.value,
        "refused": told.moment.refused,
        "changed": [json_name(name) for name in told.moment.changed],
        "answer": {"id": str(told.answer[0]), "type": told.answer[1]} if told.answer else None,
        "request": None if by_provider else getattr(fact.klasse, "referentie_aanbieder", None),
        "details": details,
    }


def _wanted(wanted: AllocationSearch | RequestSearch) -> Wanted:
    return Wanted(
        parties=None,
        limit=wanted.limit,
        states=tuple(wanted.state),
        after=_place(wanted.cursor) if wanted.cursor else None,
        bsn=wanted.bsn,
    )


def _cursor(place: tuple[UUID, UUID] | None) -> str | None:
    return "".join(part.hex for part in place) if place else None


def _place(cursor: str) -> tuple[UUID, UUID]:
    half = len(cursor) // 2
    return UUID(cursor[:half]), UUID(cursor[half:])
