"""Who is calling, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a token is for."""

    EXCHANGE = "exchange"  # post, poll and read for its parties
    ADMIN = "admin"  # read everything, operate; post for nobody
    MONITOR = "monitor"  # watch


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a token; it may act for several parties."""

    token_id: str
    scopes: frozenset[Scope]
    parties: frozenset[str]

    @property
    def is_admin(self) -> bool:
        """Say whether the caller operates the gateway."""
        return Scope.ADMIN in self.scopes

    @property
    def actor(self) -> str:
        """Give how the audit trail calls the caller."""
        return f"token:{self.token_id}"

    def acts_for(self, party: str) -> bool:
        """Say whether the caller may post and poll for a party."""
        return Scope.EXCHANGE in self.scopes and party in self.parties

    def may_read(self, *parties: str) -> bool:
        """Say whether the caller may see what is between these parties."""
        return self.is_admin or any(self.acts_for(party) for party in parties)
