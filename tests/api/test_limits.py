"""What holds for every request: a name, and bounds on how often and how slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from starlette.types import Message

from gateway.api import limits
from gateway.api.application import make_application
from gateway.api.limits import RateLimit, patient
from gateway.api.problems import ProblemError
from gateway.composition import Gateway
from tests.api.client import Client
from tests.api.conftest import _nothing_beside
from tests.berichten import OTHER_PROVIDER, PROVIDER, post_of
from tests.gateways import token_for


@pytest.mark.parametrize("given", ["0a1b2c3d-77", "A" * 64, "vraag_1.2-x"])
def test_a_request_keeps_its_name(client: Client, given: str) -> None:
    """A well-formed X-Request-Id stands in the answer, and in a problem document."""
    answer = client.get("/v1/messages", headers={"X-Request-Id": given})
    assert answer.headers.get_list("x-request-id") == [given]
    problem = client.get("/v1/nergens", headers={"X-Request-Id": given})
    assert problem.headers["x-request-id"] == given
    assert problem.json()["requestId"] == given
    refused = client.post(b"<", headers={"X-Request-Id": given})
    assert refused.json()["requestId"] == given


@pytest.mark.parametrize("given", ["", "kort", "999900006", "0123456789", "A" * 65, "met spatie", "é" * 8, "a/b/c/d/e"])
def test_a_request_gets_a_name(client: Client, given: str) -> None:
    """One that gave none, or one that may be a BSN or worse, gets a name of its own each time."""
    names = {client.get("/v1/nergens", headers={"X-Request-Id": given.encode()}).json()["requestId"] for _ in range(2)}
    assert len(names) == 2
    assert given not in names


def test_security_headers(client: Client) -> None:
    """Every answer keeps a browser from guessing, framing and telling on."""
    for answer in (client.get("/health/live"), client.get("/v1/nergens"), client.post(post_of("JW305"))):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.fixture
def limited(gateway: Gateway) -> Iterator[Client]:
    """Give a client of a gateway that lets each token make one request a second, two at once."""
    application = make_application(gateway.services, _nothing_beside, rate_limit=1)
    with Client(application, token_for(gateway, PROVIDER)) as made:
        yield made


def test_a_token_that_asks_too_much(gateway: Gateway, limited: Client) -> None:
    """It hears when to come back, posts included; other tokens and who has none notice nothing."""
    told = [limited.get("/v1/messages").status_code for _ in range(4)]
    assert told[:2] == [200, 200]
    assert told[-1] == 429
    answer = limited.post(post_of("JW305"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.json()["type"] == "/problems/too-many-requests"
    assert limited.get("/v1/messages", token=token_for(gateway, OTHER_PROVIDER)).status_code == 200
    assert [limited.get("/health/live", token="").status_code for _ in range(9)] == [200] * 9


def test_a_bucket_fills_again() -> None:
    """It holds two seconds' worth, and fills with the time that passes."""
    now = 0.0
    limit = RateLimit(10, lambda: now)
    assert [limit.wait(b"a") for _ in range(20)] == [0.0] * 20
    assert limit.wait(b"a") == pytest.approx(0.1)
    assert limit.wait(b"b") == 0.0
    now = 0.5
    assert [limit.wait(b"a") > 0 for _ in range(6)] == [False] * 5 + [True]
    now = 1000.0
    assert [limit.wait(b"a") > 0 for _ in range(21)] == [False] * 20 + [True]


def test_no_limit() -> None:
    """0 lets everybody through."""
    limit = RateLimit(0)
    assert {limit.wait(b"a") for _ in range(1000)} == {0.0}


def test_what_is_remembered_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tokens somebody makes up, only the last ones are remembered."""
    monkeypatch.setattr(limits, "_MOST_CALLERS", 5)
    limit = RateLimit(1)
    for number in range(100):
        limit.wait(str(number).encode())
    assert len(limit._buckets) == 5


def test_a_body_that_trickles_in() -> None:
    """Whoever pauses too long, or takes too long in all, hears that; nothing waits for it for ever."""

    async def receive() -> Message:
        await asyncio.sleep(0.03)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read(idle: float, whole: float) -> int:
        piece, count = patient(receive, idle, whole), 0
        try:
            while True:
                await piece()
                count += 1
        except ProblemError as error:
            assert error.kind == "too-slow"  # noqa: PT017 - how often it went well before matters too
            return count

    assert asyncio.run(read(0.005, 10)) == 0
    assert 1 <= asyncio.run(read(10, 0.1)) <= 4


def test_a_complete_body_is_waited_for_no_longer() -> None:
    """After the last piece only the end of the connection is waited for, and that may take its time."""
    pieces: list[Message] = [{"type": "http.request", "body": b"x"}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        await asyncio.sleep(0.02 if len(pieces) == 1 else 0)
        return pieces.pop(0)

    async def read() -> list[str]:
        piece = patient(receive, 0.01, 0.01)
        return [(await piece())["type"] for _ in range(2)]

    assert asyncio.run(read()) == ["http.request", "http.disconnect"]
