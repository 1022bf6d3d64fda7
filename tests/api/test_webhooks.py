"""Webhooks over HTTP."""

from __future__ import annotations

import pytest

from gateway.composition import Gateway
from tests.api.client import Client
from tests.berichten import OTHER_PROVIDER, PROVIDER
from tests.gateways import PLAIN, token_for

URL = "https://aanbieder.example/ijw"


def add(client: Client, party: str = PROVIDER, url: str = URL) -> dict[str, str]:
    """Add a webhook."""
    response = client.call("POST", "/v1/webhooks", json={"party": party, "url": url})
    assert response.status_code == 201, response.text
    made: dict[str, str] = response.json()
    return made


def test_the_secret_is_shown_once(client: Client) -> None:
    """It comes back when the webhook is made, and when it is made anew, and never in a list."""
    made = add(client)
    assert made["secret"].startswith("whsec_")
    (listed,) = client.get("/v1/webhooks").json()["items"]
    assert listed == {key: value for key, value in made.items() if key != "secret"}
    again = client.call("POST", f"/v1/webhooks/{made['id']}/secrets")
    assert again.status_code == 201
    assert again.json()["secret"] != made["secret"]


def test_pausing_and_removing(client: Client) -> None:
    """A paused webhook stays listed; a removed one is gone."""
    made = add(client)
    for state in ("paused", "active"):
        response = client.call("PUT", f"/v1/webhooks/{made['id']}/state", json={"state": state})
        assert (response.status_code, response.json()["state"]) == (200, state)
        assert client.get("/v1/webhooks").json()["items"][0]["state"] == state
    assert client.call("DELETE", f"/v1/webhooks/{made['id']}").status_code == 204
    assert client.call("DELETE", f"/v1/webhooks/{made['id']}").status_code == 404
    assert client.get("/v1/webhooks").json() == {"items": [], "nextCursor": None}


@pytest.mark.parametrize(
    "body",
    [
        {"party": PROVIDER, "url": "http://aanbieder.example/"},
        {"party": PROVIDER, "url": "https://x:geheim@aanbieder.example/"},
        {"party": PROVIDER, "url": "https://" + "x" * 300},
        {"party": PROVIDER},
        {"party": PROVIDER, "url": URL, "more": 1},
    ],
)
def test_what_is_no_webhook(client: Client, body: dict[str, object]) -> None:
    """400, without repeating what was sent."""
    response = client.call("POST", "/v1/webhooks", json=body)
    assert response.status_code == 400
    assert "geheim" not in response.text


def test_everybody_has_their_own(gateway: Gateway, client: Client) -> None:
    """Nobody sees, changes or makes a webhook of another party; a GGk address is no webhook."""
    made = add(client)
    ggk = gateway.services.endpoints.add_ggk(PROVIDER, "https://ggk.example/", "GGk").id
    other = token_for(gateway, OTHER_PROVIDER)
    assert client.get("/v1/webhooks", token=other).json()["items"] == []
    for token, identifier in ((other, made["id"]), (None, str(ggk))):
        assert client.call("DELETE", f"/v1/webhooks/{identifier}", token=token).status_code == 404
        assert client.call("POST", f"/v1/webhooks/{identifier}/secrets", token=token).status_code == 404
    assert client.call("POST", "/v1/webhooks", json={"party": PLAIN, "url": URL}).status_code == 404
    assert [one["id"] for one in client.get("/v1/webhooks").json()["items"]] == [made["id"]]
