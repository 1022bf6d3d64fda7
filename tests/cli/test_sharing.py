"""Processes share the connections that come in."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import pytest

from gateway.cli import sharing
from gateway.cli.sharing import SharingLoop


class Line(asyncio.Protocol):
    """A connection that says that it was taken."""

    def __init__(self, taken: list[asyncio.Transport]) -> None:
        self._taken = taken

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so at once."""
        taken = cast("asyncio.Transport", transport)
        self._taken.append(taken)
        taken.write(b"here")


class Exhausted(socket.socket):
    """A socket of a process that is out of file handles, the first time that it is asked."""

    times = 0

    def accept(self) -> tuple[socket.socket, object]:
        """Refuse once."""
        self.times += 1
        if self.times == 1:
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


@contextmanager
def listening(
    count: int, kind: type[socket.socket] = socket.socket
) -> Iterator[tuple[socket.socket, list[socket.socket]]]:
    """Give a socket, and so many connections to it that wait."""
    with kind(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(count)
        callers = [socket.create_connection(listener.getsockname()) for _ in range(count)]
        try:
            yield listener, callers
        finally:
            for caller in callers:
                caller.close()


def heard(listener: socket.socket, callers: list[socket.socket], *, seconds: float) -> list[bytes]:
    """Take connections until every caller heard something, or time is up; gives what each of them heard."""

    async def go() -> list[bytes]:
        loop = asyncio.get_running_loop()
        taken: list[asyncio.Transport] = []
        server = await loop.create_server(partial(Line, taken), sock=listener)
        for caller in callers:
            caller.setblocking(False)
        hearing = [asyncio.ensure_future(loop.sock_recv(caller, 10)) for caller in callers]
        done, silent = await asyncio.wait(hearing, timeout=seconds)
        said = [each.result() if each in done else b"" for each in hearing]
        for each in silent:
            each.cancel()
        server.close()
        await server.wait_closed()
        for transport in taken:
            transport.abort()
        await asyncio.sleep(0)
        return said

    loop = SharingLoop()
    try:
        return loop.run_until_complete(go())
    finally:
        loop.close()


def test_after_one_it_is_the_others_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many connections wait, a process takes one, and leaves the next for whoever else is free."""
    monkeypatch.setattr(sharing, "_TURN_SECONDS", 60.0)
    with listening(3) as (listener, callers):
        assert sorted(heard(listener, callers, seconds=0.3)) == [b"", b"", b"here"]
        listener.setblocking(False)
        for _ in range(2):  # the others still wait, for any process that asks
            listener.accept()[0].close()


def test_a_process_alone_takes_them_all() -> None:
    """When nobody else is there, nobody waits long."""
    with listening(5) as (listener, callers):
        assert heard(listener, callers, seconds=10) == [b"here"] * 5


def test_out_of_file_handles(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that can open nothing more waits a moment instead of asking all the time, and goes on after that."""
    monkeypatch.setattr(sharing, "_PAUSE_SECONDS", 0.05)
    with listening(2, Exhausted) as (listener, callers):
        assert heard(listener, callers, seconds=10) == [b"here"] * 2
        assert isinstance(listener, Exhausted)
        assert listener.times <= 3 + len(callers)
