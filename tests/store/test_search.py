"""Lists of messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gateway.store import messages, queues
from gateway.store.engine import Database
from gateway.store.messages import MessageFilter, NewMessage
from gateway.store.vault import Keyring
from tests.store.samples import BSN, MUNICIPALITY, NOW, PROVIDER, a_message, stored

OTHER_PROVIDER, OTHER_MUNICIPALITY = "12345678", "0363"
OTHER_BSN = "999990020"
HOUR = timedelta(hours=1)


def search(
    database: Database, limit: int = 50, now: datetime = NOW, after: UUID | None = None, **wanted: Any
) -> list[UUID]:
    """Search for messages."""
    with database.read() as conn:
        found = messages.search(conn, database.keyring, MessageFilter(**wanted), limit=limit, now=now, after=after)
    return [row.id for row in found]


@pytest.fixture
def sample(database: Database) -> list[NewMessage]:
    """Store messages of an hour each, the oldest first."""
    each: list[dict[str, Any]] = [
        {"bsns": (BSN,)},
        {"type": "JW317", "bsns": (BSN, OTHER_BSN), "status": "rejected"},
        {"sender": OTHER_PROVIDER, "status": "failed"},
        {"recipient": OTHER_MUNICIPALITY, "status": "manual"},
        {"type": "JW301", "sender": MUNICIPALITY, "recipient": PROVIDER, "bsns": (BSN,)},
        {"type": "JW301", "sender": MUNICIPALITY, "recipient": OTHER_PROVIDER, "status": "delivered"},
        {"sender": OTHER_PROVIDER, "recipient": OTHER_MUNICIPALITY, "status": "expired", "bsns": (BSN,)},
        {"type": "JW323", "status": "delivered", "identificatie": "MARK"},
    ]
    sample = [a_message(received_at=NOW - (8 - hour) * HOUR, **changes) for hour, changes in enumerate(each)]
    stored(database, *sample)
    return sample


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [7, 6, 5, 4, 3, 2, 1, 0]),
    ({"types": ("JW301", "JW323")}, [7, 5, 4]),
    ({"statuses": ("queued",)}, [4, 0]),
    ({"statuses": ("failed",)}, [2]),
    ({"statuses": ("failed", "manual", "failed")}, [3, 2]),
    ({"statuses": ("rejected", "delivered")}, [7, 5, 1]),
    ({"senders": (PROVIDER,)}, [7, 3, 1, 0]),
    ({"senders": (PROVIDER, OTHER_PROVIDER, PROVIDER)}, [7, 6, 3, 2, 1, 0]),
    ({"recipients": (OTHER_MUNICIPALITY, OTHER_PROVIDER)}, [6, 5, 3]),
    ({"senders": (MUNICIPALITY,), "recipients": (OTHER_PROVIDER,)}, [5]),
    ({"parties": (MUNICIPALITY,)}, [7, 5, 4, 2, 1, 0]),
    ({"parties": (PROVIDER, OTHER_MUNICIPALITY)}, [7, 6, 4, 3, 1, 0]),
    ({"parties": ()}, []),
    ({"parties": (OTHER_PROVIDER,), "senders": (PROVIDER,)}, []),
    ({"parties": (OTHER_PROVIDER,), "senders": (MUNICIPALITY, PROVIDER)}, [5]),
    ({"parties": (OTHER_PROVIDER,), "recipients": (MUNICIPALITY,)}, [2]),
    ({"parties": (OTHER_PROVIDER,), "statuses": ("failed",)}, [2]),
    ({"identificatie": "MARK"}, [7]),
    ({"identificatie": "MARK", "parties": (MUNICIPALITY,), "senders": (PROVIDER,)}, [7]),
    ({"identificatie": "MARK", "parties": (OTHER_PROVIDER,)}, []),
    ({"identificatie": "mark"}, []),
    ({"bsn": BSN}, [6, 4, 1, 0]),
    ({"bsn": OTHER_BSN}, [1]),
    ({"bsn": "999990032"}, []),
    ({"bsn": BSN, "parties": (MUNICIPALITY,)}, [4, 1, 0]),
    ({"bsn": BSN, "parties": (MUNICIPALITY,), "types": ("JW317",), "senders": (PROVIDER,)}, [1]),
    ({"since": NOW - 3 * HOUR}, [7, 6, 5]),
    ({"until": NOW - 3 * HOUR}, [4, 3, 2, 1, 0]),
    ({"since": NOW - 6 * HOUR, "until": NOW - 3 * HOUR, "senders": (PROVIDER,)}, [3]),
]


def test_filters(database: Database, sample: list[NewMessage]) -> None:
    """All filters hold together, nobody sees what neither came from nor went to them, and the newest comes first."""
    places = {message.id: place for place, message in enumerate(sample)}
    found = [(wanted, [places[message_id] for message_id in search(database, **wanted)]) for wanted, _ in FILTERS]
    assert found == FILTERS


@pytest.mark.usefixtures("sample")
def test_pages(database: Database) -> None:
    """Page after page gives every message once, in the order of the whole list, whatever is asked."""
    for wanted, _ in FILTERS:
        pages: list[UUID] = []
        while page := search(database, limit=3, after=pages[-1] if pages else None, **wanted):
            assert len(page) <= 3
            pages += page
        assert pages == search(database, **wanted)


def test_a_page_stays_the_same_when_messages_come_in(database: Database, sample: list[NewMessage]) -> None:
    """What comes in meanwhile does not shift the next page."""
    first = search(database, limit=3)
    stored(database, a_message())
    assert search(database, limit=3, after=first[-1]) == [message.id for message in sample[4:1:-1]]


def test_the_period_is_that_of_receipt_to_the_microsecond(database: Database) -> None:
    """`since` is in the period and `until` is not."""
    (message_id,) = stored(database, a_message())
    instant = timedelta(microseconds=1)
    assert search(database, since=NOW, until=NOW + instant) == [message_id]
    assert search(database, since=NOW + instant) == []
    assert search(database, until=NOW) == []


def test_an_expired_lease_is_found_as_queued(database: Database) -> None:
    """Whoever asks for what is queued finds what was leased too long ago, and does not find it as leased."""
    stale, fresh, free = stored(database, a_message(), a_message(), a_message())
    with database.write() as conn:
        queues.lease(conn, MUNICIPALITY, limit=1, seconds=10, now=NOW)
        queues.lease(conn, MUNICIPALITY, limit=1, seconds=60, now=NOW)
    later = NOW + timedelta(seconds=30)
    assert search(database, statuses=("queued",), now=later) == [free, stale]
    assert search(database, statuses=("leased",), now=later) == [fresh]
    assert search(database, statuses=("leased", "queued"), now=later) == [free, fresh, stale]
    assert search(database, statuses=("leased",)) == [fresh, stale]


def test_a_bsn_is_found_across_keys(database: Database) -> None:
    """Messages of before and after a new key are found together."""
    rotated = Keyring({"second": bytes(32), "first": bytes(range(32))})
    (old,) = stored(database, a_message(bsns=(BSN,)))
    new = a_message(bsns=(BSN,))
    with database.write() as conn:
        messages.save(conn, rotated, [new])
    with database.read() as conn:
        found = messages.search(conn, rotated, MessageFilter(bsn=BSN), limit=10, now=NOW)
    assert [row.id for row in found] == [new.id, old]


def test_a_filter_does_not_show_the_bsn() -> None:
    """A filter that ends up in a log has no BSN in it."""
    assert BSN not in repr(MessageFilter(bsn=BSN))
