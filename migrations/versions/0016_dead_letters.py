"""Why messages could not be delivered, to be counted and replayed by."""

from __future__ import annotations

import hashlib
import re

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "dead_letter",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("recipient", sa.String(8), nullable=False),
        sa.Column("cause_id", sa.String(8), nullable=False),
        sa.Column("cause", sa.String(200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_dead_letter")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_dead_letter_message_id")),
    )
    op.create_index(op.f("ix_dead_letter_recipient_cause_id"), "dead_letter", ["recipient", "cause_id"])
    op.create_index(op.f("ix_dead_letter_cause_id"), "dead_letter", ["cause_id"])
    fill()


def downgrade() -> None:
    op.drop_table("dead_letter")


def fill() -> None:
    """Take the reason of the last failure of every dead letter that is there."""
    message = sa.table("message", sa.column("id", sa.Uuid), sa.column("recipient"), sa.column("status"))
    event = sa.table(
        "event",
        sa.column("id", sa.Uuid),
        sa.column("message_id", sa.Uuid),
        sa.column("at", MOMENT),
        sa.column("kind"),
        sa.column("detail", sa.JSON),
    )
    letter = sa.table("dead_letter", *(sa.column(name) for name in ("recipient", "cause_id", "cause")))
    letter.append_column(sa.column("message_id", sa.Uuid))
    letter.append_column(sa.column("at", MOMENT))
    failures = (
        sa.select(message.c.id, message.c.recipient, event.c.at, event.c.detail)
        .join(event, event.c.message_id == message.c.id)
        .where(message.c.status == "failed", event.c.kind == "failed")
        .order_by(event.c.id)
    )
    last = {row.id: row for row in op.get_bind().execute(failures)}
    causes = {key: cause_of(row.detail.get("reason")) for key, row in last.items()}
    rows = [
        {
            "message_id": key,
            "recipient": row.recipient,
            "cause_id": hashlib.sha256(causes[key].encode()).hexdigest()[:8],
            "cause": causes[key],
            "at": row.at,
        }
        for key, row in last.items()
    ]
    if rows:
        op.bulk_insert(letter, rows)


def cause_of(reason: str | None) -> str:
    return re.sub(r"[0-9]+", "#", (reason or "").strip())[:200] or "geen reden opgegeven"
