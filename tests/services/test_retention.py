"""Keeping messages as long as the terms say, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from gateway.composition import Gateway
from gateway.errors import ConfigurationError, ContentRemovedError, DatabaseUnavailableError
from gateway.exchange.retention import DEFAULT_TERMS, Term, Terms
from gateway.services import retention as module
from gateway.services.audit import Act
from gateway.services.clock import dutch_day
from gateway.services.queueing import Ending
from gateway.services.retention import Retention
from gateway.services.retention_file import read_terms
from gateway.store import lifecycle_tables, messages, retention, tables
from gateway.store.audit import TrailFilter
from gateway.store.identifiers import new_id
from gateway.store.messages import NewMessage
from gateway.store.retention_tables import retention_round
from tests.berichten import BSN, OTHER_BSN, OTHER_PROVIDER, PROVIDER, answer_to, heenbericht
from tests.gateways import PLAIN, Clock, accepted, caller_for
from tests.store.samples import a_message

TERMS = Terms(
    (
        Term(types=frozenset({"JW323"})),
        Term(statuses=frozenset({"rejected", "failed"}), content_days=10, record_days=60),
        Term(content_days=30, record_days=90),
    )
)


@pytest.fixture
def retaining(gateway: Gateway, clock: Clock) -> Retention:
    """Give the retention of a gateway with short terms."""
    return with_terms(gateway, clock, TERMS)


def with_terms(gateway: Gateway, clock: Clock, terms: Terms) -> Retention:
    """Give the retention of a gateway with these terms."""
    return Retention(gateway.database, gateway.services.inquiry._keyring, terms, gateway.services.audit, clock)


def kept(gateway: Gateway, clock: Clock, **changes: Any) -> UUID:
    """Keep a message that came in now."""
    message: NewMessage = a_message(received_at=clock.now, **changes)
    with gateway.database.write() as connection:
        messages.save(connection, gateway.services.inquiry._keyring, [message])
    return message.id


def present(gateway: Gateway) -> tuple[set[UUID], set[UUID]]:
    """Give the messages of which there is a record, and those of which there is content."""
    with gateway.database.read() as connection:
        records = set(connection.scalars(select(tables.message.c.id)))
        contents = set(connection.scalars(select(tables.message_content.c.message_id)))
    return records, contents


@dataclass
class Expected:
    """A message of the simulated year: when it came, and how long it should stay."""

    at: datetime
    content_days: int | None
    record_days: int | None


KINDS = [
    ({"type": "JW315", "status": "delivered"}, 30, 90),
    ({"type": "JW315", "status": "rejected"}, 10, 60),
    ({"type": "JW323", "status": "delivered"}, None, None),
    ({"type": "JW305", "status": "failed"}, 10, 60),
    ({"type": "JW305", "status": "queued"}, None, None),
    ({"type": "JW305", "status": "expired"}, 30, 90),
    ({"type": "JW317", "status": "manual"}, None, None),
]


@pytest.mark.slow
def test_a_simulated_year(gateway: Gateway, retaining: Retention, clock: Clock) -> None:
    """Run daily for a year, it removes each content and record on its day: none sooner, none later, every day anew."""
    expected: dict[UUID, Expected] = {}
    for day in range(365):
        fields, content_days, record_days = KINDS[day % len(KINDS)]
        identifier = kept(gateway, clock, **fields)
        expected[identifier] = Expected(clock.now, content_days, record_days)
        retaining.daily()
        if day % 5 == 0:
            assert present(gateway) == (
                {key for key, one in expected.items() if stays(one.at, one.record_days, clock)},
                {key for key, one in expected.items() if stays(one.at, one.content_days, clock)},
            ), day
        clock.forward(days=1)
    with gateway.database.read() as connection:
        rounds = connection.scalars(select(retention_round.c.finished_at)).all()
    assert len(rounds) in {365, 366}  # the day in the Netherlands changes when its clock does
    assert None not in rounds


def stays(at: datetime, days: int | None, clock: Clock) -> bool:
    """Say whether something of that age should still be there."""
    return days is None or clock.now < at + timedelta(days=days)


def test_what_is_removed(gateway: Gateway, retaining: Retention, clock: Clock) -> None:
    """First the content goes and whom it is about; the message and its course stay, until its record goes too."""
    provider, municipality = caller_for(gateway, PROVIDER), caller_for(gateway, PLAIN)
    heen = heenbericht("JW305")
    message = accepted(gateway, provider, heen).message
    (leased,) = gateway.services.queueing.lease(PLAIN, municipality, limit=1, seconds=60, types=[])
    gateway.services.queueing.end(leased.lease.id, municipality, Ending.ACKNOWLEDGED)
    answer = accepted(gateway, municipality, answer_to(heen)).message
    (back,) = gateway.services.queueing.lease(PROVIDER, provider, limit=1, seconds=60, types=[])
    gateway.services.queueing.end(back.lease.id, provider, Ending.ACKNOWLEDGED)
    clock.forward(days=30)
    report = retaining.run("command-line:anna")
    assert report.content == {("JW305", "delivered"): 1, ("JW306", "delivered"): 1}
    with pytest.raises(ContentRemovedError):
        gateway.services.inquiry.content(message.id, provider)
    found = gateway.services.inquiry.detail(message.id, provider)
    assert found is not None
    assert found.timeline[-1].kind == "content-removed"
    assert [row.id for row, _ in found.related] == [answer.id]
    assert present(gateway)[1] == set()
    assert everything(gateway, tables.message_subject) == 0
    for table in (lifecycle_tables.dossier, lifecycle_tables.allocation):
        assert everything(gateway, table) == 0
    # The same bytes are still recognised.
    assert not accepted(gateway, provider, heen).new
    clock.forward(days=60)
    assert retaining.run("command-line:anna").record == {("JW305", "delivered"): 1, ("JW306", "delivered"): 1}
    for table in (tables.message, tables.event, tables.lease, tables.message_reference, tables.message_relation):
        assert everything(gateway, table) == 0


def everything(gateway: Gateway, table: Any) -> int:
    """Count the rows of a table."""
    with gateway.database.read() as connection:
        return len(connection.execute(select(table)).all())


def test_a_term_counts_from_the_last_happening(gateway: Gateway, retaining: Retention, clock: Clock) -> None:
    """A message that waited for long is kept as long after its delivery as any other."""
    provider, municipality = caller_for(gateway, PROVIDER), caller_for(gateway, PLAIN)
    accepted(gateway, provider, heenbericht("JW305"))
    clock.forward(days=200)
    (leased,) = gateway.services.queueing.lease(PLAIN, municipality, limit=1, seconds=60, types=[])
    gateway.services.queueing.end(leased.lease.id, municipality, Ending.ACKNOWLEDGED)
    clock.forward(days=29)
    assert retaining.run("x").total == 0
    clock.forward(days=1)
    assert retaining.run("x").content.total() == 1


def test_a_dry_run_counts(gateway: Gateway, retaining: Retention, clock: Clock) -> None:
    """It says what would go, and nothing goes; the trail has no entry of it."""
    kept(gateway, clock, status="failed")
    clock.forward(days=60)
    before = present(gateway)
    report = retaining.run("x", dry_run=True)
    assert (report.content, report.record) == ({("JW315", "failed"): 1}, {("JW315", "failed"): 1})
    assert present(gateway) == before
    entries, _ = gateway.services.audit.listed(TrailFilter(kinds=(Act.CONTENT_REMOVED,)), limit=9, before=None)
    assert entries == []
    done = retaining.run("command-line:anna")
    assert done.as_json() == report.as_json()
    (entry,), _ = gateway.services.audit.listed(TrailFilter(kinds=(Act.CONTENT_REMOVED,)), limit=9, before=None)
    assert entry.detail == {"content": {"JW315 failed": 1}, "record": {"JW315 failed": 1}, "held": 0}


def test_holds(gateway: Gateway, retaining: Retention, clock: Clock) -> None:
    """What a hold is on stays, of a party, a message or a person, until the hold ends; everything else goes."""
    of_party = kept(gateway, clock, status="delivered", sender=OTHER_PROVIDER)
    itself = kept(gateway, clock, status="delivered")
    of_person = kept(gateway, clock, status="delivered", bsns=(BSN, OTHER_BSN))
    other = kept(gateway, clock, status="delivered", bsns=(OTHER_BSN,))
    holding = gateway.services.holding
    made = [
        holding.hold_party(OTHER_PROVIDER, "onderzoek", "command-line:anna"),
        holding.hold_message(itself, "klacht", "command-line:anna"),
        holding.hold_person(BSN, "rechtszaak", "command-line:anna"),
    ]
    clock.forward(days=100)
    report = retaining.run("x")
    assert report.held == 6  # three times the content, three times the record
    assert present(gateway) == ({of_party, itself, of_person}, {of_party, itself, of_person})
    assert other not in present(gateway)[0]
    assert not holding.end(new_id(), "command-line:anna")
    for hold in made:
        assert holding.end(hold, "command-line:anna")
    assert retaining.run("x").held == 0
    assert present(gateway) == (set(), set())
    entries, _ = gateway.services.audit.listed(TrailFilter(actors=("command-line:anna",)), limit=20, before=None)
    assert [entry.kind for entry in entries] == ["hold-ended"] * 3 + ["hold-added"] * 3
    assert BSN not in repr(entries) + repr(holding.listed())


def test_many_batches(gateway: Gateway, retaining: Retention, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on until everything is gone, whatever the batch; the worker does a part of it in each of its rounds."""
    monkeypatch.setattr(module, "_BATCH", 2)
    monkeypatch.setattr(module, "_BATCHES_A_ROUND", 2)
    for _ in range(9):
        kept(gateway, clock, status="failed")
    clock.forward(days=10)
    assert [retaining.daily() for _ in range(5)] == [4, 4, 1, 0, 0]
    assert present(gateway)[1] == set()
    with gateway.database.read() as connection:
        last = retention.last_round(connection)
    assert last is not None
    assert last[2] == {"content": {"JW315 failed": 9}, "record": {}, "held": 0}


def test_one_worker_does_the_round_of_a_day(gateway: Gateway, clock: Clock) -> None:
    """Of two workers one takes it; when that one is gone for an hour, the other goes on."""
    clock.now = clock.now.replace(hour=9)  # the hour that follows is of the same day
    first, second = (with_terms(gateway, clock, TERMS) for _ in range(2))
    kept(gateway, clock, status="failed")
    clock.forward(days=10)
    with gateway.database.write() as connection:
        assert retention.claim_round(connection, dutch_day(clock.now), now=clock.now)
    assert (first.daily(), second.daily()) == (0, 0)
    clock.forward(minutes=61)
    assert second.daily() == 1
    assert first.daily() == 0


def test_a_round_that_fails_is_taken_up_again(embedded: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the database was away for is not counted as done."""
    retaining = with_terms(embedded, clock, TERMS)
    kept(embedded, clock, status="failed")
    clock.forward(days=10)

    def away(*_: Any, **__: Any) -> Iterator[Any]:
        raise DatabaseUnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(retention, "candidates", away)
        with pytest.raises(DatabaseUnavailableError):
            retaining.daily()
    clock.forward(days=1)
    assert retaining.daily() == 1


def test_the_worker_does_it(gateway: Gateway, clock: Clock) -> None:
    """The rounds of the worker have it in them, with the default terms."""
    identifier = kept(gateway, clock, status="failed")
    clock.forward(days=364)
    gateway.upkeep.round()
    assert identifier in present(gateway)[1]
    clock.forward(days=1)
    gateway.upkeep.round()
    assert present(gateway) == ({identifier}, set())


def test_the_default_terms() -> None:
    """Declarations stay for seven years, what failed a year, the rest two; a record seven years."""
    assert DEFAULT_TERMS.of("JW323", "rejected").content_days == 2557
    assert DEFAULT_TERMS.of("JW315", "rejected").content_days == 365
    assert DEFAULT_TERMS.of("JW315", "delivered").content_days == 730
    assert all(term.record_days == 2557 for term in DEFAULT_TERMS.terms)


def test_a_file_of_terms(tmp_path: Path) -> None:
    """The first term that fits holds; without a number something is kept for ever."""
    path = tmp_path / "termijnen.toml"
    path.write_text(
        '[[term]]\ntypes = ["JW323"]\n[[term]]\nstatuses = ["failed"]\ncontent_days = 10\nrecord_days = 60\n'
        "[[term]]\ncontent_days = 30\n"
    )
    terms = read_terms(path)
    assert terms.of("JW323", "failed") == Term(types=frozenset({"JW323"}))
    assert terms.of("JW315", "failed").record_days == 60
    assert (terms.of("JW315", "delivered").content_days, terms.of("JW315", "delivered").record_days) == (30, None)
    assert read_terms(None) == DEFAULT_TERMS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "term"),
        ("[[term]]\ndays = 3", "term.1.days"),
        ("[[term]]\ncontent_days = 0", "term.1.content_days"),
        ('[[term]]\ncontent_days = "3"', "term.1.content_days"),
        ('[[term]]\ntypes = ["JW999"]', "JW999"),
        ('[[term]]\nstatuses = ["queued"]', "queued"),
        ("[[term]]\ncontent_days = 3\nrecord_days = 2", "term.1"),
        ("[[term]]\nrecord_days = 2", "term.1"),
        ("[[term", "geen TOML"),
    ],
)
def test_a_wrong_file_of_terms(tmp_path: Path, text: str, told: str) -> None:
    """A file that is not understood stops the start, and says where."""
    path = tmp_path / "termijnen.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        read_terms(path)
    assert str(path) in str(raised.value)
    assert told in str(raised.value)


def test_a_file_of_terms_that_is_not_there(tmp_path: Path) -> None:
    """It is not taken for a wish to keep everything."""
    with pytest.raises(ConfigurationError, match="IJW_RETENTION_FILE"):
        read_terms(tmp_path / "niets.toml")
