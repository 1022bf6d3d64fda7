"""Who may see and do what, held against the table of roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from gateway.api import ggk
from gateway.api.entrance import Entrance
from gateway.composition import Gateway
from tests.api.client import Client
from tests.api.conftest import application
from tests.api.described import Endpoint, calls_of, endpoints
from tests.api.roles import BESIDE, TABLE, Scene, set_scene
from tests.berichten import PROVIDER
from tests.gateways import PLAIN, Clock


@pytest.fixture
def scene(gateway: Gateway, clock: Clock) -> Iterator[Scene]:
    """Set the scene."""
    with Client(application(gateway)) as client:
        yield set_scene(gateway, clock, client)


def without_name(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Give a problem document or headers without the name of the request."""
    return {name: value for name, value in answer.items() if name.lower() not in {"requestid", "x-request-id"}}


def test_every_endpoint_is_in_the_table(scene: Scene) -> None:
    """A new endpoint is not done until it is known who may call it."""
    assert set(TABLE) == set(endpoints())


def test_every_address_is_in_a_table(gateway: Gateway) -> None:
    """There is nothing else to call than what the tables name."""
    around = application(gateway)
    assert isinstance(around, Entrance)
    known = {(method, f"/v1{path}") for method, path in TABLE}
    known |= {("GET", path.partition("?")[0]) for path in BESIDE} | {("POST", ggk.PATH)}
    assert set(calls_of(around.application.routes)) == known


@pytest.mark.parametrize("endpoint", TABLE, ids=" ".join)
def test_who_may_call_an_endpoint(scene: Scene, endpoint: Endpoint) -> None:
    """Everybody hears what the table says, and who may not has changed nothing for who may."""
    path, options, row = TABLE[endpoint]
    assert set(row) == set(scene.tokens)
    told = {role: scene.call(role, endpoint.method, path(scene), **options).status_code for role in row}
    assert told == row


@pytest.mark.parametrize("path", BESIDE)
def test_who_may_call_what_lies_beside(scene: Scene, path: str) -> None:
    """Probes and explanations need no token."""
    address = path.replace("{kind}", "not-found").replace("{code}", "CD041")
    for role in scene.tokens:
        assert scene.call(role, "GET", address).status_code == BESIDE[path].get(role, 200)


@pytest.mark.parametrize("endpoint", [one for one in TABLE if "{" in one.path], ids=" ".join)
def test_what_is_another_s_is_as_if_it_did_not_exist(scene: Scene, endpoint: Endpoint) -> None:
    """Whoever may not see a message, a queue or a lease gets the same answer as for one that never was."""
    path, options, row = TABLE[endpoint]
    nothing = Scene(scene.client, scene.tokens, *(str(uuid4()) for _ in range(7)))
    absent = path(nothing).replace(f"/{PLAIN}/", "/9999/")
    for role, status in row.items():
        there = scene.call(role, endpoint.method, path(scene), **options)
        never = scene.call(role, endpoint.method, absent, **options)
        if status in {401, 403, 404}:
            # But for the name of the request itself.
            assert (there.status_code, without_name(there.json())) == (never.status_code, without_name(never.json()))
            assert without_name(there.headers) == without_name(never.headers)
        else:
            assert never.status_code == 404


@pytest.mark.parametrize("role", ["provider", "other", "municipality", "supplier", "admin"])
def test_a_list_shows_what_is_one_s_own(scene: Scene, role: str) -> None:
    """Whatever is asked for, in an address or in a body."""
    own = [] if role == "other" else [scene.message]
    sent = [] if role == "other" else [scene.asked, scene.handled, scene.message]
    every = [] if role == "other" else [scene.granted, *sent]
    wide: list[tuple[dict[str, str], list[str]]] = [({}, every), ({"sender": PROVIDER}, sent)]
    narrow = [({"recipient": PLAIN}, own), ({"status": "leased"}, own), ({"type": "JW305"}, own)]
    for filters, expected in wide + narrow:
        listed = scene.call(role, "GET", "/v1/messages", params=filters)
        searched = scene.call(role, "POST", "/v1/messages/_search", json=filters | {"bsn": "999900006"})
        assert [one["id"] for one in listed.json()["items"]] == expected
        assert [one["id"] for one in searched.json()["items"]] == expected


def test_an_expired_and_a_revoked_token_sound_the_same(scene: Scene) -> None:
    """Nobody learns from the answer whether a token ever existed."""
    answers = [
        without_name(scene.client.get("/v1/messages", token=token).json())
        for token in (scene.tokens["revoked"], scene.tokens["expired"], "ijw_" + "A" * 55, "onzin")
    ]
    assert all(answer == answers[0] for answer in answers)
