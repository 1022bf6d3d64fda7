"""One alarm for each cause, however many messages it hits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.composition import Gateway
from gateway.services.caller import Caller
from gateway.services.queueing import Ending
from gateway.store.replays import ReplayFilter
from tests.berichten import PROVIDER, heenbericht
from tests.gateways import IMPATIENT, MANUAL, accepted, caller_for

_NUMBERS = iter(range(10**6))


@pytest.fixture
def provider(gateway: Gateway) -> Caller:
    """Give the caller of the provider."""
    return caller_for(gateway, PROVIDER)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """Keep what is logged."""
    with capture_logs() as lines:
        yield lines


def alarms(logs: list[Any]) -> list[tuple[str, str]]:
    """Give of each alarm who did not get messages, and for what cause."""
    return [(line["recipient"], line["cause"]) for line in logs if line["event"] == "dead-letter"]


def dead_letter(gateway: Gateway, provider: Caller, reason: str, party: str = MANUAL) -> None:
    """Let a message fail as often as it takes."""
    message = accepted(gateway, provider, heenbericht("JW305", f"D{next(_NUMBERS)}", municipality=party)).message
    caller = caller_for(gateway, party)
    while gateway.services.queueing.waiting(party, limit=1, types=[]):
        (given,) = gateway.services.queueing.lease(party, caller, limit=1, seconds=60, types=[])
        assert given.message.id == message.id
        gateway.services.queueing.end(given.lease.id, caller, Ending.FAILED, reason)
        gateway.services.queueing.end(given.lease.id, caller, Ending.FAILED, reason)  # again changes nothing


def test_one_for_each_cause(gateway: Gateway, provider: Caller, logs: list[Any]) -> None:
    """The second message for the same cause is told no more; another cause, or another recipient, is."""
    for number in range(3):
        dead_letter(gateway, provider, f"schijf {number} vol")
    assert len(alarms(logs)) == 1
    dead_letter(gateway, provider, "Jan Jansen niet gevonden")
    dead_letter(gateway, provider, "schijf 1 vol", IMPATIENT)
    told = alarms(logs)
    assert [recipient for recipient, _ in told] == [MANUAL, MANUAL, IMPATIENT]
    assert told[0][1] == told[2][1] != told[1][1]
    assert "Jansen" not in str(logs)


def test_again_when_it_comes_back(gateway: Gateway, provider: Caller, logs: list[Any]) -> None:
    """Who was tried again and fails for the same cause once more is told of anew."""
    dead_letter(gateway, provider, "vol")
    gateway.services.replaying.start(ReplayFilter(statuses=("failed",)), "command-line:anna")
    gateway.services.replaying.round()
    caller = caller_for(gateway, MANUAL)
    while given := gateway.services.queueing.lease(MANUAL, caller, limit=1, seconds=60, types=[]):
        gateway.services.queueing.end(given[0].lease.id, caller, Ending.FAILED, "vol")
    assert len(alarms(logs)) == 2


def test_the_numbers(gateway: Gateway, provider: Caller) -> None:
    """Prometheus gets them by recipient and cause, without the words."""
    for reason in ("vol", "vol", "Jan Jansen niet gevonden"):
        dead_letter(gateway, provider, reason)
    text = gateway.services.watch.metrics()[0].decode()
    assert f'ijw_dead_letters{{cause="b9f6da27",recipient="{MANUAL}"}} 2.0' in text
    assert text.count("ijw_dead_letters{") == 2
    assert "Jansen" not in text
