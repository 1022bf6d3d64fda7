"""Where Alembic meets the gateway's tables: on the connection it is handed, or on IJW_DATABASE_URL."""

from __future__ import annotations

import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from gateway.store.columns import UtcDateTime
from gateway.store.engine import Database
from gateway.store.schema import metadata


def migrate(connection: Connection) -> None:
    """Run the revisions that were asked for, all of them or none."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,  # SQLite can, the gateway's engine begins its transactions in earnest
        render_as_batch=True,  # SQLite changes a column by making the table anew
        compare_server_default=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own type as what it is in the database: a revision outlives the code of its day."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


if context.is_offline_mode():
    raise SystemExit("The migrations look at the database; there is no script of them without one.")

handed = context.config.attributes.get("connection")
if handed is not None:
    migrate(handed)
else:
    with Database(os.environ["IJW_DATABASE_URL"]).engine.begin() as own:
        migrate(own)
