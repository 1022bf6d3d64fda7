"""Webhooks: what is told, to whom, signed with what, and when it stops."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from structlog.testing import capture_logs

from gateway.composition import Gateway
from gateway.errors import ConflictError
from gateway.exchange.attempts import Delivered, Hiccup, Outcome, RefusedForGood
from gateway.services.sending import Sending
from gateway.services.webhooks import WebhookChannel
from gateway.store import endpoints
from gateway.transport.webhook import Note
from tests.berichten import BSN, OTHER_PROVIDER, PROVIDER, SURNAME, post_of
from tests.gateways import PLAIN, Clock, accepted, caller_for

URL = "https://gemeente.example/ijw"


@dataclass
class OtherSide:
    """Keeps the notes, and answers what it is told to."""

    answers: Iterator[Outcome] = field(default_factory=lambda: iter(()))
    notes: list[Note] = field(default_factory=list)

    async def send(self, parcel: Note) -> Outcome:
        """Take a note."""
        self.notes.append(parcel)
        return next(self.answers, Delivered("HTTP 204"))


@pytest.fixture
def other_side() -> OtherSide:
    """Give a server that takes everything."""
    return OtherSide()


@pytest.fixture
def sender(gateway: Gateway, other_side: OtherSide, clock: Clock) -> Sending:
    """Give what sends notes."""
    channel: Any = WebhookChannel(other_side, gateway.services.endpoints, clock)  # type: ignore[arg-type]
    return Sending(gateway.database, {"webhook": channel}, clock, lambda: 0.0)


def opened(note: Note, secret: str) -> Any:
    """Check a note as a receiver does, and read it."""
    return Webhook(secret).verify(note.body, dict(note.headers))


def test_a_note_says_that_a_message_waits(gateway: Gateway, sender: Sending, other_side: OtherSide) -> None:
    """By reference, signed, to the party that it is for and to nobody else; the message stays in the queue."""
    made = gateway.services.endpoints.add_webhook(PLAIN, URL)
    gateway.services.endpoints.add_webhook(OTHER_PROVIDER, "https://anders.example/")
    message = accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305")).message
    assert sender.round() == 1
    (note,) = other_side.notes
    told = opened(note, made.secret)
    assert note.url == URL
    assert (told["type"], told["data"]["messageId"], told["data"]["party"]) == (
        "message.queued",
        str(message.id),
        PLAIN,
    )
    for secret in (BSN, SURNAME, PROVIDER):
        assert secret not in json.dumps(told)
    assert [row.id for row in gateway.services.queueing.waiting(PLAIN, limit=10, types=[])] == [message.id]


def test_each_attempt_has_one_id_and_its_own_time(
    gateway: Gateway, sender: Sending, other_side: OtherSide, clock: Clock
) -> None:
    """So a receiver tells a double apart, and a late one is not taken for a replay."""
    gateway.services.endpoints.add_webhook(PLAIN, URL)
    other_side.answers = iter([Hiccup("HTTP 500")])
    accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305"))
    sender.round()
    clock.forward(minutes=1)
    sender.round()
    first, second = (note.headers for note in other_side.notes)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60


def test_a_new_secret(gateway: Gateway, sender: Sending, other_side: OtherSide, clock: Clock) -> None:
    """The old one signs along for a day, and then no more."""
    old = gateway.services.endpoints.add_webhook(PLAIN, URL)
    found = gateway.services.endpoints.find(old.row.id, None)
    assert found is not None
    new = gateway.services.endpoints.rotate(found)
    assert new.secret != old.secret
    caller = caller_for(gateway, PROVIDER)
    accepted(gateway, caller, post_of("JW305", "1"))
    sender.round()
    for secret in (old.secret, new.secret):
        assert opened(other_side.notes[0], secret)
    # The library of a receiver looks at the clock on the wall, so the day passes for the secret alone.
    with gateway.database.write() as connection:
        endpoints.change_endpoint(connection, new.row.id, older_until=datetime(2020, 1, 1, tzinfo=UTC))
    accepted(gateway, caller, post_of("JW305", "2"))
    sender.round()
    assert opened(other_side.notes[1], new.secret)
    with pytest.raises(WebhookVerificationError):
        opened(other_side.notes[1], old.secret)


def test_secrets_are_kept_encrypted(gateway: Gateway) -> None:
    """Nobody reads one from the database."""
    made = gateway.services.endpoints.add_webhook(PLAIN, URL)
    plain = base64.b64decode(made.secret.removeprefix("whsec_"))
    (row,) = gateway.services.endpoints.listed([PLAIN])
    assert row.secret is not None
    assert plain not in row.secret


def test_what_is_taken_over_already_is_not_told(
    gateway: Gateway, sender: Sending, other_side: OtherSide, clock: Clock
) -> None:
    """A note about what is no longer there would only confuse."""
    gateway.services.endpoints.add_webhook(PLAIN, URL)
    accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305"))
    gateway.services.queueing.lease(PLAIN, caller_for(gateway, PLAIN), limit=1, seconds=600, types=[])
    sender.round()
    assert other_side.notes == []


def test_a_note_that_is_refused_does_not_pause_it(gateway: Gateway, sender: Sending, other_side: OtherSide) -> None:
    """A 400 ends that note at once, and says nothing of the next."""
    gateway.services.endpoints.add_webhook(PLAIN, URL)
    other_side.answers = iter([RefusedForGood("HTTP 400")])
    caller = caller_for(gateway, PROVIDER)
    for number in range(2):
        accepted(gateway, caller, post_of("JW305", str(number)))
    assert sender.round() == 2
    (row,) = gateway.services.endpoints.listed([PLAIN])
    assert row.state == "active"
    assert len(other_side.notes) == 2


def test_long_failure_pauses_it_once(gateway: Gateway, sender: Sending, other_side: OtherSide, clock: Clock) -> None:
    """After three days without anything arriving it is paused, with one notice, and gets nothing until resumed."""
    gateway.services.endpoints.add_webhook(PLAIN, URL)
    other_side.answers = iter(Hiccup("HTTP 500") for _ in range(1000))
    caller = caller_for(gateway, PROVIDER)
    for number in range(3):
        accepted(gateway, caller, post_of("JW305", str(number)))
    with capture_logs() as logs:
        for _ in range(14):
            sender.round()
            clock.forward(hours=6)
    assert [line["event"] for line in logs].count("webhook-paused") == 1
    (row,) = gateway.services.endpoints.listed([PLAIN])
    assert row.state == "paused"
    tried = len(other_side.notes)
    accepted(gateway, caller, post_of("JW305", "later"))
    sender.round()
    assert len(other_side.notes) == tried
    gateway.services.endpoints.change_state(row, "active")
    other_side.answers = iter(())
    accepted(gateway, caller, post_of("JW305", "weer"))
    sender.round()
    assert len(other_side.notes) == tried + 1


def test_gone_pauses_it_at_once(gateway: Gateway, sender: Sending, other_side: OtherSide) -> None:
    """Who says 410 means it."""
    gateway.services.endpoints.add_webhook(PLAIN, URL)
    other_side.answers = iter([RefusedForGood("HTTP 410")])
    accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305"))
    sender.round()
    assert gateway.services.endpoints.listed([PLAIN])[0].state == "paused"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://gemeente.example/",
            "ftp://gemeente.example/",
            "https://",
            "gemeente.example",
            "https://a:b@c.example/",
        ),
        *(
            "https://gemeente.example:0/",
            "https://gemeente.example:99999/",
            "https://c.example/#x",
            "https://c.example/ x",
        ),
        "https://c.example/" + "x" * 300,
    ],
)
def test_addresses_that_are_none(embedded: Gateway, url: str) -> None:
    """A webhook is an https address without a password in it."""
    with pytest.raises(ConflictError, match="https-adres"):
        embedded.services.endpoints.add_webhook(PLAIN, url)


def test_there_is_an_end_to_webhooks(embedded: Gateway) -> None:
    """Ten for each party."""
    for _ in range(10):
        embedded.services.endpoints.add_webhook(PLAIN, URL)
    with pytest.raises(ConflictError, match="hoogstens 10"):
        embedded.services.endpoints.add_webhook(PLAIN, URL)
