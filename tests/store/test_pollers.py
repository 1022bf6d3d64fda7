"""Many pollers of one queue: threads, and processes of their own."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import update

from gateway.store import queues, tables
from gateway.store.engine import Database
from tests.store.samples import MUNICIPALITY, NOW, a_message, kinds, status, stored

POLLERS = 4


def poll(url: str, seed: int) -> list[UUID]:
    """Lease in small handfuls until nothing waits, and acknowledge each; gives what was got, in order."""
    handful = random.Random(seed)
    database = Database(url)
    got: list[UUID] = []
    while True:
        with database.write() as conn:
            leased = queues.lease(conn, MUNICIPALITY, limit=handful.randint(1, 5), seconds=60, now=NOW)
        if not leased:
            database.close()
            return got
        got += [one.message.id for one in leased]
        for one in leased:
            with database.write() as conn:
                assert queues.acknowledge(conn, one.lease.id, now=NOW) == "done"


def pool_of(kind: str) -> Executor:
    """Give threads, or processes that share nothing with this one."""
    if kind == "threads":
        return ThreadPoolExecutor(POLLERS)
    return ProcessPoolExecutor(POLLERS, mp_context=get_context("spawn"))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_every_message_goes_to_one_poller(database: Database, database_url: str, kind: str) -> None:
    """Pollers at the same queue together get every message once, each in the order of the queue."""
    ids = stored(database, *(a_message() for _ in range(60)))
    with pool_of(kind) as pool:
        got = list(pool.map(poll, [database_url] * POLLERS, range(POLLERS)))
    assert Counter(one for some in got for one in some) == Counter(ids)
    assert all(some == sorted(some) for some in got)
    assert {status(database, message_id) for message_id in ids} == {"delivered"}
    assert {tuple(kinds(database, message_id)) for message_id in ids} == {("leased", "delivered")}


def test_of_an_expired_lease_one_poller_gets_the_message(database: Database) -> None:
    """Pollers that come for the same expired leases at once do not both get a message."""
    ids = stored(database, *(a_message() for _ in range(8)))
    for turn in range(4):
        with ThreadPoolExecutor(POLLERS) as pool:
            got = list(pool.map(partial(take, database, NOW + turn * timedelta(minutes=2)), [8] * POLLERS))
        assert sorted(message_id for some in got for message_id in some) == ids


def test_acknowledging_while_another_takes_over(database: Database) -> None:
    """A late acknowledgement and another poller at the same moment: one of them has the message, never both."""
    for _ in range(10):
        (message_id,) = stored(database, a_message())
        with database.write() as conn:
            (leased,) = queues.lease(conn, MUNICIPALITY, limit=1, seconds=60, now=NOW)
        later = NOW + timedelta(minutes=2)
        start = Barrier(2)

        def acknowledge(lease_id: UUID = leased.lease.id, start: Barrier = start) -> str:
            start.wait(10)
            with database.write() as conn:
                return queues.acknowledge(conn, lease_id, now=NOW + timedelta(minutes=2))

        with ThreadPoolExecutor(1) as pool:
            acknowledging = pool.submit(acknowledge)
            start.wait(10)
            got = take(database, later, 1)
        assert (acknowledging.result(), got) in [("done", []), ("gone", [message_id])]
        with database.write() as conn:
            conn.execute(update(tables.message).values(status="delivered"))


def take(database: Database, now: datetime, limit: int) -> list[UUID]:
    """Lease for a minute; gives the messages."""
    with database.write() as conn:
        return [one.message.id for one in queues.lease(conn, MUNICIPALITY, limit=limit, seconds=60, now=now)]
