"""A line to PostgreSQL: statements wait until an answer is wanted, and then go together, in one message.

This is for the few statements that every message needs. psycopg has a pipeline too, but spends six times the processor
time of this on a batch: it looks on the line for answers after every single statement, and makes a cursor of each. So
the driver's own objects beneath it are used, that it describes for this (`psycopg.pq`): statements are prepared at
their first use, and the values are bytes already.

It stands beside SQLAlchemy on the same connection, and whoever made the engine keeps the two in order: what waits here
goes first (`send`), and whole transactions end for both (`commit`, `roll_back`).
"""

from __future__ import annotations

import select
from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from gateway.store.raw import STALE

# What waits lies in memory; above this it goes.
_MOST_WAITING_BYTES: Final = 1024 * 1024

# A statement, its values with the format of each (0 is text, 1 is binary), and who hears the answer.
_Waiting: TypeAlias = "tuple[bytes, Sequence[bytes | None], Sequence[int], Answer]"
_Taker: TypeAlias = Callable[[PGresult], None]

_GOOD: Final = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
_FAILED: Final = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)


class Answer:
    """What a statement gives, once it was sent."""

    __slots__ = ("_line", "_result")

    def __init__(self, line: Line) -> None:
        """Begin without a result."""
        self._line = line
        self._result: PGresult | None = None

    def take(self, result: PGresult) -> None:
        """Have what the server gave."""
        self._result = result

    def rows(self) -> list[Any]:
        """Give the rows with their columns by name; what waits is sent first."""
        if self._result is None:
            self._line.send()
        if self._result is None:
            raise AssertionError("a statement that failed has no rows")
        return self._line.read(self._result)


class Line:
    """The line of one connection."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        """Use a connection of the driver."""
        self._driver = driver
        self._link: PGconn = driver.pgconn
        self._reader = Transformer(driver)
        self._names: dict[bytes, bytes] = {}  # of the statements that are prepared
        self._numbered = 0
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._readable, self._either = select.poll(), select.poll()
        self._readable.register(self._link.socket, select.POLLIN)
        self._either.register(self._link.socket, select.POLLIN | select.POLLOUT)

    def put(self, statement: bytes, values: Sequence[bytes | None] = (), formats: Sequence[int] = ()) -> Answer:
        """Have a statement wait, with its values for $1, $2, … and the format of each; gives what will have its answer.

        What is wrong with it shows when it is sent: that is when something is asked, or at the end.
        """
        answer = Answer(self)
        self._waiting.append((statement, values, formats, answer))
        self._waiting_bytes += sum(map(len, filter(None, values)))
        if self._waiting_bytes > _MOST_WAITING_BYTES:
            self.send()
        return answer

    def send(self) -> None:
        """Send what waits, and take the answers; raises the driver's error of the first that failed."""
        if not self._waiting:
            return
        waiting, link = self._waiting, self._link
        self.drop()
        if link.transaction_status == TransactionStatus.IDLE:
            begin = b"BEGIN READ ONLY" if self._driver.read_only else b"BEGIN"
            waiting.insert(0, (begin, [], [], Answer(self)))
        try:
            link.enter_pipeline_mode()
            takers = self._write(waiting)
            self._flush()
            failed = self._receive(takers)
            link.exit_pipeline_mode()
        except BaseException:
            # Whatever it was, what stands on the line by now is nobody's: another one is opened for who comes next.
            link.finish()
            raise
        if failed is not None:
            error = error_from_result(failed)
            if error.sqlstate in STALE:
                link.finish()
            raise error

    @property
    def broken(self) -> bool:
        """Say whether nothing can be sent any more."""
        return self._link.status == ConnStatus.BAD

    def commit(self) -> None:
        """Send what waits, with the end of the transaction; nothing where nothing waits."""
        if self._waiting:
            self.put(b"COMMIT")
            self.send()

    def roll_back(self) -> None:
        """End a transaction without keeping it. The driver's own way forgets what is prepared, with every conflict."""
        self.drop()
        if not self.broken and self._link.transaction_status != TransactionStatus.IDLE:
            self._link.exec_(b"ROLLBACK")

    def drop(self) -> None:
        """Forget what waits."""
        self._waiting, self._waiting_bytes = [], 0

    def read(self, result: PGresult) -> list[Any]:
        """Give the rows of a result as the driver reads them."""
        names = tuple((result.fname(place) or b"").decode() for place in range(result.nfields))
        self._reader.set_pgresult(result)
        return self._reader.load_rows(0, result.ntuples, _maker(names))

    def _write(self, waiting: list[_Waiting]) -> list[_Taker]:
        """Put all in the driver's buffer; gives who takes each of the results."""
        takers: list[_Taker] = []
        new: dict[bytes, bytes] = {}
        for statement, values, formats, answer in waiting:
            name = self._names.get(statement) or new.get(statement)
            if name is None:
                self._numbered += 1
                name = new[statement] = b"line_%d" % self._numbered
                self._link.send_prepare(name, statement)
                takers.append(partial(self._prepared, statement, name))
            self._link.send_query_prepared(name, values, formats)
            takers.append(answer.take)
        self._link.pipeline_sync()
        return takers

    def _prepared(self, statement: bytes, name: bytes, _: PGresult) -> None:
        self._names[statement] = name

    def _flush(self) -> None:
        while self._link.flush():
            # The server may be waiting for us to take an answer before it reads on.
            if any(event & select.POLLIN for _, event in self._either.poll()):
                self._link.consume_input()

    def _receive(self, takers: list[_Taker]) -> PGresult | None:
        """Hand out the results up to the end; gives the first that is an error."""
        failed = None
        left = iter(takers)
        while True:
            while self._link.is_busy():
                self._readable.poll()
                self._link.consume_input()
            result = self._link.get_result()
            if result is None:  # It stands between the results, and is all that a line which broke gives.
                if self.broken:
                    raise psycopg.OperationalError("the connection is lost")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return failed
            elif result.status in _GOOD:
                next(left)(result)
            elif result.status in _FAILED:
                # Those after the first that fails are not executed, and say no more than that.
                failed = failed or result
            else:
                raise AssertionError(f"a statement on the line gives rows or nothing, not {result.status}")


@cache
def _maker(names: tuple[str, ...]) -> Callable[[Sequence[Any]], Any]:
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - only a result tells the names
    make: Callable[[Sequence[Any]], Any] = row._make
    return make
