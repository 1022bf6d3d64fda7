"""What time it is: the one place that asks, so that everything else can be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import TypeAlias
from zoneinfo import ZoneInfo

Clock: TypeAlias = Callable[[], datetime]

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")

# Nothing was received outside these centuries, and inside them no time zone leads out of the calendar.
FIRST_MOMENT, LAST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


def utc_now() -> datetime:
    """Give the present moment."""
    return datetime.now(UTC)


def dutch_day(moment: datetime) -> date:
    """Give the day it is in the Netherlands: what a Dagtekening or "today" in a rule means."""
    return moment.astimezone(DUTCH_TIME).date()


def end_of(day: date) -> datetime:
    """Give the last second of a day in the Netherlands: until then, what is due on it is in time."""
    return datetime.combine(day, time(23, 59, 59), DUTCH_TIME).astimezone(UTC)
