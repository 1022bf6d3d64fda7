"""Answers: those that the parties send, those that the gateway makes, and what they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import pytest

from gateway.composition import Gateway
from gateway.exchange.refusal import Refused
from gateway.ijw.berichten import ANTWOORD_MET
from gateway.services.caller import Caller
from gateway.services.clock import dutch_day
from gateway.services.drafting import Candidate
from gateway.services.settling import Accepted
from gateway.store.rows import MessageRow
from gateway.wire.document import Document
from tests.berichten import HEENBERICHTEN, OTHER_PROVIDER, PROVIDER, answer_to, heenbericht, xml
from tests.gateways import (
    ANSWERING,
    PLAIN,
    RETURNING,
    UNROUTED,
    Clock,
    accepted,
    admin_of,
    caller_for,
    content_of,
    post,
    refused,
)

EVERYBODY = (PROVIDER, OTHER_PROVIDER, PLAIN, ANSWERING, RETURNING, UNROUTED)


@pytest.fixture
def everybody(gateway: Gateway) -> Caller:
    """Give somebody who may act for all."""
    return caller_for(gateway, *EVERYBODY)


def related(gateway: Gateway, message_id: UUID) -> list[tuple[UUID, str]]:
    """Give what belongs to a message, and how."""
    found = gateway.services.inquiry.detail(message_id, admin_of(gateway))
    assert found is not None
    return [(row.id, kind) for row, kind in found.related]


def waiting(gateway: Gateway, parties: Iterable[str] = EVERYBODY) -> dict[str, list[MessageRow]]:
    """Give what waits for each party that has something waiting."""
    queues = {code: gateway.services.queueing.waiting(code, limit=100, types=[]) for code in parties}
    return {code: found for code, found in queues.items() if found}


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_an_answer_is_linked_to_what_it_answers(gateway: Gateway, everybody: Caller, name: str) -> None:
    """Whoever looks at either sees the other, and the answered one says so in its timeline."""
    heen = accepted(gateway, everybody, heenbericht(name)).message
    answer = accepted(gateway, everybody, answer_to(heenbericht(name))).message
    assert (answer.type, answer.sender, answer.recipient) == (ANTWOORD_MET[name].TYPE, heen.recipient, heen.sender)
    assert (answer.identificatie, answer.status) == ("A1", "queued")
    assert related(gateway, heen.id) == [(answer.id, "retourbericht")]
    assert related(gateway, answer.id) == [(heen.id, "heenbericht")]
    found = gateway.services.inquiry.detail(heen.id, everybody)
    assert found is not None
    assert [event.kind for event in found.timeline] == ["accepted", "queued", "answered"]
    assert found.timeline[-1].detail == {"by": str(answer.id), "type": answer.type}
    assert waiting(gateway) == {heen.recipient: [heen], heen.sender: [answer]}


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_an_answer_to_nothing_is_refused(gateway: Gateway, everybody: Caller, name: str) -> None:
    """What answers a message that is not known here is refused."""
    accepted(gateway, everybody, heenbericht("JW305" if name != "JW305" else "JW307"))
    refusal = refused(gateway, everybody, answer_to(heenbericht(name)))
    assert refusal.kind is Refused.ANSWERED_UNKNOWN


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_there_is_one_answer(gateway: Gateway, everybody: Caller, name: str) -> None:
    """A second answer is refused (IV028); the same one again gives its first receipt."""
    accepted(gateway, everybody, heenbericht(name))
    first = accepted(gateway, everybody, answer_to(heenbericht(name), "A1"))
    again = accepted(gateway, everybody, answer_to(heenbericht(name), "A1"))
    assert (again.new, again.message) == (False, first.message)
    refusal = refused(gateway, everybody, answer_to(heenbericht(name), "A2"))
    assert refusal.kind is Refused.ALREADY_ANSWERED
    assert len(related(gateway, _answered(first))) == 1


def _answered(answer: Accepted) -> UUID:
    assert answer.message.answers is not None
    return answer.message.answers


def test_only_the_recipient_answers(gateway: Gateway, everybody: Caller) -> None:
    """Somebody else cannot answer in the recipient's place; that the message exists is not told."""
    accepted(gateway, everybody, heenbericht("JW305", municipality=PLAIN))
    forged = answer_to(heenbericht("JW305", municipality=UNROUTED))
    assert refused(gateway, caller_for(gateway, UNROUTED), forged).kind is Refused.ANSWERED_UNKNOWN
    declared = answer_to(heenbericht("JW323", municipality=UNROUTED))
    accepted(gateway, everybody, heenbericht("JW323", municipality=PLAIN))
    assert refused(gateway, caller_for(gateway, UNROUTED), declared).kind is Refused.ANSWERED_UNKNOWN


def test_an_answer_is_sent_by_the_side_that_stands_as_ontvanger(gateway: Gateway) -> None:
    """A retourbericht keeps the header of its heenbericht: who may send it stands in Ontvanger."""
    provider = caller_for(gateway, PROVIDER)
    accepted(gateway, provider, heenbericht("JW305"))
    refusal = refused(gateway, provider, answer_to(heenbericht("JW305")))
    assert (refusal.kind, refusal.findings[0].path) == (Refused.SENDER_NOT_ALLOWED, "/Bericht/Header/Ontvanger")
    declared = refused(gateway, provider, answer_to(heenbericht("JW323")))
    assert (declared.kind, declared.findings[0].path) == (Refused.SENDER_NOT_ALLOWED, "/Bericht/Header/Afzender")


def test_an_answer_and_a_heenbericht_share_no_identificatie(gateway: Gateway, everybody: Caller) -> None:
    """IdentificatieRetour is the answer's own: two answers with one are a double, whatever they answer."""
    for number in "12":
        accepted(gateway, everybody, heenbericht("JW305", number))
    accepted(gateway, everybody, answer_to(heenbericht("JW305", "1"), "A1"))
    refusal = refused(gateway, everybody, answer_to(heenbericht("JW305", "2"), "A1"))
    assert (refusal.kind, refusal.findings[0].retourcode) == (Refused.IDENTIFICATIE_USED, "9056")


def test_two_answers_in_one_batch(gateway: Gateway, everybody: Caller) -> None:
    """Of two answers that come at the very same moment one is kept."""
    accepted(gateway, everybody, heenbericht("JW305"))
    answers = [answer_to(heenbericht("JW305"), mark) for mark in ("A1", "A2")]
    candidates = [gateway.services.intake.prepare(Document(xml(answer)), everybody) for answer in answers]
    results = gateway.services.intake.settle([one for one in candidates if isinstance(one, Candidate)])
    assert sorted(type(result).__name__ for result in results) == ["Accepted", "Refusal"]


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_the_gateway_answers_where_that_was_agreed(
    gateway: Gateway, everybody: Caller, clock: Clock, name: str
) -> None:
    """With `retour = "gateway"` the sender finds the positive answer in its queue as soon as the message is taken."""
    heen = accepted(gateway, everybody, heenbericht(name, municipality=ANSWERING)).message
    queues = waiting(gateway)
    assert queues[heen.recipient] == [heen]
    (answer,) = queues[heen.sender]
    assert (answer.type, answer.sender, answer.origin) == (ANTWOORD_MET[name].TYPE, heen.recipient, "gateway")
    assert answer.identificatie.startswith("GW")
    assert len(answer.identificatie) == 12
    assert answer.dagtekening == dutch_day(clock.now)
    assert related(gateway, heen.id) == [(answer.id, "retourbericht")]
    reading = gateway.codec.read(Document(content_of(gateway, answer.id)))
    assert (reading.type, reading.findings) == (answer.type, ())


def test_the_gateway_answers_a_message_once(gateway: Gateway, everybody: Caller) -> None:
    """The same post again makes no second answer, and the recipient's own answer comes too late."""
    heen = heenbericht("JW305", municipality=ANSWERING)
    accepted(gateway, everybody, heen)
    assert not accepted(gateway, everybody, heen).new
    assert len(waiting(gateway)[PROVIDER]) == 1
    assert refused(gateway, everybody, answer_to(heen)).kind is Refused.ALREADY_ANSWERED


@pytest.mark.parametrize(
    ("name", "municipality"),
    [*((name, PLAIN) for name in HEENBERICHTEN), ("JW305", UNROUTED), ("JW323", RETURNING)],
)
def test_elsewhere_the_recipient_answers(gateway: Gateway, everybody: Caller, name: str, municipality: str) -> None:
    """Without that agreement the gateway answers nothing; a JW325 asks for an agreement of its own."""
    heen = accepted(gateway, everybody, heenbericht(name, municipality=municipality)).message
    assert waiting(gateway) == {heen.recipient: [heen]}


def test_an_answer_gets_no_answer(gateway: Gateway, everybody: Caller) -> None:
    """A JW325 that a municipality with gateway answers sends by itself is only passed on."""
    declared = heenbericht("JW323", municipality=RETURNING)
    accepted(gateway, everybody, declared)
    accepted(gateway, everybody, answer_to(declared))
    assert {code: len(found) for code, found in waiting(gateway).items()} == {RETURNING: 1, PROVIDER: 1}


@pytest.mark.parametrize("asked", ["JW315", "JW317"])
@pytest.mark.parametrize("answer", ["JW301", "JW319"])
def test_a_decision_is_linked_to_its_request(gateway: Gateway, everybody: Caller, asked: str, answer: str) -> None:
    """A JW319, or a JW301 with a ReferentieAanbieder, is shown with the request that it answers."""
    request = accepted(gateway, everybody, heenbericht(asked, reference="R7")).message
    accepted(gateway, everybody, heenbericht(asked, "2", reference="R8"))
    accepted(gateway, everybody, heenbericht(asked, "3", reference="R7", municipality=UNROUTED))
    decision = accepted(gateway, everybody, heenbericht(answer, reference="R7")).message
    assert related(gateway, decision.id) == [(request.id, "request")]
    assert related(gateway, request.id) == [(decision.id, "answer")]


def test_a_request_may_be_answered_more_than_once(gateway: Gateway, everybody: Caller) -> None:
    """A JW319 that takes time to look into it is followed by the decision itself."""
    request = accepted(gateway, everybody, heenbericht("JW315", reference="R7")).message
    answers = [
        accepted(gateway, everybody, heenbericht(name, number, reference="R7")).message.id
        for number, name in (("1", "JW319"), ("2", "JW319"), ("3", "JW301"))
    ]
    assert related(gateway, request.id) == [(answer, "answer") for answer in answers]


def test_a_decision_without_a_request_is_taken(gateway: Gateway, everybody: Caller) -> None:
    """A municipality may allocate what nobody asked for here."""
    for name in ("JW301", "JW319"):
        decision = accepted(gateway, everybody, heenbericht(name, reference="R9")).message
        assert related(gateway, decision.id) == []
    assert isinstance(post(gateway, everybody, heenbericht("JW301", "2")), Accepted)
