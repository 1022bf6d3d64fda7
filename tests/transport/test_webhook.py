"""Notes to servers that behave well and badly, on this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from gateway.exchange.attempts import Delivered, Hiccup, Outcome, RefusedForGood
from gateway.networks import read_networks
from gateway.transport.webhook import Note, WebhookTransport, may_reach
from tests.transport.http_server import HttpServer, running

LOOPBACK = read_networks("127.0.0.0/8")


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """Give a server that takes everything."""
    with running() as made:
        made.status = 204
        yield made


def send(url: str, networks: str = "127.0.0.0/8") -> Outcome:
    """Send a note."""
    transport = WebhookTransport(read_networks(networks))
    return asyncio.run(transport.send(Note(url, b'{"a":1}', {"webhook-id": "1"})))


def test_a_note_arrives(server: HttpServer) -> None:
    """Under the name of the server, at its address."""
    url = f"{server.url('localhost')}/hook?a=b"
    assert send(url, "127.0.0.0/8,::1") == Delivered("HTTP 204")
    (heard,) = server.heard
    assert (heard.path, heard.headers["Host"], heard.body) == (
        "/hook?a=b",
        f"localhost:{server.server_port}",
        b'{"a":1}',
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((status, Hiccup(f"HTTP {status}")) for status in (401, 403, 404, 408, 429, 500, 503)),
        *((status, RefusedForGood(f"HTTP {status}")) for status in (400, 405, 410, 413, 415, 422)),
    ],
)
def test_other_answers(server: HttpServer, status: int, outcome: Outcome) -> None:
    """What is wrong with the note itself is for good, and a webhook that is gone; all else is tried again."""
    server.status = status
    assert send(f"{server.url()}/") == outcome


def test_a_redirect_is_not_followed(server: HttpServer) -> None:
    """It would lead past every check."""
    server.status, server.headers = 307, {"Location": f"{server.url()}/elsewhere"}
    assert send(f"{server.url()}/") == Hiccup("HTTP 307")
    assert len(server.heard) == 1


def test_patience_is_heard(server: HttpServer) -> None:
    """Who asks for a minute gets one."""
    server.status, server.headers = 503, {"Retry-After": "60"}
    assert send(f"{server.url()}/") == Hiccup("HTTP 503", timedelta(minutes=1))


def test_a_private_address_is_not_called(server: HttpServer) -> None:
    """Whatever name leads there."""
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"):
        outcome = send(f"https://{host}:{server.server_port}/", "")
        assert outcome == Hiccup("het adres ligt niet op het openbare internet"), host
    assert server.heard == []


def test_the_name_is_looked_up_once(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere at a second look leads nowhere: the address that was checked is the one called."""
    looks: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host == "hook.example":
            looks.append(host)
            address = "127.0.0.1" if len(looks) == 1 else "10.9.9.9"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
        return real(host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert send(f"{server.url('hook.example')}/") == Delivered("HTTP 204")
    assert looks == ["hook.example"]
    assert server.heard[0].headers["Host"] == f"hook.example:{server.server_port}"


def test_one_bad_address_spoils_all(monkeypatch: pytest.MonkeyPatch, server: HttpServer) -> None:
    """A name with a public and a private address is not called at all."""

    def both(_: Any, port: Any, *args: Any, **options: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.1", "192.168.1.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    assert send(f"{server.url('hook.example')}/") == Hiccup("het adres ligt niet op het openbare internet")


def test_nobody_there() -> None:
    """A server that is not there, or a name that does not exist, may be there later."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert isinstance(send(f"http://127.0.0.1:{taken.getsockname()[1]}/"), Hiccup)
    assert send("http://bestaat-niet.invalid/") == Hiccup("de naam van de server is niet te vinden")


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.1", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::1"),
    ],
)
def test_addresses_that_may_not_be_reached(address: str) -> None:
    """Private, link-local, multicast, and addresses in which another one is hidden."""
    assert not may_reach(ip_address(address), ())


@pytest.mark.parametrize("address", ["93.184.215.14", "2a01:4f8::1", "::ffff:93.184.215.14"])
def test_addresses_that_may_be_reached(address: str) -> None:
    """Those of the public internet."""
    assert may_reach(ip_address(address), ())


def test_what_was_allowed() -> None:
    """A network that was named, and no other."""
    assert may_reach(ip_address("10.20.0.1"), read_networks(" 10.20.0.0/16 , ::1"))
    assert may_reach(ip_address("::1"), read_networks("10.20.0.0/16,::1"))
    assert not may_reach(ip_address("10.21.0.1"), read_networks("10.20.0.0/16"))
