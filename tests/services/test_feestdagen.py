"""Which days are off in the Netherlands."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.services.feestdagen import Feestdagen, LiberationDay


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 5),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2026, 12, 26),
        date(2025, 4, 26),  # the 27th was a Sunday
    ],
)
def test_the_days_of_the_law(day: date) -> None:
    """Without settings the days of article 3 of the Algemene termijnenwet are off."""
    assert day in Feestdagen()


@pytest.mark.parametrize("day", [date(2026, 5, 4), date(2026, 12, 24), date(2025, 4, 27), "2026-01-01"])
def test_other_days(day: object) -> None:
    """Other days, and what is no day at all, are not."""
    assert day not in Feestdagen()


def test_good_friday_is_a_setting() -> None:
    """Who works on Good Friday counts it."""
    assert date(2026, 4, 3) not in Feestdagen(good_friday=False)


@pytest.mark.parametrize(("setting", "years"), [("always", [2025, 2026]), ("lustrum", [2025]), ("never", [])])
def test_liberation_day_is_a_setting(setting: LiberationDay, years: list[int]) -> None:
    """The fifth of May is off every year, every fifth year, or never."""
    days_off = Feestdagen(liberation_day=setting)
    assert [year for year in (2025, 2026) if date(year, 5, 5) in days_off] == years
