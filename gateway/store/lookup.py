"""Rows by keys of several columns, for any number of keys at once.

`(a, b, c) IN (…)` would say the same, but SQLite reads the whole table for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache, cached_property
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Select, and_, bindparam, or_

from gateway.store.raw import Values, line_of

# Statements exist for these numbers of keys only, made once: making one anew costs more than asking it.
_STEPS = (1, 2, 4, 8, 16, 32, 64)


@cache
def _postgresql() -> Dialect:
    """Load PostgreSQL's dialect, which a gateway on SQLite never needs."""
    from sqlalchemy.dialects import postgresql

    dialect: Dialect = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # it has no types
    return dialect


class Lookup:
    """A query that is asked for keys: the values of some columns."""

    def __init__(self, query: Select[Any], *columns: Column[Any]) -> None:
        self._query = query
        self._columns = columns

    def rows(self, conn: Connection, keys: Collection[Sequence[Any]]) -> Iterator[Any]:
        """Give the rows with one of the keys; their columns by name."""
        return self.ask(conn, keys)()

    def ask(self, conn: Connection, keys: Collection[Sequence[Any]]) -> Callable[[], Iterator[Any]]:
        """Ask for the rows without waiting; gives what gives them. Until then other questions may be put."""
        if (line := line_of(conn)) is None:
            return lambda: self._rows(conn, keys)
        formats = self._values.formats
        answers = [
            line.put(self._texts[len(some)], self._values.of_rows(some), formats * len(some)) for some in _filled(keys)
        ]
        return lambda: (self._read(row) for answer in answers for row in answer.rows())

    def _rows(self, conn: Connection, keys: Collection[Sequence[Any]]) -> Iterator[Any]:
        for some in _filled(keys):
            parameters = {
                _name(number, place): value for number, key in enumerate(some) for place, value in enumerate(key)
            }
            yield from conn.execute(self._statements[len(some)], parameters)

    def _read(self, row: Any) -> Any:
        if not self._readers:
            return row
        return row._replace(**{name: read(getattr(row, name)) for name, read in self._readers})

    @cached_property
    def _statements(self) -> dict[int, Select[Any]]:
        return {size: self._query.where(or_(*(self._is_key(number) for number in range(size)))) for size in _STEPS}

    def _is_key(self, number: int) -> Any:
        return and_(*(column == bindparam(_name(number, place)) for place, column in enumerate(self._columns)))

    @cached_property
    def _texts(self) -> dict[int, bytes]:
        """Give the statements as PostgreSQL reads them, with the values of the keys in their order."""
        texts = {}
        for size, statement in self._statements.items():
            compiled = statement.compile(dialect=_postgresql())
            places = [_name(number, place) for number in range(size) for place in range(len(self._columns))]
            if compiled.positiontup != places:
                raise AssertionError("a query that is asked for keys has no other parameters")
            texts[size] = compiled.string.encode()
        return texts

    @cached_property
    def _values(self) -> Values:
        return Values.of(self._columns, "postgresql")

    @cached_property
    def _readers(self) -> list[tuple[str, Callable[[Any], Any]]]:
        """Give what SQLAlchemy does with values of columns that the driver reads differently."""
        reads = (
            (column.name, column.type.result_processor(_postgresql(), None)) for column in self._query.selected_columns
        )
        return [(name, read) for name, read in reads if read is not None]


def _filled(keys: Collection[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """Give the keys in numbers that there are statements for; the last of them stands there more often if need be."""
    left = iter(keys)
    while some := list(islice(left, _STEPS[-1])):
        size = next(step for step in _STEPS if step >= len(some))
        yield some + some[-1:] * (size - len(some))


def _name(number: int, place: int) -> str:
    return f"key_{number}_{place}"
