"""Webhooks: where a party wants to be told that a message waits."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.openapi import problems
from gateway.api.problems import ProblemError
from gateway.api.receipts import moment
from gateway.api.security import Has, Reader
from gateway.api.services import Services
from gateway.api.webhook_shapes import NewWebhook, Webhook, WebhookMade, WebhookPage, WebhookState
from gateway.errors import ConflictError
from gateway.services.caller import Caller
from gateway.services.endpoints import Made
from gateway.store.endpoints import EndpointRow

router = APIRouter(tags=["webhooks"], route_class=BoundedRoute)

WebhookId = Annotated[UUID, Path(alias="id", description="Het id van de webhook")]


@router.get("/webhooks", summary="Webhooks opsommen", response_model=WebhookPage, responses=problems(400, 401, 403))
def list_webhooks(services: Has, caller: Reader) -> Response:
    """Geef de webhooks van uw partijen, oudste eerst, zonder hun geheimen."""
    found = services.endpoints.listed(_parties(caller))
    return JSONResponse({"items": [_shown(row) for row in found if row.kind == "webhook"], "nextCursor": None})


@router.post(
    "/webhooks",
    summary="Een webhook toevoegen",
    status_code=201,
    response_model=WebhookMade,
    responses=problems(400, 401, 403, 404, 409, 413),
)
def add_webhook(services: Has, caller: Reader, wanted: NewWebhook) -> Response:
    """Laat op dit adres weten dat er een bericht wacht. Het geheim voor de handtekening komt maar één keer terug."""
    if not (caller.is_admin or caller.acts_for(wanted.party)) or not services.parties.exists(wanted.party):
        raise ProblemError("not-found", "Deze partij bestaat niet, of is niet van u.")
    try:
        made = services.endpoints.add_webhook(wanted.party, wanted.url, caller.actor)
    except ConflictError as error:
        raise ProblemError("invalid-input", str(error)) from None
    return _made(made)


@router.post(
    "/webhooks/{id}/secrets",
    summary="Het geheim vernieuwen",
    status_code=201,
    response_model=WebhookMade,
    responses=problems(400, 401, 403, 404),
)
def rotate_secret(services: Has, caller: Reader, webhook_id: WebhookId) -> Response:
    """Maak een nieuw geheim; het oude tekent nog een dag mee, zodat er niets verloren gaat."""
    return _made(services.endpoints.rotate(_find(services, caller, webhook_id), caller.actor))


@router.put(
    "/webhooks/{id}/state",
    summary="Een webhook pauzeren of hervatten",
    response_model=Webhook,
    responses=problems(400, 401, 403, 404, 413),
)
def change_state(services: Has, caller: Reader, webhook_id: WebhookId, wanted: WebhookState) -> Response:
    """Pauzeer een webhook, of gebruik hem weer. Wat intussen kwam, wacht gewoon in de wachtrij."""
    found = _find(services, caller, webhook_id)
    return JSONResponse(_shown(services.endpoints.change_state(found, wanted.state, caller.actor)))


@router.delete(
    "/webhooks/{id}",
    summary="Een webhook verwijderen",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "Gedaan"}, **problems(400, 401, 403, 404)},
)
def remove_webhook(services: Has, caller: Reader, webhook_id: WebhookId) -> Response:
    """Stuur niets meer naar dit adres."""
    services.endpoints.remove(_find(services, caller, webhook_id), caller.actor)
    return Response(status_code=204)


def _parties(caller: Caller) -> frozenset[str] | None:
    return None if caller.is_admin else caller.parties


def _find(services: Services, caller: Caller, webhook_id: UUID) -> EndpointRow:
    row = services.endpoints.find(webhook_id, _parties(caller))
    if row is None or row.kind != "webhook":
        raise _not_found()
    return row


def _not_found() -> ProblemError:
    return ProblemError("not-found", "Deze webhook bestaat niet, of is niet van u.")


def _made(made: Made) -> Response:
    return JSONResponse({**_shown(made.row), "secret": made.secret}, 201)


def _shown(row: EndpointRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "party": row.party,
        "url": row.url,
        "state": row.state,
        "createdAt": moment(row.created_at),
        "deliveredAt": moment(row.delivered_at) if row.delivered_at else None,
    }
