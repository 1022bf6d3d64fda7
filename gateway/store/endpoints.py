"""Where a party's messages are pushed to: its GGk, and its webhooks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Literal, Self, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, or_, select, update

from gateway.store.bulk import BulkInsert
from gateway.store.ggk_tables import endpoint

EndpointKind: TypeAlias = Literal["ggk0210", "webhook"]
EndpointState: TypeAlias = Literal["active", "paused"]


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint of a party. `secret` signs what is pushed, encrypted; `older_secret` does so too for a while.

    `delivered_at` is when something last arrived there. A paused endpoint gets nothing.
    """

    id: UUID
    party: str
    kind: EndpointKind
    url: str
    state: EndpointState
    created_at: datetime
    application: str | None = None
    key_id: str | None = None
    secret: bytes | None = field(default=None, repr=False)
    older_key_id: str | None = None
    older_secret: bytes | None = field(default=None, repr=False)
    older_until: datetime | None = None
    delivered_at: datetime | None = None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Read a row of the table."""
        return cls(**{name: getattr(row, name) for name in cls.__slots__})


_COLUMNS: Final = tuple(each.name for each in fields(EndpointRow))
_ENDPOINTS: Final = BulkInsert(endpoint, *_COLUMNS)
# Made once: it is asked for every batch of messages that is taken.
_ACTIVE: Final = (
    select(endpoint)
    .where(endpoint.c.party.in_(bindparam("parties", expanding=True)), endpoint.c.state == "active")
    .order_by(endpoint.c.id)
)


def secret_place(endpoint_id: UUID) -> bytes:
    """Give what a secret is bound to: copied to another endpoint it does not decrypt."""
    return b"webhook " + endpoint_id.bytes


def add_endpoint(conn: Connection, row: EndpointRow) -> None:
    """Write an endpoint down."""
    _ENDPOINTS.run(conn, [tuple(getattr(row, name) for name in _COLUMNS)])


def active_endpoints(conn: Connection, parties: Collection[str]) -> list[EndpointRow]:
    """Give the endpoints of parties to which something may be pushed now."""
    return [EndpointRow.from_row(row) for row in conn.execute(_ACTIVE, {"parties": list(parties)})]


def get_endpoint(conn: Connection, endpoint_id: UUID) -> EndpointRow | None:
    """Give an endpoint, if it is there."""
    row = conn.execute(select(endpoint).where(endpoint.c.id == endpoint_id)).one_or_none()
    return None if row is None else EndpointRow.from_row(row)


def list_endpoints(conn: Connection, parties: Collection[str] | None = None) -> list[EndpointRow]:
    """Give the endpoints of some parties, or of all, oldest first."""
    query = select(endpoint).order_by(endpoint.c.id)
    if parties is not None:
        query = query.where(endpoint.c.party.in_(parties))
    return [EndpointRow.from_row(row) for row in conn.execute(query)]


def remove_endpoint(conn: Connection, endpoint_id: UUID) -> bool:
    """Remove an endpoint; says whether it was there."""
    return bool(conn.execute(delete(endpoint).where(endpoint.c.id == endpoint_id)).rowcount)


def change_endpoint(conn: Connection, endpoint_id: UUID, **values: Any) -> bool:
    """Change columns of an endpoint; says whether it is there."""
    return bool(conn.execute(update(endpoint).where(endpoint.c.id == endpoint_id).values(values)).rowcount)


def pause_endpoint(conn: Connection, endpoint_id: UUID, *, silent_since: datetime) -> bool:
    """Pause an endpoint at which nothing arrived since a moment; says whether this is what paused it."""
    silent = or_(endpoint.c.delivered_at.is_(None), endpoint.c.delivered_at < silent_since)
    paused = (
        update(endpoint)
        .where(endpoint.c.id == endpoint_id, endpoint.c.state == "active", silent)
        .values(state="paused")
    )
    return bool(conn.execute(paused).rowcount)
