"""Texts that came by the GGk: list, and fetch."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response, StreamingResponse

from gateway.api.bodies import BoundedRoute
from gateway.api.openapi import problems
from gateway.api.problems import ProblemError
from gateway.api.receipts import moment
from gateway.api.security import Has, Reader
from gateway.api.shapes import Limit, PartyCode, Shape

router = APIRouter(tags=["berichten"], route_class=BoundedRoute)

TextId = Annotated[UUID, Path(alias="id", description="Het id van het tekstbestand")]


class TextFile(Shape):
    """Een tekstbestand dat in een envelop van het GGk kwam."""

    id: UUID
    sender: PartyCode
    recipient: PartyCode
    functie: str
    file_name: str
    size: int
    received_at: datetime


class TextFilePage(Shape):
    """Een lijst van tekstbestanden."""

    items: list[TextFile]
    next_cursor: str | None


@router.get(
    "/text-files", summary="Tekstbestanden opsommen", response_model=TextFilePage, responses=problems(400, 401, 403)
)
def list_texts(services: Has, caller: Reader, limit: Annotated[Limit, Query()] = 50) -> Response:
    """Geef de tekstbestanden die via het GGk voor u kwamen, nieuwste eerst; ze blijven een jaar bewaard."""
    items = [
        {
            "id": str(text.id),
            "sender": text.sender,
            "recipient": text.recipient,
            "functie": text.function,
            "fileName": text.file_name,
            "size": text.size,
            "receivedAt": moment(text.received_at),
        }
        for text in services.texts.listed(caller, limit=limit)
    ]
    return JSONResponse({"items": items, "nextCursor": None})


@router.get(
    "/text-files/{id}/content",
    summary="De inhoud van een tekstbestand",
    response_class=Response,
    responses={
        200: {
            "description": "De exacte bytes",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(400, 401, 403, 404),
    },
)
def get_text(services: Has, caller: Reader, text_id: TextId) -> Response:
    """Geef een tekstbestand, byte voor byte zoals het is aangenomen."""
    found = services.texts.content(text_id, caller)
    if found is None:
        raise ProblemError("not-found", "Dit tekstbestand bestaat niet, of is niet voor u.")
    text, pieces = found
    headers = {
        "Content-Length": str(text.size),
        # The schema of the envelope lets no quotes or line ends into the name.
        "Content-Disposition": f'attachment; filename="{text.file_name}"',
    }
    return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)
