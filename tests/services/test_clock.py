"""What day and what time it is in the Netherlands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.services.clock import dutch_day, end_of


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 5), datetime(2026, 1, 5, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 7, 6), datetime(2026, 7, 6, 21, 59, 59, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),  # the night that summer time begins
        (date.max, datetime(9999, 12, 31, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_day(day: date, expected: datetime) -> None:
    """A day ends in the Netherlands, an hour or two before it does in UTC."""
    assert end_of(day) == expected
    assert dutch_day(end_of(day)) == day
    if day < date.max:
        assert dutch_day(end_of(day) + timedelta(seconds=1)) == day + timedelta(days=1)


def test_the_beginning_of_the_calendar() -> None:
    """Even the first day there is has an end."""
    assert end_of(date(1, 1, 2)).tzinfo is UTC
