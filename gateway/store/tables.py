"""The tables, on one MetaData. What is written here and what the migrations make is the same; a test proves it."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy import event as event_of

from gateway.store.columns import UtcDateTime
from gateway.store.partial_index import partial_index

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

WAITING = "status IN ('queued', 'leased')"
ATTENTION = frozenset({"rejected", "manual", "failed", "expired"})
OPTED_OUT = "opt_out"
NEEDS_ATTENTION = "status IN ('rejected', 'manual', 'failed', 'expired')"
# Few messages are handled by people, and a list of those would else go along all the others.
HANDLED = "status = 'handled'"


# The info of a reference that may be empty, to what it does not outlive: when that is removed, so is the row.
GOES_ALONG = {"goes_along": True}


def _one_of(name: str, column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


party = Table(
    "party",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    _one_of("kind", "kind", "provider", "municipality"),
)

token = Table(
    "token",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("label", String(200), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

# No foreign key to party: the municipalities of a route table have no row there.
token_party = Table(
    "token_party",
    metadata,
    Column("token_id", String(12), ForeignKey("token.id"), primary_key=True),
    Column("party_code", String(8), primary_key=True),
)

# The order of the ids (UUIDv7, made at receipt) is the order of every list and queue.
message = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("type", String(5), nullable=False),
    Column("release", String(5), nullable=False),
    Column("sender", String(8), nullable=False),
    Column("recipient", String(8), nullable=False),
    Column("identificatie", String(12), nullable=False),
    Column("dagtekening", Date, nullable=False),
    Column("status", String(10), nullable=False),
    Column("origin", String(7), nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("findings", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    # How often it was put in its queue again after its recipient had taken it over.
    Column("redeliveries", Integer, nullable=False, server_default=text("0")),
    Column("lease_id", Uuid),
    Column("lease_expires_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    # The heenbericht whose one retourbericht this is; unique, for a second answer is refused.
    Column("answers", Uuid, ForeignKey("message.id")),
    # Without the family's consent it is for the back-office alone, and in nobody else's lists.
    Column("opt_out", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("sender", "type", "identificatie"),
    UniqueConstraint("answers"),
    _one_of(
        "status",
        "status",
        "accepted",
        "queued",
        "leased",
        "delivered",
        "rejected",
        "manual",
        "handled",
        "failed",
        "expired",
    ),
    _one_of("origin", "origin", "party", "gateway"),
    Index(None, "sender", "id"),
    Index(None, "recipient", "id"),
    partial_index("ix_message_queue", "recipient", "id", where=WAITING),
    partial_index("ix_message_attention", "status", "id", where=NEEDS_ATTENTION),
    partial_index("ix_message_handled", "id", where=HANDLED),
    partial_index("ix_message_lease_expires_at", "lease_expires_at", where="status = 'leased'"),
    partial_index("ix_message_opt_out", "id", where=OPTED_OUT),
    partial_index("ix_message_expires_at", "expires_at", where=f"{WAITING} AND expires_at IS NOT NULL"),
)

message_content = Table(
    "message_content",
    metadata,
    Column("message_id", Uuid, ForeignKey("message.id"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("key_id", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# PostgreSQL would try to compress what is encrypted, and put nearly every message in a table beside this one.
for _setting in ("SET (toast_tuple_target = 8160)", "ALTER COLUMN data SET STORAGE EXTERNAL"):
    event_of.listen(
        message_content,
        "after_create",
        DDL(f"ALTER TABLE message_content {_setting}").execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
    )

message_subject = Table(
    "message_subject",
    metadata,
    Column("message_id", Uuid, ForeignKey("message.id"), primary_key=True),
    Column("key_id", String(32), primary_key=True),
    Column("bsn_hash", LargeBinary(32), primary_key=True),
    Index(None, "bsn_hash"),
)

message_reference = Table(
    "message_reference",
    metadata,
    Column("provider", String(8), primary_key=True),
    Column("municipality", String(8), primary_key=True),
    Column("reference", String(36), primary_key=True),
    Column("message_id", Uuid, ForeignKey("message.id"), primary_key=True),
    Index(None, "message_id"),
)

message_relation = Table(
    "message_relation",
    metadata,
    Column("message_id", Uuid, ForeignKey("message.id"), primary_key=True),
    Column("related_id", Uuid, ForeignKey("message.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Index(None, "related_id"),
)

event = Table(
    "event",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("message_id", Uuid, ForeignKey("message.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "message_id", "id"),
)

lease = Table(
    "lease",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("message_id", Uuid, ForeignKey("message.id"), nullable=False),
    Column("party", String(8), nullable=False),
    # Empty for the gateway's own delivery worker; no foreign key, for a lease outlives its token.
    Column("token_id", String(12)),
    Column("attempt", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("outcome", String(12)),
    Column("closed_at", UtcDateTime),
    _one_of("outcome", "outcome", "acknowledged", "failed", "released", "expired"),
    Index(None, "message_id"),
)

worker = Table(
    "worker",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("version", String(20), nullable=False),
)
