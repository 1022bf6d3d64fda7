"""What every way outside can do."""

from __future__ import annotations

import re
from typing import Final, Protocol, TypeVar

from gateway.exchange.attempts import Outcome

Parcel_contra = TypeVar("Parcel_contra", contravariant=True)

_MOST: Final = 200
_ADDRESS: Final = re.compile(r"[^\s<>]+@[^\s<>]+")
_NUMBER: Final = re.compile(r"[0-9]{6,}")


class Transport(Protocol[Parcel_contra]):
    """Sends one thing. It keeps no state between two of them, and does not try again: that is decided elsewhere."""

    async def send(self, parcel: Parcel_contra) -> Outcome:
        """Send, and say what became of it; an error of the network or of the other side is an outcome too."""
        ...


def harmless(answer: str) -> str:
    """Make what another machine said fit to be kept: one line, short, without addresses and long numbers."""
    line = " ".join(answer.split())
    return _NUMBER.sub("…", _ADDRESS.sub("…", line))[:_MOST]
