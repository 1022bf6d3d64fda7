"""The tables of what follows from the messages: clients' dossiers, allocations, requests and declarations.

Everything in them can be made anew from the messages. Nothing that says who a client is stands in them unencrypted.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, Uuid
from sqlalchemy import UniqueConstraint as Unique

from gateway.store.tables import metadata

# The hash is first in the key, for by that alone a row is found: a database that has not counted its rows would take a
# municipality with a provider for as good a way, and read all clients that they share.
# `bsn_key` names the key of the hash, `data_key` that of the facts: the first may be older than the second.
dossier = Table(
    "dossier",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("municipality", String(4), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("bsn_hash", LargeBinary(32), nullable=False),
    Column("bsn_key", String(32), nullable=False),
    Column("data_key", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Unique("bsn_hash", "municipality", "provider"),
)

# By dossier as well: a municipality that gave two clients the same number was wrong (TR332), and that is shown.
# `first_message` is the first one that told of it; lists are in that order.
allocation = Table(
    "allocation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("municipality", String(4), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("toewijzing_nummer", Integer, nullable=False),
    Column("dossier_id", Uuid, ForeignKey("dossier.id"), nullable=False),
    Column("state", String(11), nullable=False),
    Column("first_message", Uuid, nullable=False),
    Column("details_key", String(32), nullable=False),
    Column("details", LargeBinary, nullable=False),
    Unique("dossier_id", "toewijzing_nummer"),
    CheckConstraint(
        "state IN ('allocated', 'started', 'interrupted', 'stopped', 'withdrawn', 'removed')", name="state"
    ),
    Index(None, "municipality", "toewijzing_nummer"),
    Index("ix_allocation_provider_first_message", "provider", "first_message", "id"),
    Index("ix_allocation_municipality_first_message", "municipality", "first_message", "id"),
    Index("ix_allocation_first_message", "first_message", "id"),
)

# A request that is answered before it is known here has no `kind` yet, and of an answer alone no client is known.
request = Table(
    "request",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider", String(8), nullable=False),
    Column("reference", String(36), nullable=False),
    Column("municipality", String(4), nullable=False),
    Column("kind", String(5)),
    Column("state", String(18), nullable=False),
    Column("reason", String(2)),
    Column("other_municipality", String(4)),
    Column("dossier_id", Uuid, ForeignKey("dossier.id")),
    Column("first_message", Uuid, nullable=False),
    Column("data_key", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Unique("provider", "reference", "municipality"),
    CheckConstraint("state IN ('open', 'manual', 'underInvestigation', 'rejected', 'allocated')", name="state"),
    Index(None, "dossier_id"),
    Index("ix_request_provider_first_message", "provider", "first_message", "id"),
    Index("ix_request_municipality_first_message", "municipality", "first_message", "id"),
    Index("ix_request_first_message", "first_message", "id"),
)

declaration = Table(
    "declaration",
    metadata,
    Column("message_id", Uuid, ForeignKey("message.id"), primary_key=True),
    Column("provider", String(8), nullable=False),
    Column("municipality", String(4), nullable=False),
    Column("declaratie_nummer", String(12), nullable=False),
    Column("begindatum", Date, nullable=False),
    Column("einddatum", Date, nullable=False),
    Column("basisschema_xsd_versie", Text, nullable=False),
    Column("bericht_xsd_versie", Text, nullable=False),
    Column("outcome", String(7)),
    CheckConstraint("outcome IN ('full', 'partial', 'refused')", name="outcome"),
    Index(None, "provider", "declaratie_nummer"),
    Index("ix_declaration_period", "provider", "municipality", "begindatum"),
)

# The ReferentieNummers that a provider used, to find one back among millions (TR314), and whose dossier it was for.
prestatie_reference = Table(
    "prestatie_reference",
    metadata,
    Column("provider", String(8), primary_key=True),
    Column("reference", String(20), primary_key=True),
    Column("message_id", Uuid, ForeignKey("message.id"), primary_key=True),
    Column("dossier_id", Uuid, ForeignKey("dossier.id"), nullable=False),
    Index(None, "message_id"),
)

# One row while what follows from the messages is not complete: how far making it anew has come, up to which message.
rebuild = Table(
    "rebuild",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("step", String(8), nullable=False),
    Column("after", Uuid),
    CheckConstraint("id = 1", name="single"),
    CheckConstraint("step IN ('waiting', 'messages', 'answers')", name="step"),
)
