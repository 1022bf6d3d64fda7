"""Allocations and requests over HTTP: each party follows its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from gateway.api.following_shapes import AllocationDetail, AllocationPage, RequestDetail, RequestPage
from gateway.composition import Gateway
from gateway.ijw.typen import Product
from gateway.services.caller import Scope
from tests.api.client import Client
from tests.berichten import BSN, OTHER_BSN, OTHER_PROVIDER, PROVIDER, xml
from tests.gateways import PLAIN, STRICT, token_for
from tests.verloop import (
    BEGIN,
    EINDE,
    INGANG,
    NUMMER,
    aanvraag,
    antwoord,
    declaratie,
    product,
    start,
    stop,
    stop_product,
    toekenning,
    toewijzing,
    weigering,
    wijziging,
)

MAY = date(2026, 5, 20)


@pytest.fixture
def both(gateway: Gateway) -> str:
    """Give a token for the provider and the municipality."""
    return token_for(gateway, PROVIDER, PLAIN)


def posted(client: Client, token: str, *messages: Any) -> list[str]:
    """Post messages; gives their ids."""
    answers = [client.post(xml(message), token=token) for message in messages]
    assert [answer.status_code for answer in answers] == [202] * len(messages)
    return [answer.json()["id"] for answer in answers]


def listed(client: Client, kind: str, query: str = "", **options: Any) -> list[dict[str, Any]]:
    """List allocations or requests."""
    response = client.get(f"/v1/{kind}?{query}", **options)
    assert response.status_code == 200
    (AllocationPage if kind == "allocations" else RequestPage).model_validate(response.json())
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def test_an_allocation_is_followed(client: Client, both: str) -> None:
    """What it is, how far it is, and every message that brought it there, with the answer to it."""
    refused = start("S0", BEGIN + timedelta(days=1))
    told, _, answer = posted(
        client, both, toewijzing("T1"), refused, weigering(refused, "W", "/Bericht/Client/StartProducten/StartProduct")
    )
    posted(client, both, start("S1"), stop("E1", stop_product(MAY, "20")))
    posted(client, both, toewijzing("T2", product(settled=MAY, einddatum=date(2026, 12, 31)), day=MAY))
    declared = declaratie("D1")
    posted(client, both, declared, toekenning(declared, "A1"))
    (found,) = listed(client, "allocations", token=both)
    assert (found["toewijzingNummer"], found["state"], found["einddatum"]) == (NUMMER, "interrupted", "2026-12-31")
    assert (found["startedOn"], found["stoppedOn"]) == (BEGIN.isoformat(), MAY.isoformat())
    assert found["product"] == {"categorie": "45", "code": "45A04"}
    detail = client.get(f"/v1/allocations/{found['id']}", token=both).json()
    AllocationDetail.model_validate(detail)
    told_by = [(one["type"], one["event"], one["refused"]) for one in detail["timeline"]]
    assert told_by == [
        ("JW301", "allocated", False),
        ("JW305", "started", False),
        ("JW305", "started", True),
        ("JW323", "declared", False),
        ("JW301", "prolonged", False),
        ("JW307", "interrupted", False),
    ]
    first, _, third, fourth, fifth, _ = detail["timeline"]
    assert (first["messageId"], first["sender"], first["answer"]) == (told, PLAIN, None)
    assert third["answer"] == {"id": answer, "type": "JW306"}
    assert fourth["details"]["granted"] is True
    assert fifth["changed"] == ["einddatum"]


def test_a_request_is_followed(client: Client, both: str) -> None:
    """A request shows its answers: under investigation, and then rejected in favour of another municipality."""
    asked, *_ = posted(
        client, both, aanvraag("V1", "R1"), antwoord("A1", "R1"), antwoord("A2", "R1", "8", STRICT, day=MAY)
    )
    (found,) = listed(client, "requests", token=both)
    assert (found["referentieAanbieder"], found["type"], found["messageId"]) == ("R1", "JW315", asked)
    assert (found["state"], found["redenAfwijzingVerzoek"], found["gemeente"]) == ("rejected", "8", STRICT)
    detail = client.get(f"/v1/requests/{found['id']}", token=both).json()
    RequestDetail.model_validate(detail)
    assert [one["event"] for one in detail["timeline"]] == ["requested", "underInvestigation", "rejected"]
    assert detail["timeline"][2]["details"] == {"verzoekAntwoord": "1", "redenAfwijzingVerzoek": "8"}


def test_everybody_sees_their_own(client: Client, gateway: Gateway, both: str) -> None:
    """The two parties and an administrator see it; for anybody else it is not there."""
    posted(client, both, wijziging("V1", "R1"), toewijzing("T1", product(referentie_aanbieder="R1")))
    admin = token_for(gateway, scope=Scope.ADMIN)
    stranger = token_for(gateway, OTHER_PROVIDER, STRICT)
    for kind in ("allocations", "requests"):
        (found,) = listed(client, kind, token=both)
        for token in (token_for(gateway, PROVIDER), token_for(gateway, PLAIN), admin):
            assert listed(client, kind, token=token) == [found]
            assert client.get(f"/v1/{kind}/{found['id']}", token=token).status_code == 200
        assert listed(client, kind, token=stranger) == []
        assert client.get(f"/v1/{kind}/{found['id']}", token=stranger).status_code == 404
        monitor = token_for(gateway, scope=Scope.MONITOR)
        assert client.get(f"/v1/{kind}", token=monitor).status_code == 403


def test_a_person_is_found(client: Client, gateway: Gateway, both: str) -> None:
    """By BSN, in the body; that somebody searched is in the audit trail."""
    posted(client, both, toewijzing("T1"), toewijzing("T2", product(300202), bsn=OTHER_BSN), aanvraag("V1", "R1"))
    for kind, count in (("allocations", 1), ("requests", 1)):
        found = client.call("POST", f"/v1/{kind}/_search", json={"bsn": BSN}, token=both)
        assert len(found.json()["items"]) == count
        assert client.call("POST", f"/v1/{kind}/_search", json={"bsn": "123456782"}, token=both).json()["items"] == []
        assert client.call("POST", f"/v1/{kind}/_search", json={"bsn": "12"}, token=both).status_code == 400
    about = gateway.services.audit.about(BSN, "command-line")
    assert [entry.kind for entry in about.entries].count("person-searched") == 2


def test_lists_have_pages(client: Client, both: str) -> None:
    """Newest first; the cursor leads on, and each is given once."""
    numbers = [300300 + place for place in range(5)]
    posted(client, both, *(toewijzing(f"T{nummer}", product(nummer)) for nummer in numbers[:3]))
    others = [Product(categorie="45", code=code) for code in ("45A04", "45A05")]
    last = (product(nummer, product=other) for nummer, other in zip(numbers[3:], others, strict=True))
    posted(client, both, toewijzing("T9", *last))
    seen: list[int] = []
    cursor = ""
    while True:
        answer = client.get(f"/v1/allocations?limit=2{cursor}", token=both).json()
        seen += [item["toewijzingNummer"] for item in answer["items"]]
        if answer["nextCursor"] is None:
            break
        cursor = f"&cursor={answer['nextCursor']}"
    assert sorted(seen) == numbers
    assert seen[2:] == numbers[2::-1]
    assert client.get("/v1/allocations?cursor=x", token=both).status_code == 400


def test_lists_are_filtered(client: Client, both: str) -> None:
    """By state; one that does not exist is wrong."""
    posted(client, both, toewijzing("T1"), toewijzing("T2", product(300202), bsn=OTHER_BSN), start("S1"))
    posted(client, both, stop("E1", day=EINDE), aanvraag("V1", "R1", day=INGANG))
    assert [item["state"] for item in listed(client, "allocations", "state=stopped", token=both)] == ["stopped"]
    assert len(listed(client, "allocations", "state=stopped&state=allocated", token=both)) == 2
    assert listed(client, "requests", "state=rejected", token=both) == []
    assert client.get("/v1/requests?state=started", token=both).status_code == 400


def test_an_opt_out_is_kept_from_others(client: Client, gateway: Gateway, both: str) -> None:
    """A request with an opt-out, and what was allocated for it, an administrator sees for a reason alone."""
    answer = client.post(xml(aanvraag("V1", "R1")), token=both, headers={"X-Opt-Out": "true"})
    assert answer.status_code == 202
    posted(client, both, toewijzing("T1", product(referentie_aanbieder="R1")))
    admin = token_for(gateway, scope=Scope.ADMIN)
    for kind in ("allocations", "requests"):
        (found,) = listed(client, kind, token=both)
        assert listed(client, kind, token=admin) == []
        assert client.get(f"/v1/{kind}/{found['id']}", token=admin).status_code == 404
        reason = {"X-Reason": "klacht 12"}
        assert listed(client, kind, token=admin, headers=reason) == [found]
        assert client.get(f"/v1/{kind}/{found['id']}", token=admin, headers=reason).status_code == 200
