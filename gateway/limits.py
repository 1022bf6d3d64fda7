"""Bounds on whoever calls: so many requests a second for each, and so long to send a body."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable
from typing import Final

from starlette.types import Message, Receive

# A caller that was quiet may catch up: so many seconds' worth at once, unless said otherwise.
_BURST_SECONDS: Final = 2.0
# More callers than this at the same time are not remembered; those that were quiet longest are forgotten.
_MOST_CALLERS: Final = 10_000
# Between two pieces of a body, and for all of it: 25 MB over a slow line takes its time.
IDLE_SECONDS: Final = 30.0
WHOLE_SECONDS: Final = 300.0


class RateLimit:
    """A bucket for each caller in this process, that fills with so many requests a second; 0 sets no limit."""

    def __init__(
        self, per_second: float, clock: Callable[[], float] = time.monotonic, *, at_once: float | None = None
    ) -> None:
        """Allow so many requests a second, by this clock, in seconds."""
        self._per_second = per_second
        self._most = per_second * _BURST_SECONDS if at_once is None else at_once
        self._clock = clock
        self._buckets: dict[int, tuple[float, float]] = {}

    def wait(self, caller: Hashable) -> float:
        """Count a request; gives how many seconds its caller has to wait, 0 when it may go on."""
        if not self._per_second:
            return 0.0
        left = self._left(caller)
        allowed = left >= 1
        self._put(caller, left - allowed)
        return 0.0 if allowed else (1 - left) / self._per_second

    def forgive(self, caller: Hashable, requests: int) -> None:
        """Take back that so many requests were counted."""
        self._put(caller, min(self._most, self._left(caller) + requests))

    def _left(self, caller: Hashable) -> float:
        now = self._clock()
        left, at = self._buckets.pop(hash(caller), (self._most, now))
        return min(self._most, left + (now - at) * self._per_second)

    def _put(self, caller: Hashable, left: float) -> None:
        # Put back at the end: the first one is whoever was quiet longest.
        self._buckets[hash(caller)] = (left, self._clock())
        if len(self._buckets) > _MOST_CALLERS:
            del self._buckets[next(iter(self._buckets))]


def patient(
    receive: Receive,
    too_slow: Callable[[], Exception],
    idle: float = IDLE_SECONDS,
    whole: float = WHOLE_SECONDS,
) -> Receive:
    """Wait for a body no longer than that: one that trickles in would hold a place for ever."""
    until: float | None = None
    complete = False

    async def next_piece() -> Message:
        nonlocal until, complete
        if complete:
            return await receive()
        loop = asyncio.get_running_loop()
        until = until or loop.time() + whole
        try:
            async with asyncio.timeout_at(min(until, loop.time() + idle)):
                message = await receive()
        except TimeoutError:
            raise too_slow() from None
        complete = not message.get("more_body", False)
        return message

    return next_piece
