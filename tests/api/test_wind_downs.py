"""A provider that stops, over HTTP: from the list to the last client."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.ijw.toewijzing import JW301
from gateway.services.clock import dutch_day, utc_now
from tests.api.client import Client
from tests.berichten import BSN, OTHER_PROVIDER, PROVIDER, heenbericht, xml
from tests.gateways import PLAIN, token_for

# What was brought forward to the past is withdrawn; these lie ahead.
STOPPING: Final = dutch_day(utc_now()) + timedelta(days=60)
STOPS: Final = STOPPING.isoformat()
RUNS_TO: Final = STOPPING + timedelta(days=200)


@pytest.fixture
def municipality(gateway: Gateway) -> str:
    """Give the token of the municipality."""
    return token_for(gateway, PLAIN)


def allocate(client: Client, token: str, identificatie: str, *, provider: str = PROVIDER, **changes: Any) -> None:
    """Let the municipality allocate, with changes to the product."""
    bericht = heenbericht("JW301", identificatie, provider=provider)
    assert isinstance(bericht, JW301)
    (product,) = bericht.client.toegewezen_producten
    changed = replace(bericht.client, toegewezen_producten=(replace(product, **changes),))
    answer = client.post(xml(replace(bericht, client=changed)), token=token)
    assert answer.status_code == 202, answer.text


@pytest.fixture
def own(client: Client, municipality: str) -> str:
    """Let an allocation run, and begin; gives where that is followed."""
    allocate(client, municipality, "T1", einddatum=RUNS_TO)
    assert client.post(xml(heenbericht("JW305", "S1"))).status_code == 202
    begun = client.call(
        "POST", "/v1/wind-downs", json={"provider": PROVIDER, "municipalities": [PLAIN], "stopsOn": STOPS}
    )
    assert begun.status_code == 201, begun.text
    return begun.headers["location"]


def line(client: Client, own: str) -> dict[str, Any]:
    """Give the one line."""
    (found,) = client.get(own).json()["lines"]
    return dict(found)


def open_tasks(client: Client, own: str) -> set[str]:
    """Give what still has to happen."""
    return {task["task"] for task in line(client, own)["tasks"] if not task["done"]}


def test_moving_to_another_provider(client: Client, gateway: Gateway, own: str, municipality: str) -> None:
    """The line tells what has to happen, and ticks it off as messages come in; then it can be closed."""
    assert open_tasks(client, own) == {"agree"}
    assert client.call("PUT", f"{own}/closure").status_code == 409
    plan = {"plan": "move", "moveTo": OTHER_PROVIDER, "note": "Wilg heeft plaats"}
    agreed = client.call("PUT", f"{own}/allocations/{line(client, own)['allocationId']}", token=municipality, json=plan)
    assert agreed.status_code == 200, agreed.text
    assert agreed.json()["note"] == "Wilg heeft plaats"
    assert open_tasks(client, own) == {"end", "stop", "request", "allocation"}
    allocate(client, municipality, "T2", einddatum=STOPPING, reden_wijziging="09")
    assert open_tasks(client, own) == {"stop", "request", "allocation"}
    assert client.post(xml(heenbericht("JW307", "E1"))).status_code == 202
    assert open_tasks(client, own) == {"request", "allocation"}
    other = token_for(gateway, OTHER_PROVIDER)
    request = heenbericht("JW315", "V1", provider=OTHER_PROVIDER, reference="W1")
    assert client.post(xml(request), token=other).status_code == 202
    assert open_tasks(client, own) == {"allocation"}
    allocate(client, municipality, "T3", provider=OTHER_PROVIDER, toewijzing_nummer=300999)
    assert line(client, own)["done"]
    for _ in range(2):
        assert client.call("PUT", f"{own}/closure").status_code == 204
    assert client.get(own).json()["closedAt"]


def test_comparing_with_the_providers_list(client: Client, own: str) -> None:
    """Differences are told by number; the same list has none, and no BSN comes back."""
    number = line(client, own)["toewijzingNummer"]

    def compared(text: str) -> Any:
        answer = client.call("POST", f"{own}/comparison", body=text.encode(), content_type="text/csv")
        assert BSN not in answer.text
        return answer

    same = f"gemeente;toewijzingNummer;einddatum;bsn\n{PLAIN};{number};{RUNS_TO};{BSN}\n"
    assert compared(same).json() == {"items": []}
    other = f"gemeente;toewijzingNummer;einddatum;bsn\n{PLAIN};{number};2026-05-01;111222333\n{PLAIN};7;;\n"
    assert [(each["toewijzingNummer"], each["difference"]) for each in compared(other).json()["items"]] == [
        (7, "onlyThere"),
        (number, "endDate"),
        (number, "client"),
    ]
    assert [each["difference"] for each in compared("gemeente;toewijzingNummer\n").json()["items"]] == ["onlyHere"]
    wrong = compared("gemeente;toewijzingNummer\nx;y\n")
    assert wrong.status_code == 400
    assert "Regel 2" in wrong.json()["detail"]


def test_only_for_those_concerned(client: Client, gateway: Gateway, own: str, municipality: str) -> None:
    """Provider and municipality see it; another provider does not, nor may it begin one for somebody else."""
    other = token_for(gateway, OTHER_PROVIDER)
    assert client.get(own, token=municipality).status_code == 200
    assert client.get(own, token=other).status_code == 404
    assert client.get("/v1/wind-downs", token=other).json()["items"] == []
    assert len(client.get("/v1/wind-downs", token=municipality).json()["items"]) == 1
    told = {"provider": PROVIDER, "municipalities": [PLAIN], "stopsOn": STOPS}
    assert client.call("POST", "/v1/wind-downs", token=other, json=told).status_code == 403
    moved = {"plan": "finish", "moveTo": OTHER_PROVIDER}
    assert client.call("PUT", f"{own}/allocations/{line(client, own)['allocationId']}", json=moved).status_code == 400


def test_what_ends_in_time_is_no_concern(client: Client, municipality: str) -> None:
    """An allocation that ends by the day that the provider stops is not on the list."""
    allocate(client, municipality, "T1", einddatum=STOPPING)
    begun = client.call(
        "POST", "/v1/wind-downs", json={"provider": PROVIDER, "municipalities": [PLAIN], "stopsOn": STOPS}
    )
    assert begun.json()["lines"] == []
