"""Reasons in somebody's own words, which are kept readable."""

from __future__ import annotations

import re
from typing import Final

# A BSN, a date of birth, also when it is written with points, spaces or hyphens.
_NUMBER: Final = re.compile(r"[0-9](?:[ .-]?[0-9]){7,}")


def without_numbers(reason: str) -> str:
    """Leave out what may be somebody's number or birthday: a reason is kept readable, and shown to the other side."""
    return _NUMBER.sub("…", reason)
