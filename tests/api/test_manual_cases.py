"""Manual cases over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from gateway.composition import Gateway
from gateway.exchange.manual_case import reference_of
from gateway.services.caller import Scope
from gateway.store import outbox
from tests.api.client import Client
from tests.api.conftest import application
from tests.berichten import BSN, PROVIDER, SURNAME, heenbericht, xml
from tests.gateways import BY_HAND, MANUAL, token_for


@pytest.fixture
def posted(client: Client) -> dict[str, Any]:
    """Post a JW317 that people handle; gives its receipt."""
    response = client.post(xml(heenbericht("JW317", municipality=MANUAL)))
    assert response.status_code == 202
    receipt: dict[str, Any] = response.json()
    return receipt


@pytest.fixture
def municipality(gateway: Gateway) -> Iterator[Client]:
    """Give a client with the token of the municipality."""
    with Client(application(gateway), token_for(gateway, MANUAL)) as made:
        yield made


def resolve(client: Client, receipt: dict[str, Any], **told: str) -> httpx.Response:
    """Close a case."""
    return client.call("PUT", f"/v1/manual-cases/{receipt['manual']['caseId']}/resolution", json=told)


def trail(gateway: Gateway, client: Client, kind: str) -> list[dict[str, Any]]:
    """Give the entries of a kind in the audit trail."""
    found = client.get("/v1/audit-events", token=token_for(gateway, scope=Scope.ADMIN), params={"kind": kind})
    return list(found.json()["items"])


def test_the_provider_hears_it_at_once(client: Client, posted: dict[str, Any]) -> None:
    """The receipt says that people handle it, why and until when, and so do the message and the list."""
    notice = posted["manual"]
    assert posted["status"] == "manual"
    assert set(notice) == {"caseId", "reference", "reason", "dueAt", "state", "outcome"}
    assert notice["reason"] == "De applicatie van de gemeente keurt een JW317 direct af"
    assert (notice["state"], notice["outcome"]) == ("open", None)
    assert client.get(f"/v1/messages/{posted['id']}").json()["manual"] == notice
    assert [one["manual"] for one in client.get("/v1/messages").json()["items"]] == [notice]
    assert "manual" not in client.post(xml(heenbericht("JW317", "2", reference="R2"))).json()


def test_the_municipality_sees_the_case(municipality: Client, posted: dict[str, Any]) -> None:
    """A case has what its handlers need, and nothing about the person."""
    (case,) = municipality.get("/v1/manual-cases").json()["items"]
    assert case == municipality.get(f"/v1/manual-cases/{case['id']}").json()
    assert case == {
        "id": posted["manual"]["caseId"],
        "reference": posted["manual"]["reference"],
        "messageId": posted["id"],
        "municipality": MANUAL,
        "provider": PROVIDER,
        "summary": "verzoek om wijziging: 1 toewijzing te wijzigen",
        "reason": posted["manual"]["reason"],
        "openedAt": posted["receivedAt"],
        "dueAt": posted["manual"]["dueAt"],
        "escalatedAt": None,
        "state": "open",
        "mail": {"state": "waiting", "says": "Nog niet gemaild; wacht op verzending."},
        "outcome": None,
        "closedAt": None,
        "note": None,
    }
    assert BSN not in str(case)
    assert SURNAME not in str(case)


def test_a_list_goes_on(municipality: Client, client: Client) -> None:
    """A page ends with where the next begins, and a filter on state is kept to."""
    for number in range(3):
        client.post(xml(heenbericht("JW317", f"{number}", municipality=MANUAL, reference=f"R{number}")))
    first = municipality.get("/v1/manual-cases", params={"limit": 2, "state": "open"}).json()
    rest = municipality.get("/v1/manual-cases", params={"cursor": first["nextCursor"]}).json()
    assert (len(first["items"]), len(rest["items"]), rest["nextCursor"]) == (2, 1, None)
    assert municipality.get("/v1/manual-cases", params={"state": "closed"}).json()["items"] == []


def test_closing_a_case(municipality: Client, client: Client, posted: dict[str, Any]) -> None:
    """An outcome and a note close it; the same again is 200, another outcome 409; the provider sees the outcome."""
    answer = resolve(municipality, posted, outcome="allocated", note="JW301 volgt")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["outcome"]) == ("closed", "allocated")
    assert answer.json()["note"] == "JW301 volgt"
    again = resolve(municipality, posted, outcome="allocated", note="anders")
    assert (again.status_code, again.json()) == (200, answer.json())
    other = resolve(municipality, posted, outcome="handled", note="toch niet")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/case-closed")
    seen = client.get(f"/v1/messages/{posted['id']}").json()
    assert (seen["status"], seen["manual"]["state"], seen["manual"]["outcome"]) == ("handled", "closed", "allocated")
    assert "JW301 volgt" not in str(seen)


def test_closing_is_written_down(municipality: Client, gateway: Gateway, posted: dict[str, Any]) -> None:
    """Who closed which case by hand, and how, stands in the audit trail once; the note does not."""
    resolve(municipality, posted, outcome="handled", note="gebeld")
    for again in ("gebeld", "anders"):
        assert resolve(municipality, posted, outcome="handled", note=again).status_code == 200
    assert resolve(municipality, posted, outcome="allocated", note="toch niet").status_code == 409
    (event,) = trail(gateway, municipality, "case-closed")
    assert (event["messages"], event["detail"]) == ([posted["id"]], {"outcome": "handled"})
    assert event["actor"].startswith("token:")
    assert "gebeld" not in str(event)
    # Who closes it in other words is shown what was written at the time.
    assert [one["messages"] for one in trail(gateway, municipality, "case-read")] == [[posted["id"]]]


def test_reading_a_note_is_written_down(municipality: Client, client: Client, gateway: Gateway) -> None:
    """Whoever is shown notes, of one case or a page of them, stands in the trail; a case without one is no access."""
    first, second = (
        client.post(xml(heenbericht("JW317", number, municipality=MANUAL, reference=f"R{number}"))).json()
        for number in "12"
    )
    urls = [f"/v1/manual-cases/{each['manual']['caseId']}" for each in (first, second)]
    resolve(municipality, first, outcome="handled", note="Moeder van Tom gebeld")
    municipality.get(urls[1])
    client.get(urls[0])
    municipality.get(f"{urls[0]}/request")
    municipality.get("/v1/manual-cases?state=open")
    assert trail(gateway, municipality, "case-read") == []
    municipality.get(urls[0])
    municipality.get("/v1/manual-cases")
    events = trail(gateway, municipality, "case-read")
    assert [(event["messages"], event["detail"]) for event in events] == [
        ([first["id"]], {"cases": [first["manual"]["caseId"]]})
    ] * 2
    assert "Tom" not in str(events)


def test_a_rejection_reaches_the_provider(municipality: Client, client: Client, posted: dict[str, Any]) -> None:
    """The JW319 waits in the provider's queue, and belongs to the request."""
    answer = resolve(municipality, posted, outcome="rejected", redenAfwijzingVerzoek="2", note="Past niet")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "rejected")
    (waiting,) = client.get(f"/v1/queues/{PROVIDER}/messages").json()["items"]
    assert (waiting["type"], waiting["sender"]) == ("JW319", MANUAL)
    assert client.get(f"/v1/messages/{posted['id']}").json()["related"] == [
        {"id": waiting["id"], "type": "JW319", "relation": "answer", "status": "queued"}
    ]


def test_a_rejection_that_would_be_wrong(municipality: Client, posted: dict[str, Any]) -> None:
    """What is wrong with the JW319 is told as findings, and the case stays open."""
    answer = resolve(municipality, posted, outcome="rejected", redenAfwijzingVerzoek="8", note="Woont elders")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/rules-violated")
    assert answer.json()["findings"]
    right = resolve(
        municipality, posted, outcome="rejected", redenAfwijzingVerzoek="8", gemeente="1916", note="Woont elders"
    )
    assert right.status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        {"outcome": "rejected", "note": "zonder reden"},
        {"outcome": "handled", "note": "met reden", "redenAfwijzingVerzoek": "1"},
        {"outcome": "handled"},
        {"outcome": "handled", "note": " "},
        {"outcome": "onzin", "note": "x"},
        {"outcome": "rejected", "note": "x", "redenAfwijzingVerzoek": "12"},
        {"outcome": "rejected", "note": "x", "redenAfwijzingVerzoek": "8", "gemeente": "Almere"},
        {"outcome": "handled", "note": "x", "extra": "y"},
    ],
)
def test_a_resolution_that_is_wrong(municipality: Client, posted: dict[str, Any], told: dict[str, str]) -> None:
    """Wrong input is 400, and the case stays open."""
    answer = resolve(municipality, posted, **told)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-input")
    assert municipality.get(f"/v1/manual-cases/{posted['manual']['caseId']}").json()["state"] == "open"


def test_a_case_that_is_not_there(municipality: Client) -> None:
    """An unknown case is 404."""
    assert municipality.get(f"/v1/manual-cases/{uuid4()}").status_code == 404


def test_what_a_case_says_of_its_mail(gateway: Gateway, client: Client) -> None:
    """Whoever opens the case reads whether the municipality heard of it, and when to phone."""
    admin = token_for(gateway, scope=Scope.ADMIN)
    mailed = client.post(xml(heenbericht("JW317", "1", municipality=MANUAL))).json()
    unmailed = client.post(xml(heenbericht("JW317", "2", municipality=BY_HAND))).json()

    def says(receipt: dict[str, Any]) -> dict[str, str]:
        found = client.get(f"/v1/manual-cases/{receipt['manual']['caseId']}", token=admin).json()
        told: dict[str, str] = found["mail"]
        return told

    def put(**values: object) -> None:
        with gateway.database.write() as connection:
            connection.execute(outbox._OUTBOX.update().values(**values))

    assert says(unmailed) == {"state": "none", "says": "Er is geen e-mailadres voor deze zaken: bel de gemeente."}
    put(failures=1, cause="450 later")
    assert says(mailed) == {"state": "waiting", "says": "Nog niet gemaild (450 later); wordt opnieuw geprobeerd."}
    put(state="failed", cause="550 weg", next_at=None)
    assert says(mailed) == {"state": "failed", "says": "Niet gemaild (550 weg): bel de gemeente."}
    put(state="dropped")
    assert says(mailed)["state"] == "none"
    put(state="sent", ended_at=gateway.services.watch._clock())
    assert says(mailed)["state"] == "sent"


def test_the_reference_is_the_same_everywhere(posted: dict[str, Any]) -> None:
    """The name of a case follows from its id."""
    assert posted["manual"]["reference"] == reference_of(UUID(posted["manual"]["caseId"]))


def test_the_request_in_words(municipality: Client, client: Client, posted: dict[str, Any]) -> None:
    """Whoever handles the case reads what is asked; the page fetches nothing, and nobody else gets it."""
    url = f"/v1/manual-cases/{posted['manual']['caseId']}/request"
    page = municipality.get(url)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Wat verandert" in page.text
    assert BSN in page.text
    assert client.get(url).status_code == 404
