"""The fourteen messages, and which answers which."""

import pytest

from gateway.ijw.bericht import Heenbericht, Kant, Retourbericht
from gateway.ijw.berichten import ANTWOORD_MET, BERICHTEN, BY_NAMESPACE
from tests.xsd import TYPES

ANSWERS = {
    "JW301": "JW302",
    "JW305": "JW306",
    "JW307": "JW308",
    "JW315": "JW316",
    "JW317": "JW318",
    "JW319": "JW320",
    "JW323": "JW325",
}


def test_all_messages_are_known() -> None:
    """There is a class for each schema, found by its type and by its namespace."""
    assert tuple(BERICHTEN) == TYPES
    assert {bericht.TYPE for bericht in BY_NAMESPACE.values()} == set(TYPES)


def test_what_answers_what() -> None:
    """A heenbericht has one answer, and each answer one heenbericht."""
    assert {heen: answer.TYPE for heen, answer in ANTWOORD_MET.items()} == ANSWERS
    assert {bericht.ANTWOORD_OP.TYPE: bericht.TYPE for bericht in BERICHTEN.values() if bericht.ANTWOORD_OP} == ANSWERS


@pytest.mark.parametrize("message_type", TYPES)
def test_kinds(message_type: str) -> None:
    """A retourbericht is what answers by a code; a JW325 has a header of its own and is none."""
    bericht = BERICHTEN[message_type]
    assert issubclass(bericht, Heenbericht) == (message_type in ANSWERS)
    assert issubclass(bericht, Retourbericht) == (message_type in ANSWERS.values() and message_type != "JW325")


@pytest.mark.parametrize("message_type", ["JW301", "JW319", "JW325"])
def test_municipalities_send(message_type: str) -> None:
    """An allocation, an answer and the judgement on a declaration come from the municipality."""
    assert BERICHTEN[message_type].AFZENDER is Kant.GEMEENTE


@pytest.mark.parametrize("message_type", ["JW305", "JW307", "JW315", "JW317", "JW323"])
def test_providers_send(message_type: str) -> None:
    """The rest comes from the provider, which is across from the municipality."""
    assert BERICHTEN[message_type].AFZENDER is Kant.AANBIEDER
    assert BERICHTEN[message_type].AFZENDER.other is Kant.GEMEENTE
