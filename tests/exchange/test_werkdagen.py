"""Counting in working days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.werkdagen import is_werkdag, werkdagen_later

FRIDAY = date(2026, 4, 10)
EASTER_MONDAY = date(2026, 4, 6)

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def test_a_week_has_five_of_them() -> None:
    """Five working days after a Friday is the next Friday."""
    assert werkdagen_later(FRIDAY, 5, ()) == FRIDAY + timedelta(days=7)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (date(2026, 4, 2), date(2026, 4, 10)),  # over Easter Monday
        (EASTER_MONDAY, date(2026, 4, 13)),
        (date(2026, 4, 4), date(2026, 4, 13)),  # a Saturday begins like the Friday before it
    ],
)
def test_a_holiday_does_not_count(begin: date, end: date) -> None:
    """A term that spans a holiday ends a working day later."""
    assert werkdagen_later(begin, 5, {EASTER_MONDAY}) == end


def test_no_days_is_the_day_itself() -> None:
    """A term of nothing ends where it begins, and one of less than nothing is a mistake."""
    assert werkdagen_later(FRIDAY, 0, ()) == FRIDAY
    with pytest.raises(ValueError, match="negative"):
        werkdagen_later(FRIDAY, -1, ())


@given(DAYS, st.integers(1, 60), st.sets(DAYS, max_size=30))
def test_it_is_what_counting_day_by_day_gives(begin: date, number: int, free: set[date]) -> None:
    """Between the begin and the end lie exactly so many working days, and the end is one."""
    end = werkdagen_later(begin, number, free)
    between = [begin + timedelta(days=days) for days in range(1, (end - begin).days + 1)]
    assert sum(is_werkdag(day, free) for day in between) == number
    assert is_werkdag(end, free)
