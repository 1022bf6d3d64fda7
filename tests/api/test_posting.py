"""POST /v1/messages: every answer of the contract's table."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.api.shapes import Receipt
from gateway.composition import Gateway
from gateway.services.caller import Scope
from gateway.wire.json_form import to_json
from tests.api.client import Client
from tests.berichten import (
    BSN,
    HEENBERICHTEN,
    OTHER_BSN,
    PROVIDER,
    answer_to,
    declaration_of,
    heenbericht,
    post_of,
    xml,
)
from tests.gateways import ANSWERING, MANUAL, PLAIN, token_for

JW305 = post_of("JW305")


def problem(response: Any) -> tuple[int, str, str | None]:
    """Give the status, the kind and the fault code of a problem."""
    found = response.json()
    assert {finding["code"] for finding in found["findings"]}
    return response.status_code, found["type"].removeprefix("/problems/"), found.get("code")


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_a_message_is_taken(client_on_each: Client, gateway_on_each: Gateway, name: str) -> None:
    """202 with a receipt, and the address at which the message can be followed."""
    token = token_for(gateway_on_each, PROVIDER, PLAIN)
    response = client_on_each.post(post_of(name, "een"), token=token)
    assert response.status_code == 202
    receipt = response.json()
    Receipt.model_validate(receipt)
    sides = (PLAIN, PROVIDER) if name in {"JW301", "JW319"} else (PROVIDER, PLAIN)
    assert (receipt["sender"], receipt["recipient"]) == sides
    assert {key: receipt[key] for key in ("type", "release", "identificatie", "dagtekening", "status")} == {
        "type": name,
        "release": "3.2",
        "identificatie": "een",
        "dagtekening": "2026-08-01",
        "status": "queued",
    }
    # What is known of no allocation is said to be so.
    assert {finding["source"] for finding in receipt["findings"]} <= {"history"}
    assert response.headers["location"] == f"/v1/messages/{receipt['id']}"
    assert client_on_each.get(response.headers["location"], token=token).status_code == 200


@pytest.mark.parametrize(
    "media_type",
    [
        "application/xml",
        "text/xml",
        "Text/XML",
        "application/xml;charset=utf-8",
        'text/xml; charset="UTF-8"',
        "application/xml; charset=UTF8",
        "application/xml; version=1",
    ],
)
def test_xml_comes_by_several_names(client: Client, media_type: str) -> None:
    """Both media types of XML are taken, and UTF-8 may be named."""
    assert client.post(JW305, media_type).status_code == 202


def test_the_typed_form_is_taken(client: Client) -> None:
    """The gateway writes the XML of a typed form; the same form again gives the first receipt."""
    form = json.dumps(to_json(heenbericht("JW315")), ensure_ascii=False).encode()
    first, again = client.post(form, "application/json"), client.post(form, "application/json; charset=utf-8")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    content = client.get(first.headers["location"] + "/content").content
    assert content == xml(heenbericht("JW315"))


def test_the_same_bytes_again(client_on_each: Client) -> None:
    """200 and the first receipt, at the same address."""
    first, again = client_on_each.post(JW305), client_on_each.post(JW305)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", "not-well-formed", "BRS14"),
        (b"geen xml", "not-well-formed", "BRS14"),
        (JW305[:-30], "not-well-formed", "BRS14"),
        (JW305.replace(b"Tom", b"T\xe9m"), "not-well-formed", "BRS14"),
        (JW305.replace(b"<jw305:Bericht", b"<!DOCTYPE a []><jw305:Bericht"), "not-well-formed", "BRS14"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "not-well-formed", "BRS14"),
        (b"<a/>", "schema-invalid", "BRS13"),
        (JW305.replace(b"<jw305:Geslacht>1", b"<jw305:Geslacht>7"), "schema-invalid", "BRS13"),
        (JW305.replace(BSN.encode(), b"99990000"), "schema-invalid", "BRS13"),
        (JW305.replace(b"jw305/schema", b"jw999/schema"), "schema-invalid", "BRS13"),
    ],
)
def test_what_is_wrong_with_a_message_is_told(client: Client, body: bytes, kind: str, code: str) -> None:
    """400 with the fault code of the chain, and everything that is wrong."""
    assert problem(client.post(body)) == (400, kind, code)


def test_all_that_is_wrong_is_told_at_once(client: Client) -> None:
    """Every finding has its path and its line, and the shape of the contract."""
    body = JW305.replace(b"<jw305:Geslacht>1", b"<jw305:Geslacht>7").replace(BSN.encode(), b"1")
    findings = client.post(body).json()["findings"]
    assert [finding["path"] for finding in findings] == ["/Bericht/Client/Bsn", "/Bericht/Client/Geslacht"]
    for finding in findings:
        assert set(finding) == {"source", "code", "retourcode", "path", "paths", "line", "message"}
        assert (finding["source"], finding["code"], finding["paths"]) == ("xsd", "XSD", [finding["path"]])
        assert finding["line"] > 1


@pytest.mark.parametrize(
    "form",
    [
        b"",
        b"geen json",
        b"[]",
        b"{}",
        b"null",
        b'{"type": "JW305"}',
        b'{"type": "JW999", "bericht": {}}',
        b'{"type": "JW305", "release": "3.1", "bericht": {}}',
        b'{"type": "JW305", "bericht": {}, "extra": 1}',
        b'{"type": "JW305", "type": "JW305", "bericht": {}}',
        b'{"type": "JW305", "bericht": []}',
        b'{"type": "JW305", "bericht": NaN}',
        b'{"type": "JW305", "bericht": "\xe9"}',
        b"[" * 100_000,
        b'{"type": "JW305", "bericht": {"header": {"afzender": "\\ud800"}}}',
        b'{"type": "JW305", "bericht": {"header": {"berichtCode": ' + b"9" * 5000 + b"}}}",
    ],
)
def test_a_wrong_form_is_told(client: Client, form: bytes) -> None:
    """A typed form that is no form, or not of a message, is a 400 with findings like any other."""
    status, kind, code = problem(client.post(form, "application/json"))
    assert (status, kind in {"schema-invalid", "not-well-formed"}) == (400, True)
    assert code in {"BRS13", "BRS14"}


@pytest.mark.parametrize(
    ("body", "media_type", "kind"),
    [
        (JW305, None, "unsupported-media-type"),
        (JW305, "text/plain", "unsupported-media-type"),
        (JW305, "application/octet-stream", "unsupported-media-type"),
        (JW305, "application/soap+xml", "unsupported-media-type"),
        (JW305, "application/xml, text/xml", "unsupported-media-type"),
        (JW305, "multipart/form-data; boundary=a", "unsupported-media-type"),
        (JW305, "xml", "unsupported-media-type"),
        (JW305, "application/xml; charset=iso-8859-1", "unsupported-encoding"),
        (JW305, "application/xml; charset=utf-16", "unsupported-encoding"),
        (b"{}", "application/json; charset=latin1", "unsupported-encoding"),
        (b"\xef\xbb\xbf" + JW305, "application/xml", "unsupported-encoding"),
        (JW305.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "application/xml", "unsupported-encoding"),
        (JW305.decode().encode("utf-16-le"), "application/xml", "unsupported-encoding"),
        (JW305.replace(b"UTF-8", b"ISO-8859-1"), "application/xml", "unsupported-encoding"),
        (JW305.replace(b'"UTF-8"', b"'windows-1252'"), "text/xml", "unsupported-encoding"),
    ],
)
def test_another_form_or_encoding_is_not_taken(client: Client, body: bytes, media_type: str | None, kind: str) -> None:
    """415: only the three media types, and only UTF-8 without a byte-order mark (OP192)."""
    assert problem(client.post(body, media_type)) == (415, kind, "OP192")


def test_a_packed_body_is_not_taken(client: Client) -> None:
    """Nothing is unpacked on the way in but a ZIP."""
    assert problem(client.post(JW305, headers={"Content-Encoding": "gzip"}))[0] == 415
    assert client.post(JW305, headers={"Content-Encoding": "identity"}).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer ijw_" + "A" * 55},
        {"Authorization": "Bearer \xe9\xff"},
        {"X-Api-Key": "token"},
        {"Cookie": "token"},
    ],
)
def test_nobody_comes_in_without_a_token(client: Client, gateway: Gateway, headers: dict[str, str]) -> None:
    """401, with the challenge; a token counts in its own place alone."""
    token = token_for(gateway, PROVIDER)
    sent = {name: value.replace("token", token) for name, value in headers.items()}
    response = client.post(JW305, token="", headers={name: value.encode("latin-1") for name, value in sent.items()})
    assert problem(response) == (401, "unauthorized", "BRS02")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("place", ["token", "access_token", "authorization"])
def test_a_token_in_an_address_is_not_read(client: Client, gateway: Gateway, place: str) -> None:
    """An address is written down in logs on the way: it is no place for a secret."""
    response = client.post(JW305, token="", params={place: token_for(gateway, PROVIDER)})
    assert response.status_code == 401


def test_the_scheme_is_read_in_any_case(client: Client, gateway: Gateway) -> None:
    """RFC 9110: the name of a scheme has no case."""
    token = token_for(gateway, PROVIDER)
    assert client.post(JW305, token="", headers={"Authorization": f"bearer {token}"}).status_code == 202


@pytest.mark.parametrize("scope", [Scope.ADMIN, Scope.MONITOR])
def test_a_token_without_parties_sends_for_nobody(client: Client, gateway: Gateway, scope: Scope) -> None:
    """403 for whoever may not send for this Afzender (BRS03)."""
    token = token_for(gateway, scope=scope)
    assert problem(client.post(JW305, token=token)) == (403, "sender-not-allowed", "BRS03")


def test_who_may_not_send_hears_no_more_than_that(client: Client, gateway: Gateway) -> None:
    """403 comes before anything that the database knows: whether the recipient or an answered message exists."""
    other = token_for(gateway, "42420001")
    for body in (JW305, post_of("JW305", "x"), xml(answer_to(heenbericht("JW301")))):
        assert problem(client.post(body, token=other)) == (403, "sender-not-allowed", "BRS03")


def test_an_unknown_recipient(client: Client) -> None:
    """404 when the recipient does not take part here (BRS04)."""
    body = xml(heenbericht("JW305", municipality="0003"))
    assert problem(client.post(body)) == (404, "recipient-unknown", "BRS04")


def test_an_identificatie_that_was_used(client_on_each: Client) -> None:
    """409 for other content under an Identificatie that this sender used for this type (BRS20, 9056)."""
    client_on_each.post(JW305)
    response = client_on_each.post(xml(heenbericht("JW305", bsn=OTHER_BSN)))
    assert problem(response) == (409, "identificatie-used", "BRS20")
    (finding,) = response.json()["findings"]
    assert finding["retourcode"] == "9056"
    assert finding["path"] == "/Bericht/Header/BerichtIdentificatie/Identificatie"


def test_answers_by_http(client_on_each: Client, gateway_on_each: Gateway) -> None:
    """404 for an answer to nothing, 202 for the first, 200 for the same, 409 for a second."""
    client, token = client_on_each, token_for(gateway_on_each, PLAIN)
    for name, code in (("JW305", "BRS20"), ("JW323", "IB019")):
        heen = heenbericht(name)
        answer = xml(answer_to(heen))
        assert problem(client.post(answer, token=token)) == (404, "answered-message-unknown", "BRS33")
        client.post(xml(heen))
        assert [client.post(answer, token=token).status_code for _ in range(2)] == [202, 200]
        second = client.post(xml(answer_to(heen, "A2")), token=token)
        assert problem(second) == (409, "already-answered", code)


def test_the_gateway_s_own_answer_is_followed(client: Client) -> None:
    """Where the gateway answers, its retourbericht stands beside the message at once."""
    location = client.post(xml(heenbericht("JW305", municipality=ANSWERING))).headers["location"]
    (related,) = client.get(location).json()["related"]
    assert (related["type"], related["relation"], related["status"]) == ("JW306", "retourbericht", "queued")
    content = client.get(f"/v1/messages/{related['id']}/content")
    assert b"IdentificatieRetour>GW" in content.content


def test_a_manual_case_is_told(client: Client) -> None:
    """Where people handle a type, the receipt says so."""
    response = client.post(xml(heenbericht("JW317", municipality=MANUAL)))
    assert (response.status_code, response.json()["status"]) == (202, "manual")


def test_a_large_message_is_taken(client: Client) -> None:
    """A message that is read piece by piece is taken, and given back, like any other."""
    data = declaration_of(3 * 1024 * 1024 + 1)
    response = client.post(data[start : start + 70_000] for start in range(0, len(data), 70_000))
    assert response.status_code == 202
    content = client.get(response.headers["location"] + "/content")
    assert content.content == data
    assert content.headers["content-length"] == str(len(data))
