"""What `doctor` says of one thing that it looked at."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Mark(StrEnum):
    """How something is."""

    GOOD = "✓"
    ATTENTION = "!"
    WRONG = "✗"


class Diagnosis(Struct, frozen=True):
    """One thing that was looked at: how it is, and what to do about it."""

    mark: Mark
    subject: str
    says: str
    remedy: str = ""
