"""The answers that the gateway makes itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.exchange.address import address_of
from gateway.exchange.refusal import Refused, refuse
from gateway.exchange.retour import positive_answer
from gateway.ijw.berichten import ANTWOORD_MET, BERICHTEN
from gateway.resources import schemas_dir
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.schemas import Schemas
from tests.berichten import HEENBERICHTEN, answer_to, heenbericht
from tests.strategies import berichten

CODEC = Codec(Schemas(schemas_dir()), lambda *_: None)
MARK, TODAY = "GW0123456789", date(2026, 11, 22)
# The header of a heenbericht, in the order of the standard; BerichtCode is the one thing that differs.
KEPT = ("BerichtVersie", "BerichtSubversie", "Afzender", "Ontvanger", "BerichtIdentificatie", "XsdVersie")

heenberichten = st.sampled_from(HEENBERICHTEN).flatmap(lambda name: st.tuples(st.just(name), berichten(name)))


def children(element: etree._Element) -> dict[str, etree._Element]:
    """Give the elements inside an element by their local names."""
    return {etree.QName(child).localname: child for child in element.iterchildren("*")}


def content(element: etree._Element) -> list[tuple[str, str]]:
    """Give what an element says: the local names of what is inside, with their texts."""
    return [(etree.QName(part).localname, (part.text or "").strip()) for part in element.iter("*")]


def answered(data: bytes) -> tuple[etree._Element, etree._Element]:
    """Give the roots of a message and of the answer that the gateway makes to it, which is valid."""
    bericht = CODEC.read(Document(data)).bericht
    assert bericht is not None
    answer = positive_answer(bericht, MARK, TODAY)
    assert answer is not None
    # Writing holds it against the schema, and raises when it does not fit.
    return etree.fromstring(data), etree.fromstring(CODEC.write(answer).content())


@given(heenberichten.filter(lambda message: message[0] != "JW323"))
def test_a_positive_retourbericht_is_the_header_mirrored(message: tuple[str, bytes]) -> None:
    """IV028: the header of the heenbericht unchanged, with the answer's own code, mark and day; no codes, no more."""
    name, data = message
    heen, retour = answered(data)
    assert list(children(retour)) == ["Header"]
    before, after = children(children(heen)["Header"]), children(children(retour)["Header"])
    assert [content(after[part]) for part in KEPT] == [content(before[part]) for part in KEPT]
    assert after["BerichtCode"].text == ANTWOORD_MET[name].CODE
    assert after["IdentificatieRetour"].text == MARK
    assert after["DagtekeningRetour"].text == TODAY.isoformat()
    assert set(after) == {*before, "IdentificatieRetour", "DagtekeningRetour", "XsdVersieRetour"}


@given(berichten("JW323"))
def test_a_declaration_is_granted_in_full(data: bytes) -> None:
    """IV087: header 0200 with the declaration's mark, 8001 below it, and both totals those of the declaration."""
    heen, antwoord = answered(data)
    before, after = children(children(heen)["Header"]), children(children(antwoord)["Header"])
    assert (after["Afzender"].text, after["Ontvanger"].text) == (before["Ontvanger"].text, before["Afzender"].text)
    assert content(after["DeclaratieIdentificatie"])[1:] == content(before["BerichtIdentificatie"])[1:]
    assert content(after["XsdVersieDeclaratie"])[1:] == content(before["XsdVersie"])[1:]
    assert content(after["BerichtIdentificatie"])[1:] == [("Identificatie", MARK), ("Dagtekening", TODAY.isoformat())]
    assert content(after["RetourCodes"])[1:] == [("RetourCode", "0200")]
    granted, declared = children(children(antwoord)["DeclaratieAntwoord"]), children(children(heen)["Declaratie"])
    assert content(granted["RetourCodes"])[1:] == [("RetourCode", "8001")]
    assert granted["DeclaratieNummer"].text == declared["DeclaratieNummer"].text
    total = content(declared["TotaalIngediendBedrag"])[1:]
    assert content(granted["TotaalIngediendBedrag"])[1:] == content(granted["TotaalToegekendBedrag"])[1:] == total
    assert "Clienten" not in granted


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_the_answer_finds_its_way_back(name: str) -> None:
    """What the gateway answers is addressed to the sender, as an answer to the very message."""
    heen = heenbericht(name, "abc")
    answer = positive_answer(heen, MARK, TODAY)
    assert answer is not None
    address = address_of(answer)
    assert address.answers == address_of(heen).key
    assert (address.sender, address.recipient) == (address_of(heen).recipient, address_of(heen).sender)
    assert (address.identificatie, address.dagtekening) == (MARK, TODAY)


@pytest.mark.parametrize("name", sorted(set(BERICHTEN) - set(HEENBERICHTEN)))
def test_an_answer_gets_no_answer(name: str) -> None:
    """Nobody answers a retourbericht or a JW325."""
    answers = {ANTWOORD_MET[heen].TYPE: heen for heen in HEENBERICHTEN}
    assert positive_answer(answer_to(heenbericht(answers[name])), MARK, TODAY) is None


def test_a_refusal_names_its_code_in_its_finding() -> None:
    """A refusal about the delivery is one finding of source gateway, with the same fault code."""
    refusal = refuse(Refused.RECIPIENT_UNKNOWN, "BRS04", "Onbekend.", "/Bericht/Header/Ontvanger")
    (finding,) = refusal.findings
    assert (finding.source, finding.code, finding.path) == ("gateway", refusal.code, "/Bericht/Header/Ontvanger")
    assert refusal.message_id is None
