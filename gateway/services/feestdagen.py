"""The Dutch holidays, as far as an operator counts them as days off."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, TypeAlias

LiberationDay: TypeAlias = Literal["always", "lustrum", "never"]

# The library's own names, in the language that it is asked in.
_LANGUAGE: Final = "en_US"
_GOOD_FRIDAY: Final = "Good Friday"
_LIBERATION_DAY: Final = "Liberation Day"
_LUSTRUM_YEARS: Final = 5


class Feestdagen:
    """Days off in the Netherlands: `day in feestdagen`. Each year is worked out when it is first asked for.

    The Algemene termijnenwet (article 3) counts Good Friday and every 5 May as days off; agreements between parties
    may count otherwise, which is why both are settings. `lustrum` is 5 May of 2025, 2030 and so on alone.
    """

    def __init__(self, *, good_friday: bool = True, liberation_day: LiberationDay = "always") -> None:
        """Count these two as days off, or not."""
        self._good_friday = good_friday
        self._liberation_day = liberation_day
        self._years: dict[int, frozenset[date]] = {}

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if day.year not in self._years:
            self._years[day.year] = self._in(day.year)
        return day in self._years[day.year]

    def _in(self, year: int) -> frozenset[date]:
        from holidays import country_holidays  # noqa: PLC0415 - a tenth of a start, and most commands count no days

        found = country_holidays("NL", years=year, language=_LANGUAGE, categories=("public", "optional"))
        return frozenset(day for day, name in found.items() if self._counts(day, name))

    def _counts(self, day: date, name: str) -> bool:
        if name == _GOOD_FRIDAY:
            return self._good_friday
        if name == _LIBERATION_DAY:
            return self._liberation_day == "always" or (
                self._liberation_day == "lustrum" and day.year % _LUSTRUM_YEARS == 0
            )
        return True
