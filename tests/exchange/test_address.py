"""From whom a message comes, for whom it is, and what it answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.exchange.address import (
    MessageKey,
    RequestKey,
    address_of,
    requests_answered_by,
    requests_in,
    subjects_of,
)
from gateway.exchange.party import PartyKind, kind_of
from gateway.ijw.bericht import Kant
from gateway.ijw.berichten import ANTWOORD_MET, BERICHTEN
from gateway.resources import schemas_dir
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.schemas import Schemas
from tests.berichten import BSN, HEENBERICHTEN, MUNICIPALITY, PROVIDER, answer_to, heenbericht
from tests.strategies import berichten

RETOURBERICHTEN = [name for name in BERICHTEN if name not in HEENBERICHTEN and name != "JW325"]
CODEC = Codec(Schemas(schemas_dir()), lambda *_: None)

messages_of_any_type = st.sampled_from(list(BERICHTEN)).flatmap(lambda name: st.tuples(st.just(name), berichten(name)))


def texts(root: etree._Element, *path: str) -> list[str]:
    """Give the texts of the elements at a path of local names, anywhere in a message."""
    return [element.text or "" for element in root.iterfind(".//" + "/".join(f"{{*}}{name}" for name in path))]


def unique(values: list[str]) -> tuple[str, ...]:
    """Leave out what is empty or was there before."""
    return tuple(dict.fromkeys(value for value in values if value))


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_a_heenbericht_goes_from_its_afzender_to_its_ontvanger(name: str) -> None:
    """A message that starts something is addressed as its header says, and answers nothing."""
    address = address_of(heenbericht(name, "abc"))
    sides = (MUNICIPALITY, PROVIDER) if name in {"JW301", "JW319"} else (PROVIDER, MUNICIPALITY)
    assert (address.sender, address.recipient) == sides
    assert (address.type, address.identificatie, address.dagtekening.isoformat()) == (name, "abc", "2026-08-01")
    assert address.key == MessageKey(sides[0], name, "abc")
    assert address.answers is None


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_an_answer_goes_the_other_way_and_names_what_it_answers(name: str) -> None:
    """A retourbericht keeps the header of its heenbericht, but comes from the other side (contract, chapter 1)."""
    heen = address_of(heenbericht(name, "abc"))
    address = address_of(answer_to(heenbericht(name, "abc"), "own"))
    assert address.type == ANTWOORD_MET[name].TYPE
    assert (address.sender, address.recipient) == (heen.recipient, heen.sender)
    assert address.identificatie == "own"
    assert address.answers == heen.key


@given(messages_of_any_type)
def test_every_message_can_be_addressed(message: tuple[str, bytes]) -> None:
    """Whatever a valid message looks like, its outside is what stands in its header, in the right direction."""
    name, data = message
    bericht = CODEC.read(Document(data)).bericht
    assert bericht is not None
    root = etree.fromstring(data)
    address = address_of(bericht)
    (afzender,), (ontvanger,) = texts(root, "Header", "Afzender"), texts(root, "Header", "Ontvanger")
    retour = name in RETOURBERICHTEN
    assert (address.sender, address.recipient) == ((ontvanger, afzender) if retour else (afzender, ontvanger))
    own = texts(root, "IdentificatieRetour" if retour else "BerichtIdentificatie/{*}Identificatie")
    assert [address.identificatie] == own
    assert {kind_of(address.sender), kind_of(address.recipient)} == set(PartyKind)
    if retour:
        assert address.answers == (afzender, BERICHTEN[name].ANTWOORD_OP.TYPE, *texts(root, "Identificatie"))  # type: ignore[union-attr]
    elif name == "JW325":
        assert address.answers == (ontvanger, "JW323", *texts(root, "DeclaratieIdentificatie", "Identificatie"))
    else:
        assert address.answers is None


@given(messages_of_any_type)
def test_every_message_tells_its_requests_and_subjects(message: tuple[str, bytes]) -> None:
    """What a message asks, answers, and whom it is about, is what its elements say."""
    name, data = message
    bericht = CODEC.read(Document(data)).bericht
    assert bericht is not None
    root = etree.fromstring(data)
    references = unique(texts(root, "ReferentieAanbieder"))
    header = bericht.header
    sides = (header.afzender, header.ontvanger)
    asked = tuple(RequestKey(*sides, one) for one in references) if name in {"JW315", "JW317"} else ()
    assert requests_in(bericht) == asked
    answered = tuple(RequestKey(sides[1], sides[0], one) for one in references) if name in {"JW301", "JW319"} else ()
    assert requests_answered_by(bericht) == answered
    assert subjects_of(bericht) == unique(texts(root, "Bsn"))


# A type, its reference, the references that it asks by, and those that it answers.
REQUESTS = [
    ("JW301", "R7", [], ["R7"]),
    ("JW301", None, [], []),
    ("JW315", "R7", ["R7"], []),
    ("JW317", "R7", ["R7"], []),
    ("JW319", "R7", [], ["R7"]),
    ("JW305", None, [], []),
]


@pytest.mark.parametrize(("name", "reference", "asks", "answers"), REQUESTS)
def test_a_request_is_known_by_who_asks_whom(
    name: str, reference: str | None, asks: list[str], answers: list[str]
) -> None:
    """A question and its answer have the same key, though they go in opposite directions."""
    bericht = heenbericht(name, reference=reference)
    assert [key.reference for key in requests_in(bericht)] == asks
    assert [key.reference for key in requests_answered_by(bericht)] == answers
    for key in (*requests_in(bericht), *requests_answered_by(bericht)):
        assert (key.provider, key.municipality) == (PROVIDER, MUNICIPALITY)


@pytest.mark.parametrize("name", HEENBERICHTEN)
def test_a_message_is_about_its_client(name: str) -> None:
    """A JW319 names nobody; every other message that starts something names its client."""
    assert subjects_of(heenbericht(name)) == (() if name == "JW319" else (BSN,))


def test_a_header_without_a_client_is_about_nobody() -> None:
    """A positive retourbericht is a header alone, and so may a JW325 be."""
    assert all(subjects_of(answer_to(heenbericht(name))) == () for name in HEENBERICHTEN)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("65656055", PartyKind.PROVIDER),
        ("0384", PartyKind.MUNICIPALITY),
        ("384", None),
        ("03840", None),
        ("0384\n", None),
        ("656560551", None),
        ("٠٣٨٤", None),
        ("", None),
    ],
)
def test_a_code_tells_the_kind_of_party(code: str, kind: PartyKind | None) -> None:
    """Eight digits are a provider, four a municipality, anything else is nobody."""
    assert kind_of(code) is kind


def test_the_sides_of_the_standard_are_the_kinds_of_party() -> None:
    """Who stands in a header as Afzender is of the kind that the type says."""
    for name in HEENBERICHTEN:
        kind = PartyKind.MUNICIPALITY if BERICHTEN[name].AFZENDER is Kant.GEMEENTE else PartyKind.PROVIDER
        assert kind_of(address_of(heenbericht(name)).sender) is kind
