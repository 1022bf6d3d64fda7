"""Manual cases: messages that people handle, outside the exchange."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "manual_case",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("municipality", sa.String(8), nullable=False),
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("summary", sa.String(200), nullable=False),
        sa.Column("unanswered", sa.JSON, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("escalated_at", MOMENT),
        sa.Column("state", sa.String(6), nullable=False),
        sa.Column("outcome", sa.String(9)),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_by", sa.String(12)),
        sa.Column("note_key_id", sa.String(32)),
        sa.Column("note", sa.LargeBinary),
        sa.Column("bounced_at", MOMENT),
        sa.Column("bounce", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_case")),
        sa.UniqueConstraint("message_id", name=op.f("uq_manual_case_message_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_manual_case_message_id")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_manual_case_state")),
        sa.CheckConstraint("outcome IN ('allocated', 'rejected', 'handled')", name=op.f("ck_manual_case_outcome")),
    )
    op.create_index("ix_manual_case_municipality_id", "manual_case", ["municipality", "id"])
    op.create_index("ix_manual_case_due_at", "manual_case", ["due_at"], postgresql_where=OPEN, sqlite_where=OPEN)


def downgrade() -> None:
    op.drop_table("manual_case")
