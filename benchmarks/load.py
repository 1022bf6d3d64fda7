"""Sixteen connections that post as fast as they are answered.

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
from pathlib import Path

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(slots=True)
class _Connection:
    """One keep-alive connection with one request under way."""

    sock: socket.socket
    answer: bytes = b""

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


def requests(body: bytes, mark: bytes, token: str, start: int) -> Iterator[bytes]:
    """Give the request for a message, each time with another Identificatie in the place of the mark."""
    before, after = body.split(mark)
    head = (
        "POST /v1/messages HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/xml\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    number = start
    while True:
        yield b"".join((head, before, b"%012d" % number, after))
        number += 1


def run(port: int, token: str, body: bytes, *, connections: int, seconds: float, start: int) -> dict[str, float]:
    """Post for so many seconds; gives how many were accepted, and how many were not."""
    selector = selectors.DefaultSelector()
    posts = requests(body, b"@@IDENTIFI@@", token, start)
    for _ in range(connections):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(sock, selectors.EVENT_READ, _Connection(sock))
        sock.sendall(next(posts))
    accepted = refused = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for key, _ in selector.select(1.0):
            status = key.data.take()
            if status is None:
                continue
            accepted += status == 202
            refused += status != 202
            key.data.sock.sendall(next(posts))
    return {"accepted": accepted, "refused": refused, "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    order["body"] = Path(order["body"]).read_bytes()
    print(json.dumps(run(**order)))
