"""The table of how often each rule was broken, and by whom; counted afterwards, so that no post waits for it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Uuid

from gateway.store.tables import metadata

breach_count = Table(
    "breach_count",
    metadata,
    Column("sender", String(8), primary_key=True),
    Column("source", String(10), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

# One row: up to which message was counted. Who counts locks it.
breach_mark = Table(
    "breach_mark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("counted_to", Uuid, nullable=False),
)
