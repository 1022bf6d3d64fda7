"""Messages that people handle: from the opening of a case to its end."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from gateway import resources
from gateway.composition import Gateway
from gateway.exchange.manual_case import CaseOutcome
from gateway.exchange.werkdagen import werkdagen_later
from gateway.ijw.bericht import Bericht
from gateway.ijw.typen import Product
from gateway.ijw.verzoek import JW315, JW319
from gateway.services.audit import Act, Audit
from gateway.services.clock import dutch_day, end_of
from gateway.services.feestdagen import Feestdagen
from gateway.services.manual_cases import Case, ClosedOtherwise, NotResolved, Resolution
from gateway.services.rotation import Rotation
from gateway.store import manual_cases, outbox, retention
from gateway.store.audit import TrailFilter
from gateway.store.manual_cases import CaseRow
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from tests.berichten import OTHER_PROVIDER, PROVIDER, heenbericht
from tests.gateways import (
    BY_HAND,
    MANUAL,
    PLAIN,
    Clock,
    accepted,
    admin_of,
    caller_for,
    content_of,
    open_gateway,
)

HANDLED = Resolution(outcome=CaseOutcome.HANDLED, note="Gebeld met de aanbieder")


def opened(gateway: Gateway, municipality: str = MANUAL, message: Bericht | None = None) -> MessageRow:
    """Post a message that people handle."""
    posted = message or heenbericht("JW317", municipality, municipality=municipality)
    return accepted(gateway, caller_for(gateway, PROVIDER), posted).message


def case_of(gateway: Gateway, message: MessageRow) -> Case:
    """Look at the case of a message, as an administrator."""
    assert message.handling is not None
    found = gateway.services.manual_cases.get(message.handling.id, admin_of(gateway))
    assert found is not None
    return found


def row_of(gateway: Gateway, message: MessageRow) -> CaseRow:
    """Look at the case itself."""
    return case_of(gateway, message).row


def closings(gateway: Gateway) -> list[tuple[str, ...]]:
    """Give the messages of each entry in the audit trail about the closing of a case."""
    found, _ = gateway.services.audit.listed(TrailFilter(kinds=(Act.CASE_CLOSED,)), limit=9, before=None)
    return [entry.messages for entry in found]


def status_of(gateway: Gateway, message_id: UUID) -> tuple[str, list[tuple[str, Any]]]:
    """Give the status of a message, and what happened to it after it was accepted, but for what is due by it."""
    found = gateway.services.inquiry.detail(message_id, admin_of(gateway))
    assert found is not None
    happened = [(event.kind, dict(event.detail)) for event in found.timeline[1:] if event.kind != "deadline-overdue"]
    return found.message.status, happened


def jw319(antwoord: str, reference: str = "R1", identificatie: str = "1", municipality: str = MANUAL) -> Bericht:
    """Make an answer to a request."""
    made = heenbericht("JW319", identificatie, municipality=municipality, reference=reference)
    assert isinstance(made, JW319)
    reden = "2" if antwoord == "1" else None
    return structs.replace(
        made, antwoord=structs.replace(made.antwoord, verzoek_antwoord=antwoord, reden_afwijzing_verzoek=reden)
    )


def two_requests(municipality: str = BY_HAND) -> Bericht:
    """Make a JW315 that asks for two products."""
    made = heenbericht("JW315", municipality=municipality)
    assert isinstance(made, JW315)
    (product,) = made.client.aangevraagde_producten
    both = (product, structs.replace(product, referentie_aanbieder="R2", product=Product(categorie="45", code="45A05")))
    return structs.replace(made, client=structs.replace(made.client, aangevraagde_producten=both))


def test_a_receipt_says_that_people_handle_it(gateway: Gateway, clock: Clock) -> None:
    """The sender hears at once that people handle the message, why, and until when: five working days."""
    message = opened(gateway)
    due = end_of(werkdagen_later(dutch_day(clock.now), 5, Feestdagen()))
    assert message.status == "manual"
    assert message.handling is not None
    assert message.handling.reason == "De applicatie van de gemeente keurt een JW317 direct af"
    assert (message.handling.due_at, message.handling.state, message.handling.outcome) == (due, "open", None)
    row = row_of(gateway, message)
    assert (row.municipality, row.provider, row.message_id) == (MANUAL, PROVIDER, message.id)
    assert row.summary == "verzoek om wijziging: 1 toewijzing te wijzigen"


def test_the_same_to_another_municipality_goes_into_its_queue(gateway: Gateway) -> None:
    """Only where the route says so do people handle a message."""
    message = opened(gateway, PLAIN)
    assert (message.status, message.handling) == ("queued", None)
    assert [row.id for row in gateway.services.queueing.waiting(PLAIN, limit=5, types=[])] == [message.id]


def test_the_same_bytes_again_give_the_same_case(gateway: Gateway) -> None:
    """A repeated post opens no second case, and hears what became of the first."""
    message = opened(gateway)
    assert opened(gateway) == message
    gateway.services.manual_cases.resolve(row_of(gateway, message).id, admin_of(gateway), HANDLED)
    again = opened(gateway)
    assert again.handling is not None
    assert (again.status, again.handling.state, again.handling.outcome) == ("handled", "closed", "handled")


def test_who_sees_a_case(gateway: Gateway) -> None:
    """The municipality and administrators handle a case; the provider sees it at its message; others see nothing."""
    mine, other = row_of(gateway, opened(gateway)), row_of(gateway, opened(gateway, BY_HAND))
    cases = gateway.services.manual_cases

    def listed(*parties: str) -> list[UUID]:
        return [case.row.id for case in cases.listed(caller_for(gateway, *parties), state=None, limit=9, after=None)[0]]

    assert listed(MANUAL) == [mine.id]
    assert listed(MANUAL, BY_HAND) == [other.id, mine.id]
    assert listed(PROVIDER) == listed(OTHER_PROVIDER) == listed(PLAIN) == []
    assert cases.get(mine.id, caller_for(gateway, BY_HAND)) is None
    assert cases.get(mine.id, caller_for(gateway, PROVIDER)) is None
    assert cases.resolve(mine.id, caller_for(gateway, PROVIDER), HANDLED) is None
    assert cases.get(uuid4(), admin_of(gateway)) is None
    page, more = cases.listed(admin_of(gateway), state="open", limit=1, after=None)
    assert ([case.row.id for case in page], more) == ([other.id], other.id)
    page, more = cases.listed(admin_of(gateway), state="open", limit=1, after=more)
    assert ([case.row.id for case in page], more) == ([mine.id], None)
    assert cases.listed(admin_of(gateway), state="closed", limit=9, after=None) == ([], None)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (heenbericht("JW301", municipality=MANUAL, reference="R1"), "allocated"),
        (jw319("1"), "rejected"),
        (jw319("2"), "handled"),
    ],
)
def test_an_answer_closes_the_case(gateway: Gateway, answer: Bericht, outcome: str) -> None:
    """A JW301 or JW319 with the ReferentieAanbieder ends the case by itself, and the message is handled."""
    message = opened(gateway)
    accepted(gateway, caller_for(gateway, MANUAL), answer)
    row = row_of(gateway, message)
    assert (row.state, row.outcome, row.closed_by) == ("closed", outcome, None)
    assert status_of(gateway, message.id) == ("handled", [("manual", {}), ("handled", {"outcome": outcome})])


def test_another_answer_closes_nothing(gateway: Gateway) -> None:
    """An answer to another request, or one that is refused itself, leaves the case open."""
    message = opened(gateway)
    municipality = caller_for(gateway, MANUAL)
    accepted(gateway, municipality, jw319("1", "R9"))
    broken = jw319("1", "R1", "2")
    assert isinstance(broken, JW319)
    without_reason = structs.replace(broken, antwoord=structs.replace(broken.antwoord, reden_afwijzing_verzoek=None))
    candidate = gateway.services.intake.prepare(Document(gateway.codec.write(without_reason).content()), municipality)
    gateway.services.intake.settle([candidate])  # type: ignore[list-item]
    assert row_of(gateway, message).is_open


def test_every_request_of_a_message_has_to_be_answered(gateway: Gateway) -> None:
    """A JW315 that asks for two products is done when both are answered."""
    message = opened(gateway, message=two_requests())
    municipality = caller_for(gateway, BY_HAND)
    accepted(gateway, municipality, jw319("1", "R2", municipality=BY_HAND))
    assert row_of(gateway, message).unanswered == ("R1",)
    accepted(gateway, municipality, heenbericht("JW301", municipality=BY_HAND, reference="R1"))
    row = row_of(gateway, message)
    assert (row.state, row.outcome) == ("closed", "allocated")


@pytest.mark.parametrize("outcome", [CaseOutcome.HANDLED, CaseOutcome.ALLOCATED])
def test_people_close_a_case(gateway: Gateway, clock: Clock, outcome: CaseOutcome) -> None:
    """An outcome and a note end it, once; the same again changes nothing, and another outcome comes too late."""
    message = opened(gateway)
    cases, municipality = gateway.services.manual_cases, caller_for(gateway, MANUAL)
    resolution = Resolution(outcome=outcome, note="Gebeld")
    closed = cases.resolve(row_of(gateway, message).id, municipality, resolution)
    assert isinstance(closed, Case)
    assert (closed.row.state, closed.row.outcome, closed.note) == ("closed", outcome.value, "Gebeld")
    assert (closed.row.closed_by, closed.row.closed_at) == (municipality.token_id, clock.now)
    assert status_of(gateway, message.id)[0] == "handled"
    clock.forward(hours=1)
    again = cases.resolve(closed.row.id, admin_of(gateway), replace(resolution, note="Nog eens"))
    assert again == closed
    other = Resolution(outcome=CaseOutcome.REJECTED, note="", reden="2")
    assert cases.resolve(closed.row.id, municipality, other) == ClosedOtherwise(outcome.value)
    assert gateway.services.queueing.waiting(PROVIDER, limit=5, types=[]) == []
    # The JW301 that follows is a message like any other.
    accepted(gateway, municipality, heenbericht("JW301", municipality=MANUAL, reference="R1"))
    assert row_of(gateway, message) == closed.row


def read(codec: Codec, content: bytes) -> Bericht:
    """Read a message that was written."""
    reading = codec.read(Document(content))
    assert reading.bericht is not None
    return reading.bericht


def test_a_rejection_sends_the_jw319(gateway: Gateway) -> None:
    """The gateway makes the JW319 for the municipality; it waits for the provider, and belongs to the request."""
    message = opened(gateway)
    municipality = caller_for(gateway, MANUAL)
    resolution = Resolution(outcome=CaseOutcome.REJECTED, note="Woont elders", reden="8", gemeente="1916")
    closed = gateway.services.manual_cases.resolve(row_of(gateway, message).id, municipality, resolution)
    assert isinstance(closed, Case)
    assert (closed.row.state, closed.row.outcome, closed.note) == ("closed", "rejected", "Woont elders")
    assert closed.row.closed_by == municipality.token_id
    (answer,) = gateway.services.queueing.waiting(PROVIDER, limit=5, types=[])
    assert (answer.type, answer.sender, answer.origin) == ("JW319", MANUAL, "gateway")
    assert answer.identificatie.startswith("GW")
    bericht = read(gateway.codec, content_of(gateway, answer.id))
    assert isinstance(bericht, JW319)
    assert bericht.antwoord.referentie_aanbieder == "R1"
    assert bericht.antwoord.reden_afwijzing_verzoek == "8"
    found = gateway.services.inquiry.detail(message.id, municipality)
    assert found is not None
    assert [(row.id, kind) for row, kind in found.related] == [(answer.id, "answer")]
    assert gateway.services.manual_cases.resolve(closed.row.id, municipality, resolution) == closed
    assert len(gateway.services.queueing.waiting(PROVIDER, limit=5, types=[])) == 1


def test_a_rejection_answers_every_request(gateway: Gateway) -> None:
    """Each request of the message that has no answer yet gets its own JW319."""
    message = opened(gateway, message=two_requests())
    resolution = Resolution(outcome=CaseOutcome.REJECTED, note="Nee", reden="2")
    assert isinstance(
        gateway.services.manual_cases.resolve(row_of(gateway, message).id, admin_of(gateway), resolution), Case
    )
    waiting = gateway.services.queueing.waiting(PROVIDER, limit=5, types=[])
    references = [read(gateway.codec, content_of(gateway, row.id)) for row in waiting]
    assert [one.antwoord.referentie_aanbieder for one in references if isinstance(one, JW319)] == ["R1", "R2"]
    assert closings(gateway) == [(str(message.id),)]


def test_a_rejection_that_would_be_wrong_sends_nothing(gateway: Gateway) -> None:
    """Reason 8 without a municipality breaks a rule: that is told, and the case stays open."""
    message = opened(gateway)
    resolution = Resolution(outcome=CaseOutcome.REJECTED, note="Woont elders", reden="8")
    result = gateway.services.manual_cases.resolve(row_of(gateway, message).id, admin_of(gateway), resolution)
    assert isinstance(result, NotResolved)
    assert result.findings
    assert row_of(gateway, message).is_open
    assert gateway.services.queueing.waiting(PROVIDER, limit=5, types=[]) == []
    assert closings(gateway) == []


def test_what_is_no_request_cannot_be_rejected(gateway: Gateway) -> None:
    """A start that people handle asks nothing; a JW319 would answer nothing."""
    message = opened(gateway, message=heenbericht("JW305", municipality=BY_HAND))
    resolution = Resolution(outcome=CaseOutcome.REJECTED, note="Nee", reden="2")
    result = gateway.services.manual_cases.resolve(row_of(gateway, message).id, admin_of(gateway), resolution)
    assert isinstance(result, NotResolved)
    assert [finding.code for finding in result.findings] == ["ZAAK"]


def test_two_who_reject_at_once_send_one_jw319(gateway: Gateway) -> None:
    """Of several who close a case at the same moment one does so, and the others hear the same."""
    message = opened(gateway)
    case_id, admin = row_of(gateway, message).id, admin_of(gateway)
    resolution = Resolution(outcome=CaseOutcome.REJECTED, note="Nee", reden="2")
    results: list[object] = []

    def reject() -> None:
        results.append(gateway.services.manual_cases.resolve(case_id, admin, resolution))

    threads = [threading.Thread(target=reject) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(result) for result in results] == [Case] * 4
    assert len(gateway.services.queueing.waiting(PROVIDER, limit=5, types=[])) == 1
    assert closings(gateway) == [(str(message.id),)]


def mails(gateway: Gateway, message: MessageRow) -> list[tuple[str, str, str, datetime]]:
    """Give what is to be mailed about a message."""
    with gateway.database.read() as connection:
        rows = outbox.of_messages(connection, [message.id], kind="mail").get(message.id, [])
    return [(row.purpose, row.recipient, row.endpoint, row.first_at) for row in rows]


def test_a_case_that_takes_too_long_is_told_once(gateway: Gateway, clock: Clock) -> None:
    """After its day an open case escalates: in the timeline, and by mail where there is somebody to tell."""
    message, without_mail = opened(gateway), opened(gateway, BY_HAND)
    closed = opened(gateway, BY_HAND, heenbericht("JW317", "2", municipality=BY_HAND, reference="R2"))
    gateway.services.manual_cases.resolve(row_of(gateway, closed).id, admin_of(gateway), HANDLED)
    first = ("case", MANUAL, "jeugd@deventer.example", clock.now)
    assert mails(gateway, message) == [first]
    assert message.handling is not None
    clock.now = message.handling.due_at
    gateway.upkeep.round()
    assert row_of(gateway, message).escalated_at is None
    clock.now += timedelta(seconds=1)
    for _ in range(2):
        gateway.upkeep.round()
    assert status_of(gateway, message.id) == ("manual", [("manual", {}), ("escalated", {})])
    assert status_of(gateway, without_mail.id) == ("manual", [("manual", {}), ("escalated", {})])
    assert row_of(gateway, closed).escalated_at is None
    assert mails(gateway, message) == [first, ("escalation", MANUAL, "regio@ijsselland.example", clock.now)]
    assert mails(gateway, without_mail) == []


def test_a_note_is_not_readable_in_the_database(gateway: Gateway) -> None:
    """What people write at a closing is encrypted, and bound to its case."""
    row = row_of(gateway, opened(gateway))
    gateway.services.manual_cases.resolve(row.id, admin_of(gateway), replace(HANDLED, note="Over Tom"))
    found = gateway.services.manual_cases.get(row.id, admin_of(gateway))
    assert found is not None
    assert found.row.note is not None
    assert b"Tom" not in found.row.note
    assert found.note == "Over Tom"
    assert "Tom" not in repr(found)


def closed_with_note(gateway: Gateway) -> CaseRow:
    """Close a case with a note."""
    row = row_of(gateway, opened(gateway))
    gateway.services.manual_cases.resolve(row.id, admin_of(gateway), HANDLED)
    return row


def test_a_note_stays_readable_under_a_new_key(gateway: Gateway, clock: Clock) -> None:
    """Bringing everything under a new key brings the notes along: the old key is not needed any more."""
    row = closed_with_note(gateway)
    old, new = bytes(range(32)), bytes(range(50, 82))
    both = Keyring({"new": new, "test": old})
    (*_, report) = Rotation(gateway.database, both, Audit(gateway.database, both, clock)).run("command-line")
    assert report.left == 0
    with gateway.database.read() as connection:
        found = manual_cases.get(connection, row.id)
    assert found is not None
    assert manual_cases.note_of(Keyring({"new": new}), found) == HANDLED.note


def test_a_note_goes_with_the_content(gateway: Gateway, clock: Clock) -> None:
    """When the content of a message is removed, so is what people wrote about it; that and how it ended stays."""
    row = closed_with_note(gateway)
    with gateway.database.write() as connection:
        retention.remove_content(connection, [row.message_id], clock.now)
    found = gateway.services.manual_cases.get(row.id, admin_of(gateway))
    assert found is not None
    assert (found.note, found.row.outcome) == (None, "handled")


@pytest.mark.parametrize(
    ("municipality", "status"), [("0150", "manual"), ("1773", "manual"), ("0177", "manual"), ("0193", "queued")]
)
def test_ijsselland_as_it_ships(tmp_path: Path, clock: Clock, municipality: str, status: str) -> None:
    """A JW317 to Deventer, Olst-Wijhe or Raalte is for people; the same to Zwolle goes into the queue."""
    gateway = open_gateway(tmp_path, clock=clock, routes_dir=resources.routes_dir())
    message = heenbericht("JW317", municipality=municipality)
    posted = accepted(gateway, caller_for(gateway, PROVIDER), message).message
    assert posted.status == status
    assert (posted.handling is not None) == (status == "manual")
    gateway.close()


def test_a_municipality_that_is_reached_by_mail(tmp_path: Path) -> None:
    """With delivery = "email" whatever starts something becomes a case with a mail; nothing waits in a queue."""
    gateway = open_gateway(tmp_path)
    table = tmp_path / "routes" / "proef.toml"
    before = table.read_text(encoding="utf-8")
    table.write_text(before.replace(f'code = "{MANUAL}"\n', f'code = "{MANUAL}"\ndelivery = "email"\n'))
    # A look after a change only takes note of it; the next one reads what was left alone.
    assert any(gateway.routes.refresh() for _ in range(3))
    message = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW307", municipality=MANUAL)).message
    assert message.status == "manual"
    assert message.handling is not None
    with gateway.database.read() as connection:
        assert len(outbox.of_messages(connection, [message.id])[message.id]) == 1
    gateway.close()
