"""Bounds on callers: how often, and how slowly."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message

from gateway import limits
from gateway.limits import RateLimit, patient


class _SlowError(Exception):
    pass


def test_a_bucket_fills_again() -> None:
    """It holds two seconds' worth, and fills with the time that passes."""
    now = 0.0
    limit = RateLimit(10, lambda: now)
    assert [limit.wait(b"a") for _ in range(20)] == [0.0] * 20
    assert limit.wait(b"a") == pytest.approx(0.1)
    assert limit.wait(b"b") == 0.0
    now = 0.5
    assert [limit.wait(b"a") > 0 for _ in range(6)] == [False] * 5 + [True]
    now = 1000.0
    assert [limit.wait(b"a") > 0 for _ in range(21)] == [False] * 20 + [True]


def test_what_went_well_can_be_taken_back() -> None:
    """A request that is forgiven makes place for another, and never for more than the bucket holds."""
    limit = RateLimit(1, lambda: 0.0, at_once=3)
    assert [limit.wait("a") > 0 for _ in range(4)] == [False] * 3 + [True]
    limit.forgive("a", 1)
    assert [limit.wait("a") > 0 for _ in range(2)] == [False, True]
    limit.forgive("a", 9)
    assert [limit.wait("a") > 0 for _ in range(4)] == [False] * 3 + [True]


def test_no_limit() -> None:
    """0 lets everybody through."""
    limit = RateLimit(0)
    assert {limit.wait(b"a") for _ in range(1000)} == {0.0}


def test_what_is_remembered_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tokens somebody makes up, only the last ones are remembered."""
    monkeypatch.setattr(limits, "_MOST_CALLERS", 5)
    limit = RateLimit(1)
    for number in range(100):
        limit.wait(str(number).encode())
    assert len(limit._buckets) == 5


def test_a_body_that_trickles_in() -> None:
    """Whoever pauses too long, or takes too long in all, hears that; nothing waits for it for ever."""

    async def receive() -> Message:
        await asyncio.sleep(0.03)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read(idle: float, whole: float) -> int:
        piece, count = patient(receive, _SlowError, idle, whole), 0
        try:
            while True:
                await piece()
                count += 1
        except _SlowError:
            return count

    assert asyncio.run(read(0.005, 10)) == 0
    assert 1 <= asyncio.run(read(10, 0.1)) <= 4


def test_a_complete_body_is_waited_for_no_longer() -> None:
    """After the last piece only the end of the connection is waited for, and that may take its time."""
    pieces: list[Message] = [{"type": "http.request", "body": b"x"}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        await asyncio.sleep(0.02 if len(pieces) == 1 else 0)
        return pieces.pop(0)

    async def read() -> list[str]:
        piece = patient(receive, _SlowError, 0.01, 0.01)
        return [(await piece())["type"] for _ in range(2)]

    assert asyncio.run(read()) == ["http.request", "http.disconnect"]
