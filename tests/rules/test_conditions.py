"""The CD rules: when an element has to be filled, and when it has to be left out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.typen import Huis, OpenPeriode, Product, Referentie, Verwijzer
from gateway.rules.judge import judge
from tests.rules.builders import (
    ADRES,
    BERICHTEN,
    BUDGET,
    CATEGORY,
    CONTACT,
    JW301_,
    JW315_,
    JW317_,
    JW319_,
    JW323_,
    JW325_,
    PER_WEEK,
    TELEFOON,
    change,
    get,
    places,
)

CONTACTEN = ("client.contactgegevens.0", "client.relaties.0.contact")
FIRST_PRESTATIE = "declaratie.clienten.0.prestaties.0"

# The four classes of a product: the message that has it, the path to it, and its last day.
ASKED: dict[str, tuple[Bericht, str, str]] = {
    "ToegewezenProduct": (JW301_, "client.toegewezen_producten.0", "einddatum"),
    "AangevraagdProduct": (JW315_, "client.aangevraagde_producten.0", "toewijzing_einddatum"),
    "NieuwProduct": (JW317_, "client.verzoek.nieuwe_producten.0", "einddatum"),
    "TeWijzigenProduct": (JW317_, "client.verzoek.te_wijzigen_producten.0", "einddatum"),
}
NEW = ("ToegewezenProduct", "AangevraagdProduct", "NieuwProduct")
LAST_FREE_DAY = date(2020, 12, 31)


def asked(klasse: str, **fields: Any) -> Bericht:
    """Change the one product of a class; `end` is its last day, whatever the field is called."""
    bericht, path, end = ASKED[klasse]
    if "end" in fields:
        fields[end] = fields.pop("end")
    return change(bericht, path, **fields)


def ends(klasse: str, bericht: Bericht, code: str) -> bool:
    """Tell whether a rule is broken at one product of a class, once."""
    found = places(bericht, code)
    assert len(found) <= 1
    return bool(found) and f"/{klasse}" in found[0][0]


@pytest.mark.parametrize("path", CONTACTEN)
@pytest.mark.parametrize(
    ("postcode", "land_code", "broken"),
    [("1234AB", "NL", False), (None, None, False), ("1234AB", None, True), (None, "BE", True)],
)
def test_cd005_land_code_comes_with_the_postcode(
    path: str, postcode: str | None, land_code: str | None, broken: bool
) -> None:
    """An address has both Postcode and LandCode, or neither."""
    bericht = change(JW301_, f"{path}.adres", postcode=postcode, land_code=land_code)
    assert bool(places(bericht, "CD005")) is broken


def test_cd005_tells_of_a_missing_element_at_the_place_where_it_is_missing() -> None:
    """What is not there has no place of its own; what should have held it has."""
    missing = change(JW301_, "client.contactgegevens.0.adres", land_code=None)
    assert places(missing, "CD005") == [("/Bericht/Client/Contactgegevens/Contact/Adres",)]
    extra = change(JW301_, "client.contactgegevens.0.adres", postcode=None)
    assert places(extra, "CD005") == [("/Bericht/Client/Contactgegevens/Contact/Adres/LandCode",)]


@pytest.mark.parametrize(
    ("vorm", "taal", "broken"),
    [("1", "Zweeds", False), ("2", None, False), ("3", None, False), ("1", None, True), ("2", "Zweeds", True)],
)
def test_cd007_only_an_interpreter_has_a_language(vorm: str, taal: str | None, broken: bool) -> None:
    """Taal is there with Vorm 1, and only then."""
    bericht = change(JW301_, "client.communicatie", vorm=vorm, taal=taal)
    assert bool(places(bericht, "CD007")) is broken


@pytest.mark.parametrize("path", CONTACTEN)
@pytest.mark.parametrize(("soort", "broken"), [("01", True), ("02", True), ("03", True), ("04", False)])
def test_cd009_only_a_temporary_address_has_a_period(path: str, soort: str, broken: bool) -> None:
    """A Periode is allowed with Soort 04, and not required there."""
    bericht = change(JW301_, path, soort=soort, periode=OpenPeriode())
    assert bool(places(bericht, "CD009")) is broken
    assert not places(change(bericht, path, periode=None), "CD009")


@pytest.mark.parametrize("path", CONTACTEN)
@pytest.mark.parametrize(
    ("land_code", "huis", "broken"),
    [("NL", None, True), ("NL", Huis(huisnummer=0), False), ("BE", None, False), (None, None, False)],
)
def test_cd025_a_dutch_address_has_a_house(path: str, land_code: str | None, huis: Huis | None, broken: bool) -> None:
    """LandCode NL asks for a Huis; another country, or none, does not."""
    bericht = change(JW301_, f"{path}.adres", land_code=land_code, huis=huis)
    assert bool(places(bericht, "CD025")) is broken


@pytest.mark.parametrize("path", CONTACTEN)
@pytest.mark.parametrize(("soort", "broken"), [("01", True), ("02", False), ("03", True), ("04", False)])
def test_cd034_a_home_address_has_a_postcode(path: str, soort: str, broken: bool) -> None:
    """Soort 01 and 03 ask for a Postcode, abroad as well."""
    bericht = change(JW301_, path, soort=soort, adres=replace(ADRES, postcode=None, land_code=None))
    assert bool(places(bericht, "CD034")) is broken
    assert not places(change(JW301_, path, soort=soort), "CD034")


def test_cd034_a_telephone_number_needs_no_postcode() -> None:
    """A contact without an address has no kind of address."""
    phone = replace(CONTACT, adres=None, telefoon=TELEFOON)
    assert not places(change(JW301_, "client", contactgegevens=(phone,)), "CD034")


@pytest.mark.parametrize("klasse", NEW)
def test_cd041_a_coded_product_has_an_omvang(klasse: str) -> None:
    """A Code asks for an Omvang; a category alone does not, nor does no product."""
    assert ends(klasse, asked(klasse, omvang=None), "CD041")
    assert not ends(klasse, asked(klasse), "CD041")
    assert not ends(klasse, asked(klasse, omvang=None, product=CATEGORY), "CD041")
    assert not ends(klasse, asked(klasse, omvang=None, product=None), "CD041")


@pytest.mark.parametrize(
    ("nummer", "datum", "broken"),
    [(12, date(2026, 1, 1), False), (None, None, False), (0, None, True), (None, date(2026, 1, 1), True)],
)
def test_cd043_beschikking_has_number_and_date(nummer: int | None, datum: date | None, broken: bool) -> None:
    """BeschikkingIngangsdatum comes with BeschikkingNummer, also when that is 0."""
    path = "client.aangevraagde_producten.0"
    bericht = change(JW315_, path, beschikking_nummer=nummer, beschikking_ingangsdatum=datum)
    assert bool(places(bericht, "CD043")) is broken


@pytest.mark.parametrize(
    ("bericht", "path"), [(JW323_, FIRST_PRESTATIE), (JW325_, "declaratie_antwoord.clienten.0.prestaties.0")]
)
@pytest.mark.parametrize(
    ("debet_credit", "vorig", "broken"),
    [("C", "OUD02", False), ("D", None, False), ("C", None, True), ("D", "OUD02", True)],
)
def test_cd060_only_a_credit_names_what_it_credits(
    bericht: Bericht, path: str, debet_credit: str, vorig: str | None, broken: bool
) -> None:
    """VorigReferentieNummer is there with DebetCredit C, and only then; in the answer as well."""
    changed = change(
        change(bericht, f"{path}.ingediend_bedrag", debet_credit=debet_credit),
        path,
        product_referentie=Referentie(referentie_nummer="RN001", vorig_referentie_nummer=vorig),
    )
    assert bool(places(changed, "CD060")) is broken


VERWIJZERS = [
    # type, naam, code: which of CD066, CD067 and CD068 breaks
    *[(kind, "De Vries", "01234567", "CD066") for kind in ("02", "03", "04", "05")],
    *[(kind, None, None, "CD067") for kind in ("02", "03", "04", "05")],
    *[(kind, "De Vries", None, None) for kind in ("01", "02", "03", "04", "05", "06", "08")],
    *[(kind, None, "01234567", None) for kind in ("02", "03", "04", "05")],
    *[(kind, None, "01234567", "CD068") for kind in ("01", "06", "08")],
    *[(kind, "De Vries", "01234567", "CD068") for kind in ("01", "06", "08")],
    *[(kind, None, None, None) for kind in ("01", "06", "08")],
]


def verwezen(kind: str, naam: str | None, zorgverlener: str | None) -> Bericht:
    """Change who referred the client."""
    verwijzer = Verwijzer(type=kind, naam=naam, zorgverlener_code=zorgverlener)
    return change(JW315_, "client.aangevraagde_producten.0", verwijzer=verwijzer)


@pytest.mark.parametrize(("kind", "naam", "zorgverlener", "code"), VERWIJZERS)
def test_cd066_a_referrer_with_an_agb_code_has_no_name(
    kind: str, naam: str | None, zorgverlener: str | None, code: str | None
) -> None:
    """A medical referrer with ZorgverlenerCode has no Naam."""
    assert bool(places(verwezen(kind, naam, zorgverlener), "CD066")) is (code == "CD066")


@pytest.mark.parametrize(("kind", "naam", "zorgverlener", "code"), VERWIJZERS)
def test_cd067_a_referrer_without_an_agb_code_has_a_name(
    kind: str, naam: str | None, zorgverlener: str | None, code: str | None
) -> None:
    """A medical referrer without ZorgverlenerCode has a Naam."""
    assert bool(places(verwezen(kind, naam, zorgverlener), "CD067")) is (code == "CD067")


@pytest.mark.parametrize(("kind", "naam", "zorgverlener", "code"), VERWIJZERS)
def test_cd068_other_referrers_have_no_agb_code(
    kind: str, naam: str | None, zorgverlener: str | None, code: str | None
) -> None:
    """A referrer of another type has no ZorgverlenerCode."""
    assert bool(places(verwezen(kind, naam, zorgverlener), "CD068")) is (code == "CD068")


@pytest.mark.parametrize("klasse", ASKED)
def test_cd075_a_budget_has_an_end(klasse: str) -> None:
    """A Budget, 0 as well, asks for a last day."""
    assert ends(klasse, asked(klasse, budget=BUDGET, end=None), "CD075")
    assert ends(klasse, asked(klasse, budget=0, end=None), "CD075")
    assert not ends(klasse, asked(klasse, budget=BUDGET), "CD075")
    assert not ends(klasse, asked(klasse, end=None), "CD075")


@pytest.mark.parametrize("klasse", ASKED)
@pytest.mark.parametrize(("frequentie", "broken"), [("1", False), ("2", True), ("4", False), ("6", False)])
def test_cd076_so_much_a_week_has_an_end(klasse: str, frequentie: str, broken: bool) -> None:
    """An Omvang per week asks for a last day; other frequencies do not."""
    omvang = replace(PER_WEEK, frequentie=frequentie)
    assert ends(klasse, asked(klasse, omvang=omvang, end=None), "CD076") is broken
    assert not ends(klasse, asked(klasse, omvang=omvang), "CD076")


@pytest.mark.parametrize("klasse", ASKED)
def test_cd077_no_omvang_beside_a_budget(klasse: str) -> None:
    """Omvang is left out where Budget is filled."""
    assert ends(klasse, asked(klasse, budget=0), "CD077")
    assert not ends(klasse, asked(klasse, budget=BUDGET, omvang=None), "CD077")
    assert not ends(klasse, asked(klasse), "CD077")


@pytest.mark.parametrize("klasse", ASKED)
def test_cd078_no_budget_beside_an_omvang(klasse: str) -> None:
    """Budget is left out where Omvang is filled; the finding is at Budget."""
    wrong = asked(klasse, budget=0)
    assert ends(klasse, wrong, "CD078")
    assert places(wrong, "CD078")[0][0].endswith(f"/{klasse}/Budget")
    assert places(wrong, "CD077")[0][0].endswith(f"/{klasse}/Omvang")
    assert not ends(klasse, asked(klasse, budget=BUDGET, omvang=None), "CD078")


@pytest.mark.parametrize("klasse", NEW)
def test_cd079_only_a_budget_needs_no_product(klasse: str) -> None:
    """Without Budget a Product is needed; with one it may be there."""
    assert ends(klasse, asked(klasse, product=None), "CD079")
    assert not ends(klasse, asked(klasse, product=None, budget=BUDGET, omvang=None), "CD079")
    assert not ends(klasse, asked(klasse, product=CATEGORY, budget=BUDGET, omvang=None), "CD079")
    assert not ends(klasse, asked(klasse), "CD079")


@pytest.mark.parametrize(
    ("klasse", "code"), [("ToegewezenProduct", "CD080"), ("AangevraagdProduct", "CD095"), ("NieuwProduct", "CD096")]
)
@pytest.mark.parametrize("product", [None, CATEGORY])
@pytest.mark.parametrize(
    ("end", "broken"), [(LAST_FREE_DAY, False), (date(2021, 1, 1), True), (date(2026, 12, 31), True), (None, True)]
)
def test_cd080_cd095_cd096_no_omvang_without_a_product_code(
    klasse: str, code: str, product: Product | None, end: date | None, broken: bool
) -> None:
    """Omvang is left out without a product code, unless the product ended on 31-12-2020 or before."""
    assert ends(klasse, asked(klasse, product=product, end=end), code) is broken
    assert not ends(klasse, asked(klasse, product=product, end=end, omvang=None, budget=BUDGET), code)
    assert not ends(klasse, asked(klasse, end=end), code)


@pytest.mark.parametrize(("antwoord", "reden", "broken"), [("1", None, True), ("1", "3", False), ("2", None, False)])
def test_cd085_a_refusal_has_a_reason(antwoord: str, reden: str | None, broken: bool) -> None:
    """VerzoekAntwoord 1 asks for RedenAfwijzingVerzoek."""
    bericht = change(JW319_, "antwoord", verzoek_antwoord=antwoord, reden_afwijzing_verzoek=reden)
    assert bool(places(bericht, "CD085")) is broken


@pytest.mark.parametrize(("antwoord", "reden", "broken"), [("2", "3", True), ("2", None, False), ("1", "3", False)])
def test_cd086_looking_into_it_has_no_reason(antwoord: str, reden: str | None, broken: bool) -> None:
    """VerzoekAntwoord 2 has no RedenAfwijzingVerzoek."""
    bericht = change(JW319_, "antwoord", verzoek_antwoord=antwoord, reden_afwijzing_verzoek=reden)
    assert bool(places(bericht, "CD086")) is broken


@pytest.mark.parametrize(
    ("eenheid", "tarief", "broken"), [("04", None, True), ("83", 1500, True), ("04", 0, False), ("83", None, False)]
)
def test_cd087_only_euros_have_no_tariff(eenheid: str, tarief: int | None, broken: bool) -> None:
    """ProductTarief is there, 0 as well, unless the unit is euros."""
    bericht = change(JW323_, FIRST_PRESTATIE, eenheid=eenheid, product_tarief=tarief)
    assert bool(places(bericht, "CD087")) is broken


def test_cd087_is_not_about_the_answer() -> None:
    """A JW325 repeats what was declared; the tariff is not judged there."""
    path = "declaratie_antwoord.clienten.0.prestaties.0"
    assert not places(change(JW325_, path, product_tarief=None), "CD087")


def test_right_messages_keep_to_every_condition() -> None:
    """The messages that the tests change have a product of every class, and break nothing."""
    assert {get(bericht, path).__class__.__name__ for bericht, path, _ in ASKED.values()} == set(ASKED)
    assert not any(judge(bericht) for bericht in BERICHTEN.values())
