"""Rows by keys of several columns, for any number of keys at once.

`(a, b, c) IN (…)` would say the same, but SQLite reads the whole table for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, bindparam, or_

# Statements exist for these numbers of keys only, made once: making one anew costs more than asking it.
_STEPS = (1, 2, 4, 8, 16, 32, 64)


class Lookup:
    """A query that is asked for keys: the values of some columns."""

    def __init__(self, query: Select[Any], *columns: Column[Any]) -> None:
        self._query = query
        self._columns = columns

    def rows(self, conn: Connection, keys: Collection[Sequence[Any]]) -> Iterator[Row[Any]]:
        """Give the rows with one of the keys."""
        left = iter(keys)
        while some := list(islice(left, _STEPS[-1])):
            size = next(step for step in _STEPS if step >= len(some))
            some += some[-1:] * (size - len(some))
            parameters = {
                _name(number, place): value for number, key in enumerate(some) for place, value in enumerate(key)
            }
            yield from conn.execute(self._statements[size], parameters)

    @cached_property
    def _statements(self) -> dict[int, Select[Any]]:
        return {size: self._query.where(or_(*(self._is_key(number) for number in range(size)))) for size in _STEPS}

    def _is_key(self, number: int) -> Any:
        return and_(*(column == bindparam(_name(number, place)) for place, column in enumerate(self._columns)))


def _name(number: int, place: int) -> str:
    return f"key_{number}_{place}"
