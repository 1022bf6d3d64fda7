"""Sending SOAP: what an answer means, and what is not waited for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import ConfigurationError
from gateway.exchange.attempts import Delivered, Hiccup, Outcome, RefusedForGood
from gateway.transport.ggk0210 import SoapParcel, SoapTransport, TlsFiles


class Server(ThreadingHTTPServer):
    """Answers what it is told to."""

    status, answer = 200, b"ja"
    headers: dict[str, str]
    heard: list[tuple[str, bytes]]

    def __init__(self) -> None:
        self.heard, self.headers = [], {}
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_POST(self) -> None:
        """Keep and answer."""
        self.server.heard.append((self.headers["SOAPAction"], self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server."""
    made = Server()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def send(url: str, size: int = 6) -> tuple[Outcome, bool]:
    """Send six bytes, and say whether the parcel was closed."""
    closed: list[bool] = []

    def judge(status: int, body: bytes) -> Outcome:
        return Delivered("ja") if (status, body) == (200, b"ja") else Hiccup(f"{status}")

    parcel = SoapParcel(url, "urn:a", size, 100, lambda: iter([b"abc", b"def"]), judge, lambda: closed.append(True))
    return asyncio.run(SoapTransport(TlsFiles()).send(parcel)), bool(closed)


def test_it_arrives_in_one_piece(server: Server) -> None:
    """With its length and its action."""
    assert send(f"http://127.0.0.1:{server.server_port}/x") == (Delivered("ja"), True)
    assert server.heard == [('"urn:a"', b"abcdef")]


def test_too_large_is_never_sent(server: Server) -> None:
    """It would be refused for ever."""
    outcome, closed = send(f"http://127.0.0.1:{server.server_port}/x", size=101)
    assert isinstance(outcome, RefusedForGood)
    assert closed
    assert server.heard == []


def test_a_redirect_is_not_followed(server: Server) -> None:
    """What is about children goes where it was meant to go."""
    server.status, server.headers = 307, {"Location": f"http://127.0.0.1:{server.server_port}/elders"}
    assert send(f"http://127.0.0.1:{server.server_port}/x")[0] == Hiccup("307")
    assert len(server.heard) == 1


def test_an_endless_answer_is_not_read(server: Server) -> None:
    """An answer has an end."""
    server.answer = b"x" * 1_000_000
    outcome, _ = send(f"http://127.0.0.1:{server.server_port}/x")
    assert outcome == Hiccup("HTTP 200, met een antwoord dat te lang is")


def test_nobody_there() -> None:
    """It may be there later."""
    outcome, closed = send("http://127.0.0.1:1/x")
    assert isinstance(outcome, Hiccup)
    assert closed


def test_files_that_are_no_certificates(tmp_path: Path) -> None:
    """The start says so, and which settings to look at."""
    wrong = tmp_path / "x.pem"
    wrong.write_text("niets")
    for files in (TlsFiles(certificate=wrong), TlsFiles(authorities=wrong), TlsFiles(certificate=tmp_path / "weg")):
        with pytest.raises(ConfigurationError, match="IJW_GGK_CERTIFICATE"):
            SoapTransport(files)
