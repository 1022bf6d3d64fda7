"""Following allocations and requests: what is known of each, and every message that brought it there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.exchange.lifecycle import Moment, allocation_moments, request_moments
from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier
from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller
from gateway.store import following
from gateway.store.allocations import AllocationRow
from gateway.store.engine import Database
from gateway.store.following import Answered, Wanted
from gateway.store.requests import RequestRow
from gateway.store.vault import Keyring

R = TypeVar("R", AllocationRow, RequestRow)

_UNKNOWN = Answered(opt_out=False, answer=None)


class Told(Struct, frozen=True):
    """A moment in the life of something, and the answer to the message that told of it: its id and type.

    `granted` is what became of a Prestatie: None is not answered yet, or no Prestatie.
    """

    moment: Moment
    answer: tuple[UUID, str] | None
    granted: bool | None = None


class Following:
    """Shows each caller the allocations and requests that are theirs."""

    def __init__(self, database: Database, keyring: Keyring, audit: Audit) -> None:
        """Look in this database, and write down who searched for a person."""
        self._database = database
        self._keyring = keyring
        self._audit = audit

    def allocations(self, wanted: Wanted, caller: Caller) -> tuple[list[AllocationRow], tuple[UUID, UUID] | None]:
        """List allocations, newest first, and where the next page begins."""
        with self._database.read() as connection:
            found = following.allocations(connection, self._keyring, _visible(wanted, caller))
        return self._page(found, wanted, caller)

    def requests(self, wanted: Wanted, caller: Caller) -> tuple[list[RequestRow], tuple[UUID, UUID] | None]:
        """List requests, newest first, and where the next page begins."""
        with self._database.read() as connection:
            found = following.requests(connection, self._keyring, _visible(wanted, caller))
        return self._page(found, wanted, caller)

    def _page(self, found: Sequence[R], wanted: Wanted, caller: Caller) -> tuple[list[R], tuple[UUID, UUID] | None]:
        shown = list(found[: wanted.limit])
        if wanted.bsn is not None:
            messages = [row.first_message for row in shown]
            self._audit.note(Act.PERSON_SEARCHED, caller.actor, messages=messages, bsn=wanted.bsn)
        self._audit.opted_out_seen(caller, (row.first_message for row in shown))
        last = shown[-1] if len(found) > wanted.limit else None
        return shown, (last.first_message, last.id) if last else None

    def allocation(self, allocation_id: UUID, caller: Caller) -> tuple[AllocationRow, list[Told]] | None:
        """Give an allocation with its timeline; nothing when it is not the caller's to see."""
        with self._database.read() as connection:
            found = following.allocation(connection, self._keyring, allocation_id)
            if found is None:
                return None
            row, dossier = found
            timeline = _told(connection, allocation_moments(dossier, row.toewijzing_nummer), row, caller, dossier)
        if timeline is None:
            return None
        self._seen(row.first_message, timeline, caller)
        return row, timeline

    def request(self, request_id: UUID, caller: Caller) -> tuple[RequestRow, list[Told]] | None:
        """Give a request with its timeline; nothing when it is not the caller's to see."""
        with self._database.read() as connection:
            row = following.request(connection, self._keyring, request_id)
            if row is None:
                return None
            timeline = _told(connection, request_moments(row.file), row, caller)
        if timeline is None:
            return None
        self._seen(row.first_message, timeline, caller)
        return row, timeline

    def _seen(self, first: UUID, timeline: list[Told], caller: Caller) -> None:
        self._audit.opted_out_seen(caller, [first, *(told.moment.fact.bericht for told in timeline)])


def _visible(wanted: Wanted, caller: Caller) -> Wanted:
    """Ask for one more than the page, to know whether there is a next one, and for the caller's own alone."""
    parties = None if caller.is_admin else tuple(sorted(caller.parties))
    return replace(wanted, limit=wanted.limit + 1, parties=parties, with_opt_out=caller.sees_opted_out)


def _told(
    connection: Connection,
    moments: list[Moment],
    row: AllocationRow | RequestRow,
    caller: Caller,
    dossier: Dossier | None = None,
) -> list[Told] | None:
    known = following.answers_to(connection, {moment.fact.bericht for moment in moments} | {row.first_message})
    if not caller.may_read(row.provider, row.municipality, opt_out=_is_opted_out(known, row.first_message)):
        return None
    return [
        Told(
            moment,
            known.get(moment.fact.bericht, _UNKNOWN).answer,
            dossier.grants(moment.fact) if dossier and _is_prestatie(moment) else None,
        )
        for moment in moments
        if caller.may_read(row.provider, row.municipality, opt_out=_is_opted_out(known, moment.fact.bericht))
    ]


def _is_opted_out(known: dict[UUID, Answered], message: UUID) -> bool:
    return known.get(message, _UNKNOWN).opt_out


def _is_prestatie(moment: Moment) -> bool:
    return isinstance(moment.fact.klasse, JW323.Prestatie)
