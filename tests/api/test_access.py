"""Who may see and do what: a table with a row for every endpoint, and a column for every kind of caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from gateway.api.application import AnswerHeaders
from gateway.composition import Gateway
from gateway.services.caller import Scope
from tests.api.client import Client
from tests.api.conftest import application
from tests.api.described import Endpoint, endpoints
from tests.berichten import OTHER_PROVIDER, PROVIDER, heenbericht, post_of
from tests.gateways import PLAIN, Clock, accepted, caller_for, token_for

Options = dict[str, Any]
XML = "application/xml"


@dataclass
class Scene:
    """A message from the provider to the municipality, which has leased it; and everybody's token."""

    client: Client
    tokens: dict[str, str]
    message: str
    lease: str

    def call(self, role: str, method: str, path: str, **options: Any) -> Any:
        """Call as somebody."""
        return self.client.call(method, path, token=self.tokens[role], **options)


def tokens_of(gateway: Gateway, clock: Clock) -> dict[str, str]:
    """Give everybody a token; those of `revoked` and `expired` were good for everything."""
    access = gateway.services.access
    revoked = token_for(gateway, PROVIDER, PLAIN)
    access.identify(revoked)
    access.revoke(revoked[4:16])
    soon = clock.now + timedelta(seconds=1)
    exchange = frozenset({Scope.EXCHANGE, Scope.ADMIN, Scope.MONITOR})
    expired = access.create_token(label="", scopes=exchange, parties=frozenset({PROVIDER, PLAIN}), expires_at=soon)
    clock.forward(seconds=1)
    return {
        "provider": token_for(gateway, PROVIDER),
        "other": token_for(gateway, OTHER_PROVIDER),
        "municipality": token_for(gateway, PLAIN),
        "supplier": token_for(gateway, PROVIDER, OTHER_PROVIDER),
        "admin": token_for(gateway, scope=Scope.ADMIN),
        "monitor": token_for(gateway, scope=Scope.MONITOR),
        "nobody": "",
        "revoked": revoked,
        "expired": expired,
    }


@pytest.fixture
def scene(gateway: Gateway, clock: Clock) -> Iterator[Scene]:
    """Set the scene."""
    row = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305")).message
    (leased,) = gateway.services.queueing.lease(PLAIN, caller_for(gateway, PLAIN), limit=1, seconds=3600, types=[])
    with Client(application(gateway)) as client:
        yield Scene(client, tokens_of(gateway, clock), str(row.id), str(leased.lease.id))


def outside(statuses: int, **others: int) -> dict[str, int]:
    """Give a row: who has no good token gets 401 everywhere."""
    row = dict.fromkeys(("provider", "other", "municipality", "supplier", "admin", "monitor"), statuses)
    return {**row, **others, "nobody": 401, "revoked": 401, "expired": 401}


BODY: Options = {"body": post_of("JW305", "2"), "content_type": XML}

# For every endpoint: what is asked, and what each caller hears.
TABLE: dict[Endpoint, tuple[Callable[[Scene], str], Options, dict[str, int]]] = {
    Endpoint("POST", "/messages"): (lambda _: "/v1/messages", BODY, outside(403, provider=202, supplier=200)),
    Endpoint("POST", "/validations"): (lambda _: "/v1/validations", BODY, outside(200)),
    Endpoint("GET", "/messages"): (lambda _: "/v1/messages", {}, outside(200, monitor=403)),
    Endpoint("POST", "/messages/_search"): (
        lambda _: "/v1/messages/_search",
        {"json": {}},
        outside(200, monitor=403),
    ),
    Endpoint("GET", "/messages/{id}"): (
        lambda scene: f"/v1/messages/{scene.message}",
        {},
        outside(200, other=404, monitor=403),
    ),
    Endpoint("GET", "/messages/{id}/content"): (
        lambda scene: f"/v1/messages/{scene.message}/content",
        {},
        outside(200, other=404, monitor=403),
    ),
    Endpoint("GET", "/queues/{party}/messages"): (
        lambda _: f"/v1/queues/{PLAIN}/messages",
        {},
        outside(404, municipality=200, admin=200, monitor=403),
    ),
    Endpoint("POST", "/queues/{party}/leases"): (
        lambda _: f"/v1/queues/{PLAIN}/leases",
        {"json": {}},
        outside(404, municipality=200, admin=403, monitor=403),
    ),
    Endpoint("PUT", "/leases/{leaseId}/acknowledgement"): (
        lambda scene: f"/v1/leases/{scene.lease}/acknowledgement",
        {},
        outside(404, municipality=204, monitor=403),
    ),
    Endpoint("PUT", "/leases/{leaseId}/failure"): (
        lambda scene: f"/v1/leases/{scene.lease}/failure",
        {"json": {"reason": "vol"}},
        outside(404, municipality=204, monitor=403),
    ),
    Endpoint("DELETE", "/leases/{leaseId}"): (
        lambda scene: f"/v1/leases/{scene.lease}",
        {},
        outside(404, municipality=204, monitor=403),
    ),
}

# What lies outside the versioned API, for everybody alike; but the numbers are for whoever watches.
BESIDE: dict[str, dict[str, int]] = {
    "/v1/openapi.json": {},
    "/health/live": {},
    "/health/ready": {},
    "/problems/{kind}": {},
    "/metrics": outside(403, admin=200, monitor=200),
}


def test_every_endpoint_is_in_the_table(scene: Scene) -> None:
    """A new endpoint is not done until it is known who may call it."""
    assert set(TABLE) == set(endpoints())


def test_every_address_is_in_a_table(gateway: Gateway) -> None:
    """There is nothing else to call than what the tables name."""
    around = application(gateway)
    assert isinstance(around, AnswerHeaders)
    assert isinstance(around._app, Starlette)
    served = {getattr(route, "path", "") for route in around._app.routes}
    assert served == {"/v1", "/v1/messages", *BESIDE} - {"/v1/openapi.json"}


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
    address = path.replace("{kind}", "not-found")
    for role in scene.tokens:
        assert scene.call(role, "GET", address).status_code == BESIDE[path].get(role, 200)


@pytest.mark.parametrize("endpoint", [one for one in TABLE if "{" in one.path], ids=" ".join)
def test_what_is_another_s_is_as_if_it_did_not_exist(scene: Scene, endpoint: Endpoint) -> None:
    """Whoever may not see a message, a queue or a lease gets the same answer as for one that never was."""
    path, options, row = TABLE[endpoint]
    nothing = Scene(scene.client, scene.tokens, str(uuid4()), str(uuid4()))
    absent = path(nothing).replace(f"/{PLAIN}/", "/9999/")
    for role, status in row.items():
        there = scene.call(role, endpoint.method, path(scene), **options)
        never = scene.call(role, endpoint.method, absent, **options)
        if status in {401, 403, 404}:
            assert (there.status_code, there.json()) == (never.status_code, never.json())
            assert dict(there.headers) == dict(never.headers)
        else:
            assert never.status_code == 404


@pytest.mark.parametrize("role", ["provider", "other", "municipality", "supplier", "admin"])
def test_a_list_shows_what_is_one_s_own(scene: Scene, role: str) -> None:
    """Whatever is asked for, in an address or in a body."""
    expected = [] if role == "other" else [scene.message]
    for filters in ({}, {"sender": PROVIDER}, {"recipient": PLAIN}, {"status": "leased"}, {"type": "JW305"}):
        listed = scene.call(role, "GET", "/v1/messages", params=filters)
        searched = scene.call(role, "POST", "/v1/messages/_search", json=filters | {"bsn": "999900006"})
        assert [one["id"] for one in listed.json()["items"]] == expected
        assert [one["id"] for one in searched.json()["items"]] == expected


def test_an_expired_and_a_revoked_token_sound_the_same(scene: Scene) -> None:
    """Nobody learns from the answer whether a token ever existed."""
    answers = [
        scene.client.get("/v1/messages", token=token).json()
        for token in (scene.tokens["revoked"], scene.tokens["expired"], "ijw_" + "A" * 55, "onzin")
    ]
    assert all(answer == answers[0] for answer in answers)
