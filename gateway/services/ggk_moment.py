"""Moments and references as the GGk writes them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from gateway.services.clock import DUTCH_TIME


def tijdstip(moment: datetime) -> str:
    """Write a moment as an envelope does: `jjjjmmddhhmmss` and thousandths, by the Dutch clock."""
    local = moment.astimezone(DUTCH_TIME)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"


def new_reference() -> str:
    """Make a referentienummer: a random UUID, version 4."""
    found: UUID = uuid4()
    return str(found)
