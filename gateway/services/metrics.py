"""Numbers for Prometheus, read from the database when they are asked for: nearly all the same from every process."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from gateway.store.queues import Depth


def metrics(
    depths: list[Depth],
    statuses: dict[tuple[str, str], int],
    due: dict[tuple[str, str, str], int],
    beat: datetime | None,
    now: datetime,
    *,
    routes_wrong: bool = False,
) -> tuple[bytes, str]:
    """Give the numbers as text, with their media type. Labels are codes of parties, types and statuses: nobody's."""
    registry = CollectorRegistry()
    waiting = Gauge("ijw_queue_waiting", "Messages that wait for a party.", ["party"], registry=registry)
    oldest = Gauge("ijw_queue_oldest_seconds", "Age of the oldest waiting message.", ["party"], registry=registry)
    for depth in depths:
        waiting.labels(depth.party).set(depth.waiting)
        oldest.labels(depth.party).set((now - depth.oldest_received_at).total_seconds())
    kept = Gauge("ijw_messages", "Messages that wait or need attention.", ["type", "status"], registry=registry)
    for (message_type, status), count in statuses.items():
        kept.labels(message_type, status).set(count)
    deadlines = Gauge(
        "ijw_deadlines", "Deadlines that are open or overdue.", ["kind", "municipality", "state"], registry=registry
    )
    for (kind, municipality, state), count in due.items():
        deadlines.labels(kind, municipality, state).set(count)
    silent = Gauge("ijw_worker_silent_seconds", "Time since a worker gave a sign of life.", registry=registry)
    silent.set((now - beat).total_seconds() if beat else float("inf"))
    wrong = Gauge("ijw_routes_wrong", "Whether this process refused the changed route tables.", registry=registry)
    wrong.set(routes_wrong)
    return generate_latest(registry), CONTENT_TYPE_LATEST
