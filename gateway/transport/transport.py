"""What every way outside can do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Protocol, TypeVar

from gateway.exchange.attempts import LAST_AFTER, Outcome

Parcel_contra = TypeVar("Parcel_contra", contravariant=True)

_MOST: Final = 200
_ADDRESS: Final = re.compile(r"[^\s<>]+@[^\s<>]+")
_NUMBER: Final = re.compile(r"[0-9]{6,}")
# More seconds than that are years, whatever else they are.
_MOST_DIGITS: Final = 8


class Transport(Protocol[Parcel_contra]):
    """Sends one thing. It keeps no state between two of them, and does not try again: that is decided elsewhere."""

    async def send(self, parcel: Parcel_contra) -> Outcome:
        """Send, and say what became of it; an error of the network or of the other side is an outcome too."""
        ...


def patience(headers: Mapping[str, str]) -> timedelta | None:
    """Read for how long the other side asks to be left alone (`Retry-After`): seconds, or a date by its own clock.

    No more than the time in which something is tried at all; nothing where nothing was asked, or nothing sensible.
    """
    stated = headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdecimal():
        return LAST_AFTER if len(stated) > _MOST_DIGITS else min(timedelta(seconds=int(stated)), LAST_AFTER)
    until = _date(stated)
    if until is None:
        return None
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return min(max(until - now, timedelta()), LAST_AFTER)


def _date(stated: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(stated)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def harmless(answer: str) -> str:
    """Make what another machine said fit to be kept: one line, short, without addresses and long numbers."""
    line = " ".join(answer.split())
    return _NUMBER.sub("…", _ADDRESS.sub("…", line))[:_MOST]
