"""Zorgperiodes: the quick search finds what comparing every pair would find."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from gateway.ijw.klasse import Klasse
from gateway.ijw.typen import OpenPeriode, Product
from gateway.rules.zorgperiode import Zorgperiode, overlapping

START = date(2026, 1, 1)
PRODUCTS = [None, *[Product(categorie=category, code=code) for category in ("45", "46") for code in (None, "A", "B")]]


@st.composite
def periods(draw: st.DrawFn) -> list[Zorgperiode]:
    """Make some periods, most of them short and near each other; a few are without end, or backwards."""
    found = []
    for _ in range(draw(st.integers(0, 9))):
        begin = START + timedelta(days=draw(st.integers(0, 12)))
        length = draw(st.sampled_from([-2, -1, 0, 0, 1, 2, 3, 8, None]))
        end = None if length is None else begin + timedelta(days=length)
        found.append(Zorgperiode.of(OpenPeriode(), draw(st.sampled_from(PRODUCTS)), begin, end))
    return found


def same_product(one: Product | None, other: Product | None) -> bool:
    """Read the rule as it is written: by code, by category without a code, everything without a product."""
    if one is None or other is None:
        return True
    if one.code is None or other.code is None:
        return one.categorie == other.categorie
    return one == other


def overlap(one: Zorgperiode, other: Zorgperiode) -> bool:
    """Compare two periods."""
    together = max(one.begin, other.begin) <= min(one.end, other.end)
    return one.begin <= one.end and other.begin <= other.end and together and same_product(one.product, other.product)


@given(periods())
def test_finds_what_comparing_all_pairs_finds(found: list[Zorgperiode]) -> None:
    """Every product in an overlapping pair is told once, and no other; what overlaps is in one group."""
    pairs = [(one.element, other.element) for one, other in combinations(found, 2) if overlap(one, other)]
    groups = list(overlapping(found))
    told = [id(element) for group in groups for element in group]
    assert sorted(told) == sorted({id(element) for pair in pairs for element in pair})
    for one, other in pairs:
        assert any(_holds(group, one) and _holds(group, other) for group in groups)


def _holds(group: list[Klasse], element: Klasse) -> bool:
    return any(member is element for member in group)


def test_many_products_stay_quick() -> None:
    """Tens of thousands of products at the same time are no more work each than a few."""
    many = [
        Zorgperiode.of(OpenPeriode(), Product(categorie="45", code=str(number)), START, None)
        for number in range(30_000)
    ]
    assert list(overlapping(many)) == []
    assert [len(group) for group in overlapping([*many, Zorgperiode.of(OpenPeriode(), None, START, None)])] == [30_001]
