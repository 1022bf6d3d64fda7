"""Parties, tokens, messages with their content and timeline, leases and workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_access()
    create_message()
    create_message_parts()
    create_message_links()
    create_course()


def downgrade() -> None:
    for table in (
        "worker",
        "lease",
        "event",
        "message_relation",
        "message_reference",
        "message_subject",
        "message_content",
        "message",
        "token_party",
        "token",
        "party",
    ):
        op.drop_table(table)


def create_access() -> None:
    op.create_table(
        "party",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_party")),
        sa.CheckConstraint("kind IN ('provider', 'municipality')", name=op.f("ck_party_kind")),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("last_used_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
    )
    op.create_table(
        "token_party",
        sa.Column("token_id", sa.String(12), nullable=False),
        sa.Column("party_code", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("token_id", "party_code", name=op.f("pk_token_party")),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_token_party_token_id")),
    )


def create_message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(5), nullable=False),
        sa.Column("release", sa.String(5), nullable=False),
        sa.Column("sender", sa.String(8), nullable=False),
        sa.Column("recipient", sa.String(8), nullable=False),
        sa.Column("identificatie", sa.String(12), nullable=False),
        sa.Column("dagtekening", sa.Date, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("origin", sa.String(7), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("lease_id", sa.Uuid),
        sa.Column("lease_expires_at", MOMENT),
        sa.Column("expires_at", MOMENT),
        sa.Column("answers", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("sender", "type", "identificatie", name=op.f("uq_message_sender_type_identificatie")),
        sa.UniqueConstraint("answers", name=op.f("uq_message_answers")),
        sa.ForeignKeyConstraint(["answers"], ["message.id"], name=op.f("fk_message_answers")),
        sa.CheckConstraint(
            "status IN ('accepted', 'queued', 'leased', 'delivered', 'rejected', 'manual', 'handled', 'failed',"
            " 'expired')",
            name=op.f("ck_message_status"),
        ),
        sa.CheckConstraint("origin IN ('party', 'gateway')", name=op.f("ck_message_origin")),
    )
    op.create_index("ix_message_sender_id", "message", ["sender", "id"])
    op.create_index("ix_message_recipient_id", "message", ["recipient", "id"])
    create_partial_index("queue", ["recipient", "id"], "status IN ('queued', 'leased')")
    create_partial_index("attention", ["status", "id"], "status IN ('rejected', 'manual', 'failed', 'expired')")
    create_partial_index("lease_expires_at", ["lease_expires_at"], "status = 'leased'")
    create_partial_index("expires_at", ["expires_at"], "status IN ('queued', 'leased') AND expires_at IS NOT NULL")


def create_partial_index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(f"ix_message_{name}", "message", columns, postgresql_where=condition, sqlite_where=condition)


def create_message_parts() -> None:
    op.create_table(
        "message_content",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("part", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "part", name=op.f("pk_message_content")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_content_message_id")),
    )
    op.create_table(
        "message_subject",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("bsn_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "key_id", "bsn_hash", name=op.f("pk_message_subject")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_subject_message_id")),
    )
    op.create_index("ix_message_subject_bsn_hash", "message_subject", ["bsn_hash"])


def create_message_links() -> None:
    op.create_table(
        "message_reference",
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("municipality", sa.String(8), nullable=False),
        sa.Column("reference", sa.String(36), nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint(
            "provider", "municipality", "reference", "message_id", name=op.f("pk_message_reference")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_reference_message_id")),
    )
    op.create_index("ix_message_reference_message_id", "message_reference", ["message_id"])
    op.create_table(
        "message_relation",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("related_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "related_id", "kind", name=op.f("pk_message_relation")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_relation_message_id")),
        sa.ForeignKeyConstraint(["related_id"], ["message.id"], name=op.f("fk_message_relation_related_id")),
    )
    op.create_index("ix_message_relation_related_id", "message_relation", ["related_id"])


def create_course() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_event_message_id")),
    )
    op.create_index("ix_event_message_id_id", "event", ["message_id", "id"])
    op.create_table(
        "lease",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("party", sa.String(8), nullable=False),
        sa.Column("token_id", sa.String(12)),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(12)),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lease")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_lease_message_id")),
        sa.CheckConstraint(
            "outcome IN ('acknowledged', 'failed', 'released', 'expired')", name=op.f("ck_lease_outcome")
        ),
    )
    op.create_index("ix_lease_message_id", "lease", ["message_id"])
    op.create_table(
        "worker",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
