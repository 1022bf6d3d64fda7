"""One figure of a benchmark, and what it should be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """A measured value beside its limit: at most, or at least; without one it is told for comparison."""

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None
    detail: str = ""

    @property
    def good(self) -> bool:
        """Say whether the value is within its limit."""
        low = self.at_least is None or self.value >= self.at_least
        high = self.at_most is None or self.value <= self.at_most
        return low and high

    @property
    def limit(self) -> str:
        """Give the limit in words."""
        if self.at_most is not None:
            return f"≤ {self.at_most}"
        return "ter vergelijking" if self.at_least is None else f"≥ {self.at_least}"
