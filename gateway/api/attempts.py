"""Every attempt to hand a message over, by whichever way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.messages import MessageId
from gateway.api.openapi import problems
from gateway.api.problems import ProblemError
from gateway.api.receipts import moment, page
from gateway.api.security import Has, Reader
from gateway.api.shapes import PartyCode, Shape
from gateway.services.deliveries import Attempt

router = APIRouter(tags=["berichten"], route_class=BoundedRoute)


class DeliveryAttempt(Shape):
    """Een poging om een bericht over te dragen; zonder `outcome` is die bezig, zonder `startedAt` moet die nog."""

    way: Annotated[str, Field(description="queue (opgehaald uit de rij), mail, webhook of ggk0210")]
    recipient: PartyCode
    trigger: Annotated[
        str,
        Field(description="lease (de ontvanger haalde op), schedule, replay, of takeover (na een proces dat uitviel)"),
    ]
    number: int
    started_at: datetime | None
    duration_ms: int | None
    outcome: Annotated[
        str | None,
        Field(description="acknowledged, failed, released of expired; delivered, hiccup, refused, lost of dropped"),
    ]
    answer: Annotated[str | None, Field(description="Wat de andere kant zei, zonder adressen en nummers")]
    next_at: Annotated[datetime | None, Field(description="Wanneer de volgende poging mag; leeg als er geen komt")]
    replay_id: Annotated[UUID | None, Field(description="De taak die het opnieuw liet versturen")]


class DeliveryAttemptPage(Shape):
    """De pogingen, oudste eerst."""

    items: list[DeliveryAttempt]
    next_cursor: str | None


@router.get(
    "/messages/{id}/attempts",
    summary="De pogingen om een bericht over te dragen",
    response_model=DeliveryAttemptPage,
    responses=problems(400, 401, 403, 404),
)
def list_attempts(services: Has, caller: Reader, message_id: MessageId) -> Response:
    """Geef elke poging: wat die begon, hoe lang die duurde, wat de andere kant zei, en wanneer de volgende is."""
    if services.inquiry.detail(message_id, caller) is None:
        raise ProblemError("not-found", "Dit bericht bestaat niet, of is niet voor u.")
    return JSONResponse(page([_attempt(one) for one in services.deliveries.attempts(message_id, caller)], None))


def _attempt(one: Attempt) -> dict[str, Any]:
    return {
        "way": one.way,
        "recipient": one.recipient,
        "trigger": one.trigger,
        "number": one.number,
        "startedAt": _moment(one.started_at),
        "durationMs": None if one.duration is None else one.duration // timedelta(milliseconds=1),
        "outcome": one.outcome,
        "answer": one.answer or None,
        "nextAt": _moment(one.next_at),
        "replayId": str(one.replay_id) if one.replay_id else None,
    }


def _moment(at: datetime | None) -> str | None:
    return moment(at) if at else None
