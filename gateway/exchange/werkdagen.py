"""Working days: every day but Saturdays, Sundays and the holidays that are passed in."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta
from typing import Final

_SATURDAY: Final = 5
_A_DAY: Final = timedelta(days=1)


def is_werkdag(day: date, feestdagen: Container[date]) -> bool:
    """Tell whether people work on a day, given the days off."""
    return day.weekday() < _SATURDAY and day not in feestdagen


def werkdagen_later(day: date, number: int, feestdagen: Container[date]) -> date:
    """Give the last day of a term of so many working days: the day that it begins after does not count.

    Five working days after a Friday is the next Friday, when no day between is a holiday (OP090, OP274, OP346).
    A number of 0 gives the day itself; a negative one raises ValueError.
    """
    if number < 0:
        raise ValueError("a term has no negative number of working days")
    while number:
        day += _A_DAY
        number -= is_werkdag(day, feestdagen)
    return day
