"""Escalations on requests: both parties see the steps, and the request's own terms stand still meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.errors import ConflictError
from gateway.exchange.deadlines import Deadline, Kind, State
from gateway.exchange.escalation import RULE, Outcome, Step, advice_due, may_end, may_follow
from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller
from gateway.services.clock import Clock, dutch_day, end_of
from gateway.store import deadlines, escalations, following
from gateway.store.engine import Database
from gateway.store.escalations import EscalationRow, StepRow
from gateway.store.identifiers import new_id
from gateway.store.opt_out import is_opted_out
from gateway.store.requests import RequestRow
from gateway.store.vault import Keyring


class Escalation(Struct, frozen=True):
    """An escalation with its steps."""

    row: EscalationRow
    steps: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStep:
    """A step that somebody took: on which day, with whom, and what came of it."""

    kind: Step
    on: date
    who: str
    note: str = field(repr=False)


class No(StrEnum):
    """Why something is not done."""

    OPEN_ALREADY = "open-already"
    CLOSED = "closed"
    ORDER = "order"
    FUTURE = "future"


class Escalations:
    """The escalations of all requests; who read the notes of one, or did something with it, is written down."""

    def __init__(self, database: Database, keyring: Keyring, audit: Audit, clock: Clock) -> None:
        """Keep them in this database."""
        self._database = database
        self._audit = audit
        self._keyring = keyring
        self._clock = clock

    def open(self, request_id: UUID, caller: Caller, first: NewStep) -> Escalation | No | None:
        """Open an escalation on a request, with the discussion that it begins with; None when it is not theirs.

        The terms of the request stand still until it ends.
        """
        if not may_follow((), first.kind):
            return No.ORDER
        if self._lies_ahead(first):
            return No.FUTURE
        with self._database.read() as connection:
            request = following.request(connection, self._keyring, request_id)
            if request is None or not _may_see(connection, caller, request, request.first_message):
                return None
        self._audit.opted_out_seen(caller, [request.first_message])
        now = self._clock()
        row = EscalationRow(
            new_id(now),
            request.id,
            request.municipality,
            request.provider,
            request.reference,
            request.first_message,
            now,
        )
        try:
            with self._database.write() as connection:
                escalations.add(connection, row)
                escalations.add_step(connection, self._keyring, row.id, self._step(first))
                deadlines.hold(
                    connection,
                    subject=request.reference,
                    municipality=request.municipality,
                    provider=request.provider,
                    now=now,
                )
                self._write_down(connection, Act.ESCALATION_OPENED, row, caller)
                return self._shown(connection, row.id)
        except ConflictError:
            return No.OPEN_ALREADY

    def get(self, own: UUID, caller: Caller) -> Escalation | None:
        """Give an escalation; nothing when it is not between the caller and somebody else."""
        row = self._find(own, caller)
        if row is None:
            return None
        with self._database.read() as connection:
            found = self._shown(connection, own)
        # Only a note may say something about a person.
        if found and any(step.note for step in found.steps):
            self._audit.note(Act.ESCALATION_READ, caller.actor, messages=[row.message_id], escalation=str(own))
        return found

    def _find(self, own: UUID, caller: Caller) -> EscalationRow | None:
        """Give what is kept of one that is the caller's; that it is on a request with an opt-out is written down."""
        with self._database.read() as connection:
            row = escalations.get(connection, own)
            if row is None or not _may_see(connection, caller, row, row.message_id):
                return None
        self._audit.opted_out_seen(caller, [row.message_id])
        return row

    def _shown(self, connection: Connection, own: UUID) -> Escalation | None:
        row = escalations.get(connection, own)
        return Escalation(row, tuple(escalations.steps(connection, self._keyring, own))) if row else None

    def _write_down(self, connection: Connection, act: Act, row: EscalationRow, caller: Caller, **detail: str) -> None:
        about = [row.message_id]
        self._audit.add(connection, act, caller.actor, messages=about, escalation=str(row.id), **detail)

    def listed(
        self, caller: Caller, *, state: str | None, limit: int, after: UUID | None
    ) -> tuple[list[EscalationRow], UUID | None]:
        """List escalations, newest first; and where the next page begins."""
        parties = None if caller.is_admin else tuple(sorted(caller.parties))
        with self._database.read() as connection:
            found = escalations.listed(
                connection,
                parties=parties,
                state=state,
                limit=limit + 1,
                after=after,
                with_opt_out=caller.sees_opted_out,
            )
        self._audit.opted_out_seen(caller, (row.message_id for row in found[:limit]))
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def take(self, own: UUID, caller: Caller, step: NewStep) -> Escalation | No | None:
        """Write a step down; asking an expert begins the two weeks for the advice."""
        if self._lies_ahead(step):
            return No.FUTURE
        if self._find(own, caller) is None:
            return None
        with self._database.write() as connection:
            row = escalations.get(connection, own, lock=True)
            if row is None:
                return None
            if not row.is_open:
                return No.CLOSED
            taken = [Step(each.kind) for each in escalations.steps(connection, self._keyring, own)]
            if not may_follow(taken, step.kind):
                return No.ORDER
            escalations.add_step(connection, self._keyring, own, self._step(step))
            if step.kind is Step.EXPERT:
                due = advice_due(step.on)
                escalations.change(connection, own, advice_due_at=end_of(due))
                deadlines.save(connection, [(_advice(row, due, State.OPEN), end_of(due))], now=self._clock())
            self._write_down(connection, Act.ESCALATION_STEP_TAKEN, row, caller, step=step.kind.value)
            return self._shown(connection, own)

    def end(self, own: UUID, caller: Caller, outcome: Outcome, note: str) -> Escalation | No | None:
        """End an escalation; the same outcome once more changes nothing. The terms of the request go on."""
        if self._find(own, caller) is None:
            return None
        with self._database.write() as connection:
            row = escalations.get(connection, own, lock=True)
            if row is None:
                return None
            if not row.is_open and row.outcome != outcome.value:
                return No.CLOSED
            if row.is_open:
                taken = [Step(each.kind) for each in escalations.steps(connection, self._keyring, own)]
                if not may_end(taken, outcome):
                    return No.ORDER
                self._close(connection, row, outcome, note)
                self._write_down(connection, Act.ESCALATION_ENDED, row, caller, outcome=outcome.value)
                return self._shown(connection, own)
        return self.get(own, caller)

    def _close(self, connection: Connection, row: EscalationRow, outcome: Outcome, note: str) -> None:
        now = self._clock()
        escalations.add_step(connection, self._keyring, row.id, StepRow("outcome", dutch_day(now), "", note, now))
        escalations.change(connection, row.id, state="closed", outcome=outcome.value, closed_at=now)
        if row.advice_due_at is not None:
            state = State.MET if outcome is Outcome.ADVICE else State.DROPPED
            advice = _advice(row, dutch_day(row.advice_due_at), state)
            deadlines.save(connection, [(advice, row.advice_due_at)], now=now)
        deadlines.release(
            connection,
            subject=row.reference,
            municipality=row.municipality,
            provider=row.provider,
            held_since=row.opened_at,
            now=now,
        )

    def _step(self, step: NewStep) -> StepRow:
        return StepRow(step.kind.value, step.on, step.who, step.note, self._clock())

    def _lies_ahead(self, step: NewStep) -> bool:
        return step.on > dutch_day(self._clock())


def _may_see(connection: Connection, caller: Caller, row: EscalationRow | RequestRow, message: UUID) -> bool:
    return caller.may_read(row.municipality, row.provider, opt_out=is_opted_out(connection, message))


def _advice(row: EscalationRow, due: date, state: State) -> Deadline:
    return Deadline(
        kind=Kind.ADVICE,
        municipality=row.municipality,
        provider=row.provider,
        subject=str(row.id),
        rule=RULE,
        owner=row.municipality,
        message=row.message_id,
        waits_for=("advies",),
        due=due,
        state=state,
    )
