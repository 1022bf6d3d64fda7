"""What is held back from removal, and the daily rounds of removing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("value", sa.String(36)),
        sa.Column("key_id", sa.String(32)),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
        sa.CheckConstraint("kind IN ('party', 'message', 'person')", name=op.f("ck_legal_hold_kind")),
        sa.CheckConstraint(
            "(kind = 'person') = (sealed IS NOT NULL AND key_id IS NOT NULL)", name=op.f("ck_legal_hold_person")
        ),
        sa.CheckConstraint("(kind = 'person') = (value IS NULL)", name=op.f("ck_legal_hold_value")),
    )
    op.create_table(
        "retention_round",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("report", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_retention_round")),
    )


def downgrade() -> None:
    op.drop_table("retention_round")
    op.drop_table("legal_hold")
