"""The TR rules of requests and their answer."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from gateway.ijw.typen import Product
from gateway.ijw.verzoek import JW315, JW317, JW319
from tests.rules.builders import (
    AANGEVRAAGD,
    CATEGORY,
    DAY,
    JW315_,
    JW317_,
    JW319_,
    NIEUW,
    OTHER_PRODUCT,
    PRODUCT,
    add,
    change,
    places,
)

VERZOEK = "client.verzoek"
LAST, NEXT = date(2026, 6, 30), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("empty", "broken"),
    [
        (["ongewijzigde_producten", "te_wijzigen_producten"], True),
        (["ongewijzigde_producten"], False),
        (["te_wijzigen_producten"], False),
    ],
)
def test_tr352_a_change_is_about_an_allocation(empty: list[str], broken: bool) -> None:
    """At least one product stays as it is or has to change."""
    bericht = change(JW317_, VERZOEK, **dict.fromkeys(empty, ()))
    assert places(bericht, "TR352") == ([("/Bericht/Client/Verzoek",)] if broken else [])


@pytest.mark.parametrize(
    ("empty", "broken"),
    [
        (["nieuwe_producten", "te_wijzigen_producten"], True),
        (["nieuwe_producten"], False),
        (["te_wijzigen_producten"], False),
    ],
)
def test_tr353_a_change_asks_for_something(empty: list[str], broken: bool) -> None:
    """At least one product is new or has to change."""
    bericht = change(JW317_, VERZOEK, **dict.fromkeys(empty, ()))
    assert places(bericht, "TR353") == ([("/Bericht/Client/Verzoek",)] if broken else [])


def test_tr352_and_tr353_an_empty_request_breaks_both() -> None:
    """A request without any product is about nothing, and asks nothing."""
    lists = ("ongewijzigde_producten", "te_wijzigen_producten", "nieuwe_producten")
    bericht = change(JW317_, VERZOEK, **dict.fromkeys(lists, ()))
    assert places(bericht, "TR352")
    assert places(bericht, "TR353")


GEMEENTE = JW319.Woonplaatsbeginsel(gemeente="0150")


@pytest.mark.parametrize(
    ("reden", "gemeente", "broken"),
    [("8", None, True), ("8", GEMEENTE, False), ("5", None, False), (None, None, False)],
)
def test_tr377_another_municipality_is_named(
    reden: str | None, gemeente: JW319.Woonplaatsbeginsel | None, broken: bool
) -> None:
    """Reason 8 asks for the municipality that is responsible."""
    bericht = change(JW319_, "antwoord", reden_afwijzing_verzoek=reden, woonplaatsbeginsel=gemeente)
    assert places(bericht, "TR377") == ([("/Bericht/Antwoord",)] if broken else [])


@pytest.mark.parametrize(
    ("reden", "gemeente", "broken"),
    [("5", GEMEENTE, True), (None, GEMEENTE, True), ("8", GEMEENTE, False), ("5", None, False), (None, None, False)],
)
def test_tr409_for_no_other_reason(reden: str | None, gemeente: JW319.Woonplaatsbeginsel | None, broken: bool) -> None:
    """Another reason than 8, or no reason, names no municipality."""
    bericht = change(JW319_, "antwoord", reden_afwijzing_verzoek=reden, woonplaatsbeginsel=gemeente)
    assert places(bericht, "TR409") == ([("/Bericht/Antwoord/Woonplaatsbeginsel",)] if broken else [])


def test_tr380_what_is_new_lies_ahead() -> None:
    """A new product begins after the Dagtekening, not on it; one to change may begin earlier."""
    path = f"{VERZOEK}.nieuwe_producten.0"
    shown = "/Bericht/Client/Verzoek/NieuweProducten/NieuwProduct/GewensteIngangsdatum"
    assert places(change(JW317_, path, gewenste_ingangsdatum=DAY), "TR380") == [(shown,)]
    assert not places(change(JW317_, path, gewenste_ingangsdatum=date(2026, 5, 7)), "TR380")
    assert not places(change(JW317_, f"{VERZOEK}.te_wijzigen_producten.0", gewenste_ingangsdatum=DAY), "TR380")


def test_tr383_each_product_has_its_own_reference() -> None:
    """All products with the same ReferentieAanbieder are told, in one finding."""
    producten = tuple(
        replace(AANGEVRAAGD, referentie_aanbieder=reference, product=Product(categorie=category))
        for reference, category in [("R1", "45"), ("R2", "46"), ("R1", "47"), ("R1", "48")]
    )
    path = "/Bericht/Client/AangevraagdeProducten/AangevraagdProduct"
    bericht = change(JW315_, "client", aangevraagde_producten=producten)
    assert places(bericht, "TR383") == [tuple(f"{path}[{number}]/ReferentieAanbieder" for number in (1, 3, 4))]
    assert not places(change(JW315_, "client", aangevraagde_producten=producten[:2]), "TR383")


def test_tr383_knows_upper_from_lower_case() -> None:
    """A reference is what stands there: r1 is not R1."""
    other = replace(AANGEVRAAGD, referentie_aanbieder="r1")
    assert not places(add(JW315_, "client.aangevraagde_producten", other), "TR383")


OVERLAPS = [
    (PRODUCT, PRODUCT, LAST, True),
    (PRODUCT, PRODUCT, NEXT, False),
    (PRODUCT, OTHER_PRODUCT, LAST, False),
    (PRODUCT, CATEGORY, LAST, True),
    (PRODUCT, CATEGORY, NEXT, False),
    (OTHER_PRODUCT, CATEGORY, LAST, False),
    (OTHER_PRODUCT, None, LAST, True),
    (None, None, LAST, True),
    (None, None, NEXT, False),
]


def aanvraag(product: Product | None, begin: date, end: date | None, reference: str) -> JW315.AangevraagdProduct:
    """Ask for a product in a period."""
    return replace(
        AANGEVRAAGD,
        referentie_aanbieder=reference,
        product=product,
        toewijzing_ingangsdatum=begin,
        toewijzing_einddatum=end,
    )


@pytest.mark.parametrize(("one", "other", "begin", "broken"), OVERLAPS)
def test_tr386_requests_for_one_product_do_not_overlap(
    one: Product | None, other: Product | None, begin: date, broken: bool
) -> None:
    """As for allocations: by code, by category without a code, and against everything without a product."""
    producten = (aanvraag(one, date(2026, 6, 1), LAST, "R1"), aanvraag(other, begin, None, "R2"))
    for order in (producten, producten[::-1]):
        found = places(change(JW315_, "client", aangevraagde_producten=order), "TR386")
        path = "/Bericht/Client/AangevraagdeProducten/AangevraagdProduct"
        assert found == ([(f"{path}[1]", f"{path}[2]")] if broken else [])


@pytest.mark.parametrize(("one", "other", "begin", "broken"), OVERLAPS)
def test_tr410_new_products_do_not_overlap(
    one: Product | None, other: Product | None, begin: date, broken: bool
) -> None:
    """As for allocations, among the new products alone: what changes has no product in the message."""
    producten: tuple[JW317.NieuwProduct, ...] = (
        replace(NIEUW, product=one, gewenste_ingangsdatum=date(2026, 6, 1), einddatum=LAST),
        replace(NIEUW, product=other, gewenste_ingangsdatum=begin, einddatum=None),
    )
    found = places(change(JW317_, VERZOEK, nieuwe_producten=producten), "TR410")
    path = "/Bericht/Client/Verzoek/NieuweProducten/NieuwProduct"
    assert found == ([(f"{path}[1]", f"{path}[2]")] if broken else [])
