"""The way around SQLAlchemy, for the few statements that every message needs.

SQLAlchemy's own way to a statement and back spends several times the processor time of this on PostgreSQL, and
accepting messages is little else. So these statements are texts that are made once, and go over a line of their own,
with values that are bytes already. On SQLite there is nothing to gain by that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from msgspec import Struct
from sqlalchemy import JSON, Column, Connection, Date, Integer, LargeBinary, String, Uuid

from gateway.store.columns import UtcDateTime

if TYPE_CHECKING:
    from gateway.store.line import Line

_Encoder: TypeAlias = Callable[[Any], Any]

# How a value goes to PostgreSQL: as text, or as the bytes that it is.
_TEXT: Final = 0
_BINARY: Final = 1

LINE: Final = "line"
"""Where a connection to PostgreSQL keeps its line."""


# A table changed under a prepared statement, or the statement is gone: it stays so as long as the connection lasts.
STALE: Final = frozenset({"0A000", "26000"})


def line_of(conn: Connection) -> Line | None:
    """Give the line of a connection to PostgreSQL; nothing on SQLite."""
    line: Line | None = conn.info.get(LINE)
    return line


def send_waiting(conn: Connection) -> None:
    """Have what waits sent now: who takes a transaction back may want to know whether it would have been kept."""
    if (line := line_of(conn)) is not None:
        line.send()


class Values(Struct, frozen=True):
    """How the values of some columns go to a database: what makes them, and for PostgreSQL in which format they are."""

    encoders: tuple[_Encoder | None, ...]
    formats: tuple[int, ...]

    @classmethod
    def of(cls, columns: Sequence[Column[Any]], dialect: str) -> Self:
        """Tell it of these columns, in their order."""
        if dialect != "postgresql":
            return cls(tuple(map(_for_sqlite, columns)), ())
        encoders, formats = zip(*map(_for_postgresql, columns), strict=True)
        return cls(encoders, formats)

    def of_rows(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """Give the values of rows one after the other, each as it goes."""
        return [
            value if encode is None or value is None else encode(value)
            for row in rows
            for encode, value in zip(self.encoders, row, strict=True)
        ]


_as_json: Final = json.JSONEncoder(separators=(",", ":")).encode


def _for_sqlite(column: Column[Any]) -> _Encoder | None:
    """Give what makes what SQLAlchemy would store; None where the value goes as it is."""
    match column.type:
        case Uuid():
            return attrgetter("hex")
        case UtcDateTime():
            return _moment
        case Date():
            return str
        case JSON():
            return _as_json
        case _:
            return None


def _for_postgresql(column: Column[Any]) -> tuple[_Encoder | None, int]:
    """Give what makes the bytes of a value, and their format."""
    return next(form for kind, form in _POSTGRESQL.items() if isinstance(column.type, kind))


_POSTGRESQL: Final[dict[type[Any], tuple[_Encoder | None, int]]] = {
    LargeBinary: (None, _BINARY),
    Uuid: (attrgetter("bytes"), _BINARY),
    UtcDateTime: (lambda value: UtcDateTime.in_utc(value).isoformat(" ").encode(), _TEXT),
    Date: (lambda value: str(value).encode(), _TEXT),
    JSON: (lambda value: _as_json(value).encode(), _TEXT),
    Integer: (lambda value: str(value).encode(), _TEXT),
    # As text, all from a NUL on would be left out; as bytes, the server refuses it.
    String: (str.encode, _BINARY),
}


def _moment(value: datetime) -> str:
    # The form that SQLAlchemy reads back from SQLite; all of one length, so that text order is time order.
    return UtcDateTime.in_utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")
