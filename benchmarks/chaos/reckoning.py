"""What is stored, held against what the parties saw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

import httpx
import psycopg

from benchmarks.chaos.traffic import Seen

# Reading back everything would take longer than the test.
_READ_BACK = 200

_WRONG: dict[str, LiteralString] = {
    "messages that are not delivered": "SELECT id FROM message WHERE status <> 'delivered'",
    "messages under an Identificatie that is there twice": (
        "SELECT min(id::text) FROM message GROUP BY sender, type, identificatie HAVING count(*) > 1"
    ),
    "messages without exactly one acknowledged lease": (
        "SELECT m.id FROM message m LEFT JOIN lease l ON l.message_id = m.id AND l.outcome = 'acknowledged' "
        "GROUP BY m.id HAVING count(l.id) <> 1"
    ),
    "messages without exactly one delivery in their timeline": (
        "SELECT m.id FROM message m LEFT JOIN event e ON e.message_id = m.id AND e.kind = 'delivered' "
        "GROUP BY m.id HAVING count(e.id) <> 1"
    ),
    "messages without content": (
        "SELECT id FROM message m WHERE NOT EXISTS (SELECT FROM message_content c WHERE c.message_id = m.id)"
    ),
    "leases that are still open": "SELECT id FROM lease WHERE outcome IS NULL",
}


def flaws(address: str, seen: Seen) -> Iterator[str]:
    """Say everything that is not as it should be, with how often."""
    with psycopg.connect(address) as connection:
        for name, query in _WRONG.items():
            found = connection.execute(query).fetchall()
            if found:
                yield f"{len(found)} {name}"
        rows = connection.execute("SELECT identificatie, id::text FROM message WHERE origin = 'party'").fetchall()
        known = {row[0] for row in connection.execute("SELECT id::text FROM message")}
    kept: dict[str, str] = dict(rows)
    for name, wrong in (
        ("accepted messages that are lost", [mark for mark in seen.accepted if mark not in kept]),
        ("messages with another id than was answered", seen.accepted.items() - kept.items()),
        ("messages that nobody was told of", kept.keys() - seen.accepted.keys()),
        ("messages that nobody saw himself take over", known - seen.acknowledged.keys()),
        ("messages taken over twice", [one for one, times in seen.acknowledged.items() if times > 1]),
        ("takings over of what is not there", seen.acknowledged.keys() - known),
    ):
        if wrong:
            yield f"{len(wrong)} {name}"
    yield from seen.faults


def unlike(url: str, token: str, seen: Seen) -> Iterator[str]:
    """Read some messages back, from begin to end, and say which are not what was sent, byte for byte."""
    marks = sorted(seen.accepted)
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        for mark in marks[:: max(1, len(marks) // _READ_BACK)]:
            content = client.get(f"/v1/messages/{seen.accepted[mark]}/content")
            if content.content != seen.sent[mark]:
                yield f"message {mark} is not what was sent"


def stored(address: str) -> dict[str, int]:
    """Count what is there, to tell."""
    counts: dict[str, LiteralString] = {
        "messages": "SELECT count(*) FROM message",
        "leases": "SELECT count(*) FROM lease",
        "expired": "SELECT count(*) FROM lease WHERE outcome = 'expired'",
    }
    with psycopg.connect(address) as connection:
        rows = {name: connection.execute(query).fetchone() for name, query in counts.items()}
    return {name: row[0] for name, row in rows.items() if row is not None}
