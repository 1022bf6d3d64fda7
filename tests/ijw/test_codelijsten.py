"""Lists as values: looking up, and whether a municipality exists on a day."""

from datetime import date

import pytest

from gateway.ijw.codelijsten import CodeLijst, Codelijsten, FoutCode, Gemeente, ProductCode

GESLACHT = CodeLijst("COD046", "LDT_Geslacht", {"1": "Mannelijk"})
DEVENTER = Gemeente("0150", "Deventer", "Overijssel")
VERBLIJF = ProductCode("46A04", "46", "Inspanningsgericht", "Verblijf")
XML = FoutCode("BRS14", "Geen leesbare XML")


def test_everything_is_found_by_its_code() -> None:
    """A code that is in a list gives what stands there; any other gives nothing."""
    lists = Codelijsten.of([GESLACHT], [DEVENTER], [VERBLIJF], [XML])
    assert lists.meaning("LDT_Geslacht", "1") == "Mannelijk"
    assert (lists.gemeente("0150"), lists.product("46A04"), lists.fout("BRS14")) == (DEVENTER, VERBLIJF, XML)
    assert lists.meaning("LDT_Geslacht", "2") is lists.meaning("LDT_Naam", "1") is None
    found = (lists.gemeente("150"), lists.product("46a04"), lists.fout("brs14"))
    assert found == (None, None, None)


def test_lists_stay_as_they_are() -> None:
    """Nobody adds to a list that others read too."""
    lists = Codelijsten.of([GESLACHT], [DEVENTER], [VERBLIJF], [XML])
    with pytest.raises(TypeError):
        lists.gemeenten["0150"] = DEVENTER  # type: ignore[index]


@pytest.mark.parametrize(
    ("day", "exists"),
    [("2022-12-31", False), ("2023-01-01", True), ("2025-12-31", True), ("2026-01-01", False)],
)
def test_municipality_exists_within_its_dates(day: str, exists: bool) -> None:
    """A municipality exists from its first day up to and including its last."""
    gemeente = Gemeente("1992", "Voorne aan Zee", "Zuid-Holland", date(2023, 1, 1), date(2025, 12, 31))
    assert gemeente.exists_on(date.fromisoformat(day)) is exists


def test_municipality_without_dates_always_exists() -> None:
    """Dates that are not known exclude no day."""
    assert Gemeente("0150", "Deventer", "Overijssel").exists_on(date.max)
    assert Gemeente("0150", "Deventer", "Overijssel").exists_on(date.min)
