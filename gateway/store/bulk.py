"""Many rows in one statement: the way in for everything that is written for each message.

SQLAlchemy's own multi-row insert spends three times the processor time of this on PostgreSQL, and accepting
messages is little else. So the statement is a text with one VALUES row per row, kept for each number of rows,
and every value is handed over as text or bytes. That last thing is not only quick: psycopg prepares a statement
per combination of parameter *types*, and with typed values every mixture of small and large sizes, or of messages
with and without an answer, would be a statement of its own and none would ever be prepared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sqlalchemy import JSON, Column, Connection, Date, Integer, Table, Uuid

from gateway.store.columns import UtcDateTime

if TYPE_CHECKING:
    import psycopg

Row: TypeAlias = tuple[Any, ...]

# Each number of rows is a statement of its own, that is prepared once on each connection. A batch is rarely over
# sixteen; above that there are only a few sizes, so that what is prepared stays within bounds.
_ANY_UP_TO = 16
# Where a connection says that its statements are being sent together.
_TOGETHER = "together"
_STEPS = (64, 32, _ANY_UP_TO)


class BulkInsert:
    """An INSERT of any number of rows into some columns of a table."""

    def __init__(
        self, table: Table, *columns: str, or_skip: bool = False, or_replace: bool = False, on_conflict: str = ""
    ) -> None:
        """With `or_skip`, a row that collides with a stored one is left out; else `on_conflict` says what is done.

        With `or_replace`, it takes the place of the stored one whose first column is the same.
        """
        self._table = table
        self._columns = [table.c[name] for name in columns]
        self._or_skip = or_skip
        if or_replace:
            values = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
            on_conflict = f" ON CONFLICT ({columns[0]}) DO UPDATE SET {values}"
        self._ending = f" ON CONFLICT DO NOTHING RETURNING {columns[0]}" if or_skip else on_conflict
        self._encoders: dict[str, list[Callable[[Any], Any] | None]] = {}
        self._statements: dict[tuple[str, int], str] = {}

    def run(self, conn: Connection, rows: Sequence[Row]) -> list[Any]:
        """Write the rows in their order; with `or_skip`, give the first column of those that were written."""
        dialect = conn.dialect.name
        if dialect not in self._encoders:
            self._encoders[dialect] = [_encoder(column, dialect) for column in self._columns]
        encoders = self._encoders[dialect]
        written: list[Any] = []
        for chunk in _chunks(rows):
            values = [
                value if encode is None or value is None else encode(value)
                for row in chunk
                for encode, value in zip(encoders, row, strict=True)
            ]
            written += self._execute(conn, self._statement(dialect, len(chunk)), values)
        return written

    def _execute(self, conn: Connection, statement: str, values: list[Any]) -> list[Any]:
        if conn.dialect.name == "sqlite":
            result = conn.exec_driver_sql(statement, tuple(values))
            return list(result.scalars()) if self._or_skip else []
        from psycopg import RawCursor  # noqa: PLC0415 - only where a PostgreSQL is in use: it takes long to load

        # The raw cursor takes PostgreSQL's own $1; the usual one would search the long text for %s every time.
        driver: psycopg.Connection[Any] = cast("psycopg.Connection[Any]", conn.connection.driver_connection)
        with RawCursor(driver) as cursor:
            cursor.execute(statement.encode(), values)
            return [row[0] for row in cursor.fetchall()] if self._or_skip else []

    def _statement(self, dialect: str, rows: int) -> str:
        statement = self._statements.get((dialect, rows))
        if statement is None:
            statement = self._statements[dialect, rows] = self._text(dialect, rows)
        return statement

    def _text(self, dialect: str, rows: int) -> str:
        width = len(self._columns)
        places = [f"${number}" if dialect == "postgresql" else "?" for number in range(1, rows * width + 1)]
        values = ", ".join(f"({', '.join(places[row * width : (row + 1) * width])})" for row in range(rows))
        names = ", ".join(column.name for column in self._columns)
        return f"INSERT INTO {self._table.name} ({names}) VALUES {values}{self._ending}"  # noqa: S608 - names of our own


@contextmanager
def together(conn: Connection) -> Iterator[None]:
    """Send the statements inside without waiting for each one's answer, where the database can: one wait for all.

    Inside another one it changes nothing. What is asked inside has to be a statement of which nobody reads the answer.
    """
    if conn.dialect.name == "sqlite" or conn.info.get(_TOGETHER):
        yield
        return
    driver: psycopg.Connection[Any] = cast("psycopg.Connection[Any]", conn.connection.driver_connection)
    conn.info[_TOGETHER] = True
    try:
        with driver.pipeline():
            yield
    finally:
        del conn.info[_TOGETHER]


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    begin = 0
    while (left := len(rows) - begin) > 0:
        step = left if left <= _ANY_UP_TO else next(step for step in _STEPS if step <= left)
        yield rows[begin : begin + step]
        begin += step


def _encoder(column: Column[Any], dialect: str) -> Callable[[Any], Any] | None:
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


def _moment(value: datetime) -> str:
    # The form that SQLAlchemy reads back from SQLite; all of one length, so that text order is time order.
    return UtcDateTime.in_utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment_with_zone(value: datetime) -> str:
    return UtcDateTime.in_utc(value).isoformat(" ")
