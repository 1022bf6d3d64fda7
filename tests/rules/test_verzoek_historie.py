"""The TR rules of requests and their answer that look at what came before them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.dossier import Verzoek
from gateway.ijw.klasse import Klasse
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Omvang, Product
from gateway.ijw.verzoek import JW317, JW319
from tests.rules.builders import (
    AANGEVRAAGD,
    BSN,
    BUDGET,
    CATEGORY,
    DAY,
    JW301_,
    JW315_,
    JW317_,
    JW319_,
    OTHER_PRODUCT,
    PRODUCT,
    TE_WIJZIGEN,
    TOEGEWEZEN,
    change,
)
from tests.rules.histories import against, broken, dossier, fact, history, told, verzoek, with_dossiers

VERZOEK = "client.verzoek"
LAST, NEXT = date(2026, 6, 30), date(2026, 7, 1)
ASKED = "/Bericht/Client/AangevraagdeProducten/AangevraagdProduct"
WHOLE = "/Bericht/Client/Verzoek"
CHANGING = f"{WHOLE}/TeWijzigenProducten/TeWijzigenProduct"
STAYING = f"{WHOLE}/OngewijzigdeProducten/OngewijzigdProduct"
ANSWER = "/Bericht/Antwoord"
VOW = JW317_.client.verzoek
# The allocation that JW317_ leaves as it is, beside TOEGEWEZEN that it changes.
STAYS = replace(TOEGEWEZEN, toewijzing_nummer=300200, product=OTHER_PRODUCT)
ONDERZOEK = JW319.Antwoord(referentie_aanbieder="R1", verzoek_antwoord="2")
AFGEWEZEN = JW319.Antwoord(referentie_aanbieder="R1", verzoek_antwoord="1", reden_afwijzing_verzoek="3")


@pytest.mark.parametrize(
    ("bericht", "shown"),
    [(JW315_, f"{ASKED}/ReferentieAanbieder"), (JW317_, f"{WHOLE}/ReferentieAanbieder")],
)
def test_tr347_a_reference_is_used_once(bericht: Bericht, shown: str) -> None:
    """A ReferentieAanbieder is new, at every municipality; an allocation that bears it is no use of it."""

    def found(known: Verzoek) -> list[tuple[str, ...]]:
        return against(bericht, history(verzoeken={known.referentie_aanbieder: known}), "TR347")

    assert found(verzoek("R1", gevraagd=[AANGEVRAAGD])) == [(shown,)]
    assert found(verzoek("R1", gevraagd=[VOW], gemeente="0150")) == [(shown,)]
    assert not found(verzoek("R1", toegewezen=[TOEGEWEZEN]))
    assert not found(verzoek("R2", gevraagd=[AANGEVRAAGD]))


@pytest.mark.parametrize(
    ("fields", "is_current"),
    [
        ({"einddatum": None}, True),
        ({"einddatum": DAY}, True),
        ({"einddatum": DAY - timedelta(days=1)}, False),
        ({"ingangsdatum": DAY + timedelta(days=30), "einddatum": DAY + timedelta(days=60)}, True),
        ({"ingangsdatum": DAY, "einddatum": DAY, "reden_wijziging": "13"}, False),
        ({"ingangsdatum": DAY, "einddatum": DAY, "reden_wijziging": "01"}, False),
        ({"ingangsdatum": DAY, "einddatum": DAY, "reden_wijziging": "05"}, True),
        ({"ingangsdatum": DAY, "einddatum": DAY, "reden_wijziging": None}, True),
        ({"einddatum": NEXT, "reden_wijziging": "01"}, True),
    ],
)
def test_tr349_tr350_tr351_what_is_current(fields: dict[str, Any], is_current: bool) -> None:
    """A request for change names all that is current today, and nothing else."""
    subject = replace(STAYS, **fields)
    without = change(JW317_, VERZOEK, ongewijzigde_producten=())
    assert against(without, history(TOEGEWEZEN, subject), "TR349") == ([(WHOLE,)] if is_current else [])
    named = against(JW317_, history(TOEGEWEZEN, subject), "TR350")
    assert named == ([] if is_current else [(f"{STAYING}/ToewijzingNummer",)])
    changed = against(JW317_, history(STAYS, replace(subject, toewijzing_nummer=300201)), "TR351")
    assert changed == ([] if is_current else [(f"{CHANGING}/ToewijzingNummer",)])


def test_tr349_the_latest_version_counts() -> None:
    """An allocation that was withdrawn since is not current any more; where it is named does not matter."""
    without = change(JW317_, VERZOEK, ongewijzigde_producten=())
    withdrawn = replace(STAYS, toewijzingsdatum=date(2026, 4, 20), einddatum=date(2026, 4, 30))
    assert not against(without, history(TOEGEWEZEN, STAYS, withdrawn), "TR349")
    assert not against(JW317_, history(TOEGEWEZEN, STAYS), "TR349")


def test_tr350_tr351_under_an_unknown_client_nothing_is_judged() -> None:
    """Where the client is not known that alone is told; where the client is, each number is looked up."""
    assert broken(JW317_, history()) == {"TR304"}
    other = replace(TOEGEWEZEN, toewijzing_nummer=300209, einddatum=date(2026, 4, 30))
    assert broken(JW317_, history(other)) == {"TR350", "TR351"}


def answered(*antwoorden: JW319.Antwoord, **fields: Any) -> Any:
    """Make a history in which a request was answered."""
    return history(verzoeken={"R1": verzoek("R1", gevraagd=[AANGEVRAAGD], antwoorden=antwoorden, **fields)})


def test_tr355_an_answer_is_to_a_request() -> None:
    """What is answered was asked, and asked of the municipality that answers."""
    shown = [(f"{ANSWER}/ReferentieAanbieder",)]
    assert not against(JW319_, answered(), "TR355")
    assert not against(JW319_, history(verzoeken={"R1": verzoek("R1", gevraagd=[VOW])}), "TR355")
    assert against(JW319_, history(), "TR355") == shown
    assert against(JW319_, answered(gemeente="0150"), "TR355") == shown
    assert against(JW319_, history(verzoeken={"R1": verzoek("R1", antwoorden=[ONDERZOEK])}), "TR355") == shown


@pytest.mark.parametrize(
    ("gewenst", "is_broken"),
    [(DAY, True), (DAY + timedelta(days=1), False), (TOEGEWEZEN.ingangsdatum, False), (date(2026, 4, 2), True)],
)
def test_tr357_a_change_in_the_past_is_a_change_from_the_beginning(gewenst: date, is_broken: bool) -> None:
    """GewensteIngangsdatum is after the Dagtekening, or the first day of the allocation."""
    bericht = change(JW317_, f"{VERZOEK}.te_wijzigen_producten.0", gewenste_ingangsdatum=gewenst)
    expected = [(f"{CHANGING}/GewensteIngangsdatum",)] if is_broken else []
    assert against(bericht, history(TOEGEWEZEN, STAYS), "TR357") == expected
    assert not against(bericht, history(STAYS), "TR357")


def test_tr359_no_answer_after_an_allocation() -> None:
    """Once an allocation with the reference was sent there is no answer any more."""
    assert against(JW319_, answered(toegewezen=[TOEGEWEZEN]), "TR359") == [(f"{ANSWER}/ReferentieAanbieder",)]
    assert not against(JW319_, answered(ONDERZOEK), "TR359")
    assert not against(JW319_, answered(toegewezen=[TOEGEWEZEN], gemeente="0150"), "TR359")


@pytest.mark.parametrize(
    ("earlier", "now", "codes"),
    [
        ((), ONDERZOEK, set()),
        ((), AFGEWEZEN, set()),
        ((ONDERZOEK,), AFGEWEZEN, set()),
        ((ONDERZOEK,), ONDERZOEK, {"TR360"}),
        ((AFGEWEZEN,), AFGEWEZEN, {"TR365"}),
        ((AFGEWEZEN,), ONDERZOEK, {"TR360", "TR365"}),
        ((ONDERZOEK, AFGEWEZEN), AFGEWEZEN, {"TR365"}),
    ],
)
def test_tr360_tr365_the_order_of_answers(
    earlier: tuple[JW319.Antwoord, ...], now: JW319.Antwoord, codes: set[str]
) -> None:
    """First, perhaps, "in onderzoek"; then a refusal; and after that nothing."""
    assert broken(change(JW319_, "", antwoord=now), answered(*earlier)) == codes


def renewed(**fields: Any) -> JW317:
    """Make a request for change whose new product has these fields."""
    return change(JW317_, f"{VERZOEK}.nieuwe_producten.0", **fields)


@pytest.mark.parametrize(
    ("product", "begin", "is_broken"),
    [
        (OTHER_PRODUCT, LAST, True),
        (OTHER_PRODUCT, NEXT, False),
        (Product(categorie="46"), LAST, True),
        (Product(categorie="46", code="46A05"), LAST, False),
        (None, LAST, True),
    ],
)
def test_tr361_what_stays_and_what_is_new(product: Product | None, begin: date, is_broken: bool) -> None:
    """A new product does not overlap the allocation of it that stays as it is."""
    changed = replace(TOEGEWEZEN, product=Product(categorie="50", code="50A01"))
    known = history(changed, replace(STAYS, einddatum=LAST))
    bericht = change(
        renewed(product=product, gewenste_ingangsdatum=begin),
        f"{VERZOEK}.te_wijzigen_producten.0",
        einddatum=date(2026, 5, 31),
        gewenste_ingangsdatum=date(2026, 4, 1),
    )
    found = against(bericht, known, "TR361")
    assert found == ([(STAYING, f"{WHOLE}/NieuweProducten/NieuwProduct")] if is_broken else [])


def test_tr361_what_changes_has_the_period_that_is_asked() -> None:
    """The product is that of the allocation, the days are those of the request."""
    known = history(TOEGEWEZEN, STAYS)
    shortened = change(
        JW317_,
        f"{VERZOEK}.te_wijzigen_producten.0",
        einddatum=date(2026, 5, 31),
        gewenste_ingangsdatum=date(2026, 4, 1),
    )
    assert not against(shortened, known, "TR361")
    one_day_more = change(shortened, f"{VERZOEK}.te_wijzigen_producten.0", einddatum=date(2026, 6, 1))
    assert against(one_day_more, known, "TR361") == [(CHANGING, f"{WHOLE}/NieuweProducten/NieuwProduct")]


def test_tr361_what_was_removed_overlaps_nothing() -> None:
    """A removed allocation has no period; that it is not current is TR350."""
    gone = replace(STAYS, product=PRODUCT, einddatum=STAYS.ingangsdatum, reden_wijziging="13")
    bericht = change(
        renewed(gewenste_ingangsdatum=DAY),
        f"{VERZOEK}.te_wijzigen_producten.0",
        gewenste_ingangsdatum=date(2026, 4, 1),
        einddatum=date(2026, 4, 30),
    )
    bericht = change(bericht, VERZOEK, te_wijzigen_producten=(replace(TE_WIJZIGEN, toewijzing_nummer=300205),))
    assert not against(bericht, history(gone), "TR361")


TOTAL = Omvang(volume=80, eenheid="04", frequentie="6")


@pytest.mark.parametrize(
    ("known", "is_broken"),
    [
        ({"omvang": None, "budget": BUDGET}, True),
        ({"omvang": TOTAL}, True),
        ({}, False),
        ({"omvang": TOTAL, "ingangsdatum": TE_WIJZIGEN.gewenste_ingangsdatum}, False),
    ],
)
def test_tr373_a_budget_or_a_total_changes_from_the_beginning(known: dict[str, Any], is_broken: bool) -> None:
    """What counts over the whole period changes over the whole period."""
    expected = [(f"{CHANGING}/GewensteIngangsdatum",)] if is_broken else []
    assert against(JW317_, history(replace(TOEGEWEZEN, **known), STAYS), "TR373") == expected


OPEN = verzoek("R7", gevraagd=[replace(AANGEVRAAGD, referentie_aanbieder="R7")])
ALLOCATED = replace(TOEGEWEZEN, referentie_aanbieder="R7")


@pytest.mark.parametrize(
    ("request_", "is_broken"),
    [
        (OPEN, True),
        (replace(OPEN, antwoorden=verzoek("R7", antwoorden=[ONDERZOEK]).antwoorden), True),
        (replace(OPEN, antwoorden=verzoek("R7", antwoorden=[ONDERZOEK, AFGEWEZEN]).antwoorden), False),
        (replace(OPEN, toegewezen=verzoek("R7", toegewezen=[ALLOCATED]).toegewezen), False),
        (replace(OPEN, afgehandeld=True), False),
    ],
)
@pytest.mark.parametrize("bericht", [JW315_, JW317_], ids=["JW315", "JW317"])
def test_tr374_one_request_at_a_time(bericht: Bericht, request_: Verzoek, is_broken: bool) -> None:
    """A request waits until the one before it was allocated or refused; looking into it is not enough."""
    asked = replace(AANGEVRAAGD, referentie_aanbieder="R7")
    for known in ([asked], [replace(VOW, referentie_aanbieder="R7")]):
        found = against(bericht, history(*known, verzoeken={"R7": request_}), "TR374")
        assert found == ([("/Bericht",)] if is_broken else [])


def test_tr374_of_the_same_client_at_the_same_municipality() -> None:
    """Another client's request, or one at another municipality, holds nothing up."""
    asked = replace(AANGEVRAAGD, referentie_aanbieder="R7")
    others = with_dossiers({"999900018": dossier(asked)}, verzoeken={"R7": OPEN})
    assert not against(JW315_, others, "TR374")
    assert not against(JW315_, history(verzoeken={"R7": replace(OPEN, gemeente="0150")}), "TR374")


def test_tr374_each_product_of_a_request_is_one() -> None:
    """A JW315 for two products is closed when both were answered."""
    asked = [replace(AANGEVRAAGD, referentie_aanbieder=reference) for reference in ("R7", "R8")]
    known = {"R7": OPEN, "R8": verzoek("R8", gevraagd=asked[1:])}
    assert against(JW315_, history(*asked, ALLOCATED, verzoeken=known), "TR374")
    both = (ALLOCATED, replace(ALLOCATED, toewijzing_nummer=300202, referentie_aanbieder="R8"))
    assert not against(JW315_, history(*asked, *both, verzoeken=known), "TR374")


@pytest.mark.parametrize(
    ("product", "fields", "codes"),
    [
        (None, {}, {"TR375"}),
        (CATEGORY, {}, {"TR412"}),
        (PRODUCT, {}, set()),
        (None, {"omvang": None, "budget": BUDGET}, set()),
        (CATEGORY, {"omvang": None, "budget": BUDGET}, set()),
        (PRODUCT, {"omvang": None, "budget": BUDGET}, {"TR411"}),
        (None, {"einddatum": date(2020, 12, 31)}, set()),
        (CATEGORY, {"einddatum": date(2020, 12, 31)}, set()),
        (CATEGORY, {"einddatum": date(2021, 1, 1)}, {"TR412"}),
        (None, {"einddatum": None}, {"TR375"}),
    ],
)
def test_tr375_tr411_tr412_what_kind_of_allocation_it_is(
    product: Product | None, fields: dict[str, Any], codes: set[str]
) -> None:
    """With a code there is an Omvang; without one, or without a product, there is none."""
    known: JW301.ToegewezenProduct = replace(TOEGEWEZEN, product=product)
    bericht = change(JW317_, f"{VERZOEK}.te_wijzigen_producten.0", **fields)
    for code in ("TR375", "TR411", "TR412"):
        expected = [(f"{CHANGING}/Omvang" if bericht.client.verzoek.te_wijzigen_producten[0].omvang else CHANGING,)]
        assert against(bericht, history(known, STAYS), code) == (expected if code in codes else [])


FACTS: list[Klasse] = [
    TOEGEWEZEN,
    STAYS,
    replace(TOEGEWEZEN, toewijzingsdatum=date(2026, 4, 9), einddatum=date(2026, 5, 1)),
    replace(STAYS, toewijzingsdatum=date(2026, 4, 9), omvang=TOTAL),
    replace(STAYS, einddatum=STAYS.ingangsdatum, reden_wijziging="13"),
    replace(TOEGEWEZEN, referentie_aanbieder="R1", toewijzingsdatum=date(2026, 4, 12)),
    AANGEVRAAGD,
    VOW,
]


@settings(max_examples=50)
@given(data=st.data())
def test_the_order_of_arrival_means_nothing(data: st.DataObject) -> None:
    """Any permutation of the facts gives the same findings (OP080)."""
    chosen = data.draw(st.lists(st.tuples(st.sampled_from(FACTS), st.integers(1, 3)), max_size=7))
    facts = [fact(klasse, days, bericht=number) for number, (klasse, days) in enumerate(chosen)]
    shuffled = data.draw(st.permutations(facts))
    honouring = change(JW301_, "client.toegewezen_producten.0", referentie_aanbieder="R1")
    for bericht in (JW315_, JW317_, honouring):
        assert told(bericht, history(*facts)) == told(bericht, history(*shuffled))


def test_a_request_that_fits_its_history_breaks_nothing() -> None:
    """All current allocations named, none overlapping, a reference of its own: nothing is wrong."""
    bericht = renewed(product=Product(categorie="47", code="47A01"))
    assert broken(bericht, history(TOEGEWEZEN, STAYS)) == set()
    assert broken(JW315_, with_dossiers({BSN: dossier()})) == set()
