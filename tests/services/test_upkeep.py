"""What happens without anybody asking."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from gateway.composition import Gateway
from gateway.errors import DatabaseUnavailableError
from gateway.services import upkeep as module
from gateway.services.sending import Sending
from gateway.store import queues
from tests.berichten import PROVIDER, heenbericht
from tests.gateways import IMPATIENT, Clock, accepted, admin_of, caller_for


def status_and_events(gateway: Gateway, identificatie: str = "1") -> tuple[str, list[str]]:
    """Give the status of a JW305 and what happened to it."""
    provider = caller_for(gateway, PROVIDER)
    row = accepted(gateway, provider, heenbericht("JW305", identificatie, municipality=IMPATIENT)).message
    found = gateway.services.inquiry.detail(row.id, provider)
    assert found is not None
    return found.message.status, [event.kind for event in found.timeline]


def test_a_round_writes_down_which_leases_have_ended(gateway: Gateway, clock: Clock) -> None:
    """A lease that ran out is told in the timeline, once."""
    status_and_events(gateway)
    gateway.services.queueing.lease(IMPATIENT, caller_for(gateway, IMPATIENT), limit=9, seconds=60, types=[])
    assert gateway.upkeep.round() == 0
    clock.forward(seconds=60)
    assert gateway.upkeep.round() == 1
    assert status_and_events(gateway) == ("queued", ["accepted", "queued", "leased", "lease-expired"])
    assert gateway.upkeep.round() == 0


def test_a_round_ends_what_waited_too_long(gateway: Gateway, clock: Clock) -> None:
    """After the days that were agreed a message expires, and is in no queue from then on."""
    status_and_events(gateway)
    clock.forward(days=7)
    assert gateway.services.queueing.waiting(IMPATIENT, limit=9, types=[]) == []
    assert gateway.upkeep.round() == 2  # its retourbericht is late as well
    with gateway.database.read() as connection:
        assert queues.depth(connection, now=clock.now) == []


def test_a_message_in_hand_does_not_expire(gateway: Gateway, clock: Clock) -> None:
    """What a poller holds is left to it; afterwards it expires after all."""
    status_and_events(gateway)
    municipality = caller_for(gateway, IMPATIENT)
    clock.forward(days=6, hours=23, minutes=59)
    gateway.services.queueing.lease(IMPATIENT, municipality, limit=9, seconds=120, types=[])
    clock.forward(minutes=1)
    assert gateway.upkeep.round() == 1  # its retourbericht is late
    clock.forward(minutes=1)
    assert gateway.upkeep.round() == 2


def test_a_round_goes_on_until_nothing_is_left(gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than fits one transaction is done in several."""
    monkeypatch.setattr(module, "_BATCH", 3)
    for number in range(7):
        status_and_events(gateway, str(number))
    clock.forward(days=8)
    assert gateway.upkeep.round() == 14  # their retourberichten are late as well


def test_a_round_is_a_sign_of_life(gateway: Gateway, clock: Clock) -> None:
    """Whoever watches sees that a worker goes round."""
    worker = {part.name: part.state for part in gateway.services.watch.health().parts}["worker"]
    assert worker == "warn"
    gateway.upkeep.round()
    assert gateway.services.watch.health().state == "pass"


def test_two_workers_do_the_work_once(gateway: Gateway, clock: Clock) -> None:
    """What one worker moved the other does not move again."""
    other = module.Upkeep(gateway.database, clock, Sending(gateway.database, {}, clock))
    for number in range(20):
        status_and_events(gateway, str(number))
    clock.forward(days=8)
    moved: list[int] = []
    rounds = [threading.Thread(target=lambda one=one: moved.append(one.round())) for one in (gateway.upkeep, other)]
    for thread in rounds:
        thread.start()
    for thread in rounds:
        thread.join()
    # A row that the other holds is left to it, and a later round finds nothing left.
    assert sum(moved) + gateway.upkeep.round() == 40  # their retourberichten are late as well


@pytest.mark.parametrize("failure", [DatabaseUnavailableError(), RuntimeError("999900006")])
def test_a_failed_round_is_followed_by_another(
    embedded: Gateway, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Whatever went wrong, the next round comes; what is logged of it names the kind alone."""
    monkeypatch.setattr(module, "_EVERY_SECONDS", 0.01)
    done = threading.Event()

    def rounds() -> Iterator[int]:
        yield from (0, 0)
        done.set()
        while True:
            yield 1

    counted = rounds()

    def one_round(_: module.Upkeep) -> int:
        if not done.is_set() and next(counted) == 0:
            raise failure
        return 1

    monkeypatch.setattr(module.Upkeep, "round", one_round)
    with capture_logs() as logs:
        thread = threading.Thread(target=embedded.upkeep.run)
        thread.start()
        assert done.wait(5)
        embedded.upkeep.stop()
        thread.join(5)
    assert not thread.is_alive()
    assert {"event": "upkeep-failed", "reason": type(failure).__name__, "log_level": "warning"} in logs
    assert "999900006" not in str(logs)


def test_expiry_is_seen_by_an_administrator(gateway: Gateway, clock: Clock) -> None:
    """An expired message stays, with its status and its end in the timeline."""
    provider = caller_for(gateway, PROVIDER)
    row = accepted(gateway, provider, heenbericht("JW305", municipality=IMPATIENT)).message
    clock.forward(days=7)
    gateway.upkeep.round()
    found = gateway.services.inquiry.detail(row.id, admin_of(gateway))
    assert found is not None
    assert found.message.status == "expired"
    assert "expired" in [event.kind for event in found.timeline]
    assert (
        gateway.services.queueing.lease(IMPATIENT, caller_for(gateway, IMPATIENT), limit=9, seconds=9, types=[]) == []
    )
