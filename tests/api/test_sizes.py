"""The limit of 25 MB, whichever way a body comes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.wire.document import MAX_SIZE, MEBIBYTE
from tests.api.client import Client

PATHS = ["/v1/messages", "/v1/validations"]
TYPES = ["application/xml", "application/json", "application/zip"]


def pieces(size: int) -> Iterator[bytes]:
    """Give a body in pieces, without its length."""
    while size > 0:
        yield b" " * min(size, MEBIBYTE)
        size -= MEBIBYTE


def never() -> Iterator[bytes]:
    """Be a body that nobody should read."""
    yield b" "
    pytest.fail("what is said to be too large was read to its end")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("media_type", TYPES)
def test_a_length_over_the_limit_is_refused_unread(client: Client, path: str, media_type: str) -> None:
    """413 by the Content-Length alone (BRS06)."""
    headers = {"Content-Length": str(MAX_SIZE + 1)}
    response = client.call("POST", path, body=never(), content_type=media_type, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "BRS06")
    assert response.json()["findings"][0]["source"] == "gateway"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("media_type", TYPES)
def test_a_body_over_the_limit_is_refused_while_it_comes(client: Client, path: str, media_type: str) -> None:
    """413 for a body that does not tell its length, as soon as it is over the limit."""

    def endless() -> Iterator[bytes]:
        yield from pieces(MAX_SIZE + 1)
        yield from never()

    response = client.call("POST", path, body=endless(), content_type=media_type)
    assert (response.status_code, response.json()["code"]) == (413, "BRS06")


@pytest.mark.parametrize("media_type", TYPES)
def test_a_body_of_exactly_the_limit_is_judged(client: Client, media_type: str) -> None:
    """25 MB is 25 × 1024 × 1024 bytes; a body of that is too large for nobody, though not a message either."""
    response = client.post(pieces(MAX_SIZE), media_type)
    assert response.status_code == 400
    assert response.json()["code"] in {"BRS13", "BRS14", "BRS15"}


@pytest.mark.parametrize("length", ["-1", "abc", "1e9", "²"])
def test_a_length_that_is_no_number_is_no_trouble(client: Client, length: str) -> None:
    """A server refuses such a header before it gets here; should it not, the body itself is counted."""
    response = client.post(iter([b"<a/>"]), headers={"Content-Length": length.encode("latin-1")})
    assert (response.status_code, response.json()["code"]) == (400, "BRS13")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/messages/_search"), ("POST", "/v1/queues/0384/leases"), ("PUT", "/v1/leases/x/failure")],
)
def test_a_question_is_no_larger_than_a_megabyte(client: Client, method: str, path: str) -> None:
    """A question in JSON is read whole, so it is bounded, also for whoever has no token."""
    body = (b'{"reason": "' if n == 0 else b"a" * MEBIBYTE for n in range(3))
    response = client.call(method, path, body=body, content_type="application/json", token="")
    assert response.status_code == 413
    assert response.json()["type"] == "/problems/too-large"
