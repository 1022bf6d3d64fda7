"""Envelopes: which message travels in which, and how a refusal is told."""

from __future__ import annotations

import csv

import pytest

from gateway.exchange.ggk import Envelop, Systeem, berichtcode_of, clipped, fault_of_envelope, fault_of_refusal
from gateway.exchange.refusal import Refused, refuse
from gateway.ijw.berichten import BERICHTEN
from tests.facts import FACTS

DUTCH = Systeem("0193", "GGk")


def envelop(berichtcode: str, functie: str) -> Envelop:
    """Give an envelope."""
    return Envelop(berichtcode, DUTCH, DUTCH, "r", "2026", functie, ("0003", "0002"), ("0001", "0000"))


@pytest.mark.parametrize("name", BERICHTEN)
def test_what_answers_travels_in_a_du01(name: str) -> None:
    """A retourbericht and a JW325 do, everything else in a Di01; the other way round is refused (IB006)."""
    answers = name in {"JW302", "JW306", "JW308", "JW316", "JW318", "JW320", "JW325"}
    assert berichtcode_of(name) == ("Du01" if answers else "Di01")
    assert fault_of_envelope(envelop(berichtcode_of(name), name)) is None
    fault = fault_of_envelope(envelop("Di01" if answers else "Du01", name))
    assert fault is not None
    assert fault.code == "IB006"


@pytest.mark.parametrize("functie", ["WMO301", "JW399", "", "jw301"])
def test_a_function_that_is_not_known(functie: str) -> None:
    """IB004, whatever envelope it comes in."""
    fault = fault_of_envelope(envelop("Di01", functie))
    assert fault is not None
    assert fault.code == "IB004"


@pytest.mark.parametrize("kind", Refused)
def test_every_refusal_has_a_code_of_the_chain(kind: Refused) -> None:
    """One that is in its list, or the one of StUF for what does not fit the schema."""
    known = {"StUF055"}
    if FACTS is not None:
        with (FACTS / "ijw-3.2" / "faultcodes.csv").open(encoding="utf-8") as file:
            known |= {row["code"] for row in csv.DictReader(file)}
    for recipient in ("0193", "65656055"):
        fault = fault_of_refusal(refuse(kind, "BRS99", "Er is iets mis.", "/Bericht"), recipient)
        assert FACTS is None or fault.code in known
        assert fault.text == "Er is iets mis."
        assert fault.findings == (("BRS99", "/Bericht", "Er is iets mis."),)


def test_an_unknown_recipient_by_its_kind() -> None:
    """A municipality has another code than a provider."""
    refusal = refuse(Refused.RECIPIENT_UNKNOWN, "BRS04", "Onbekend.")
    assert [fault_of_refusal(refusal, code).code for code in ("0193", "65656055")] == ["IB005", "IB010"]
    assert fault_of_refusal(refuse(Refused.ALREADY_ANSWERED, "IB019", "Al."), "0193").code == "IB019"


def test_a_text_is_no_longer_than_its_element() -> None:
    """And ends with a sign that there was more."""
    assert clipped("x" * 200) == "x" * 200
    assert clipped("x" * 201) == "x" * 199 + "…"
