"""Why a message could not be delivered: what several failures have in common, so that they are counted together."""

from __future__ import annotations

import hashlib
import re
from typing import Final, Self

from msgspec import Struct

_UNKNOWN: Final = "geen reden opgegeven"
_LONGEST: Final = 200
_ID_DIGITS: Final = 8


class Cause(Struct, frozen=True):
    """A cause in the words of whoever refused. Its id says nothing, and may stand where those words may not."""

    id: str
    text: str

    @classmethod
    def of(cls, reason: str | None) -> Self:
        """Take the numbers out of a reason: they are of one message, and would make each a cause of its own."""
        text = re.sub(r"[0-9]+", "#", (reason or "").strip())[:_LONGEST] or _UNKNOWN
        return cls(hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS], text)
