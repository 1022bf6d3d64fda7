"""What is due in a whole exchange: requests, investigations, starts and stops, in whatever order messages come."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.exchange.deadlines import Kind
from gateway.exchange.manual_case import CaseOutcome
from gateway.ijw.bericht import Bericht
from gateway.ijw.bsn import passes_elfproef
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import BerichtIdentificatie
from gateway.ijw.verzoek import JW317, JW319
from gateway.services.caller import Caller
from gateway.services.clock import dutch_day, end_of
from gateway.services.drafting import Candidate
from gateway.services.manual_cases import Resolution
from gateway.store.deadlines import DeadlineFilter, DeadlineRow
from gateway.wire.document import Document
from tests.berichten import BSN, PROVIDER, answer_to, heenbericht, xml
from tests.gateways import LENIENT, MANUAL, Clock, accepted, caller_for
from tests.services.test_due import last_moment

# Of no day does this depend, and of none of the checks against earlier messages.
GEMEENTE = LENIENT
NUMMER = 300201


@pytest.fixture
def everybody(gateway: Gateway) -> Caller:
    """Give somebody who may act for all."""
    return caller_for(gateway, PROVIDER, GEMEENTE, MANUAL)


def message(name: str, number: str, day: date, **options: Any) -> Bericht:
    """Make a message that bears a day."""
    made: Any = heenbericht(name, number, **{"municipality": GEMEENTE, "reference": "R1", **options})
    mark = BerichtIdentificatie(identificatie=number, dagtekening=day)
    marked: Bericht = replace(made, header=replace(made.header, bericht_identificatie=mark))
    return marked


def decided(number: str, day: date, verzoek_antwoord: str, reden: str | None = None, **options: Any) -> Bericht:
    """Answer the request by a JW319."""
    made = message("JW319", number, day, **options)
    assert isinstance(made, JW319)
    antwoord = replace(made.antwoord, verzoek_antwoord=verzoek_antwoord, reden_afwijzing_verzoek=reden)
    if reden == "8":
        antwoord = replace(antwoord, woonplaatsbeginsel=JW319.Woonplaatsbeginsel(gemeente="0014"))
    return replace(made, antwoord=antwoord)


def allocated(number: str, day: date, nummer: int = NUMMER, **changes: Any) -> JW301:
    """Allocate what was asked, from that day on."""
    options = {name: changes.pop(name) for name in ("bsn", "reference") if name in changes}
    made = message("JW301", number, day, **options)
    assert isinstance(made, JW301)
    (product,) = made.client.toegewezen_producten
    fields = {"ingangsdatum": day, "einddatum": day + timedelta(days=60), "toewijzingsdatum": day, **changes}
    product = replace(product, toewijzing_nummer=nummer, **fields)
    return replace(made, client=replace(made.client, toegewezen_producten=(product,)))


def delivered(name: str, number: str, day: date, nummer: int = NUMMER, **changes: Any) -> Bericht:
    """Report a start, or a stop, of that day."""
    options = {own: changes.pop(own) for own in ("bsn",) if own in changes}
    made = message(name, number, day, **options)
    if isinstance(made, JW305):
        (start,) = made.client.start_producten
        start = replace(start, toewijzing_nummer=nummer, begindatum=day, **changes)
        return replace(made, client=replace(made.client, start_producten=(start,)))
    assert isinstance(made, JW307)
    (stop,) = made.client.stop_producten
    stop = replace(stop, toewijzing_nummer=nummer, begindatum=day, einddatum=day, **changes)
    return replace(made, client=replace(made.client, stop_producten=(stop,)))


def standing(gateway: Gateway, **wanted: Any) -> dict[Kind, DeadlineRow]:
    """Give the deadlines that are not about a retourbericht, by kind."""
    kinds = tuple(kind for kind in Kind if kind is not Kind.RETOUR)
    rows, _ = gateway.services.deadlines.listed(DeadlineFilter(kinds=kinds, **wanted), limit=100)
    assert len({row.kind for row in rows}) == len(rows)
    return {row.kind: row for row in rows}


def how(gateway: Gateway) -> dict[str, tuple[str, UUID | None]]:
    """Tell how each deadline stands, and what closed it."""
    return {kind.value: (row.state.value, row.closed_by) for kind, row in standing(gateway).items()}


def test_a_whole_exchange(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """From the request, by way of an investigation, to the stop: each message closes what waited for it."""
    today = dutch_day(clock.now)
    opened = clock.now

    def send(bericht: Bericht) -> UUID:
        return accepted(gateway, everybody, bericht).message.id

    request = send(message("JW315", "1", today))
    rows = standing(gateway)
    assert {kind: (row.rule, row.owner, row.subject, row.message_id) for kind, row in rows.items()} == {
        Kind.ANSWER: ("OP274", GEMEENTE, "R1", request),
        Kind.WOONPLAATSBEGINSEL: ("OP359", GEMEENTE, "R1", request),
    }
    assert rows[Kind.ANSWER].due_at == last_moment(opened, 5)
    assert rows[Kind.WOONPLAATSBEGINSEL].due_at == end_of(today + timedelta(weeks=2))
    looked_into = send(decided("2", today, "2"))
    assert how(gateway) == {
        "answer": ("met", looked_into),
        "woonplaatsbeginsel": ("open", None),
        "investigation": ("open", None),
    }
    assert standing(gateway)[Kind.INVESTIGATION].due_at == end_of(today + timedelta(weeks=8))
    granted = send(allocated("3", today))
    rows = standing(gateway)
    assert (rows[Kind.START].owner, rows[Kind.START].subject) == (PROVIDER, str(NUMMER))
    assert rows[Kind.START].due_at == last_moment(opened, 5)
    begun = send(delivered("JW305", "4", today))
    assert how(gateway) == {
        "answer": ("met", looked_into),
        "woonplaatsbeginsel": ("dropped", granted),
        "investigation": ("met", granted),
        "start": ("met", begun),
        "stop": ("open", None),
    }
    assert standing(gateway)[Kind.STOP].due_at == last_moment(opened + timedelta(days=60), 5)
    ended = send(delivered("JW307", "5", today))
    assert how(gateway)["stop"] == ("met", ended)


def test_a_change_is_to_be_answered_too(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """A JW317, by OP346, and without the two weeks; also where people handle it."""
    today = dutch_day(clock.now)
    accepted(gateway, everybody, message("JW317", "1", today, municipality=MANUAL))
    (row,) = standing(gateway).values()
    assert (row.kind, row.rule, row.owner) == (Kind.ANSWER, "OP346", MANUAL)


def test_what_people_handled_is_due_no_more(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """A case that was closed by hand ends the terms of its request; one that goes on in the exchange does not."""
    today = dutch_day(clock.now)
    for number, reference in (("1", "R1"), ("2", "R2")):
        accepted(gateway, everybody, message("JW317", number, today, municipality=MANUAL, reference=reference))
    cases, _ = gateway.services.manual_cases.listed(everybody, state=None, limit=9, after=None)
    gateway.services.manual_cases.resolve(
        cases[1].row.id, everybody, Resolution(outcome=CaseOutcome.HANDLED, note="per mail")
    )
    looked_into = decided("3", today, "2", municipality=MANUAL, reference="R2")
    accepted(gateway, everybody, looked_into)
    rows, _ = gateway.services.deadlines.listed(DeadlineFilter(kinds=(Kind.ANSWER, Kind.INVESTIGATION)), limit=9)
    assert {(row.kind.value, row.subject, row.state.value) for row in rows} == {
        ("answer", "R1", "dropped"),
        ("answer", "R2", "met"),
        ("investigation", "R2", "open"),
    }


def test_an_answer_that_was_there_first(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """A request that comes after its answer is met at once (OP080)."""
    today = dutch_day(clock.now)
    answer = accepted(gateway, everybody, decided("1", today, "1", "7")).message.id
    assert how(gateway) == {}
    accepted(gateway, everybody, message("JW315", "2", today))
    assert how(gateway) == {"answer": ("met", answer), "woonplaatsbeginsel": ("dropped", answer)}


def test_a_refused_answer_leaves_the_request_open(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """What a retourbericht refuses met nothing, and what followed from it alone is dropped by that retourbericht."""
    today = dutch_day(clock.now)
    accepted(gateway, everybody, message("JW315", "1", today))
    looked_into = decided("2", today, "2")
    accepted(gateway, everybody, looked_into)
    refusal = accepted(gateway, everybody, _refused(looked_into)).message.id
    assert how(gateway) == {
        "answer": ("open", None),
        "woonplaatsbeginsel": ("open", None),
        "investigation": ("dropped", refusal),
    }


def test_a_refused_allocation_is_not_to_be_started(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """It answered nothing, and nobody has to start."""
    today = dutch_day(clock.now)
    accepted(gateway, everybody, message("JW315", "1", today))
    allocation = allocated("2", today)
    granted = accepted(gateway, everybody, allocation).message.id
    accepted(gateway, everybody, delivered("JW305", "3", today))
    assert how(gateway)["answer"] == ("met", granted)
    refusal = accepted(gateway, everybody, _refused(allocation)).message.id
    assert how(gateway) == {
        "answer": ("open", None),
        "woonplaatsbeginsel": ("open", None),
        "start": ("dropped", refusal),
        "stop": ("dropped", refusal),
    }


def test_a_refused_request_asks_nothing(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """Its deadlines are dropped; the corrected one, under the same reference, opens them anew."""
    today = dutch_day(clock.now)
    request = message("JW315", "1", today)
    accepted(gateway, everybody, request)
    refusal = accepted(gateway, everybody, _refused(request)).message.id
    assert set(how(gateway).values()) == {("dropped", refusal)}
    clock.forward(days=1)
    again = accepted(gateway, everybody, message("JW315", "3", today)).message.id
    rows = standing(gateway)
    assert {(row.state.value, row.message_id) for row in rows.values()} == {("open", again)}
    assert rows[Kind.ANSWER].due_at == last_moment(clock.now, 5)


def _refused(bericht: Bericht) -> Bericht:
    answer: Any = answer_to(bericht, "A1")
    refused: Bericht = replace(answer, header=replace(answer.header, retour_codes=("0001",)))
    return refused


def test_a_batch_is_one_step(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """A whole exchange in one transaction ends as it does message by message."""
    today = dutch_day(clock.now)
    berichten = [
        message("JW315", "1", today),
        decided("2", today, "2"),
        allocated("3", today),
        delivered("JW305", "4", today),
    ]
    prepared = [gateway.services.intake.prepare(Document(xml(one)), everybody) for one in berichten]
    gateway.services.intake.settle([one for one in prepared if isinstance(one, Candidate)])
    assert {kind: state for kind, (state, _) in how(gateway).items()} == {
        "answer": "met",
        "investigation": "met",
        "woonplaatsbeginsel": "dropped",
        "start": "met",
        "stop": "open",
    }


def test_the_order_of_arrival_means_nothing(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """The same messages in any order end the same: state, day, and which of them closed it (OP080)."""
    today = dutch_day(clock.now)
    before = today - timedelta(days=20)
    persons = [f"{number}" for number in range(int(BSN), int(BSN) + 200) if passes_elfproef(f"{number}")]

    def berichten(turn: int) -> dict[str, Bericht]:
        # Each turn is about somebody else, so that all of them fit in one database.
        bsn, reference, nummer = persons[turn], f"R{turn}", NUMMER + turn

        def own(number: int) -> str:
            return f"{turn}-{number}"

        return {
            "request": message("JW315", own(1), before, bsn=bsn, reference=reference),
            "looked into": decided(own(2), before + timedelta(days=1), "2", reference=reference),
            "allocated": allocated(own(3), before + timedelta(days=2), nummer, bsn=bsn, reference=reference),
            "shorter": allocated(
                own(4), today, nummer, bsn=bsn, reference=None, ingangsdatum=before + timedelta(days=2), einddatum=today
            ),
            "started": delivered("JW305", own(5), before + timedelta(days=3), nummer, bsn=bsn),
            "paused": delivered("JW307", own(6), before + timedelta(days=3), nummer, bsn=bsn, reden_beeindiging="20"),
            "resumed": delivered("JW305", own(7), before + timedelta(days=9), nummer, bsn=bsn),
        }

    ends = []
    shuffle = random.Random(42)
    for turn in range(6):
        names = list(berichten(turn))
        if turn:
            shuffle.shuffle(names)
        sent = {name: accepted(gateway, everybody, berichten(turn)[name]).message.id for name in names}
        called = {message_id: name for name, message_id in sent.items()}
        rows, _ = gateway.services.deadlines.listed(DeadlineFilter(), limit=100)
        ends.append(
            {
                row.kind.value: (row.state.value, called.get(row.closed_by or row.id), row.due_at)
                for row in rows
                if row.message_id in called and row.kind is not Kind.RETOUR
            }
        )
    assert ends[0].keys() == {"answer", "woonplaatsbeginsel", "investigation", "start", "stop"}
    assert ends[0]["stop"][:2] == ("open", None)
    assert all(end == ends[0] for end in ends)


def test_a_change_asks_for_no_allocation(gateway: Gateway, everybody: Caller, clock: Clock) -> None:
    """A JW317 names allocations, and is no reason to start or stop them."""
    made = message("JW317", "1", dutch_day(clock.now))
    assert isinstance(made, JW317)
    accepted(gateway, everybody, made)
    assert set(how(gateway)) == {"answer"}
