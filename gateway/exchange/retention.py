"""How long messages are kept: a term for the content, and one for the fact that there was a message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from msgspec import Struct

ENDED: Final = frozenset({"delivered", "rejected", "handled", "failed", "expired"})
"""The statuses in which a message waits for nobody; in any other it is kept whatever the terms say."""

# Seven years, the term of the Dutch law on what a tax or an accountant may ask for; a leap day more or less is fine.
_SEVEN_YEARS: Final = 2557


class Term(Struct, frozen=True):
    """A term for some types and statuses (none named: all); in days since the last thing that happened to a message.

    Without a number of days it is kept for ever. The record never goes before the content.
    """

    types: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    content_days: int | None = None
    record_days: int | None = None

    def fits(self, message_type: str, status: str) -> bool:
        """Say whether the term is about messages of this type in this status."""
        return (not self.types or message_type in self.types) and (not self.statuses or status in self.statuses)


class Terms(Struct, frozen=True):
    """All terms, in order: of those that fit, the first one holds."""

    terms: tuple[Term, ...]

    def of(self, message_type: str, status: str) -> Term:
        """Give the term of a message; what no term is about is kept for ever."""
        return next((term for term in self.terms if term.fits(message_type, status)), Term())

    @property
    def shortest_content(self) -> timedelta | None:
        """Give the shortest time after which any content goes."""
        return _shortest(term.content_days for term in self.terms)

    @property
    def shortest_record(self) -> timedelta | None:
        """Give the shortest time after which any record goes."""
        return _shortest(term.record_days for term in self.terms)


def _shortest(days: Iterable[int | None]) -> timedelta | None:
    return min((timedelta(days=number) for number in days if number is not None), default=None)


DEFAULT_TERMS: Final = Terms(
    (
        Term(types=frozenset({"JW323", "JW325"}), content_days=_SEVEN_YEARS, record_days=_SEVEN_YEARS),
        Term(statuses=frozenset({"rejected", "failed", "expired"}), content_days=365, record_days=_SEVEN_YEARS),
        Term(content_days=2 * 365, record_days=_SEVEN_YEARS),
    )
)
"""What holds when an operator sets nothing else."""
