"""Decisions on requests and reports of allocations over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.api.shapes import Receipt
from gateway.composition import Gateway
from gateway.exchange.address import RequestKey
from gateway.services.clock import dutch_day
from gateway.store.requests import request_id
from tests.api.client import Client
from tests.berichten import PROVIDER, heenbericht, xml
from tests.gateways import PLAIN, Clock, allocation_of, token_for
from tests.services.own_exchange import CLIENT

REQUEST = f"/v1/requests/{request_id(RequestKey(PROVIDER, PLAIN, 'R7'))}/decision"


@pytest.fixture
def token(gateway: Gateway) -> str:
    """Give the municipality's token."""
    return token_for(gateway, PLAIN)


@pytest.fixture
def asked(client: Client) -> str:
    """Let the provider ask for a product; gives the id of its message."""
    message: str = client.post(xml(heenbericht("JW315", reference="R7"))).json()["id"]
    return message


def decide(client: Client, token: str, told: dict[str, Any]) -> Any:
    """Decide on the request."""
    return client.call("POST", REQUEST, token=token, json=told)


def test_a_decision_is_sent(client: Client, token: str, asked: str) -> None:
    """202 with the receipt of the message that was made, which is related to the request; 200 for the same again."""
    response = decide(client, token, {"outcome": "underInvestigation"})
    receipt = response.json()
    Receipt.model_validate(receipt)
    assert (response.status_code, receipt["type"], receipt["status"]) == (202, "JW319", "queued")
    assert response.headers["location"] == f"/v1/messages/{receipt['id']}"
    again = decide(client, token, {"outcome": "underInvestigation"})
    assert (again.status_code, again.json()["id"]) == (200, receipt["id"])
    related = client.get(f"/v1/messages/{receipt['id']}").json()["related"]
    assert [(one["id"], one["relation"]) for one in related] == [(asked, "request")]


def test_allocated_and_started(client: Client, gateway: Gateway, token: str, asked: str, clock: Clock) -> None:
    """The provider sees the JW301 in its queue, and reports on the allocation; without other software on any side."""
    today = dutch_day(clock.now).isoformat()
    product = {"ingangsdatum": today, "einddatum": "2999-01-01", "toewijzingNummer": 1234}
    response = decide(client, token, {"outcome": "allocated", "client": CLIENT, "toegewezenProducten": [product]})
    assert (response.status_code, response.json()["type"]) == (202, "JW301")
    assert [one["type"] for one in client.get(f"/v1/queues/{PROVIDER}/messages").json()["items"]] == ["JW301"]
    path = f"/v1/allocations/{allocation_of(gateway, PLAIN, 1234)}/messages"
    told = {"type": "start", "begindatum": today}
    started = client.call("POST", path, json=told)
    assert (started.status_code, started.json()["type"], started.json()["findings"]) == (202, "JW305", [])
    assert client.call("POST", path, json=told).status_code == 200
    told = {"type": "stop", "einddatum": today, "redenBeeindiging": "20"}
    assert client.call("POST", path, json=told).json()["type"] == "JW307"
    told = {"type": "change", "redenVerzoek": "1", "gewensteIngangsdatum": today, "einddatum": "2999-12-31"}
    assert client.call("POST", path, json=told).json()["type"] == "JW317"


def test_another_decision_is_told(client: Client, token: str, asked: str) -> None:
    """409 for whoever decides otherwise afterwards."""
    assert decide(client, token, {"outcome": "rejected", "redenAfwijzingVerzoek": "7"}).status_code == 202
    others: list[dict[str, Any]] = [
        {"outcome": "underInvestigation"},
        {"outcome": "rejected", "redenAfwijzingVerzoek": "4"},
    ]
    for told in others:
        response = decide(client, token, told)
        assert (response.status_code, response.json()["type"]) == (409, "/problems/decided-otherwise")


def test_what_would_be_wrong_is_told(client: Client, token: str, asked: str) -> None:
    """400 with findings that point into the message that would have been made, and nothing is sent."""
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"outcome": "rejected", "redenAfwijzingVerzoek": "8"}, "rules-violated", "/Bericht/Antwoord"),
        ({"outcome": "allocated"}, "schema-invalid", "/Bericht/Client"),
        ({"outcome": "allocated", "client": {"bsn": "999900018"}}, "rules-violated", "/Bericht/Client/Bsn"),
    ]
    for told, kind, path in wrong:
        response = decide(client, token, told)
        problem = response.json()
        assert (response.status_code, problem["type"]) == (400, f"/problems/{kind}")
        assert {finding["path"] for finding in problem["findings"]} == {path}
        assert "999900018" not in response.text
    assert client.get(f"/v1/queues/{PROVIDER}/messages").json()["items"] == []


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"outcome": "maybe"},
        {"outcome": "rejected"},
        {"outcome": "rejected", "redenAfwijzingVerzoek": 7},
        {"outcome": "rejected", "redenAfwijzingVerzoek": "8", "gemeente": "38"},
        {"outcome": "rejected", "redenAfwijzingVerzoek": "7", "client": {}},
        {"outcome": "underInvestigation", "redenAfwijzingVerzoek": "7"},
        {"outcome": "allocated", "toegewezenProducten": {}},
        {"outcome": "allocated", "toegewezenProducten": [1]},
        {"outcome": "allocated", "gemeente": "0384"},
        {"outcome": "allocated", "extra": 1},
        [],
    ],
)
def test_a_decision_of_no_shape(client: Client, token: str, asked: str, told: Any) -> None:
    """400, in words, for what is no decision."""
    response = client.call("POST", REQUEST, token=token, json=told)
    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"type": "pause"},
        {"type": "start"},
        {"type": "start", "begindatum": 5},
        {"type": "start", "begindatum": "2026-01-01", "einddatum": "2026-01-01"},
        {"type": "start", "begindatum": "2026-01-01", "statusAanlevering": "2"},
        {"type": "stop", "einddatum": "2026-01-01"},
        {"type": "change"},
        {"type": "change", "redenVerzoek": "1", "budget": "veel"},
    ],
)
def test_a_report_of_no_shape(client: Client, told: Any) -> None:
    """400, in words, for what is no report, whether or not there is such an allocation."""
    path = f"/v1/allocations/{request_id(RequestKey(PROVIDER, PLAIN, 'R7'))}/messages"
    response = client.call("POST", path, json=told)
    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")


def test_fields_inside_fields_without_an_end(client: Client, token: str, asked: str) -> None:
    """What no message could hold is wrong input, and no failure of ours."""
    deep = b'{"outcome": "allocated", "client": ' + b'{"naam": ' * 900 + b"1" + b"}" * 901
    response = client.call("POST", REQUEST, token=token, body=deep, content_type="application/json")
    assert response.status_code == 400
