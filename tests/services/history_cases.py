"""For each rule against earlier messages: what was sent before, what breaks the rule, and the codes of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.declaratie import JW323
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import BedragMetDC, GeslotenPeriode, Omvang, Referentie, TotaalBedragMetDC
from gateway.ijw.verzoek import JW315, JW317, JW319
from tests.rules.builders import (
    AANGEVRAAGD,
    APRIL,
    BSN,
    BUDGET,
    CATEGORY,
    GESTART,
    GESTOPT,
    JW301_,
    JW305_,
    JW307_,
    JW315_,
    JW317_,
    JW319_,
    JW323_,
    MAART,
    NIEUW,
    OTHER_BSN,
    OTHER_PRODUCT,
    PRESTATIE,
    TE_WIJZIGEN,
    TOEGEWEZEN,
    change,
)

MEI: Final = date(2026, 5, 1)
START: Final = "Client/StartProducten/StartProduct"
STOP: Final = "Client/StopProducten/StopProduct"
ALLOCATION: Final = "Client/ToegewezenProducten/ToegewezenProduct"
REQUEST: Final = "Client/Verzoek"
CHANGING: Final = f"{REQUEST}/TeWijzigenProducten/TeWijzigenProduct"
STAYING: Final = f"{REQUEST}/OngewijzigdeProducten/OngewijzigdProduct"
NEW: Final = f"{REQUEST}/NieuweProducten/NieuwProduct"
ANSWER: Final = "DeclaratieAntwoord"
DECLARED: Final = f"{ANSWER}/Clienten/Client/Prestaties/Prestatie"


@dataclass(frozen=True)
class Case:
    """What breaks one rule and no other; `codes` are those of the answer, by class, where they are not 0200."""

    code: str
    known: tuple[Bericht, ...]
    bericht: Bericht
    codes: Mapping[str, tuple[str, ...]]


def allocated(*products: JW301.ToegewezenProduct, bsn: str = BSN) -> JW301:
    """Make a JW301 with these allocations."""
    return change(JW301_, "client", toegewezen_producten=products, bsn=bsn)


def started(product: JW305.StartProduct) -> JW305:
    """Make a JW305 with this start."""
    return change(JW305_, "client", start_producten=(product,))


def stopped(product: JW307.StopProduct) -> JW307:
    """Make a JW307 with this stop."""
    return change(JW307_, "client", stop_producten=(product,))


def asked(reference: str) -> JW315:
    """Make a JW315 under a reference."""
    return change(JW315_, "client", aangevraagde_producten=(replace(AANGEVRAAGD, referentie_aanbieder=reference),))


def changing(**fields: Any) -> JW317:
    """Make a JW317 of which the product that has to change has these fields, and that asks for nothing else."""
    return change(
        JW317_, "client.verzoek", te_wijzigen_producten=(replace(TE_WIJZIGEN, **fields),), nieuwe_producten=()
    )


def answered(verzoek_antwoord: str) -> JW319:
    """Make a JW319 to R1."""
    reden = "3" if verzoek_antwoord == "1" else None
    antwoord = JW319.Antwoord(
        referentie_aanbieder="R1", verzoek_antwoord=verzoek_antwoord, reden_afwijzing_verzoek=reden
    )
    return change(JW319_, "", antwoord=antwoord)


def debit(number: str, periode: GeslotenPeriode = APRIL, volume: int = 16, **fields: Any) -> JW323.Prestatie:
    """Make a debit Prestatie of so many units of fifteen euros."""
    changed = {
        "product_referentie": Referentie(referentie_nummer=number),
        "product_periode": periode,
        "geleverd_volume": volume,
        "ingediend_bedrag": BedragMetDC(bedrag=1500 * volume, debet_credit="D"),
        **fields,
    }
    return replace(PRESTATIE, **changed)


def credit(number: str, of: JW323.Prestatie) -> JW323.Prestatie:
    """Make the credit of a Prestatie."""
    before = of.product_referentie.referentie_nummer
    return replace(
        of,
        product_referentie=Referentie(referentie_nummer=number, vorig_referentie_nummer=before),
        ingediend_bedrag=BedragMetDC(bedrag=of.ingediend_bedrag.bedrag, debet_credit="C"),
    )


def declared(number: str, *prestaties: JW323.Prestatie, periode: GeslotenPeriode = APRIL, bsn: str = BSN) -> JW323:
    """Make a declaration of one client, with the total that it should have."""
    amounts = [prestatie.ingediend_bedrag for prestatie in prestaties]
    total = sum(amount.bedrag if amount.debet_credit == "D" else -amount.bedrag for amount in amounts)
    return change(
        JW323_,
        "declaratie",
        declaratie_nummer=number,
        declaratie_periode=periode,
        totaal_ingediend_bedrag=TotaalBedragMetDC(totaal_bedrag=abs(total), debet_credit="D" if total >= 0 else "C"),
        clienten=(JW323.Client(bsn=bsn, prestaties=prestaties),),
    )


TIJDELIJK: Final = replace(GESTOPT, reden_beeindiging="20", einddatum=date(2026, 4, 20))
STAYS: Final = replace(TOEGEWEZEN, toewijzing_nummer=300200, product=OTHER_PRODUCT)
ENDED: Final = date(2026, 4, 30)
REMOVED: Final = replace(
    TOEGEWEZEN,
    ingangsdatum=date(2026, 3, 1),
    einddatum=date(2026, 3, 1),
    reden_wijziging="13",
    toewijzingsdatum=MEI,
)
# Forty hours in all, from March on.
ROOMY: Final = replace(
    TOEGEWEZEN, ingangsdatum=date(2026, 3, 1), omvang=Omvang(volume=40, eenheid="04", frequentie="6")
)
ASPECIFIC: Final = replace(ROOMY, product=CATEGORY, omvang=None, budget=BUDGET)
GENERIC: Final = replace(ASPECIFIC, product=None)
FROM_THE_START: Final = TOEGEWEZEN.ingangsdatum
ONE: Final = allocated(ROOMY)
BOTH: Final = allocated(TOEGEWEZEN, STAYS)


def _version(product: JW301.ToegewezenProduct, **fields: Any) -> JW301.ToegewezenProduct:
    return replace(product, **{"toewijzingsdatum": MEI, **fields})


def _alone(**fields: Any) -> JW317:
    """Make a JW317 that changes one allocation and names no other."""
    return change(changing(**fields), "client.verzoek", ongewijzigde_producten=())


LEVERING: Final = [
    Case("TR019", (), JW305_, {START: ("9019",)}),
    Case("TR063", (allocated(TOEGEWEZEN),), started(replace(GESTART, status_aanlevering="3")), {START: ("9063",)}),
    Case(
        "TR071",
        (allocated(TOEGEWEZEN), JW305_, JW307_),
        started(replace(GESTART, status_aanlevering="3")),
        {START: ("9071",)},
    ),
    Case("TR074", (allocated(TOEGEWEZEN), JW305_, JW307_), JW305_, {START: ("9074",)}),
    Case("TR326", (allocated(TOEGEWEZEN), JW305_), started(replace(GESTART, begindatum=MEI)), {START: ("9326",)}),
    Case("TR382", (allocated(TOEGEWEZEN),), JW307_, {STOP: ("9069",)}),
    Case(
        "TR413",
        (allocated(TOEGEWEZEN), JW305_, stopped(TIJDELIJK)),
        stopped(replace(TIJDELIJK, einddatum=date(2026, 4, 21))),
        {STOP: ("9413",)},
    ),
    Case(
        "TR414",
        (allocated(TOEGEWEZEN), JW305_, stopped(TIJDELIJK)),
        stopped(replace(GESTOPT, einddatum=date(2026, 4, 19))),
        {STOP: ("9414",)},
    ),
    Case(
        "TR415",
        (allocated(TOEGEWEZEN), JW305_, JW307_),
        stopped(replace(GESTOPT, einddatum=MEI)),
        {STOP: ("9415",)},
    ),
]

TOEWIJZING: Final = [
    Case("TR332", (allocated(TOEGEWEZEN),), allocated(TOEGEWEZEN, bsn=OTHER_BSN), {ALLOCATION: ("9332",)}),
    Case("TR379", (), allocated(replace(TOEGEWEZEN, referentie_aanbieder="R9")), {ALLOCATION: ("9379",)}),
    Case("TR385", (ONE, declared("DN001", debit("A"))), allocated(REMOVED), {ALLOCATION: ("9385",)}),
]

VERZOEK: Final = [
    Case(
        "TR304",
        (),
        JW317_,
        {"Client": ("8187",)} | dict.fromkeys((REQUEST, STAYING, CHANGING, NEW), ("0233",)),
    ),
    Case(
        "TR347",
        (asked("R1"), answered("1")),
        asked("R1"),
        {"Client/AangevraagdeProducten/AangevraagdProduct": ("9347",)},
    ),
    Case("TR349", (BOTH,), _alone(), {REQUEST: ("9349",)}),
    Case("TR350", (allocated(TOEGEWEZEN, replace(STAYS, einddatum=ENDED)),), changing(), {STAYING: ("9350",)}),
    Case("TR351", (allocated(replace(TOEGEWEZEN, einddatum=ENDED), STAYS),), changing(), {CHANGING: ("9351",)}),
    Case("TR355", (), answered("1"), {"Antwoord": ("9355",)}),
    Case("TR357", (BOTH,), changing(gewenste_ingangsdatum=date(2026, 4, 2)), {CHANGING: ("9357",)}),
    Case(
        "TR359",
        (asked("R1"), allocated(replace(TOEGEWEZEN, referentie_aanbieder="R1"))),
        answered("1"),
        {"Antwoord": ("9359",)},
    ),
    Case("TR360", (asked("R1"), answered("2")), answered("2"), {"Antwoord": ("9360",)}),
    Case(
        "TR361",
        (BOTH,),
        change(changing(), "client.verzoek", nieuwe_producten=(replace(NIEUW, product=OTHER_PRODUCT),)),
        {REQUEST: ("9361",)},
    ),
    Case("TR365", (asked("R1"), answered("1")), answered("1"), {"Antwoord": ("9365",)}),
    Case(
        "TR373",
        (allocated(replace(TOEGEWEZEN, omvang=ROOMY.omvang), STAYS),),
        changing(omvang=ROOMY.omvang),
        {CHANGING: ("9373",)},
    ),
    Case("TR374", (asked("R1"),), asked("R2"), {"Header": ("9374",)}),
    Case(
        "TR375",
        (allocated(GENERIC),),
        _alone(gewenste_ingangsdatum=GENERIC.ingangsdatum),
        {CHANGING: ("9375",)},
    ),
    Case("TR411", (BOTH,), changing(omvang=None, budget=BUDGET), {CHANGING: ("9411",)}),
    Case(
        "TR412",
        (allocated(ASPECIFIC),),
        _alone(gewenste_ingangsdatum=ASPECIFIC.ingangsdatum),
        {CHANGING: ("9412",)},
    ),
]

FIRST: Final = declared("DN001", debit("A"))
DECLARATIE: Final = [
    Case(
        "TR304",
        (),
        declared("DN001", debit("A")),
        {f"{ANSWER}/Clienten/Client": ("8187",), DECLARED: ("0233",)},
    ),
    Case("TR307", (allocated(TOEGEWEZEN),), declared("DN001", debit("A", MAART, volume=8)), {DECLARED: ("9307",)}),
    Case(
        "TR308",
        (allocated(replace(ROOMY, einddatum=MAART.einddatum)),),
        declared("DN001", debit("A")),
        {DECLARED: ("9308",)},
    ),
    Case("TR314", (ONE, FIRST), declared("DN002", debit("A", MAART)), {DECLARED: ("8021",)}),
    Case(
        "TR318",
        (ONE, FIRST),
        declared("DN002", debit("B", MAART), periode=MAART),
        {ANSWER: ("8214",)},
    ),
    Case(
        "TR321",
        (allocated(replace(ROOMY, omvang=Omvang(volume=15, eenheid="04", frequentie="4"))),),
        declared("DN001", debit("A")),
        {DECLARED: ("9321",)},
    ),
    Case("TR322", (ONE, FIRST), declared("DN002", debit("B", MAART, volume=25)), {DECLARED: ("9322",)}),
    Case("TR323", (ONE,), declared("DN001", credit("C", debit("A"))), {DECLARED: ("8017",)}),
    Case("TR333", (ONE, FIRST), declared("DN001", debit("B", MAART)), {ANSWER: ("9333",)}),
    Case("TR338", (ONE,), declared("DN001", debit("A", toewijzing_nummer=300209)), {DECLARED: ("9338",)}),
    Case(
        "TR339",
        (allocated(ASPECIFIC),),
        declared("DN001", debit("A", product_categorie="46", product_code="46A04")),
        {DECLARED: ("9339",)},
    ),
    Case("TR340", (ONE,), declared("DN001", debit("A", product_code="45A05")), {DECLARED: ("9340",)}),
    Case("TR341", (ONE,), declared("DN001", debit("A", eenheid="16")), {DECLARED: ("9341",)}),
    Case(
        "TR369",
        (allocated(replace(ASPECIFIC, budget=23_999)),),
        declared("DN001", debit("A")),
        {DECLARED: ("9369",)},
    ),
    Case("TR384", (ONE, allocated(REMOVED)), declared("DN001", debit("A")), {DECLARED: ("9384",)}),
    Case(
        "TR387",
        (ONE,),
        declared("DN001", debit("A", replace(APRIL, begindatum=date(2026, 4, 2)))),
        {DECLARED: ("9387",)},
    ),
    Case(
        "TR388",
        (ONE,),
        declared("DN001", debit("A", replace(APRIL, einddatum=date(2026, 4, 29)))),
        {DECLARED: ("9388",)},
    ),
    Case("TR389", (ONE, FIRST), declared("DN002", debit("B")), {DECLARED: ("9389",)}),
    Case(
        "TR390",
        (ONE, FIRST, declared("DN002", credit("C1", debit("A")))),
        declared("DN003", credit("C2", debit("A"))),
        {DECLARED: ("9390",)},
    ),
]
CASES: Final = [*LEVERING, *TOEWIJZING, *VERZOEK, *DECLARATIE]
# What the table has no case of, and why: an answer to a declaration gets no answer itself; the message alone tells
# TR319; TR418 needs a table of tariffs.
ELSEWHERE: Final = {"TR319", "TR337", "TR366", "TR367", "TR371", "TR376", "TR418"}
