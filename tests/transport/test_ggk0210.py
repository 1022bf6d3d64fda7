"""Sending SOAP: what an answer means, and what is not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import ConfigurationError
from gateway.exchange.attempts import LAST_AFTER, Delivered, Hiccup, Outcome, RefusedForGood
from gateway.transport.ggk0210 import SoapParcel, SoapTransport, TlsFiles
from tests.transport.http_server import HttpServer, running


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """Give a server that says yes."""
    with running() as made:
        made.answer = b"ja"
        yield made


def send(url: str, size: int = 6) -> tuple[Outcome, bool]:
    """Send six bytes, and say whether the parcel was closed."""
    closed: list[bool] = []

    def judge(status: int, body: bytes) -> Outcome:
        return Delivered("ja") if (status, body) == (200, b"ja") else Hiccup(f"{status}")

    parcel = SoapParcel(url, "urn:a", size, 100, lambda: iter([b"abc", b"def"]), judge, lambda: closed.append(True))
    return asyncio.run(SoapTransport(TlsFiles()).send(parcel)), bool(closed)


def test_it_arrives_in_one_piece(server: HttpServer) -> None:
    """With its length and its action."""
    assert send(f"{server.url()}/x") == (Delivered("ja"), True)
    (heard,) = server.heard
    assert (heard.headers["SOAPAction"], heard.body) == ('"urn:a"', b"abcdef")


def test_too_large_is_never_sent(server: HttpServer) -> None:
    """It would be refused for ever."""
    outcome, closed = send(f"{server.url()}/x", size=101)
    assert isinstance(outcome, RefusedForGood)
    assert closed
    assert server.heard == []


def test_patience_is_heard(server: HttpServer) -> None:
    """Who asks to be left alone until a moment is understood."""
    server.status, server.headers = 503, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}
    assert send(f"{server.url()}/x")[0] == Hiccup("503", LAST_AFTER)


def test_a_redirect_is_not_followed(server: HttpServer) -> None:
    """What is about children goes where it was meant to go."""
    server.status, server.headers = 307, {"Location": f"{server.url()}/elders"}
    assert send(f"{server.url()}/x")[0] == Hiccup("307")
    assert len(server.heard) == 1


def test_an_endless_answer_is_not_read(server: HttpServer) -> None:
    """An answer has an end."""
    server.answer = b"x" * 1_000_000
    outcome, _ = send(f"{server.url()}/x")
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
