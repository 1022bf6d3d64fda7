"""Escalations on requests, and providers that stop."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_escalation()
    create_wind_down()


def downgrade() -> None:
    for table in (
        "wind_down_line",
        "wind_down_municipality",
        "wind_down",
        "escalation_step",
        "escalation",
    ):
        op.drop_table(table)


def create_escalation() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("municipality", sa.String(4), nullable=False),
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("reference", sa.String(36), nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("advice_due_at", MOMENT),
        sa.Column("state", sa.String(6), nullable=False),
        sa.Column("outcome", sa.String(9)),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_escalation_message_id")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_escalation_state")),
        sa.CheckConstraint("outcome IN ('agreed', 'advice', 'withdrawn')", name=op.f("ck_escalation_outcome")),
    )
    op.create_index(op.f("ix_escalation_municipality_id"), "escalation", ["municipality", "id"])
    op.create_index(op.f("ix_escalation_provider_id"), "escalation", ["provider", "id"])
    op.create_index(op.f("ix_escalation_message_id"), "escalation", ["message_id"])
    op.create_index(op.f("ix_escalation_request_id"), "escalation", ["request_id"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_escalation_open",
        "escalation",
        ["request_id"],
        unique=True,
        postgresql_where=is_open,
        sqlite_where=is_open,
    )
    op.create_table(
        "escalation_step",
        sa.Column("escalation_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("note_key", sa.String(32), nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("escalation_id", "number", name=op.f("pk_escalation_step")),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalation.id"], name=op.f("fk_escalation_step_escalation_id")),
        sa.CheckConstraint(
            "kind IN ('discussion', 'consultation', 'expert', 'outcome')", name=op.f("ck_escalation_step_kind")
        ),
    )


def create_wind_down() -> None:
    op.create_table(
        "wind_down",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider", sa.String(8), nullable=False),
        sa.Column("stops_on", sa.Date, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wind_down")),
    )
    op.create_index(op.f("ix_wind_down_provider"), "wind_down", ["provider"])
    op.create_table(
        "wind_down_municipality",
        sa.Column("wind_down_id", sa.Uuid, nullable=False),
        sa.Column("municipality", sa.String(4), nullable=False),
        sa.PrimaryKeyConstraint("wind_down_id", "municipality", name=op.f("pk_wind_down_municipality")),
        sa.ForeignKeyConstraint(
            ["wind_down_id"], ["wind_down.id"], name=op.f("fk_wind_down_municipality_wind_down_id")
        ),
    )
    op.create_index(op.f("ix_wind_down_municipality_municipality"), "wind_down_municipality", ["municipality"])
    op.create_table(
        "wind_down_line",
        sa.Column("wind_down_id", sa.Uuid, nullable=False),
        sa.Column("allocation_id", sa.Uuid, nullable=False),
        sa.Column("plan", sa.String(6)),
        sa.Column("move_to", sa.String(8)),
        sa.Column("note_key", sa.String(32), nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("wind_down_id", "allocation_id", name=op.f("pk_wind_down_line")),
        sa.ForeignKeyConstraint(["wind_down_id"], ["wind_down.id"], name=op.f("fk_wind_down_line_wind_down_id")),
        sa.CheckConstraint("plan IN ('finish', 'move')", name=op.f("ck_wind_down_line_plan")),
    )
