"""The audit trail, for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.openapi import problems
from gateway.api.operating_shapes import AuditPage, AuditQuery
from gateway.api.receipts import moment, page
from gateway.api.security import Administrator, Has
from gateway.store.audit import EntryRow, TrailFilter

router = APIRouter(tags=["beheer"], route_class=BoundedRoute)


@router.get(
    "/audit-events",
    summary="Het auditspoor lezen",
    response_model=AuditPage,
    responses=problems(400, 401, 403),
)
def list_audit_events(services: Has, _: Administrator, wanted: Annotated[AuditQuery, Query()]) -> Response:
    """Geef wie wanneer bij welke persoonsgegevens kwam, en wat beheerders deden; nieuwste eerst."""
    conditions = TrailFilter(
        kinds=tuple(wanted.kind),
        actors=tuple(wanted.actor),
        message=wanted.message,
        since=wanted.since,
        until=wanted.until,
    )
    found, more = services.audit.listed(conditions, limit=wanted.limit, before=wanted.cursor)
    return JSONResponse(page([_event(entry) for entry in found], str(more) if more else None))


def _event(entry: EntryRow) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": moment(entry.at),
        "kind": entry.kind,
        "actor": entry.actor,
        "messages": list(entry.messages),
        "subject": entry.subject,
        "detail": entry.detail,
        "hash": entry.hash.hex(),
    }
