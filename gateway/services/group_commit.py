"""Several callers, one transaction: what arrives while a commit runs goes together into the next.

A commit costs a wait for the disk, and half a millisecond of work, whatever is in it. Under load these are shared;
a caller alone waits for nobody. Each caller still hears only after its own work is on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeAlias, TypeVar

from gateway.errors import DatabaseUnavailableError

Item = TypeVar("Item")
Result = TypeVar("Result")
_Batch: TypeAlias = list[tuple[Item, asyncio.Future[Result]]]

# More in one transaction gains nothing and makes everybody in it wait for the last.
_MOST = 64
# Whoever was answered just now is likely to be back within the time that a transaction takes. Without waiting for that,
# two halves of the callers would take turns, each in a transaction half as full. Never longer than this, though.
_LONGEST_GATHERING_SECONDS = 0.01


class GroupCommit(Generic[Item, Result]):
    """Collects items on the event loop and settles them in batches on one thread of its own."""

    def __init__(self, settle: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        """Settle with this function: one transaction, a result for each item, in order."""
        self._settle = settle
        self._waiting: _Batch[Item, Result] = []
        # Plainer than an executor, of which a future of its own stands between the thread and each batch.
        self._batches: SimpleQueue[tuple[asyncio.AbstractEventLoop, _Batch[Item, Result]] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._running = self._closed = False
        self._expected = 1
        self._began = self._took = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, item: Item) -> Result:
        """Give the result of an item once its transaction is committed."""
        if self._closed:
            raise DatabaseUnavailableError
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future))
        if not self._running:
            self._gather(loop)
        # A caller that goes away does not take its item along: it may be in a transaction already.
        return await future

    def close(self) -> None:
        """Finish what was begun, and stop. Whoever still waits for its turn hears that it did not come."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        waiting, self._waiting = self._waiting, []
        for _, future in waiting:
            future.cancel()
        if self._thread is not None:
            self._batches.put(None)
            self._thread.join()
            self._thread = None

    def _gather(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start as soon as everybody is there who is likely to come, or after a moment with those that there are."""
        if len(self._waiting) >= self._expected:
            self._start(loop)
        elif self._timer is None:
            self._timer = loop.call_later(min(self._took, _LONGEST_GATHERING_SECONDS), self._start, loop)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        self._running, self._began = True, loop.time()
        if self._thread is None:
            self._thread = Thread(target=self._work, name="commit", daemon=True)
            self._thread.start()
        self._batches.put((loop, batch))

    def _work(self) -> None:
        while (given := self._batches.get()) is not None:
            loop, batch = given
            outcomes = self._settle_each([item for item, _ in batch])
            # A loop that was closed meanwhile has nobody who waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._finish, loop, batch, outcomes)
            # The messages are not kept in memory until the next ones come.
            del given, batch, outcomes

    def _finish(
        self, loop: asyncio.AbstractEventLoop, batch: _Batch[Item, Result], outcomes: list[Result | BaseException]
    ) -> None:
        self._running = False
        self._expected = min(len(batch) + len(self._waiting), _MOST)
        self._took = loop.time() - self._began
        if self._waiting:
            self._gather(loop)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _settle_each(self, items: list[Item]) -> list[Result | BaseException]:
        """Settle all together; when that fails, each once more alone.

        So one cannot spoil it for the others, and a connection that was lost is no reason to refuse: a message that
        was kept after all is recognised as the same.
        """
        try:
            return list(self._settle(items))
        except BaseException:  # noqa: BLE001 - what it was shows in the second try, and the thread goes on
            outcomes: list[Result | BaseException] = []
        for item in items:
            outcome = self._settle_alone(item)
            if isinstance(outcome, DatabaseUnavailableError):
                # It is away for the others as well, and each would wait as long to hear that.
                return outcomes + [outcome] * (len(items) - len(outcomes))
            outcomes.append(outcome)
        return outcomes

    def _settle_alone(self, item: Item) -> Result | BaseException:
        try:
            return self._settle([item])[0]
        except BaseException as error:  # noqa: BLE001 - whatever it is, its caller hears it, and the thread goes on
            return error
