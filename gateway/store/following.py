"""Lists of allocations and requests, newest first, and one of them with what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, not_, or_, select, union

from gateway.exchange.party import PartyKind, kind_of
from gateway.ijw.dossier import Dossier
from gateway.store import lifecycle_tables
from gateway.store.allocations import AllocationRow
from gateway.store.packing import unpack_dossier
from gateway.store.requests import RequestRow
from gateway.store.tables import message
from gateway.store.vault import Keyring

Condition: TypeAlias = ColumnElement[bool]
R = TypeVar("R", AllocationRow, RequestRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which ones, and how many; `after` is the last one of the page before: its first message and its id.

    `parties` are those that may see them; None sees all, but without `with_opt_out` not what is for the back-office
    alone.
    """

    parties: tuple[str, ...] | None
    limit: int
    states: tuple[str, ...] = ()
    after: tuple[UUID, UUID] | None = None
    bsn: str | None = field(default=None, repr=False)
    with_opt_out: bool = True


def allocations(conn: Connection, keyring: Keyring, wanted: Wanted) -> list[AllocationRow]:
    """Give a page of allocations."""
    return _page(conn, keyring, lifecycle_tables.allocation, wanted, AllocationRow.from_row)


def requests(conn: Connection, keyring: Keyring, wanted: Wanted) -> list[RequestRow]:
    """Give a page of requests."""
    return _page(conn, keyring, lifecycle_tables.request, wanted, RequestRow.from_row)


def allocation(conn: Connection, keyring: Keyring, allocation_id: UUID) -> tuple[AllocationRow, Dossier] | None:
    """Give an allocation with the dossier that it follows from."""
    table, dossier = lifecycle_tables.allocation, lifecycle_tables.dossier
    query = select(table).where(table.c.id == allocation_id)
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    kept = conn.execute(select(dossier).where(dossier.c.id == row.dossier_id)).one()
    plain = keyring.decrypt(kept.data_key, kept.data, kept.id.bytes)
    return AllocationRow.from_row(row, keyring), unpack_dossier(plain)


def request(conn: Connection, keyring: Keyring, request_id: UUID) -> RequestRow | None:
    """Give a request."""
    table = lifecycle_tables.request
    row = conn.execute(select(table).where(table.c.id == request_id)).one_or_none()
    return RequestRow.from_row(row, keyring) if row else None


class Answered(Struct, frozen=True):
    """What the message table knows of a message: its answer, and whether it is for the back-office alone."""

    opt_out: bool
    answer: tuple[UUID, str] | None  # the answer's id and type


def answers_to(conn: Connection, messages: Collection[UUID]) -> dict[UUID, Answered]:
    """Give of messages what is known of them; one whose record was removed is left out."""
    answer = message.alias("answer")
    query = (
        select(message.c.id, message.c.opt_out, answer.c.id.label("answer_id"), answer.c.type.label("answer_type"))
        .outerjoin(answer, answer.c.answers == message.c.id)
        .where(message.c.id.in_(messages))
    )
    return {
        row.id: Answered(row.opt_out, (row.answer_id, row.answer_type) if row.answer_id else None)
        for row in conn.execute(query)
    }


def _page(
    conn: Connection, keyring: Keyring, table: Table, wanted: Wanted, read: Callable[[Row[Any], Keyring], R]
) -> list[R]:
    return [read(row, keyring) for row in conn.execute(_query(keyring, table, wanted))]


def _query(keyring: Keyring, table: Table, wanted: Wanted) -> Select[Any]:
    conditions = list(_conditions(keyring, table, wanted))
    newest = (table.c.first_message.desc(), table.c.id.desc())
    if wanted.parties is None:
        return select(table).where(*conditions).order_by(*newest).limit(wanted.limit)
    # Each party by itself has an index in the order of the list, "one of these" has not.
    pages = [
        select(table.c.id).where(*conditions, _side(table, code)).order_by(*newest).limit(wanted.limit).subquery()
        for code in wanted.parties
    ]
    found = union(*(select(page.c.id) for page in pages)).subquery()
    return select(table).join(found, found.c.id == table.c.id).order_by(*newest).limit(wanted.limit)


def _side(table: Table, code: str) -> Condition:
    return (table.c.provider if kind_of(code) is PartyKind.PROVIDER else table.c.municipality) == code


def _conditions(keyring: Keyring, table: Table, wanted: Wanted) -> Iterator[Condition]:
    if wanted.states:
        yield table.c.state.in_(wanted.states)
    if wanted.bsn is not None:
        dossier = lifecycle_tables.dossier
        about = select(dossier.c.id).where(dossier.c.bsn_hash.in_(keyring.bsn_hashes(wanted.bsn)))
        yield table.c.dossier_id.in_(about)
    if wanted.after is not None:
        first, own = wanted.after
        yield table.c.first_message <= first
        yield or_(table.c.first_message < first, and_(table.c.first_message == first, table.c.id < own))
    if not wanted.with_opt_out:
        yield not_(select(message.c.id).where(message.c.id == table.c.first_message, message.c.opt_out).exists())
