"""Sending what is due, with ways outside that behave as a test wants."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from gateway.composition import Gateway
from gateway.errors import DatabaseUnavailableError
from gateway.exchange.attempts import Delivered, Hiccup, Outcome, RefusedForGood
from gateway.services import sending as module
from gateway.services.sending import Sending
from gateway.store import outbox
from gateway.store.outbox import AttemptRow, NewOutgoing, OutboxRow
from tests.berichten import PROVIDER, heenbericht
from tests.gateways import PLAIN, Clock, accepted, caller_for


@dataclass
class Channel:
    """A kind of thing to send: counts what arrives, and answers what it is told to."""

    answers: Iterator[Outcome] = field(default_factory=lambda: iter(()))
    arrived: list[UUID] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)
    needed: bool = True
    hold: Callable[[], None] = lambda: None

    @property
    def transport(self) -> Channel:
        """Send by itself."""
        return self

    def pack(self, connection: Connection, row: OutboxRow) -> UUID | None:
        """Send nothing but the id."""
        return row.id if self.needed else None

    async def send(self, parcel: UUID) -> Outcome:
        """Take what arrives."""
        await asyncio.to_thread(self.hold)
        self.arrived.append(parcel)
        return next(self.answers, Delivered("250 ok"))

    def sent(self, connection: Connection, row: OutboxRow) -> None:
        """Remember it."""
        self.followed.append("sent")

    def given_up(self, connection: Connection, row: OutboxRow, cause: str) -> None:
        """Remember it."""
        self.followed.append(f"given up: {cause}")


@pytest.fixture
def channel() -> Channel:
    """Give a channel where everything arrives."""
    return Channel()


@pytest.fixture
def sender(gateway: Gateway, channel: Channel, clock: Clock) -> Sending:
    """Give what sends by that channel, without jitter."""
    return Sending(gateway.database, {"mail": channel}, clock, lambda: 0.0)


def put(gateway: Gateway, clock: Clock, *endpoints: str) -> UUID:
    """Put things in the outbox; gives the id of the message that they are about."""
    row = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305")).message
    new = [
        NewOutgoing(kind="mail", purpose="proef", recipient=PLAIN, endpoint=endpoint, due_at=clock.now)
        for endpoint in endpoints or ("a@example.org",)
    ]
    with gateway.database.write() as connection:
        outbox.add(connection, [(row.id, clock.now, one) for one in new])
    return row.id


def rows(gateway: Gateway, message: UUID) -> list[OutboxRow]:
    """Read what is in the outbox about a message."""
    with gateway.database.read() as connection:
        return outbox.of_messages(connection, [message])[message]


def attempts(gateway: Gateway, message: UUID) -> list[AttemptRow]:
    """Read the attempts at the first thing about a message."""
    (first, *_) = rows(gateway, message)
    with gateway.database.read() as connection:
        return outbox.attempts(connection, first.id)


def test_what_is_due_is_sent_once(gateway: Gateway, sender: Sending, channel: Channel, clock: Clock) -> None:
    """One attempt, one arrival, and what follows from it; another round has nothing left to do."""
    message = put(gateway, clock)
    assert sender.round() == 1
    assert sender.round() == 0
    (row,) = rows(gateway, message)
    assert (row.state, row.next_at, row.ended_at) == ("sent", None, clock.now)
    assert channel.arrived == [row.id]
    assert channel.followed == ["sent"]
    (attempt,) = attempts(gateway, message)
    assert (attempt.number, attempt.started_by, attempt.outcome) == (1, "schedule", "delivered")
    assert (attempt.answer, attempt.next_at) == ("250 ok", None)
    assert attempt.duration_ms is not None


def test_a_hiccup_is_tried_again_on_the_schedule(
    gateway: Gateway, sender: Sending, channel: Channel, clock: Clock
) -> None:
    """Not before its time, and not after it arrived."""
    channel.answers = iter([Hiccup("450 later"), Hiccup("450 later")])
    message = put(gateway, clock)
    assert sender.round() == 1
    clock.forward(seconds=59)
    assert sender.round() == 0
    (row,) = rows(gateway, message)
    assert (row.state, row.cause, row.failures) == ("due", "450 later", 1)
    clock.forward(seconds=1)
    assert sender.round() == 1
    clock.forward(minutes=5)
    assert sender.round() == 1
    assert [(one.number, one.outcome) for one in attempts(gateway, message)] == [
        (1, "hiccup"),
        (2, "hiccup"),
        (3, "delivered"),
    ]
    assert rows(gateway, message)[0].cause is None


def test_who_asks_for_patience_gets_nothing_else_meanwhile(
    gateway: Gateway, sender: Sending, channel: Channel, clock: Clock
) -> None:
    """`Retry-After` is about the endpoint, so all that is for it waits, what comes new too; others go on."""
    channel.answers = iter([Hiccup("HTTP 503", timedelta(minutes=20))])
    first = put(gateway, clock, "a", "a", "b")
    assert sender.round() == 2
    put(gateway, clock, "a")
    clock.forward(minutes=19)
    assert sender.round() == 0
    clock.forward(minutes=1)
    assert sender.round() == 3
    assert [row.state for row in rows(gateway, first)] == ["sent"] * 4


def test_one_answer_holds_up_the_others_no_longer_than_an_hour(
    gateway: Gateway, sender: Sending, channel: Channel, clock: Clock
) -> None:
    """Who asks for days has them for what it was asked about; the rest may be another matter by then."""
    channel.answers = iter([Hiccup("HTTP 503", timedelta(days=2))])
    message = put(gateway, clock, "a", "a")
    assert sender.round() == 1
    clock.forward(hours=1)
    assert sender.round() == 1
    assert [row.state for row in rows(gateway, message)] == ["due", "sent"]
    clock.forward(days=2)
    assert sender.round() == 1


def test_a_refusal_ends_it(gateway: Gateway, sender: Sending, channel: Channel, clock: Clock) -> None:
    """A permanent refusal is one attempt, and is followed up."""
    channel.answers = iter([RefusedForGood("550 nobody")])
    message = put(gateway, clock)
    sender.round()
    clock.forward(days=4)
    assert sender.round() == 0
    (row,) = rows(gateway, message)
    assert (row.state, row.cause, row.failures) == ("failed", "550 nobody", 1)
    assert channel.followed == ["given up: 550 nobody"]


def test_one_alarm_for_each_cause(gateway: Gateway, sender: Sending, channel: Channel, clock: Clock) -> None:
    """Of what is given up for the same cause on one day one line is logged; the numbers forget it after a day."""
    answers = ["550 nobody", "550 nobody", "552 full"]
    channel.answers = iter(map(RefusedForGood, [*answers, "550 nobody"]))
    put(gateway, clock, "a", "b", "c")
    with capture_logs() as logs:
        while sender.round():
            pass
        assert [line["cause"] for line in logs if line["event"] == "sending-given-up"] == ["550 nobody", "552 full"]
        assert 'ijw_outgoing{state="failed",way="mail"} 3.0' in gateway.services.watch.metrics()[0].decode()
        clock.forward(days=1, seconds=1)
        assert 'ijw_outgoing{state="failed"' not in gateway.services.watch.metrics()[0].decode()
        put(gateway, clock, "d")
        sender.round()
    assert [line["cause"] for line in logs if line["event"] == "sending-given-up"][2:] == ["550 nobody"]


def test_it_ends_after_three_days(gateway: Gateway, sender: Sending, channel: Channel, clock: Clock) -> None:
    """Whoever never answers is tried twelve times, the last time after three days, and then given up."""
    channel.answers = iter([Hiccup("421 away")] * 99)
    message = put(gateway, clock)
    began = clock.now
    while (due := rows(gateway, message)[0].next_at) is not None:
        clock.now = due
        sender.round()
    assert clock.now == began + timedelta(days=3)
    assert [one.outcome for one in attempts(gateway, message)] == ["hiccup"] * 12
    assert channel.followed == ["given up: 421 away"]


def test_what_is_not_needed_any_more_is_dropped(
    gateway: Gateway, sender: Sending, channel: Channel, clock: Clock
) -> None:
    """A thing whose reason went away is not sent, and nothing follows."""
    channel.needed = False
    message = put(gateway, clock)
    assert sender.round() == 1
    assert rows(gateway, message)[0].state == "dropped"
    assert (channel.arrived, channel.followed) == ([], [])


def test_several_senders_send_each_thing_once(gateway: Gateway, channel: Channel, clock: Clock) -> None:
    """Whoever sends at the same time never takes the same."""
    message = put(gateway, clock, *(f"{number}@example.org" for number in range(24)))
    senders = [Sending(gateway.database, {"mail": channel}, clock) for _ in range(4)]
    threads = [threading.Thread(target=sender.round) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(channel.arrived) == [row.id for row in rows(gateway, message)]


def test_an_endpoint_gets_one_at_a_time(gateway: Gateway, sender: Sending, channel: Channel, clock: Clock) -> None:
    """Two things for one endpoint go one after the other, in their order, while another endpoint is not held up."""
    message = put(gateway, clock, "a", "a", "b")
    first, second, other = [row.id for row in rows(gateway, message)]
    turns = iter(range(3))

    def hold() -> None:
        # The first one waits until another has arrived.
        deadline = time.monotonic() + 5
        if next(turns) == 0:
            while not channel.arrived:
                assert time.monotonic() < deadline
                time.sleep(0.005)

    channel.hold = hold
    assert sender.round() == 3
    assert channel.arrived == [other, first, second]


def test_what_a_killed_sender_had_is_taken_over(
    gateway: Gateway, sender: Sending, channel: Channel, clock: Clock
) -> None:
    """After two minutes another sends it again under the same id; the attempt that was lost is told as such."""
    message = put(gateway, clock)
    now = clock.now
    with gateway.database.write() as connection:
        taken = outbox.take(connection, kinds=["mail"], busy=[], now=now, until=now + timedelta(minutes=2))
    assert taken is not None
    clock.forward(seconds=119)
    assert sender.round() == 0
    clock.forward(seconds=1)
    assert sender.round() == 1
    assert channel.arrived == [taken.id]
    assert [(one.number, one.started_by, one.outcome) for one in attempts(gateway, message)] == [
        (1, "schedule", "lost"),
        (2, "takeover", "delivered"),
    ]


def test_a_late_sender_does_not_undo_what_another_did(
    gateway: Gateway, sender: Sending, channel: Channel, clock: Clock
) -> None:
    """Who was thought dead and fails after all leaves the row alone; who delivered after all ends it."""
    message = put(gateway, clock)

    def steal() -> None:
        clock.forward(minutes=3)
        with gateway.database.write() as connection:
            outbox.take(connection, kinds=["mail"], busy=[], now=clock.now, until=clock.now + timedelta(minutes=2))

    channel.hold = steal
    channel.answers = iter([RefusedForGood("550"), Delivered("250")])
    sender.round()
    assert (rows(gateway, message)[0].state, channel.followed) == ("sending", [])
    clock.forward(minutes=3)
    sender.round()
    assert (rows(gateway, message)[0].state, channel.followed) == ("sent", ["sent"])


def test_a_thing_that_cannot_be_made_holds_up_nobody(
    gateway: Gateway, sender: Sending, channel: Channel, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure of our own is a hiccup that names only the kind of error."""
    message = put(gateway, clock)

    def broken(connection: Connection, row: OutboxRow) -> UUID:
        raise ValueError("999900006")

    monkeypatch.setattr(channel, "pack", broken)
    assert sender.round() == 1
    (row,) = rows(gateway, message)
    assert (row.state, row.cause) == ("due", "de gateway maakte zelf een fout (ValueError)")


def test_who_does_not_answer_is_left(
    gateway: Gateway, sender: Sending, channel: Channel, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt that takes too long is broken off, and is a hiccup."""
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=50))
    released = threading.Event()
    channel.hold = lambda: assert_none(released.wait(0.5))
    message = put(gateway, clock)
    sender.round()
    (row,) = rows(gateway, message)
    assert (row.state, row.cause) == ("due", "de andere kant antwoordde niet op tijd")


def assert_none(_: object) -> None:
    """Take a value that nobody needs."""


def test_a_stop_breaks_off_what_does_not_end(
    embedded: Gateway, channel: Channel, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is asked to stop gives what is going on a moment, and writes down that it was broken off."""
    monkeypatch.setattr(module, "_GLANCE_SECONDS", 0.02)
    sender = Sending(embedded.database, {"mail": channel}, clock, lambda: 0.0)
    message = put(embedded, clock, "a", "a")

    async def never(parcel: UUID) -> Outcome:
        sender.stop()
        await asyncio.sleep(60)
        return Delivered()

    monkeypatch.setattr(channel, "send", never)
    assert sender.round() == 1
    first, second = rows(embedded, message)
    assert (first.state, first.cause) == ("due", "de gateway werd gestopt")
    assert (second.state, second.failures) == ("due", 0)
    assert sender.round() == 0


def test_a_database_that_is_away_is_waited_for(
    embedded: Gateway, channel: Channel, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent is written down as soon as the database is back, rather than sent once more."""
    monkeypatch.setattr(module, "_GLANCE_SECONDS", 0.01)
    sender = Sending(embedded.database, {"mail": channel}, clock, lambda: 0.0)
    message = put(embedded, clock)
    failing = iter([True, True, False])
    original = outbox.end_attempt

    def end_attempt(*args: object) -> bool:
        if next(failing):
            raise DatabaseUnavailableError
        return original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "end_attempt", end_attempt)
    assert sender.round() == 1
    assert rows(embedded, message)[0].state == "sent"
    assert len(channel.arrived) == 1
    monkeypatch.setattr(module, "_WRITE_DOWN_SECONDS", 0.0)
    failing = iter([True])
    put(embedded, clock)
    with pytest.raises(DatabaseUnavailableError):
        sender.round()


def test_without_a_channel_things_wait(gateway: Gateway, clock: Clock) -> None:
    """What no way outside was set up for stays due, without attempts."""
    message = put(gateway, clock)
    assert Sending(gateway.database, {}, clock).round() == 0
    assert rows(gateway, message)[0].state == "due"
