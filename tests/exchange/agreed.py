"""The agreements of the tables that ship, held against messages."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from gateway import resources
from gateway.exchange.agreement import Situation, held_against
from gateway.exchange.route import Route
from gateway.ijw.bericht import Bericht
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.dossier import Dossier, Feit
from gateway.ijw.finding import Finding
from gateway.ijw.klasse import Klasse
from gateway.ijw.typen import Omvang, Product
from gateway.services.routes import RouteBook, read_route_book
from gateway.wire.reference import read_codelijsten
from tests.rules.builders import DAY

_CATEGORY = 2  # the length of one


@cache
def lists() -> Codelijsten:
    """Read the lists that ship."""
    return read_codelijsten()


@cache
def book() -> RouteBook:
    """Read the tables that ship."""
    return read_route_book(resources.routes_dir(), lists())


def awake(folder: Path, **products: str) -> RouteBook:
    """Read the tables that ship with a product or category for some agreements that have none, by code with _ for -."""
    for path in resources.routes_dir().glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        for name, product in products.items():
            before, code, after = text.partition(f'code = "{name.replace("_", "-")}"')
            key = "categories" if len(product) == _CATEGORY else "products"
            text = before + code + after.replace(f"{key} = []", f'{key} = ["{product}"]', 1)
        (folder / path.name).write_text(text, encoding="utf-8")
    return read_route_book(folder, lists())


def route_of(code: str, tables: RouteBook | None = None) -> Route:
    """Give the route of a municipality on the day that the messages bear."""
    return (tables or book()).on(DAY).routes[code]


def broken(
    code: str,
    bericht: Bericht,
    *,
    municipality: str = "0150",
    tables: RouteBook | None = None,
    dossier: Dossier | None = None,
    elsewhere: tuple[Dossier, ...] = (),
    feestdagen: Container[date] = frozenset(),
) -> list[Finding]:
    """Give what a message breaks of one agreement of a municipality; the agreement has to be there."""
    route = route_of(municipality, tables)
    (agreement,) = (one for one in route.agreements if one.code == code)
    situation = Situation(
        bericht,
        feestdagen=feestdagen,
        dossier=dossier or Dossier(),
        elsewhere=elsewhere,
        referral_budget=route.medical_referral_budget,
        categories=route.agreement_categories,
    )
    return held_against([agreement], situation)


def code_of(code: str) -> Product:
    """Give a product of the national list."""
    known = lists().product(code)
    assert known is not None
    return Product(categorie=known.category, code=code)


def omvang(volume: int, eenheid: str, frequentie: str = "6") -> Omvang:
    """Give how much."""
    return Omvang(volume=volume, eenheid=eenheid, frequentie=frequentie)


def known(*klassen: Klasse, field: str) -> Dossier:
    """Give a dossier in which earlier messages said these."""
    feiten: Any = tuple(Feit(uuid4(), DAY, str(number), klasse) for number, klasse in enumerate(klassen))
    return replace(Dossier(), **{field: feiten})
