"""What follows from the messages: clients' dossiers, allocations, requests and declarations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_dossier()
    create_allocation()
    create_request()
    create_declaration()
    create_rebuild()


def downgrade() -> None:
    for table in ("rebuild", "prestatie_reference", "declaration", "request", "allocation", "dossier"):
        op.drop_table(table)


def create_dossier() -> None:
    op.create_table(
        "dossier",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("municipality", sa.String(4), nullable=False),
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("bsn_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("bsn_key", sa.String(32), nullable=False),
        sa.Column("data_key", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint(
            "bsn_hash", "municipality", "provider", name=op.f("uq_dossier_bsn_hash_municipality_provider")
        ),
    )


def create_allocation() -> None:
    op.create_table(
        "allocation",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("municipality", sa.String(4), nullable=False),
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("toewijzing_nummer", sa.Integer, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.String(11), nullable=False),
        sa.Column("first_message", sa.Uuid, nullable=False),
        sa.Column("details_key", sa.String(32), nullable=False),
        sa.Column("details", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("dossier_id", "toewijzing_nummer", name=op.f("uq_allocation_dossier_id_toewijzing_nummer")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_allocation_dossier_id")),
        sa.CheckConstraint(
            "state IN ('allocated', 'started', 'interrupted', 'stopped', 'withdrawn', 'removed')",
            name=op.f("ck_allocation_state"),
        ),
    )
    op.create_index("ix_allocation_municipality_toewijzing_nummer", "allocation", ["municipality", "toewijzing_nummer"])
    create_lists("allocation")


def create_request() -> None:
    op.create_table(
        "request",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("reference", sa.String(36), nullable=False),
        sa.Column("municipality", sa.String(4), nullable=False),
        sa.Column("kind", sa.String(5)),
        sa.Column("state", sa.String(18), nullable=False),
        sa.Column("reason", sa.String(2)),
        sa.Column("other_municipality", sa.String(4)),
        sa.Column("dossier_id", sa.Uuid),
        sa.Column("first_message", sa.Uuid, nullable=False),
        sa.Column("data_key", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint(
            "provider", "reference", "municipality", name=op.f("uq_request_provider_reference_municipality")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_request_dossier_id")),
        sa.CheckConstraint(
            "state IN ('open', 'manual', 'underInvestigation', 'rejected', 'allocated')", name=op.f("ck_request_state")
        ),
    )
    op.create_index("ix_request_dossier_id", "request", ["dossier_id"])
    create_lists("request")


def create_lists(table: str) -> None:
    for leading in (["provider"], ["municipality"], []):
        columns = [*leading, "first_message"]
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, [*columns, "id"])


def create_declaration() -> None:
    op.create_table(
        "declaration",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("municipality", sa.String(4), nullable=False),
        sa.Column("declaratie_nummer", sa.String(12), nullable=False),
        sa.Column("begindatum", sa.Date, nullable=False),
        sa.Column("einddatum", sa.Date, nullable=False),
        sa.Column("basisschema_xsd_versie", sa.Text, nullable=False),
        sa.Column("bericht_xsd_versie", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(7)),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_declaration")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_declaration_message_id")),
        sa.CheckConstraint("outcome IN ('full', 'partial', 'refused')", name=op.f("ck_declaration_outcome")),
    )
    op.create_index("ix_declaration_provider_declaratie_nummer", "declaration", ["provider", "declaratie_nummer"])
    op.create_index("ix_declaration_period", "declaration", ["provider", "municipality", "begindatum"])
    op.create_table(
        "prestatie_reference",
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("provider", "reference", "message_id", name=op.f("pk_prestatie_reference")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_prestatie_reference_message_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_prestatie_reference_dossier_id")),
    )
    op.create_index("ix_prestatie_reference_message_id", "prestatie_reference", ["message_id"])


def create_rebuild() -> None:
    op.create_table(
        "rebuild",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("after", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rebuild")),
        sa.CheckConstraint("id = 1", name=op.f("ck_rebuild_single")),
        sa.CheckConstraint("step IN ('waiting', 'messages', 'answers')", name=op.f("ck_rebuild_step")),
    )
    # A gateway that has messages already is told to make anew what follows from them.
    op.execute("INSERT INTO rebuild (id, step) SELECT 1, 'waiting' WHERE EXISTS (SELECT 1 FROM message)")
