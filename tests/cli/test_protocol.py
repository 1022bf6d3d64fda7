"""What is written of an answer goes to the system in one piece."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from gateway.cli.protocol import Joining


class Line:
    """A transport that keeps what is done with it."""

    def __init__(self) -> None:
        self.done: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        """Keep what is written."""
        self.done.append(data)

    def close(self) -> None:
        """Keep that it was closed."""
        self.done.append("closed")

    def is_closing(self) -> bool:
        """Say whether it was closed."""
        return "closed" in self.done


def after(*turns: Callable[[Joining], object]) -> list[bytes | str]:
    """Do something with a transport in each of some turns of a loop, and tell what came of it."""
    line = Line()

    async def run() -> None:
        joining = Joining(cast("asyncio.Transport", line), asyncio.get_running_loop())
        for turn in turns:
            turn(joining)
            await asyncio.sleep(0)

    asyncio.run(run())
    return line.done


def answer(joining: Joining) -> None:
    """Write an answer as uvicorn does."""
    joining.write(b"head, ")
    joining.write(b"body")


def test_a_head_and_its_body_are_one_piece() -> None:
    """What is written in one turn of the loop goes together, and what comes in the next by itself."""
    assert after(answer) == [b"head, body"]
    assert after(answer, answer, lambda joining: joining.write(b"more")) == [b"head, body", b"head, body", b"more"]


def test_closing_comes_after_what_was_written() -> None:
    """An answer that ends its connection arrives whole."""

    def last_answer(joining: Joining) -> None:
        answer(joining)
        joining.close()
        assert joining.is_closing()

    assert after(last_answer) == [b"head, body", "closed"]


def test_nothing_written_is_nothing_sent() -> None:
    """A connection that only closes writes nothing."""
    assert after(lambda joining: joining.close()) == ["closed"]
