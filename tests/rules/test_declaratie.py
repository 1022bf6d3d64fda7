"""The TR rules of the declaration and its answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.declaratie import JW323
from gateway.ijw.typen import BedragMetDC, GeslotenPeriode, Referentie, TotaalBedragMetDC
from tests.rules.builders import (
    APRIL,
    BSN,
    CREDIT,
    DAY,
    JW323_,
    JW325_,
    MAART,
    OTHER_BSN,
    PRESTATIE,
    change,
    dated,
    places,
)

CLIENTEN = "/Bericht/Declaratie/Clienten"
FIRST = "declaratie.clienten.0.prestaties.0"


def declared(*clients: list[JW323.Prestatie], **fields: Any) -> JW323:
    """Declare Prestaties for the first client, the second, and so on."""
    clienten = tuple(
        JW323.Client(bsn=bsn, prestaties=tuple(prestaties))
        for bsn, prestaties in zip((BSN, OTHER_BSN), clients, strict=False)
    )
    return change(JW323_, "declaratie", clienten=clienten, **fields)


def credit(number: str, vorig: str | None) -> JW323.Prestatie:
    """Make a credit."""
    return replace(CREDIT, product_referentie=Referentie(referentie_nummer=number, vorig_referentie_nummer=vorig))


@pytest.mark.parametrize(
    ("bericht", "path"), [(JW323_, FIRST), (JW325_, "declaratie_antwoord.clienten.0.prestaties.0")]
)
@pytest.mark.parametrize(
    ("begin", "end", "broken"),
    [
        (date(2026, 5, 1), DAY, False),
        (DAY, DAY, False),
        (date(2026, 5, 1), date(2026, 5, 7), True),
        (date(2026, 5, 2), date(2026, 5, 1), True),
        (date(2026, 4, 1), date(2026, 4, 30), False),
    ],
)
def test_tr137_a_period_has_ended(bericht: Bericht, path: str, begin: date, end: date, broken: bool) -> None:
    """A period ends on or after its first day, and on or before the Dagtekening; in the answer as well."""
    periode = GeslotenPeriode(begindatum=begin, einddatum=end)
    assert bool(places(change(bericht, path, product_periode=periode), "TR137")) is broken


def test_tr137_the_period_of_the_declaration() -> None:
    """A month is declared on its last day at the earliest."""
    assert not places(dated(JW323_, date(2026, 4, 30)), "TR137")
    shown = "/Bericht/Declaratie/DeclaratiePeriode/Einddatum"
    assert (shown,) in places(dated(JW323_, date(2026, 4, 29)), "TR137")


def test_tr137_tells_both_dates_only_when_they_are_the_wrong_way_round() -> None:
    """After the Dagtekening it is the last day alone that is wrong."""
    backwards = GeslotenPeriode(begindatum=date(2026, 4, 30), einddatum=date(2026, 4, 29))
    shown = "/Bericht/Declaratie/DeclaratiePeriode"
    bericht = change(JW323_, "declaratie", declaratie_periode=backwards)
    assert places(bericht, "TR137") == [(f"{shown}/Einddatum", f"{shown}/Begindatum")]


def test_tr315_is_credited_once() -> None:
    """A VorigReferentieNummer is there once, over all clients; every double is told."""
    bericht = declared([credit("A", "OUD"), credit("B", "OUD2")], [credit("C", "OUD")])
    assert places(bericht, "TR315") == [
        (
            f"{CLIENTEN}/Client[1]/Prestaties/Prestatie[1]/ProductReferentie/VorigReferentieNummer",
            f"{CLIENTEN}/Client[2]/Prestaties/Prestatie/ProductReferentie/VorigReferentieNummer",
        )
    ]
    assert not places(declared([credit("A", "OUD")], [credit("B", "oud")]), "TR315")
    assert not places(declared([credit("A", None), credit("B", None)]), "TR315")


def test_tr316_is_not_credited_in_the_same_message() -> None:
    """A VorigReferentieNummer is no ReferentieNummer of the message, in any order and at any client."""
    debit = replace(PRESTATIE, product_referentie=Referentie(referentie_nummer="A"))
    first, second = (f"{CLIENTEN}/Client[{number}]/Prestaties/Prestatie/ProductReferentie" for number in (1, 2))
    assert places(declared([debit], [credit("B", "A")]), "TR316") == [
        (f"{second}/VorigReferentieNummer", f"{first}/ReferentieNummer")
    ]
    assert places(declared([credit("B", "A")], [debit]), "TR316") == [
        (f"{first}/VorigReferentieNummer", f"{second}/ReferentieNummer")
    ]
    assert not places(declared([debit], [credit("B", "OUD")]), "TR316")
    assert not places(declared([debit, PRESTATIE]), "TR316")


def test_tr316_a_credit_does_not_credit_itself() -> None:
    """Its own ReferentieNummer is one of the message too."""
    assert places(declared([credit("A", "A")]), "TR316")


@pytest.mark.parametrize(
    ("periode", "broken"),
    [
        (APRIL, False),
        (MAART, False),
        (GeslotenPeriode(begindatum=date(2026, 5, 1), einddatum=date(2026, 5, 1)), True),
        (GeslotenPeriode(begindatum=date(2026, 4, 30), einddatum=date(2026, 5, 1)), True),
        (GeslotenPeriode(begindatum=date(2026, 4, 30), einddatum=date(2026, 4, 30)), False),
    ],
)
def test_tr319_declares_no_later_month(periode: GeslotenPeriode, broken: bool) -> None:
    """A ProductPeriode is in the month that is declared, or before it."""
    assert bool(places(change(JW323_, FIRST, product_periode=periode), "TR319")) is broken


@pytest.mark.parametrize(
    ("dagtekening", "end", "broken"),
    [
        (date(2026, 4, 30), date(2021, 4, 30), False),
        (date(2026, 5, 1), date(2021, 4, 30), True),
        (date(2028, 2, 29), date(2023, 2, 28), True),
        (date(2028, 2, 28), date(2023, 2, 28), False),
        (date(2029, 2, 28), date(2024, 2, 29), False),
        (date(2029, 3, 1), date(2024, 2, 29), True),
    ],
)
def test_tr335_declares_within_five_years(dagtekening: date, end: date, broken: bool) -> None:
    """Five years to the day is right, a day more is not; it is the DeclaratieDagtekening that counts."""
    periode = GeslotenPeriode(begindatum=end.replace(day=1), einddatum=end)
    bericht = change(change(JW323_, FIRST, product_periode=periode), "declaratie", declaratie_dagtekening=dagtekening)
    shown = f"{CLIENTEN}/Client[1]/Prestaties/Prestatie/ProductPeriode/Einddatum"
    assert places(bericht, "TR335") == ([(shown,)] if broken else [])
    assert not places(dated(JW323_, date(2099, 1, 1)), "TR335")


def antwoord(ingediend: int, toegekend: int, *bedragen: int, codes: tuple[str, ...] = ("0200",)) -> Bericht:
    """Answer a declaration; what is below 0 is credit."""
    prestaties = tuple(
        replace(PRESTATIE, product_referentie=Referentie(referentie_nummer=str(number)), ingediend_bedrag=_dc(cents))
        for number, cents in enumerate(bedragen)
    )
    return change(
        JW325_,
        "declaratie_antwoord",
        totaal_ingediend_bedrag=_totaal(ingediend),
        totaal_toegekend_bedrag=_totaal(toegekend),
        clienten=(JW323.Client(bsn=BSN, prestaties=prestaties),) if prestaties else (),
        retour_codes=codes,
    )


def _dc(cents: int) -> BedragMetDC:
    return BedragMetDC(bedrag=abs(cents), debet_credit="C" if cents < 0 else "D")


def _totaal(cents: int) -> TotaalBedragMetDC:
    return TotaalBedragMetDC(totaal_bedrag=abs(cents), debet_credit="C" if cents < 0 else "D")


@pytest.mark.parametrize(
    ("bericht", "broken"),
    [
        (antwoord(20000, 20000), False),
        (antwoord(20000, 20000, codes=("8001",)), False),
        (antwoord(20000, 20000, codes=()), False),
        (antwoord(20000, 19999), True),
        (antwoord(58000, 34000, 5000, 14000, 5000), False),
        (antwoord(58000, 34000, 5000, 14000, 4999), True),
        (antwoord(-58000, -34000, -5000, -14000, -5000), False),
        (antwoord(-58000, 34000, -5000, -14000, -5000), True),
        (antwoord(20000, -4000, 24000), False),
        (antwoord(20000, 24000, -4000), False),
        (antwoord(20000, 20000, 4000, -4000), False),
        (antwoord(20000, 20000, 4000), True),
        (antwoord(20000, 0, codes=("9333",)), False),
        (antwoord(20000, 1, codes=("9333",)), True),
        (antwoord(20000, 20000, codes=("0200", "9333")), True),
        (antwoord(20000, 0, codes=("0200",)), True),
        (change(JW325_, "", declaratie_antwoord=None), False),
    ],
)
def test_tr342_what_is_not_granted_was_rejected(bericht: Bericht, broken: bool) -> None:
    """Declared minus granted is the sum of the Prestaties, debit and credit; a refused declaration grants 0."""
    assert bool(places(bericht, "TR342")) is broken


@pytest.mark.parametrize(
    ("totaal", "bedragen", "broken"),
    [
        (20000, [24000, -4000], False),
        (28000, [24000, -4000], True),
        (-20000, [24000, -4000], True),
        (-4000, [-4000], False),
        (4000, [-4000], True),
        (0, [4000, -4000], False),
        (24000, [24000], False),
        (24001, [24000], True),
    ],
)
def test_tr358_the_total_is_the_sum(totaal: int, bedragen: list[int], broken: bool) -> None:
    """Debit is added, credit taken off, over all clients."""
    prestaties = [replace(PRESTATIE, ingediend_bedrag=_dc(cents)) for cents in bedragen]
    bericht = declared(prestaties[:1], prestaties[1:], totaal_ingediend_bedrag=_totaal(totaal))
    assert places(bericht, "TR358") == ([("/Bericht/Declaratie/TotaalIngediendBedrag",)] if broken else [])


def second(**fields: Any) -> JW323.Prestatie:
    """Make another Prestatie with the same product, period and allocation, but for these fields."""
    return replace(PRESTATIE, product_referentie=Referentie(referentie_nummer="RN009"), **fields)


def test_tr416_debits_a_month_once() -> None:
    """The same allocation, product and period are debited once in a message; all doubles are told."""
    path = f"{CLIENTEN}/Client/Prestaties/Prestatie"
    assert places(declared([PRESTATIE, second()]), "TR416") == [(f"{path}[1]", f"{path}[2]")]


def test_tr416_another_client_makes_no_difference() -> None:
    """The rule does not name the client: an allocation is of one client."""
    assert places(declared([PRESTATIE], [second()]), "TR416")


@pytest.mark.parametrize(
    "fields",
    [
        {"toewijzing_nummer": 300999},
        {"product_categorie": "46"},
        {"product_code": "45A05"},
        {"product_periode": MAART},
        {"product_periode": GeslotenPeriode(begindatum=date(2026, 4, 1), einddatum=date(2026, 4, 29))},
        {"product_periode": GeslotenPeriode(begindatum=date(2026, 4, 2), einddatum=date(2026, 4, 30))},
        {"ingediend_bedrag": BedragMetDC(bedrag=24000, debet_credit="C")},
    ],
)
def test_tr416_something_else_is_something_else(fields: dict[str, Any]) -> None:
    """One thing that differs, or a credit, makes it another matter."""
    assert not places(declared([PRESTATIE, second(**fields)]), "TR416")
