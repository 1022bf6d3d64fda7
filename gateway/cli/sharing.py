"""How several processes share the connections that come in: one at a time, whoever is free.

A loop by itself takes all connections that wait, in one go. Those of a supplier who opens a handful and keeps them
would all be with one process, for as long as they last, while the others have nothing to do.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final

import uvloop

from gateway.logs import get_logger

_log = get_logger(__name__)

# Long enough for a process that has nothing to do to wake up and take the next one; that one waits no longer for it.
_TURN_SECONDS: Final = 0.001
# Out of file handles, or of memory: other connections have to end first.
_PAUSE_SECONDS: Final = 1.0


class SharingLoop(uvloop.Loop):
    """An event loop that takes one connection a turn from a socket that it shares with other processes."""

    async def create_server(  # type: ignore[override]  # as uvicorn calls it: with a socket that listens
        self, protocol_factory: Callable[[], asyncio.Protocol], *, sock: socket.socket, **_: Any
    ) -> Acceptor:
        """Take connections from a socket."""
        return Acceptor(self, protocol_factory, sock)


class Acceptor:
    """Takes connections from a socket, one each time that the loop finds that some wait; then it is another's turn."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, factory: Callable[[], asyncio.Protocol], sock: socket.socket
    ) -> None:
        """Begin at once."""
        self._loop = loop
        self._factory = factory
        self._sock = sock
        self._opening: set[asyncio.Task[Any]] = set()
        self._pause: asyncio.TimerHandle | None = None
        sock.setblocking(False)
        self._listen()

    def close(self) -> None:
        """Take no more; the socket stays with whoever made it."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._sock)

    async def wait_closed(self) -> None:
        """Wait for nothing: what was taken is the server's by now."""

    def _listen(self) -> None:
        self._loop.add_reader(self._sock, self._accept)

    def _accept(self) -> None:
        pause = _TURN_SECONDS
        try:
            connection, _ = self._sock.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # Another process was quicker, or who called is gone.
        except OSError as error:
            _log.error("no-connections-for-a-moment", reason=error.strerror)
            pause = _PAUSE_SECONDS
        else:
            self._open(connection)
        self._loop.remove_reader(self._sock)
        self._pause = self._loop.call_later(pause, self._listen)

    def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        # An answer goes at once, as with any other loop.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(self._loop.connect_accepted_socket(self._factory, connection))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)
