"""The ids of messages, events and leases: UUIDv7, so that their order is the order of time."""

from __future__ import annotations

import itertools
import os
import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import uuid_utils

_MILLISECONDS_BIT: Final = 80
_VERSION_AND_VARIANT: Final = (0x7 << 76) | (0b10 << 62)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

_RANDOM_BYTES: Final = 6
_DRAWN_AT_ONCE: Final = 256

_counter = itertools.count()
_supply: list[int] = []
if sys.platform != "win32":
    # A process that is forked off draws its own.
    os.register_at_fork(after_in_child=_supply.clear)


def new_id(at: datetime | None = None) -> UUID:
    """Make an id of now, or of another moment; of one moment, the id made later in this process is the later one."""
    if at is None:
        return UUID(int=uuid_utils.uuid7().int)
    # Between the version and the variant are 12 bits, and 14 more after it: room for the count of one process. The
    # remaining 48 tell processes apart.
    count = next(_counter)
    high, low = (count >> 14) & 0xFFF, count & 0x3FFF
    return UUID(int=_first_of(at) | (high << 64) | (low << 48) | _drawn())


def earliest_id(at: datetime) -> UUID:
    """Give the id before all ids of that moment's millisecond and after all earlier ones."""
    return UUID(int=_first_of(at))


def made_at(identifier: UUID) -> datetime:
    """Read from an id when it was made."""
    return _EPOCH + (identifier.int >> _MILLISECONDS_BIT) * _MILLISECOND


def _drawn() -> int:
    """Give 48 random bits: they are drawn many at a time, since asking the system is most of the work."""
    try:
        return _supply.pop()
    except IndexError:
        drawn = secrets.token_bytes(_DRAWN_AT_ONCE * _RANDOM_BYTES)
        first, *others = (
            int.from_bytes(drawn[begin : begin + _RANDOM_BYTES]) for begin in range(0, len(drawn), _RANDOM_BYTES)
        )
        _supply.extend(others)
        return first


def _first_of(at: datetime) -> int:
    milliseconds = max((at - _EPOCH) // _MILLISECOND, 0)
    return (milliseconds << _MILLISECONDS_BIT) | _VERSION_AND_VARIANT
