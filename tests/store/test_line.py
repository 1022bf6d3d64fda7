"""The line to PostgreSQL beside SQLAlchemy: in one order with it, kept or undone with it, and never in its way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text

from gateway.errors import ConflictError, DatabaseUnavailableError, GatewayError
from gateway.store.engine import Database, DatabaseFailedError
from gateway.store.line import Line
from gateway.store.raw import line_of
from tests.store.test_engine import end_connection

pytestmark = pytest.mark.postgres

INSERT = b"INSERT INTO number (n, v) VALUES ($1, $2)"
NUMBERS = "SELECT n FROM number ORDER BY n"


@pytest.fixture
def numbers(postgres_url: str) -> Iterator[Database]:
    """Give a database with an empty table of numbers."""
    database = Database(postgres_url)
    with database.write() as conn:
        conn.execute(text("DROP TABLE IF EXISTS number"))
        conn.execute(text("CREATE TABLE number (n integer PRIMARY KEY, v bytea)"))
    yield database
    database.close()


def on(conn: Connection) -> Line:
    """Give the line of a connection."""
    line = line_of(conn)
    assert line is not None
    return line


def put(conn: Connection, *numbers: int, value: bytes = b"") -> None:
    """Have numbers wait to be written."""
    for number in numbers:
        on(conn).put(INSERT, (b"%d" % number, value), (0, 1))


def stored(database: Database) -> list[int]:
    """Read the numbers."""
    with database.read() as conn:
        return list(conn.scalars(text(NUMBERS)))


def prepared(conn: Connection) -> int:
    """Count what is prepared on the line."""
    return int(conn.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'line%'")) or 0)


def test_what_waits_goes_with_the_commit(numbers: Database) -> None:
    """Nothing has to be asked for something to be kept."""
    with numbers.write() as conn:
        put(conn, 1, 2)
    assert stored(numbers) == [1, 2]


def test_what_waits_goes_before_what_sqlalchemy_executes(numbers: Database) -> None:
    """Both see what the other did just before, in the order in which it was said."""
    with numbers.write() as conn:
        put(conn, 1)
        assert conn.scalars(text(NUMBERS)).all() == [1]
        conn.execute(text("DELETE FROM number"))
        put(conn, 1, 2)
        assert [row.n for row in on(conn).put(NUMBERS.encode()).rows()] == [1, 2]
        conn.execute(text("INSERT INTO number (n) VALUES (3)"))
    assert stored(numbers) == [1, 2, 3]


def test_an_error_takes_everything_back(numbers: Database) -> None:
    """What waits, what was sent and what SQLAlchemy did end together."""

    def write() -> None:
        with numbers.write() as conn:
            put(conn, 1)
            conn.execute(text("INSERT INTO number (n) VALUES (2)"))
            put(conn, 3)
            raise LookupError

    with pytest.raises(LookupError):
        write()
    assert stored(numbers) == []


@pytest.mark.parametrize("asked", [False, True], ids=["at the commit", "when asked"])
def test_a_conflict_is_told(numbers: Database, asked: bool) -> None:
    """It shows when the statements go, whatever makes them go; the connection is good afterwards."""

    def write() -> None:
        with numbers.write() as conn:
            put(conn, 1, 2, 1, 3)
            if asked:
                conn.execute(text("SELECT 1"))

    for _ in range(3):
        with pytest.raises(ConflictError):
            write()
        assert stored(numbers) == []
    with numbers.write() as conn:
        put(conn, 1)
    assert stored(numbers) == [1]


def test_a_conflict_forgets_nothing_that_is_prepared(numbers: Database) -> None:
    """Twice the same message is no accident: after it no statement has to be prepared anew, nor one more."""
    with numbers.write() as conn:
        put(conn, 1)
        before = prepared(conn)
    for _ in range(5):
        with pytest.raises(ConflictError), numbers.write() as conn:
            put(conn, 1)
    with numbers.write() as conn:
        put(conn, 2)
        assert prepared(conn) == before


def test_a_wrong_statement_is_our_failure(numbers: Database) -> None:
    """One that cannot be prepared fails, and those after it are not executed; later ones are."""

    def write() -> None:
        with numbers.write() as conn:
            on(conn).put(b"INSERT INTO nowhere VALUES (1)")
            put(conn, 1)

    with pytest.raises(DatabaseFailedError):
        write()
    with numbers.write() as conn:
        put(conn, 2)
    assert stored(numbers) == [2]


@pytest.mark.parametrize("asked", [False, True], ids=["at the commit", "when asked"])
def test_a_value_that_cannot_be_sent(numbers: Database, asked: bool) -> None:
    """What was not sent whole leaves nothing behind, neither in the database nor on the next one's connection."""

    def write() -> None:
        with numbers.write() as conn:
            put(conn, 1)
            on(conn).put(INSERT, ("2", b""), (0, 1))  # type: ignore[arg-type]  # that is the mistake
            put(conn, 3)
            if asked:
                conn.execute(text("SELECT 1"))

    for _ in range(3):
        with pytest.raises(TypeError):
            write()
    with numbers.write() as conn:
        put(conn, 4)
    assert stored(numbers) == [4]


def test_the_rows_of_a_statement_that_failed(numbers: Database) -> None:
    """Who asked hears the error, and nobody who asks again gets rows."""
    with numbers.write() as conn:
        answer = on(conn).put(b"SELECT 1 / 0")
        with pytest.raises(psycopg.errors.DivisionByZero):
            answer.rows()
        with pytest.raises(AssertionError):
            answer.rows()
        conn.rollback()


def test_a_reader_cannot_write(numbers: Database) -> None:
    """A transaction that the line begins is as read-only as one that SQLAlchemy begins."""
    with pytest.raises(DatabaseFailedError), numbers.read() as conn:
        put(conn, 1)
    assert stored(numbers) == []


def test_questions_go_together(numbers: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several questions the first that is read sends all of them."""
    sent: list[int] = []
    send = Line.send

    def count(line: Line) -> None:
        sent.append(len(line._waiting))
        send(line)

    monkeypatch.setattr(Line, "send", count)
    with numbers.write() as conn:
        put(conn, 1)
        first, second = (on(conn).put(b"SELECT n + %d AS n FROM number" % more) for more in (1, 2))
        assert (second.rows()[0].n, first.rows()[0].n) == (3, 2)
    assert [number for number in sent if number] == [3]


def test_a_commit_is_no_message_of_its_own(numbers: Database) -> None:
    """It goes with the last of what waits; the driver has nothing left to commit."""
    with numbers.write() as conn:
        committed: list[Any] = []
        event.listen(conn, "commit", lambda conn: committed.append(conn.connection.driver_connection.info))
        put(conn, 1)
    (info,) = committed
    assert info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert stored(numbers) == [1]


def test_large_values_do_not_lie_waiting(numbers: Database) -> None:
    """What waits is bounded, and goes in pieces; none of it is lost, whatever the sockets hold."""
    with numbers.write() as conn:
        for number in range(40):
            put(conn, number, value=bytes(300_000))
            assert on(conn)._waiting_bytes <= 1024 * 1024
    with numbers.read() as conn:
        assert conn.scalar(text("SELECT sum(length(v)) FROM number")) == 40 * 300_000


def test_answers_that_are_larger_than_the_sockets(numbers: Database) -> None:
    """The server is read from while it is written to: neither waits for ever for the other."""
    with numbers.write() as conn:
        put(conn, 1, value=bytes(900_000))
        answers = [
            on(conn).put(b"SELECT v, $1::bytea AS w FROM number", (bytes([place]) * 90_000,), (1,))
            for place in range(10)
        ]
        for place, answer in enumerate(answers):
            (row,) = answer.rows()
            assert (len(row.v), row.w) == (900_000, bytes([place]) * 90_000)


@pytest.mark.parametrize("asked", [False, True], ids=["at the commit", "when asked"])
def test_a_server_that_goes_away_is_unavailable(numbers: Database, postgres_url: str, asked: bool) -> None:
    """Nobody is told that it was kept; the next ones get a new connection, and prepare on it."""

    def write() -> None:
        with numbers.write() as conn:
            put(conn, 1)
            end_connection(postgres_url, conn.scalar(text("SELECT pg_backend_pid()")))
            put(conn, 2)
            if asked:
                on(conn).put(NUMBERS.encode()).rows()

    with pytest.raises(DatabaseUnavailableError):
        write()
    with numbers.write() as conn:
        put(conn, 3)
    assert stored(numbers) == [3]


@pytest.mark.parametrize("way", ["line", "sqlalchemy"])
def test_a_table_that_a_migration_changed(numbers: Database, postgres_url: str, way: str) -> None:
    """What was prepared before fails once; who comes next has a connection that knows the table as it is."""

    def ask() -> list[Any]:
        with numbers.write() as conn:
            if way == "line":
                return on(conn).put(b"SELECT v FROM number").rows()
            return list(conn.execute(text("SELECT v FROM number")))

    for _ in range(10):  # The driver prepares what it executes for the fifth time.
        assert ask() == []
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("ALTER TABLE number ALTER v TYPE text USING ''")
    with pytest.raises(GatewayError):
        ask()
    assert ask() == []


def test_an_interruption_is_heard_as_that(numbers: Database) -> None:
    """Ctrl-C while the database is waited for is no failure of the database, and its connection goes to nobody."""
    with numbers.write() as other:
        other.execute(text("LOCK TABLE number"))
        threading.Timer(0.3, signal.raise_signal, [signal.SIGINT]).start()
        with pytest.raises(KeyboardInterrupt), numbers.write() as conn:
            on(conn).put(b"SELECT n FROM number").rows()
    assert stored(numbers) == []


DOINGS = st.lists(st.tuples(st.sampled_from(["line", "sqlalchemy", "ask"]), st.integers(1, 6)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(transactions=st.lists(st.tuples(DOINGS, st.sampled_from(["commit", "fail"])), min_size=1, max_size=4))
def test_whatever_the_order(numbers: Database, transactions: list[tuple[list[tuple[str, int]], str]]) -> None:
    """Any mixture of the two ways says what a plain set of numbers says."""
    with numbers.write() as conn:
        conn.execute(text("DELETE FROM number"))
    expected: set[int] = set()
    for doings, end in transactions:
        told = [number for way, number in doings if way != "ask"]
        right = expected.isdisjoint(told) and len(set(told)) == len(told)
        if end == "fail" or not right:
            with pytest.raises((ConflictError, LookupError) if end == "fail" else ConflictError):
                do(numbers, doings, expected, end)
        else:
            do(numbers, doings, expected, end)
            expected |= set(told)
        assert stored(numbers) == sorted(expected)


def do(database: Database, doings: list[tuple[str, int]], before: set[int], end: str) -> None:
    """Have numbers written in one of the ways, and what is there asked in between."""
    there = set(before)
    with database.write() as conn:
        for way, number in doings:
            if way == "line":
                put(conn, number)
            elif way == "sqlalchemy":
                conn.execute(text("INSERT INTO number (n) VALUES (:n)"), {"n": number})
            else:
                assert {row.n for row in on(conn).put(NUMBERS.encode()).rows()} == there
                continue
            there.add(number)
        if end == "fail":
            raise LookupError
