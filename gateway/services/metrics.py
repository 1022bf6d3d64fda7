"""Numbers for Prometheus, read from the database when they are asked for: nearly all the same from every process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct, field
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from gateway.store.breaches import Breach
from gateway.store.deliveries import Ended
from gateway.store.queues import Depth

# The values of the labels; how many there are depends on the number.
Key = TypeVar("Key", bound=tuple[str, ...])


class Standing(Struct, frozen=True):
    """How things stand at a moment; what nothing is said of is left out of the numbers, or is nought."""

    at: datetime
    depths: Sequence[Depth] = ()
    statuses: Mapping[tuple[str, str], int] = field(default_factory=dict)
    due: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    breaches: Mapping[Breach, int] = field(default_factory=dict)
    ended: Mapping[Ended, int] = field(default_factory=dict)
    outgoing: Mapping[tuple[str, str], int] = field(default_factory=dict)
    dead: Mapping[tuple[str, str], int] = field(default_factory=dict)
    beat: datetime | None = None
    routes_wrong: bool = False


def metrics(standing: Standing) -> tuple[bytes, str]:
    """Give the numbers as text, with their media type. Labels are codes of parties, types and statuses: nobody's."""
    registry = CollectorRegistry()
    depths = standing.depths
    _gauge(
        registry,
        "ijw_queue_waiting",
        "Messages that wait for a party.",
        ("party",),
        {(depth.party,): depth.waiting for depth in depths},
    )
    _gauge(
        registry,
        "ijw_queue_oldest_seconds",
        "Age of the oldest waiting message.",
        ("party",),
        {(depth.party,): (standing.at - depth.oldest_received_at).total_seconds() for depth in depths},
    )
    _gauge(registry, "ijw_messages", "Messages that wait or need attention.", ("type", "status"), standing.statuses)
    _gauge(
        registry,
        "ijw_deadlines",
        "Deadlines that are open or overdue.",
        ("kind", "municipality", "state"),
        standing.due,
    )
    _gauge(
        registry,
        "ijw_deliveries_last_hour",
        "Deliveries that ended in the last hour, by how they ended.",
        ("way", "outcome"),
        standing.ended,
    )
    _gauge(
        registry,
        "ijw_outgoing",
        "What is to be sent outside, or was given up in the last day.",
        ("way", "state"),
        standing.outgoing,
    )
    _gauge(
        registry,
        "ijw_dead_letters",
        "Messages that could not be delivered, by the id of the cause.",
        ("recipient", "cause"),
        standing.dead,
    )
    registry.register(_Breaches(standing.breaches))
    silent = Gauge("ijw_worker_silent_seconds", "Time since a worker gave a sign of life.", registry=registry)
    silent.set((standing.at - standing.beat).total_seconds() if standing.beat else float("inf"))
    wrong = Gauge("ijw_routes_wrong", "Whether this process refused the changed route tables.", registry=registry)
    wrong.set(standing.routes_wrong)
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _gauge(
    registry: CollectorRegistry, name: str, says: str, labels: tuple[str, ...], numbers: Mapping[Key, float]
) -> None:
    gauge = Gauge(name, says, labels, registry=registry)
    for values, number in numbers.items():
        gauge.labels(*values).set(number)


class _Breaches(Collector):
    """A counter whose numbers are kept in the database, so that no start sets them back."""

    def __init__(self, numbers: Mapping[Breach, int]) -> None:
        self._numbers = numbers

    def collect(self) -> list[CounterMetricFamily]:
        """Give the numbers."""
        family = CounterMetricFamily(
            "ijw_breaches", "Messages with a finding, by its code.", labels=("sender", "source", "code")
        )
        for labels, number in self._numbers.items():
            family.add_metric(labels, number)
        return [family]
