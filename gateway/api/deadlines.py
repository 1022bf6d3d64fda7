"""Deadlines: what is due, by whom and until when."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.deadline_shapes import DeadlinePage, DeadlineQuery
from gateway.api.openapi import problems
from gateway.api.receipts import moment, page
from gateway.api.security import Has, Reader
from gateway.exchange.deadlines import State
from gateway.store.deadlines import DeadlineFilter, DeadlineRow

router = APIRouter(tags=["termijnen"], route_class=BoundedRoute)


@router.get("/deadlines", summary="Termijnen opsommen", response_model=DeadlinePage, responses=problems(400, 401, 403))
def list_deadlines(services: Has, caller: Reader, wanted: Annotated[DeadlineQuery, Query()]) -> Response:
    """Geef de termijnen tussen u en een ander, nieuwste eerst: wie wat moet doen, en tot wanneer."""
    states = wanted.states
    if not states:
        return JSONResponse(page([], None))
    conditions = DeadlineFilter(
        states=() if len(states) == len(State) else states, kinds=wanted.kinds, owners=tuple(wanted.owner)
    )
    found, more = services.deadlines.search(conditions, caller, limit=wanted.limit, after=wanted.cursor)
    return JSONResponse(page([deadline(row) for row in found], str(more) if more else None))


def deadline(row: DeadlineRow) -> dict[str, Any]:
    """Give a deadline as an answer shows it."""
    return {
        "id": str(row.id),
        "kind": row.kind.value,
        "rule": row.rule,
        "dueAt": moment(row.due_at),
        "owner": row.owner,
        "municipality": row.municipality,
        "provider": row.provider,
        "messageId": str(row.message_id),
        "subject": row.subject,
        "waitsFor": list(row.waits_for),
        "state": row.state.value,
        "overdueAt": moment(row.overdue_at) if row.overdue_at else None,
        "closedAt": moment(row.closed_at) if row.closed_at else None,
        "closedBy": str(row.closed_by) if row.closed_by else None,
    }
