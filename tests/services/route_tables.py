"""Route tables for a test, of one municipality, and how they are read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gateway.exchange.route import RouteTable
from gateway.ijw.codelijsten import Codelijsten
from gateway.services.routes import read_route_book

TODAY = date(2026, 11, 26)
DIEMEN = '[[municipality]]\ncode = "0384"\nname = "Diemen"\n'
AGREED = '[[agreement]]\ncode = "REGIO-EEN"\ntext = "Zo is het."\nsource = "Stuk 1"\n'
ENCRYPTED = """
[municipality.manual]
types = ["JW317"]
reason = "Kan niet"
content = "encrypted"
"""


def read_route_table(folder: Path, lists: Codelijsten, day: date = TODAY) -> RouteTable:
    """Read a folder, and give what holds on a day."""
    return read_route_book(folder, lists).on(day)
