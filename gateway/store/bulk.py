"""Many rows in one statement: the way in for everything that is written for each message.

The statement is a text with one VALUES row per row, kept for each number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Table

from gateway.store.raw import Values, line_of

Row: TypeAlias = tuple[Any, ...]

# Each number of rows is a statement of its own, that is prepared once on each connection. A batch is rarely over
# sixteen; above that there are only a few sizes, so that what is prepared stays within bounds.
_ANY_UP_TO = 16
_STEPS = (64, 32, _ANY_UP_TO)


class _Statement(NamedTuple):
    """A statement for some number of rows: as SQLite gets it, and as PostgreSQL with the formats of its values."""

    text: str
    sent: bytes
    formats: tuple[int, ...]


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
        self._values: dict[str, Values] = {}
        self._statements: dict[tuple[str, int], _Statement] = {}

    def run(self, conn: Connection, rows: Sequence[Row]) -> list[Any]:
        """Write the rows in their order; with `or_skip`, give the first column of those that were written.

        On PostgreSQL the others wait to be sent along with what is asked next, or with the end of the transaction.
        """
        if not rows:
            return []
        dialect = conn.dialect.name
        if dialect not in self._values:
            self._values[dialect] = Values.of(self._columns, dialect)
        written: list[Any] = []
        for chunk in _chunks(rows):
            written += self._execute(conn, dialect, len(chunk), self._values[dialect].of_rows(chunk))
        return written

    def _execute(self, conn: Connection, dialect: str, rows: int, values: list[Any]) -> list[Any]:
        statement = self._statement(dialect, rows)
        if (line := line_of(conn)) is not None:
            answer = line.put(statement.sent, values, statement.formats)
            return [row[0] for row in answer.rows()] if self._or_skip else []
        result = conn.exec_driver_sql(statement.text, tuple(values))
        return list(result.scalars()) if self._or_skip else []

    def _statement(self, dialect: str, rows: int) -> _Statement:
        statement = self._statements.get((dialect, rows))
        if statement is None:
            text = self._text(dialect, rows)
            statement = _Statement(text, text.encode(), self._values[dialect].formats * rows)
            self._statements[dialect, rows] = statement
        return statement

    def _text(self, dialect: str, rows: int) -> str:
        width = len(self._columns)
        places = [f"${number}" if dialect == "postgresql" else "?" for number in range(1, rows * width + 1)]
        values = ", ".join(f"({', '.join(places[row * width : (row + 1) * width])})" for row in range(rows))
        names = ", ".join(column.name for column in self._columns)
        return f"INSERT INTO {self._table.name} ({names}) VALUES {values}{self._ending}"  # noqa: S608 - names of our own


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    begin = 0
    while (left := len(rows) - begin) > 0:
        step = left if left <= _ANY_UP_TO else next(step for step in _STEPS if step <= left)
        yield rows[begin : begin + step]
        begin += step
