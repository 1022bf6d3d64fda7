"""Replays: which messages, how far it is, and what a message becomes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, field
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, text, update

from gateway.exchange.replay import DELIVERED, REPLAYABLE
from gateway.store import dead_letters, tables
from gateway.store.bulk import BulkInsert
from gateway.store.bulk import Row as BulkRow
from gateway.store.of_row import OfRow
from gateway.store.opt_out import opted_out
from gateway.store.replay_tables import PENDING, UNFINISHED, replay, replay_item
from gateway.store.rows import MessageRow

_REPLAYS = BulkInsert(replay, "id", "created_at", "created_by", "filter", "state", "total")
_ITEMS = BulkInsert(replay_item, "message_id", "replay_id", "status", "detail", or_skip=True)
_MESSAGE = tables.message


class ReplayFilter(Struct, frozen=True, kw_only=True):
    """Which messages: all conditions hold together, an empty one asks nothing. `since` is in, `until` is out.

    What was delivered is among them only when `ids` names it. `causes` are ids of causes of dead letters.
    """

    ids: tuple[UUID, ...] = ()
    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    causes: tuple[str, ...] = ()


class ReplayRow(Struct, frozen=True):
    """A replay: how many messages it is about, and of how many each outcome."""

    id: UUID
    created_at: datetime
    created_by: str
    filter: dict[str, Any]
    state: str
    total: int
    finished_at: datetime | None
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """Give with how many messages it did not succeed."""
        return self.outcomes.get("failed", 0)

    @property
    def done(self) -> int:
        """Give how many messages it has been through, without those that failed."""
        return sum(self.outcomes.values()) - self.failed


class ItemRow(OfRow, frozen=True):
    """A message of a replay, as it was when that was asked for, and what became of it."""

    replay_id: UUID
    message_id: UUID
    status: str
    outcome: str | None
    detail: dict[str, Any]
    at: datetime | None


def _fits(wanted: ReplayFilter) -> list[ColumnElement[bool]]:
    taken = REPLAYABLE | {DELIVERED} if wanted.ids else REPLAYABLE
    statuses = taken.intersection(wanted.statuses) if wanted.statuses else taken
    conditions: list[ColumnElement[bool]] = [_MESSAGE.c.status.in_(sorted(statuses))]
    if not wanted.ids:
        conditions.append(text(tables.NEEDS_ATTENTION))  # type: ignore[arg-type]  # as in an index, word for word
    for column, values in (
        (_MESSAGE.c.id, wanted.ids),
        (_MESSAGE.c.type, wanted.types),
        (_MESSAGE.c.sender, wanted.senders),
        (_MESSAGE.c.recipient, wanted.recipients),
    ):
        if values:
            conditions.append(column.in_(values))
    if wanted.since is not None:
        conditions.append(_MESSAGE.c.received_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_MESSAGE.c.received_at < wanted.until)
    if wanted.causes:
        conditions.append(dead_letters.with_cause(wanted.causes))
    return conditions


def count(conn: Connection, wanted: ReplayFilter) -> dict[str, int]:
    """Count the messages that a replay would take, by status."""
    query = select(_MESSAGE.c.status, func.count()).where(*_fits(wanted)).group_by(_MESSAGE.c.status)
    return {row[0]: row[1] for row in conn.execute(query)}


def sample(conn: Connection, wanted: ReplayFilter, limit: int) -> list[MessageRow]:
    """Give the oldest messages that a replay would take, without those that are kept from others (opt-out)."""
    query = select(_MESSAGE).where(*_fits(wanted), _MESSAGE.c.opt_out.is_(False)).order_by(_MESSAGE.c.id).limit(limit)
    return [MessageRow.from_row(row) for row in conn.execute(query)]


def create(conn: Connection, wanted: ReplayFilter, row: ReplayRow) -> ReplayRow:
    """Write a replay with its messages; those that another replay still has to do are left to that one."""
    _REPLAYS.run(conn, [(row.id, row.created_at, row.created_by, row.filter, "running", 0)])
    query = select(_MESSAGE.c.id, _MESSAGE.c.status).where(*_fits(wanted)).order_by(_MESSAGE.c.id)
    found: list[BulkRow] = [(each.id, row.id, each.status, {}) for each in conn.execute(query)]
    total = len(_ITEMS.run(conn, found))
    conn.execute(update(replay).where(replay.c.id == row.id).values(total=total))
    return get(conn, row.id) or row


def get(conn: Connection, replay_id: UUID) -> ReplayRow | None:
    """Give a replay, if it is there, and how far it is."""
    return next(iter(_rows(conn, replay.c.id == replay_id, 1)), None)


def listed(conn: Connection, *, limit: int, after: UUID | None = None) -> list[ReplayRow]:
    """Give the newest replays; `after` is the last one of the page before."""
    return _rows(conn, replay.c.id < after if after else None, limit)


def _rows(conn: Connection, condition: ColumnElement[bool] | None, limit: int) -> list[ReplayRow]:
    query = select(replay).order_by(replay.c.id.desc()).limit(limit)
    rows = conn.execute(query if condition is None else query.where(condition)).all()
    counted = (
        select(replay_item.c.replay_id, replay_item.c.outcome, func.count())
        .where(replay_item.c.replay_id.in_([row.id for row in rows]), replay_item.c.outcome.is_not(None))
        .group_by(replay_item.c.replay_id, replay_item.c.outcome)
    )
    outcomes: dict[UUID, dict[str, int]] = {}
    for replay_id, outcome, number in conn.execute(counted):
        outcomes.setdefault(replay_id, {})[outcome] = number
    return [
        ReplayRow(
            row.id,
            row.created_at,
            row.created_by,
            row.filter,
            row.state,
            row.total,
            row.finished_at,
            outcomes.get(row.id, {}),
        )
        for row in rows
    ]


def items(
    conn: Connection,
    replay_id: UUID,
    *,
    limit: int,
    after: UUID | None = None,
    outcome: str | None = None,
    with_opt_out: bool = True,
) -> list[ItemRow]:
    """Give the messages of a replay, or those with an outcome, oldest first; `after` is the last of the page before.

    Without `with_opt_out` those for the back-office alone are left out.
    """
    query = select(replay_item).where(replay_item.c.replay_id == replay_id)
    if outcome is not None:
        query = query.where(replay_item.c.outcome == outcome)
    if not with_opt_out:
        query = query.where(replay_item.c.message_id.not_in(opted_out()))
    if after is not None:
        query = query.where(replay_item.c.message_id > after)
    return [ItemRow.from_row(row) for row in conn.execute(query.order_by(replay_item.c.message_id).limit(limit))]


def unfinished(conn: Connection) -> list[UUID]:
    """Give the replays that are running, oldest first."""
    query = select(replay.c.id).where(text(UNFINISHED), replay.c.state == "running").order_by(replay.c.id)
    return list(conn.scalars(query))


def first_pending(conn: Connection, replay_id: UUID) -> ItemRow | None:
    """Give the next message of a replay that is running."""
    query = (
        select(replay_item)
        .where(text(PENDING), replay_item.c.replay_id == replay_id, replay_item.c.replay_id.in_(_running(replay_id)))
        .order_by(replay_item.c.message_id)
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else ItemRow.from_row(row)


def _running(replay_id: UUID) -> Select[Any]:
    return select(replay.c.id).where(replay.c.id == replay_id, replay.c.state == "running")


def lock_item(conn: Connection, item: ItemRow) -> bool:
    """Take a message of a replay; says whether it is still to be done, and the replay running."""
    running = replay_item.c.replay_id.in_(_running(item.replay_id))
    query = select(replay_item.c.outcome).where(_is(item), text(PENDING), running)
    return conn.execute(query.with_for_update(of=replay_item)).one_or_none() is not None


def end_item(conn: Connection, item: ItemRow, outcome: str, detail: dict[str, Any], *, now: datetime) -> None:
    """Write down what became of a message; what was written down before stays."""
    ending = update(replay_item).where(_is(item), text(PENDING))
    conn.execute(ending.values(outcome=outcome, detail=detail, at=now))


def _is(item: ItemRow) -> ColumnElement[bool]:
    return and_(replay_item.c.replay_id == item.replay_id, replay_item.c.message_id == item.message_id)


def finish(conn: Connection, replay_id: UUID, *, now: datetime) -> bool:
    """End a replay that is running and has nothing left to do; says whether this did it."""
    left = select(replay_item.c.message_id).where(replay_item.c.replay_id == replay_id, text(PENDING)).exists()
    ending = update(replay).where(replay.c.id == replay_id, replay.c.state == "running", ~left)
    return conn.execute(ending.values(state="finished", finished_at=now)).rowcount > 0


def set_state(conn: Connection, replay_id: UUID, state: str) -> bool:
    """Pause a replay or let it go on; says whether that changed anything. One that is finished stays so."""
    changing = update(replay).where(replay.c.id == replay_id, text(UNFINISHED), replay.c.state != state)
    return conn.execute(changing.values(state=state)).rowcount > 0


def locked_message(conn: Connection, message_id: UUID) -> MessageRow | None:
    """Give a message of which nobody else can change anything until the transaction ends."""
    row = conn.execute(
        select(_MESSAGE).where(_MESSAGE.c.id == message_id).with_for_update(key_share=True)
    ).one_or_none()
    return None if row is None else MessageRow.from_row(row)
