"""`GET /v1/audit-events`."""

from __future__ import annotations

import pytest

from gateway.composition import Gateway
from gateway.services.caller import Scope
from tests.api.client import Client
from tests.berichten import BSN, PROVIDER, heenbericht
from tests.gateways import accepted, caller_for, token_for


@pytest.fixture
def admin(gateway: Gateway) -> str:
    """Give the token of an administrator."""
    return token_for(gateway, scope=Scope.ADMIN)


def test_every_way_to_content_is_written_down(gateway: Gateway, client: Client, admin: str) -> None:
    """Reading content and searching on a BSN over HTTP stand in the trail, with the message and without the BSN."""
    message = str(accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305")).message.id)
    client.get(f"/v1/messages/{message}/content")
    client.get(f"/v1/messages/{message}/content", headers={"Accept": "application/json"})
    client.call("POST", "/v1/messages/_search", json={"bsn": BSN})
    found = client.get("/v1/audit-events", token=admin, params={"message": message})
    kinds = [event["kind"] for event in found.json()["items"]]
    assert kinds == ["person-searched", "content-read", "content-read"]
    assert BSN not in found.text
    event = found.json()["items"][0]
    assert event["messages"] == [message]
    assert event["actor"].startswith("token:")
    assert event["subject"].startswith("test:")
    assert len(event["hash"]) == 64


def test_pages(client: Client, admin: str) -> None:
    """The pages follow each other, newest first, until there is no more."""
    numbers: list[int] = []
    cursor = None
    while True:
        page = client.get("/v1/audit-events", token=admin, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        numbers += [event["number"] for event in page.json()["items"]]
        cursor = page.json()["nextCursor"]
        if cursor is None:
            break
    assert numbers == list(range(len(numbers), 0, -1))
    assert len(numbers) >= 5


def test_filters(client: Client, admin: str) -> None:
    """What is asked for by kind is given alone; what does not fit is refused."""
    found = client.get("/v1/audit-events", token=admin, params={"kind": ["party-added", "nothing"]})
    assert {event["kind"] for event in found.json()["items"]} == {"party-added"}
    for wrong in ({"cursor": "0"}, {"since": "gisteren"}, {"message": "1"}, {"bsn": BSN}):
        answer = client.get("/v1/audit-events", token=admin, params=wrong)
        assert answer.status_code == 400
        assert BSN not in answer.text
