"""A whole exchange in which nobody makes a message: a municipality decides, a provider reports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.services.clock import dutch_day, utc_now
from tests.berichten import BSN, PROVIDER, xml
from tests.e2e.conftest import World
from tests.e2e.server import Caller
from tests.gateways import PLAIN
from tests.services.own_exchange import CLIENT
from tests.services.test_due_in_exchange import message

pytestmark = pytest.mark.e2e


def sent(caller: Caller, path: str, **told: Any) -> dict[str, Any]:
    """Say something, and say it again as a client does that heard nothing: one message comes of it."""
    response = caller.post(path, json=told)
    assert (response.status_code, response.json()["findings"]) == (202, []), response.text
    again = caller.post(path, json=told)
    assert (again.status_code, again.json()["id"]) == (200, response.json()["id"])
    receipt: dict[str, Any] = response.json()
    return receipt


def only(caller: Caller, path: str) -> dict[str, Any]:
    """Give the one thing in a list."""
    (item,) = caller.get(path).json()["items"]
    found: dict[str, Any] = item
    return found


def test_from_request_to_stop(world: World) -> None:
    """Asked, looked into, allocated, started and stopped; each side sees in its queue what the other said."""
    provider, municipality = world.provider, world.municipality
    today = dutch_day(utc_now())
    asked = provider.give(xml(message("JW315", "1", today, municipality=PLAIN, reference="R7")))
    assert asked.status_code == 202
    request = only(municipality, "/v1/requests")
    assert (request["referentieAanbieder"], request["state"]) == ("R7", "open")
    decision = f"/v1/requests/{request['id']}/decision"
    assert sent(municipality, decision, outcome="underInvestigation")["type"] == "JW319"
    product = {"ingangsdatum": today.isoformat(), "einddatum": (today + timedelta(days=30)).isoformat()}
    granted = sent(municipality, decision, outcome="allocated", client=CLIENT, toegewezenProducten=[product])
    assert (granted["type"], granted["sender"], granted["recipient"]) == ("JW301", PLAIN, PROVIDER)
    assert only(provider, "/v1/requests")["state"] == "allocated"
    told = municipality.post(decision, json={"outcome": "rejected", "redenAfwijzingVerzoek": "7"})
    assert (told.status_code, told.json()["type"]) == (409, "/problems/decided-otherwise")
    allocation = f"/v1/allocations/{only(provider, '/v1/allocations')['id']}"
    sent(provider, f"{allocation}/messages", type="start", begindatum=today.isoformat())
    assert provider.get(allocation).json()["state"] == "started"
    sent(provider, f"{allocation}/messages", type="stop", einddatum=today.isoformat(), redenBeeindiging="31")
    assert municipality.get(allocation).json()["state"] == "stopped"
    for caller, party, types in (
        (provider, PROVIDER, ["JW319", "JW301"]),
        (municipality, PLAIN, ["JW315", "JW305", "JW307"]),
    ):
        waiting = caller.get(f"/v1/queues/{party}/messages").json()["items"]
        assert [item["type"] for item in waiting] == types
    due = provider.get("/v1/deadlines").json()["items"]
    assert {item["kind"] for item in due if item["state"] == "open"} == {"retour"}
    assert {item["kind"]: item["state"] for item in due if item["kind"] != "retour"} == {
        "answer": "met",
        "investigation": "met",
        "woonplaatsbeginsel": "dropped",
        "start": "met",
        "stop": "met",
    }
    assert world.other.get("/v1/deadlines").json()["items"] == []
    assert BSN not in provider.get("/v1/deadlines").text
