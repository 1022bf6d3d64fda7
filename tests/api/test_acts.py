"""Every call leaves in the audit trail what the table says, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.api import ggk
from gateway.api.entrance import Entrance
from gateway.composition import Gateway
from gateway.store.audit import EntryRow, TrailFilter
from tests.api.acts import ACTS, REPEATABLE, call_of
from tests.api.client import Client
from tests.api.conftest import application
from tests.api.described import Endpoint, calls_of
from tests.api.roles import BESIDE, Scene, set_scene
from tests.berichten import BSN
from tests.gateways import Clock


@pytest.fixture
def scene(gateway: Gateway, clock: Clock) -> Iterator[Scene]:
    """Set the scene."""
    with Client(application(gateway)) as client:
        yield set_scene(gateway, clock, client)


def trail(gateway: Gateway, after: int = 0) -> list[EntryRow]:
    """Give the entries behind a number, oldest first."""
    found, _ = gateway.services.audit.listed(TrailFilter(), limit=100, before=None)
    return [entry for entry in found[::-1] if entry.number > after]


def test_every_call_is_in_the_table(gateway: Gateway) -> None:
    """A new endpoint is not done until it is known what of it is written down, or why nothing is."""
    around = application(gateway)
    assert isinstance(around, Entrance)
    # What lies beside shows nothing of anybody; an envelope of the chain is a post like any other.
    beside = {("GET", path.partition("?")[0]) for path in BESIDE} | {("POST", ggk.PATH)}
    assert set(calls_of(around.application.routes)) - beside == {(method, f"/v1{path}") for method, path in ACTS}
    assert all(ACTS.values())


@pytest.mark.parametrize("endpoint", ACTS, ids=" ".join)
def test_what_a_call_leaves(scene: Scene, gateway: Gateway, endpoint: Endpoint) -> None:
    """A call that succeeds is written down with who did it, once, without a note or a BSN; or not at all."""
    call = call_of(endpoint, scene)
    before = trail(gateway)[-1].number
    answer = scene.call(call.role, endpoint.method, call.path, **call.options)
    assert answer.status_code < 300, answer.text
    acts, left = ACTS[endpoint], trail(gateway, before)
    assert [entry.kind for entry in left] == ([] if isinstance(acts, str) else list(acts))
    assert {entry.actor for entry in left} <= {f"token:{scene.tokens[call.role][4:16]}"}
    assert BSN not in repr(left)
    assert "Tom" not in repr(left)


@pytest.mark.parametrize("endpoint", REPEATABLE, ids=" ".join)
def test_a_repeat_is_no_second_act(scene: Scene, gateway: Gateway, endpoint: Endpoint) -> None:
    """The same call once more changes nothing, so it is no act."""
    call = call_of(endpoint, scene)
    scene.call(call.role, endpoint.method, call.path, **call.options)
    before = trail(gateway)[-1].number
    scene.call(call.role, endpoint.method, call.path, **call.options)
    acts = ACTS[endpoint]
    assert not {entry.kind for entry in trail(gateway, before)} & set(acts)


def test_nobody_who_is_refused_leaves_an_act(scene: Scene, gateway: Gateway) -> None:
    """Who may not see or do something has done nothing."""
    calls = [(endpoint, call_of(endpoint, scene)) for endpoint in ACTS if "/wind-downs/{id}" in endpoint.path]
    calls.append((Endpoint("GET", "/escalations/{id}"), call_of(Endpoint("GET", "/escalations/{id}"), scene)))
    before = trail(gateway)[-1].number
    for endpoint, call in calls:
        assert scene.call("other", endpoint.method, call.path, **call.options).status_code == 404
    assert trail(gateway, before) == []
