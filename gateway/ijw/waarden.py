"""Dates, times and numbers that remember how they were written.

A schema takes "05", "+5" and " 2026-04-01 " for a number and a date. What was taken is given back as it was,
so a value that is written in another way than its plain one carries its spelling along. It is equal to, sorts
and computes as, the plain value.
"""

from __future__ import annotations

import re
from datetime import date, time
from functools import lru_cache
from typing import Self

_DATE = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})")
_DATE_LENGTH = len("2026-04-01")
SPACES = " \t\n\r"
"""White space as XML has it: less than `str.strip` takes away."""
# More digits than any year that a calendar could be compared by.
_FAR = 9


class _Geschreven:
    """A value with its own spelling.

    What is computed from it (`datum.replace(day=1)`, `datum + week`) is of its class too, but was never written: it
    has no spelling.
    """

    geschreven: str | None = None

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self  # It cannot change, and a date that is copied in the usual way forgets its spelling.


class GeschrevenGetal(_Geschreven, int):
    """A whole number with its own spelling, such as `+5`."""


class GeschrevenDatum(_Geschreven, date):
    """A date with its own spelling.

    A year that Python's calendar does not reach (a schema allows 12026 and -0001) becomes the last or the first
    day of that calendar, so that comparing still gives the right order with every real date.
    """


class GeschrevenTijd(_Geschreven, time):
    """A time of day with its own spelling; `24:00:00` is midnight."""


def read_getal(text: str) -> int:
    """Read an xs:integer that is known to be valid."""
    try:
        number = int(text)
    except ValueError:
        # Python refuses to read thousands of digits; here all but a few of them are leading zeros.
        digits = text.strip(SPACES)
        number = int(digits.lstrip("+-").lstrip("0") or "0") * (-1 if digits.startswith("-") else 1)
    if str(number) == text:
        return number
    written = GeschrevenGetal(number)
    written.geschreven = text
    return written


def read_datum(text: str) -> date:
    """Read an xs:date without time zone that is known to be valid."""
    return _read_plain_datum(text) if len(text) == _DATE_LENGTH else _read_written_datum(text)


# The dates of one message, and of one day, are few: reading one again costs a third of reading it anew.
@lru_cache(maxsize=4096)
def _read_plain_datum(text: str) -> date:
    return date.fromisoformat(text)


def _read_written_datum(text: str) -> date:
    found = _DATE.fullmatch(text.strip(SPACES))
    if found is None:
        message = "not a date"
        raise ValueError(message)
    far = len(found[1]) > _FAR
    year = (-1 if found[1].startswith("-") else date.max.year + 1) if far else int(found[1])
    month, day = int(found[2]), int(found[3])
    if year > date.max.year:
        year, month, day = date.max.year, 12, 31
    elif year < date.min.year:
        year, month, day = date.min.year, 1, 1
    written = GeschrevenDatum(year, month, day)
    written.geschreven = text
    return written


def read_tijd(text: str) -> time:
    """Read an xs:time without time zone that is known to be valid."""
    clock = text.strip(SPACES)
    # XML Schema counts 24:00:00 as the midnight that ends the day.
    value = time.fromisoformat("00" + clock[2:] if clock.startswith("24") else clock)
    if value.isoformat() == text:
        return value
    written = GeschrevenTijd(value.hour, value.minute, value.second, value.microsecond)
    written.geschreven = text
    return written


def spelling(value: str | int | date | time) -> str:
    """Give the text of a value as it stands, or stood, in the XML."""
    if isinstance(value, str):
        return value
    if isinstance(value, _Geschreven) and value.geschreven is not None:
        return value.geschreven
    return str(int(value)) if isinstance(value, int) else value.isoformat()


def plain_spelling(value: str | int | date | time) -> str | int:
    """Give a value as the typed JSON form writes it: numbers as numbers, the rest as text without spaces around."""
    if isinstance(value, int):
        return int(value)
    # The spelling is kept only where the plain value says less than what was written: a far year, a fine fraction.
    return value if isinstance(value, str) else spelling(value).strip(SPACES)
