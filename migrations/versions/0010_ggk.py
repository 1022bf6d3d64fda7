"""Envelopes of the GGk, endpoints, the certificates of callers, and mandates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_received()
    create_access()
    create_endpoint()
    create_text()
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("subject_id", sa.Uuid))
        outbox.add_column(sa.Column("reference", sa.String(40)))
        outbox.alter_column("message_id", existing_type=sa.Uuid(), nullable=True)
        outbox.create_check_constraint(op.f("ck_outbox_about"), "message_id IS NOT NULL OR subject_id IS NOT NULL")
        outbox.create_unique_constraint(op.f("uq_outbox_reference"), ["reference"])


def downgrade() -> None:
    # What is about no message has no place in the table of before.
    op.execute("DELETE FROM attempt WHERE outbox_id IN (SELECT id FROM outbox WHERE message_id IS NULL)")
    op.execute("DELETE FROM outbox WHERE message_id IS NULL")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("uq_outbox_reference"), type_="unique")
        outbox.drop_constraint(op.f("ck_outbox_about"), type_="check")
        outbox.alter_column("message_id", existing_type=sa.Uuid(), nullable=False)
        outbox.drop_column("reference")
        outbox.drop_column("subject_id")
    for table in ("ggk_text_part", "ggk_text", "endpoint", "mandate", "certificate", "ggk_received"):
        op.drop_table(table)


def create_received() -> None:
    op.create_table(
        "ggk_received",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("sender", sa.String(8), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("function", sa.String(30), nullable=False),
        sa.Column("function_version", sa.String(8), nullable=False),
        sa.Column("application", sa.String(50), nullable=False),
        sa.Column("administration", sa.String(50)),
        sa.Column("user_name", sa.String(100)),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("cross_reference", sa.String(40)),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("message_id", sa.Uuid),
        sa.Column("fault_code", sa.String(7)),
        sa.Column("fault_text", sa.String(200)),
        sa.Column("fault_findings", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ggk_received")),
        sa.UniqueConstraint("sender", "reference", name=op.f("uq_ggk_received_sender_reference")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_ggk_received_message_id")),
        sa.CheckConstraint("kind IN ('Di01', 'Du01')", name=op.f("ck_ggk_received_kind")),
    )
    op.create_index(op.f("ix_ggk_received_message_id"), "ggk_received", ["message_id"])


def create_access() -> None:
    op.create_table(
        "certificate",
        sa.Column("kind", sa.String(11), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("token_id", sa.String(12), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_certificate")),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_certificate_token_id")),
        sa.CheckConstraint("kind IN ('fingerprint', 'oin')", name=op.f("ck_certificate_kind")),
    )
    op.create_table(
        "mandate",
        sa.Column("intermediary", sa.String(8), nullable=False),
        sa.Column("party", sa.String(8), nullable=False),
        sa.Column("types", sa.JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("intermediary", "party", name=op.f("pk_mandate")),
    )


def create_endpoint() -> None:
    op.create_table(
        "endpoint",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("party", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("url", sa.String(300), nullable=False),
        sa.Column("application", sa.String(50)),
        sa.Column("key_id", sa.String(32)),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("older_key_id", sa.String(32)),
        sa.Column("older_secret", sa.LargeBinary),
        sa.Column("older_until", MOMENT),
        sa.Column("state", sa.String(6), nullable=False),
        sa.Column("delivered_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint")),
        sa.CheckConstraint("kind IN ('ggk0210', 'webhook')", name=op.f("ck_endpoint_kind")),
        sa.CheckConstraint("state IN ('active', 'paused')", name=op.f("ck_endpoint_state")),
    )
    op.create_index(op.f("ix_endpoint_party"), "endpoint", ["party"])


def create_text() -> None:
    op.create_table(
        "ggk_text",
        sa.Column("received_id", sa.Uuid, nullable=False),
        sa.Column("recipient", sa.String(8), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("received_id", name=op.f("pk_ggk_text")),
        sa.ForeignKeyConstraint(["received_id"], ["ggk_received.id"], name=op.f("fk_ggk_text_received_id")),
    )
    op.create_index(op.f("ix_ggk_text_recipient"), "ggk_text", ["recipient"])
    op.create_table(
        "ggk_text_part",
        sa.Column("received_id", sa.Uuid, nullable=False),
        sa.Column("part", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("received_id", "part", name=op.f("pk_ggk_text_part")),
        sa.ForeignKeyConstraint(["received_id"], ["ggk_text.received_id"], name=op.f("fk_ggk_text_part_received_id")),
    )
