"""Which replay had something sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("replay_id", sa.Uuid))


def downgrade() -> None:
    op.drop_column("outbox", "replay_id")
