"""The TR rules of start and stop."""

from __future__ import annotations

from datetime import date

from tests.rules.builders import JW307_, change, places

PRODUCT = "/Bericht/Client/StopProducten/StopProduct"


def test_tr018_a_stop_comes_after_the_start() -> None:
    """Care may end on the day that it began, not on the day before."""
    same = change(JW307_, "client.stop_producten.0", einddatum=date(2026, 4, 3))
    before = change(JW307_, "client.stop_producten.0", einddatum=date(2026, 4, 2))
    assert places(same, "TR018") == []
    assert places(before, "TR018") == [(f"{PRODUCT}/Einddatum", f"{PRODUCT}/Begindatum")]
