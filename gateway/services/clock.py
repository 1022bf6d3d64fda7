"""What time it is: the one place that asks, so that everything else can be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

Clock: TypeAlias = Callable[[], datetime]

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")


def utc_now() -> datetime:
    """Give the present moment."""
    return datetime.now(UTC)


def dutch_day(moment: datetime) -> date:
    """Give the day it is in the Netherlands: what a Dagtekening or "today" in a rule means."""
    return moment.astimezone(DUTCH_TIME).date()
