"""Escalations over HTTP, and the terms of the request meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.composition import Gateway
from gateway.exchange.address import RequestKey
from gateway.services.clock import dutch_day
from gateway.store.requests import request_id
from tests.api.client import Client
from tests.berichten import OTHER_PROVIDER, PROVIDER, heenbericht, xml
from tests.gateways import PLAIN, Clock, token_for


@pytest.fixture
def municipality(gateway: Gateway) -> str:
    """Give the token of the municipality."""
    return token_for(gateway, PLAIN)


@pytest.fixture
def url(client: Client) -> str:
    """Let the provider ask for something; gives where an escalation is opened."""
    assert client.post(xml(heenbericht("JW315", reference="R1"))).status_code == 202
    return f"/v1/requests/{request_id(RequestKey(PROVIDER, PLAIN, 'R1'))}/escalations"


def step(kind: str, clock: Clock, **more: Any) -> dict[str, Any]:
    """Give a step that was taken today."""
    return {"kind": kind, "on": dutch_day(clock.now).isoformat(), "who": "Aanbieder en wijkteam", **more}


def answers(client: Client) -> list[dict[str, Any]]:
    """Give the deadlines that are about the answer to a request, or about an escalation."""
    listed = client.get("/v1/deadlines").json()["items"]
    return [each for each in listed if each["kind"] in {"answer", "woonplaatsbeginsel", "advice"}]


def test_from_discussion_to_advice(client: Client, url: str, municipality: str, clock: Clock) -> None:
    """Both sides write down steps, in order; the expert has two weeks; the advice ends it."""
    opened = client.call("POST", url, json=step("discussion", clock, note="Oneens over de omvang"))
    assert opened.status_code == 201
    own = opened.headers["location"]
    assert client.call("POST", url, token=municipality, json=step("discussion", clock)).status_code == 409
    assert client.call("POST", f"{own}/steps", json=step("expert", clock)).status_code == 400
    assert client.call("PUT", f"{own}/outcome", json={"outcome": "advice"}).status_code == 400
    consulted = client.call("POST", f"{own}/steps", token=municipality, json=step("consultation", clock))
    assert consulted.status_code == 200
    asked = client.call("POST", f"{own}/steps", json=step("expert", clock)).json()
    assert [each["kind"] for each in asked["steps"]] == ["discussion", "consultation", "expert"]
    assert asked["steps"][0]["note"] == "Oneens over de omvang"
    (advice,) = [each for each in answers(client) if each["kind"] == "advice"]
    assert advice["dueAt"] == asked["adviceDueAt"]
    assert advice["owner"] == PLAIN
    for _ in range(2):
        ended = client.call("PUT", f"{own}/outcome", token=municipality, json={"outcome": "advice", "note": "Volgt"})
        assert (ended.status_code, ended.json()["state"]) == (200, "closed")
    assert client.call("PUT", f"{own}/outcome", json={"outcome": "agreed"}).status_code == 409
    assert client.call("POST", f"{own}/steps", json=step("expert", clock)).status_code == 409
    assert [each["state"] for each in answers(client) if each["kind"] == "advice"] == ["met"]
    assert client.get("/v1/escalations?state=closed").json()["items"][0]["outcome"] == "advice"
    assert client.get("/v1/escalations?state=open").json()["items"] == []


def test_terms_stand_still(client: Client, url: str, gateway: Gateway, clock: Clock) -> None:
    """Meanwhile the answer to the request is not due, and afterwards it has the time that it had left."""
    before = {each["kind"]: each["dueAt"] for each in answers(client)}
    clock.forward(days=1)
    own = client.call("POST", url, json=step("discussion", clock)).headers["location"]
    assert {each["state"] for each in answers(client)} == {"dropped"}
    clock.forward(days=60)
    gateway.upkeep.round()
    assert client.get("/v1/deadlines?overdue=true&kind=answer").json()["items"] == []
    client.call("PUT", f"{own}/outcome", json={"outcome": "agreed"})
    after = {each["kind"]: each for each in answers(client)}
    assert {each["state"] for each in after.values()} == {"open"}
    assert all(after[kind]["dueAt"] > due for kind, due in before.items())
    clock.forward(days=30)
    assert client.get("/v1/deadlines?overdue=true&kind=answer").json()["items"]


def test_only_for_those_concerned(client: Client, url: str, gateway: Gateway, clock: Clock) -> None:
    """Another provider sees no such request nor escalation."""
    other = token_for(gateway, OTHER_PROVIDER)
    assert client.call("POST", url, token=other, json=step("discussion", clock)).status_code == 404
    own = client.call("POST", url, json=step("discussion", clock)).headers["location"]
    assert client.get(own, token=other).status_code == 404
    assert client.call("POST", f"{own}/steps", token=other, json=step("discussion", clock)).status_code == 404
    assert client.get("/v1/escalations", token=other).json()["items"] == []


def test_a_step_lies_behind(client: Client, url: str, clock: Clock) -> None:
    """A step that is still to be taken is none."""
    tomorrow = (dutch_day(clock.now) + timedelta(days=1)).isoformat()
    assert client.call("POST", url, json=step("discussion", clock, on=tomorrow)).status_code == 400
    assert client.call("POST", url, json=step("discussion", clock, on=86400)).status_code == 400
    assert client.call("POST", url, json=step("expert", clock)).status_code == 400
