"""Dead letters and replays, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response

from gateway.api.bodies import BoundedRoute
from gateway.api.openapi import problems
from gateway.api.operating_shapes import (
    DeadLetterPage,
    DeadLetterQuery,
    PageQuery,
    Replay,
    ReplayDryRun,
    ReplayedPage,
    ReplayFilterShape,
    ReplayPage,
    ReplayRequest,
    ReplayState,
)
from gateway.api.problems import ProblemError
from gateway.api.receipts import moment, page, receipt
from gateway.api.security import Administrator, Has
from gateway.services.caller import Caller
from gateway.services.replaying import DryRun
from gateway.store.dead_letters import DeadLetterGroup
from gateway.store.replays import ItemRow, ReplayFilter, ReplayRow

router = APIRouter(tags=["beheer"], route_class=BoundedRoute)

ReplayId = Annotated[UUID, Path(alias="id", description="Het id van de taak")]


@router.get(
    "/dead-letters",
    summary="Niet-bezorgbare berichten per reden",
    response_model=DeadLetterPage,
    responses=problems(400, 401, 403),
)
def list_dead_letters(services: Has, _: Administrator, wanted: Annotated[DeadLetterQuery, Query()]) -> Response:
    """Geef de berichten die niet konden worden afgeleverd, per reden en ontvanger; de grootste groep eerst."""
    return JSONResponse(page([_group(group) for group in services.dead_letters.grouped(wanted.recipient)], None))


def _group(group: DeadLetterGroup) -> dict[str, Any]:
    return {
        "causeId": group.cause_id,
        "cause": group.cause,
        "recipient": group.recipient,
        "count": group.count,
        "oldest": moment(group.oldest),
        "newest": moment(group.newest),
        "messageIds": [str(message_id) for message_id in group.message_ids],
    }


@router.post(
    "/replays",
    summary="Berichten opnieuw proberen",
    status_code=202,
    response_model=Replay,
    responses={
        200: {"model": ReplayDryRun, "description": "Met `dryRun`: wat er opnieuw zou gaan"},
        **problems(400, 401, 403, 413),
    },
)
def start_replay(services: Has, caller: Administrator, wanted: ReplayRequest) -> Response:
    """Probeer berichten opnieuw die mislukten, zijn afgewezen, bij mensen liggen of zijn vervallen.

    Wat was afgewezen of bij mensen ligt, wordt opnieuw beoordeeld, naar de regels en routes van nu. Wat al was
    afgeleverd, gaat alleen opnieuw als het met `ids` is genoemd.
    """
    conditions = _filter(wanted.filter)
    if wanted.dry_run:
        return JSONResponse(_dry_run(services.replaying.dry_run(conditions), caller))
    made = services.replaying.start(conditions, caller.actor)
    return JSONResponse(_replay(made), 202, {"Location": f"/v1/replays/{made.id}"})


def _filter(wanted: ReplayFilterShape) -> ReplayFilter:
    return ReplayFilter(
        ids=tuple(wanted.ids),
        types=tuple(wanted.type),
        statuses=tuple(wanted.status),
        senders=tuple(wanted.sender),
        recipients=tuple(wanted.recipient),
        since=wanted.since,
        until=wanted.until,
        causes=tuple(wanted.cause),
    )


def _dry_run(found: DryRun, caller: Caller) -> dict[str, Any]:
    return {
        "count": found.count,
        "statuses": found.statuses,
        "sample": [
            {
                "message": receipt(preview.message, caller),
                "outcome": preview.outcome,
                "codesBefore": list(preview.codes_before),
                "codesNow": list(preview.codes_now),
            }
            for preview in found.sample
        ],
    }


def _replay(row: ReplayRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "state": row.state,
        "total": row.total,
        "done": row.done,
        "failed": row.failed,
        "outcomes": row.outcomes,
        "filter": row.filter,
        "createdAt": moment(row.created_at),
        "createdBy": row.created_by,
        "finishedAt": _moment(row.finished_at),
    }


def _moment(at: datetime | None) -> str | None:
    return moment(at) if at else None


@router.get("/replays", summary="Taken opsommen", response_model=ReplayPage, responses=problems(400, 401, 403))
def list_replays(services: Has, _: Administrator, wanted: Annotated[PageQuery, Query()]) -> Response:
    """Geef de taken die berichten opnieuw proberen of dat deden, nieuwste eerst."""
    found, more = services.replaying.listed(limit=wanted.limit, after=wanted.cursor)
    return JSONResponse(page([_replay(row) for row in found], str(more) if more else None))


@router.get("/replays/{id}", summary="Een taak volgen", response_model=Replay, responses=problems(400, 401, 403, 404))
def get_replay(services: Has, _: Administrator, replay_id: ReplayId) -> Response:
    """Geef hoe ver een taak is, en wat ervan werd."""
    return JSONResponse(_replay(_found(services.replaying.get(replay_id))))


@router.put(
    "/replays/{id}/state",
    summary="Een taak laten wachten of doorgaan",
    response_model=Replay,
    responses=problems(400, 401, 403, 404, 413),
)
def set_replay_state(services: Has, caller: Administrator, replay_id: ReplayId, wanted: ReplayState) -> Response:
    """Laat een taak wachten na het bericht waar die mee bezig is, of laat die doorgaan; wat klaar is, blijft klaar."""
    row = services.replaying.pause(replay_id, caller.actor, paused=wanted.state == "paused")
    return JSONResponse(_replay(_found(row)))


@router.get(
    "/replays/{id}/messages",
    summary="Wat er van elk bericht werd",
    response_model=ReplayedPage,
    responses=problems(400, 401, 403, 404),
)
def list_replayed(
    services: Has, caller: Administrator, replay_id: ReplayId, wanted: Annotated[PageQuery, Query()]
) -> Response:
    """Geef van elk bericht van een taak wat ervan werd, oudste bericht eerst."""
    _found(services.replaying.get(replay_id))
    found, more = services.replaying.items(replay_id, caller, limit=wanted.limit, after=wanted.cursor)
    return JSONResponse(page([_item(item) for item in found], str(more) if more else None))


def _item(item: ItemRow) -> dict[str, Any]:
    return {
        "messageId": str(item.message_id),
        "status": item.status,
        "outcome": item.outcome,
        "detail": item.detail,
        "at": _moment(item.at),
    }


def _found(row: ReplayRow | None) -> ReplayRow:
    if row is None:
        raise ProblemError("not-found", "Deze taak bestaat niet.")
    return row
