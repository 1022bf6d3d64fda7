"""The rules against what lies outside the messages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.codelijsten import Codelijsten, Gemeente, ProductCode
from gateway.ijw.typen import BedragMetDC, Product
from gateway.rules.judge import judge
from gateway.rules.rule import OwnProduct, Reference
from tests.rules.builders import (
    AANGEVRAAGD,
    BERICHTEN,
    CATEGORY,
    DAY,
    JW305_,
    JW307_,
    JW315_,
    JW319_,
    JW323_,
    JW325_,
    TOEGEWEZEN,
    add,
    change,
    places,
)
from tests.rules.builders import codes as broken_codes

# 0150 was there until the end of 2020, 1234 comes on 1 June 2026; of the others no dates are known.
LISTS = Codelijsten.of(
    [],
    [
        Gemeente("0384", "Diemen", "Noord-Holland"),
        Gemeente("0150", "Deventer", "Overijssel", valid_until=date(2020, 12, 31)),
        Gemeente("1234", "Nieuwstad", "Overijssel", valid_from=date(2026, 6, 1)),
    ],
    [ProductCode("45A04", "45", "", "Jeugdhulp"), ProductCode("46A04", "46", "", "Verblijf")],
    [],
)
REFERENCE = Reference(DAY, LISTS)
PROVIDERS = ("JW305", "JW307", "JW315", "JW317", "JW323")
FIRST = "declaratie.clienten.0.prestaties.0"


def test_right_messages_keep_to_the_lists() -> None:
    """The messages that the tests change break no rule against outside lists, but for the closed municipality."""
    assert {kind: broken_codes(bericht, REFERENCE) for kind, bericht in BERICHTEN.items() if kind != "JW319"} == {
        kind: set() for kind in BERICHTEN if kind != "JW319"
    }


def test_without_a_reference_they_are_not_judged() -> None:
    """Nothing is said of lists and days when none are given; with them it is source `reference`."""
    bericht = change(JW323_, FIRST, product_code="46A04")
    assert judge(bericht) == []
    (finding,) = judge(bericht, REFERENCE)
    assert (finding.source, finding.code, finding.retourcode) == ("reference", "TR381", "S329")


@pytest.mark.parametrize("message_type", BERICHTEN)
def test_tr135_bears_no_day_that_is_still_to_come(message_type: str) -> None:
    """A Dagtekening is of today at the latest, in every message."""
    bericht = BERICHTEN[message_type]
    yesterday = Reference(DAY - timedelta(days=1), LISTS)
    assert not places(bericht, "TR135", REFERENCE)
    assert ("/Bericht/Header/BerichtIdentificatie/Dagtekening",) in places(bericht, "TR135", yesterday)


def test_tr135_of_the_declaration_that_is_answered() -> None:
    """A JW325 repeats the Dagtekening of the declaration, which is judged too."""
    bericht = change(JW325_, "header.declaratie_identificatie", dagtekening=DAY + timedelta(days=1))
    assert places(bericht, "TR135", REFERENCE) == [("/Bericht/Header/DeclaratieIdentificatie/Dagtekening",)]


@pytest.mark.parametrize(
    ("eenheid", "volume", "tarief", "bedrag", "broken"),
    [
        ("04", 16, 1500, 24000, False),
        ("04", 16, 1500, 24001, True),
        ("14", 16, 1500, 23999, True),
        ("82", 0, 1500, 0, False),
        ("82", 0, 1500, 1, True),
        ("04", 16, 0, 0, False),
        ("83", 16, 1500, 1, False),
        ("04", 16, None, 1, False),
        # 62,10 an hour is 1,035 a minute, rounded to 1,04; 100 minutes are 103,50.
        ("01", 100, 104, 10350, False),
        ("01", 100, 104, 10400, False),
        # The tariffs per hour that give 1,04 a minute are 62,10 up to and including 62,69.
        ("01", 100, 104, 10349, True),
        ("01", 100, 104, 10448, False),
        ("01", 100, 104, 10449, True),
        ("01", 0, 104, 0, False),
        ("01", 0, 104, 1, True),
        ("01", 60, 0, 29, False),
        ("01", 60, 0, 30, True),
    ],
)
def test_tr346_volume_times_tariff(eenheid: str, volume: int, tarief: int | None, bedrag: int, broken: bool) -> None:
    """The amount is volume times tariff; in minutes it may come from a tariff per hour, each rounded by itself."""
    bericht = change(
        JW323_,
        FIRST,
        eenheid=eenheid,
        geleverd_volume=volume,
        product_tarief=tarief,
        ingediend_bedrag=BedragMetDC(bedrag=bedrag, debet_credit="D"),
    )
    assert bool(places(bericht, "TR346", REFERENCE)) is broken


@given(hourly=st.integers(0, 30_000), minutes=st.integers(0, 20_000))
def test_tr346_takes_every_contract_by_the_hour(hourly: int, minutes: int) -> None:
    """Whatever the tariff per hour: what follows from it by the rules of rounding is right."""
    bericht = change(
        JW323_,
        FIRST,
        eenheid="01",
        geleverd_volume=minutes,
        product_tarief=(hourly + 30) // 60,
        ingediend_bedrag=BedragMetDC(bedrag=(hourly * minutes + 30) // 60, debet_credit="D"),
    )
    assert not places(bericht, "TR346", REFERENCE)


@pytest.mark.parametrize("message_type", BERICHTEN)
def test_tr378_a_municipality_exists(message_type: str) -> None:
    """The municipality of the header is in the list, at the side where it stands."""
    side = "ontvanger" if message_type in PROVIDERS else "afzender"
    bericht = change(BERICHTEN[message_type], "header", **{side: "9999"})
    assert (f"/Bericht/Header/{side.capitalize()}",) in places(bericht, "TR378", REFERENCE)


def test_tr378_the_municipality_that_is_responsible() -> None:
    """The municipality of a Woonplaatsbeginsel is in the list too."""
    shown = "/Bericht/Antwoord/Woonplaatsbeginsel/Gemeente"
    assert not places(JW319_, "TR378", REFERENCE)
    assert places(change(JW319_, "antwoord.woonplaatsbeginsel", gemeente="9999"), "TR378", REFERENCE) == [(shown,)]
    assert places(change(JW319_, "antwoord.woonplaatsbeginsel", gemeente="1234"), "TR378", REFERENCE) == [(shown,)]


@pytest.mark.parametrize(
    ("code", "begin", "broken"),
    [
        ("0150", date(2020, 12, 31), False),
        ("0150", date(2021, 1, 1), True),
        ("1234", date(2026, 6, 1), False),
        ("1234", date(2026, 5, 31), True),
    ],
)
def test_tr378_on_the_day_that_counts(code: str, begin: date, broken: bool) -> None:
    """It is the first day of the allocation that counts, not the day of the message."""
    products: list[tuple[Bericht, str, str]] = [
        (BERICHTEN["JW301"], "client.toegewezen_producten.0", "ingangsdatum"),
        (JW305_, "client.start_producten.0", "toewijzing_ingangsdatum"),
        (JW307_, "client.stop_producten.0", "toewijzing_ingangsdatum"),
        (JW315_, "client.aangevraagde_producten.0", "toewijzing_ingangsdatum"),
    ]
    for bericht, path, field in products:
        side = "ontvanger" if bericht.TYPE in PROVIDERS else "afzender"
        changed = change(change(bericht, path, **{field: begin}), "header", **{side: code})
        assert bool(places(changed, "TR378", REFERENCE)) is broken, bericht.TYPE


def test_tr378_one_of_several_allocations_is_enough() -> None:
    """One header serves all allocations: a code is right that existed when one of them began."""
    old = replace(TOEGEWEZEN, ingangsdatum=date(2020, 1, 1))
    bericht = change(add(BERICHTEN["JW301"], "client.toegewezen_producten", old), "header", afzender="0150")
    assert not places(bericht, "TR378", REFERENCE)


def test_tr378_where_a_message_tells_no_day() -> None:
    """Without such a date a code may be an old one, but not one that is still to come."""
    assert not places(change(JW323_, "header", ontvanger="0150"), "TR378", REFERENCE)
    assert places(change(JW323_, "header", ontvanger="1234"), "TR378", REFERENCE)


PRODUCTS: list[tuple[str, str, str]] = [
    ("JW301", "client.toegewezen_producten.0", "/Bericht/Client/ToegewezenProducten/ToegewezenProduct"),
    ("JW305", "client.start_producten.0", "/Bericht/Client/StartProducten/StartProduct"),
    ("JW307", "client.stop_producten.0", "/Bericht/Client/StopProducten/StopProduct"),
    ("JW315", "client.aangevraagde_producten.0", "/Bericht/Client/AangevraagdeProducten/AangevraagdProduct"),
    ("JW317", "client.verzoek.nieuwe_producten.0", "/Bericht/Client/Verzoek/NieuweProducten/NieuwProduct"),
]


@pytest.mark.parametrize(("message_type", "path", "shown"), PRODUCTS)
def test_tr381_a_code_is_of_its_category(message_type: str, path: str, shown: str) -> None:
    """A code is in the list, in that category; without a code there is nothing to look up."""
    bericht = BERICHTEN[message_type]

    def found(product: Product | None) -> list[tuple[str, ...]]:
        return places(change(bericht, path, product=product), "TR381", REFERENCE)

    assert found(Product(categorie="46", code="45A04")) == [(f"{shown}/Product/Code",)]
    assert found(Product(categorie="45", code="45a04"))
    assert found(Product(categorie="45", code="45X99"))
    assert not found(Product(categorie="46", code="46A04"))
    assert not found(CATEGORY)
    assert not found(None)


def test_tr381_in_a_declaration() -> None:
    """A Prestatie has its code and category without a Product around them."""
    bericht = change(JW323_, FIRST, product_categorie="46")
    shown = "/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie/ProductCode"
    assert places(bericht, "TR381", REFERENCE) == [(shown,)]


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({}, False),
        ({"category": "45"}, True),
        ({"valid_from": date(2026, 6, 1)}, False),
        ({"valid_from": date(2026, 6, 2)}, True),
        ({"valid_until": date(2026, 6, 1)}, False),
        ({"valid_until": date(2026, 5, 31)}, True),
    ],
)
def test_tr381_a_code_of_the_municipality_itself(fields: dict[str, Any], broken: bool) -> None:
    """A municipality's own code is right in its category, when it was in use on the product's first day."""
    own = replace(OwnProduct("49383", "49"), **fields)
    asked = replace(AANGEVRAAGD, product=Product(categorie="49", code="49383"))
    bericht = change(JW315_, "client", aangevraagde_producten=(asked,))
    assert places(bericht, "TR381", REFERENCE)
    assert bool(places(bericht, "TR381", Reference(DAY, LISTS, (own,)))) is broken


def test_tr381_the_first_day_of_a_start() -> None:
    """A start is of the day that its allocation began, or else of its own first day."""
    own = OwnProduct("49383", "49", valid_from=date(2026, 4, 3))
    start = "client.start_producten.0"
    bericht = change(JW305_, start, product=Product(categorie="49", code="49383"))
    reference = Reference(DAY, LISTS, (own,))
    assert not places(bericht, "TR381", reference)
    assert places(change(bericht, start, toewijzing_ingangsdatum=date(2026, 4, 2)), "TR381", reference)
