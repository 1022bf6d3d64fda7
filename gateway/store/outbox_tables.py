"""The tables of what is sent outside: what there is to send, and every attempt at it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, Uuid, text

from gateway.store.columns import UtcDateTime
from gateway.store.partial_index import partial_index
from gateway.store.tables import GOES_ALONG, metadata

# As literal text, so that the query and the partial index say the very same.
UNFINISHED = "state IN ('due', 'sending')"
GIVEN_UP = "state = 'failed'"

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Which way it goes out, and what is to be said: a message itself, or something about it.
    Column("kind", String(12), nullable=False),
    Column("purpose", String(24), nullable=False),
    # What it is about: a message, or something that never became one, known to its kind.
    Column("message_id", Uuid, ForeignKey("message.id"), info=GOES_ALONG),
    Column("subject_id", Uuid),
    # By what the other side names it when it comes back to it later.
    Column("reference", String(40)),
    # The party that it is for, and where to; what an endpoint is, its kind knows.
    Column("recipient", String(8), nullable=False),
    Column("endpoint", String(300), nullable=False),
    Column("state", String(8), nullable=False),
    # When it is due, or, while somebody is sending it, until when that one has it; empty when it is over.
    Column("next_at", UtcDateTime),
    Column("first_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("attempt_id", Uuid),
    Column("cause", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    # The replay that had it sent, if one did; no foreign key, as with the messages of a replay.
    Column("replay_id", Uuid),
    CheckConstraint("kind IN ('mail', 'webhook', 'ggk0210')", name="kind"),
    CheckConstraint("state IN ('due', 'sending', 'sent', 'failed', 'dropped')", name="state"),
    CheckConstraint("message_id IS NOT NULL OR subject_id IS NOT NULL", name="about"),
    UniqueConstraint("reference"),
    Index(None, "message_id"),
    partial_index("ix_outbox_next_at", "next_at", where=UNFINISHED),
    partial_index("ix_outbox_failed", "kind", "cause", where=GIVEN_UP),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("outbox_id", Uuid, ForeignKey("outbox.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_by", String(8), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    # Empty as long as it is going on, and of one whose process was killed until the next begins.
    Column("duration_ms", Integer),
    Column("outcome", String(10)),
    Column("answer", String(200)),
    Column("next_at", UtcDateTime),
    CheckConstraint("started_by IN ('schedule', 'takeover')", name="started_by"),
    CheckConstraint("outcome IN ('delivered', 'hiccup', 'refused', 'lost', 'dropped')", name="outcome"),
    Index(None, "outbox_id", "number"),
)
