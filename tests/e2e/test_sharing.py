"""The processes of one gateway share the connections."""

from __future__ import annotations

import socket
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.e2e.server import Server
from tests.gateways import open_gateway

pytestmark = pytest.mark.e2e

MANY = 30


def test_connections_are_divided(server: Server) -> None:
    """However many connections come in at once, every process gets its share of them."""
    deadline = time.monotonic() + 30
    # The first process answers a while before the second one is there.
    while len(found := divided(server)) < server.workers or min(found.values()) < MANY // 6:
        assert time.monotonic() < deadline, found
        time.sleep(0.5)


@pytest.mark.postgres
def test_all_end_with_the_process_that_started_them(postgres_url: str, tmp_path: Path) -> None:
    """Whoever kills that one alone can start the gateway again: the port is free, and no old process answers on it."""
    gateway = open_gateway(tmp_path, postgres_url)
    gateway.close()
    server = Server(tmp_path, gateway.settings, workers=2)
    server.start()
    others = psutil.Process(server.pid).children(recursive=True)
    server.kill_first()
    _, alive = psutil.wait_procs(others, timeout=30)
    try:
        assert alive == []
        server.start()
    finally:
        for process in alive:
            process.kill()
        server.stop()


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
