"""The way to the database, embedded SQLite or PostgreSQL, and the one edge where a driver's errors become ours."""

from __future__ import annotations

import math
import select
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.errors import ConfigurationError, ConflictError, DatabaseUnavailableError, GatewayError, KeyringError
from gateway.store.raw import LINE, STALE, send_waiting
from gateway.store.vault import Keyring

if TYPE_CHECKING:
    import psycopg

    from gateway.store.line import Line

_PATIENCE_SECONDS = 10  # for a place in the pool, and for another process's write on SQLite
_IDLE_SECONDS = 1.0  # a connection that lay idle for longer is asked whether it still lives
_OLDEST_SQLITE = (3, 35)  # INSERT … RETURNING
# Serialization failure, deadlock, lock not available, too many connections; and SQLite's two words for them.
_BUSY = ("40001", "40P01", "55P03", "53300", "SQLITE_BUSY", "SQLITE_LOCKED")
_SQLITE_UNAVAILABLE = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CORRUPT", "SQLITE_NOTADB")


class DatabaseBusyError(DatabaseUnavailableError):
    """The database had no room for this in time, or two writers met; the same may be tried again."""


class DatabaseFailedError(GatewayError):
    """The database refused what it was asked."""


class Database:
    """A database: `read()` and `write()` each give a connection in a transaction of its own."""

    def __init__(self, url: str, *, keyring: Keyring | None = None, pool_size: int = 10) -> None:
        self._keyring = keyring
        parsed = parse_url(url)
        backend = parsed.get_backend_name()
        if backend not in _BACKENDS:
            raise ConfigurationError("De database is SQLite (sqlite:///…) of PostgreSQL (postgresql+psycopg://…).")
        self._writer, self._reader = _BACKENDS[backend](parsed, pool_size)

    @property
    def engine(self) -> Engine:
        """The engine that writes, for the migrations."""
        return self._writer

    @property
    def keyring(self) -> Keyring:
        """The keys of what is stored."""
        if self._keyring is None:
            raise KeyringError("Er is geen sleutel om berichten mee te versleutelen.")
        return self._keyring

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that can only read."""
        with translated(), self._reader.begin() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose writes are all kept at the end, or none of them after an error."""
        with translated(), self._writer.begin() as conn:
            yield conn

    def close(self) -> None:
        """Close the connections; using the database again opens new ones."""
        self._reader.dispose()
        self._writer.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """Turn a driver's errors into the gateway's own."""
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseBusyError from error
    except DBAPIError as error:
        raise _translate(error.orig, lost=error.connection_invalidated) from error
    except sqlite3.Error as error:
        raise _translate(error) from error
    except _psycopg_errors("Error") as error:
        raise _translate(error) from error
    except SQLAlchemyError as error:
        raise DatabaseFailedError from error


def _psycopg_errors(*names: str) -> tuple[type[BaseException], ...]:
    # SQLAlchemy loads psycopg when a PostgreSQL is opened; on SQLite it would be a tenth of the start for nothing.
    driver = sys.modules.get("psycopg")
    return tuple(getattr(driver, name) for name in names) if driver else ()


def _translate(error: BaseException | None, *, lost: bool = False) -> GatewayError:
    if isinstance(error, (sqlite3.IntegrityError, *_psycopg_errors("IntegrityError"))):
        return ConflictError()
    state = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None) or ""
    if state.startswith(_BUSY):
        return DatabaseBusyError()
    if isinstance(error, _psycopg_errors("OperationalError", "InterfaceError")):
        return DatabaseUnavailableError()
    if lost or state.startswith(_SQLITE_UNAVAILABLE):
        return DatabaseUnavailableError()
    return DatabaseFailedError()


def _sqlite(url: URL, pool_size: int) -> tuple[Engine, Engine]:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        raise ConfigurationError(
            f"SQLite is hier {sqlite3.sqlite_version}; de gateway heeft {oldest} of nieuwer nodig."
        )
    if url.database in {None, "", ":memory:"}:
        raise ConfigurationError("Een SQLite-database heeft een bestand nodig: sqlite:///map/bestand.db")
    # SQLite knows one writer at a time. A pool of one makes the threads of this process wait for each other here,
    # in turn, instead of in SQLite's own loop of sleeping and trying again; that one is left for other processes.
    writer = _sqlite_engine(url, "BEGIN IMMEDIATE", pool_size=1)
    reader = _sqlite_engine(url, "BEGIN", "PRAGMA query_only = ON", pool_size=pool_size)
    return writer, reader


def _sqlite_engine(url: URL, begin: str, *pragmas: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_PATIENCE_SECONDS,
        # Without an isolation level the driver begins nothing by itself: its own BEGIN comes too late for a snapshot.
        connect_args={"timeout": _PATIENCE_SECONDS, "isolation_level": None},
    )

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        # FULL: in WAL mode the default may forget the last commits in a power cut, and a 202 is a promise.
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        for pragma in pragmas:
            connection.execute(pragma)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql(begin))
    return engine


def _postgresql(url: URL, pool_size: int) -> tuple[Engine, Engine]:
    writer = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_PATIENCE_SECONDS,
        connect_args={
            "application_name": "ijw-gateway",
            "connect_timeout": _PATIENCE_SECONDS,
            # A plan is kept with its prepared statement. One that was made while a table was small would read all of
            # it ever after, so a scan is the last resort; what that makes dear on paper is not worth compiling.
            "options": f"-c timezone=UTC -c lock_timeout={_PATIENCE_SECONDS}s -c enable_seqscan=off -c jit=off",
        },
    )
    event.listen(writer, "checkin", _put_back)
    event.listen(writer, "checkout", _take)
    event.listen(writer, "connect", _open_line)
    # What waits on the line goes before SQLAlchemy's own statements, and ends with the transaction.
    event.listen(writer, "before_cursor_execute", lambda conn, *_: send_waiting(conn))
    event.listen(writer, "commit", lambda conn: _line_of(conn).commit())
    event.listen(writer, "rollback", _roll_back)
    event.listen(writer, "reset", lambda _, record, __: _line_of(record).roll_back())
    event.listen(writer, "handle_error", _part_with_stale)
    return writer, writer.execution_options(postgresql_readonly=True)


def _open_line(connection: psycopg.Connection[Any], record: ConnectionPoolEntry) -> None:
    from gateway.store.line import Line  # noqa: PLC0415 - only where a PostgreSQL is in use: the driver takes long

    record.info[LINE] = Line(connection)


def _line_of(holder: Connection | ConnectionPoolEntry) -> Line:
    line: Line = holder.info[LINE]
    return line


def _roll_back(conn: Connection) -> None:
    if conn.invalidated:
        return
    # On a line that broke there is nothing to roll back; to try would put another error in the place of the first.
    if (line := _line_of(conn)).broken:
        conn.invalidate()
    else:
        line.roll_back()


def _part_with_stale(context: ExceptionContext) -> None:
    """Part with a connection whose prepared statements are of before a migration: they would fail for ever."""
    if getattr(context.original_exception, "sqlstate", None) in STALE:
        context.is_disconnect = True


def _put_back(_connection: psycopg.Connection[Any] | None, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = time.monotonic()


def _take(connection: psycopg.Connection[Any], record: ConnectionPoolEntry, _proxy: object) -> None:
    """Find out whether a connection from the pool still lives; the server may have been restarted meanwhile.

    SQLAlchemy would ask the server before every use, which under load is a round trip for nothing.
    """
    # The server says nothing to an idle connection, except that it is closing it.
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError
    # That a connection was cut off somewhere on the way is noticed by asking alone.
    if time.monotonic() - record.info.get("idle_since", math.inf) > _IDLE_SECONDS:
        try:
            connection.execute("SELECT 1")
            connection.commit()  # a rollback would make psycopg forget its prepared statements
        except _psycopg_errors("Error") as error:
            raise DisconnectionError from error


_BACKENDS = {"sqlite": _sqlite, "postgresql": _postgresql}


def parse_url(url: str) -> URL:
    """Read the URL of a database."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is the latter
        # The URL itself is not repeated: there may be a password in it.
        raise ConfigurationError("De URL van de database is niet te begrijpen; controleer IJW_DATABASE_URL.") from None
