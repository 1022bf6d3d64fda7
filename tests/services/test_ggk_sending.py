"""Sending by the GGk, to another side that says what a test wants."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from gateway.composition import Gateway
from gateway.exchange.attempts import Delivered, Hiccup, Outcome, RefusedForGood
from gateway.exchange.freeze import Freeze
from gateway.exchange.ggk import AnswerHead, Envelop, Fault, Systeem
from gateway.resources import schemas_dir
from gateway.services.ggk_sending import GgkChannel, outcome_of
from gateway.services.pushing import Pushing
from gateway.services.sending import Sending
from gateway.store import queues
from gateway.store.ggk_tables import ggk_received
from gateway.store.outbox_tables import outbox
from gateway.store.rows import MessageRow
from gateway.transport.ggk0210 import SoapParcel
from gateway.wire.document import Document
from gateway.wire.ggk_answer import write_fo01, write_fo03
from gateway.wire.ggk_envelope import PAYLOADS, envelope_schema
from gateway.wire.soap import read_soap
from tests.berichten import OTHER_PROVIDER, PROVIDER, answer_to, heenbericht, post_of, xml
from tests.envelopes import Said, envelop, new_reference, said, soap
from tests.gateways import PLAIN, Clock, accepted, admin_of, caller_for

URL = "https://ggk.example/ontvang"


@dataclass
class OtherSide:
    """Keeps what arrives, and answers what it is told to."""

    answers: Iterator[Outcome] = field(default_factory=lambda: iter(()))
    arrived: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def send(self, parcel: SoapParcel) -> Outcome:
        """Take what arrives."""
        body = b"".join(parcel.pieces())
        assert len(body) == parcel.size
        parcel.close()
        self.arrived.append((parcel.url, parcel.action, body))
        return next(self.answers, Delivered("Bv03"))

    def envelopes(self) -> list[tuple[Envelop, bytes]]:
        """Read the envelopes that arrived, with their contents."""
        found = []
        for _, _, body in self.arrived:
            with closing(read_soap(Document(body), PAYLOADS)) as read:
                envelope = envelope_schema(schemas_dir() / "ggk0210").read(read.content)
                assert isinstance(envelope, Envelop)
                assert read.payload is not None
                found.append((envelope, b"".join(read.payload.chunks())))
        return found

    def faults(self) -> list[Said]:
        """Read the faults that arrived."""
        return [said(body) for _, action, body in self.arrived if action.endswith("/Fo01")]


@pytest.fixture
def other_side() -> OtherSide:
    """Give another side that takes everything."""
    return OtherSide()


def sender_of(gateway: Gateway, other_side: OtherSide, clock: Clock, freeze: Freeze | None = None) -> Sending:
    """Make what sends, by itself."""
    pushing = Pushing(gateway.routes, freeze)
    channel: Any = GgkChannel(other_side, gateway.services.endpoints._keyring, pushing, "Proef", clock)  # type: ignore[arg-type]
    return Sending(gateway.database, {"ggk0210": channel}, clock, lambda: 0.0, held=pushing.held)


@pytest.fixture
def sender(gateway: Gateway, other_side: OtherSide, clock: Clock) -> Sending:
    """Give what sends; the municipality is reached by the GGk."""
    gateway.services.endpoints.add_ggk(PLAIN, URL, "Jeugdapplicatie")
    return sender_of(gateway, other_side, clock)


def again(gateway: Gateway, message: MessageRow) -> MessageRow:
    """Look a message up once more."""
    found = gateway.services.inquiry.detail(message.id, admin_of(gateway))
    assert found is not None
    return found.message


def receive(gateway: Gateway, body: bytes, party: str) -> Said:
    """Receive an envelope from a party."""
    return said(gateway.services.ggk.receive(Document(body), caller_for(gateway, party)).body)


def test_a_heenbericht_goes_in_a_di01(gateway: Gateway, sender: Sending, other_side: OtherSide) -> None:
    """The envelope says what the specification asks, and its content is the message byte for byte."""
    content = post_of("JW305")
    message = accepted(gateway, caller_for(gateway, PROVIDER), content).message
    assert (sender.round(), sender.round()) == (1, 0)
    assert again(gateway, message).status == "delivered"
    ((url, action, _),) = other_side.arrived
    assert (url, action) == (URL, "http://www.stufstandaarden.nl/koppelvlak/ggk0210/ggk_Di01")
    ((given, payload),) = other_side.envelopes()
    assert payload == content
    assert (given.berichtcode, given.functie, given.functie_versie) == ("Di01", "JW305", ("0003", "0002"))
    assert (given.zender.organisatie, given.zender.applicatie) == (PROVIDER, "Proef")
    assert (given.ontvanger.organisatie, given.ontvanger.applicatie) == (PLAIN, "Jeugdapplicatie")
    assert given.cross_refnummer is None


def test_a_retourbericht_names_the_envelope_that_it_answers(
    gateway: Gateway, sender: Sending, other_side: OtherSide
) -> None:
    """What came in an envelope is answered in a Du01 with its reference, to the application that sent it."""
    heen = heenbericht("JW301")
    given = envelop("JW301", sender=PLAIN, recipient=PROVIDER)
    assert receive(gateway, soap(given, xml(heen)), PLAIN).kind == "Bv03"
    accepted(gateway, caller_for(gateway, PROVIDER), answer_to(heen))
    assert sender.round() == 1
    ((answer, _),) = other_side.envelopes()
    assert (answer.berichtcode, answer.functie) == ("Du01", "JW302")
    assert answer.cross_refnummer == given.referentienummer
    assert answer.ontvanger == given.zender


def test_an_answer_to_what_came_otherwise(gateway: Gateway, sender: Sending, other_side: OtherSide) -> None:
    """A Du01 has a reference even when what it answers had none."""
    heen = heenbericht("JW301")
    accepted(gateway, caller_for(gateway, PLAIN), heen)
    accepted(gateway, caller_for(gateway, PROVIDER), answer_to(heen))
    assert sender.round() == 1
    assert other_side.envelopes()[0][0].cross_refnummer


def test_a_repeated_attempt_has_the_same_reference(
    gateway: Gateway, sender: Sending, other_side: OtherSide, clock: Clock
) -> None:
    """So the other side can tell that it has it already."""
    other_side.answers = iter([Hiccup("IB999: vol")])
    message = accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305")).message
    sender.round()
    assert again(gateway, message).status == "queued"
    clock.forward(minutes=1)
    sender.round()
    assert again(gateway, message).status == "delivered"
    assert len({given.referentienummer for given, _ in other_side.envelopes()}) == 1


@pytest.mark.parametrize(
    ("status", "code", "at_client", "outcome"),
    [
        (500, "IB999", False, Hiccup("IB999: Vol.")),
        (500, "IB001", True, RefusedForGood("IB001: Vol.")),
        (500, "IB002", True, Hiccup("IB002: Vol.")),
        (413, None, False, RefusedForGood("HTTP 413, zonder Bv03 of Fo03")),
        (404, None, False, Hiccup("HTTP 404, zonder Bv03 of Fo03")),
    ],
)
def test_a_refusal_apart_from_a_hiccup(status: int, code: str | None, at_client: bool, outcome: Outcome) -> None:
    """A Fo03 about the envelope is for good; one about the other side, or about who we are, may pass."""
    head = AnswerHead(Systeem(PLAIN, "GGk"), Systeem(PROVIDER, "Proef"), "1", "20260401120000", "2")
    body = write_fo03(head, Fault(code, "Vol.", at_client=at_client)) if code else b"<html>"
    assert outcome_of(status, body) == outcome


def test_giving_up_makes_a_dead_letter(gateway: Gateway, sender: Sending, other_side: OtherSide, clock: Clock) -> None:
    """After three days of trying the message has failed, with the reason in its timeline."""
    other_side.answers = iter(Hiccup("IB999: vol") for _ in range(1000))
    message = accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305")).message
    for _ in range(14):
        sender.round()
        clock.forward(hours=6)
    detail = gateway.services.inquiry.detail(message.id, admin_of(gateway))
    assert detail is not None
    assert detail.message.status == "failed"
    assert detail.timeline[-1].detail["reason"] == "IB999: vol"


def test_what_was_leased_and_taken_over_is_not_sent(gateway: Gateway, sender: Sending, other_side: OtherSide) -> None:
    """A party that polls its queue as well gets nothing twice."""
    accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305"))
    caller = caller_for(gateway, PLAIN)
    (leased,) = gateway.services.queueing.lease(PLAIN, caller, limit=1, seconds=60, types=[])
    with gateway.database.write() as connection:
        queues.acknowledge(connection, leased.lease.id, now=leased.lease.created_at)
    sender.round()
    assert other_side.arrived == []


def test_a_freeze_holds_and_then_sends_in_order(
    gateway: Gateway, sender: Sending, other_side: OtherSide, clock: Clock
) -> None:
    """Nothing goes out in it; afterwards everything does, the oldest first, and no attempt was used up."""
    freeze = Freeze(clock.now + timedelta(hours=1), clock.now + timedelta(days=5))
    gateway.services.ggk._faults._pushing._freeze = freeze
    frozen = sender_of(gateway, other_side, clock, freeze)
    caller = caller_for(gateway, PROVIDER)
    sent = [accepted(gateway, caller, post_of("JW305", "0")).message]
    for number in range(1, 5):
        clock.forward(hours=2)
        sent.append(accepted(gateway, caller, post_of("JW305", str(number))).message)
        assert frozen.round() == 0
    clock.now = freeze.end
    assert frozen.round() == 5
    assert [payload for _, payload in other_side.envelopes()] == [post_of("JW305", str(n)) for n in range(5)]
    assert {again(gateway, message).status for message in sent} == {"delivered"}


def refusal(reference: str, sender: str) -> bytes:
    """Write a Fo01 about something that was sent."""
    head = AnswerHead(Systeem(sender, "GGk"), Systeem(PROVIDER, "Proef"), new_reference(), "20260801120000", reference)
    return write_fo01(head, Fault("IB010", "Partij 999900006 is niet aangesloten."), "JW305-00030002")


def test_a_later_fault_refuses_the_message_and_tells_its_sender(
    gateway: Gateway, sender: Sending, other_side: OtherSide
) -> None:
    """The message becomes rejected with the text, without long numbers; its sender gets a retourbericht with 0001."""
    message = accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305")).message
    sender.round()
    ((given, _),) = other_side.envelopes()
    for _ in range(2):
        assert receive(gateway, refusal(given.referentienummer, PLAIN), PLAIN).kind == "Bv03"
    refused = again(gateway, message)
    assert (refused.status, refused.findings[-1].code) == ("rejected", "IB010")
    assert refused.findings[-1].message == "Partij … is niet aangesloten."
    (waiting,) = gateway.services.queueing.waiting(PROVIDER, limit=10, types=[])
    assert (waiting.type, waiting.answers) == ("JW306", message.id)


def test_nobody_refuses_what_was_sent_to_another(gateway: Gateway, sender: Sending, other_side: OtherSide) -> None:
    """A fault from somebody else, or about nothing that was sent, changes nothing and says nothing."""
    message = accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305")).message
    sender.round()
    ((given, _),) = other_side.envelopes()
    for reference in (given.referentienummer, "iets anders"):
        assert receive(gateway, refusal(reference, OTHER_PROVIDER), OTHER_PROVIDER).kind == "Bv03"
    assert again(gateway, message).status == "delivered"


def test_a_fault_is_passed_on_to_a_sender_with_a_ggk(gateway: Gateway, sender: Sending, other_side: OtherSide) -> None:
    """Who sent in an envelope hears in one: a Fo01 about its own reference."""
    gateway.services.endpoints.add_ggk(PROVIDER, "https://aanbieder.example/ggk", "Zorgpakket")
    first = envelop("JW305")
    assert receive(gateway, soap(first, post_of("JW305")), PROVIDER).kind == "Bv03"
    sender.round()
    ((given, _),) = other_side.envelopes()
    receive(gateway, refusal(given.referentienummer, PLAIN), PLAIN)
    sender.round()
    (fault,) = other_side.faults()
    assert (fault.about, fault.code, fault.to) == (first.referentienummer, "IB010", PROVIDER)
    # The retourbericht that refuses it went the same way.
    assert gateway.services.queueing.waiting(PROVIDER, limit=10, types=[]) == []


@pytest.mark.parametrize(
    ("functie", "content", "code"),
    [
        ("JW315", b"geen xml", "StUF055"),
        ("JW315", post_of("JW315").replace(b"Geslacht>1<", b"Geslacht>5<"), "StUF055"),
        ("JW305", post_of("JW315"), "StUF055"),
        ("WMO301", post_of("JW315"), "IB004"),
        ("JW315", xml(heenbericht("JW315", provider=OTHER_PROVIDER)), "IB009"),
        ("JW315", xml(heenbericht("JW315", municipality="0106")), "IB010"),
    ],
)
def test_a_refused_content_is_told_in_a_fo01(
    gateway: Gateway, sender: Sending, other_side: OtherSide, functie: str, content: bytes, code: str
) -> None:
    """The envelope gets its Bv03, and its sender a Fo01 with the code, the function and its version."""
    gateway.services.endpoints.add_ggk(PROVIDER, "https://aanbieder.example/ggk", "Zorgpakket")
    given = envelop(functie)
    assert receive(gateway, soap(given, content), PROVIDER).kind == "Bv03"
    sender.round()
    (fault,) = other_side.faults()
    assert (fault.about, fault.code, fault.details) == (given.referentienummer, code, f"{functie}-00030002")
    assert other_side.arrived[0][0] == "https://aanbieder.example/ggk"
    sender.round()
    assert len(other_side.faults()) == 1


def test_simultaneous_envelopes_count_once(gateway: Gateway) -> None:
    """The same envelope by eight threads at the same moment: eight times a Bv03, and one message."""
    given = soap(envelop("JW305"), post_of("JW305"))
    caller = caller_for(gateway, PROVIDER)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: gateway.services.ggk.receive(Document(given), caller), range(8)))
    assert {said(answer.body).kind for answer in answers} == {"Bv03"}
    assert len(gateway.services.queueing.waiting(PLAIN, limit=10, types=[])) == 1


def test_a_refused_envelope_goes_after_a_year(
    gateway: Gateway, sender: Sending, other_side: OtherSide, clock: Clock
) -> None:
    """With what was sent about it; an envelope with a message stays as long as that does."""
    gateway.services.endpoints.add_ggk(PROVIDER, "https://aanbieder.example/ggk", "Zorgpakket")
    assert receive(gateway, soap(envelop("JW305"), b"geen xml"), PROVIDER).kind == "Bv03"
    assert receive(gateway, soap(envelop("JW305"), post_of("JW305")), PROVIDER).kind == "Bv03"
    sender.round()
    assert len(other_side.faults()) == 1
    clock.forward(days=366)
    assert (gateway.services.texts.remove_old(), gateway.services.texts.remove_old()) == (1, 0)
    with gateway.database.read() as connection:
        assert len(connection.execute(select(ggk_received)).all()) == 1
        assert len(connection.execute(select(outbox).where(outbox.c.subject_id.is_not(None))).all()) == 0
