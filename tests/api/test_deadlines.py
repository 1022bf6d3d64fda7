"""Deadlines over HTTP."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from gateway.api.deadline_shapes import DeadlinePage, KindName, StateName
from gateway.composition import Gateway
from gateway.exchange.deadlines import Kind, State
from gateway.services.caller import Scope
from tests.api.client import Client
from tests.berichten import PROVIDER, answer_to, heenbericht, post_of, xml
from tests.gateways import PLAIN, Clock, token_for

PATH = "/v1/deadlines"


@pytest.fixture
def token(gateway: Gateway) -> str:
    """Give the municipality's token."""
    return token_for(gateway, PLAIN)


def listed(client: Client, query: str = "", **options: Any) -> list[dict[str, Any]]:
    """List deadlines of retourberichten."""
    response = client.get(f"{PATH}?kind=retour&{query}", **options)
    assert response.status_code == 200
    DeadlinePage.model_validate(response.json())
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def test_a_deadline_is_shown(client: Client, token: str) -> None:
    """Who has to do what, until when, and which message it follows from; to both sides."""
    message = client.post(post_of("JW305")).json()["id"]
    (found,) = listed(client)
    assert listed(client, token=token) == [found]
    assert {name: found[name] for name in ("kind", "rule", "owner", "messageId", "state")} == {
        "kind": "retour",
        "rule": "OP090",
        "owner": PLAIN,
        "messageId": message,
        "state": "open",
    }
    assert (found["municipality"], found["provider"], found["waitsFor"]) == (PLAIN, PROVIDER, ["JW306"])
    assert found["subject"] == message
    assert (found["closedAt"], found["closedBy"], found["overdueAt"]) == (None, None, None)
    assert found["dueAt"].endswith(("T22:59:59.000Z", "T21:59:59.000Z"))


def test_what_closed_it_is_shown(client: Client, token: str) -> None:
    """The answer, and when it came."""
    client.post(post_of("JW305"))
    answer = client.post(xml(answer_to(heenbericht("JW305"))), token=token).json()
    (found,) = listed(client)
    assert (found["state"], found["closedBy"], found["closedAt"]) == ("met", answer["id"], answer["receivedAt"])


def test_deadlines_are_chosen(client: Client, gateway: Gateway, clock: Clock, token: str) -> None:
    """By whether they have passed, by state, kind and owner; together."""
    client.post(post_of("JW305", "1"))
    clock.forward(days=14)
    client.post(post_of("JW305", "2"))
    client.post(post_of("JW305", "3"))
    client.post(xml(answer_to(heenbericht("JW305", "3"))), token=token)
    assert [item["state"] for item in listed(client)] == ["met", "open", "overdue"]
    for query, states in (
        ("overdue=true", ["overdue"]),
        ("overdue=false", ["met", "open"]),
        ("state=overdue", ["overdue"]),
        ("state=open&state=met", ["met", "open"]),
        ("overdue=true&state=open", []),
        ("overdue=false&state=open&state=overdue", ["open"]),
        (f"owner={PLAIN}", ["met", "open", "overdue"]),
        (f"owner={PROVIDER}", []),
    ):
        assert [item["state"] for item in listed(client, query)] == states, query
    assert client.get(f"{PATH}?kind=declaration").json()["items"] == []
    admin = token_for(gateway, scope=Scope.ADMIN)
    assert len(listed(client, "overdue=true", token=admin)) == 1


def test_page_after_page(client: Client) -> None:
    """A list goes on where it ended."""
    for number in range(5):
        client.post(post_of("JW305", str(number)))
    whole = listed(client)
    seen: list[Any] = []
    cursor = ""
    while True:
        body = client.get(f"{PATH}?kind=retour&limit=2{cursor}").json()
        seen += body["items"]
        if body["nextCursor"] is None:
            break
        cursor = f"&cursor={body['nextCursor']}"
    assert seen == whole
    assert len(whole) == 5


@pytest.mark.parametrize("query", ["overdue=x", "state=late", "kind=x", "owner=1", "limit=0", "cursor=1", "bsn=1"])
def test_a_wrong_question_is_told(client: Client, query: str) -> None:
    """400 for what there is not."""
    response = client.get(f"{PATH}?{query}")
    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-input")


def test_the_names_are_those_of_the_code() -> None:
    """Every kind and state of a deadline can be asked for."""
    assert (list(get_args(KindName)), list(get_args(StateName))) == (list(Kind), list(State))
