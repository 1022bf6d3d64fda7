"""The attempts to hand a message over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.api.attempts import DeliveryAttemptPage
from gateway.composition import Gateway
from gateway.services.caller import Scope
from gateway.services.queueing import Ending
from gateway.store import outbox
from gateway.store.outbox import AttemptEnd
from gateway.store.replays import ReplayFilter
from tests.api.client import Client
from tests.api.conftest import application
from tests.berichten import OTHER_PROVIDER, PROVIDER, heenbericht
from tests.gateways import MANUAL, Clock, accepted, caller_for, token_for


@pytest.fixture
def admin(gateway: Gateway) -> Iterator[Client]:
    """Give a client with the token of an administrator."""
    with Client(application(gateway), token_for(gateway, scope=Scope.ADMIN)) as made:
        yield made


def attempts(client: Client, message: object, token: str | None = None) -> list[dict[str, Any]]:
    """Ask for the attempts."""
    answer = (
        client.get(f"/v1/messages/{message}/attempts", token=token)
        if token
        else client.get(f"/v1/messages/{message}/attempts")
    )
    assert answer.status_code == 200
    DeliveryAttemptPage.model_validate(answer.json())
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_leases_are_attempts(gateway: Gateway, admin: Client, clock: Clock) -> None:
    """Each has what began it, how long it took, what the recipient said, and whether there comes another."""
    row = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", municipality=MANUAL)).message
    municipality = caller_for(gateway, MANUAL)
    for ending, reason in ((Ending.RELEASED, ""), (Ending.FAILED, "schijf vol"), (Ending.FAILED, "nog vol")):
        (given,) = gateway.services.queueing.lease(MANUAL, municipality, limit=1, seconds=60, types=[])
        clock.forward(seconds=2)
        gateway.services.queueing.end(given.lease.id, municipality, ending, reason)
    found = attempts(admin, row.id)
    assert [(one["number"], one["outcome"], one["answer"]) for one in found] == [
        (1, "released", None),
        (1, "failed", "schijf vol"),
        (2, "failed", "nog vol"),
    ]
    assert {(one["way"], one["trigger"], one["durationMs"], one["recipient"]) for one in found} == {
        ("queue", "lease", 2000, MANUAL)
    }
    assert [one["nextAt"] for one in found] == [found[1]["startedAt"], found[2]["startedAt"], None]


def test_what_is_sent(gateway: Gateway, admin: Client, clock: Clock) -> None:
    """An attempt outside has its next one; what a replay had sent says so; what is yet to begin stands there too."""
    gateway.services.endpoints.add_webhook(MANUAL, "https://gemeente.example/ijw")
    row = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", municipality=MANUAL)).message
    (due,) = attempts(admin, row.id)
    assert (due["way"], due["trigger"], due["number"], due["startedAt"]) == ("webhook", "schedule", 0, None)
    municipality = caller_for(gateway, MANUAL)
    for _ in range(2):
        (given,) = gateway.services.queueing.lease(MANUAL, municipality, limit=1, seconds=60, types=[])
        gateway.services.queueing.end(given.lease.id, municipality, Ending.FAILED, "vol")
    clock.forward(seconds=1)
    replay = gateway.services.replaying.start(ReplayFilter(ids=(row.id,)), "command-line:anna")
    gateway.services.replaying.round()
    fail(gateway, clock.now)
    fail(gateway, clock.now)
    hooks = [one for one in attempts(admin, row.id) if one["way"] == "webhook"]
    assert [(one["trigger"], one["outcome"], one["answer"], one["durationMs"]) for one in hooks] == [
        ("schedule", "hiccup", "HTTP 503", 1500),
        ("replay", "hiccup", "HTTP 503", 1500),
    ]
    assert all(one["nextAt"] for one in hooks)
    assert [one["replayId"] for one in hooks] == [None, str(replay.id)]


def fail(gateway: Gateway, now: datetime) -> None:
    """Let the first thing that is due fail."""
    with gateway.database.write() as connection:
        taken = outbox.take(connection, kinds=["webhook"], busy=[], now=now, until=now)
        assert taken is not None
        end = AttemptEnd(
            outcome="hiccup",
            answer="HTTP 503",
            duration=timedelta(milliseconds=1500),
            state="due",
            at=now,
            next_at=now + timedelta(minutes=1),
        )
        outbox.end_attempt(connection, taken, end)


def test_who_sees_which(gateway: Gateway, admin: Client) -> None:
    """Both parties see how the message itself goes; a webhook is of whom it belongs to; nobody else sees anything."""
    gateway.services.endpoints.add_webhook(MANUAL, "https://gemeente.example/ijw")
    row = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", municipality=MANUAL)).message
    gateway.services.queueing.lease(MANUAL, caller_for(gateway, MANUAL), limit=1, seconds=60, types=[])
    assert [one["way"] for one in attempts(admin, row.id, token_for(gateway, PROVIDER))] == ["queue"]
    assert [one["way"] for one in attempts(admin, row.id, token_for(gateway, MANUAL))] == ["queue", "webhook"]
    other = token_for(gateway, OTHER_PROVIDER)
    assert admin.get(f"/v1/messages/{row.id}/attempts", token=other).status_code == 404
