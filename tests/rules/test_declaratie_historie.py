"""The TR rules of the declaration that look at what was allocated and declared before."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

import pytest
from msgspec.structs import replace

from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Feit
from gateway.ijw.typen import BedragMetDC, GeslotenPeriode, Omvang, Product, Referentie
from gateway.rules.history import Declaratie, History, Tarief
from tests.rules.builders import (
    APRIL,
    BSN,
    BUDGET,
    CATEGORY,
    JW323_,
    MAART,
    MUNICIPALITY,
    OTHER_BSN,
    PRESTATIE,
    TOEGEWEZEN,
    change,
)
from tests.rules.histories import against, broken, dossier, fact, history, with_dossiers

SHOWN: Final = "/Bericht/Declaratie/Clienten/Client/Prestaties/Prestatie"
DECLARED: Final = "/Bericht/Declaratie"
BEFORE: Final = 7
TOTAL: Final = Omvang(volume=40, eenheid="04", frequentie="6")
# Sixteen hours fit in a month, and forty in all.
ALLOCATED: Final = replace(TOEGEWEZEN, ingangsdatum=date(2026, 3, 1), omvang=TOTAL)
MEI: Final = GeslotenPeriode(begindatum=date(2026, 5, 1), einddatum=date(2026, 5, 31))


def declaration(*prestaties: JW323.Prestatie, **fields: Any) -> JW323:
    """Make a declaration for one client."""
    client = JW323.Client(bsn=BSN, prestaties=prestaties or (PRESTATIE,))
    return change(JW323_, "declaratie", clienten=(client,), **fields)


def debit(number: str, periode: GeslotenPeriode = APRIL, **fields: Any) -> JW323.Prestatie:
    """Make a debit Prestatie under a ReferentieNummer."""
    return replace(
        PRESTATIE, product_referentie=Referentie(referentie_nummer=number), product_periode=periode, **fields
    )


def credit(number: str, of: JW323.Prestatie, **fields: Any) -> JW323.Prestatie:
    """Make the credit of a Prestatie."""
    referentie = Referentie(referentie_nummer=number, vorig_referentie_nummer=of.product_referentie.referentie_nummer)
    bedrag = BedragMetDC(bedrag=of.ingediend_bedrag.bedrag, debet_credit="C")
    return replace(of, **{"product_referentie": referentie, "ingediend_bedrag": bedrag, **fields})


def before(*prestaties: JW323.Prestatie) -> list[Feit[JW323.Prestatie]]:
    """Make facts of one earlier declaration."""
    return [fact(prestatie, bericht=BEFORE) for prestatie in prestaties]


def granted(*known: Any, refused: tuple[str, ...] = (), **fields: Any) -> History:
    """Make a history in which the earlier declaration was granted, except for what was refused of it."""
    return with_dossiers(
        {
            BSN: dossier(
                *known,
                toegekend=frozenset({UUID(int=BEFORE)}),
                afgewezen=frozenset((UUID(int=BEFORE), number) for number in refused),
            )
        },
        **fields,
    )


@pytest.mark.parametrize(
    ("fields", "code", "shown"),
    [
        ({"ingangsdatum": date(2026, 4, 2)}, "TR307", "ProductPeriode/Begindatum"),
        ({"einddatum": date(2026, 4, 29)}, "TR308", "ProductPeriode/Einddatum"),
        ({"toewijzing_nummer": 300209}, "TR338", "ToewijzingNummer"),
        ({"product": Product(categorie="46", code="45A04")}, "TR339", "ProductCategorie"),
        ({"product": Product(categorie="45", code="45A05")}, "TR340", "ProductCode"),
        ({"omvang": replace(TOTAL, eenheid="16")}, "TR341", "Eenheid"),
        ({"omvang": replace(TOTAL, volume=15, frequentie="4")}, "TR321", "GeleverdVolume"),
        ({"omvang": replace(TOTAL, volume=15)}, "TR322", "GeleverdVolume"),
        ({"omvang": None, "budget": 23999}, "TR369", "GeleverdVolume"),
        ({"reden_wijziging": "13"}, "TR384", "ToewijzingNummer"),
        ({"ingangsdatum": date(2026, 4, 2)}, "TR387", "ProductPeriode/Begindatum"),
        ({"einddatum": date(2026, 4, 29)}, "TR388", "ProductPeriode/Einddatum"),
    ],
)
def test_a_prestatie_fits_its_allocation(fields: dict[str, Any], code: str, shown: str) -> None:
    """Each property of the allocation that a Prestatie does not fit breaks its own rule; a credit is not asked."""
    known = replace(ALLOCATED, **fields)
    (first, *_), *more = against(declaration(), history(known), code)
    assert (first, more) == (f"{SHOWN}/{shown}", [])
    assert broken(declaration(), history(ALLOCATED)) == set()
    if code != "TR338":
        taken_back = declaration(credit("C1", PRESTATIE))
        assert broken(taken_back, granted(known, *before(PRESTATIE))) == set()


@pytest.mark.parametrize(
    "fields",
    [
        {"ingangsdatum": APRIL.begindatum, "einddatum": APRIL.einddatum},
        {"einddatum": None},
        {"product": None, "omvang": None, "budget": 24000},
        {"product": CATEGORY, "omvang": None, "budget": 24000},
        {"omvang": replace(TOTAL, volume=16, frequentie="4")},
        {"omvang": replace(TOTAL, volume=16)},
        {"reden_wijziging": "05"},
    ],
)
def test_a_prestatie_that_just_fits(fields: dict[str, Any]) -> None:
    """At the edge of what was allocated nothing is wrong."""
    assert broken(declaration(), history(replace(ALLOCATED, **fields))) == set()


def test_the_latest_version_of_an_allocation_counts() -> None:
    """What was settled last decides, in whatever order it came (IV013)."""
    shortened = replace(ALLOCATED, toewijzingsdatum=date(2026, 4, 20), einddatum=date(2026, 4, 15))
    for known in ((ALLOCATED, shortened), (shortened, ALLOCATED)):
        assert broken(declaration(), history(*known)) == {"TR308", "TR388"}


def test_below_an_unknown_client_nothing_is_judged() -> None:
    """A client without any allocation is told, and no more than that."""
    assert broken(declaration(PRESTATIE, credit("C1", debit("OUD"))), history(tarieven=(HOURLY,))) == {"TR304"}
    other = replace(ALLOCATED, toewijzing_nummer=300209)
    assert broken(declaration(), history(other)) == {"TR338"}


def test_tr314_a_referentienummer_is_used_once() -> None:
    """It is new over all messages of the provider, and over all clients of the message."""
    used = history(ALLOCATED, referenties={"RN001": UUID(int=BEFORE)})
    path = f"{SHOWN}/ProductReferentie/ReferentieNummer"
    assert against(declaration(), used, "TR314") == [(path,)]
    assert not against(declaration(debit("RN002")), used, "TR314")
    second = JW323.Client(bsn=OTHER_BSN, prestaties=(replace(PRESTATIE, toewijzing_nummer=300205),))
    two = change(JW323_, "declaratie", clienten=(JW323.Client(bsn=BSN, prestaties=(PRESTATIE,)), second))
    shown = tuple(path.replace("Client/", f"Client[{number}]/") for number in (1, 2))
    assert against(two, history(ALLOCATED), "TR314") == [shown]


def earlier(periode: GeslotenPeriode, number: str = "DN000", gemeente: str = MUNICIPALITY) -> Declaratie:
    """Make an earlier declaration."""
    return Declaratie(UUID(int=BEFORE), gemeente, number, periode, ("1.0.0", "1.0.0"))


@pytest.mark.parametrize(
    ("known", "is_broken"),
    [((), False), ((MAART,), False), ((APRIL,), False), ((MEI,), True), ((MAART, MEI), True)],
)
def test_tr318_periods_do_not_go_back(known: tuple[GeslotenPeriode, ...], is_broken: bool) -> None:
    """A month may be skipped, and declared twice; but not after a later one, at the same municipality."""
    here = history(ALLOCATED, declaraties=tuple(earlier(periode) for periode in known))
    assert against(declaration(), here, "TR318") == ([(f"{DECLARED}/DeclaratiePeriode",)] if is_broken else [])
    elsewhere = history(ALLOCATED, declaraties=tuple(earlier(periode, gemeente="0150") for periode in known))
    assert not against(declaration(), elsewhere, "TR318")


def test_tr333_a_declaratienummer_is_used_once() -> None:
    """It is new at every municipality."""
    for gemeente in (MUNICIPALITY, "0150"):
        known = history(ALLOCATED, declaraties=(earlier(MAART, "DN001", gemeente),))
        assert against(declaration(), known, "TR333") == [(f"{DECLARED}/DeclaratieNummer",)]
    assert not against(declaration(), history(ALLOCATED, declaraties=(earlier(MAART),)), "TR333")


def test_tr322_what_was_declared_before_counts() -> None:
    """Sixteen of forty hours are left after twenty-four; what was refused or credited leaves more."""
    past = before(debit("A", MAART, geleverd_volume=24))
    one_more = declaration(debit("B", geleverd_volume=17))
    assert not against(declaration(debit("B", geleverd_volume=16)), granted(ALLOCATED, *past), "TR322")
    assert against(one_more, granted(ALLOCATED, *past), "TR322") == [(f"{SHOWN}/GeleverdVolume",)]
    assert against(one_more, history(ALLOCATED, *past), "TR322")
    assert not against(one_more, granted(ALLOCATED, *past, refused=("A",)), "TR322")
    taken_back = fact(credit("C", past[0].klasse), bericht=8)
    assert not against(one_more, granted(ALLOCATED, *past, taken_back), "TR322")
    other_unit = before(debit("A", MAART, geleverd_volume=24, eenheid="16"))
    assert not against(declaration(debit("B", geleverd_volume=40)), granted(ALLOCATED, *other_unit), "TR322")
    elsewhere = before(debit("A", MAART, geleverd_volume=24, toewijzing_nummer=300209))
    assert not against(one_more, granted(ALLOCATED, *elsewhere), "TR322")


def test_tr322_credits_of_the_message_go_first() -> None:
    """What the message itself takes back makes room (OP366); a credit that is wrong takes nothing back."""
    past = debit("A", MAART, geleverd_volume=24)
    anew = debit("B", MAART, geleverd_volume=40)
    known = granted(ALLOCATED, *before(past))
    assert broken(declaration(anew, credit("C", past)), known) == set()
    assert against(declaration(anew, credit("C", past, geleverd_volume=23)), known, "TR322")


def test_tr322_the_one_that_does_not_fit_is_wrong() -> None:
    """Prestaties take their room by ProductPeriode; a smaller one after that may still fit."""
    bericht = declaration(
        debit("B", MEI, geleverd_volume=20),
        debit("A", geleverd_volume=30),
        debit("D", MEI, geleverd_volume=600, eenheid="01"),
    )
    assert against(bericht, history(ALLOCATED), "TR322") == [(f"{SHOWN}[1]/GeleverdVolume",)]


def test_tr369_amounts_fill_a_budget() -> None:
    """Whatever the unit, the money counts; what was credited, refused, or is credited now does not."""
    known = replace(ALLOCATED, omvang=None, budget=BUDGET)
    past = debit("A", MAART, ingediend_bedrag=BedragMetDC(bedrag=BUDGET - 24000, debet_credit="D"))
    euros = debit(
        "B",
        eenheid="83",
        geleverd_volume=24001,
        product_tarief=None,
        ingediend_bedrag=BedragMetDC(bedrag=24001, debet_credit="D"),
    )
    shown = [(f"{SHOWN}/GeleverdVolume", f"{SHOWN}/IngediendBedrag")]
    assert not against(declaration(debit("B")), granted(known, *before(past)), "TR369")
    assert against(declaration(euros), granted(known, *before(past)), "TR369") == shown
    assert not against(declaration(euros), granted(known, *before(past), refused=("A",)), "TR369")
    both = declaration(euros, credit("C", past))
    assert not against(both, granted(known, *before(past)), "TR369")
    without = against(both, history(known, *before(past)), "TR369")
    assert without == [(f"{SHOWN}[1]/GeleverdVolume", f"{SHOWN}[1]/IngediendBedrag")]


@pytest.mark.parametrize(
    "fields",
    [
        {"geleverd_volume": 15},
        {"product_periode": MAART},
        {"product_code": "45A05"},
        {"toewijzing_nummer": 300202},
        {"ingediend_bedrag": BedragMetDC(bedrag=23999, debet_credit="C")},
        {"product_referentie": Referentie(referentie_nummer="C1", vorig_referentie_nummer="RN009")},
    ],
)
def test_tr323_a_credit_repeats_what_was_granted(fields: dict[str, Any]) -> None:
    """It is like the debit in everything but its own marks."""
    known = granted(ALLOCATED, replace(ALLOCATED, toewijzing_nummer=300202), *before(PRESTATIE))
    shown = [(f"{SHOWN}/ProductReferentie/VorigReferentieNummer",)]
    assert not against(declaration(credit("C1", PRESTATIE)), known, "TR323")
    assert against(declaration(credit("C1", PRESTATIE, **fields)), known, "TR323") == shown


def test_tr323_only_what_was_granted_is_credited() -> None:
    """What was refused, or not yet answered, is never credited (IV085); nor is a credit."""
    bericht = declaration(credit("C1", PRESTATIE))
    assert against(bericht, history(ALLOCATED, *before(PRESTATIE)), "TR323")
    assert against(bericht, granted(ALLOCATED, *before(PRESTATIE), refused=("RN001",)), "TR323")
    of_credit = credit("C2", credit("C1", PRESTATIE))
    known = granted(ALLOCATED, *before(PRESTATIE, credit("C1", PRESTATIE)))
    assert against(declaration(of_credit), known, "TR323")


@pytest.mark.parametrize(
    ("allocated", "eenheid", "is_broken"),
    [("04", "01", False), ("01", "04", True), ("84", "82", True), ("83", "83", False)],
)
def test_tr341_minutes_for_hours_alone(allocated: str, eenheid: str, is_broken: bool) -> None:
    """The unit is that of the allocation; only hours may be told in minutes."""
    known = history(replace(ALLOCATED, omvang=replace(TOTAL, eenheid=allocated)))
    assert bool(against(declaration(debit("A", eenheid=eenheid)), known, "TR341")) is is_broken


HOURLY: Final = Tarief("45A04", "04", 1500)


@pytest.mark.parametrize(
    ("tarieven", "eenheid", "is_broken"),
    [
        (None, "16", False),
        ((), "16", False),
        ((HOURLY._replace(product_code="45A05"),), "16", False),
        ((HOURLY,), "16", True),
        ((HOURLY,), "01", False),
        ((HOURLY, HOURLY._replace(eenheid="16")), "16", False),
    ],
)
def test_tr341_without_omvang_the_contract_counts(
    tarieven: tuple[Tarief, ...] | None, eenheid: str, is_broken: bool
) -> None:
    """An allocation by category says nothing of units; the table of tariffs does, for what is in it."""
    known = history(replace(ALLOCATED, product=CATEGORY, omvang=None, budget=BUDGET), tarieven=tarieven)
    assert bool(against(declaration(debit("A", eenheid=eenheid)), known, "TR341")) is is_broken


@pytest.mark.parametrize(
    ("begin", "end", "codes"),
    [
        (date(2026, 4, 8), date(2026, 4, 30), set()),
        (date(2026, 4, 9), date(2026, 4, 30), {"TR387"}),
        (date(2026, 4, 1), date(2026, 4, 30), {"TR307", "TR387"}),
        (date(2026, 5, 1), date(2026, 5, 31), set()),
        (date(2026, 5, 2), date(2026, 5, 31), {"TR387"}),
        (date(2026, 5, 1), date(2026, 5, 30), {"TR388"}),
        (date(2026, 6, 1), date(2026, 6, 17), set()),
        (date(2026, 6, 1), date(2026, 6, 16), {"TR388"}),
        (date(2026, 6, 1), date(2026, 6, 30), {"TR308", "TR388"}),
    ],
)
def test_tr387_tr388_whole_months_within_the_allocation(begin: date, end: date, codes: set[str]) -> None:
    """A ProductPeriode is as much of its month as the allocation has (IV089)."""
    known = replace(ALLOCATED, ingangsdatum=date(2026, 4, 8), einddatum=date(2026, 6, 17))
    periode = GeslotenPeriode(begindatum=begin, einddatum=end)
    assert broken(declaration(debit("A", periode)), history(known)) == codes


@pytest.mark.parametrize(
    ("fields", "is_broken"),
    [
        ({}, True),
        ({"geleverd_volume": 2}, True),
        ({"product_periode": MAART}, False),
        ({"product_code": "45A05"}, False),
        ({"product_categorie": "46"}, False),
        ({"toewijzing_nummer": 300202}, False),
    ],
)
def test_tr389_nothing_is_declared_twice(fields: dict[str, Any], is_broken: bool) -> None:
    """The same allocation, product and period are declared once, answered or not."""
    known: list[Any] = [ALLOCATED, replace(ALLOCATED, toewijzing_nummer=300202), *before(PRESTATIE)]
    expected = [(SHOWN,)] if is_broken else []
    bericht = declaration(replace(debit("B"), **fields))
    assert against(bericht, history(*known), "TR389") == expected
    assert against(bericht, granted(*known), "TR389") == expected


def test_tr389_what_was_refused_or_credited_may_come_again() -> None:
    """A refused Prestatie comes again as it is; a granted one after its credit, which may be in the same message."""
    known = granted(ALLOCATED, *before(PRESTATIE))
    again = debit("B", geleverd_volume=15)
    assert not against(declaration(again), granted(ALLOCATED, *before(PRESTATIE), refused=("RN001",)), "TR389")
    taken_back = fact(credit("C1", PRESTATIE), bericht=8)
    assert not against(declaration(again), granted(ALLOCATED, *before(PRESTATIE), taken_back), "TR389")
    assert broken(declaration(again, credit("C1", PRESTATIE)), known) == set()
    assert broken(declaration(again, credit("C1", PRESTATIE, geleverd_volume=1)), known) == {"TR323", "TR389"}
    used = granted(ALLOCATED, *before(PRESTATIE), referenties={"C1": UUID(int=BEFORE)})
    assert broken(declaration(again, credit("C1", PRESTATIE)), used) == {"TR314", "TR389"}


def test_tr390_a_credit_comes_once() -> None:
    """What was credited is not credited again, unless the credit was refused."""
    first = credit("C1", PRESTATIE)
    again = declaration(credit("C2", PRESTATIE))
    shown = [(f"{SHOWN}/ProductReferentie/VorigReferentieNummer",)]
    assert against(again, granted(ALLOCATED, *before(PRESTATIE, first)), "TR390") == shown
    assert not against(again, granted(ALLOCATED, *before(PRESTATIE, first), refused=("C1",)), "TR390")
    assert not against(again, granted(ALLOCATED, *before(PRESTATIE)), "TR390")


@pytest.mark.parametrize(
    ("tarieven", "fields", "is_broken"),
    [
        (None, {"product_tarief": 1}, False),
        ((), {"product_tarief": 1}, False),
        ((HOURLY,), {}, False),
        ((HOURLY,), {"product_tarief": 1501}, True),
        ((HOURLY._replace(product_code="45A05"),), {"product_tarief": 1501}, False),
        ((HOURLY._replace(eenheid="16"),), {"product_tarief": 1501}, False),
        ((HOURLY._replace(tarief=1530),), {"eenheid": "01", "product_tarief": 26}, False),
        ((HOURLY._replace(tarief=1529),), {"eenheid": "01", "product_tarief": 25}, False),
        ((HOURLY._replace(tarief=1529),), {"eenheid": "01", "product_tarief": 26}, True),
        ((HOURLY._replace(valid_from=date(2026, 4, 30)),), {"product_tarief": 1501}, True),
        ((HOURLY._replace(valid_from=date(2026, 5, 1)),), {"product_tarief": 1501}, False),
        ((HOURLY._replace(valid_until=date(2026, 4, 1)),), {"product_tarief": 1501}, True),
        ((HOURLY._replace(valid_until=date(2026, 3, 31)),), {"product_tarief": 1501}, False),
        ((HOURLY, HOURLY._replace(tarief=1501)), {"product_tarief": 1501}, False),
        ((HOURLY,), {"eenheid": "83", "product_tarief": None}, False),
    ],
)
def test_tr418_the_tariff_of_the_contract(
    tarieven: tuple[Tarief, ...] | None, fields: dict[str, Any], is_broken: bool
) -> None:
    """Where a table of tariffs is known, and has the product, the tariff is the one in it; minutes are rounded."""
    found = against(declaration(debit("A", **fields)), history(ALLOCATED, tarieven=tarieven), "TR418")
    assert found == ([(f"{SHOWN}/ProductTarief",)] if is_broken else [])


def test_tr418_neither_a_credit_nor_an_unknown_client() -> None:
    """A credit repeats the tariff of its debit, whatever the contract says by now; an unknown client is told alone."""
    dearer = (HOURLY._replace(tarief=1600),)
    taken_back = declaration(credit("C1", PRESTATIE))
    assert broken(taken_back, granted(ALLOCATED, *before(PRESTATIE), tarieven=dearer)) == set()
    assert broken(declaration(), history(tarieven=dearer)) == {"TR304"}
