"""Connections that post as fast as they are answered: for one client after another an allocation, and then its start.

Run as a process of its own, because it shares two cores with what it measures: the requests are made beforehand and
an answer is only looked at for its status and its length, so that the load costs little.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

# So many are made beforehand: more than a gateway takes on two cores.
_MOST_A_SECOND = 2_000
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(slots=True)
class _Connection:
    """One keep-alive connection with one request under way."""

    sock: socket.socket
    posts: Iterator[bytes]
    answer: bytes = b""

    def post(self) -> None:
        """Send the next message."""
        self.sock.sendall(next(self.posts))

    def take(self) -> int | None:
        """Read what is there; give the status once the answer is complete."""
        chunk = self.sock.recv(65536)
        if not chunk:
            message = "the server closed the connection"
            raise ConnectionError(message)
        self.answer += chunk
        head = self.answer.find(b"\r\n\r\n")
        if head < 0:
            return None
        length = _LENGTH.search(self.answer, 0, head)
        if length is None or len(self.answer) < head + 4 + int(length[1]):
            return None
        status = int(self.answer[9:12])
        self.answer = b""
        return status


def clients(start: int) -> Iterator[tuple[int, bytes]]:
    """Give clients from some place on: a number, and a BSN that passes the test of eleven."""
    for number in range(start, 10**7):
        prefix = 10**7 + number
        check = sum(int(digit) * weight for digit, weight in zip(str(prefix), range(9, 1, -1), strict=True)) % 11
        if check < 10:
            yield number, b"%d%d" % (prefix, check)


def posts(bodies: list[str], token: str, whose: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
    """Give the requests: for each client one with each body, with an Identificatie and ToewijzingNummers of its own."""
    for number, bsn in whose:
        for body in bodies:
            filled = body % {"number": number, "bsn": bsn.decode()}
            head = (
                "POST /v1/messages HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/xml\r\n"
                f"Authorization: Bearer {token}\r\nContent-Length: {len(filled)}\r\n\r\n"
            )
            yield (head + filled).encode()


def run(port: int, token: str, bodies: list[str], *, connections: int, seconds: float, start: int) -> dict[str, float]:
    """Post for so many seconds; gives how many were accepted, and how many were not."""
    selector = selectors.DefaultSelector()
    whose = clients(start)
    to_each = round(seconds * _MOST_A_SECOND / connections)
    prepared = [_prepared(posts(bodies, token, whose), to_each) for _ in range(connections)]
    for each in prepared:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(sock, each)
        selector.register(sock, selectors.EVENT_READ, connection)
        connection.post()
    accepted = refused = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for key, _ in selector.select(1.0):
            status = key.data.take()
            if status is None:
                continue
            accepted += status == 202
            refused += status != 202
            key.data.post()
    return {"accepted": accepted, "refused": refused, "seconds": time.perf_counter() - began}


def _prepared(requests: Iterator[bytes], number: int) -> Iterator[bytes]:
    """Make so many of them now; the others when it is their turn."""
    return chain(list(islice(requests, number)), requests)


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    order["bodies"] = [Path(body).read_text(encoding="utf-8") for body in order["bodies"]]
    print(json.dumps(run(**order)))
