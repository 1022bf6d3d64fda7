"""The same messages from many sides at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from sqlalchemy import func, select

from gateway.store import messages, tables
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.messages import AlreadyAnswered, Duplicate, NewMessage, Outcome, Stored
from tests.store.samples import BSN, NOW, a_message, kinds, stored

SIDES = 8


def at_once(database: Database, batches: Sequence[Sequence[NewMessage]]) -> list[list[Outcome]]:
    """Write the batch of every side at the same moment, each in a transaction of its own."""
    start = Barrier(SIDES)

    def save(batch: Sequence[NewMessage]) -> list[Outcome]:
        start.wait(30)
        with database.write() as conn:
            return messages.save(conn, database.keyring, batch)

    with ThreadPoolExecutor(SIDES) as pool:
        return list(pool.map(save, batches))


def turned(batch: list[NewMessage], side: int) -> list[NewMessage]:
    """Turn a batch around for every other side."""
    return batch if side % 2 else batch[::-1]


def rows_of(database: Database) -> int:
    """Count the messages and all that belongs to them."""
    with database.read() as conn:
        counted = (tables.message, tables.message_content, tables.message_subject)
        return sum(conn.execute(select(func.count()).select_from(table)).scalar_one() for table in counted)


def test_one_message_from_all_sides_is_stored_once(database: Database) -> None:
    """Of the same post from many sides exactly one is stored, and all others are duplicates of that one."""
    for attempt in range(5):
        message = a_message(bsns=(BSN,))
        copies = [replace(message, id=new_id(NOW)) for _ in range(SIDES)]
        outcomes = [outcome for (outcome,) in at_once(database, [[copy] for copy in copies])]
        (winner,) = (outcome for outcome in outcomes if isinstance(outcome, Stored))
        duplicates = [outcome.existing.id for outcome in outcomes if isinstance(outcome, Duplicate)]
        assert duplicates == [winner.id] * (SIDES - 1)
        assert rows_of(database) == 3 * (attempt + 1)


def test_a_batch_from_all_sides_in_any_order(database: Database) -> None:
    """Batches with the same messages in another order wait for each other and never lock each other out."""
    for _ in range(5):
        batch = [a_message() for _ in range(20)]
        batches = [[replace(message, id=new_id(NOW)) for message in turned(batch, side)] for side in range(SIDES)]
        outcomes = [outcome for some in at_once(database, batches) for outcome in some]
        assert Counter(type(outcome) for outcome in outcomes) == {Stored: 20, Duplicate: 20 * (SIDES - 1)}


def test_of_two_answers_one_wins(database: Database) -> None:
    """Of many answers to one heenbericht at the same moment one is stored and the others are told that it was."""
    for _ in range(5):
        question = a_message()
        stored(database, question)
        outcomes = at_once(database, [[a_message(type="JW316", answers=question.id)] for _ in range(SIDES)])
        kinds_of_outcome = Counter(type(outcome) for (outcome,) in outcomes)
        assert kinds_of_outcome == {Stored: 1, AlreadyAnswered: SIDES - 1}
        assert kinds(database, question.id) == ["answered"]


def test_answers_crosswise_do_not_lock_each_other_out(database: Database) -> None:
    """Sides that answer the same messages in another order all come to an end, and each message has one answer."""
    for _ in range(5):
        questions = [a_message() for _ in range(6)]
        stored(database, *questions)
        batches = [
            [a_message(type="JW316", answers=question.id) for question in turned(questions, side)]
            for side in range(SIDES)
        ]
        outcomes = [outcome for some in at_once(database, batches) for outcome in some]
        assert Counter(type(outcome) for outcome in outcomes) == {Stored: 6, AlreadyAnswered: 6 * (SIDES - 1)}


def test_the_same_post_while_the_first_is_taken_back(database: Database) -> None:
    """A post that waits for another one that then fails is stored itself."""
    message = a_message()
    start = Barrier(2)

    def fail() -> None:
        with database.write() as conn:
            messages.save(conn, database.keyring, [message])
            start.wait(30)
            raise ZeroDivisionError

    with ThreadPoolExecutor(1) as pool:
        failing = pool.submit(fail)
        start.wait(30)
        stored(database, replace(message, id=new_id(NOW)))
    assert isinstance(failing.exception(), ZeroDivisionError)
