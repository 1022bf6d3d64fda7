"""How often each rule was broken, and by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "breach_count",
        sa.Column("sender", sa.String(8), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("sender", "source", "code", name=op.f("pk_breach_count")),
    )
    op.create_table(
        "breach_mark",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("counted_to", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_mark")),
    )


def downgrade() -> None:
    op.drop_table("breach_mark")
    op.drop_table("breach_count")
