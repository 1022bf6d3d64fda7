"""The database finds things by an index, however much there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import Connection, event, text

from gateway.store import messages, migrate, queues
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.line import Answer, Line
from gateway.store.messages import MessageFilter
from gateway.store.raw import line_of
from gateway.store.vault import Keyring
from tests.store.samples import BSN, MUNICIPALITY, NOW, PROVIDER, a_message

KEYRING = Keyring({"first": bytes(range(32))})
MANY = 6400


@pytest.fixture
def filled(database_url: str) -> Iterator[Database]:
    """Give a database in which most is over and done with, as it is after a while."""
    migrate.upgrade(database_url)
    database = Database(database_url, keyring=KEYRING)
    new = [
        a_message(
            received_at=NOW - timedelta(minutes=MANY - number),
            sender=f"{10_000_000 + number % 500}",
            recipient=f"{number % 400:04}",
            status={0: "queued", 1: "failed"}.get(number % 200, "delivered"),
            expires_at=NOW + timedelta(days=number),
            bsns=(f"{number % 2000:09}",),
            references=((PROVIDER, MUNICIPALITY, f"{number}"),),
            events=(("accepted", {}), ("queued", {})),
        )
        for number in range(MANY)
    ]
    related = [
        replace(message, relations=((new[place - 1].id, "request"),)) if place else message
        for place, message in enumerate(new)
    ]
    for begin in range(0, MANY, 640):
        with database.write() as conn:
            messages.save(conn, KEYRING, related[begin : begin + 640])
    with database.write() as conn:
        conn.execute(text("ANALYZE"))
    yield database
    database.close()


def plans(database: Database, ask: Callable[[Connection], object]) -> str:
    """Tell how the database goes about the statements of a call."""
    statements: list[tuple[str, Any]] = []
    sent: list[tuple[bytes, Any]] = []
    put = Line.put

    def keep(*args: Any) -> None:
        statements.append((args[2], args[3]))

    def keep_sent(line: Line, statement: bytes, *values: Any) -> Answer:
        sent.append((statement, values))
        return put(line, statement, *values)

    with database.write() as conn:
        event.listen(conn, "before_cursor_execute", keep)
        with mock.patch.object(Line, "put", keep_sent):
            ask(conn)
        event.remove(conn, "before_cursor_execute", keep)
        explain = "EXPLAIN QUERY PLAN" if conn.dialect.name == "sqlite" else "EXPLAIN"
        lines = [
            str(row[-1])
            for statement, parameters in statements
            for row in conn.exec_driver_sql(f"{explain} {statement}", parameters)
        ]
        if (line := line_of(conn)) is not None:
            answers = [line.put(b"EXPLAIN " + statement, *values) for statement, values in sent]
            lines += [str(row[-1]) for answer in answers for row in answer.rows()]
        conn.rollback()
    return "\n".join(lines)


def searching(**wanted: Any) -> Callable[[Connection], object]:
    """Search for messages."""
    return lambda conn: messages.search(conn, KEYRING, MessageFilter(**wanted), limit=20, now=NOW)


ASKS: dict[str, tuple[Callable[[Connection], object], str]] = {
    "queue": (lambda conn: queues.waiting(conn, "0007", limit=10, now=NOW), "ix_message_queue"),
    "lease": (lambda conn: queues.lease(conn, "0007", limit=10, seconds=60, now=NOW), "ix_message_queue"),
    "depth": (lambda conn: queues.depth(conn, now=NOW), "ix_message_queue"),
    "sweep": (lambda conn: queues.sweep(conn, now=NOW), "ix_message_lease_expires_at"),
    "expire": (lambda conn: queues.expire(conn, now=NOW), "ix_message_expires_at"),
    "sent": (searching(senders=("10000007",)), "ix_message_sender_id"),
    "received": (searching(recipients=("0007",)), "ix_message_recipient_id"),
    "party sent": (searching(parties=("0007",)), "ix_message_sender_id"),
    "party received": (searching(parties=("0007", "0009")), "ix_message_recipient_id"),
    "dead letters": (searching(statuses=("failed",)), "ix_message_attention"),
    "handled": (searching(statuses=("handled",)), "ix_message_handled"),
    "bsn": (searching(bsn=BSN), "ix_message_subject_bsn_hash"),
    "party's bsn": (searching(bsn="000000012", parties=("0007",)), "ix_message_subject_bsn_hash"),
    "mark": (searching(identificatie="12"), "uq_message_sender_type_identificatie"),
    "mark in a period": (
        searching(identificatie="12", since=NOW - timedelta(days=4), until=NOW),
        "uq_message_sender_type_identificatie",
    ),
    "next page of a mark": (
        lambda conn: messages.search(
            conn, KEYRING, MessageFilter(identificatie="12"), limit=20, now=NOW, after=new_id(NOW)
        ),
        "uq_message_sender_type_identificatie",
    ),
    "relations": (lambda conn: messages.relations(conn, new_id(NOW)), "uq_message_answers"),
    "events": (lambda conn: messages.events(conn, new_id(NOW)), "ix_event_message_id_id"),
    "request": (
        lambda conn: messages.requests_for(conn, [(PROVIDER, MUNICIPALITY, "12"), (PROVIDER, MUNICIPALITY, "13")]),
        "pk_message_reference",
    ),
    "key": (
        lambda conn: messages.find_by_keys(conn, [("10000007", "JW315", "1"), ("10000008", "JW315", "2")]),
        "uq_message_sender_type_identificatie",
    ),
}


# What SQLite calls the indexes of the constraints.
SQLITE_NAMES = {
    "uq_message_sender_type_identificatie": "sqlite_autoindex_message_2",
    "uq_message_answers": "sqlite_autoindex_message_3",
    "pk_message_reference": "sqlite_autoindex_message_reference_1",
}


def test_everything_is_found_by_an_index(filled: Database) -> None:
    """No list, queue or look-up reads a whole table; each uses the index that was made for it."""
    is_sqlite = filled.engine.dialect.name == "sqlite"
    whole_table = r"SCAN (message|event)\w*(?! USING INDEX ix_message_queue)$" if is_sqlite else r"Seq Scan on"
    for name, (ask, index) in ASKS.items():
        plan = plans(filled, ask)
        expected = SQLITE_NAMES.get(index, index) if is_sqlite else index
        assert expected in plan, f"{name}:\n{plan}"
        assert not re.search(whole_table, plan, re.MULTILINE), f"{name}:\n{plan}"
