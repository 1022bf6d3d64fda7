"""The audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.Column("subject", sa.String(100)),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.create_table(
        "audit_message",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "number", name=op.f("pk_audit_message")),
        sa.ForeignKeyConstraint(["number"], ["audit_event.number"], name=op.f("fk_audit_message_number")),
    )
    op.create_index("ix_audit_message_number", "audit_message", ["number"])
    op.create_table(
        "audit_subject",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("bsn_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_subject")),
        sa.ForeignKeyConstraint(["number"], ["audit_event.number"], name=op.f("fk_audit_subject_number")),
    )
    op.create_index("ix_audit_subject_bsn_hash", "audit_subject", ["bsn_hash"])


def downgrade() -> None:
    for table in ("audit_subject", "audit_message", "audit_chain", "audit_event"):
        op.drop_table(table)
