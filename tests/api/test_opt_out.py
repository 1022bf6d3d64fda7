"""An opt-out over HTTP."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from gateway.composition import Gateway
from gateway.services.caller import Scope
from gateway.wire.json_form import to_json
from tests.api.client import Client
from tests.berichten import heenbericht, post_of
from tests.gateways import PLAIN, token_for

OPT_OUT = {"X-Opt-Out": "true"}


@pytest.mark.parametrize("stated", ["true", "TRUE", " true "])
def test_the_header(client: Client, gateway: Gateway, stated: str) -> None:
    """The receipt shows it to the two parties; an administrator sees the message with a reason alone."""
    receipt = client.post(post_of("JW315"), headers={"X-Opt-Out": stated}).json()
    assert receipt["optOut"] is True
    municipality, admin = token_for(gateway, PLAIN), token_for(gateway, scope=Scope.ADMIN)
    url = f"/v1/messages/{receipt['id']}"
    assert client.get(url, token=municipality).json()["optOut"] is True
    assert client.get(url, token=admin).status_code == 404
    assert client.get(f"{url}/content", token=admin).status_code == 404
    assert client.get("/v1/messages", token=admin).json()["items"] == []
    assert client.get(f"/v1/queues/{PLAIN}/messages", token=admin).json()["items"] == []
    reason = {"X-Reason": "Op verzoek van de gemeente"}
    assert client.get(url, token=admin, headers=reason).status_code == 200
    assert len(client.get("/v1/messages", token=admin, headers=reason).json()["items"]) == 1
    leases = client.call("POST", f"/v1/queues/{PLAIN}/leases", token=municipality, json={}).json()["leases"]
    assert [lease["message"]["optOut"] for lease in leases] == [True]


def test_the_typed_form(client: Client) -> None:
    """In the typed form it stands beside the message."""
    form = to_json(heenbericht("JW315"))
    told = client.post(json.dumps({**form, "optOut": True}).encode(), "application/json").json()
    assert told["optOut"] is True
    other = to_json(heenbericht("JW315", "2", reference="R2"))
    plain = client.post(json.dumps({**other, "optOut": False}).encode(), "application/json").json()
    assert "optOut" not in plain
    wrong = client.post(json.dumps({**form, "optOut": "ja"}).encode(), "application/json")
    assert (wrong.status_code, wrong.json()["type"]) == (400, "/problems/schema-invalid")


def test_without_the_header(client: Client) -> None:
    """`false` is the same as nothing; anything else is no answer to a question."""
    assert "optOut" not in client.post(post_of("JW315"), headers={"X-Opt-Out": "false"}).json()
    wrong = client.post(post_of("JW315", "2"), headers={"X-Opt-Out": "misschien"})
    assert (wrong.status_code, wrong.json()["type"]) == (400, "/problems/invalid-input")


def test_another_message(client: Client) -> None:
    """Only a JW315 can have an opt-out."""
    wrong = client.post(post_of("JW305"), headers=OPT_OUT)
    assert (wrong.status_code, wrong.json()["type"]) == (400, "/problems/opt-out-not-possible")


def test_an_archive(client: Client) -> None:
    """With the header every JW315 in the archive has it, and what is no JW315 is that item's problem."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.xml", post_of("JW315"))
        archive.writestr("2.xml", post_of("JW305"))
    first, second = client.post(packed.getvalue(), "application/zip", headers=OPT_OUT).json()["items"]
    assert first["optOut"] is True
    assert second["type"] == "/problems/opt-out-not-possible"
