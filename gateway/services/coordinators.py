"""Who coordinates the care of an allocation (1Gezin1Plan): naming that organisation, and telling it of a case."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from gateway.exchange.address import subjects_of
from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller
from gateway.services.case_opening import COORDINATOR, MAIL
from gateway.services.clock import Clock
from gateway.services.settling import Batch
from gateway.store import coordinators, outbox
from gateway.store.coordinators import CoordinatorRow
from gateway.store.engine import Database
from gateway.store.opt_out import is_opted_out
from gateway.store.outbox import NewOutgoing
from gateway.store.vault import Keyring


class Coordinators:
    """The coordinators of all allocations; who named or removed one is written down."""

    def __init__(self, database: Database, audit: Audit, clock: Clock) -> None:
        """Keep them in this database."""
        self._database = database
        self._audit = audit
        self._clock = clock

    def get(self, allocation_id: UUID, caller: Caller) -> CoordinatorRow | None:
        """Give whom an allocation names; nothing where it names nobody, or is not between the caller and another."""
        if not self._admits(caller, allocation_id):
            return None
        with self._database.read() as connection:
            return coordinators.get(connection, allocation_id)

    def name(self, allocation_id: UUID, caller: Caller, *, name: str, email: str) -> CoordinatorRow | None:
        """Let an allocation name an organisation; nothing when it is not one of the caller's municipality."""
        if not self._admits(caller, allocation_id, names=True):
            return None
        row = CoordinatorRow(allocation_id, name, email, self._clock())
        with self._database.write() as connection:
            before = coordinators.get(connection, allocation_id)
            if before is None or (before.name, before.email) != (name, email):
                coordinators.save(connection, row)
                self._write_down(connection, Act.COORDINATOR_NAMED, allocation_id, caller)
        return row

    def remove(self, allocation_id: UUID, caller: Caller) -> bool:
        """Let an allocation name nobody; says whether it is one of the caller's municipality."""
        if not self._admits(caller, allocation_id, names=True):
            return False
        with self._database.write() as connection:
            if coordinators.remove(connection, allocation_id):
                self._write_down(connection, Act.COORDINATOR_REMOVED, allocation_id, caller)
        return True

    def _admits(self, caller: Caller, allocation_id: UUID, *, names: bool = False) -> bool:
        """Say whether an allocation is the caller's to see, or to name somebody for; an opt-out is written down."""
        with self._database.read() as connection:
            found = coordinators.allocated_by(connection, allocation_id)
            if found is None:
                return False
            municipality, provider, first = found
            parties = (municipality,) if names else (municipality, provider)
            if not caller.may_read(*parties, opt_out=is_opted_out(connection, first)):
                return False
        self._audit.opted_out_seen(caller, [first])
        return True

    def _write_down(self, connection: Connection, act: Act, allocation_id: UUID, caller: Caller) -> None:
        self._audit.add(connection, act, caller.actor, allocation=str(allocation_id))


def tell_coordinators(keyring: Keyring, connection: Connection, batch: Batch) -> None:
    """Let those who coordinate a client's care hear of a case about the client, in the transaction that opens it.

    With an opt-out nobody but the back-office hears of it.
    """
    for taken in batch.taken:
        message = taken.message
        if message.case is None or message.opt_out:
            continue
        emails = {
            email
            for bsn in subjects_of(taken.candidate.bericht)
            for email in coordinators.of_client(
                connection, keyring, municipality=message.case.municipality, provider=message.case.provider, bsn=bsn
            )
        }
        now = batch.known.now
        mails = [
            NewOutgoing(kind=MAIL, purpose=COORDINATOR, recipient=message.case.municipality, endpoint=email, due_at=now)
            for email in sorted(emails)
        ]
        outbox.add(connection, [(message.id, now, mail) for mail in mails])
