"""Handing messages over: look, lease, acknowledge, fail, give back."""

from __future__ import annotations

from uuid import uuid4

import pytest

from gateway.composition import Gateway
from gateway.services.caller import Caller, Scope
from gateway.services.queueing import Ending
from gateway.store.queues import Leased
from tests.berichten import OTHER_PROVIDER, PROVIDER, heenbericht
from tests.gateways import MANUAL, PLAIN, UNROUTED, Clock, accepted, admin_of, caller_for

ACKNOWLEDGED, FAILED, RELEASED = Ending.ACKNOWLEDGED, Ending.FAILED, Ending.RELEASED


def post_some(gateway: Gateway, count: int, *, name: str = "JW305", municipality: str = PLAIN) -> None:
    """Post messages for a municipality, with their numbers as Identificatie."""
    provider = caller_for(gateway, PROVIDER)
    for number in range(count):
        accepted(gateway, provider, heenbericht(name, str(number), municipality=municipality))


def lease(gateway: Gateway, caller: Caller, limit: int = 10, seconds: int = 60, party: str = PLAIN) -> list[Leased]:
    """Lease what waits for a municipality."""
    return gateway.services.queueing.lease(party, caller, limit=limit, seconds=seconds, types=[])


@pytest.fixture
def municipality(gateway: Gateway) -> Caller:
    """Give the poller of a municipality."""
    return caller_for(gateway, PLAIN)


def test_the_oldest_come_first(gateway: Gateway, municipality: Caller) -> None:
    """Looking changes nothing; leasing gives the oldest first, and each message to one poller."""
    post_some(gateway, 5)
    queueing = gateway.services.queueing
    for _ in range(2):
        assert [row.identificatie for row in queueing.waiting(PLAIN, limit=3, types=[])] == ["0", "1", "2"]
    assert [one.message.identificatie for one in lease(gateway, municipality, 2)] == ["0", "1"]
    assert [one.message.identificatie for one in lease(gateway, municipality, 9)] == ["2", "3", "4"]
    assert lease(gateway, municipality) == []
    assert queueing.waiting(PLAIN, limit=3, types=[]) == []


def test_types_can_be_asked_for(gateway: Gateway, municipality: Caller) -> None:
    """A poller that names types gets those, and leaves the others where they are."""
    post_some(gateway, 2, name="JW305")
    post_some(gateway, 2, name="JW307")
    queueing = gateway.services.queueing
    assert {row.type for row in queueing.waiting(PLAIN, limit=9, types=["JW307"])} == {"JW307"}
    stops = queueing.lease(PLAIN, municipality, limit=9, seconds=60, types=["JW307", "JW315"])
    assert [one.message.type for one in stops] == ["JW307", "JW307"]
    assert [one.message.type for one in lease(gateway, municipality)] == ["JW305", "JW305"]


def test_what_was_acknowledged_is_delivered(gateway: Gateway, municipality: Caller) -> None:
    """Acknowledging is for good, and may be repeated; ending it otherwise afterwards is too late."""
    post_some(gateway, 1)
    (leased,) = lease(gateway, municipality)
    end = gateway.services.queueing.end
    assert [end(leased.lease.id, municipality, ACKNOWLEDGED) for _ in range(2)] == ["done", "done"]
    assert end(leased.lease.id, municipality, FAILED, "te laat") == "gone"
    assert end(leased.lease.id, municipality, RELEASED) == "gone"
    detail = gateway.services.inquiry.detail(leased.message.id, municipality)
    assert detail is not None
    assert detail.message.status == "delivered"
    assert [event.kind for event in detail.timeline] == ["accepted", "queued", "leased", "delivered"]


def test_a_failure_is_an_attempt(gateway: Gateway, municipality: Caller) -> None:
    """A failed message is back at once, in its place; after five attempts it is a dead letter."""
    post_some(gateway, 2)
    for attempt in range(1, 6):
        (leased,) = lease(gateway, municipality, 1)
        assert (leased.lease.attempt, leased.message.identificatie) == (attempt, "0")
        for _ in range(2):
            assert gateway.services.queueing.end(leased.lease.id, municipality, FAILED, "vol") == "done"
    detail = gateway.services.inquiry.detail(leased.message.id, municipality)
    assert detail is not None
    assert (detail.message.status, detail.message.failures) == ("failed", 5)
    assert [event.kind for event in detail.timeline][-2:] == ["failed", "dead-letter"]
    assert [one.message.identificatie for one in lease(gateway, municipality)] == ["1"]


@pytest.mark.parametrize(("name", "party"), [("JW305", MANUAL), ("JW301", PROVIDER)])
def test_a_municipality_says_how_many_attempts_there_are(gateway: Gateway, name: str, party: str) -> None:
    """`max_attempts` of a route holds for the messages to and from that municipality."""
    both = caller_for(gateway, MANUAL, PROVIDER)
    row = accepted(gateway, both, heenbericht(name, municipality=MANUAL)).message
    for _ in range(2):
        (leased,) = lease(gateway, both, party=party)
        gateway.services.queueing.end(leased.lease.id, both, FAILED, "kapot")
    assert lease(gateway, both, party=party) == []
    detail = gateway.services.inquiry.detail(row.id, both)
    assert detail is not None
    assert detail.message.status == "failed"


def test_a_party_without_a_route_has_five_attempts(gateway: Gateway) -> None:
    """What no table says is as everywhere."""
    caller = caller_for(gateway, UNROUTED)
    post_some(gateway, 1, municipality=UNROUTED)
    for _ in range(5):
        (leased,) = lease(gateway, caller, party=UNROUTED)
        gateway.services.queueing.end(leased.lease.id, caller, FAILED, "kapot")
    assert lease(gateway, caller, party=UNROUTED) == []


def test_giving_back_is_no_attempt(gateway: Gateway, municipality: Caller) -> None:
    """A message that is given back waits in its old place, and its next lease is still the first attempt."""
    post_some(gateway, 2)
    (leased,) = lease(gateway, municipality, 1)
    for _ in range(2):
        assert gateway.services.queueing.end(leased.lease.id, municipality, RELEASED) == "done"
    again = lease(gateway, municipality)
    assert [(one.message.identificatie, one.lease.attempt) for one in again] == [("0", 1), ("1", 1)]


def test_a_lapsed_lease_is_no_attempt(gateway: Gateway, municipality: Caller, clock: Clock) -> None:
    """A message whose lease ran out is back in its place at that very moment; who was late has lost it."""
    post_some(gateway, 2)
    (late,) = lease(gateway, municipality, 1)
    clock.forward(seconds=59.999)
    assert lease(gateway, municipality, 1)[0].message.identificatie == "1"
    clock.forward(seconds=0.001)
    (next_,) = lease(gateway, municipality, 1)
    assert (next_.message.id, next_.lease.attempt) == (late.message.id, 1)
    for ending in Ending:
        assert gateway.services.queueing.end(late.lease.id, municipality, ending, "te laat") == "gone"
    assert gateway.services.queueing.end(next_.lease.id, municipality, ACKNOWLEDGED) == "done"


@pytest.mark.parametrize("swept", [False, True])
def test_a_late_acknowledgement_counts_when_nobody_took_the_message(
    gateway: Gateway, municipality: Caller, clock: Clock, swept: bool
) -> None:
    """Whether or not it was written down that the lease ran out."""
    post_some(gateway, 1)
    (leased,) = lease(gateway, municipality)
    clock.forward(minutes=30)
    if swept:
        assert gateway.upkeep.round() == 1
    assert gateway.services.queueing.end(leased.lease.id, municipality, ACKNOWLEDGED) == "done"
    assert lease(gateway, municipality) == []


def test_a_lease_is_its_party_s(gateway: Gateway) -> None:
    """Nobody else ends it, not even an administrator; another token of the same party may."""
    post_some(gateway, 1)
    (leased,) = lease(gateway, caller_for(gateway, PLAIN))
    end = gateway.services.queueing.end
    strangers = [
        caller_for(gateway, PROVIDER),
        caller_for(gateway, OTHER_PROVIDER),
        caller_for(gateway, PLAIN, scope=Scope.MONITOR),
        admin_of(gateway),
    ]
    for stranger in strangers:
        for ending in Ending:
            assert end(leased.lease.id, stranger, ending, "van mij") is None
    assert end(uuid4(), caller_for(gateway, PLAIN), ACKNOWLEDGED) is None
    assert end(leased.lease.id, caller_for(gateway, PLAIN), ACKNOWLEDGED) == "done"
