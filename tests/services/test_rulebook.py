"""What every code in a finding means."""

from __future__ import annotations

import pytest

from gateway.exchange.agreement import Agreement
from gateway.exchange.agreement_checks import MedicalReferral, Pause
from gateway.exchange.route import Route, RouteTable
from gateway.services.rulebook import Rulebook
from gateway.wire.reference import read_codelijsten
from gateway.wire.standard import read_standard

_ADVICE = Agreement("REGIO-ARTS", "Hoogstens zoveel.", "Stuk 1", MedicalReferral(8_000))
_REFUSING = Agreement("REGIO-PAUZE", "Binnen acht weken.", "Stuk 2", Pause(8), "0233")
_ROUTES = RouteTable.of(
    [
        Route("0384", "Diemen", "Regio", agreements=(_ADVICE, _REFUSING)),
        Route("0363", "Amsterdam", "Regio", agreements=(_ADVICE,)),
    ]
)


def rulebook(base: str = "") -> Rulebook:
    """Make a rulebook."""
    return Rulebook(read_standard(), read_codelijsten(), _ROUTES, base)


def test_an_agreement_is_explained() -> None:
    """It says whose it is, what it asks of which messages, what comes of it, and where it stands."""
    found = rulebook().find("regio-arts")
    assert found is not None
    assert found.sentence == "Hoogstens zoveel."
    assert dict(found.facts) == {
        "Soort": "Afspraak van de regio Regio",
        "Gemeenten": "Diemen, Amsterdam",
        "Berichten": "JW315",
        "Gevolg": "advies; weigert niets",
        "Bron": "Stuk 1",
    }
    refusing = rulebook().find("REGIO-PAUZE")
    assert refusing is not None
    assert dict(refusing.facts)["Gevolg"] == "weigert het bericht met 0233"
    assert rulebook().find("REGIO-NIETS") is None


@pytest.mark.parametrize("code", ["TR018", "op002X1", "XSD", "BRS14", "xsd"])
def test_a_code_is_found_in_any_case(code: str) -> None:
    """Capitals do not matter, and every kind of code is there."""
    found = rulebook().find(code)
    assert found is not None
    assert found.code.upper() == code.upper()


def test_the_address_of_the_pages() -> None:
    """The address that is set comes before the one that somebody happened to use."""
    assert rulebook().address("http://127.0.0.1:8080") == "http://127.0.0.1:8080/rules"
    assert rulebook("https://gateway.example/").address("http://127.0.0.1:8080") == "https://gateway.example/rules"
