"""What `doctor` says of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How something is."""

    GOOD = "✓"
    ATTENTION = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at: how it is, and what to do about it."""

    mark: Mark
    subject: str
    says: str
    remedy: str = ""
