"""What holds for a municipality, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateway.services.route_explained import Explained, explained, sleeping, without_source
from gateway.services.routes import RouteBook, read_route_book
from gateway.wire.reference import read_codelijsten

TABLE = """
region = "Voorbeeldregio"

[[municipality]]
code = "0384"  # CBS
name = "Diemen"  # CBS, "met # erin"
source = "Convenant 2026"
delivery = "queue"
max_attempts = 9  # brief van de gemeente

[municipality.manual]
types = ["JW317"]
reason = "Kan niet"  # gesprek met de gemeente
valid_until = 2026-12-31

[[municipality.product]]
source = "Productenboek"
code = "49383"
category = "49"
valid_from = 2027-01-01

[[municipality.change]]
valid_from = 2027-01-01
max_attempts = 2

[[agreement]]
code = "REGIO-EEN"
check = "largest_volume"
volume = 900
unit = "01"
products = []
text = "Niet te veel."
source = "Protocol"
"""


@pytest.fixture
def book(tmp_path: Path) -> RouteBook:
    """Give a table that shows everything."""
    (tmp_path / "regio.toml").write_text(TABLE, encoding="utf-8")
    return read_route_book(tmp_path, read_codelijsten())


def test_every_value_has_its_reason(book: RouteBook) -> None:
    """Each thing that is agreed comes with its source, its days and its line; what is not set says so."""
    found = {one.what: one for one in explained(book, "0384", date(2026, 11, 26)) if one.holds}
    assert found["code"] == Explained("code", "0384", "CBS", where="regio.toml, regel 5")
    assert found["name"].why == 'CBS, "met # erin"'
    assert found["delivery"].why == "Convenant 2026"
    assert found["retour"] == Explained("retour", "recipient", "standaard van de gateway")
    assert found["expire_days"].value == "nooit"
    assert found["max_attempts"].why == "brief van de gemeente"
    assert found["manual"] == Explained(
        "manual",
        'types = ["JW317"]; reason = "Kan niet"',
        "gesprek met de gemeente",
        until=date(2026, 12, 31),
        where="regio.toml, regel 11",
    )
    assert found["REGIO-EEN"].value == "Niet te veel. (staat stil: zij noemt geen product)"
    assert found["REGIO-EEN"].why == "Protocol"
    assert "product" not in found


def test_what_does_not_hold_on_the_day_is_told_too(book: RouteBook) -> None:
    """What is over or still to come is shown as such, and what it replaces gives way on its day."""
    before, after = (explained(book, "0384", day) for day in (date(2026, 12, 31), date(2027, 1, 1)))
    told = [[(one.value, one.holds) for one in found if one.what == "max_attempts"] for found in (before, after)]
    assert told == [[("9", True), ("2", False)], [("9", False), ("2", True)]]
    for found, manual, product in ((before, True, False), (after, False, True)):
        holds = {one.what: one.holds for one in found}
        assert (holds["manual"], holds["product"]) == (manual, product)


def test_an_unknown_municipality(book: RouteBook) -> None:
    """Of a municipality that is not in the tables there is nothing to tell."""
    assert explained(book, "0150", date(2026, 11, 26)) == []


def test_remarks(book: RouteBook, tmp_path: Path) -> None:
    """What names no source, and what sleeps, is told with its line."""
    assert list(without_source(book)) == ["regio.toml, regel 22: municipality.change noemt geen bron."]
    assert list(sleeping(book)) == ["regio.toml, regel 26: REGIO-EEN staat stil: zij noemt geen product."]
    text = '[[municipality]]\ncode = "0384"  # CBS\nname = "Diemen"\n'
    (tmp_path / "regio.toml").write_text(text, encoding="utf-8")
    bare = read_route_book(tmp_path, read_codelijsten())
    assert list(without_source(bare)) == ["regio.toml, regel 3: municipality.name noemt geen bron."]
