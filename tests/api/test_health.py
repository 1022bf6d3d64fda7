"""For whoever watches, and the pages behind a problem's type."""

from __future__ import annotations

import pytest

from gateway.api.problems import KINDS
from gateway.composition import Gateway
from gateway.errors import DatabaseUnavailableError
from gateway.services.caller import Scope
from tests.api.client import Client
from tests.berichten import post_of
from tests.gateways import PLAIN, Clock, token_for


def test_alive(client: Client) -> None:
    """The process answers, whatever else is wrong."""
    assert client.get("/health/live", token="").json() == {"status": "pass"}


def test_ready(client: Client, gateway: Gateway, clock: Clock) -> None:
    """Each part with its state, and how old the oldest message is."""
    gateway.upkeep.round()
    response = client.get("/health/ready", token="")
    assert response.status_code == 200
    health = response.json()
    assert (health["status"], health["oldestWaiting"]) == ("pass", None)
    assert set(health["parts"]) == {"database", "schemas", "routes", "worker", "queues"}
    receipt = client.post(post_of("JW305")).json()
    clock.forward(minutes=2)
    health = client.get("/health/ready").json()
    assert (health["status"], health["oldestWaiting"]) == ("warn", receipt["receivedAt"])
    assert health["parts"]["worker"]["status"] == "warn"


def test_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 when messages cannot be taken."""

    def away(*_: object) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr("gateway.services.health.workers.last_beat", away)
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["status"]) == (503, "fail")


def test_the_numbers(client: Client, gateway: Gateway) -> None:
    """Prometheus's text, with codes of parties and nothing of a message."""
    client.post(post_of("JW305"))
    response = client.get("/metrics", token=token_for(gateway, scope=Scope.MONITOR))
    assert response.headers["content-type"].startswith("text/plain")
    assert f'ijw_queue_waiting{{party="{PLAIN}"}} 1.0' in response.text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_problem_is_explained(client: Client, kind: str) -> None:
    """What stands in a problem's `type` is the address of a page about it."""
    response = client.get(f"/problems/{kind}", token="")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert KINDS[kind][1] in response.text.replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/", 404),
        ("GET", "/v2/messages", 404),
        ("GET", "/problems/onbekend", 404),
        ("GET", "/problems/<script>", 404),
        ("GET", "/health", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("POST", "/v1/messages/", 404),
        ("POST", "/health/live", 405),
        ("PUT", "/v1/messages", 405),
        ("DELETE", "/v1/messages/_search", 405),
        ("GET", "/v1/messages/_search", 405),
        ("GET", "/v1/messages/_zoek", 404),
        ("GET", "/v1/messages/zoek", 400),
        ("OPTIONS", "/v1/messages", 405),
        ("PATCH", "/v1/validations", 405),
    ],
)
def test_other_addresses(client: Client, method: str, path: str, status: int) -> None:
    """404 and 405 are problems too, inside the API and beside it."""
    response = client.call(method, path)
    assert response.status_code == status
    assert ("allow" in response.headers) == (status == 405)
    assert "script" not in response.text


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/health/live", "GET, HEAD"),
        ("/stuf/ggk0210/OntvangAsynchroon", "GET, HEAD, POST"),
        ("/v1/messages", "GET, POST"),
        ("/v1/messages/_search", "POST"),
        ("/v1/allocations/_search", "POST"),
        ("/v1/requests/_search", "POST"),
        ("/v1/messages/00000000-0000-0000-0000-000000000000", "GET"),
        ("/v1/allocations/00000000-0000-0000-0000-000000000000/coordinator", "GET, PUT, DELETE"),
    ],
)
def test_which_methods_an_address_takes(client: Client, path: str, methods: str) -> None:
    """A 405 names them all, whichever of them comes first in the code."""
    assert client.call("PATCH", path).headers["allow"] == methods
