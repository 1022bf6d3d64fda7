"""The standard's own flows, message by message: what becomes of a request and of an allocation."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.ijw.bericht import Bericht
from gateway.services.drafting import Candidate
from gateway.wire.document import Document
from tests.berichten import PROVIDER, answer_to, xml
from tests.gateways import MANUAL, PLAIN, STRICT, accepted, caller_for
from tests.services.books import allocations, declarations, dossiers, requests
from tests.verloop import (
    BEGIN,
    EINDE,
    NUMMER,
    aanvraag,
    antwoord,
    declaratie,
    product,
    start,
    stop,
    stop_product,
    toekenning,
    toewijzing,
    weigering,
    wijziging,
)

MAY = date(2026, 5, 20)
JUNE = date(2026, 6, 10)


def sent(gateway: Gateway, *messages: Bericht) -> list[set[str]]:
    """Send messages one after the other; gives the codes of what was found in each."""
    everybody = caller_for(gateway, PROVIDER, PLAIN, STRICT, MANUAL)
    return [{found.code for found in accepted(gateway, everybody, one).message.findings} for one in messages]


def state(gateway: Gateway, nummer: int = NUMMER) -> str:
    """Give the state of an allocation."""
    return allocations(gateway)[nummer].state


def allocated_for(reference: str) -> Bericht:
    """Make the JW301 that honours a request."""
    return toewijzing("T1", product(referentie_aanbieder=reference))


ASKS = pytest.mark.parametrize("ask", [aanvraag, wijziging], ids=["VOT", "VOW"])


@ASKS
def test_a_request_allocated_at_once(embedded: Gateway, ask: type) -> None:
    """A request is open until a JW301 with its reference allocates it."""
    sent(embedded, ask("V1", "R1"))
    found = requests(embedded)["R1"]
    assert (found.state, found.kind) == ("open", "JW315" if ask is aanvraag else "JW317")
    sent(embedded, allocated_for("R1"))
    assert requests(embedded)["R1"].state == "allocated"
    assert state(embedded) == "allocated"


@ASKS
def test_a_request_that_was_looked_into(embedded: Gateway, ask: type) -> None:
    """A request under investigation is allocated, or rejected, after it."""
    sent(embedded, ask("V1", "R1"), antwoord("A1", "R1"))
    assert requests(embedded)["R1"].state == "underInvestigation"
    sent(embedded, allocated_for("R1"))
    assert requests(embedded)["R1"].state == "allocated"
    sent(embedded, ask("V2", "R2"), antwoord("A2", "R2"), antwoord("A3", "R2", "7"))
    assert (requests(embedded)["R2"].state, requests(embedded)["R2"].reason) == ("rejected", "7")


@ASKS
def test_a_request_rejected_at_once(embedded: Gateway, ask: type) -> None:
    """A rejection tells its reason, and for the woonplaatsbeginsel the other municipality."""
    sent(embedded, ask("V1", "R1"), antwoord("A1", "R1", "4"))
    found = requests(embedded)["R1"]
    assert (found.state, found.reason, found.other_municipality) == ("rejected", "4", None)
    sent(embedded, ask("V2", "R2"), antwoord("A2", "R2", "8", STRICT))
    found = requests(embedded)["R2"]
    assert (found.state, found.reason, found.other_municipality) == ("rejected", "8", STRICT)


def test_an_answer_before_its_request(embedded: Gateway) -> None:
    """Messages come in any order: the state of a request is the same when its answer was there first (OP080)."""
    sent(embedded, antwoord("A1", "R1"))
    found = requests(embedded)["R1"]
    assert (found.state, found.kind, found.dossier_id) == ("underInvestigation", None, None)
    sent(embedded, aanvraag("V1", "R1"))
    found = requests(embedded)["R1"]
    assert (found.state, found.kind) == ("underInvestigation", "JW315")
    assert found.dossier_id is not None


def test_a_request_that_people_handle(embedded: Gateway) -> None:
    """A request that goes outside the exchange is told as such, until a message answers it after all."""
    sent(embedded, wijziging("V1", "R1", municipality=MANUAL))
    assert requests(embedded)["R1"].state == "manual"
    sent(embedded, antwoord("A1", "R1", "7", municipality=MANUAL))
    assert requests(embedded)["R1"].state == "rejected"


def test_start_and_stop(gateway: Gateway) -> None:
    """Care starts, stops for a while, goes on, and stops for good."""
    sent(gateway, toewijzing("T1"), start("S1"))
    assert (state(gateway), allocations(gateway)[NUMMER].started) == ("started", BEGIN)
    sent(gateway, stop("E1", stop_product(MAY, "20")))
    assert (state(gateway), allocations(gateway)[NUMMER].ended) == ("interrupted", MAY)
    sent(gateway, start("S2", JUNE))
    assert (state(gateway), allocations(gateway)[NUMMER].ended) == ("started", None)
    assert sent(gateway, stop("E2", stop_product(EINDE, begin=JUNE))) == [set()]
    found = allocations(gateway)[NUMMER]
    assert (found.state, found.started, found.ended) == ("stopped", JUNE, EINDE)


@pytest.mark.parametrize("eind", [MAY, JUNE])
def test_a_definite_stop_after_a_temporary_one(embedded: Gateway, eind: date) -> None:
    """Care that was stopped for a while is stopped for good, with the same end or a later one."""
    sent(embedded, toewijzing("T1"), start("S1"), stop("E1", stop_product(MAY, "20")))
    assert sent(embedded, stop("E2", stop_product(eind))) == [set()]
    assert (state(embedded), allocations(embedded)[NUMMER].ended) == ("stopped", eind)


def test_a_stop_corrected_in_one_message(embedded: Gateway) -> None:
    """A removal and its replacement in one message leave the replacement (IV008)."""
    sent(embedded, toewijzing("T1"), start("S1"), stop("E1", stop_product(MAY)))
    assert sent(embedded, stop("E2", stop_product(MAY, status="3"), stop_product(JUNE))) == [set()]
    assert (state(embedded), allocations(embedded)[NUMMER].ended) == ("stopped", JUNE)


def test_a_start_removed(embedded: Gateway) -> None:
    """A start that is removed was never there; delivered anew it is."""
    sent(embedded, toewijzing("T1"), start("S1"), start("S2", day=JUNE, status="3"))
    assert state(embedded) == "allocated"
    sent(embedded, start("S3", day=JUNE))
    assert state(embedded) == "started"


def test_an_allocation_changed_by_the_municipality(embedded: Gateway) -> None:
    """An end date that is brought forward withdraws, one that is put off prolongs, and reason 13 removes."""
    sent(embedded, toewijzing("T1"), start("S1"))
    later = product(settled=MAY, einddatum=date(2026, 9, 1), reden_wijziging="04")
    sent(embedded, toewijzing("T2", later, day=MAY))
    assert (state(embedded), allocations(embedded)[NUMMER].latest.einddatum) == ("started", date(2026, 9, 1))
    sent(embedded, toewijzing("T3", replace(later, toewijzingsdatum=JUNE, einddatum=EINDE), day=JUNE))
    assert state(embedded) == "started"  # the day is still to come
    sent(embedded, toewijzing("T4", product(settled=EINDE, einddatum=JUNE, reden_wijziging="05"), day=EINDE))
    assert state(embedded) == "withdrawn"
    gone = product(settled=date(2026, 8, 1), einddatum=date(2026, 4, 1), reden_wijziging="13")
    sent(embedded, toewijzing("T5", gone, day=date(2026, 8, 1)))
    assert state(embedded) == "removed"


def test_a_version_settled_earlier_comes_later(embedded: Gateway) -> None:
    """The version that was settled last counts, whenever it arrives (IV013)."""
    new = product(settled=MAY, einddatum=date(2026, 9, 1), reden_wijziging="04")
    sent(embedded, toewijzing("T2", new, day=MAY), toewijzing("T1"))
    assert allocations(embedded)[NUMMER].latest.einddatum == date(2026, 9, 1)


def test_a_refused_message_counts_for_nothing(gateway: Gateway) -> None:
    """What its retourbericht refuses is as if it had not been sent; one with 0200 alone changes nothing."""
    started, asked = start("S1"), aanvraag("V1", "R1")
    sent(gateway, toewijzing("T1"), started, asked)
    sent(gateway, weigering(asked, "W1", "/Bericht/Client"))
    assert "R1" not in requests(gateway)
    sent(gateway, weigering(started, "W2", "/Bericht/Client/StartProducten/StartProduct"))
    assert state(gateway) == "allocated"
    again = start("S2")
    sent(gateway, again, answer_to(again, "W3"))
    assert state(gateway) == "started"


def test_a_refused_allocation_is_gone(embedded: Gateway) -> None:
    """An allocation that its only JW301 told of goes with that."""
    told = toewijzing("T1", product(referentie_aanbieder="R1"))
    sent(embedded, aanvraag("V1", "R1"), told)
    assert requests(embedded)["R1"].state == "allocated"
    sent(embedded, weigering(told, "W1", "/Bericht/Client"))
    assert allocations(embedded) == {}
    assert requests(embedded)["R1"].state == "open"


def test_declarations(gateway: Gateway) -> None:
    """A JW325 grants a declaration, grants part of it, or refuses it as if it was never sent."""
    sent(gateway, toewijzing("T1"), start("S1"))
    first, second, third = declaratie("1", "RN1"), declaratie("2", "RN2"), declaratie("3", "RN3")
    sent(gateway, first, second, third)
    (dossier,) = dossiers(gateway)
    assert [dossier.grants(fact) for fact in dossier.prestaties] == [None, None, None]
    sent(gateway, toekenning(first, "A1"))
    sent(gateway, weigering(second, "A2", "/Bericht/Declaratie/Clienten/Client/Prestaties/Prestatie", "9389"))
    sent(gateway, weigering(third, "A3", "/Bericht/Declaratie/DeclaratieNummer", "9333"))
    (dossier,) = dossiers(gateway)
    granted = {fact.klasse.product_referentie.referentie_nummer: dossier.grants(fact) for fact in dossier.prestaties}
    assert granted == {"RN1": True, "RN2": False, "RN3": None}
    assert [fact.identificatie for fact in dossier.counting.prestaties] == ["1", "2"]
    assert sorted(row.outcome for row in declarations(gateway)) == ["full", "partial", "refused"]


def test_enforced_history_refuses(gateway: Gateway) -> None:
    """Where earlier messages are decisive, a contradiction refuses with its code, and counts for nothing."""
    everybody = caller_for(gateway, PROVIDER, STRICT)
    sent(gateway, toewijzing("T1", municipality=STRICT), start("S1", municipality=STRICT))
    taken = accepted(gateway, everybody, start("S2", municipality=STRICT)).message
    assert taken.status == "rejected"
    assert "TR074" in {found.code for found in taken.findings}
    (retour,) = gateway.services.queueing.waiting(PROVIDER, limit=9, types=["JW306"])
    assert (retour.origin, retour.answers) == ("gateway", taken.id)
    (dossier,) = dossiers(gateway)
    assert len(dossier.starts) == 1


def test_messages_of_one_transaction_know_each_other(embedded: Gateway) -> None:
    """In one transaction each message is judged by those before it."""
    intake, everybody = embedded.services.intake, caller_for(embedded, PROVIDER, PLAIN)
    posts = [toewijzing("T1"), start("S1"), start("S2"), start("S1")]
    candidates = [intake.prepare(Document(xml(one)), everybody) for one in posts]
    results = intake.settle([one for one in candidates if isinstance(one, Candidate)])
    found = [{each.code for each in one.message.findings} for one in results]  # type: ignore[union-attr]
    assert found == [set(), set(), {"TR074", "TR326"}, set()]
    assert results[3].message.id == results[1].message.id  # type: ignore[union-attr]
