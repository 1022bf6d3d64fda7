"""Several pollers of one queue."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from tests.berichten import post_of
from tests.e2e.conftest import World
from tests.gateways import PLAIN

pytestmark = pytest.mark.e2e

MANY = 200


@pytest.fixture
def posted(world: World) -> Iterator[set[str]]:
    """Post many messages, by eight connections; gives their ids."""
    start = next(_starts)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(world.provider.give, (post_of("JW305", str(start + n)) for n in range(MANY))))
    assert {answer.status_code for answer in answers} == {202}
    ids = {answer.json()["id"] for answer in answers}
    assert len(ids) == MANY
    yield ids
    # What a test left behind is no business of the next one.
    while leases := world.municipality.post(f"/v1/queues/{PLAIN}/leases", json={"limit": 100}).json()["leases"]:
        for lease in leases:
            world.municipality.put(f"/v1/leases/{lease['leaseId']}/acknowledgement")


_starts = count(0, 1000)


class Pollers:
    """Counts who has what in hand; two hands on one message are a failure."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._in_hand: Counter[str] = Counter()
        self.delivered: Counter[str] = Counter()
        self.overlaps: list[str] = []

    def poll(self, seed: int) -> None:
        """Take everything there is, in small helpings; give some back, and fail some."""
        chance = random.Random(seed)
        caller = self._world.municipality
        idle = 0
        while idle < 3:
            wanted = {"limit": chance.randint(1, 9), "leaseSeconds": 60}
            leases = caller.post(f"/v1/queues/{PLAIN}/leases", json=wanted).json()["leases"]
            idle = 0 if leases else idle + 1
            self._take([lease["message"]["id"] for lease in leases])
            for lease in leases:
                self._end(lease, chance.random())
            if not leases:
                time.sleep(0.02)

    def _take(self, ids: list[str]) -> None:
        with self._lock:
            self._in_hand.update(ids)
            self.overlaps += [one for one in ids if self._in_hand[one] > 1]

    def _end(self, lease: dict[str, dict[str, str]], luck: float) -> None:
        message_id = lease["message"]["id"]
        path = f"/v1/leases/{lease['leaseId']}"
        caller = self._world.municipality
        with self._lock:
            # It is out of hand as soon as it may be: the answer may come after the next poller has it.
            self._in_hand[message_id] -= 1
            if luck >= 0.15:
                self.delivered[message_id] += 1
        if luck < 0.1:
            status = caller.delete(path).status_code
        elif luck < 0.15:
            status = caller.put(path + "/failure", json={"reason": "vol"}).status_code
        else:
            status = caller.put(path + "/acknowledgement").status_code
        assert status == 204


def test_pollers_never_get_the_same_message_at_once(world: World, posted: set[str]) -> None:
    """Four pollers, many leases, some given back and some failed: no overlap, and everything arrives once."""
    pollers = Pollers(world)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(pollers.poll, seed) for seed in range(4)]:
            done.result()
    assert pollers.overlaps == []
    assert pollers.delivered == Counter(posted)
    assert {item["status"] for item in world.municipality.listed() if item["id"] in posted} == {"delivered"}


def test_an_expired_lease_comes_back(world: World, posted: set[str]) -> None:
    """Whoever does not acknowledge in time loses the message to the next; it is at its old place in the queue."""
    url, caller = f"/v1/queues/{PLAIN}/leases", world.municipality
    (first,) = caller.post(url, json={"limit": 1, "leaseSeconds": 1}).json()["leases"]
    (second,) = caller.post(url, json={"limit": 1, "leaseSeconds": 60}).json()["leases"]
    assert first["message"]["id"] != second["message"]["id"]
    assert first["message"]["id"] in posted
    time.sleep(1.05)
    (again,) = caller.post(url, json={"limit": 1, "leaseSeconds": 60}).json()["leases"]
    assert (again["message"]["id"], again["attempt"]) == (first["message"]["id"], 1)
    assert caller.put(f"/v1/leases/{first['leaseId']}/acknowledgement").status_code == 409
    assert caller.put(f"/v1/leases/{again['leaseId']}/acknowledgement").status_code == 204
    events = [event["event"] for event in caller.get(f"/v1/messages/{again['message']['id']}").json()["timeline"]]
    assert events == ["accepted", "queued", "leased", "lease-expired", "leased", "delivered"]
