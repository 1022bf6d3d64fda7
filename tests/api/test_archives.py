"""A ZIP of messages: one receipt or problem per message, in order."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from gateway.composition import Gateway
from gateway.errors import DatabaseUnavailableError
from gateway.services.intake import Intake
from gateway.wire.document import MAX_SIZE
from tests.api.client import Client
from tests.berichten import BSN, OTHER_BSN, PROVIDER, heenbericht, post_of, xml
from tests.gateways import PLAIN, token_for

ZIP = "application/zip"


def packed(*contents: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack messages, the first one first."""
    return named({f"{number:02}.xml": content for number, content in enumerate(contents)}, method)


def named(contents: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack files with their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_password(data: bytes) -> bytes:
    """Say of every file in a ZIP that it has a password, as its two records do."""
    changed = bytearray(data)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(signature)
        while place >= 0:
            changed[place + flags] |= 1
            place = changed.find(signature, place + 4)
    return bytes(changed)


def posts(count: int) -> list[bytes]:
    """Write so many messages."""
    return [post_of("JW305", str(number)) for number in range(count)]


def kept(client: Client, gateway: Gateway) -> list[str]:
    """Give the Identificaties of what is kept, oldest first."""
    items: list[dict[str, Any]] = client.get("/v1/messages?limit=100").json()["items"]
    return [item["identificatie"] for item in reversed(items)]


@pytest.mark.parametrize("count", [1, 2, 30])
@pytest.mark.parametrize("media_type", [ZIP, "application/x-zip-compressed"])
def test_every_message_gets_its_receipt(client: Client, gateway: Gateway, count: int, media_type: str) -> None:
    """202 with a receipt for each message, in the order of the ZIP; 30 fit in one."""
    response = client.post(packed(*posts(count)), media_type)
    assert response.status_code == 202
    assert [item["identificatie"] for item in response.json()["items"]] == [str(n) for n in range(count)]
    assert {item["status"] for item in response.json()["items"]} == {"queued"}
    assert kept(client, gateway) == [str(n) for n in range(count)]


def test_each_message_is_judged_for_itself(client: Client, gateway: Gateway) -> None:
    """Receipts and problems stand in the order of the messages; what is wrong with one is no other's matter."""
    client.post(post_of("JW305", "oud"))
    contents = [
        post_of("JW305", "1"),
        b"geen xml",
        post_of("JW305", "2").replace(BSN.encode(), b"12"),
        xml(heenbericht("JW301", "3")),
        xml(heenbericht("JW305", "4", municipality="0003")),
        post_of("JW305", "oud"),
        xml(heenbericht("JW305", "oud", bsn=OTHER_BSN)),
        b"\xef\xbb\xbf" + post_of("JW305", "5"),
        post_of("JW305", "6") + b" " * MAX_SIZE,
        packed(post_of("JW305", "7")),
        post_of("JW305", "8"),
    ]
    response = client.post(packed(*contents), ZIP)
    assert response.status_code == 202
    told = [item.get("identificatie") or (item["status"], item["code"]) for item in response.json()["items"]]
    assert told == [
        "1",
        (400, "BRS14"),
        (400, "BRS13"),
        (403, "BRS03"),
        (404, "BRS04"),
        "oud",
        (409, "BRS20"),
        (415, "OP192"),
        (413, "BRS19"),
        (400, "BRS14"),
        "8",
    ]
    assert all(item["findings"] for item in response.json()["items"] if "code" in item)
    assert kept(client, gateway) == ["oud", "1", "8"]


def test_a_zip_may_be_posted_again(client: Client, gateway: Gateway) -> None:
    """The same ZIP again gives the same receipts."""
    data = packed(*posts(3))
    assert client.post(data, ZIP).json() == client.post(data, ZIP).json()
    assert kept(client, gateway) == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "BRS15"),
        (b"PK\x03\x04", "BRS15"),
        (post_of("JW305"), "BRS15"),
        (packed(*posts(2))[:-10], "BRS15"),
        (packed(*posts(31)), "BRS16"),
        (with_password(packed(*posts(2))), "BRS17"),
        (packed(), "BRS21"),
        (named({"map/": b"", "map/a.xml": b"<a/>"}), "BRS29"),
        (named({"map/a.xml": post_of("JW305")}), "BRS29"),
        (named({"../a.xml": post_of("JW305")}), "BRS29"),
    ],
    ids=["nothing", "cut", "xml", "broken", "many", "password", "empty", "folder", "path", "parent"],
)
def test_a_zip_that_cannot_be_opened(client: Client, gateway: Gateway, data: bytes, code: str) -> None:
    """400 with the fault code of the ZIP, and nothing of it is taken."""
    for path in ("/v1/messages", "/v1/validations"):
        response = client.call("POST", path, body=data, content_type=ZIP)
        assert (response.status_code, response.json()["type"]) == (400, "/problems/zip-invalid")
        assert response.json()["code"] == code
        assert response.json()["findings"][0]["source"] == "gateway"
    assert kept(client, gateway) == []


def test_a_bomb_is_no_message(client: Client) -> None:
    """What unpacks to far more than it is, is refused without being unpacked."""
    assert client.post(packed(*[b" " * MAX_SIZE] * 5), ZIP).status_code == 400


def test_names_in_a_zip_are_not_repeated(client: Client) -> None:
    """A file's name may say whom a message is about."""
    response = client.post(named({"wittemans-999900006.xml": b"<wittemans>"}), ZIP)
    assert response.status_code == 202
    assert "wittemans" not in response.text


def test_validating_a_zip_keeps_nothing(client: Client, gateway: Gateway) -> None:
    """A report for each message, in order."""
    data = packed(post_of("JW305"), b"<a>", post_of("JW301"))
    response = client.call("POST", "/v1/validations", body=data, content_type=ZIP)
    assert response.status_code == 200
    assert [(one["type"], one["valid"]) for one in response.json()["items"]] == [
        ("JW305", True),
        (None, False),
        ("JW301", True),
    ]
    assert kept(client, gateway) == []


def fail_at(monkeypatch: pytest.MonkeyPatch, place: int, error: Exception) -> None:
    """Let taking a message fail, the so-manieth time."""
    settle, calls = Intake.settle, []

    def failing(self: Intake, candidates: Any) -> Any:
        calls.append(candidates)
        if len(calls) == place:
            raise error
        return settle(self, candidates)

    monkeypatch.setattr(Intake, "settle", failing)


@pytest.mark.parametrize(("error", "status"), [(RuntimeError(BSN), 500), (DatabaseUnavailableError(), 503)])
def test_a_failure_before_anything_was_taken(
    client: Client, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """Nothing was taken, so the answer may say so."""
    fail_at(monkeypatch, 1, error)
    response = client.post(packed(b"<a/>", *posts(2)), ZIP)
    assert response.status_code == status
    assert kept(client, gateway) == []


def test_a_failure_after_something_was_taken(client: Client, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sent the ZIP hears which messages were taken; the same post again takes the rest."""
    fail_at(monkeypatch, 2, RuntimeError(BSN))
    data = packed(*posts(3))
    items = client.post(data, ZIP).json()["items"]
    assert [item.get("identificatie", item["status"]) for item in items] == ["0", 500, "2"]
    assert BSN not in json.dumps(items)
    assert kept(client, gateway) == ["0", "2"]
    assert [item["identificatie"] for item in client.post(data, ZIP).json()["items"]] == ["0", "1", "2"]


def test_a_token_that_ends_meanwhile_takes_no_more(client: Client, gateway: Gateway) -> None:
    """Every message of a ZIP asks anew whether its sender may send."""
    token = token_for(gateway, PROVIDER, PLAIN)
    client.post(packed(*posts(1)), ZIP, token=token)
    gateway.services.access.revoke(token[4:16])
    response = client.post(packed(*posts(2)), ZIP, token=token)
    # Known a moment ago, or asked of the database: either way nothing is taken.
    items = response.json().get("items", [response.json()])
    assert {item["status"] for item in items} == {401}
