"""What is due, to whom, and until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("municipality", sa.String(8), nullable=False),
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("rule", sa.String(10), nullable=False),
        sa.Column("owner", sa.String(8), nullable=False),
        sa.Column("waits_for", sa.String(20), nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("closed_by", sa.Uuid),
        sa.Column("closed_at", MOMENT),
        sa.Column("overdue_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_deadline_message_id")),
        sa.UniqueConstraint(
            "subject", "kind", "municipality", "provider", name=op.f("uq_deadline_subject_kind_municipality_provider")
        ),
        sa.CheckConstraint("state IN ('open', 'met', 'overdue', 'dropped')", name=op.f("ck_deadline_state")),
    )
    for columns in (["message_id"], ["municipality", "id"], ["provider", "id"]):
        op.create_index(f"ix_deadline_{'_'.join(columns)}", "deadline", columns)
    standing = sa.text("state IN ('open', 'overdue')")
    op.create_index(
        "ix_deadline_standing", "deadline", ["state", "due_at"], postgresql_where=standing, sqlite_where=standing
    )


def downgrade() -> None:
    op.drop_table("deadline")
