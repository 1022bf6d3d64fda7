"""All tables together: who compares, makes or empties a whole database takes the metadata from here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

from gateway.store import (
    audit_tables,
    breach_tables,
    console_tables,
    coordinator_tables,
    dead_letter_tables,
    deadline_tables,
    escalation_tables,
    ggk_tables,
    lifecycle_tables,
    manual_tables,
    outbox_tables,
    replay_tables,
    retention_tables,
    tables,
    wind_down_tables,
)

TABLE_MODULES: Final = (
    tables,
    audit_tables,
    outbox_tables,
    deadline_tables,
    retention_tables,
    manual_tables,
    lifecycle_tables,
    console_tables,
    ggk_tables,
    coordinator_tables,
    replay_tables,
    breach_tables,
    escalation_tables,
    wind_down_tables,
    dead_letter_tables,
)
"""Every module that has tables; being imported here is what puts them on the metadata."""

metadata: Final[MetaData] = tables.metadata
