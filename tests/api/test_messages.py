"""Following messages: one, its content, lists and searches."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from gateway.api.shapes import MessageDetail, MessagePage
from gateway.composition import Gateway
from gateway.services.clock import utc_now
from gateway.store import retention
from gateway.wire.json_form import to_json
from tests.api.client import Client
from tests.berichten import (
    BSN,
    HEENBERICHTEN,
    OTHER_BSN,
    OTHER_PROVIDER,
    PROVIDER,
    answer_to,
    heenbericht,
    post_of,
    xml,
)
from tests.gateways import PLAIN, UNROUTED, Clock, token_for


def listed(client: Client, query: str = "", **options: Any) -> list[str]:
    """Give the Identificaties of a list."""
    response = client.get(f"/v1/messages{query}", **options)
    assert response.status_code == 200
    page = MessagePage.model_validate(response.json())
    return [item.identificatie for item in page.items]


def test_a_message_can_be_followed(client: Client, gateway: Gateway, clock: Clock) -> None:
    """The receipt, all that happened, and what belongs to it."""
    both = token_for(gateway, PROVIDER, PLAIN)
    location = client.post(post_of("JW305")).headers["location"]
    clock.forward(seconds=5)
    lease = client.call("POST", f"/v1/queues/{PLAIN}/leases", token=both, json={}).json()["leases"][0]
    client.call("PUT", f"/v1/leases/{lease['leaseId']}/failure", token=both, json={"reason": "schijf vol"})
    answer = client.post(xml(answer_to(heenbericht("JW305"))), token=both).json()
    found = client.get(location).json()
    MessageDetail.model_validate(found)
    assert [(event["event"], event["at"] > found["receivedAt"]) for event in found["timeline"]] == [
        ("accepted", False),
        ("queued", False),
        ("leased", True),
        ("failed", True),
        ("answered", True),
    ]
    assert found["timeline"][3]["reason"] == "schijf vol"
    (related,) = found["related"]
    assert related == {"id": answer["id"], "type": "JW306", "relation": "retourbericht", "status": "queued"}
    assert found["receivedAt"].endswith("Z")


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_the_content_is_what_was_taken(client_on_each: Client, gateway_on_each: Gateway, name: str) -> None:
    """The exact bytes as XML, or the typed form as JSON."""
    token = token_for(gateway_on_each, PROVIDER, PLAIN)
    data = post_of(name) + b"\n<!-- einde -->\n"
    location = client_on_each.post(data, token=token).headers["location"] + "/content"
    as_xml = client_on_each.get(location, token=token)
    assert (as_xml.headers["content-type"], as_xml.content) == ("application/xml", data)
    as_json = client_on_each.get(location, token=token, headers={"Accept": "application/json"})
    assert as_json.headers["content-type"] == "application/json"
    assert as_json.json() == json.loads(json.dumps(to_json(heenbericht(name))))


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "xml"),
        ("*/*", "xml"),
        ("application/xml", "xml"),
        ("text/xml", "xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml"),
        ("application/pdf", "xml"),
        ("application/json", "json"),
        ("Application/JSON", "json"),
        ("application/json; charset=utf-8", "json"),
        ("application/json, text/plain, */*", "json"),
        ("application/xml, application/json", "xml"),
        ("application/json, application/xml", "json"),
        ("application/xml;q=0.1, application/json", "json"),
        ("application/json;q=0.5, application/xml;q=0.6", "xml"),
        ("application/json;q=0, */*", "xml"),
        ("application/json;q=veel", "xml"),
        (";;,,;q=1,", "xml"),
    ],
)
def test_the_form_that_is_liked_best(client: Client, accept: str, form: str) -> None:
    """The XML, unless JSON is asked for before it or liked better."""
    location = client.post(post_of("JW305")).headers["location"] + "/content"
    response = client.get(location, headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, f"application/{form}")


@pytest.mark.parametrize("suffix", ["", "/content"])
def test_what_is_not_there(client: Client, suffix: str) -> None:
    """404 for an id of nobody; 400 for what is no id; no other spelling of an address leads anywhere."""
    location = client.post(post_of("JW305")).headers["location"] + suffix
    assert client.get(f"/v1/messages/{uuid4()}{suffix}").status_code == 404
    assert client.get(f"/v1/messages/123{suffix}").status_code == 400
    assert client.get(f"/v1/messages/%00{suffix}").status_code == 400
    for path in (location + "/", location.replace("/v1", "/V1"), location.replace("/v1", ""), location + "/x"):
        assert client.get(path).status_code == 404


@pytest.fixture
def several(client: Client, gateway: Gateway, clock: Clock) -> str:
    """Post a few different messages, an hour apart; gives a token for all of them."""
    token = token_for(gateway, PROVIDER, OTHER_PROVIDER, PLAIN, UNROUTED)
    clock.now = clock.now.replace(microsecond=0)
    for bericht in (
        heenbericht("JW305", "1"),
        heenbericht("JW307", "2", bsn=OTHER_BSN),
        heenbericht("JW301", "3"),
        heenbericht("JW305", "4", provider=OTHER_PROVIDER, municipality=UNROUTED),
    ):
        assert client.post(xml(bericht), token=token).status_code == 202
        clock.forward(hours=1)
    client.call("POST", f"/v1/queues/{UNROUTED}/leases", token=token, json={})
    return token


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "4321"),
        ("?type=JW305", "41"),
        ("?type=JW305&type=JW301", "431"),
        ("?status=queued", "321"),
        ("?status=leased&status=delivered", "4"),
        ("?sender=0384", "3"),
        (f"?sender={PROVIDER}&sender={OTHER_PROVIDER}", "421"),
        (f"?recipient={PROVIDER}", "3"),
        (f"?recipient={PLAIN}&type=JW307", "2"),
        ("?type=JW325", ""),
        ("?limit=2", "43"),
    ],
)
def test_a_list_is_filtered(client: Client, several: str, query: str, found: str) -> None:
    """Newest first; of each filter one value fits, and all filters hold."""
    assert "".join(listed(client, query, token=several)) == found


def test_a_list_of_a_period(client: Client, several: str, clock: Clock) -> None:
    """`since` is in the period, `until` is not, and any time zone is understood."""
    begin = clock.now - timedelta(hours=4)

    def at(hours: int) -> str:
        return quote((begin + timedelta(hours=hours)).isoformat())

    assert listed(client, f"?since={at(1)}", token=several) == ["4", "3", "2"]
    assert listed(client, f"?until={at(1)}", token=several) == ["1"]
    assert listed(client, f"?since={at(1)}&until={at(2)}", token=several) == ["2"]
    zoned = quote((begin + timedelta(hours=3)).replace(tzinfo=None).isoformat() + "+02:00")
    assert listed(client, f"?since={zoned}", token=several) == ["4", "3", "2"]


def test_a_search_has_the_filters_in_its_body(client: Client, several: str) -> None:
    """The same filters, each one value or a list of them, and a BSN."""

    def found(**wanted: Any) -> list[str]:
        response = client.call("POST", "/v1/messages/_search", token=several, json=wanted)
        assert response.status_code == 200
        return [item["identificatie"] for item in response.json()["items"]]

    assert found() == ["4", "3", "2", "1"]
    assert found(bsn=BSN) == ["4", "3", "1"]
    assert found(bsn=OTHER_BSN) == ["2"]
    assert found(bsn="123456782") == []
    assert found(bsn=BSN, type="JW305", sender=[PROVIDER]) == ["1"]
    assert found(type=["JW301", "JW307"], limit=1) == ["3"]


def test_pages_are_stable(client_on_each: Client) -> None:
    """A list that is read page by page shows each message once, whatever is posted meanwhile."""
    client = client_on_each
    for number in range(7):
        client.post(post_of("JW305", str(number)))
    seen, cursor, rounds = [], None, 0
    while rounds == 0 or cursor:
        page = client.get("/v1/messages?limit=3" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [item["identificatie"] for item in page["items"]]
        cursor, rounds = page["nextCursor"], rounds + 1
        client.post(post_of("JW307", f"nieuw{rounds}"))
    assert (seen, rounds) == (["6", "5", "4", "3", "2", "1", "0"], 3)


def test_a_search_has_pages_too(client: Client) -> None:
    """The cursor of a search goes into the body of the next one."""
    for number in range(3):
        client.post(post_of("JW305", str(number)))
    first = client.call("POST", "/v1/messages/_search", json={"limit": 2, "bsn": BSN}).json()
    rest = client.call(
        "POST", "/v1/messages/_search", json={"limit": 2, "bsn": BSN, "cursor": first["nextCursor"]}
    ).json()
    assert [item["identificatie"] for item in first["items"] + rest["items"]] == ["2", "1", "0"]
    assert rest["nextCursor"] is None


WRONG: list[tuple[str, Any]] = [
    ("limit", 0),
    ("limit", 101),
    ("limit", -1),
    ("limit", "veel"),
    ("cursor", "abc"),
    ("since", "gisteren"),
    ("since", "2026-01-01T00:00:00"),
    ("since", "1767225600"),
    ("until", 0.5),
    ("since", "0001-01-01T00:00:00+14:00"),
    ("until", "9999-12-31T23:59:59-12:00"),
    ("type", "JW999"),
    ("type", "jw305"),
    ("status", "weg"),
    ("sender", "123"),
    ("recipient", "0384x"),
    ("onbekend", "1"),
    ("parties", "0384"),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_a_wrong_filter_is_told(client: Client, field: str, value: Any) -> None:
    """400 for what is no filter or no value of it; neither is repeated."""
    responses = [
        client.get("/v1/messages", params={field: value}),
        client.call("POST", "/v1/messages/_search", json={field: value}),
    ]
    for response in responses:
        assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")
        assert "findings" not in response.json()
        assert str(value) not in response.json()["detail"] or len(str(value)) == 1
        assert "onbekend" not in response.text


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"3", b"{", b'{"bsn": 999900006}', b'{"bsn": "12345678"}', b'{"limit": 1e400}', b"\xff",
     b"[" * 50_000, b'{"bsn": "\\ud800"}', b'{"bsn": null, "bsn ": 1}'],
)  # fmt: skip
def test_a_wrong_search_is_told(client: Client, body: bytes) -> None:
    """400 for a body that is no JSON, or not of this form."""
    response = client.call("POST", "/v1/messages/_search", body=body, content_type="application/json")
    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")


def test_a_bsn_is_no_filter_in_an_address(client: Client) -> None:
    """No personal data in an address."""
    response = client.get("/v1/messages", params={"bsn": BSN})
    assert response.status_code == 400
    assert BSN not in response.text


def test_content_that_was_removed(gateway: Gateway, client: Client) -> None:
    """Content that was kept long enough is gone; the message itself is not."""
    message = client.post(post_of("JW305")).json()["id"]
    with gateway.database.write() as connection:
        retention.remove_content(connection, [UUID(message)], utc_now())
    answer = client.get(f"/v1/messages/{message}/content")
    assert answer.status_code == 410
    assert answer.json()["type"] == "/problems/content-removed"
    assert client.get(f"/v1/messages/{message}").json()["timeline"][-1]["event"] == "content-removed"
