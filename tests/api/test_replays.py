"""Dead letters and replays over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.api.operating_shapes import DeadLetterPage, Replay, ReplayDryRun, ReplayedPage, ReplayPage
from gateway.composition import Gateway
from gateway.services.caller import Scope
from gateway.services.queueing import Ending
from tests.api.client import Client
from tests.api.conftest import application
from tests.berichten import PROVIDER, heenbericht
from tests.gateways import MANUAL, accepted, caller_for, token_for


@pytest.fixture
def admin(gateway: Gateway) -> Iterator[Client]:
    """Give a client with the token of an administrator."""
    with Client(application(gateway), token_for(gateway, scope=Scope.ADMIN)) as made:
        yield made


@pytest.fixture
def failed(gateway: Gateway) -> str:
    """Let a message become a dead letter."""
    row = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", municipality=MANUAL)).message
    municipality = caller_for(gateway, MANUAL)
    for number in range(2):
        (given,) = gateway.services.queueing.lease(MANUAL, municipality, limit=1, seconds=60, types=[])
        gateway.services.queueing.end(given.lease.id, municipality, Ending.FAILED, f"schijf {number} vol")
    return str(row.id)


def test_dead_letters(admin: Client, failed: str) -> None:
    """They are together by cause; a filter on the recipient leaves the others out."""
    found = admin.get("/v1/dead-letters")
    (group,) = DeadLetterPage.model_validate(found.json()).items
    assert (group.cause, group.recipient, group.count) == ("schijf # vol", MANUAL, 1)
    assert [str(message) for message in group.message_ids] == [failed]
    assert admin.get("/v1/dead-letters", params={"recipient": MANUAL}).json() == found.json()
    assert admin.get("/v1/dead-letters", params={"recipient": PROVIDER}).json()["items"] == []


def test_a_replay(gateway: Gateway, admin: Client, failed: str) -> None:
    """First a dry run, then the replay itself; when the worker has done it, it says what became of each message."""
    wanted = {"filter": {"status": "failed", "recipient": [MANUAL]}}
    dry = admin.call("POST", "/v1/replays", json=wanted | {"dryRun": True})
    assert dry.status_code == 200
    preview = ReplayDryRun.model_validate(dry.json())
    assert (preview.count, preview.statuses) == (1, {"failed": 1})
    assert preview.sample[0].outcome == "queued"
    made = admin.call("POST", "/v1/replays", json=wanted)
    assert made.status_code == 202
    address = made.headers["location"]
    begun = Replay.model_validate(admin.get(address).json())
    assert (begun.state, begun.total, begun.done, begun.failed) == ("running", 1, 0, 0)
    assert begun.filter == {"statuses": ["failed"], "recipients": [MANUAL]}
    (item,) = ReplayedPage.model_validate(admin.get(f"{address}/messages").json()).items
    assert (str(item.message_id), item.status, item.outcome) == (failed, "failed", None)
    gateway.upkeep.round()
    ended = Replay.model_validate(admin.get(address).json())
    assert (ended.state, ended.done, ended.outcomes) == ("finished", 1, {"queued": 1})
    assert ended.finished_at is not None
    (item,) = ReplayedPage.model_validate(admin.get(f"{address}/messages").json()).items
    assert item.outcome == "queued"


def test_a_replay_of_one_cause(admin: Client, failed: str) -> None:
    """What the list of dead letters calls a cause is a filter."""
    (group,) = admin.get("/v1/dead-letters").json()["items"]
    for cause, count in ((group["causeId"], 1), ("00000000", 0)):
        dry = admin.call("POST", "/v1/replays", json={"filter": {"cause": cause}, "dryRun": True}).json()
        assert (dry["count"], [one["message"]["id"] for one in dry["sample"]]) == (count, [failed] * count)


def test_a_pause(gateway: Gateway, admin: Client, failed: str) -> None:
    """A replay waits as long as it is told to."""
    address = admin.call("POST", "/v1/replays", json={"filter": {"ids": failed}}).headers["location"]
    assert admin.call("PUT", f"{address}/state", json={"state": "paused"}).json()["state"] == "paused"
    gateway.upkeep.round()
    assert admin.get(address).json()["done"] == 0
    assert admin.call("PUT", f"{address}/state", json={"state": "running"}).json()["state"] == "running"
    gateway.upkeep.round()
    assert admin.get(address).json()["state"] == "finished"


def test_a_redelivery_is_marked(gateway: Gateway, admin: Client, failed: str) -> None:
    """Whoever leases a message sees whether it was taken over before."""
    municipality = token_for(gateway, MANUAL)

    def lease() -> bool:
        given = admin.call("POST", f"/v1/queues/{MANUAL}/leases", token=municipality).json()["leases"][0]
        taken = admin.call("PUT", f"/v1/leases/{given['leaseId']}/acknowledgement", token=municipality)
        assert taken.status_code == 204
        redelivery: bool = given["redelivery"]
        return redelivery

    for expected in (False, True):
        admin.call("POST", "/v1/replays", json={"filter": {"ids": [failed]}})
        gateway.upkeep.round()
        assert lease() is expected


def test_pages(admin: Client, failed: str) -> None:
    """Replays are listed newest first, in pages."""
    made = [admin.call("POST", "/v1/replays", json={"filter": {"status": "failed"}}).json()["id"] for _ in range(3)]
    first = ReplayPage.model_validate(admin.get("/v1/replays", params={"limit": 2}).json())
    rest = admin.get("/v1/replays", params={"limit": 2, "cursor": first.next_cursor}).json()
    assert [str(one.id) for one in first.items] + [one["id"] for one in rest["items"]] == made[::-1]
    assert rest["nextCursor"] is None


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"filter": {}},
        {"filter": {"status": "queued"}},
        {"filter": {"bsn": "999900006"}},
        {"filter": {"ids": ["geen id"]}},
        {"filter": {"cause": "schijf vol"}},
        {"filter": {"status": "failed"}, "dryRun": "misschien"},
    ],
)
def test_what_is_not_asked_for_well(admin: Client, wanted: object) -> None:
    """A replay of nothing in particular, or of what cannot be replayed, is refused, and the input not repeated."""
    answer = admin.call("POST", "/v1/replays", json=wanted)
    assert answer.status_code == 400
    assert "999900006" not in answer.text
