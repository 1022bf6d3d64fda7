"""Tables of the ways to other systems: envelopes of the GGk, endpoints, certificates of callers, and mandates."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from gateway.store.columns import UtcDateTime
from gateway.store.tables import GOES_ALONG, metadata

# One row for each envelope that was answered with a Bv03. The unique key is what makes a repeated one harmless.
ggk_received = Table(
    "ggk_received",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sender", String(8), nullable=False),
    Column("reference", String(40), nullable=False),
    Column("kind", String(4), nullable=False),
    Column("function", String(30), nullable=False),
    Column("function_version", String(8), nullable=False),
    # Where an answer goes: the application of the sender, as it named itself.
    Column("application", String(50), nullable=False),
    Column("administration", String(50)),
    Column("user_name", String(100)),
    Column("recipient", String(200), nullable=False),
    Column("cross_reference", String(40)),
    Column("digest", LargeBinary(32), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("message_id", Uuid, ForeignKey("message.id"), info=GOES_ALONG),
    Column("fault_code", String(7)),
    Column("fault_text", String(200)),
    # What is told along with the fault: code, path and sentence of each finding.
    Column("fault_findings", JSON, nullable=False),
    UniqueConstraint("sender", "reference"),
    CheckConstraint("kind IN ('Di01', 'Du01')", name="kind"),
    Index(None, "message_id"),
)

# A client certificate stands for a token: whoever shows it may do what the token may, as long as the token holds.
certificate = Table(
    "certificate",
    metadata,
    Column("kind", String(11), primary_key=True),
    Column("value", String(64), primary_key=True),
    Column("token_id", String(12), ForeignKey("token.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("kind IN ('fingerprint', 'oin')", name="kind"),
)

# No foreign keys to party: the municipalities of a route table have no row there.
mandate = Table(
    "mandate",
    metadata,
    Column("intermediary", String(8), primary_key=True),
    Column("party", String(8), primary_key=True),
    # Empty for all types.
    Column("types", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# Where a party's messages are pushed to, besides or instead of its queue. A municipality's GGk may be in its route.
endpoint = Table(
    "endpoint",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("party", String(8), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("url", String(300), nullable=False),
    # Of the GGk: what the application over there is called.
    Column("application", String(50)),
    # Of a webhook: the secrets with which it is signed, encrypted; the older one for a while beside the newer.
    Column("key_id", String(32)),
    Column("secret", LargeBinary),
    Column("older_key_id", String(32)),
    Column("older_secret", LargeBinary),
    Column("older_until", UtcDateTime),
    Column("state", String(6), nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("kind IN ('ggk0210', 'webhook')", name="kind"),
    CheckConstraint("state IN ('active', 'paused')", name="state"),
    Index(None, "party"),
)

# A text that came in an envelope, for a municipality that takes texts.
ggk_text = Table(
    "ggk_text",
    metadata,
    Column("received_id", Uuid, ForeignKey("ggk_received.id"), primary_key=True),
    Column("recipient", String(8), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("size", Integer, nullable=False),
    Index(None, "recipient"),
)

ggk_text_part = Table(
    "ggk_text_part",
    metadata,
    Column("received_id", Uuid, ForeignKey("ggk_text.received_id"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("key_id", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
)
