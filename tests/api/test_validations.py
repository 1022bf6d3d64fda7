"""POST /v1/validations: the same checks, and nothing is kept."""

from __future__ import annotations

import json

import pytest

from gateway.api.shapes import Report
from gateway.composition import Gateway
from gateway.services.caller import Scope
from gateway.wire.json_form import to_json
from tests.api.client import Client
from tests.berichten import BSN, HEENBERICHTEN, PROVIDER, answer_to, heenbericht, post_of, xml
from tests.gateways import token_for


def validate(client: Client, body: bytes, media_type: str = "application/xml", token: str | None = None) -> Report:
    """Have a message checked."""
    response = client.call("POST", "/v1/validations", body=body, content_type=media_type, token=token)
    assert response.status_code == 200
    assert set(response.json()) == {"file", "type", "release", "valid", "findings"}
    return Report.model_validate(response.json())


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_a_good_message_is_valid(client: Client, name: str) -> None:
    """Whoever is addressed, and whoever asks: what is judged is the message alone."""
    heen = heenbericht(name, provider="11111111", municipality="0003")
    for bericht in (heen, answer_to(heen)):
        report = validate(client, xml(bericht))
        assert (report.type, report.release, report.valid, report.findings) == (bericht.TYPE, "3.2", True, [])


def test_what_is_wrong_is_reported(client: Client) -> None:
    """200 all the same, with the findings that the post would have had."""
    body = post_of("JW305").replace(BSN.encode(), b"12")
    report = validate(client, body)
    assert (report.type, report.valid, report.findings[0].path) == ("JW305", False, "/Bericht/Client/Bsn")
    assert client.post(body).json()["findings"] == [finding.model_dump() for finding in report.findings]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "BRS14"),
        (b"<a", "BRS14"),
        (b"<a/>", "XSD"),
        (b"\xef\xbb\xbf<a/>", "OP192"),
        (b"<?xml version='1.0' encoding='latin1'?><a/>", "OP192"),
    ],
)
def test_what_cannot_be_read_is_reported(client: Client, body: bytes, code: str) -> None:
    """A report of what is no message has no type; the finding says why."""
    report = validate(client, body)
    assert (report.type, report.release, report.valid) == (None, None, False)
    assert [finding.code for finding in report.findings] == [code]


def test_the_typed_form_is_checked(client: Client) -> None:
    """The typed form is checked as the XML that would be written of it."""
    form = json.dumps(to_json(heenbericht("JW315"))).encode()
    assert validate(client, form, "application/json").valid
    wrong = form.replace(b"2026-04-01", b"2026-04-31")
    findings = validate(client, wrong, "application/json").findings
    assert findings
    assert {finding.line for finding in findings} == {None}


def test_nothing_is_kept(client: Client, gateway: Gateway) -> None:
    """After a validation there is nothing, and the message can still be posted."""
    validate(client, post_of("JW305"))
    assert client.get("/v1/messages").json()["items"] == []
    assert client.post(post_of("JW305")).status_code == 202


@pytest.mark.parametrize("scope", [Scope.ADMIN, Scope.MONITOR])
def test_any_token_may_have_a_message_checked(client: Client, gateway: Gateway, scope: Scope) -> None:
    """Nothing is told but what is in the message itself."""
    assert validate(client, post_of("JW305"), token=token_for(gateway, scope=scope)).valid


def test_a_revoked_token_may_not(client: Client, gateway: Gateway) -> None:
    """Revoking holds at once here too."""
    token = token_for(gateway, PROVIDER)
    validate(client, post_of("JW305"), token=token)
    gateway.services.access.revoke(token[4:16])
    response = client.call(
        "POST", "/v1/validations", body=post_of("JW305"), content_type="application/xml", token=token
    )
    assert response.status_code == 401


@pytest.mark.parametrize(("media_type", "status"), [("text/plain", 415), ("application/xml; charset=utf-16", 415)])
def test_the_form_is_the_same_as_for_a_post(client: Client, media_type: str, status: int) -> None:
    """What a post would not read, a validation does not read either."""
    response = client.call("POST", "/v1/validations", body=post_of("JW305"), content_type=media_type)
    assert (response.status_code, response.json()["code"]) == (status, "OP192")
