"""Several callers, one transaction."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from gateway.errors import DatabaseUnavailableError
from gateway.services.group_commit import GroupCommit


class Settler:
    """Settles numbers by doubling them; the first batch waits until it is let go."""

    def __init__(self, spoil: Callable[[Sequence[int]], None] = lambda _: None, *, held: bool = True) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()
        self._spoil = spoil
        if not held:
            self.go.set()

    def __call__(self, items: Sequence[int]) -> list[int]:
        """Settle a batch."""
        self.batches.append(list(items))
        assert self.go.wait(5)
        self._spoil(items)
        return [item * 2 for item in items]


async def settled_after(
    commits: GroupCommit[int, int], settler: Settler, items: Sequence[int]
) -> list[int | BaseException]:
    """Give what became of items of which the first was being settled when the others came."""
    tasks = [asyncio.create_task(commits.run(item)) for item in items]
    # Everybody has asked once this task has its turn again.
    await asyncio.sleep(0.01)
    settler.go.set()
    return list(await asyncio.gather(*tasks, return_exceptions=True))


def test_what_comes_during_a_commit_goes_together_into_the_next() -> None:
    """One item waits for nobody; those that come meanwhile share a transaction, each with its own result."""
    settler = Settler()
    commits = GroupCommit(settler)
    assert asyncio.run(settled_after(commits, settler, range(1, 11))) == [2 * number for number in range(1, 11)]
    assert settler.batches == [[1], list(range(2, 11))]
    commits.close()


def test_a_transaction_holds_no_more_than_64() -> None:
    """A crowd is settled in parts: everybody in a transaction waits for the last of it."""
    settler = Settler()
    commits = GroupCommit(settler)
    assert asyncio.run(settled_after(commits, settler, range(150))) == [2 * number for number in range(150)]
    assert [len(batch) for batch in settler.batches] == [1, 64, 64, 21]
    commits.close()


def test_one_that_fails_does_not_spoil_the_others() -> None:
    """When a batch fails, each of it is tried once more alone; only the one at fault hears of it."""

    def spoil(items: Sequence[int]) -> None:
        if 5 in items:
            raise ValueError("five")

    settler = Settler(spoil)
    commits = GroupCommit(settler)
    results = asyncio.run(settled_after(commits, settler, range(10)))
    assert isinstance(results.pop(5), ValueError)
    assert results == [2 * number for number in range(10) if number != 5]
    assert settler.batches[1:] == [list(range(1, 10)), *[[number] for number in range(1, 10)]]
    commits.close()


def test_what_fails_once_is_tried_once_more() -> None:
    """A connection that was lost is no reason to refuse."""
    broken = [DatabaseUnavailableError()]

    def spoil(_: Sequence[int]) -> None:
        if broken:
            raise broken.pop()

    commits = GroupCommit(Settler(spoil, held=False))
    assert asyncio.run(commits.run(21)) == 42
    commits.close()


def test_when_the_database_is_away_everybody_hears_it_soon() -> None:
    """Not each of a batch waits in turn for a database that does not answer."""

    def spoil(_: Sequence[int]) -> None:
        raise DatabaseUnavailableError

    settler = Settler(spoil)
    commits = GroupCommit(settler)
    results = asyncio.run(settled_after(commits, settler, range(50)))
    assert all(isinstance(result, DatabaseUnavailableError) for result in results)
    # The first item, and then the others: together, and one of them alone.
    assert [len(batch) for batch in settler.batches] == [1, 1, 49, 1]
    commits.close()


def test_a_caller_that_goes_away_leaves_its_item() -> None:
    """Its item may be in a transaction already, so it is settled; nobody else is disturbed."""
    settler = Settler()
    commits = GroupCommit(settler)

    async def leave() -> int:
        leaver = asyncio.create_task(commits.run(1))
        other = asyncio.create_task(commits.run(2))
        await asyncio.sleep(0.01)
        leaver.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaver
        settler.go.set()
        return await other

    assert asyncio.run(leave()) == 4
    assert settler.batches == [[1], [2]]
    commits.close()


def test_a_caller_that_goes_away_in_the_queue_is_no_trouble() -> None:
    """An item whose caller left before its turn is settled in its turn, and its result is nobody's."""
    settler = Settler()
    commits = GroupCommit(settler)

    async def leave() -> list[int]:
        tasks = [asyncio.create_task(commits.run(number)) for number in (1, 2, 3)]
        await asyncio.sleep(0.01)
        tasks[1].cancel()
        settler.go.set()
        return [await tasks[0], await tasks[2]]

    assert asyncio.run(leave()) == [2, 6]
    assert settler.batches == [[1], [2, 3]]
    commits.close()


def test_closing_finishes_what_was_begun() -> None:
    """What is in a transaction gets its result; what had to wait is told, and does not hang."""
    settler = Settler()
    commits = GroupCommit(settler)

    async def close() -> list[int | BaseException]:
        tasks = [asyncio.create_task(commits.run(number)) for number in (1, 2, 3)]
        await asyncio.sleep(0.01)
        threading.Timer(0.05, settler.go.set).start()
        commits.close()
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    first, *others = asyncio.run(asyncio.wait_for(close(), 5))
    assert first == 2
    assert [type(other) for other in others] == [asyncio.CancelledError] * 2
    assert settler.batches == [[1]]


def test_each_loop_of_work_starts_anew() -> None:
    """After a pause the next item does not wait for anything."""
    settler = Settler(held=False)
    commits = GroupCommit(settler)

    async def twice() -> list[int]:
        first = await commits.run(1)
        await asyncio.sleep(0.01)
        return [first, await commits.run(2)]

    assert asyncio.run(twice()) == [2, 4]
    assert settler.batches == [[1], [2]]
    commits.close()


def test_those_who_come_back_go_together_again() -> None:
    """Callers that were answered together and return one by one share the next transaction."""
    settler = Settler()
    commits = GroupCommit(settler)

    async def twice() -> None:
        await settled_after(commits, settler, range(1, 6))
        returning = [asyncio.create_task(commits.run(number)) for number in (6, 7)]
        await asyncio.sleep(0)
        returning += [asyncio.create_task(commits.run(number)) for number in (8, 9)]
        await asyncio.gather(*returning)

    asyncio.run(twice())
    assert settler.batches == [[1], [2, 3, 4, 5], [6, 7, 8, 9]]
    commits.close()


def test_who_comes_back_alone_is_not_kept_waiting() -> None:
    """A caller after a crowd is settled within a moment, and after that at once."""
    settler = Settler()
    commits = GroupCommit(settler)

    async def alone() -> list[int]:
        await settled_after(commits, settler, range(1, 6))
        return [await asyncio.wait_for(commits.run(number), 5) for number in (6, 7)]

    assert asyncio.run(alone()) == [12, 14]
    assert settler.batches[2:] == [[6], [7]]
    commits.close()


def test_closing_waits_for_nobody_to_come_back() -> None:
    """What was still gathering when the gateway stops is told so, and nothing is started after it."""
    settler = Settler()
    commits = GroupCommit(settler)

    async def close() -> None:
        await settled_after(commits, settler, range(1, 6))
        late = asyncio.create_task(commits.run(6))
        await asyncio.sleep(0)
        commits.close()
        with pytest.raises(asyncio.CancelledError):
            await late
        await asyncio.sleep(0.01)

    asyncio.run(close())
    assert settler.batches == [[1], [2, 3, 4, 5]]


def test_after_closing_nothing_is_taken() -> None:
    """Whoever comes when the gateway has stopped hears that it can keep nothing now, and does not hang."""
    settler = Settler(held=False)
    commits = GroupCommit(settler)

    async def late() -> None:
        await commits.run(1)
        commits.close()
        with pytest.raises(DatabaseUnavailableError):
            await asyncio.wait_for(commits.run(2), 5)

    asyncio.run(late())
    commits.close()
    assert settler.batches == [[1]]


class Panic(BaseException):
    """What a library gives whose own language knows no exceptions."""


def test_nothing_ends_the_thread() -> None:
    """Also what is no ordinary error is heard by the caller that it happened to, and by nobody after it."""

    def spoil(items: Sequence[int]) -> None:
        if 1 in items:
            raise Panic

    commits = GroupCommit(Settler(spoil, held=False))

    async def both() -> int:
        with pytest.raises(Panic):
            await asyncio.wait_for(commits.run(1), 5)
        return await asyncio.wait_for(commits.run(2), 5)

    assert asyncio.run(both()) == 4
    commits.close()
