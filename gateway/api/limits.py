"""Bounds on callers: so many requests a second for each token, and so long to send a body."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Final

from starlette.types import Message, Receive

from gateway.api.problems import ProblemError

# A caller that was quiet may catch up: so many seconds' worth at once.
_BURST_SECONDS: Final = 2.0
# More tokens than this at the same time are not remembered; those that were quiet longest are forgotten.
_MOST_CALLERS: Final = 10_000
# Between two pieces of a body, and for all of it: 25 MB over a slow line takes its time.
IDLE_SECONDS: Final = 30.0
WHOLE_SECONDS: Final = 300.0


class RateLimit:
    """A bucket for each caller in this process, that fills with so many requests a second; 0 sets no limit."""

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow so many requests a second, by this clock, in seconds."""
        self._per_second = per_second
        self._clock = clock
        self._buckets: dict[int, tuple[float, float]] = {}

    def wait(self, authorization: bytes) -> float:
        """Count a request; gives how many seconds its caller has to wait, 0 when it may go on."""
        if not self._per_second or not authorization:
            return 0.0
        key, now = hash(authorization), self._clock()
        most = self._per_second * _BURST_SECONDS
        left, at = self._buckets.pop(key, (most, now))
        left = min(most, left + (now - at) * self._per_second)
        allowed = left >= 1
        # Put back at the end: the first one is whoever was quiet longest.
        self._buckets[key] = (left - allowed, now)
        if len(self._buckets) > _MOST_CALLERS:
            del self._buckets[next(iter(self._buckets))]
        return 0.0 if allowed else (1 - left) / self._per_second

    def check(self, authorization: bytes) -> None:
        """Refuse a request of a caller that asks too much; raises ProblemError."""
        wait = self.wait(authorization)
        if wait:
            detail = "Dit zijn te veel vragen per seconde met dit token; wacht even en ga dan rustiger door."
            raise ProblemError("too-many-requests", detail, headers={"Retry-After": str(math.ceil(wait))})


def patient(receive: Receive, idle: float = IDLE_SECONDS, whole: float = WHOLE_SECONDS) -> Receive:
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
            raise ProblemError("too-slow", "De inhoud kwam te langzaam aan; er is niets aangenomen.") from None
        complete = not message.get("more_body", False)
        return message

    return next_piece
