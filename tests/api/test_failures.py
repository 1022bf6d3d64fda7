"""When the gateway itself fails: nothing is taken, and nothing of the cause goes outside."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.composition import Gateway
from gateway.errors import ConflictError, DatabaseUnavailableError
from gateway.store import messages, queues
from tests.api.client import Client
from tests.berichten import BSN, SURNAME, post_of
from tests.gateways import PLAIN, token_for

SECRET = f"{SURNAME} {BSN}"


@pytest.fixture(params=["reading", "judging", "writing"])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let taking a message fail at some moment, with an error that tells what it should not."""
    add = messages.add

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError(SECRET)

    def fail_after_writing(*arguments: Any) -> Any:
        add(*arguments)
        raise RuntimeError(SECRET)

    match request.param:
        case "reading":
            monkeypatch.setattr("gateway.wire.reader.Reader.read", fail)
        case "judging":
            monkeypatch.setattr("gateway.services.intake.address_of", fail)
        case _:
            monkeypatch.setattr("gateway.services.settling.messages.add", fail_after_writing)
    return str(request.param)


def test_a_failure_of_ours(client: Client, gateway: Gateway, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 without any cause, nothing is kept, and the same post may be repeated."""
    response = client.post(post_of("JW305"))
    assert (response.status_code, response.json()["type"]) == (500, "/problems/internal-error")
    assert set(response.json()) == {"type", "title", "status", "detail", "requestId"}
    monkeypatch.undo()
    assert client.get("/v1/messages").json()["items"] == []
    assert client.post(post_of("JW305")).status_code == 202


@pytest.mark.parametrize(
    "path", ["/v1/messages", "/v1/validations", "/v1/messages/_search", "/metrics", "/health/ready"]
)
def test_any_failure_is_a_problem(client: Client, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Wherever it happens: a problem document, with the headers that belong on every answer."""

    def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError(SECRET)

    for target in (
        "gateway.services.access.Access.identify",
        "gateway.services.health.Watch.health",
    ):
        monkeypatch.setattr(target, fail)
    method = "POST" if path.startswith("/v1") else "GET"
    body = b"{}" if path.endswith("_search") else post_of("JW305")
    content_type = "application/json" if path.endswith("_search") else "application/xml"
    response = client.call(method, path, body=body, content_type=content_type)
    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert SECRET not in response.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/messages", None),
        ("GET", "/v1/messages", None),
        ("POST", "/v1/messages/_search", {}),
        ("POST", f"/v1/queues/{PLAIN}/leases", {}),
        ("GET", "/metrics", None),
    ],
)
def test_a_database_that_is_away(
    client: Client, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: Any
) -> None:
    """503 with a time to try again; nothing was taken."""

    def away(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailableError(SECRET)

    for target in ("gateway.store.engine.Database.read", "gateway.store.engine.Database.write"):
        monkeypatch.setattr(target, away)
    content = {"json": body} if body is not None else {"body": post_of("JW305"), "content_type": "application/xml"}
    response = client.call(method, path, **(content if method == "POST" else {}))
    assert (response.status_code, response.json()["type"]) == (503, "/problems/unavailable")
    assert response.headers["retry-after"] == "30"
    assert SECRET not in response.text


def test_a_database_that_goes_away_under_a_post(
    client: Client, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it is away only at the moment that the message is to be kept."""

    def away(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailableError

    assert client.post(post_of("JW305", "1")).status_code == 202
    monkeypatch.setattr("gateway.store.engine.Database.write", away)
    assert client.post(post_of("JW305", "2")).status_code == 503
    monkeypatch.undo()
    assert client.post(post_of("JW305", "2")).status_code == 202


def test_a_lost_connection_is_tried_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that broke in the middle is no reason to bother the sender."""
    add, broken = messages.add, [DatabaseUnavailableError()]

    def add_once_broken(*arguments: Any) -> Any:
        if broken:
            raise broken.pop()
        return add(*arguments)

    monkeypatch.setattr("gateway.services.settling.messages.add", add_once_broken)
    assert client.post(post_of("JW305")).status_code == 202


def test_a_conflict_nobody_foresaw_is_a_failure(
    client: Client, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the store that no endpoint expects is ours, not the caller's."""

    def conflict(*_: Any, **__: Any) -> Any:
        raise ConflictError(SECRET)

    monkeypatch.setattr(queues, "lease", conflict)
    response = client.call("POST", f"/v1/queues/{PLAIN}/leases", token=token_for(gateway, PLAIN), json={})
    assert response.status_code == 500
    assert SECRET not in response.text
