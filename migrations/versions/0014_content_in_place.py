"""The contents of messages in their rows, as they are: what is encrypted does not compress."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE message_content SET (toast_tuple_target = 8160)")
        op.execute("ALTER TABLE message_content ALTER COLUMN data SET STORAGE EXTERNAL")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE message_content RESET (toast_tuple_target)")
        op.execute("ALTER TABLE message_content ALTER COLUMN data SET STORAGE EXTENDED")
