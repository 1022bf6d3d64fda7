"""Indexes of part of a table, in one way for both databases.

SQLAlchemy has an option of each dialect for the condition, and loads PostgreSQL's whole dialect to read that of
PostgreSQL: a fortieth of the start of a gateway that keeps everything in SQLite. Alembic does not see the condition:
a migration says it by those options, and a test compares what both make.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Index
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex

_CONDITION: Final = "condition"


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Give an index of the rows for which a condition holds.

    A query reaches it only when it says the very same condition, as literal text and not as parameters; that is why
    the conditions have names and the queries use them.
    """
    return Index(name, *columns, unique=unique, info={_CONDITION: where})


@compiles(CreateIndex)
def _with_condition(creation: CreateIndex, compiler: Any, **options: Any) -> str:
    written: str = compiler.visit_create_index(creation, **options)
    condition = creation.element.info.get(_CONDITION)
    return written if condition is None else f"{written} WHERE {condition}"
