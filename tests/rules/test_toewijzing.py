"""The TR rules of the toewijzing."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Adres, Huis, Product, Referentie, Telefoonnummers
from gateway.rules.history import Nummer
from tests.rules.builders import (
    AANGEVRAAGD,
    ADRES,
    CATEGORY,
    CONTACT,
    CREDIT,
    JW301_,
    JW317_,
    OTHER_PRODUCT,
    PRESTATIE,
    PRODUCT,
    PROVIDER,
    TELEFOON,
    TOEGEWEZEN,
    change,
    copy,
    places,
)
from tests.rules.histories import against, dossier, fact, history, with_dossiers

SAME_CATEGORY = Product(categorie="45", code="45A05")
FIRST, LAST = date(2026, 4, 1), date(2026, 4, 30)
NEXT = date(2026, 5, 1)


@pytest.mark.parametrize("path", ["client.contactgegevens.0", "client.relaties.0.contact"])
@pytest.mark.parametrize(
    ("adres", "telefoon", "broken"),
    [
        (ADRES, None, False),
        (None, TELEFOON, False),
        (ADRES, TELEFOON, False),
        (None, None, True),
        (replace(ADRES, huis=None), None, True),
        (replace(ADRES, postcode=None), None, True),
        (Adres(huis=Huis(huisnummer=9)), TELEFOON, False),
        (Adres(), None, True),
    ],
)
def test_tr006_a_contact_can_be_reached(
    path: str, adres: Adres | None, telefoon: Telefoonnummers | None, broken: bool
) -> None:
    """A contact has a telephone number, or a house with a postcode; an e-mail address is not enough."""
    bericht = change(JW301_, path, adres=adres, telefoon=telefoon, emailadres="a@example.nl")
    assert bool(places(bericht, "TR006")) is broken


def test_tr006_tells_which_contact() -> None:
    """The finding is at the contact itself, numbered when there are several."""
    wrong = JW301.Contact(soort="02", emailadres="a@example.nl")
    bericht = change(JW301_, "client", contactgegevens=(CONTACT, wrong))
    assert places(bericht, "TR006") == [("/Bericht/Client/Contactgegevens/Contact[2]",)]


@pytest.mark.parametrize(("soort", "broken"), [("01", False), ("02", False), ("03", False), ("04", True)])
def test_tr061_a_client_has_an_address(soort: str, broken: bool) -> None:
    """At least one address is not a temporary one; that of a relation does not count."""
    bericht = change(JW301_, "client", contactgegevens=(replace(CONTACT, soort=soort),))
    assert places(bericht, "TR061") == ([("/Bericht/Client",)] if broken else [])


def test_tr061_one_address_is_enough() -> None:
    """A temporary address and a telephone number are right beside one address that lasts."""
    phone = replace(CONTACT, soort="01", adres=None, telefoon=TELEFOON)
    temporary = replace(CONTACT, soort="04")
    assert places(change(JW301_, "client", contactgegevens=(temporary, phone)), "TR061")
    assert not places(change(JW301_, "client", contactgegevens=(temporary, phone, CONTACT)), "TR061")


def toegewezen(*products: tuple[Product | None, date, date | None] | JW301.ToegewezenProduct) -> list[list[int]]:
    """Allocate products, and give the numbers of those that overlap, from 1."""
    values = tuple(
        item if isinstance(item, JW301.ToegewezenProduct) else _toegewezen(*item, nummer=number)
        for number, item in enumerate(products)
    )
    found = places(change(JW301_, "client", toegewezen_producten=values), "TR302")
    return [[int(path.rpartition("[")[2].rstrip("]")) for path in paths] for paths in found]


def _toegewezen(
    product: Product | None, begin: date, end: date | None, *, nummer: int = 0, **fields: Any
) -> JW301.ToegewezenProduct:
    values = {"toewijzing_nummer": nummer, "product": product, "ingangsdatum": begin, "einddatum": end}
    return copy(TOEGEWEZEN, **values, **fields)


def test_tr302_the_same_product_one_after_the_other() -> None:
    """The next may begin the day after the last, not on it; in any order."""
    assert toegewezen((PRODUCT, FIRST, LAST), (PRODUCT, NEXT, None)) == []
    assert toegewezen((PRODUCT, FIRST, LAST), (PRODUCT, LAST, None)) == [[1, 2]]
    assert toegewezen((PRODUCT, LAST, None), (PRODUCT, FIRST, LAST)) == [[1, 2]]
    assert toegewezen((PRODUCT, FIRST, FIRST), (PRODUCT, FIRST, FIRST)) == [[1, 2]]


def test_tr302_an_open_period_never_ends() -> None:
    """Without Einddatum a product overlaps everything of its kind that comes later."""
    assert toegewezen((PRODUCT, FIRST, None), (PRODUCT, date(2099, 1, 1), None)) == [[1, 2]]
    assert toegewezen((PRODUCT, FIRST, LAST), (PRODUCT, date(2099, 1, 1), None)) == []


def test_tr302_different_products_may_overlap() -> None:
    """Other codes of one category, and other categories, go together."""
    assert toegewezen((PRODUCT, FIRST, None), (SAME_CATEGORY, FIRST, None), (OTHER_PRODUCT, FIRST, None)) == []


def test_tr302_a_category_stands_for_its_codes() -> None:
    """Without a code the rule is about the category: also against a product with a code."""
    assert toegewezen((CATEGORY, FIRST, LAST), (PRODUCT, LAST, None)) == [[1, 2]]
    assert toegewezen((PRODUCT, FIRST, LAST), (CATEGORY, LAST, None)) == [[1, 2]]
    assert toegewezen((CATEGORY, FIRST, LAST), (CATEGORY, LAST, None)) == [[1, 2]]
    assert toegewezen((CATEGORY, FIRST, LAST), (PRODUCT, NEXT, None)) == []
    assert toegewezen((CATEGORY, FIRST, LAST), (OTHER_PRODUCT, FIRST, None)) == []


def test_tr302_no_product_stands_for_everything() -> None:
    """A generic allocation overlaps with nothing at all."""
    assert toegewezen((None, FIRST, LAST), (OTHER_PRODUCT, LAST, None)) == [[1, 2]]
    assert toegewezen((None, FIRST, LAST), (CATEGORY, LAST, None)) == [[1, 2]]
    assert toegewezen((None, FIRST, LAST), (None, LAST, None)) == [[1, 2]]
    assert toegewezen((None, FIRST, LAST), (PRODUCT, NEXT, None), (None, date(2026, 3, 1), date(2026, 3, 31))) == []


def test_tr302_tells_every_product_that_overlaps() -> None:
    """All that overlap are told, each group in a finding of its own; the others are not."""
    assert toegewezen(
        (PRODUCT, FIRST, LAST),
        (OTHER_PRODUCT, FIRST, LAST),
        (PRODUCT, date(2026, 4, 10), date(2026, 4, 12)),
        (SAME_CATEGORY, FIRST, LAST),
        (PRODUCT, LAST, None),
        (OTHER_PRODUCT, date(2026, 4, 20), None),
    ) == [[1, 3, 5], [2, 6]]


@pytest.mark.parametrize("reden", ["01", "13"])
def test_tr302_what_was_removed_does_not_count(reden: str) -> None:
    """A removal, for reason 13 or 01, has one day and that reason; with another end it counts."""
    removed = _toegewezen(PRODUCT, FIRST, FIRST, nummer=9, reden_wijziging=reden)
    assert toegewezen((PRODUCT, FIRST, LAST), removed) == []
    assert toegewezen((PRODUCT, FIRST, LAST), replace(removed, einddatum=date(2026, 4, 2))) == [[1, 2]]
    assert toegewezen((PRODUCT, FIRST, LAST), replace(removed, einddatum=None)) == [[1, 2]]


@pytest.mark.parametrize("reden", [None, "02", "14"])
def test_tr302_one_day_for_another_reason_counts(reden: str | None) -> None:
    """A product of one day is only a removal with reason 13 or 01."""
    one_day = _toegewezen(PRODUCT, FIRST, FIRST, nummer=9, reden_wijziging=reden)
    assert toegewezen((PRODUCT, FIRST, LAST), one_day) == [[1, 2]]


ALLOCATION = "/Bericht/Client/ToegewezenProducten/ToegewezenProduct"
OWN = Nummer(PROVIDER, bsn_same=True, product=PRODUCT, ingangsdatum=TOEGEWEZEN.ingangsdatum)
REMOVED = replace(TOEGEWEZEN, einddatum=TOEGEWEZEN.ingangsdatum, reden_wijziging="13")


def allocated(*products: JW301.ToegewezenProduct) -> JW301:
    """Make a JW301 with these allocations."""
    return change(JW301_, "client", toegewezen_producten=products)


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({}, False),
        ({"aanbieder": "12345678"}, True),
        ({"bsn_same": False}, True),
        ({"product": OTHER_PRODUCT}, True),
        ({"product": None}, True),
        ({"ingangsdatum": date(2026, 4, 2)}, True),
    ],
)
def test_tr332_a_number_is_of_one_allocation(fields: dict[str, Any], broken: bool) -> None:
    """A number comes back only for the allocation that it was given to, whatever else it was used for."""
    for used in ((OWN._replace(**fields),), (OWN, OWN._replace(**fields))):
        found = against(JW301_, history(nummers={300201: used}), "TR332")
        assert found == ([(f"{ALLOCATION}/ToewijzingNummer",)] if broken else [])
    assert not against(JW301_, history(nummers={300202: (OWN._replace(bsn_same=False),)}), "TR332")


def test_tr379_a_reference_is_that_of_a_request() -> None:
    """A ReferentieAanbieder is one under which the provider asked something for this client; none is always right."""
    bericht = allocated(replace(TOEGEWEZEN, referentie_aanbieder="R1"))
    shown = [(f"{ALLOCATION}/ReferentieAanbieder",)]
    assert against(bericht, history(), "TR379") == shown
    assert against(bericht, history(replace(AANGEVRAAGD, referentie_aanbieder="R2")), "TR379") == shown
    assert against(bericht, with_dossiers({"999900018": dossier(AANGEVRAAGD)}), "TR379") == shown
    assert not against(bericht, history(AANGEVRAAGD), "TR379")
    assert not against(bericht, history(JW317_.client.verzoek), "TR379")
    assert not against(JW301_, history(), "TR379")


def test_tr379_only_the_first_time() -> None:
    """A later version of the allocation has no ReferentieAanbieder any more; the same one again keeps it."""
    honoured = replace(TOEGEWEZEN, referentie_aanbieder="R1")
    known = history(AANGEVRAAGD, honoured)
    assert not against(allocated(honoured), known, "TR379")
    for fields in ({"toewijzingsdatum": date(2026, 4, 2)}, {"toewijzingstijd": time(12, 34, 57)}):
        later = replace(honoured, **fields)
        assert against(allocated(later), known, "TR379") == [(f"{ALLOCATION}/ReferentieAanbieder",)]
        assert not against(allocated(replace(later, referentie_aanbieder=None)), known, "TR379")
        assert not against(allocated(honoured), history(AANGEVRAAGD, later), "TR379")
    other = replace(honoured, toewijzing_nummer=300202, toewijzingsdatum=date(2026, 4, 2))
    assert not against(allocated(other), known, "TR379")


def test_tr379_a_change_is_honoured_as_a_whole() -> None:
    """Where one allocation honours a request for change, all that it names do (IV093)."""
    known = history(JW317_.client.verzoek)
    changed = replace(TOEGEWEZEN, referentie_aanbieder="R1")
    stays = replace(TOEGEWEZEN, toewijzing_nummer=300200, product=OTHER_PRODUCT)
    unnamed = replace(TOEGEWEZEN, toewijzing_nummer=300208, product=SAME_CATEGORY)
    assert against(allocated(changed, stays), known, "TR379") == [(f"{ALLOCATION}[2]",)]
    assert not against(allocated(changed, replace(stays, referentie_aanbieder="R1")), known, "TR379")
    assert not against(allocated(changed, unnamed), known, "TR379")
    assert not against(allocated(TOEGEWEZEN, stays), known, "TR379")


def test_tr379_what_was_honoured_before_may_change_beside_what_is_sent_again() -> None:
    """A later version of one allocation has no reference; the others of its request, sent again, may have it."""
    changed = replace(TOEGEWEZEN, referentie_aanbieder="R1")
    stays = replace(changed, toewijzing_nummer=300200, product=OTHER_PRODUCT)
    known = history(JW317_.client.verzoek, changed, stays)
    later = replace(stays, toewijzingsdatum=date(2026, 4, 2), einddatum=date(2026, 6, 30))
    assert against(allocated(changed, later), known, "TR379") == [(f"{ALLOCATION}[2]/ReferentieAanbieder",)]
    assert not against(allocated(changed, replace(later, referentie_aanbieder=None)), known, "TR379")
    assert not against(allocated(changed, replace(stays, referentie_aanbieder=None)), known, "TR379")


def test_tr385_what_was_paid_for_is_not_removed() -> None:
    """An allocation with granted Prestaties is removed only when each of them was credited."""
    declared = fact(PRESTATIE, bericht=7)
    credit = replace(
        CREDIT,
        toewijzing_nummer=300201,
        product_referentie=Referentie(referentie_nummer="C", vorig_referentie_nummer="RN001"),
    )
    granted: dict[str, Any] = {"toegekend": frozenset({declared.bericht})}

    def found(*known: Any, product: JW301.ToegewezenProduct = REMOVED, **fields: Any) -> list[tuple[str, ...]]:
        return against(allocated(product), with_dossiers({JW301_.client.bsn: dossier(*known, **fields)}), "TR385")

    assert found(declared, **granted) == [(f"{ALLOCATION}/RedenWijziging",)]
    assert not found(declared)
    assert not found(declared, product=TOEGEWEZEN, **granted)
    assert not found(declared, product=replace(REMOVED, toewijzing_nummer=300209), **granted)
    assert not found(declared, credit, **granted)
    refused = fact(credit, bericht=8)
    assert found(declared, refused, afgewezen=frozenset({(refused.bericht, "C")}), **granted)
    assert not found(declared, afgewezen=frozenset({(declared.bericht, "RN001")}), **granted)
