"""What was answered with 202 is there, exactly once, whatever happens to the process."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import httpx
import pytest

from tests.berichten import declaration_of, post_of
from tests.e2e.conftest import World
from tests.e2e.server import Caller
from tests.gateways import PLAIN

pytestmark = pytest.mark.e2e

# Each test posts under numbers of its own.
_starts = count(1000, 10_000)


@pytest.fixture(autouse=True)
def running(world: World) -> Iterator[None]:
    """Leave a server that runs to the next test."""
    yield
    if not world.server.runs:
        world.server.start()


def bodies(size: int, name: str = "JW305") -> dict[str, bytes]:
    """Make so many messages, by their Identificatie."""
    start = next(_starts)
    return {str(number): post_of(name, str(number)) for number in range(start, start + size)}


def kept(world: World, sent: dict[str, bytes]) -> Counter[str]:
    """Count how often each of the messages is there."""
    return Counter(mark for item in world.provider.listed() if (mark := str(item["identificatie"])) in sent)


def check_contents(world: World, sent: dict[str, bytes]) -> None:
    """Hold what is kept against what was sent, byte for byte."""
    for item in world.provider.listed():
        mark = str(item["identificatie"])
        if mark in sent:
            assert world.provider.get(f"/v1/messages/{item['id']}/content").content == sent[mark]


def post_until_broken(caller: Caller, posts: Iterator[tuple[str, bytes]], taken: set[str]) -> None:
    """Post one message after another, until the connection breaks."""
    try:
        for mark, body in posts:
            if caller.give(body).status_code == 202:
                taken.add(mark)
    except httpx.TransportError:
        return


def test_a_hundred_messages_survive_a_kill(world: World) -> None:
    """Kill -9 of all processes right after the hundredth 202 loses none and doubles none."""
    sent = bodies(100)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(world.provider.give, sent.values()))
    world.server.kill()
    assert {answer.status_code for answer in answers} == {202}
    world.server.start()
    assert kept(world, sent) == Counter(list(sent))
    check_contents(world, sent)
    answers = [world.provider.give(body) for body in sent.values()]
    assert {answer.status_code for answer in answers} == {200}
    assert kept(world, sent) == Counter(list(sent))


@pytest.mark.parametrize("moment", [0.15, 0.4])
def test_a_kill_in_the_middle_of_a_burst(world: World, moment: float) -> None:
    """Everything that had its 202 is there once; repeating every post takes the rest, and doubles nothing."""
    sent = bodies(2000)
    posts = iter(sent.items())
    lock, taken = threading.Lock(), set[str]()

    def shared() -> Iterator[tuple[str, bytes]]:
        while True:
            with lock:
                following = next(posts, None)
            if following is None:
                return
            yield following

    threads = [threading.Thread(target=post_until_broken, args=(world.provider, shared(), taken)) for _ in range(8)]
    for thread in threads:
        thread.start()
    while len(taken) < 10:
        time.sleep(0.001)
    time.sleep(moment)
    world.server.kill()
    for thread in threads:
        thread.join()
    assert 10 <= len(taken) < len(sent), "the kill was to come in the middle"
    world.server.start()
    found = kept(world, sent)
    assert set(found.values()) == {1}
    assert taken <= set(found)
    repeated = dict(list(sent.items())[: len(taken) + 30])
    for mark, body in repeated.items():
        assert world.provider.give(body).status_code == (200 if mark in found else 202)
    assert kept(world, sent) == Counter({*found, *repeated})
    check_contents(world, dict(list(repeated.items())[:50]))


def test_leases_and_acknowledgements_survive_a_kill(world: World) -> None:
    """What was acknowledged stays so, and a lease still holds: it is in the database, not in the process."""
    for body in bodies(3, "JW307").values():
        world.provider.give(body)
    url = f"/v1/queues/{PLAIN}/leases"
    leases = world.municipality.post(url, json={"types": ["JW307"], "leaseSeconds": 600}).json()["leases"]
    assert len(leases) == 3
    assert world.municipality.put(f"/v1/leases/{leases[0]['leaseId']}/acknowledgement").status_code == 204
    world.server.kill()
    world.server.start()
    assert world.municipality.post(url, json={"types": ["JW307"]}).json()["leases"] == []
    told = [world.municipality.get(f"/v1/messages/{lease['message']['id']}").json()["status"] for lease in leases]
    assert told == ["delivered", "leased", "leased"]
    for lease in leases:
        assert world.municipality.put(f"/v1/leases/{lease['leaseId']}/acknowledgement").status_code == 204


def test_a_stop_finishes_what_is_in_progress(world: World) -> None:
    """SIGTERM: whatever was begun gets its answer, what got 202 is kept, and the program ends well."""
    large = declaration_of(6 * 1024 * 1024, str(next(_starts)))
    half = threading.Event()
    answers: list[httpx.Response] = []

    def slowly() -> Iterator[bytes]:
        pieces = [large[start : start + 65_536] for start in range(0, len(large), 65_536)]
        yield from pieces[: len(pieces) // 2]
        half.set()
        for piece in pieces[len(pieces) // 2 :]:
            time.sleep(0.02)
            yield piece

    def post_large() -> None:
        headers = {"Content-Type": "application/xml"}
        answers.append(world.provider.post("/v1/messages", content=slowly(), headers=headers))

    slow = threading.Thread(target=post_large)
    slow.start()
    assert half.wait(10)
    process = world.server.ask_to_stop()
    slow.join(30)
    assert process.wait(30) == 0
    (answer,) = answers
    assert answer.status_code == 202
    world.server.start()
    message_id = answer.json()["id"]
    assert world.provider.get(f"/v1/messages/{message_id}/content").content == large


def test_a_stop_under_load_loses_nothing(world: World) -> None:
    """Every post either had its answer or none at all; what had 202 is there once."""
    sent = bodies(3000)
    taken: set[str] = set()
    parts = [iter(list(sent.items())[start::6]) for start in range(6)]
    threads = [threading.Thread(target=post_until_broken, args=(world.provider, part, taken)) for part in parts]
    for thread in threads:
        thread.start()
    while len(taken) < 50:
        time.sleep(0.001)
    process = world.server.ask_to_stop()
    for thread in threads:
        thread.join()
    assert process.wait(30) == 0
    world.server.start()
    found = kept(world, sent)
    assert taken <= set(found)
    assert set(found.values()) == {1}
