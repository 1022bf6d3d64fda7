"""Finding the few messages that people handled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    handled = sa.text("status = 'handled'")
    op.create_index("ix_message_handled", "message", ["id"], postgresql_where=handled, sqlite_where=handled)


def downgrade() -> None:
    op.drop_index("ix_message_handled", "message")
