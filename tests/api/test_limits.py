"""What holds for every request: a name, and bounds on how often and how slowly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.api.application import make_application
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
