"""What people do with a request that is for the back-office alone is kept from an administrator without a reason."""

from __future__ import annotations

from typing import Any, Final

import pytest

from gateway.composition import Gateway
from gateway.services.caller import Scope
from gateway.store.audit import TrailFilter
from tests.api.client import Client
from tests.api.test_escalations import step
from tests.api.test_wind_downs import RUNS_TO, STOPS, allocate
from tests.berichten import OTHER_BSN, OTHER_PROVIDER, PROVIDER, answer_to, heenbericht, xml
from tests.gateways import ANSWERING, PLAIN, Clock, token_for

OPT_OUT: Final = {"X-Opt-Out": "true"}
REASON: Final = {"X-Reason": "klacht 12, over 999900006"}
PLAN: Final = {"plan": "finish"}
NAMED: Final = {"name": "Wijkteam", "email": "plan@wijkteam.example"}


@pytest.fixture
def client(client_on_each: Client) -> Client:
    """Give the provider's client, on each database: what is left out is left out by the database."""
    return client_on_each


@pytest.fixture
def gateway(gateway_on_each: Gateway) -> Gateway:
    """Give its gateway."""
    return gateway_on_each


@pytest.fixture
def municipality(gateway: Gateway) -> str:
    """Give the token of the municipality."""
    return token_for(gateway, PLAIN)


@pytest.fixture
def admin(gateway: Gateway) -> str:
    """Give the token of an administrator."""
    return token_for(gateway, scope=Scope.ADMIN)


@pytest.fixture
def request_id(client: Client) -> str:
    """Ask for something with an opt-out."""
    assert client.post(xml(heenbericht("JW315", reference="R1")), headers=OPT_OUT).status_code == 202
    (found,) = client.get("/v1/requests").json()["items"]
    return str(found["id"])


@pytest.fixture
def allocation_id(client: Client, request_id: str, municipality: str) -> str:
    """Allocate it."""
    assert request_id
    allocate(client, municipality, "T1", einddatum=RUNS_TO, referentie_aanbieder="R1")
    (found,) = client.get("/v1/allocations").json()["items"]
    return str(found["id"])


def seen(gateway: Gateway) -> int:
    """Count how often it was written down that an administrator saw an opt-out, and forbid numbers in the reason."""
    found, _ = gateway.services.audit.listed(TrailFilter(kinds=("opt-out-seen",)), limit=50, before=None)
    assert all(entry.detail["reason"] == "klacht 12, over …" and entry.messages for entry in found)
    return len(found)


def escalated(client: Client, request_id: str, clock: Clock) -> str:
    """Let the provider open an escalation; gives where it is."""
    opened = client.call("POST", f"/v1/requests/{request_id}/escalations", json=step("discussion", clock))
    assert opened.status_code == 201
    return str(opened.headers["location"])


def ids(client: Client, path: str, token: str, headers: dict[str, str] | None = None) -> list[str]:
    """List what somebody sees."""
    return [item["id"] for item in client.get(path, token=token, headers=headers).json()["items"]]


def test_an_escalation(client: Client, gateway: Gateway, request_id: str, admin: str, clock: Clock) -> None:
    """It is in no list, cannot be looked at nor changed, unless with a reason, which is written down each time."""
    own = escalated(client, request_id, clock)
    calls: list[tuple[str, str, Any]] = [
        ("GET", own, None),
        ("POST", f"/v1/requests/{request_id}/escalations", step("discussion", clock)),
        ("POST", f"{own}/steps", step("consultation", clock)),
        ("PUT", f"{own}/outcome", {"outcome": "agreed"}),
    ]
    assert ids(client, "/v1/escalations", admin) == []
    assert [client.call(*call[:2], token=admin, json=call[2]).status_code for call in calls] == [404] * 4
    assert len(client.get(own).json()["steps"]) == 1
    assert seen(gateway) == 0
    assert len(ids(client, "/v1/escalations", admin, REASON)) == 1
    for number, (method, path, told) in enumerate(calls, start=2):
        status = client.call(method, path, token=admin, json=told, headers=REASON).status_code
        assert status == (409 if path.startswith("/v1/requests") else 200)
        assert seen(gateway) == number


def test_its_parties_escalate(
    client: Client, gateway: Gateway, request_id: str, municipality: str, clock: Clock
) -> None:
    """Both see and do what they always could, and nothing is written down of an opt-out; no other party does."""
    own = escalated(client, request_id, clock)
    for token in ("", municipality):
        shown = client.get("/v1/escalations", token=token or None).json()["items"]
        assert [f"/v1/escalations/{item['id']}" for item in shown] == [own]
        assert client.get(own, token=token or None).status_code == 200
    assert client.call("POST", f"{own}/steps", token=municipality, json=step("expert", clock)).status_code == 400
    assert client.call("PUT", f"{own}/outcome", token=municipality, json={"outcome": "agreed"}).status_code == 200
    assert client.get(own, token=token_for(gateway, OTHER_PROVIDER), headers=REASON).status_code == 404
    assert seen(gateway) == 0


def test_an_administrator_opens_one(
    client: Client, gateway: Gateway, request_id: str, admin: str, clock: Clock
) -> None:
    """With a reason alone."""
    path, told = f"/v1/requests/{request_id}/escalations", step("discussion", clock)
    assert client.call("POST", path, token=admin, json=told).status_code == 404
    assert client.call("POST", path, token=admin, json=told, headers=REASON).status_code == 201
    assert seen(gateway) == 1


def test_an_escalation_on_another_request(client: Client, gateway: Gateway, admin: str, clock: Clock) -> None:
    """Without an opt-out an administrator sees it and takes part as before, for nothing."""
    assert client.post(xml(heenbericht("JW315", reference="R1"))).status_code == 202
    (request,) = client.get("/v1/requests").json()["items"]
    own = escalated(client, request["id"], clock)
    assert [f"/v1/escalations/{each}" for each in ids(client, "/v1/escalations", admin)] == [own]
    told = step("consultation", clock)
    assert client.call("POST", f"{own}/steps", token=admin, json=told, headers=REASON).status_code == 200
    assert seen(gateway) == 0


def begun(client: Client, token: str | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Let the provider stop."""
    told = {"provider": PROVIDER, "municipalities": [PLAIN], "stopsOn": STOPS}
    answer = client.call("POST", "/v1/wind-downs", token=token, json=told, headers=headers)
    assert answer.status_code == 201
    return dict(answer.json())


def compared(client: Client, own: str, token: str | None = None, headers: dict[str, str] | None = None) -> int:
    """Count the differences with an empty list."""
    file = b"gemeente;toewijzingNummer\n"
    path = f"/v1/wind-downs/{own}/comparison"
    answer = client.call("POST", path, token=token, body=file, content_type="text/csv", headers=headers)
    return len(answer.json()["items"])


def test_a_line_of_a_provider_that_stops(client: Client, gateway: Gateway, allocation_id: str, admin: str) -> None:
    """What was allocated for it is no line, cannot be agreed upon, and is in no comparison, unless with a reason."""
    assert begun(client, admin)["lines"] == []
    own = str(begun(client)["id"])
    path = f"/v1/wind-downs/{own}"
    assert (client.get(path, token=admin).json()["lines"], compared(client, own, admin)) == ([], 0)
    agreeing = ("PUT", f"{path}/allocations/{allocation_id}")
    assert client.call(*agreeing, token=admin, json=PLAN).status_code == 404
    assert seen(gateway) == 0
    assert len(begun(client, admin, REASON)["lines"]) == 1
    assert len(client.get(path, token=admin, headers=REASON).json()["lines"]) == 1
    assert compared(client, own, admin, REASON) == 1
    assert client.call(*agreeing, token=admin, json=PLAN, headers=REASON).status_code == 200
    assert seen(gateway) == 4


def test_its_parties_wind_down(client: Client, gateway: Gateway, allocation_id: str, municipality: str) -> None:
    """Provider and municipality see it and agree upon it as before."""
    own = str(begun(client)["id"])
    for token in (None, municipality):
        (line,) = client.get(f"/v1/wind-downs/{own}", token=token).json()["lines"]
        assert line["allocationId"] == allocation_id
        assert compared(client, own, token) == 1
    path = f"/v1/wind-downs/{own}/allocations/{allocation_id}"
    assert client.call("PUT", path, token=municipality, json=PLAN).status_code == 200
    assert seen(gateway) == 0


def test_what_is_not_seen_has_to_be_done(client: Client, allocation_id: str, admin: str) -> None:
    """An administrator does not end it while a line that they do not see has something left."""
    assert allocation_id
    own = f"/v1/wind-downs/{begun(client)['id']}"
    assert client.get(own, token=admin).json()["open"] == 0
    assert client.call("PUT", f"{own}/closure", token=admin).status_code == 409


def test_what_the_next_provider_asks(client: Client, gateway: Gateway, admin: str, municipality: str) -> None:
    """That another provider asked with an opt-out ticks nothing off, but for the municipality that it asked."""
    allocate(client, municipality, "T1", einddatum=RUNS_TO)
    begin = begun(client)
    own, (line,) = f"/v1/wind-downs/{begin['id']}", begin["lines"]
    plan = {"plan": "move", "moveTo": OTHER_PROVIDER}
    assert client.call("PUT", f"{own}/allocations/{line['allocationId']}", json=plan).status_code == 200
    other = token_for(gateway, OTHER_PROVIDER)
    asked = heenbericht("JW315", "V1", provider=OTHER_PROVIDER, reference="W1")
    assert client.post(xml(asked), token=other, headers=OPT_OUT).status_code == 202
    done = {
        token: {task["task"]: task["done"] for task in client.get(own, token=token).json()["lines"][0]["tasks"]}
        for token in (None, admin, municipality)
    }
    assert [done[token]["request"] for token in (None, admin, municipality)] == [False, False, True]


def test_its_coordinator(client: Client, gateway: Gateway, allocation_id: str, admin: str, municipality: str) -> None:
    """Who coordinates is neither shown nor changed, unless with a reason."""
    path = f"/v1/allocations/{allocation_id}/coordinator"
    assert client.call("PUT", path, token=municipality, json=NAMED).status_code == 200
    calls = [("GET", None), ("PUT", NAMED), ("DELETE", None)]
    assert [client.call(verb, path, token=admin, json=told).status_code for verb, told in calls] == [404] * 3
    assert client.get(path).json() == client.get(path, token=municipality).json() == NAMED
    assert seen(gateway) == 0
    shown = [client.call(verb, path, token=admin, json=told, headers=REASON).status_code for verb, told in calls]
    assert shown == [200, 200, 204]
    assert seen(gateway) == 3


def test_what_a_replay_did_with_it(client: Client, gateway: Gateway, admin: str, municipality: str) -> None:
    """It is counted, and named with a reason alone."""
    own = client.post(xml(heenbericht("JW315")), headers=OPT_OUT).json()["id"]
    (lease,) = client.call("POST", f"/v1/queues/{PLAIN}/leases", token=municipality, json={}).json()["leases"]
    assert client.call("PUT", f"/v1/leases/{lease['leaseId']}/acknowledgement", token=municipality).is_success
    asked = client.call("POST", "/v1/replays", token=admin, json={"filter": {"ids": [own]}})
    assert asked.status_code == 202
    path = f"{asked.headers['location']}/messages"
    assert client.get(path, token=admin).json()["items"] == []
    assert seen(gateway) == 0
    total = client.get(asked.headers["location"], token=admin).json()["total"]
    named = client.get(path, token=admin, headers=REASON).json()["items"]
    assert [item["messageId"] for item in named] == [own]
    assert total == seen(gateway) == 1


def test_an_opt_out_that_came_afterwards(client: Client, gateway: Gateway, admin: str, municipality: str) -> None:
    """What answered the request meanwhile is kept from others with it."""
    asked = heenbericht("JW315", reference="R1")
    by_gateway = heenbericht("JW315", "2", municipality=ANSWERING, reference="R2")
    for message in (asked, by_gateway):
        assert client.post(xml(message)).status_code == 202
    assert client.post(xml(answer_to(asked)), token=municipality).status_code == 202
    allocate(client, municipality, "T1", referentie_aanbieder="R1")
    other = client.post(xml(heenbericht("JW315", "3", bsn=OTHER_BSN, reference="R3"))).json()["id"]
    assert len(ids(client, "/v1/messages", admin)) == 6
    for message in (asked, by_gateway):
        assert client.post(xml(message), headers=OPT_OUT).json()["optOut"]
    assert ids(client, "/v1/messages", admin) == [other]
    assert len(ids(client, "/v1/messages", municipality)) == 4
