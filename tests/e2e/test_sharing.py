"""The processes of one gateway share the connections."""

from __future__ import annotations

import socket
import time
from collections import Counter
from contextlib import ExitStack

import psutil
import pytest

from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

MANY = 30


def test_connections_are_divided(server: Server) -> None:
    """However many connections come in at once, every process gets its share of them."""
    deadline = time.monotonic() + 30
    # The first process answers a while before the second one is there.
    while len(found := divided(server)) < server.workers or min(found.values()) < MANY // 6:
        assert time.monotonic() < deadline, found
        time.sleep(0.5)


def divided(server: Server) -> Counter[int]:
    """Open many connections, and tell how many of them each process has."""
    with ExitStack() as stack:
        callers = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30)) for _ in range(MANY)
        ]
        for caller in callers:
            caller.sendall(b"GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n")
        for caller in callers:
            assert caller.recv(100).startswith(b"HTTP/1.1 200")
        ends = {caller.getsockname() for caller in callers}
        first = psutil.Process(server.pid)
        return Counter(
            process.pid
            for process in (first, *first.children(recursive=True))
            for connection in process.net_connections("tcp4")
            if connection.status == psutil.CONN_ESTABLISHED and tuple(connection.raddr) in ends
        )
