"""What `make chaos` does for minutes, for as long as it takes to strike everything once."""

from __future__ import annotations

import random

import pytest

from benchmarks.chaos.cluster import programs
from benchmarks.chaos.ordeal import Order, ordeal

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.mark.skipif(programs() is None, reason="PostgreSQL's initdb is not on this machine")
@pytest.mark.timeout(600)
def test_every_accepted_message_is_delivered_once() -> None:
    """Processes killed, connections cut, PostgreSQL crashed: no message lost or doubled, and the trail whole."""
    seed = random.SystemRandom().randrange(10**6)
    became = ordeal(Order(seconds=15, seed=seed, pause=0.1, posters=3, pollers=2, calm=2.0))
    assert became.wrong == [], f"seed {seed}, struck {became.struck}, answers {became.seen.answers}"
    assert len(became.struck) == 6
    assert len(became.seen.accepted) > 20
    assert len(became.seen.acknowledged) == became.stored["messages"]
