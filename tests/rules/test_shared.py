"""The TR rules that several messages share."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.declaratie import JW323
from gateway.ijw.klasse import Klasse
from gateway.ijw.typen import Geboortedatum, Product, Referentie
from gateway.ijw.verzoek import JW317
from gateway.ijw.waarden import read_getal
from gateway.rules.history import Declaratie
from tests.rules.builders import (
    AANGEVRAAGD,
    APRIL,
    BSN,
    CATEGORY,
    CONTACT,
    CREDIT,
    DAY,
    GESTART,
    GESTOPT,
    JW301_,
    JW305_,
    JW307_,
    JW315_,
    JW317_,
    JW323_,
    JW325_,
    MUNICIPALITY,
    NIEUW,
    OTHER_BSN,
    PRESTATIE,
    TE_WIJZIGEN,
    TOEGEWEZEN,
    add,
    change,
    copy,
    dated,
    get,
    places,
)
from tests.rules.histories import against, dossier, fact, history, with_dossiers
from tests.rules.test_fields import BORN

TOMORROW = date(2026, 5, 7)


@pytest.mark.parametrize(("bericht", "path"), BORN)
@pytest.mark.parametrize(
    ("dagtekening", "datum", "gebruik", "broken"),
    [
        (DAY, date(1906, 5, 6), None, False),
        (DAY, date(1906, 5, 5), None, True),
        (date(2024, 2, 29), date(1904, 2, 29), None, False),
        (date(2024, 2, 29), date(1904, 2, 28), None, True),
        (date(2020, 2, 29), date(1900, 2, 28), None, True),
        (date(2020, 2, 29), date(1900, 3, 1), None, False),
        (DAY, date(1900, 1, 1), "3", False),
        (DAY, date(1900, 1, 1), None, True),
        (DAY, date(1900, 1, 1), "2", True),
        (DAY, date(1900, 1, 2), "3", True),
    ],
)
def test_tr002_nobody_is_older_than_120(
    bericht: Bericht, path: str, dagtekening: date, datum: date, gebruik: str | None, broken: bool
) -> None:
    """A birth 120 years ago to the day is right, a day earlier only when it is unknown, in every message."""
    parent, _, name = path.rpartition(".")
    geboortedatum = Geboortedatum(datum=datum, datum_gebruik=gebruik)
    changed = dated(change(bericht, parent, **{name: geboortedatum}), dagtekening)
    assert any("/Geboortedatum/Datum" in paths[0] for paths in places(changed, "TR002")) is broken


DOUBLES: list[tuple[Bericht, str, Klasse, dict[str, Any]]] = [
    # the message, its list, what is added to it, and each change that makes it another one
    (JW301_, "client.contactgegevens", CONTACT, {"soort": "01"}),
    (JW301_, "client.relaties", JW301_.client.relaties[0], {"nummer": "2"}),
    (JW301_, "client.toegewezen_producten", TOEGEWEZEN, {"toewijzing_nummer": 300202}),
    (
        JW305_,
        "client.start_producten",
        GESTART,
        {"toewijzing_nummer": None, "product": CATEGORY, "begindatum": date(2026, 4, 4)},
    ),
    (
        JW307_,
        "client.stop_producten",
        GESTOPT,
        {
            "toewijzing_nummer": 300202,
            "product": None,
            "begindatum": date(2026, 4, 4),
            "reden_beeindiging": "20",
            "einddatum": date(2026, 4, 29),
        },
    ),
    (JW315_, "client.aangevraagde_producten", AANGEVRAAGD, {"referentie_aanbieder": "R2"}),
    (
        JW317_,
        "client.verzoek.ongewijzigde_producten",
        JW317.OngewijzigdProduct(toewijzing_nummer=300200),
        {"toewijzing_nummer": 300199},
    ),
    (JW317_, "client.verzoek.te_wijzigen_producten", TE_WIJZIGEN, {"toewijzing_nummer": 300202}),
    (
        JW317_,
        "client.verzoek.nieuwe_producten",
        NIEUW,
        {"product": Product(categorie="45", code="45A05"), "gewenste_ingangsdatum": date(2026, 6, 2)},
    ),
    (
        JW323_,
        "declaratie.clienten.0.prestaties",
        PRESTATIE,
        {"product_referentie": Referentie(referentie_nummer="RN001", vorig_referentie_nummer="OUD")},
    ),
    (JW323_, "declaratie.clienten", JW323.Client(bsn=BSN, prestaties=(CREDIT,)), {"bsn": "111222333"}),
    (
        JW325_,
        "declaratie_antwoord.clienten.0.prestaties",
        PRESTATIE,
        {"product_referentie": Referentie(referentie_nummer="RN002")},
    ),
    (JW325_, "declaratie_antwoord.clienten", JW323.Client(bsn=BSN, prestaties=(CREDIT,)), {"bsn": OTHER_BSN}),
]


@pytest.mark.parametrize(("bericht", "path", "item", "different"), DOUBLES)
def test_tr101_nothing_is_there_twice(bericht: Bericht, path: str, item: Klasse, different: dict[str, Any]) -> None:
    """What has the same key is a double, both are told; one field of the key that differs makes it another."""
    found = places(add(bericht, path, item), "TR101")
    assert [len(paths) for paths in found] == [2]
    assert all(shown.endswith("]") and type(item).__name__ in shown for shown in found[0])
    for field, value in different.items():
        assert not places(add(bericht, path, copy(item, **{field: value})), "TR101"), field


def test_tr101_knows_a_key_however_it_is_written() -> None:
    """300201 and +0300201 are one number."""
    same = replace(TOEGEWEZEN, toewijzing_nummer=read_getal("+0300201"))
    assert places(add(JW301_, "client.toegewezen_producten", same), "TR101")


def test_tr101_what_is_not_of_the_key_makes_no_difference() -> None:
    """A removal and its replacement with the same key are a double (IV008)."""
    removed = replace(GESTART, status_aanlevering="3", toewijzing_ingangsdatum=date(2026, 4, 1))
    assert places(add(JW305_, "client.start_producten", removed), "TR101")


def test_tr101_tells_every_double() -> None:
    """Three with one key are one finding with three places; two other ones are another finding."""
    other = replace(TOEGEWEZEN, toewijzing_nummer=300202)
    bericht = add(JW301_, "client.toegewezen_producten", other, TOEGEWEZEN, other, TOEGEWEZEN)
    path = "/Bericht/Client/ToegewezenProducten/ToegewezenProduct"
    assert places(bericht, "TR101") == [
        (f"{path}[1]", f"{path}[3]", f"{path}[5]"),
        (f"{path}[2]", f"{path}[4]"),
    ]


def test_tr101_a_key_holds_within_its_client() -> None:
    """A ReferentieNummer at another client is another key; at the same client, named twice, it is not."""
    clienten = JW323_.declaratie.clienten
    elsewhere = change(JW323_, "declaratie.clienten.1", prestaties=(PRESTATIE,))
    assert not places(elsewhere, "TR101")
    twice = change(JW323_, "declaratie", clienten=(clienten[0], JW323.Client(bsn=BSN, prestaties=(PRESTATIE,))))
    assert places(twice, "TR101") == [
        ("/Bericht/Declaratie/Clienten/Client[1]", "/Bericht/Declaratie/Clienten/Client[2]"),
        (
            "/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie",
            "/Bericht/Declaratie/Clienten/Client[2]/Prestaties/Prestatie",
        ),
    ]


def test_tr101_one_number_in_two_lists_is_no_double() -> None:
    """A key is that of a class: a product to change and one that stays are different classes."""
    bericht = change(JW317_, "client.verzoek.ongewijzigde_producten.0", toewijzing_nummer=300201)
    assert not places(bericht, "TR101")


@pytest.mark.parametrize(
    ("bericht", "path", "field"),
    [
        *[(bericht, path, "datum") for bericht, path in BORN],
        (JW301_, "client.toegewezen_producten.0", "toewijzingsdatum"),
        (JW305_, "client.start_producten.0", "begindatum"),
        (JW307_, "client.stop_producten.0", "einddatum"),
        (JW323_, "declaratie.declaratie_periode", "begindatum"),
        (JW323_, "declaratie.clienten.0.prestaties.0.product_periode", "begindatum"),
        (JW325_, "declaratie_antwoord.clienten.0.prestaties.0.product_periode", "begindatum"),
    ],
)
def test_tr134_has_happened(bericht: Bericht, path: str, field: str) -> None:
    """What a message tells is of its Dagtekening at the latest."""
    assert not places(change(bericht, path, **{field: DAY}), "TR134")
    late = change(bericht, path, **{field: TOMORROW})
    assert len(places(late, "TR134")) == 1
    assert get(late, f"{path}.{field}") == TOMORROW


def test_tr134_is_not_about_what_comes() -> None:
    """An Ingangsdatum, or the Begindatum of a stop, may lie after the Dagtekening."""
    assert not places(change(JW301_, "client.toegewezen_producten.0", ingangsdatum=TOMORROW), "TR134")
    assert not places(change(JW307_, "client.stop_producten.0", begindatum=TOMORROW), "TR134")


@pytest.mark.parametrize(
    ("bericht", "shown"),
    [(JW317_, "/Bericht/Client/Bsn"), (JW323_, "/Bericht/Declaratie/Clienten/Client[1]/Bsn")],
)
def test_tr304_a_client_has_an_allocation(bericht: Bericht, shown: str) -> None:
    """A client is known when anything was allocated; one of several clients may be known and another not."""
    other = {OTHER_BSN: dossier(TOEGEWEZEN)}
    assert against(bericht, with_dossiers(other), "TR304") == [(shown,)]
    assert not against(bericht, with_dossiers({**other, BSN: dossier(TOEGEWEZEN)}), "TR304")


def test_tr304_a_client_of_an_answer_was_declared() -> None:
    """A JW325 names clients of the declaration that it answers, and where that is not known says nothing of them."""
    answered = Declaratie(UUID(int=7), MUNICIPALITY, "DN001", APRIL, ("1.0.0", "1.0.0"))
    of_this, of_another = fact(PRESTATIE, bericht=7), fact(PRESTATIE, bericht=8)
    shown = [("/Bericht/DeclaratieAntwoord/Clienten/Client/Bsn",)]
    assert not against(JW325_, history(of_this, answered=answered), "TR304")
    assert against(JW325_, history(of_another, TOEGEWEZEN, answered=answered), "TR304") == shown
    assert not against(JW325_, history(), "TR304")
