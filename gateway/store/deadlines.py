"""What is due: written as it follows from the messages, found by who it concerns, and told once when it has passed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Self, TypeAlias
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    union,
    update,
)

from gateway.exchange.deadlines import Deadline, DeadlineName, Kind, State
from gateway.store.bulk import BulkInsert
from gateway.store.deadline_tables import STANDING, deadline
from gateway.store.events import add_events
from gateway.store.identifiers import new_id
from gateway.store.opt_out import opted_out

Condition: TypeAlias = ColumnElement[bool]

_OF_REQUEST: Final = (Kind.ANSWER.value, Kind.INVESTIGATION.value, Kind.WOONPLAATSBEGINSEL.value)

# What is written anew for a deadline that is known already. That it has passed is forgotten when its day moves, and
# only then; a deadline that stands as it stood is not written at all, for every JW301 repeats all that is allocated.
_AS_IT_IS_NOW: Final = """
ON CONFLICT (subject, kind, municipality, provider) DO UPDATE SET
    rule = excluded.rule, owner = excluded.owner, waits_for = excluded.waits_for, message_id = excluded.message_id,
    due_at = excluded.due_at, closed_by = excluded.closed_by,
    closed_at = CASE WHEN excluded.closed_at IS NOT NULL THEN COALESCE(deadline.closed_at, excluded.closed_at) END,
    overdue_at = CASE WHEN deadline.due_at = excluded.due_at THEN deadline.overdue_at END,
    state = CASE
        WHEN excluded.state = 'open' AND deadline.due_at = excluded.due_at AND deadline.overdue_at IS NOT NULL
        THEN 'overdue' ELSE excluded.state END
WHERE deadline.due_at <> excluded.due_at OR deadline.message_id <> excluded.message_id
    OR deadline.state <> excluded.state
    OR COALESCE(deadline.closed_by, deadline.id) <> COALESCE(excluded.closed_by, deadline.id)
"""
_DEADLINES = BulkInsert(
    deadline,
    "id",
    "kind",
    "municipality",
    "provider",
    "subject",
    "rule",
    "owner",
    "waits_for",
    "message_id",
    "due_at",
    "state",
    "closed_by",
    "closed_at",
    on_conflict=_AS_IT_IS_NOW,
)
_DROP = (
    update(deadline)
    .where(
        deadline.c.subject == bindparam("subject_"),
        deadline.c.kind == bindparam("kind_"),
        deadline.c.municipality == bindparam("municipality_"),
        deadline.c.provider == bindparam("provider_"),
        deadline.c.state != State.DROPPED.value,
    )
    .values(state=State.DROPPED.value, closed_by=bindparam("by"), closed_at=bindparam("now"))
)


class DeadlineRow(Struct, frozen=True):
    """Something that is, or was, due. `subject` is a message's id, a ReferentieAanbieder or a ToewijzingNummer.

    `overdue_at` is when it was found to have passed, also of one that was met afterwards.
    """

    id: UUID
    kind: Kind
    municipality: str
    provider: str
    subject: str
    rule: str
    owner: str
    waits_for: tuple[str, ...]
    message_id: UUID
    due_at: datetime
    state: State
    closed_by: UUID | None
    closed_at: datetime | None
    overdue_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Read a row of the deadline table."""
        values = {name: getattr(row, name) for name in cls.__struct_fields__}
        waits_for = tuple(values.pop("waits_for").split())
        return cls(**{**values, "kind": Kind(row.kind), "state": State(row.state), "waits_for": waits_for})

    def state_at(self, now: datetime) -> State:
        """Give the state as everyone sees it: what has passed is overdue, whether or not that was written down."""
        return State.OVERDUE if self.state is State.OPEN and self.due_at < now else self.state


class DeadlineFilter(Struct, frozen=True, kw_only=True):
    """Which deadlines: all conditions hold together, an empty one asks nothing.

    `messages` are those that they follow from. `parties` are those whose deadlines may be seen, as one of the two that
    each is between; None sees all. Without `with_opt_out` those of messages for the back-office alone are left out.
    """

    states: tuple[State, ...] = ()
    kinds: tuple[Kind, ...] = ()
    owners: tuple[str, ...] = ()
    messages: tuple[UUID, ...] = ()
    parties: tuple[str, ...] | None = None
    with_opt_out: bool = True


def save(conn: Connection, deadlines: Collection[tuple[Deadline, datetime]], *, now: datetime) -> None:
    """Write deadlines, each with the moment at which it ends, as they are now; one that is known is changed.

    In one order, so that two transactions that write the same ones wait for each other. Of one that is named twice
    the last counts.
    """
    latest = {found.name: (found, due_at) for found, due_at in deadlines}
    _DEADLINES.run(conn, [_row(*latest[name], now) for name in sorted(latest)])


def _row(found: Deadline, due_at: datetime, now: datetime) -> tuple[Any, ...]:
    return (
        new_id(now),
        found.kind.value,
        found.municipality,
        found.provider,
        found.subject,
        found.rule,
        found.owner,
        " ".join(found.waits_for),
        found.message,
        due_at,
        found.state.value,
        found.closed_by,
        None if found.state is State.OPEN else now,
    )


def drop(conn: Connection, names: Mapping[DeadlineName, UUID], *, now: datetime) -> None:
    """Drop deadlines that follow from nothing any more, each with the message that was the reason; where there are."""
    parameters = [
        {
            "subject_": name.subject,
            "kind_": name.kind.value,
            "municipality_": name.municipality,
            "provider_": name.provider,
            "by": names[name],
            "now": now,
        }
        for name in sorted(names)
    ]
    conn.execute(_DROP, parameters)


def drop_by_hand(conn: Connection, message_id: UUID, *, now: datetime) -> None:
    """Drop what a request has open: people handled it outside the exchange."""
    stands = and_(text(STANDING), deadline.c.message_id == message_id, deadline.c.kind.in_(_OF_REQUEST))
    conn.execute(update(deadline).where(stands).values(state=State.DROPPED.value, closed_at=now))


def hold(conn: Connection, *, subject: str, municipality: str, provider: str, now: datetime) -> None:
    """Let the terms of a request stand still, as long as its parties disagree."""
    stands = and_(text(STANDING), *_of_request(subject, municipality, provider))
    conn.execute(update(deadline).where(stands).values(state=State.DROPPED.value, closed_at=now, overdue_at=None))


def release(
    conn: Connection, *, subject: str, municipality: str, provider: str, held_since: datetime, now: datetime
) -> None:
    """Let the terms go on that stood still since a moment, with the time that they had left."""
    held = and_(
        deadline.c.state == State.DROPPED.value,
        deadline.c.closed_at == held_since,
        *_of_request(subject, municipality, provider),
    )
    for row in conn.execute(select(deadline.c.id, deadline.c.due_at).where(held)).all():
        due_at = row.due_at + (now - held_since)
        going_on = update(deadline).where(deadline.c.id == row.id)
        conn.execute(going_on.values(state=State.OPEN.value, closed_at=None, due_at=due_at))


def _of_request(subject: str, municipality: str, provider: str) -> tuple[ColumnElement[bool], ...]:
    return (
        deadline.c.subject == subject,
        deadline.c.municipality == municipality,
        deadline.c.provider == provider,
        deadline.c.kind.in_(_OF_REQUEST),
    )


def mark_overdue(conn: Connection, *, now: datetime, limit: int = 500) -> list[DeadlineRow]:
    """Write down which deadlines have passed, with an event at the message that each follows from; gives them.

    Several workers may do so at once: each has others. The event comes once for a deadline, unless its day moved.
    """
    query = (
        select(deadline)
        .where(text(STANDING), deadline.c.state == State.OPEN.value, deadline.c.due_at < now)
        .order_by(deadline.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [DeadlineRow.from_row(row) for row in conn.execute(query)]
    if found:
        passed = update(deadline).where(deadline.c.id.in_([row.id for row in found]))
        conn.execute(passed.values(state=State.OVERDUE.value, overdue_at=now))
        add_events(conn, (_event(row, now) for row in found))
    return found


def _event(row: DeadlineRow, now: datetime) -> tuple[UUID, datetime, str, dict[str, Any]]:
    detail = {"deadline": str(row.id), "kind": row.kind.value, "rule": row.rule, "owner": row.owner}
    return row.message_id, now, "deadline-overdue", detail


def search(
    conn: Connection, wanted: DeadlineFilter, *, now: datetime, limit: int, after: UUID | None = None
) -> list[DeadlineRow]:
    """Give the newest deadlines that fit; `after` is the last one of the page before."""
    if wanted.parties == ():
        return []
    return [DeadlineRow.from_row(row) for row in conn.execute(_query(wanted, now, limit, after))]


def _query(wanted: DeadlineFilter, now: datetime, limit: int, after: UUID | None) -> Select[Any]:
    conditions = [*_conditions(wanted, now, after)]
    newest_first = deadline.c.id.desc()
    standing = bool(wanted.states) and {State.OPEN, State.OVERDUE}.issuperset(wanted.states)
    if wanted.parties is None or standing:
        if wanted.parties is not None:
            # What stands is little, whosoever it is. Put so that no index by party looks better: a party that has been
            # there for years has a great deal that is done.
            sides = (deadline.c.municipality.concat(""), deadline.c.provider.concat(""))
            conditions.append(or_(*(side.in_(wanted.parties) for side in sides)))
        return select(deadline).where(*conditions).order_by(newest_first).limit(limit)
    # "One side or the other" has no index in the order of the list; each by itself has, and gives no more than a page.
    pages = [
        select(deadline.c.id).where(*conditions, side == code).order_by(newest_first).limit(limit).subquery()
        for code in wanted.parties
        for side in (deadline.c.municipality, deadline.c.provider)
    ]
    found = union(*(select(page.c.id) for page in pages)).order_by(text("id DESC")).limit(limit).subquery()
    return select(deadline).join(found, found.c.id == deadline.c.id).order_by(newest_first)


def _conditions(wanted: DeadlineFilter, now: datetime, after: UUID | None) -> Iterator[Condition]:
    if wanted.states:
        yield _in_state(wanted.states, now)
    if wanted.kinds:
        yield deadline.c.kind.in_([kind.value for kind in wanted.kinds])
    if wanted.owners:
        yield deadline.c.owner.in_(wanted.owners)
    if wanted.messages:
        yield deadline.c.message_id.in_(wanted.messages)
    if not wanted.with_opt_out:
        yield deadline.c.message_id.not_in(opted_out())
    if after is not None:
        yield deadline.c.id < after


def _in_state(states: Iterable[State], now: datetime) -> Condition:
    """Ask for states as everyone sees them."""
    state, due_at = deadline.c.state, deadline.c.due_at
    conditions: list[Condition] = []
    for wanted in states:
        if wanted is State.OPEN:
            conditions.append(and_(text(STANDING), state == wanted.value, due_at >= now))
        elif wanted is State.OVERDUE:
            passed = or_(state == wanted.value, and_(state == State.OPEN.value, due_at < now))
            conditions.append(and_(text(STANDING), passed))
        else:
            conditions.append(state == wanted.value)
    return or_(*conditions)


def standing(conn: Connection, *, now: datetime) -> dict[tuple[str, str, str], int]:
    """Count what is open and what is overdue, by kind, municipality and state."""
    state = case((deadline.c.due_at < now, State.OVERDUE.value), else_=State.OPEN.value)
    query = (
        select(deadline.c.kind, deadline.c.municipality, state, func.count())
        .where(text(STANDING))
        .group_by(deadline.c.kind, deadline.c.municipality, state)
    )
    return {(row[0], row[1], row[2]): row[3] for row in conn.execute(query)}
