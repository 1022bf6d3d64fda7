"""Who is calling, and what they may do."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Scope(StrEnum):
    """What a token is for."""

    EXCHANGE = "exchange"  # post, poll and read for its parties
    ADMIN = "admin"  # read everything, operate; post for nobody
    MONITOR = "monitor"  # watch


class Caller(Struct, frozen=True):
    """The holder of a token, which may act for several parties; or a person who is signed in to the console.

    `reason` is why an administrator wants to see what is kept from all but the two parties (opt-out).
    """

    token_id: str
    scopes: frozenset[Scope]
    parties: frozenset[str]
    reason: str = ""
    person: str = ""

    @property
    def is_admin(self) -> bool:
        """Say whether the caller operates the gateway."""
        return Scope.ADMIN in self.scopes

    @property
    def actor(self) -> str:
        """Give how the audit trail calls the caller."""
        return f"person:{self.person}" if self.person else f"token:{self.token_id}"

    def acts_for(self, party: str) -> bool:
        """Say whether the caller may post and poll for a party."""
        return Scope.EXCHANGE in self.scopes and party in self.parties

    @property
    def sees_opted_out(self) -> bool:
        """Say whether the caller's lists may hold what is kept from others; a party's lists have only its own."""
        return not self.is_admin or bool(self.reason)

    def is_party(self, *parties: str) -> bool:
        """Say whether the caller acts for one of these parties."""
        return any(self.acts_for(party) for party in parties)

    def may_read(self, *parties: str, opt_out: bool = False) -> bool:
        """Say whether the caller may see what is between these parties; with an opt-out nobody else may for nothing."""
        if self.is_party(*parties):
            return True
        return self.is_admin and (not opt_out or self.sees_opted_out)
