"""Who may call what: a table with a row for every endpoint, and a column for every kind of caller.

Whoever adds an endpoint adds a row; a path that names something new is made from a field that is added to the scene.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from gateway.composition import Gateway
from gateway.exchange.address import RequestKey
from gateway.services.caller import Scope
from gateway.services.clock import utc_now
from gateway.store.ggk import ReceivedRow, add_received
from gateway.store.identifiers import new_id
from gateway.store.replays import ReplayFilter
from gateway.store.requests import request_id
from gateway.wire.document import Document
from tests.api.client import Client
from tests.api.described import Endpoint
from tests.berichten import OTHER_PROVIDER, PROVIDER, heenbericht, post_of
from tests.gateways import BY_HAND, PLAIN, Clock, accepted, allocation_of, caller_for, token_for

Options = dict[str, Any]
XML = "application/xml"
LIST = b"gemeente;toewijzingNummer\n"
STEP = {"kind": "discussion", "on": "2026-01-01", "who": "Aanbieder en gemeente"}


@dataclass
class Scene:
    """A message from the provider to the municipality, which has leased it; one that people handle; and all tokens."""

    client: Client
    tokens: dict[str, str]
    message: str
    lease: str
    case: str
    handled: str
    webhook: str = field(default_factory=lambda: str(uuid4()))
    text: str = field(default_factory=lambda: str(uuid4()))
    replay: str = field(default_factory=lambda: str(uuid4()))
    request: str = field(default_factory=lambda: str(uuid4()))
    allocation: str = field(default_factory=lambda: str(uuid4()))
    asked: str = ""
    granted: str = ""

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
        "municipality": token_for(gateway, PLAIN, BY_HAND),
        "supplier": token_for(gateway, PROVIDER, OTHER_PROVIDER),
        "admin": token_for(gateway, scope=Scope.ADMIN),
        "monitor": token_for(gateway, scope=Scope.MONITOR),
        "nobody": "",
        "revoked": revoked,
        "expired": expired,
    }


def set_scene(gateway: Gateway, clock: Clock, client: Client) -> Scene:
    """Let the provider send a message and the municipality lease it, and give everybody a token."""
    row = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305")).message
    (leased,) = gateway.services.queueing.lease(PLAIN, caller_for(gateway, PLAIN), limit=1, seconds=3600, types=[])
    people = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW317", municipality=BY_HAND)).message
    assert people.handling is not None
    webhook = gateway.services.endpoints.add_webhook(PROVIDER, "https://aanbieder.example/ijw").row
    tokens = tokens_of(gateway, clock)
    replay = gateway.services.replaying.start(ReplayFilter(statuses=("failed",)), "command-line")
    request = heenbericht("JW315", municipality=BY_HAND, reference="R7")
    asked = accepted(gateway, caller_for(gateway, PROVIDER), request).message
    granted = accepted(gateway, caller_for(gateway, BY_HAND), heenbericht("JW301", municipality=BY_HAND)).message
    own = (request_id(RequestKey(PROVIDER, BY_HAND, "R7")), allocation_of(gateway, BY_HAND, 300201))
    ids = (row.id, leased.lease.id, people.handling.id, people.id, webhook.id, _text(gateway), replay.id, *own)
    return Scene(client, tokens, *map(str, (*ids, asked.id, granted.id)))


def _text(gateway: Gateway) -> UUID:
    """Keep a text for the municipality."""
    received = ReceivedRow(
        id=new_id(),
        sender=PROVIDER,
        reference=str(uuid4()),
        kind="Di01",
        function="Dummy",
        function_version="00010000",
        application="Zorgpakket",
        administration=None,
        user_name=None,
        recipient=PLAIN,
        cross_reference=None,
        digest=bytes(32),
        received_at=utc_now(),
    )
    with gateway.database.write() as connection:
        add_received(connection, received)
        gateway.services.texts.keep_in(connection, received, "a.csv", Document(b"a;b"))
    return received.id


def _missing(path: str, _: Scene) -> str:
    """Give the address of what is not there."""
    return "/v1" + re.sub(r"\{\w+\}", lambda _: str(uuid4()), path)


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
    Endpoint("GET", "/messages/{id}/attempts"): (
        lambda scene: f"/v1/messages/{scene.message}/attempts",
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
    Endpoint("GET", "/allocations"): (lambda _: "/v1/allocations", {}, outside(200, monitor=403)),
    Endpoint("POST", "/allocations/_search"): (
        lambda _: "/v1/allocations/_search",
        {"json": {}},
        outside(200, monitor=403),
    ),
    Endpoint("GET", "/allocations/{id}"): (
        lambda scene: f"/v1/allocations/{scene.allocation}",
        {},
        outside(200, other=404, monitor=403),
    ),
    Endpoint("GET", "/requests"): (lambda _: "/v1/requests", {}, outside(200, monitor=403)),
    Endpoint("POST", "/requests/_search"): (lambda _: "/v1/requests/_search", {"json": {}}, outside(200, monitor=403)),
    Endpoint("GET", "/requests/{id}"): (
        lambda scene: f"/v1/requests/{scene.request}",
        {},
        outside(200, other=404, monitor=403),
    ),
    Endpoint("POST", "/requests/{id}/decision"): (
        lambda scene: f"/v1/requests/{scene.request}/decision",
        {"json": {"outcome": "underInvestigation"}},
        outside(404, municipality=202, admin=403, monitor=403),
    ),
    Endpoint("POST", "/allocations/{id}/messages"): (
        lambda scene: f"/v1/allocations/{scene.allocation}/messages",
        {"json": {"type": "start", "begindatum": "2026-04-05"}},
        outside(404, provider=202, supplier=200, admin=403, monitor=403),
    ),
    Endpoint("GET", "/deadlines"): (lambda _: "/v1/deadlines", {}, outside(200, monitor=403)),
    Endpoint("GET", "/audit-events"): (lambda _: "/v1/audit-events", {}, outside(403, admin=200)),
    Endpoint("GET", "/text-files"): (lambda _: "/v1/text-files", {}, outside(200, monitor=403)),
    Endpoint("GET", "/text-files/{id}/content"): (
        lambda scene: f"/v1/text-files/{scene.text}/content",
        {},
        outside(404, municipality=200, admin=200, monitor=403),
    ),
    Endpoint("GET", "/webhooks"): (lambda _: "/v1/webhooks", {}, outside(200, monitor=403)),
    Endpoint("POST", "/webhooks"): (
        lambda _: "/v1/webhooks",
        {"json": {"party": PROVIDER, "url": "https://aanbieder.example/ijw"}},
        outside(404, provider=201, supplier=201, admin=201, monitor=403),
    ),
    Endpoint("POST", "/webhooks/{id}/secrets"): (
        lambda scene: f"/v1/webhooks/{scene.webhook}/secrets",
        {},
        outside(404, provider=201, supplier=201, admin=201, monitor=403),
    ),
    Endpoint("PUT", "/webhooks/{id}/state"): (
        lambda scene: f"/v1/webhooks/{scene.webhook}/state",
        {"json": {"state": "paused"}},
        outside(404, provider=200, supplier=200, admin=200, monitor=403),
    ),
    # The first who may removes it; for who comes after, it is gone.
    Endpoint("DELETE", "/webhooks/{id}"): (
        lambda scene: f"/v1/webhooks/{scene.webhook}",
        {},
        outside(404, provider=204, monitor=403),
    ),
    Endpoint("DELETE", "/leases/{leaseId}"): (
        lambda scene: f"/v1/leases/{scene.lease}",
        {},
        outside(404, municipality=204, monitor=403),
    ),
    Endpoint("GET", "/dead-letters"): (lambda _: "/v1/dead-letters", {}, outside(403, admin=200)),
    Endpoint("POST", "/replays"): (
        lambda _: "/v1/replays",
        {"json": {"filter": {"status": "failed"}}},
        outside(403, admin=202),
    ),
    Endpoint("GET", "/replays"): (lambda _: "/v1/replays", {}, outside(403, admin=200)),
    Endpoint("GET", "/replays/{id}"): (
        lambda scene: f"/v1/replays/{scene.replay}",
        {},
        outside(403, admin=200),
    ),
    Endpoint("GET", "/replays/{id}/messages"): (
        lambda scene: f"/v1/replays/{scene.replay}/messages",
        {},
        outside(403, admin=200),
    ),
    Endpoint("PUT", "/replays/{id}/state"): (
        lambda scene: f"/v1/replays/{scene.replay}/state",
        {"json": {"state": "paused"}},
        outside(403, admin=200),
    ),
    Endpoint("GET", "/manual-cases"): (lambda _: "/v1/manual-cases", {}, outside(200, monitor=403)),
    Endpoint("GET", "/manual-cases/{id}"): (
        lambda scene: f"/v1/manual-cases/{scene.case}",
        {},
        outside(404, municipality=200, admin=200, monitor=403),
    ),
    **{
        # Of an allocation that is not there; who may name whom is told where coordinators are tested.
        Endpoint(method, "/allocations/{id}/coordinator"): (
            lambda _: f"/v1/allocations/{uuid4()}/coordinator",
            body,
            row,
        )
        for method, body, row in (
            ("GET", {}, outside(404, monitor=403)),
            ("PUT", {"json": {"name": "Wijkteam", "email": "a@b.example"}}, outside(404, monitor=403)),
            ("DELETE", {}, outside(404, monitor=403)),
        )
    },
    **{
        # Of what is not there; who may see and do what is told where escalations and wind-downs are tested.
        Endpoint(method, path): (partial(_missing, path), body, outside(404, monitor=403))
        for method, path, body in (
            ("POST", "/requests/{id}/escalations", {"json": STEP}),
            ("GET", "/escalations/{id}", {}),
            ("POST", "/escalations/{id}/steps", {"json": STEP}),
            ("PUT", "/escalations/{id}/outcome", {"json": {"outcome": "agreed"}}),
            ("GET", "/wind-downs/{id}", {}),
            ("PUT", "/wind-downs/{id}/allocations/{allocationId}", {"json": {"plan": "finish"}}),
            (
                "POST",
                "/wind-downs/{id}/comparison",
                {"body": LIST, "content_type": "text/csv"},
            ),
            ("PUT", "/wind-downs/{id}/closure", {}),
        )
    },
    Endpoint("GET", "/escalations"): (lambda _: "/v1/escalations", {}, outside(200, monitor=403)),
    Endpoint("GET", "/wind-downs"): (lambda _: "/v1/wind-downs", {}, outside(200, monitor=403)),
    Endpoint("POST", "/wind-downs"): (
        lambda _: "/v1/wind-downs",
        {"json": {"provider": PROVIDER, "municipalities": [PLAIN], "stopsOn": "2030-01-01"}},
        outside(403, provider=201, municipality=201, supplier=201, admin=201),
    ),
    Endpoint("GET", "/manual-cases/{id}/request"): (
        lambda scene: f"/v1/manual-cases/{scene.case}/request",
        {},
        outside(404, municipality=200, admin=200, monitor=403),
    ),
    Endpoint("PUT", "/manual-cases/{id}/resolution"): (
        lambda scene: f"/v1/manual-cases/{scene.case}/resolution",
        {"json": {"outcome": "handled", "note": "gebeld"}},
        outside(404, municipality=200, admin=200, monitor=403),
    ),
}

# What lies outside the versioned API, for everybody alike; but the numbers are for whoever watches.
BESIDE: dict[str, dict[str, int]] = {
    "/v1/openapi.json": {},
    "/health/live": {},
    "/health/ready": {},
    "/problems/{kind}": {},
    "/rules": {},
    "/rules/{code}": {},
    "/stuf/ggk0210/OntvangAsynchroon?wsdl": {},
    "/metrics": outside(403, admin=200, monitor=200),
}
