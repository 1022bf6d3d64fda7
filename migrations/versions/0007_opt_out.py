"""A mark at messages that reach the back-office alone: the family did not consent to anybody else (opt-out)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MARKED = sa.text("opt_out")


def upgrade() -> None:
    op.add_column("message", sa.Column("opt_out", sa.Boolean, nullable=False, server_default=sa.text("false")))
    op.create_index("ix_message_opt_out", "message", ["id"], postgresql_where=MARKED, sqlite_where=MARKED)


def downgrade() -> None:
    op.drop_index("ix_message_opt_out", "message")
    with op.batch_alter_table("message") as table:
        table.drop_column("opt_out")
