"""What a query gives, when it is a value with the names of the columns."""

from __future__ import annotations

from typing import Any, Self

from msgspec import Struct
from sqlalchemy import Row


class OfRow(Struct, frozen=True):
    """A frozen value that has a field for each column of its row, under the same name."""

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Read a row; one with more columns may be given."""
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})
