"""An answer never repeats what was sent: it may be personal, and it may be in a log of the sender's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.wire.json_form import to_json
from tests.api.client import Client
from tests.api.conftest import application
from tests.berichten import HEENBERICHTEN, PROVIDER, heenbericht, post_of
from tests.gateways import PLAIN, open_gateway, token_for

# Long and strange enough to be in no text of our own.
MARK = "zqxjkvwy"
DIGITS = "871239460587123"
NAMES = [name for name in HEENBERICHTEN if name != "JW319"]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a client that may act for the provider and the municipality."""
    folder: Path = tmp_path_factory.mktemp("echo")
    gateway = open_gateway(folder)
    with Client(application(gateway), token_for(gateway, PROVIDER, PLAIN)) as client:
        yield client
    gateway.close()


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[bytes, str]:
    """Make a message with a mark in it, in one of the ways in which software goes wrong."""
    data = post_of(draw(st.sampled_from(NAMES)))
    root = etree.fromstring(data)
    tree = etree.ElementTree(root)
    places_ = [element for element in root.iter("*") if not len(element)]
    element = draw(st.sampled_from(places_))
    mark = draw(st.sampled_from([MARK, DIGITS]))
    parent = element.getparent()
    assert parent is not None
    match draw(st.sampled_from(["text", "element", "attribute", "tail", "inside", "twice"])):
        case "text":
            element.text = mark
        case "element":
            element.tag = f"x{mark}"
        case "attribute":
            element.set(f"a{mark}", mark)
        case "tail":
            element.tail = mark
        case "inside":
            etree.SubElement(element, f"x{mark}").text = mark
        case _:
            parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
            element.text = mark
    written = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return (written[: draw(st.integers(len(written) // 2, len(written)))] if draw(st.booleans()) else written), mark


@settings(max_examples=100)
@given(spoiled())
def test_a_refusal_repeats_nothing_of_the_message(both: Client, sent: tuple[bytes, str]) -> None:
    """Whatever is wrong, and wherever: no text, name or attribute of the message comes back."""
    data, mark = sent
    for path in ("/v1/messages", "/v1/validations"):
        response = both.call("POST", path, body=data, content_type="application/xml")
        if response.status_code != 202 and response.json().get("status") != "queued":
            assert mark not in response.text


@settings(max_examples=50)
@given(st.data())
def test_a_refusal_repeats_nothing_of_a_form(both: Client, data: st.DataObject) -> None:
    """The same for the typed form: neither values nor names."""
    form = to_json(heenbericht(data.draw(st.sampled_from(NAMES))))
    where = form["bericht"]
    while True:
        key = data.draw(st.sampled_from(list(where) if isinstance(where, dict) else list(range(len(where)))))
        if not isinstance(where[key], dict | list) or not where[key] or data.draw(st.integers(0, 3)) == 0:
            break
        where = where[key]
    match data.draw(st.sampled_from(["value", "name", "list", "object"])):
        case "name" if isinstance(where, dict):
            where[MARK] = MARK
        case "list":
            where[key] = [MARK]
        case "object":
            where[key] = {MARK: MARK}
        case _:
            where[key] = MARK
    response = both.call("POST", "/v1/messages", body=json.dumps(form).encode(), content_type="application/json")
    if response.status_code not in {200, 202}:
        assert MARK not in response.text


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.just(MARK), st.integers(), st.just(int(DIGITS))),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.just(MARK), inner, max_size=2)),
    max_leaves=5,
)
FIELDS = ["type", "status", "sender", "since", "limit", "cursor", "bsn", "types", "leaseSeconds", "reason", MARK]


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, min_size=1, max_size=3))
def test_a_wrong_question_is_not_repeated(both: Client, wanted: dict[str, Any]) -> None:
    """Neither the names nor the values of a question that was not understood."""
    for method, path in (
        ("POST", "/v1/messages/_search"),
        ("POST", f"/v1/queues/{PLAIN}/leases"),
        ("PUT", "/v1/leases/00000000-0000-0000-0000-000000000000/failure"),
    ):
        response = both.call(method, path, json=wanted)
        assert response.status_code in {200, 400, 404}
        # What was understood may find a message that an earlier example posted.
        if response.status_code != 200:
            assert MARK not in response.text
            assert DIGITS not in response.text


@pytest.mark.parametrize(
    "path",
    [
        f"/{MARK}",
        f"/v1/{MARK}",
        f"/v1/messages/{MARK}",
        f"/v1/messages?{MARK}={MARK}",
        f"/v1/messages?cursor={MARK}",
        f"/v1/queues/{MARK}/messages",
        f"/v1/leases/{MARK}",
        f"/problems/{MARK}",
    ],
)
def test_an_address_is_not_repeated(both: Client, path: str) -> None:
    """A reflected address is a hole in somebody's page."""
    assert MARK not in both.get(path).text


@pytest.mark.parametrize("header", ["Content-Type", "Accept", "Authorization", "Content-Encoding", "X-Request-Id"])
def test_a_header_is_not_repeated(both: Client, header: str) -> None:
    """Least of all a token."""
    response = both.call("POST", "/v1/messages", body=b"<a/>", headers={header: f"Bearer {MARK}"})
    assert MARK not in response.text
    assert MARK not in str(response.headers)
