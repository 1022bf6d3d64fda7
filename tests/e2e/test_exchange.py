"""A whole exchange, as each of those who take part sees it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gateway.composition import make_gateway
from gateway.ijw.bericht import Bericht
from tests.berichten import PROVIDER, answer_to, heenbericht, post_of, xml
from tests.e2e.conftest import World
from tests.e2e.server import Caller
from tests.gateways import PLAIN, token_for

pytestmark = pytest.mark.e2e


def poll(caller: Caller, party: str, kind: str) -> dict[str, Any]:
    """Take over the one message that waits, and give its receipt."""
    leases = caller.post(f"/v1/queues/{party}/leases", json={"limit": 10, "leaseSeconds": 60}).json()["leases"]
    (lease,) = leases
    assert lease["message"]["type"] == kind
    content = caller.get(f"/v1/messages/{lease['message']['id']}/content")
    assert content.headers["content-type"] == "application/xml"
    assert f"{kind.lower()}:Bericht".encode() in content.content
    assert caller.put(f"/v1/leases/{lease['leaseId']}/acknowledgement").status_code == 204
    receipt: dict[str, Any] = lease["message"]
    return receipt


def give(caller: Caller, bericht: Bericht) -> str:
    """Post a message, and give its id."""
    response = caller.give(xml(bericht))
    assert response.status_code == 202, response.text
    message_id: str = response.json()["id"]
    return message_id


def test_from_request_to_declaration(world: World) -> None:
    """315, 301, 305, 307 and 323, each with its answer; each message reaches the other side once."""
    provider, municipality = world.provider, world.municipality
    ids: dict[str, str] = {}
    for name in ("JW315", "JW301", "JW305", "JW307", "JW323"):
        heen = heenbericht(name, "1", reference="R7" if name in {"JW315", "JW301"} else None)
        from_, to = (municipality, provider) if name == "JW301" else (provider, municipality)
        sender, recipient = (PLAIN, PROVIDER) if name == "JW301" else (PROVIDER, PLAIN)
        ids[name] = give(from_, heen)
        assert poll(to, recipient, name)["id"] == ids[name]
        answer = answer_to(heen, "2")
        ids[answer.TYPE] = give(to, answer)
        assert poll(from_, sender, answer.TYPE)["id"] == ids[answer.TYPE]
        related = from_.get(f"/v1/messages/{ids[name]}").json()["related"]
        assert (ids[answer.TYPE], "retourbericht") in [(one["id"], one["relation"]) for one in related]
    request = provider.get(f"/v1/messages/{ids['JW315']}").json()
    assert {(one["type"], one["relation"]) for one in request["related"]} == {
        ("JW316", "retourbericht"),
        ("JW301", "answer"),
    }
    assert [event["event"] for event in request["timeline"]][:4] == ["accepted", "queued", "leased", "delivered"]
    for caller in (provider, municipality, world.admin):
        assert {item["id"] for item in caller.listed()} == set(ids.values())
        assert {item["status"] for item in caller.listed()} == {"delivered"}
    assert world.other.listed() == []
    assert world.other.get(f"/v1/messages/{ids['JW315']}").status_code == 404


def test_whoever_watches(world: World) -> None:
    """Healthy, with a worker that goes round; the numbers are for the monitor."""
    deadline = time.monotonic() + 10  # a worker's first round comes within five seconds
    while (health := world.monitor.get("/health/ready").json())["status"] != "pass":
        assert time.monotonic() < deadline, health
        time.sleep(0.1)
    metrics = world.monitor.get("/metrics")
    assert metrics.status_code == 200
    assert "ijw_worker_silent_seconds" in metrics.text
    assert world.provider.get("/metrics").status_code == 403
    assert world.monitor.get("/v1/messages").status_code == 403


def test_a_revoked_token_is_refused_by_every_process(world: World) -> None:
    """Revoking, which is done by another process still, holds at once: also where the token was just in use."""
    gateway = make_gateway(world.server.settings)
    token = token_for(gateway, PROVIDER)
    with Caller(world.server, token) as caller:
        for number in range(8):
            assert caller.give(post_of("JW305", f"T{number}")).status_code == 202
        gateway.services.access.revoke(token[4:16])
        gateway.close()
        for number in range(8):
            assert caller.give(post_of("JW305", f"U{number}")).status_code == 401
            assert caller.get("/v1/messages").status_code == 401
    assert {str(item["identificatie"])[0] for item in world.provider.listed(type="JW305", status="queued")} == {"T"}
