"""Manual cases: looking at them, ending them, and telling when one takes too long."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.errors import ConflictError
from gateway.exchange.address import RequestKey, address_of
from gateway.exchange.feiten import handled_by_hand
from gateway.exchange.manual_case import CaseOutcome, refusal_of_request
from gateway.exchange.refusal import Refusal
from gateway.exchange.route import RouteTable
from gateway.ijw.finding import Finding
from gateway.rules.judge import judge
from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller, Scope
from gateway.services.case_opening import ESCALATION, MAIL
from gateway.services.clock import Clock
from gateway.services.drafting import Candidate, Ruling, own_mark
from gateway.services.intake import Intake
from gateway.services.settling import Accepted
from gateway.store import deadlines, manual_cases, outbox
from gateway.store.engine import Database
from gateway.store.manual_cases import CaseRow, Closing
from gateway.store.opt_out import is_opted_out
from gateway.store.outbox import NewOutgoing, OutboxRow
from gateway.store.requests import change_asked
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec

# Small, so that no transaction holds up a post for long; the next round takes the next.
_BATCH: Final = 200
# Not in the standard: what nobody has asked for cannot be refused by a JW319.
_NO_REQUEST: Final = Finding(
    "gateway",
    "ZAAK",
    "Dit bericht is geen verzoek, dus kan het niet met een JW319 worden afgewezen; sluit de zaak met handled.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its handlers see it: with the mails about it, and what was written at its closing."""

    row: CaseRow
    mails: tuple[OutboxRow, ...]
    note: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How somebody ends a case; `reden` and `gemeente` are for the JW319 of a rejection."""

    outcome: CaseOutcome
    note: str = field(repr=False)
    reden: str | None = None
    gemeente: str | None = None


class ClosedOtherwise(Struct, frozen=True):
    """The case was closed before, with another outcome."""

    outcome: str


class NotResolved(Struct, frozen=True):
    """The resolution asks for a message that would not be right."""

    findings: tuple[Finding, ...]


class ManualCases:
    """The cases of all municipalities; who read a note of one, or closed one, is written down."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        codec: Codec,
        routes: RouteTable,
        intake: Intake,
        audit: Audit,
        clock: Clock,
    ) -> None:
        """Work on this database; a JW319 that ends a case goes through this intake, and the trail tells who did."""
        self._database = database
        self._keyring = keyring
        self._codec = codec
        self._routes = routes
        self._intake = intake
        self._audit = audit
        self._clock = clock

    def listed(
        self, caller: Caller, *, state: str | None, limit: int, after: UUID | None, with_notes: bool = True
    ) -> tuple[list[Case], UUID | None]:
        """List the cases that the caller handles, newest first; and where the next page begins.

        Who does not show the notes leaves them unread.
        """
        with self._database.read() as connection:
            found = manual_cases.search(
                connection,
                municipalities=None if caller.is_admin else _parties(caller),
                state=state,
                limit=limit + 1,
                after=after,
                with_opt_out=caller.sees_opted_out,
            )
            shown = self._with_mails(connection, found[:limit], with_notes=with_notes)
        self._write_down_who_reads(shown, caller)
        return shown, found[limit - 1].id if len(found) > limit else None

    def get(self, case_id: UUID, caller: Caller) -> Case | None:
        """Give a case; nothing when it is not the caller's to handle."""
        found = self._get(case_id, caller)
        if found is not None:
            self._write_down_who_reads([found], caller)
        return found

    def find(self, case_id: UUID, caller: Caller) -> CaseRow | None:
        """Give what is kept of a case, its note unread; nothing when it is not the caller's to handle."""
        with self._database.read() as connection:
            return _theirs(connection, case_id, caller)

    def _get(self, case_id: UUID, caller: Caller) -> Case | None:
        with self._database.read() as connection:
            row = _theirs(connection, case_id, caller)
            return self._with_mails(connection, [row])[0] if row else None

    def _write_down_who_reads(self, shown: Sequence[Case], caller: Caller) -> None:
        self._audit.opted_out_seen(caller, (case.row.message_id for case in shown))
        self._write_down_who_reads_notes(shown, caller)

    def _write_down_who_reads_notes(self, shown: Sequence[Case], caller: Caller) -> None:
        """Only a note may say something about a person; without one a case is no access, but to an opt-out."""
        read = [case.row for case in shown if case.note]
        if read:
            about = [row.message_id for row in read]
            self._audit.note(Act.CASE_READ, caller.actor, messages=about, cases=[str(row.id) for row in read])

    def _with_mails(self, connection: Connection, rows: list[CaseRow], *, with_notes: bool = True) -> list[Case]:
        mails = outbox.of_messages(connection, [row.message_id for row in rows], kind=MAIL)
        notes = {row.id: manual_cases.note_of(self._keyring, row) for row in rows if with_notes}
        return [Case(row, tuple(mails.get(row.message_id, ())), notes.get(row.id)) for row in rows]

    def resolve(
        self, case_id: UUID, caller: Caller, resolution: Resolution
    ) -> Case | ClosedOtherwise | NotResolved | None:
        """End a case; nothing when it is not the caller's. The same outcome once more changes nothing."""
        row = self.find(case_id, caller)
        if row is None:
            return None
        # Whatever comes of it: also that somebody else ended the case tells of it.
        self._audit.opted_out_seen(caller, [row.message_id])
        if row.is_open and resolution.outcome is CaseOutcome.REJECTED:
            findings = self._reject(row, caller, resolution)
            if findings:
                return NotResolved(findings)
        else:
            self._close(case_id, caller, resolution)
        closed = self._get(case_id, caller)
        if closed is None or closed.row.outcome != resolution.outcome.value:
            return ClosedOtherwise(closed.row.outcome or "" if closed else "")
        # Of a case that was closed before, what somebody else wrote is shown.
        if closed.note != resolution.note:
            self._write_down_who_reads_notes([closed], caller)
        return closed

    def _close(self, case_id: UUID, caller: Caller, resolution: Resolution) -> None:
        with self._database.write() as connection:
            row = manual_cases.lock(connection, case_id)
            if row is not None and row.is_open:
                closing = Closing(
                    outcome=resolution.outcome.value, at=self._clock(), by=caller.token_id, note=resolution.note
                )
                manual_cases.close(connection, self._keyring, row, closing)
                change_asked(connection, self._keyring, row.message_id, handled_by_hand)
                deadlines.drop_by_hand(connection, row.message_id, now=closing.at)
                self._note(connection, row, caller, resolution)

    def _note(self, connection: Connection, row: CaseRow, caller: Caller, resolution: Resolution) -> None:
        self._audit.add(
            connection, Act.CASE_CLOSED, caller.actor, messages=[row.message_id], outcome=resolution.outcome.value
        )

    def _reject(self, row: CaseRow, caller: Caller, resolution: Resolution) -> tuple[Finding, ...]:
        """Send the JW319s that refuse what is not answered yet; their arrival closes the case, all in one transaction.

        Gives what would be wrong with them; then nothing was sent.
        """
        if not row.unanswered:
            return (_NO_REQUEST,)
        candidates = [self._refusal(row, reference, caller, resolution) for reference in row.unanswered]
        findings = tuple(finding for candidate in candidates for finding in candidate.findings)
        if findings:
            return findings

        def note(connection: Connection, results: Sequence[Accepted | Refusal]) -> None:
            if not _against(results):
                self._note(connection, row, caller, resolution)

        try:
            return _against(self._intake.settle(candidates, note))
        except ConflictError:
            return ()  # Somebody else was quicker; the caller looks at what the case has become.

    def _refusal(self, row: CaseRow, reference: str, caller: Caller, resolution: Resolution) -> Candidate:
        request = RequestKey(row.provider, row.municipality, reference)
        bericht = refusal_of_request(request, resolution.reden or "", resolution.gemeente, *own_mark(self._clock()))
        ruling = Ruling(caller.token_id, resolution.note)
        return Candidate(
            bericht, address_of(bericht), self._codec.write(bericht), caller, tuple(judge(bericht)), ruling
        )

    def escalate(self) -> int:
        """Tell of cases that took too long, once each: in the timeline, and by mail where the route says to whom.

        Gives how many there were, of at most a batch.
        """
        now = self._clock()
        with self._database.write() as connection:
            rows = manual_cases.overdue(connection, now=now, limit=_BATCH)
            if rows:
                manual_cases.escalated(connection, rows, now=now)
                outbox.add(
                    connection,
                    [(row.message_id, now, mail) for row in rows for mail in self._told(connection, row, now)],
                )
        return len(rows)

    def _told(self, connection: Connection, row: CaseRow, now: datetime) -> tuple[NewOutgoing, ...]:
        route = self._routes.get(row.municipality)
        address = route.manual.escalation_email if route and route.manual else None
        # Whom that address is of is not known here, and with an opt-out nobody but the back-office may hear of it.
        if address is None or is_opted_out(connection, row.message_id):
            return ()
        return (NewOutgoing(kind=MAIL, purpose=ESCALATION, recipient=row.municipality, endpoint=address, due_at=now),)


def _theirs(connection: Connection, case_id: UUID, caller: Caller) -> CaseRow | None:
    row = manual_cases.get(connection, case_id)
    if row is None or not caller.may_read(row.municipality, opt_out=is_opted_out(connection, row.message_id)):
        return None
    return row


def _parties(caller: Caller) -> Collection[str]:
    return caller.parties if Scope.EXCHANGE in caller.scopes else ()


def _against(results: Sequence[Accepted | Refusal]) -> tuple[Finding, ...]:
    """Give what is wrong with messages that were to be settled."""
    refused = (
        result.findings if isinstance(result, Refusal) else result.message.findings
        for result in results
        if isinstance(result, Refusal) or result.message.status == "rejected"
    )
    return tuple(finding for findings in refused for finding in findings)
