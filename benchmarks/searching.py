"""(g) A page of a list with a million messages stored, against the same page with ten thousand; on PostgreSQL.

Both databases are there at once and are asked in turns, so that what else the machine does weighs on both. Every page
is full in both, and of the same length.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

from sqlalchemy import Connection, text

from benchmarks.accepting import database
from benchmarks.outcome import Outcome
from gateway.store import messages, migrate
from gateway.store.engine import Database
from gateway.store.identifiers import earliest_id
from gateway.store.messages import MessageFilter
from gateway.store.vault import Keyring

_FEW, _MANY = 10_000, 1_000_000
_LIMIT = 1.5
_PAGE = 20
_ROUNDS = 200
_WARM_UP = 10
# A message every second, the last one now.
_NOW = datetime.now(UTC).replace(microsecond=0)
_PROVIDERS = _MUNICIPALITIES = 4
_PER_PERSON = 40
_BSN = "999900006"
_KEYRING = Keyring({"meting": bytes(range(32))})

# An id is what `new_id` makes: the millisecond, and then what tells apart.
_FILL = f"""
INSERT INTO message (id, type, release, sender, recipient, identificatie, dagtekening, status, origin, size, digest,
                     findings, received_at)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
       'JW3' || lpad((n % 7 * 2 + 1)::text, 2, '0'), '3.2', (10000000 + n / 7 % {_PROVIDERS})::text,
       lpad((n / 11 % {_MUNICIPALITIES})::text, 4, '0'), n::text, at::date,
       CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'delivered' END, 'party', 2000, sha256(n::text::bytea), '[]', at
FROM (SELECT n, CAST(:now AS timestamptz) - (:total - n) * interval '1 second' AS at
      FROM generate_series(1, :total) AS n) AS numbered
"""  # noqa: S608 - numbers of our own
_SUBJECTS = """
INSERT INTO message_subject (message_id, key_id, bsn_hash) SELECT id, 'meting', sha256(id::text::bytea) FROM message
"""
_PERSON = """
UPDATE message_subject SET bsn_hash = :hash
WHERE message_id IN (SELECT id FROM message WHERE CAST(identificatie AS integer) % :apart = 0)
"""

_EARLIER = _NOW - timedelta(seconds=3000)
_LISTS: dict[str, MessageFilter] = {
    "alles": MessageFilter(),
    "van een partij": MessageFilter(parties=("10000001",)),
    "van een partij, één type": MessageFilter(parties=("10000001",), types=("JW305",)),
    "van een partij, mislukt": MessageFilter(parties=("0001",), statuses=("failed",)),
    "voor een gemeente": MessageFilter(recipients=("0001",)),
    "mislukt": MessageFilter(statuses=("failed",)),
    "in een tijd": MessageFilter(until=_EARLIER),
    "over een persoon": MessageFilter(bsn=_BSN),
}


def measure() -> list[Outcome]:
    """Fill two databases, and compare every kind of list."""
    with database() as small, database() as large:
        few, many = _filled(small, _FEW), _filled(large, _MANY)
        try:
            further = earliest_id(_NOW - timedelta(seconds=5000))
            pages = [_compare(name, wanted, few, many) for name, wanted in _LISTS.items()]
            return [*pages, _compare("een pagina verderop", MessageFilter(), few, many, further)]
        finally:
            few.close()
            many.close()


def _filled(url: str, total: int) -> Database:
    migrate.upgrade(url)
    filled = Database(url, keyring=_KEYRING)
    with filled.write() as connection:
        connection.execute(text(_FILL), {"now": _NOW, "total": total})
        connection.execute(text(_SUBJECTS))
        _give_messages(connection, total)
    with filled.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return filled


def _give_messages(connection: Connection, total: int) -> None:
    """Let some messages, spread over all, be about the one person who is searched for."""
    _, hashed = _KEYRING.bsn_hash(_BSN)
    connection.execute(text(_PERSON), {"hash": hashed, "apart": total // _PER_PERSON})


def _compare(name: str, wanted: MessageFilter, few: Database, many: Database, after: UUID | None = None) -> Outcome:
    for filled in (few, many):  # to warm up: prepared statements, caches
        for _ in range(_WARM_UP):
            _page(filled, wanted, after)
    times = [(_page(few, wanted, after), _page(many, wanted, after)) for _ in range(_ROUNDS)]
    short, long = median(pair[0] for pair in times), median(pair[1] for pair in times)
    detail = f"{long * 1000:.2f} ms met {_MANY} berichten, {short * 1000:.2f} ms met {_FEW}"
    return Outcome(f"(g) zoeken: {name}", long / short, at_most=_LIMIT, detail=detail)


def _page(filled: Database, wanted: MessageFilter, after: UUID | None) -> float:
    """Ask for a page; gives the seconds that it took."""
    began = time.perf_counter()
    with filled.read() as connection:
        found = messages.search(connection, _KEYRING, wanted, limit=_PAGE, now=_NOW, after=after)
    took = time.perf_counter() - began
    assert len(found) == _PAGE, "every page is full"
    return took
