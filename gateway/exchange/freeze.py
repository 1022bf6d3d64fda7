"""A freeze: a while in which nothing goes out by the GGk, because the whole country changes its release."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from msgspec import Struct


class Freeze(Struct, frozen=True):
    """From one moment until another; what is to go out in it waits for the end, and then goes in its order."""

    begin: datetime
    end: datetime

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `begin/end`, both ISO 8601 with a time zone; raises ValueError when it is anything else."""
        begin, separator, end = text.partition("/")
        freeze = cls(datetime.fromisoformat(begin.strip()), datetime.fromisoformat(end.strip()))
        if not separator or freeze.begin.tzinfo is None or freeze.end.tzinfo is None or freeze.end <= freeze.begin:
            raise ValueError
        return freeze

    def holds(self, now: datetime) -> bool:
        """Say whether it is on."""
        return self.begin <= now < self.end

    def due(self, now: datetime) -> datetime:
        """Tell when something may go out that would go out now."""
        return self.end if self.holds(now) else now
