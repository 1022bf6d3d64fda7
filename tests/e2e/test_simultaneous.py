"""The same thing at the same moment, by many connections and to several processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from tests.berichten import answer_to, heenbericht, post_of, xml
from tests.e2e.conftest import World
from tests.e2e.server import Caller

pytestmark = pytest.mark.e2e

MANY = 24


def at_once(caller: Caller, bodies: list[bytes]) -> list[httpx.Response]:
    """Post all bodies at one moment, each by a connection of its own."""
    ready = Barrier(len(bodies))

    def post(body: bytes) -> httpx.Response:
        ready.wait(10)
        return caller.give(body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


def counted(answers: list[httpx.Response]) -> Counter[int]:
    """Count the statuses."""
    return Counter(answer.status_code for answer in answers)


@pytest.mark.parametrize("turn", range(3))
def test_the_same_post_wins_once(world: World, new_identificatie: Callable[[], str], turn: int) -> None:
    """One 202, and the others hear the same receipt with 200."""
    answers = at_once(world.provider, [post_of("JW305", new_identificatie())] * MANY)
    assert counted(answers) == {202: 1, 200: MANY - 1}
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize("turn", range(3))
def test_one_identificatie_for_several_messages(world: World, new_identificatie: Callable[[], str], turn: int) -> None:
    """One 202, and 409 for everybody with other content; whoever sent what won hears 200."""
    mark = new_identificatie()
    bodies = [post_of("JW305", mark) + b" " * (number % 6) for number in range(MANY)]
    answers = at_once(world.provider, bodies)
    assert counted(answers) == {202: 1, 200: MANY // 6 - 1, 409: MANY - MANY // 6}
    (winner,) = (body for body, answer in zip(bodies, answers, strict=True) if answer.status_code == 202)
    (item,) = [item for item in world.provider.listed(type="JW305") if item["identificatie"] == mark]
    assert world.provider.get(f"/v1/messages/{item['id']}/content").content == winner


def test_many_answers_to_one_message(world: World, new_identificatie: Callable[[], str]) -> None:
    """One answer is taken, the others are too late."""
    heen = heenbericht("JW305", new_identificatie())
    message_id = world.provider.give(xml(heen)).json()["id"]
    bodies = [xml(answer_to(heen, new_identificatie())) for _ in range(MANY)]
    assert counted(at_once(world.municipality, bodies)) == {202: 1, 409: MANY - 1}
    assert len(world.provider.get(f"/v1/messages/{message_id}").json()["related"]) == 1


def test_good_and_bad_together(world: World, new_identificatie: Callable[[], str]) -> None:
    """Posts that share a transaction do not share their fate."""
    good = [post_of("JW305", new_identificatie()) for _ in range(8)]
    unknown = [xml(heenbericht("JW305", new_identificatie(), municipality="0003")) for _ in range(8)]
    lost = [xml(answer_to(heenbericht("JW301", new_identificatie()), new_identificatie())) for _ in range(8)]
    assert counted(at_once(world.provider, [*good, *unknown, *lost])) == {202: 8, 404: 16}
