"""How much an allocation allows, in a ProductPeriode and in all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import GeslotenPeriode, Omvang
from gateway.rules.volume import delivered, fits, most_in, most_in_all
from tests.rules.builders import APRIL, PRESTATIE, TOEGEWEZEN


def allocation(begin: date, end: date | None, volume: int, eenheid: str, frequentie: str) -> JW301.ToegewezenProduct:
    """Make an allocation of so much, from one day to another."""
    omvang = Omvang(volume=volume, eenheid=eenheid, frequentie=frequentie)
    return replace(TOEGEWEZEN, ingangsdatum=begin, einddatum=end, omvang=omvang)


def days(begin: date, end: date) -> GeslotenPeriode:
    """Make a ProductPeriode."""
    return GeslotenPeriode(begindatum=begin, einddatum=end)


# A week in every unit that counts effort is a calendar week, and in those that count results a Sunday.
EFFORT = allocation(date(2022, 10, 11), date(2022, 12, 28), 3, "84", "2")
OUTPUT = allocation(date(2022, 10, 11), date(2022, 12, 31), 30000, "83", "2")
SUMMER = allocation(date(2022, 7, 11), date(2022, 9, 4), 30000, "83", "2")
SATURDAY = replace(SUMMER, einddatum=date(2022, 9, 3))
FIRST_OF_MAY = allocation(date(2026, 4, 29), date(2026, 5, 2), 5, "82", "2")
ONE_SUNDAY = allocation(date(2026, 5, 31), date(2026, 6, 2), 5, "82", "2")
PER_MONTH = allocation(date(2021, 10, 12), date(2021, 12, 13), 15, "04", "4")


@pytest.mark.parametrize(
    ("toegewezen", "begin", "end", "most"),
    [
        (EFFORT, date(2022, 10, 11), date(2022, 10, 31), 12),
        (EFFORT, date(2022, 11, 1), date(2022, 11, 30), 15),
        (EFFORT, date(2022, 12, 1), date(2022, 12, 28), 15),
        (EFFORT, date(2022, 12, 1), date(2022, 12, 31), 15),
        (OUTPUT, date(2022, 10, 11), date(2022, 10, 31), 90000),
        (OUTPUT, date(2022, 11, 1), date(2022, 11, 30), 120000),
        (OUTPUT, date(2022, 12, 1), date(2022, 12, 31), 150000),
        (SUMMER, date(2022, 8, 1), date(2022, 8, 31), 120000),
        (SUMMER, date(2022, 9, 1), date(2022, 9, 4), 30000),
        (SATURDAY, date(2022, 8, 1), date(2022, 8, 31), 150000),
        (SATURDAY, date(2022, 9, 1), date(2022, 9, 3), 0),
        (FIRST_OF_MAY, date(2026, 4, 29), date(2026, 4, 30), 0),
        (FIRST_OF_MAY, date(2026, 5, 1), date(2026, 5, 2), 5),
        (ONE_SUNDAY, date(2026, 5, 31), date(2026, 5, 31), 10),
        (ONE_SUNDAY, date(2026, 6, 1), date(2026, 6, 2), 0),
        (PER_MONTH, date(2021, 10, 12), date(2021, 10, 31), 15 * 60),
        (allocation(date(2026, 1, 1), None, 2, "04", "1"), date(2026, 4, 1), date(2026, 4, 30), 60 * 60),
        (allocation(date(2026, 4, 10), None, 2, "01", "1"), date(2026, 4, 1), date(2026, 4, 30), 42),
        (allocation(date(2026, 1, 1), None, 80, "04", "6"), date(2026, 4, 1), date(2026, 4, 30), 80 * 60),
        # A month of 31 days that begins on a Sunday lies in six calendar weeks.
        (allocation(date(2026, 1, 1), date(2026, 12, 31), 1, "16", "2"), date(2026, 3, 1), date(2026, 3, 31), 6),
        # Week 53 of 2026 ends in 2027.
        (allocation(date(2026, 1, 1), date(2027, 12, 31), 1, "14", "2"), date(2027, 1, 1), date(2027, 1, 31), 5),
    ],
)
def test_most_in_a_period(toegewezen: JW301.ToegewezenProduct, begin: date, end: date, most: int) -> None:
    """What fits in a ProductPeriode is counted as the instructions do, whole and broken weeks and months alike."""
    assert most_in(days(begin, end), toegewezen) == most


def test_most_in_a_period_outside_the_allocation() -> None:
    """Without Omvang, or outside the allocation, there is nothing to count."""
    assert most_in(days(date(2023, 1, 1), date(2023, 1, 31)), EFFORT) is None
    assert most_in(APRIL, replace(TOEGEWEZEN, omvang=None)) is None
    assert most_in_all(replace(TOEGEWEZEN, omvang=None)) is None


@pytest.mark.parametrize(
    ("toegewezen", "most"),
    [
        (EFFORT, 36),
        (OUTPUT, 360000),
        (SUMMER, 240000),
        (SATURDAY, 240000),
        (FIRST_OF_MAY, 5),
        (PER_MONTH, 45 * 60),
        (allocation(date(2025, 11, 30), date(2027, 2, 1), 15, "84", "4"), 16 * 15),
        (allocation(date(2026, 4, 1), date(2026, 4, 10), 2, "01", "1"), 20),
        (allocation(date(2026, 4, 1), date(2026, 4, 10), 80, "84", "6"), 80),
        (allocation(date(2026, 4, 1), None, 80, "84", "6"), 80),
        (allocation(date(2026, 4, 1), None, 80, "84", "4"), None),
        (allocation(date(2026, 4, 1), None, 80, "84", "1"), None),
    ],
)
def test_most_in_all(toegewezen: JW301.ToegewezenProduct, most: int | None) -> None:
    """What fits in an allocation as a whole; what comes again and again without an end has no such limit."""
    assert most_in_all(toegewezen) == most


@pytest.mark.parametrize(
    ("allocated", "declared", "volume"),
    [("04", "04", 960), ("04", "01", 16), ("01", "01", 16), ("01", "04", None), ("84", "84", 16), ("84", "82", None)],
)
def test_delivered_in_the_measure_of_the_allocation(allocated: str, declared: str, volume: int | None) -> None:
    """Hours may be declared in minutes, not the other way round; other units only in themselves."""
    omvang = Omvang(volume=1, eenheid=allocated, frequentie="6")
    assert fits(declared, allocated) is (volume is not None)
    assert delivered(replace(PRESTATIE, eenheid=declared), omvang) == volume


@settings(max_examples=60)
@given(
    begin=st.dates(date(2021, 1, 1), date(2030, 1, 1)), length=st.integers(0, 400), unit=st.sampled_from(["82", "83"])
)
def test_sundays_of_the_months_add_up(begin: date, length: int, unit: str) -> None:
    """Counted by result, the weeks of all ProductPeriodes together are those of the whole allocation."""
    toegewezen = allocation(begin, begin + timedelta(days=length), 1, unit, "2")
    months: list[GeslotenPeriode] = []
    day = begin
    while day <= begin + timedelta(days=length):
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        months.append(days(day, min(following - timedelta(days=1), begin + timedelta(days=length))))
        day = following
    assert sum(most_in(month, toegewezen) or 0 for month in months) == most_in_all(toegewezen)


@settings(max_examples=60)
@given(begin=st.dates(date(2021, 1, 1), date(2030, 1, 1)), length=st.integers(0, 400))
def test_weeks_are_those_of_the_calendar(begin: date, length: int) -> None:
    """Counted by effort, each different week number that a day has counts once."""
    toegewezen = allocation(begin, begin + timedelta(days=length), 1, "84", "2")
    weeks = {(begin + timedelta(days=day)).isocalendar()[:2] for day in range(length + 1)}
    assert most_in_all(toegewezen) == len(weeks)
