"""The way to the database."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import column, select, table, text

from gateway.errors import ConfigurationError, ConflictError, DatabaseUnavailableError, KeyringError
from gateway.store import engine
from gateway.store.engine import Database, DatabaseBusyError, DatabaseFailedError
from gateway.store.vault import Keyring

NUMBER = table("number", column("n"), column("v"))


@pytest.fixture
def numbers(database_url: str) -> Iterator[Database]:
    """Give a database with a table of numbers."""
    database = Database(database_url)
    with database.write() as conn:
        conn.execute(text("CREATE TABLE number (n integer PRIMARY KEY, v integer NOT NULL)"))
        conn.execute(text("INSERT INTO number VALUES (1, 0), (2, 0)"))
    yield database
    database.close()


def add(database: Database, n: int) -> None:
    """Add one to a number in a transaction that reads first."""
    with database.write() as conn:
        value = conn.execute(select(NUMBER.c.v).where(NUMBER.c.n == n).with_for_update()).scalar_one()
        conn.execute(text("UPDATE number SET v = :v WHERE n = :n"), {"n": n, "v": value + 1})


def values(database: Database) -> list[int]:
    """Read the numbers."""
    with database.read() as conn:
        return list(conn.scalars(text("SELECT v FROM number ORDER BY n")))


def test_what_is_written_is_there(numbers: Database) -> None:
    """A write that ends well is kept."""
    add(numbers, 1)
    assert values(numbers) == [1, 0]


def test_a_write_that_fails_leaves_nothing(numbers: Database) -> None:
    """An error takes everything of its transaction back."""

    def write() -> None:
        with numbers.write() as conn:
            conn.execute(text("UPDATE number SET v = 5"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert values(numbers) == [0, 0]


def test_a_reader_cannot_write(numbers: Database) -> None:
    """What only reads can change nothing, not even by mistake, and its connection is fit for use afterwards."""
    with pytest.raises(DatabaseFailedError), numbers.read() as conn:
        conn.execute(text("UPDATE number SET v = 5"))
    assert values(numbers) == [0, 0]
    add(numbers, 1)


def test_writers_wait_for_each_other(numbers: Database) -> None:
    """Many threads that write the same row lose no write and see no error."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: add(numbers, 1), range(100)))
    assert values(numbers) == [100, 0]


def test_readers_do_not_wait_for_a_writer(numbers: Database) -> None:
    """While something is being written, everybody reads how it was."""
    with numbers.write() as conn:
        conn.execute(text("UPDATE number SET v = 5"))
        assert values(numbers) == [0, 0]


def test_a_conflict_is_told(numbers: Database) -> None:
    """What contradicts the stored rows is a ConflictError that repeats no value."""
    with pytest.raises(ConflictError) as caught, numbers.write() as conn:
        conn.execute(text("INSERT INTO number VALUES (1, :value)"), {"value": 987654321})
    assert "987654321" not in str(caught.value) + str(caught.value.__cause__)


def test_a_wrong_statement_is_our_failure(numbers: Database) -> None:
    """A statement that the database does not understand is a GatewayError, and no conflict."""
    with pytest.raises(DatabaseFailedError), numbers.read() as conn:
        conn.execute(text("SELECT nothing FROM nowhere"))


def test_other_errors_pass(numbers: Database) -> None:
    """An error of the gateway itself stays what it is."""
    with pytest.raises(KeyringError), numbers.read():
        _ = numbers.keyring


def test_a_process_that_dies_leaves_nothing(numbers: Database, database_url: str) -> None:
    """What a killed process was writing is gone, and nobody has to wait for it."""
    code = (
        "import os, sys; from sqlalchemy import text; from gateway.store.engine import Database\n"
        "with Database(sys.argv[1]).write() as conn:\n"
        "    conn.execute(text('UPDATE number SET v = 5')); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", code, database_url], check=False)
    assert died.returncode == -9
    add(numbers, 1)
    assert values(numbers) == [1, 0]


def test_a_full_pool_is_busy(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds no free connection in time is told that the same may be tried again."""
    monkeypatch.setattr(engine, "_PATIENCE_SECONDS", 1)
    database = Database(database_url, pool_size=1)
    with database.write(), pytest.raises(DatabaseBusyError), database.write():
        pass
    with database.write():
        pass
    database.close()


@pytest.mark.postgres
def test_a_deadlock_is_busy(postgres_url: str) -> None:
    """Of two writers that lock each other out one goes on and the other may try again."""
    database = Database(postgres_url)
    with database.write() as conn:
        conn.execute(text("DROP TABLE IF EXISTS number"))
        conn.execute(text("CREATE TABLE number (n integer PRIMARY KEY, v integer NOT NULL)"))
        conn.execute(text("INSERT INTO number VALUES (1, 0), (2, 0)"))
    meeting = Barrier(2)

    def lock(order: tuple[int, int]) -> bool:
        try:
            with database.write() as conn:
                conn.execute(text("UPDATE number SET v = v + 1 WHERE n = :n"), {"n": order[0]})
                meeting.wait(10)
                conn.execute(text("UPDATE number SET v = v + 1 WHERE n = :n"), {"n": order[1]})
        except DatabaseBusyError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lock, [(1, 2), (2, 1)])) == [False, True]
    assert values(database) == [1, 1]
    database.close()


@pytest.mark.postgres
def test_a_server_that_goes_away_is_unavailable(postgres_url: str) -> None:
    """A transaction whose connection the server ends is an error for its user; the next ones get a new connection."""
    database = Database(postgres_url)

    def write() -> None:
        with database.write() as conn:
            end_connection(postgres_url, conn.scalar(text("SELECT pg_backend_pid()")))
            conn.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailableError):
        write()
    with database.read() as conn:
        pid = conn.scalar(text("SELECT pg_backend_pid()"))
    end_connection(postgres_url, pid)
    with database.write() as conn:
        assert conn.scalar(text("SELECT 1")) == 1
    database.close()


@pytest.mark.postgres
def test_a_commit_that_gets_lost_is_unavailable(postgres_url: str) -> None:
    """When nobody can say whether it was kept, the writer is not told that it was."""
    database = Database(postgres_url)
    with pytest.raises(DatabaseUnavailableError), database.write() as conn:
        end_connection(postgres_url, conn.scalar(text("SELECT pg_backend_pid()")))
    database.close()


def end_connection(url: str, pid: int) -> None:
    """End a connection as a restart of the server does, and wait until it has ended."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://postgres:geheim@127.0.0.1:1/ijw"]
)
def test_a_database_that_is_not_there_is_unavailable(url: str) -> None:
    """A missing folder or a server that does not answer is told, without the password."""
    database = Database(url)
    with pytest.raises(DatabaseUnavailableError) as caught, database.read():
        pass
    assert "geheim" not in str(caught.value) + str(caught.value.__cause__)


@pytest.mark.parametrize("url", ["", "geheim", "mysql://root:geheim@localhost/ijw", "sqlite://", "sqlite:///:memory:"])
def test_a_url_of_another_kind_is_told(url: str) -> None:
    """Only SQLite in a file and PostgreSQL will do, and what was given is not repeated."""
    with pytest.raises(ConfigurationError) as caught:
        Database(url)
    assert "geheim" not in str(caught.value)


def test_the_driver_of_postgresql_need_not_be_told() -> None:
    """`postgresql://` means the driver that the gateway comes with."""
    assert Database("postgresql://localhost/ijw").engine.dialect.driver == "psycopg"


def test_an_old_sqlite_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python with a SQLite that is too old says so at the start."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(ConfigurationError, match=r"3\.35"):
        Database(f"sqlite:///{tmp_path / 'gateway.db'}")


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    """Both kinds of connection write ahead, sync every commit, check references and wait for other processes."""
    database = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
    for connected in (database.write, database.read):
        with connected() as conn:
            pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            assert [conn.scalar(text(f"PRAGMA {pragma}")) for pragma in pragmas] == ["wal", 2, 1, 10_000]
    database.close()


def test_a_sqlite_locked_by_another_process_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another process keeps writing, this one gives up in time and says that it may be tried again."""
    monkeypatch.setattr(engine, "_PATIENCE_SECONDS", 1)
    path = tmp_path / "gateway.db"
    database = Database(f"sqlite:///{path}")
    with database.read():
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusyError), database.write():
            pass
    with database.write():
        pass
    database.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    """A file of something else is not touched."""
    path = tmp_path / "gateway.db"
    path.write_text("een heel ander bestand " * 100)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnavailableError), database.write():
        pass
    assert path.read_text().startswith("een heel ander bestand")
    database.close()


def test_a_closed_database_can_be_used_again(numbers: Database) -> None:
    """Closing lets go of the connections, and no more."""
    numbers.close()
    assert values(numbers) == [0, 0]


def test_the_keyring_is_the_one_that_was_given(tmp_path: Path) -> None:
    """A database keeps the keys that belong to it."""
    keyring = Keyring({"key": bytes(32)})
    assert Database(f"sqlite:///{tmp_path / 'gateway.db'}", keyring=keyring).keyring is keyring
