"""The driver beneath SQLAlchemy, for the few statements that every message needs.

SQLAlchemy's own way to a statement and back spends three times the processor time of this on PostgreSQL, and accepting
messages is little else. So these statements are texts that are made once, and every value is handed over as text or
bytes. That last thing is not only quick: psycopg prepares a statement per combination of parameter *types*, and with
typed values every mixture of small and large sizes, or of messages with and without an answer, would be a statement of
its own and none would ever be prepared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sqlalchemy import JSON, Column, Connection, Date, Integer, Uuid

from gateway.store.columns import UtcDateTime

if TYPE_CHECKING:
    import psycopg

Encoder: TypeAlias = Callable[[Any], Any]

# Where a connection keeps its cursor, and where it says that its statements are being sent together.
_CURSOR = "raw-cursor"
_TOGETHER = "together"


def is_raw(conn: Connection) -> bool:
    """Say whether statements go straight to the driver: on SQLite there is nothing to gain by it."""
    return conn.dialect.name == "postgresql"


def execute(conn: Connection, statement: bytes, values: list[Any]) -> psycopg.RawCursor[Any]:
    """Have PostgreSQL execute a statement with its own $1, $2, …; gives a cursor, that is good until the next one.

    A transaction that begins with it is begun in the same message to the server.
    """
    cursor = _cursor(conn)
    cursor.execute(statement, values)
    return cursor


def rows(conn: Connection, statement: bytes, values: list[Any]) -> list[Any]:
    """Give the rows of a question to PostgreSQL, with their columns by name."""
    from psycopg.pq import TransactionStatus  # noqa: PLC0415 - only where a PostgreSQL is in use: it takes long to load

    if _driver(conn).info.transaction_status is TransactionStatus.IDLE:
        with together(conn):
            return execute(conn, statement, values).fetchall()
    return execute(conn, statement, values).fetchall()


@contextmanager
def together(conn: Connection) -> Iterator[None]:
    """Send the statements inside without waiting for each one's answer, where the database can: one wait for all.

    Inside another one it changes nothing. What is asked inside has to be a statement of which nobody reads the answer.
    """
    if not is_raw(conn) or conn.info.get(_TOGETHER):
        yield
        return
    conn.info[_TOGETHER] = True
    try:
        with _driver(conn).pipeline():
            yield
    finally:
        del conn.info[_TOGETHER]


def encoder(column: Column[Any], dialect: str) -> Encoder | None:
    """Give what makes text of a value of a column; None where it goes as it is."""
    match column.type:
        case Uuid():
            return attrgetter("hex")
        case UtcDateTime():
            return _moment if dialect == "sqlite" else _moment_with_zone
        case Date():
            return str
        case JSON():
            return json.JSONEncoder(separators=(",", ":")).encode
        case Integer() if dialect == "postgresql":
            return str
        case _:
            return None


def encoded(encoders: Sequence[Encoder | None], rows: Iterable[Sequence[Any]]) -> list[Any]:
    """Give the values of rows one after the other, each as its column's encoder makes it."""
    return [
        value if encode is None or value is None else encode(value)
        for row in rows
        for encode, value in zip(encoders, row, strict=True)
    ]


def _driver(conn: Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", conn.connection.driver_connection)


def _cursor(conn: Connection) -> psycopg.RawCursor[Any]:
    cursor: psycopg.RawCursor[Any] | None = conn.info.get(_CURSOR)
    if cursor is None:
        from psycopg import RawCursor  # noqa: PLC0415 - only where a PostgreSQL is in use: it takes long to load
        from psycopg.rows import namedtuple_row  # noqa: PLC0415 - the same

        # The raw cursor takes PostgreSQL's own $1; the usual one would search the long text for %s every time.
        cursor = conn.info[_CURSOR] = RawCursor(_driver(conn), row_factory=namedtuple_row)
    return cursor


def _moment(value: datetime) -> str:
    # The form that SQLAlchemy reads back from SQLite; all of one length, so that text order is time order.
    return UtcDateTime.in_utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment_with_zone(value: datetime) -> str:
    return UtcDateTime.in_utc(value).isoformat(" ")
