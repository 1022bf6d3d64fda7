"""The names of all numbers that the gateway gives, and of their labels."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache

from gateway.services.metrics import Standing, metrics
from gateway.store.queues import Depth


@cache
def _lines() -> str:
    now = datetime.now(UTC)
    standing = Standing(
        at=now,
        depths=[Depth("0384", 1, now)],
        statuses={("JW305", "queued"): 1},
        due={("retour", "0384", "open"): 1},
        breaches={("65656055", "rule", "CD041"): 1},
        ended={("queue", "acknowledged"): 1},
        outgoing={("mail", "due"): 1},
        dead={("0384", "1c5d9b02"): 1},
    )
    return metrics(standing)[0].decode()


def metric_names() -> set[str]:
    """Give the names."""
    return set(re.findall(r"^# TYPE (\w+)", _lines(), re.MULTILINE))


def label_names() -> dict[str, set[str]]:
    """Give the labels of each."""
    found: dict[str, set[str]] = {name: set() for name in metric_names()}
    for name, labels in re.findall(r"^(\w+)\{([^}]*)\}", _lines(), re.MULTILINE):
        found[name] |= set(re.findall(r"(\w+)=", labels))
    return found
