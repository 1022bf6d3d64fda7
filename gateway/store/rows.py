"""What comes out of the tables: frozen values, each with one `from_row`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Row

from gateway.ijw.finding import Finding
from gateway.store.of_row import OfRow


class CaseNotice(Struct, frozen=True):
    """What sender and recipient get to see of the case of a message that people handle."""

    id: UUID
    reason: str
    due_at: datetime
    state: str
    outcome: str | None


def parted(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Part findings into those that both sides of a message see, and those that one side alone may see."""
    everything = tuple(findings)
    return (
        tuple(finding for finding in everything if finding.only_for is None),
        tuple(finding for finding in everything if finding.only_for is not None),
    )


class MessageRow(Struct, frozen=True):
    """A stored message without its content. `handling` is filled by `manual_cases.noticed` alone.

    `findings` are those that both sides see; `private` are those that each name the party that alone may see it.
    """

    id: UUID
    type: str
    release: str
    sender: str
    recipient: str
    identificatie: str
    dagtekening: date
    status: str
    origin: str
    size: int
    digest: bytes
    findings: tuple[Finding, ...]
    received_at: datetime
    failures: int
    lease_id: UUID | None
    lease_expires_at: datetime | None
    expires_at: datetime | None
    answers: UUID | None
    opt_out: bool = False
    handling: CaseNotice | None = None
    private: tuple[Finding, ...] = ()
    redeliveries: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Read a row with all columns of the message table, by their names."""
        values = {name: getattr(row, name) for name in cls.__struct_fields__ if name not in {"handling", "private"}}
        values["findings"], values["private"] = parted(Finding.from_json(finding) for finding in row.findings)
        return cls(**values)

    def status_at(self, now: datetime) -> str:
        """Give the status as everyone sees it: a message whose lease has expired waits again, swept or not."""
        if self.status == "leased" and self.lease_expires_at is not None and self.lease_expires_at <= now:
            return "queued"
        return self.status

    def seen_at(self, now: datetime) -> Self:
        """Give the message with the status that everyone sees."""
        return replace(self, status=self.status_at(now))


class EventRow(OfRow, frozen=True):
    """Something that happened to a message."""

    id: UUID
    message_id: UUID
    at: datetime
    kind: str
    detail: dict[str, Any]


class LeaseRow(OfRow, frozen=True):
    """A message handed to one poller for a limited time. `attempt` counts from 1; only failures add to it."""

    id: UUID
    message_id: UUID
    party: str
    token_id: str | None
    attempt: int
    created_at: datetime
    expires_at: datetime
    outcome: str | None
    closed_at: datetime | None


class PartyRow(OfRow, frozen=True):
    """A party that was added by hand."""

    code: str
    kind: str
    name: str
    created_at: datetime
