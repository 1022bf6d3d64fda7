"""Which rules are broken, counted behind the messages that come in."""

from __future__ import annotations

from gateway.composition import Gateway
from gateway.services.counting import Counting
from gateway.services.queueing import Ending
from gateway.store import breaches
from tests.berichten import OTHER_PROVIDER, PROVIDER, heenbericht
from tests.gateways import Clock, accepted, caller_for


def numbers(gateway: Gateway) -> dict[breaches.Breach, int]:
    """Give what was counted."""
    with gateway.database.read() as connection:
        return breaches.counted(connection)


def test_each_message_is_counted_once(gateway: Gateway, clock: Clock) -> None:
    """A breach is counted by sender and code once its message is a minute old, however often somebody counts."""
    counting = Counting(gateway.database, clock)
    counting.count()
    for provider, count in ((PROVIDER, 3), (OTHER_PROVIDER, 1)):
        caller = caller_for(gateway, provider)
        for number in range(count):
            accepted(gateway, caller, heenbericht("JW307", f"{number}", provider=provider))
    assert counting.count() == 0
    clock.forward(minutes=2)
    assert counting.count() == 4
    assert counting.count() == 0
    found = numbers(gateway)
    assert found[PROVIDER, "history", "TR019"] == 3
    assert found[OTHER_PROVIDER, "history", "TR019"] == 1
    accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW307", "later"))
    clock.forward(minutes=2)
    counting.count()
    assert numbers(gateway)[PROVIDER, "history", "TR019"] == 4
    assert (
        b'ijw_breaches_total{code="TR019",sender="65656055",source="history"} 4.0'
        in (gateway.services.watch.metrics()[0])
    )


def test_deliveries_of_the_last_hour(gateway: Gateway, clock: Clock) -> None:
    """A lease that ended is counted for an hour, by how it ended."""
    accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305"))
    municipality = caller_for(gateway, "0384")
    queueing = gateway.services.queueing
    (leased,) = queueing.lease("0384", municipality, limit=1, seconds=60, types=[])
    queueing.end(leased.lease.id, municipality, Ending.FAILED, "vol")
    line = b'ijw_deliveries_last_hour{outcome="failed",way="queue"} 1.0'
    assert line in gateway.services.watch.metrics()[0]
    clock.forward(hours=2)
    assert line not in gateway.services.watch.metrics()[0]
