"""What is sent outside, and every attempt at it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(24), nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("recipient", sa.String(8), nullable=False),
        sa.Column("endpoint", sa.String(300), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("next_at", MOMENT),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("attempt_id", sa.Uuid),
        sa.Column("cause", sa.String(200)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_outbox_message_id")),
        sa.CheckConstraint("kind IN ('mail', 'webhook', 'ggk0210')", name=op.f("ck_outbox_kind")),
        sa.CheckConstraint("state IN ('due', 'sending', 'sent', 'failed', 'dropped')", name=op.f("ck_outbox_state")),
    )
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    create_partial_index("next_at", ["next_at"], "state IN ('due', 'sending')")
    create_partial_index("failed", ["kind", "cause"], "state = 'failed'")
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("outbox_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("started_by", sa.String(8), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("duration_ms", sa.Integer),
        sa.Column("outcome", sa.String(10)),
        sa.Column("answer", sa.String(200)),
        sa.Column("next_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_attempt_outbox_id")),
        sa.CheckConstraint("started_by IN ('schedule', 'takeover')", name=op.f("ck_attempt_started_by")),
        sa.CheckConstraint(
            "outcome IN ('delivered', 'hiccup', 'refused', 'lost', 'dropped')", name=op.f("ck_attempt_outcome")
        ),
    )
    op.create_index("ix_attempt_outbox_id_number", "attempt", ["outbox_id", "number"])


def downgrade() -> None:
    op.drop_table("attempt")
    op.drop_table("outbox")


def create_partial_index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(f"ix_outbox_{name}", "outbox", columns, postgresql_where=condition, sqlite_where=condition)
