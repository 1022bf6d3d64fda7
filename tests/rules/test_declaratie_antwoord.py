"""The TR rules of the answer to a declaration that look at the declaration."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import pytest

from gateway.ijw.typen import BedragMetDC, Referentie, XsdVersie
from gateway.rules.history import Declaratie, History
from tests.rules.builders import APRIL, BSN, JW325_, MAART, MUNICIPALITY, PRESTATIE, change
from tests.rules.histories import against, broken, dossier, fact, history, told, with_dossiers

ANSWERED: Final = Declaratie(UUID(int=7), MUNICIPALITY, "DN001", APRIL, ("1.0.0", "1.0.0"))
SHOWN: Final = "/Bericht/DeclaratieAntwoord/Clienten/Client/Prestaties/Prestatie"
PATH: Final = "declaratie_antwoord.clienten.0.prestaties.0"


def declared() -> History:
    """Make a history with the declaration that is answered."""
    return history(fact(PRESTATIE, bericht=7), answered=ANSWERED)


def test_an_answer_to_what_was_declared_is_right() -> None:
    """An answer that repeats its declaration breaks nothing; retourcodes are its own."""
    assert broken(JW325_, declared()) == set()


def test_tr337_there_is_a_declaration() -> None:
    """Without the declaration only that is told; there is no code for it."""
    (found,) = told(JW325_, with_dossiers({BSN: dossier(fact(PRESTATIE, bericht=7))}))
    assert (found.code, found.path, found.retourcode) == ("TR337", "/Bericht/Header/DeclaratieIdentificatie", None)


def test_tr366_a_prestatie_was_declared() -> None:
    """Its ProductReferentie is one of the declaration's, for that client; VorigReferentieNummer is part of it."""
    for number, earlier in (("RN009", None), ("RN001", "RN000")):
        referentie = Referentie(referentie_nummer=number, vorig_referentie_nummer=earlier)
        bericht = change(JW325_, PATH, product_referentie=referentie)
        assert against(bericht, declared(), "TR366") == [(f"{SHOWN}/ProductReferentie",)]
        assert broken(bericht, declared()) == {"TR366"}
    assert not against(JW325_, history(fact(PRESTATIE, bericht=8), answered=ANSWERED), "TR366")


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"toewijzing_nummer": 300202}, "ToewijzingNummer"),
        ({"product_categorie": "46"}, "ProductCategorie"),
        ({"product_code": "45A05"}, "ProductCode"),
        ({"product_periode": MAART}, "ProductPeriode"),
        ({"geleverd_volume": 15}, "GeleverdVolume"),
        ({"eenheid": "01"}, "Eenheid"),
        ({"product_tarief": 1501}, "ProductTarief"),
        ({"ingediend_bedrag": BedragMetDC(bedrag=23999, debet_credit="D")}, "IngediendBedrag"),
        ({"ingediend_bedrag": BedragMetDC(bedrag=24000, debet_credit="C")}, "IngediendBedrag"),
    ],
)
def test_tr367_a_prestatie_is_as_it_was_declared(fields: dict[str, Any], shown: str) -> None:
    """Each value is that of the declaration; the place of the other one is told."""
    bericht = change(JW325_, PATH, **fields)
    assert against(bericht, declared(), "TR367") == [(f"{SHOWN}/{shown}",)]
    assert not against(change(JW325_, PATH, retour_codes=("9321",)), declared(), "TR367")


@pytest.mark.parametrize("versie", [("1.1.0", "1.0.0"), ("1.0.0", "1.1.0")])
def test_tr371_the_versions_are_those_of_the_declaration(versie: tuple[str, str]) -> None:
    """Both parts of XsdVersieDeclaratie repeat the declaration's own."""
    bericht = change(
        JW325_,
        "header",
        xsd_versie_declaratie=XsdVersie(basisschema_xsd_versie=versie[0], bericht_xsd_versie=versie[1]),
    )
    assert against(bericht, declared(), "TR371") == [("/Bericht/Header/XsdVersieDeclaratie",)]
    same = history(fact(PRESTATIE, bericht=7), answered=ANSWERED._replace(xsd_versie=versie))
    assert not against(bericht, same, "TR371")


def test_tr376_the_number_is_that_of_the_declaration() -> None:
    """DeclaratieNummer repeats the one of what is answered."""
    bericht = change(JW325_, "declaratie_antwoord", declaratie_nummer="DN002")
    assert against(bericht, declared(), "TR376") == [("/Bericht/DeclaratieAntwoord/DeclaratieNummer",)]
    assert not against(bericht, history(), "TR376")
