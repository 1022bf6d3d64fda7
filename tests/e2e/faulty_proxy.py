"""A proxy that drops, delays and doubles requests, and passes a client certificate on, as a program.

`python -m tests.e2e.faulty_proxy PORT TARGET FINGERPRINT`. What it does to a request depends on how many came before.
"""

from __future__ import annotations

import http.client
import itertools
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

HEADER: Final = "X-Client-Certificate"
# Nothing arrives; it arrives, but the answer is lost; it arrives twice; late; as it should.
_MOODS: Final = itertools.cycle(["lose-answer", "drop", "double", "late", "pass"])


class Proxy(ThreadingHTTPServer):
    """Knows where to pass on to, and what to say of the client."""

    def __init__(self, port: int, target: int, fingerprint: str) -> None:
        self.target, self.fingerprint = target, fingerprint
        super().__init__(("127.0.0.1", port), Handler)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Proxy

    def do_POST(self) -> None:
        """Pass it on, or not, or twice."""
        mood = next(_MOODS)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = True
        if mood == "drop":
            return
        if mood == "late":
            time.sleep(0.5)
        times = 2 if mood == "double" else 1
        with ThreadPoolExecutor(times) as pool:  # both at the same moment
            *_, (status, answer) = pool.map(self._pass_on, [body] * times)
        if mood == "lose-answer":
            return
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _pass_on(self, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=30)
        headers = {"Content-Type": "text/xml; charset=utf-8", HEADER: self.server.fingerprint}
        connection.request("POST", self.path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, answer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Proxy(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]).serve_forever()
