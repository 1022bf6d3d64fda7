"""Closing cases by what arrives: the answer to a request ends the case that people had of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from gateway.errors import ConflictError
from gateway.exchange.address import requests_answered_by
from gateway.exchange.manual_case import outcome_of
from gateway.services.drafting import Candidate, Known
from gateway.services.settling import Batch
from gateway.store import manual_cases
from gateway.store.manual_cases import Closing
from gateway.store.vault import Keyring


def close_answered(keyring: Keyring, connection: Connection, batch: Batch) -> None:
    """Close the cases whose requests are answered by messages that were just taken, in their transaction.

    Raises ConflictError when a ruling comes too late.
    """
    for taken in batch.taken:
        candidate = taken.candidate
        outcome = outcome_of(candidate.bericht)
        if outcome is None:
            continue
        ruling = candidate.ruling
        closing = Closing(
            outcome=outcome.value,
            at=batch.known.now,
            by=ruling.by if ruling else None,
            note=ruling.note if ruling else "",
        )
        ended = [
            manual_cases.answered(connection, keyring, request, references, closing)
            for request, references in _by_message(candidate, batch.known).items()
        ]
        if ruling and not any(ended):
            # Nothing of the transaction remains: who rules on a case that another just closed sends nothing.
            raise ConflictError("The case was closed meanwhile.")


def _by_message(candidate: Candidate, known: Known) -> dict[UUID, list[str]]:
    """Give the messages with a case whose requests are answered, each with the ReferentieAanbieders."""
    found: dict[UUID, list[str]] = {}
    for key in requests_answered_by(candidate.bericht):
        for row in known.requests.get(key, [])[:1]:
            if row.status == "manual":
                found.setdefault(row.id, []).append(key.reference)
    return found
