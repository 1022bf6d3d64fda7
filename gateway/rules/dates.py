"""Counting back in years: "not more than five years before"."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

Parts: TypeAlias = tuple[int, int, int]


def parts(day: date) -> Parts:
    """Give year, month and day, to compare with `years_before`."""
    return day.year, day.month, day.day


def years_before(day: date, years: int) -> Parts:
    """Give the earliest day that lies not more than so many years before a day.

    It need not exist: five years before 29 February 2024 is 29 February 2019. The day before, 28 February 2019, was
    five years ago on 28 February 2024, so on the 29th it is more than that.
    """
    return day.year - years, day.month, day.day
