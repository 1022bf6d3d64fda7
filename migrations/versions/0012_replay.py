"""Replays: what was asked for, and what became of each message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("message", sa.Column("redeliveries", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.create_table(
        "replay",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("filter", sa.JSON, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
        sa.CheckConstraint("state IN ('running', 'paused', 'finished')", name=op.f("ck_replay_state")),
    )
    create_partial_index("ix_replay_unfinished", "replay", "id", "state <> 'finished'")
    op.create_table(
        "replay_item",
        sa.Column("replay_id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(11)),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("at", MOMENT),
        sa.PrimaryKeyConstraint("replay_id", "message_id", name=op.f("pk_replay_item")),
        sa.ForeignKeyConstraint(["replay_id"], ["replay.id"], name=op.f("fk_replay_item_replay_id")),
        sa.CheckConstraint(
            "outcome IN ('queued', 'redelivered', 'manual', 'unchanged', 'skipped', 'failed')",
            name=op.f("ck_replay_item_outcome"),
        ),
    )
    create_partial_index("ix_replay_item_pending", "replay_item", "message_id", "outcome IS NULL", unique=True)


def downgrade() -> None:
    op.drop_table("replay_item")
    op.drop_table("replay")
    op.drop_column("message", "redeliveries")


def create_partial_index(name: str, table: str, column: str, where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], unique=unique, postgresql_where=condition, sqlite_where=condition)
