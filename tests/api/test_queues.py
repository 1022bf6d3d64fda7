"""Queues and leases over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.api.shapes import Leases, MessagePage
from gateway.composition import Gateway
from gateway.services.caller import Scope
from tests.api.client import Client
from tests.berichten import PROVIDER, post_of
from tests.gateways import ANSWERING, PLAIN, Clock, token_for

QUEUE = f"/v1/queues/{PLAIN}"


@pytest.fixture
def token(gateway: Gateway) -> str:
    """Give the municipality's token."""
    return token_for(gateway, PLAIN)


def post_some(client: Client, count: int, name: str = "JW305") -> None:
    """Post messages for the municipality."""
    for number in range(count):
        assert client.post(post_of(name, str(number))).status_code == 202


def lease(client: Client, token: str, **wanted: Any) -> list[dict[str, Any]]:
    """Lease messages."""
    response = client.call("POST", f"{QUEUE}/leases", token=token, json=wanted)
    assert response.status_code == 200
    Leases.model_validate(response.json())
    leases: list[dict[str, Any]] = response.json()["leases"]
    return leases


def end(client: Client, token: str, given: dict[str, Any], how: str) -> int:
    """End a lease."""
    path = f"/v1/leases/{given['leaseId']}"
    method, suffix, body = {
        "acknowledgement": ("PUT", "/acknowledgement", None),
        "failure": ("PUT", "/failure", {"reason": "vol"}),
        "release": ("DELETE", "", None),
    }[how]
    response = client.call(method, path + suffix, token=token, json=body)
    if response.status_code == 204:
        assert response.content == b""
    return response.status_code


def test_what_waits_is_shown(client: Client, token: str) -> None:
    """Oldest first, and looking changes nothing."""
    post_some(client, 3)
    for _ in range(2):
        response = client.get(f"{QUEUE}/messages?limit=2", token=token)
        page = MessagePage.model_validate(response.json())
        assert [item.identificatie for item in page.items] == ["0", "1"]
        assert {item.status for item in page.items} == {"queued"}
        assert page.next_cursor is None


def test_types_can_be_chosen(client: Client, token: str) -> None:
    """One type or several."""
    post_some(client, 1, "JW305")
    post_some(client, 1, "JW307")
    for query, found in (("type=JW307", ["JW307"]), ("type=JW305&type=JW307", ["JW305", "JW307"]), ("", None)):
        items = client.get(f"{QUEUE}/messages?{query}", token=token).json()["items"]
        assert [item["type"] for item in items] == (found or ["JW305", "JW307"])
    assert [one["message"]["type"] for one in lease(client, token, types=["JW307"])] == ["JW307"]


def test_a_lease_without_wishes(client: Client, token: str, clock: Clock) -> None:
    """Ten messages for five minutes, when nothing is said."""
    post_some(client, 11)
    response = client.call("POST", f"{QUEUE}/leases", token=token)
    leases = response.json()["leases"]
    assert len(leases) == 10
    ends = {one["expiresAt"] for one in leases}
    assert [one["attempt"] for one in leases] == [1] * 10
    clock.forward(seconds=299)
    assert len(lease(client, token)) == 1
    clock.forward(seconds=1)
    assert ends == {clock.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    assert len(lease(client, token)) == 10


def test_a_lease_shows_its_message(client: Client, token: str) -> None:
    """The receipt, from which the poller gets to the content."""
    post_some(client, 1)
    (given,) = lease(client, token, limit=1, leaseSeconds=60)
    assert (given["message"]["status"], given["message"]["sender"]) == ("leased", PROVIDER)
    content = client.get(f"/v1/messages/{given['message']['id']}/content", token=token)
    assert content.content == post_of("JW305", "0")


@pytest.mark.parametrize("how", ["acknowledgement", "failure", "release"])
def test_a_lease_is_ended(client_on_each: Client, gateway_on_each: Gateway, how: str) -> None:
    """204, also when repeated; ending it in another way afterwards is 409."""
    client, token = client_on_each, token_for(gateway_on_each, PLAIN)
    post_some(client, 1)
    (given,) = lease(client, token)
    assert [end(client, token, given, how) for _ in range(2)] == [204, 204]
    others = {"acknowledgement", "failure", "release"} - {how}
    assert {end(client, token, given, other) for other in others} == {409}
    assert len(lease(client, token)) == (0 if how == "acknowledgement" else 1)


def test_a_lease_that_somebody_else_has_now(client: Client, token: str, clock: Clock) -> None:
    """409 for whoever is too late, 204 for whoever is late without harm."""
    post_some(client, 2)
    late, harmless = lease(client, token, leaseSeconds=1)
    clock.forward(seconds=1)
    assert len(lease(client, token, limit=1)) == 1
    response = client.call("PUT", f"/v1/leases/{late['leaseId']}/acknowledgement", token=token)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/lease-lost")
    assert end(client, token, harmless, "acknowledgement") == 204


def test_a_dead_letter(client: Client, token: str) -> None:
    """After five failures a message is no longer handed out, and its sender sees why."""
    post_some(client, 1)
    for attempt in range(1, 6):
        (given,) = lease(client, token)
        assert given["attempt"] == attempt
        assert end(client, token, given, "failure") == 204
    assert lease(client, token) == []
    (item,) = client.get("/v1/messages?status=failed").json()["items"]
    timeline = client.get(f"/v1/messages/{item['id']}").json()["timeline"]
    assert [event["event"] for event in timeline][-1] == "dead-letter"
    assert [event["reason"] for event in timeline if event["event"] == "failed"] == ["vol"] * 5


@pytest.mark.parametrize("limit", [1, 100])
@pytest.mark.parametrize("seconds", [1, 3600])
def test_the_limits_are_in(client: Client, token: str, limit: int, seconds: int) -> None:
    """1 to 100 messages, for 1 to 3600 seconds."""
    post_some(client, 2)
    assert len(lease(client, token, limit=limit, leaseSeconds=seconds)) == min(limit, 2)
    assert client.get(f"{QUEUE}/messages?limit={limit}", token=token).status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "veel"},
        {"limit": 1.5},
        {"limit": None},
        {"leaseSeconds": 0},
        {"leaseSeconds": 3601},
        {"types": "JW305"},
        {"types": ["JW999"]},
        {"types": [305]},
        {"aantal": 1},
        {"lease_seconds": 5},
        [],
        "tien",
    ],
)
def test_a_wrong_wish_leases_nothing(client: Client, token: str, wanted: Any) -> None:
    """400, and everything stays where it was."""
    post_some(client, 1)
    response = client.call("POST", f"{QUEUE}/leases", token=token, json=wanted)
    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")
    assert len(lease(client, token)) == 1


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "type=JW999", "cursor=1", "onbekend=1"])
def test_a_wrong_look_is_told(client: Client, token: str, query: str) -> None:
    """400 for what a queue does not know."""
    assert client.get(f"{QUEUE}/messages?{query}", token=token).status_code == 400


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "a" * 501}, {"reason": 1}, {"reason": "a", "x": 1}])
def test_a_failure_has_a_reason(client: Client, token: str, body: dict[str, Any]) -> None:
    """400 without one, and no attempt is counted."""
    post_some(client, 1)
    (given,) = lease(client, token)
    path = f"/v1/leases/{given['leaseId']}/failure"
    assert client.call("PUT", path, token=token, json=body).status_code == 400
    assert client.call("PUT", path, token=token).status_code == 400
    half = b'{"reason": "\\ud800"}'
    assert client.call("PUT", path, token=token, body=half, content_type="application/json").status_code == 400
    assert end(client, token, given, "release") == 204
    assert lease(client, token)[0]["attempt"] == 1


def test_a_reason_of_any_characters(client_on_each: Client, gateway_on_each: Gateway) -> None:
    """Whatever a reason holds is kept as it is, also what a database finds difficult."""
    client, token = client_on_each, token_for(gateway_on_each, PLAIN)
    post_some(client, 1)
    (given,) = lease(client, token)
    reason = "\x00 é 😀 ' \" \\ \n" + "x" * 480
    path = f"/v1/leases/{given['leaseId']}/failure"
    assert client.call("PUT", path, token=token, json={"reason": reason}).status_code == 204
    timeline = client.get(f"/v1/messages/{given['message']['id']}", token=token).json()["timeline"]
    assert timeline[-1]["reason"] == reason


@pytest.mark.parametrize("lease_id", ["123", "%00", "geen-uuid"])
def test_a_lease_is_named_by_its_id(client: Client, token: str, lease_id: str) -> None:
    """400 for what is no id."""
    assert client.call("DELETE", f"/v1/leases/{lease_id}", token=token).status_code == 400


@pytest.mark.parametrize("party", ["9999", ANSWERING, "abc", "0384 ", "%00", "'--", "0" * 5000])
def test_another_queue_is_not_there(client_on_each: Client, gateway_on_each: Gateway, party: str) -> None:
    """404 for a queue of somebody else, of nobody, or of no possible party."""
    token = token_for(gateway_on_each, PLAIN)
    for method, path in (("GET", "messages"), ("POST", "leases")):
        assert client_on_each.call(method, f"/v1/queues/{party}/{path}", token=token).status_code == 404
    admin = token_for(gateway_on_each, scope=Scope.ADMIN)
    status = client_on_each.call("GET", f"/v1/queues/{party}/messages", token=admin).status_code
    assert status == (200 if party == ANSWERING else 404)
