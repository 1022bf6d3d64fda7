"""Dates, times and numbers that remember how they were written.

A schema takes "05", "+5" and " 2026-04-01 " for a number and a date. What was taken is given back as it was,
so a value that is written in another way than its plain one carries its spelling along. It is equal to, sorts
and computes as, the plain value.
"""

from __future__ import annotations

import re
from datetime import date, time
from functools import lru_cache

_DATE = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)")
_DATE_LENGTH = len("2026-04-01")


class GeschrevenGetal(int):
    """A whole number with its own spelling, such as `+5`."""

    geschreven: str


class GeschrevenDatum(date):
    """A date with its own spelling.

    A year that Python's calendar does not reach (a schema allows 12026 and -0001) becomes the last or the first
    day of that calendar, so that comparing still gives the right order with every real date.
    """

    geschreven: str


class GeschrevenTijd(time):
    """A time of day with its own spelling; `24:00:00` is midnight."""

    geschreven: str


def read_getal(text: str) -> int:
    """Read an xs:integer that is known to be valid."""
    number = int(text)
    if str(number) == text:
        return number
    written = GeschrevenGetal(number)
    written.geschreven = text
    return written


# The dates of one message, and of one day, are few: reading one again costs a third of reading it anew.
@lru_cache(maxsize=4096)
def read_datum(text: str) -> date:
    """Read an xs:date without time zone that is known to be valid."""
    if len(text) == _DATE_LENGTH and text[4] == "-":
        return date.fromisoformat(text)
    found = _DATE.search(text)
    if found is None:
        message = "not a date"
        raise ValueError(message)
    year, month, day = (int(part) for part in found.groups())
    if year > date.max.year:
        year, month, day = date.max.year, 12, 31
    elif year < date.min.year:
        year, month, day = date.min.year, 1, 1
    written = GeschrevenDatum(year, month, day)
    written.geschreven = text
    return written


def read_tijd(text: str) -> time:
    """Read an xs:time without time zone that is known to be valid."""
    clock = text.strip()
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
    if isinstance(value, (GeschrevenGetal, GeschrevenDatum, GeschrevenTijd)):
        return value.geschreven
    if isinstance(value, int):
        return str(value)
    return value.isoformat()


def plain_spelling(value: str | int | date | time) -> str | int:
    """Give a value as the typed JSON form writes it: numbers as numbers, the rest as text without spaces around."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return value
    # The spelling is kept only where the plain value says less than what was written: a far year, a fine fraction.
    if isinstance(value, (GeschrevenDatum, GeschrevenTijd)):
        return value.geschreven.strip()
    return value.isoformat()
