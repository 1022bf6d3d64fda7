"""Lists of messages by what they are and who may see them, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, func, not_, or_, select, text, union

from gateway.ijw.berichten import BERICHTEN
from gateway.store import tables
from gateway.store.identifiers import earliest_id
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring

Condition: TypeAlias = ColumnElement[bool]

_MESSAGE = tables.message

# An id is made at receipt, but not at the very same instant; `save` refuses what lies further apart than an hour.
_CLOCK_SLACK = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages: all conditions hold together, an empty one asks nothing.

    `parties` are those whose messages may be seen, sent or received; None sees all. Without `with_opt_out` what is for
    the back-office alone is left out.
    """

    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    identificatie: str | None = None
    parties: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    bsn: str | None = field(default=None, repr=False)
    with_opt_out: bool = True


def search(
    conn: Connection,
    keyring: Keyring,
    wanted: MessageFilter,
    *,
    limit: int,
    now: datetime,
    after: UUID | None = None,
) -> list[MessageRow]:
    """Give the newest messages that fit; `after` is the last one of the page before. `since` is in, `until` is out."""
    query = _query(keyring, wanted, limit, after, now)
    return [MessageRow.from_row(row) for row in conn.execute(query)]


def _query(keyring: Keyring, wanted: MessageFilter, limit: int, after: UUID | None, now: datetime) -> Select[Any]:
    ways, rest = _ways_in(wanted)
    conditions = [
        *_plain_conditions(rest),
        *_period(rest),
        *_bounds(rest, after),
        *_status(rest.statuses, now),
        *_subject(rest.bsn, keyring),
        *_mark(rest),
    ]
    if len(ways) <= 1:
        return select(_MESSAGE).where(*conditions, *ways).order_by(_MESSAGE.c.id.desc()).limit(limit)
    # "Sender or recipient, whichever of these" has no index in the order of the list. Each way in by itself has one,
    # and none of them needs to give more than the page.
    pages = [
        select(_MESSAGE.c.id).where(*conditions, way).order_by(_MESSAGE.c.id.desc()).limit(limit).subquery()
        for way in ways
    ]
    found = union(*(select(page.c.id) for page in pages)).subquery()
    return select(_MESSAGE).join(found, found.c.id == _MESSAGE.c.id).order_by(_MESSAGE.c.id.desc()).limit(limit)


def _ways_in(wanted: MessageFilter) -> tuple[list[Condition], MessageFilter]:
    """Give conditions, one of which holds for every message wanted, that each have an index ordered by id.

    With them comes what the filter asks besides: a condition said twice leads PostgreSQL to another plan.
    """
    sender, recipient = _MESSAGE.c.sender, _MESSAGE.c.recipient
    if wanted.bsn is not None or wanted.identificatie is not None:
        return [], wanted  # few messages are about one person, or bear one mark, and there are indexes for both
    if wanted.senders:
        return [sender == code for code in dict.fromkeys(wanted.senders)], replace(wanted, senders=())
    if wanted.recipients:
        return [recipient == code for code in dict.fromkeys(wanted.recipients)], replace(wanted, recipients=())
    if wanted.parties:
        codes = dict.fromkeys(wanted.parties)
        return [column == code for code in codes for column in (sender, recipient)], replace(wanted, parties=None)
    ways = list(_ways_by_status(wanted.statuses))
    return ways, replace(wanted, statuses=()) if ways else wanted


def _ways_by_status(statuses: tuple[str, ...]) -> Iterator[Condition]:
    """Give a condition for each status of which there are few messages; nothing when one of them is of many."""
    if statuses == ("handled",):
        yield text(tables.HANDLED)  # type: ignore[misc]  # as it stands in its index
    elif tables.ATTENTION.issuperset(statuses):
        yield from (and_(text(tables.NEEDS_ATTENTION), _MESSAGE.c.status == value) for value in dict.fromkeys(statuses))


def _plain_conditions(wanted: MessageFilter) -> Iterator[Condition]:
    for column, values in (
        (_MESSAGE.c.type, wanted.types),
        (_MESSAGE.c.sender, wanted.senders),
        (_MESSAGE.c.recipient, wanted.recipients),
    ):
        if values:
            yield column.in_(values)
    if not wanted.with_opt_out:
        yield not_(_MESSAGE.c.opt_out)
    if wanted.parties is not None:
        yield or_(_MESSAGE.c.sender.in_(wanted.parties), _MESSAGE.c.recipient.in_(wanted.parties))


def _mark(wanted: MessageFilter) -> Iterator[Condition]:
    """Find the senders' own mark by the index in which it stands after sender and type: all of those are named."""
    if wanted.identificatie is None:
        return
    yield _MESSAGE.c.identificatie == wanted.identificatie
    if not wanted.types:
        yield _MESSAGE.c.type.in_(BERICHTEN)
    if not wanted.senders:
        yield _MESSAGE.c.sender.in_(_all_senders())


def _all_senders() -> Select[Any]:
    """Give whoever sent a message: from each the next, for PostgreSQL would read all messages to tell them apart."""
    sender = _MESSAGE.c.sender
    found = select(func.min(sender).label("code")).cte("senders", recursive=True)
    following = select(func.min(sender)).where(sender > found.c.code).scalar_subquery()
    everyone = found.union_all(select(following).where(found.c.code.is_not(None)))
    return select(everyone.c.code).where(everyone.c.code.is_not(None))


def _period(wanted: MessageFilter) -> Iterator[Condition]:
    if wanted.since is not None:
        yield _MESSAGE.c.received_at >= wanted.since
    if wanted.until is not None:
        yield _MESSAGE.c.received_at < wanted.until


def _bounds(wanted: MessageFilter, after: UUID | None) -> Iterator[Condition]:
    """Bound the ids, which are in the order of receipt: the indexes of the lists begin and end there."""
    if wanted.identificatie is not None:
        # Of the few with a mark SQLite would rather walk the whole period, if it could use such an index.
        if after is not None:
            yield func.coalesce(_MESSAGE.c.id, after) < after
        return
    if after is not None:
        yield _MESSAGE.c.id < after
    if wanted.since is not None:
        yield _MESSAGE.c.id >= earliest_id(wanted.since - _CLOCK_SLACK)
    if wanted.until is not None:
        yield _MESSAGE.c.id < earliest_id(wanted.until + _CLOCK_SLACK)


def _status(statuses: tuple[str, ...], now: datetime) -> Iterator[Condition]:
    if not statuses:
        return
    status, lease_expires_at = _MESSAGE.c.status, _MESSAGE.c.lease_expires_at
    fitting: list[Condition] = [status.in_([value for value in statuses if value != "leased"])]
    # A message whose lease has expired waits again, whether or not somebody has written that down.
    if "leased" in statuses:
        fitting.append(and_(status == "leased", lease_expires_at > now))
    if "queued" in statuses:
        fitting.append(and_(status == "leased", lease_expires_at <= now))
    yield or_(*fitting)


def _subject(bsn: str | None, keyring: Keyring) -> Iterator[Condition]:
    if bsn is not None:
        subject = tables.message_subject
        about = select(subject.c.message_id).where(subject.c.bsn_hash.in_(keyring.bsn_hashes(bsn)))
        yield _MESSAGE.c.id.in_(about)
