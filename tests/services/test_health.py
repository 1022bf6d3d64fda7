"""Is it healthy, and how much of what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.composition import Gateway
from gateway.errors import DatabaseUnavailableError
from gateway.services.health import State
from tests.berichten import PROVIDER, heenbericht
from tests.gateways import MANUAL, PLAIN, Clock, accepted, caller_for


def states(gateway: Gateway) -> dict[str, State]:
    """Give the state of each part."""
    return {part.name: part.state for part in gateway.services.watch.health().parts}


def test_a_gateway_at_work_is_healthy(gateway: Gateway) -> None:
    """With a database, the schemas and a worker that goes round, all is well."""
    gateway.upkeep.round()
    health = gateway.services.watch.health()
    assert health.state is State.PASS
    assert list(states(gateway)) == ["database", "schemas", "routes", "worker", "queues"]
    assert health.oldest_waiting is None


def test_a_silent_worker_is_a_warning(gateway: Gateway, clock: Clock) -> None:
    """A minute without a round is a warning; messages can still be taken."""
    assert states(gateway)["worker"] is State.WARN
    gateway.upkeep.round()
    clock.forward(seconds=60)
    assert states(gateway)["worker"] is State.PASS
    clock.forward(seconds=1)
    health = gateway.services.watch.health()
    assert health.state is State.WARN
    assert "61 seconden" in {part.name: part.says for part in health.parts}["worker"]


def test_the_oldest_message_is_told(gateway: Gateway, clock: Clock) -> None:
    """Of all that waits, the oldest says how late we are; what a poller holds does not wait."""
    provider, municipality = caller_for(gateway, PROVIDER), caller_for(gateway, PLAIN)
    first = clock.now
    accepted(gateway, provider, heenbericht("JW305", "1"))
    clock.forward(minutes=5)
    accepted(gateway, provider, heenbericht("JW305", "2"))
    assert gateway.services.watch.health().oldest_waiting == first
    gateway.services.queueing.lease(PLAIN, municipality, limit=1, seconds=60, types=[])
    assert gateway.services.watch.health().oldest_waiting == clock.now
    clock.forward(seconds=60)
    assert gateway.services.watch.health().oldest_waiting == first


def test_without_a_database_nothing_can_be_taken(embedded: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that does not answer is a failure, and the only part of which more is said."""

    def away(*_: object) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr("gateway.services.health.workers.last_beat", away)
    assert embedded.services.watch.health().state is State.FAIL
    assert states(embedded) == {"database": State.FAIL, "schemas": State.PASS, "routes": State.PASS}


def test_a_database_file_that_is_gone_is_a_failure(embedded: Gateway, tmp_path: Path) -> None:
    """A database of which the tables are not there is not one to take messages in."""
    embedded.close()
    for path in tmp_path.glob("gateway.db*"):
        path.unlink()
    assert embedded.services.watch.health().state is State.FAIL


def test_the_numbers_are_those_of_the_database(gateway: Gateway, clock: Clock) -> None:
    """Queues by party, messages by type and status, the age of the oldest, and the worker's silence."""
    provider = caller_for(gateway, PROVIDER)
    for number in "12":
        accepted(gateway, provider, heenbericht("JW305", number))
    accepted(gateway, provider, heenbericht("JW317", municipality=MANUAL))
    gateway.upkeep.round()
    clock.forward(seconds=30)
    gateway.services.queueing.lease(PLAIN, caller_for(gateway, PLAIN), limit=1, seconds=60, types=[])
    text, media_type = gateway.services.watch.metrics()
    assert media_type.startswith("text/plain")
    lines = text.decode().splitlines()
    assert 'ijw_queue_waiting{party="0384"} 1.0' in lines
    assert 'ijw_queue_oldest_seconds{party="0384"} 30.0' in lines
    assert 'ijw_messages{status="queued",type="JW305"} 1.0' in lines
    assert 'ijw_messages{status="leased",type="JW305"} 1.0' in lines
    assert 'ijw_messages{status="manual",type="JW317"} 1.0' in lines
    assert "ijw_worker_silent_seconds 30.0" in lines


def test_before_the_first_round_the_worker_is_silent_for_ever(embedded: Gateway) -> None:
    """An alarm on the worker's silence goes off when there never was one."""
    assert b"ijw_worker_silent_seconds +Inf" in embedded.services.watch.metrics()[0]
