"""What a message says, as rows to read: names of the standard, codes with their meaning, days and amounts in full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any, Final

from msgspec import Struct

from gateway.console.view import day
from gateway.ijw.bericht import Bericht
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.klasse import Klasse, Veld, velden
from gateway.wire.masking import COVER, is_personal

# The data types of fields that are not called after them.
_TYPES: Final = {
    ("AangevraagdProduct", "Raamcontract"): "LDT_JaNee",
    ("Communicatie", "Vorm"): "LDT_Communicatievorm",
    ("Product", "Categorie"): "LDT_ProductCategorie",
    ("Verwijzer", "Type"): "LDT_TypeVerwijzer",
    ("Client", "GezagsdragerBekend"): "LDT_JaNee",
    ("Contact", "Soort"): "LDT_AdresSoort",
    ("Relatie", "Soort"): "LDT_SoortRelatie",
}
# Numbers in euro cents; the volume of a product counted in euros is told by its unit, beside it.
_AMOUNTS: Final = frozenset({"Budget", "Bedrag", "TotaalBedrag", "ProductTarief"})
_PARTIES: Final = frozenset({"Afzender", "Ontvanger", "Gemeente"})


class Row(Struct, frozen=True):
    """One element: how deep it lies, what it is called, and what it says; a class says nothing of itself."""

    depth: int
    name: str
    value: str | None = None


def readable(bericht: Bericht, lists: Codelijsten, *, revealed: bool) -> list[Row]:
    """Give the rows of a message; unless revealed, what may be about a person is covered."""
    return list(_rows(bericht, ("Bericht",), lists, revealed=revealed))


def readable_part(part: Klasse, lists: Codelijsten) -> list[Row]:
    """Give the rows of a product, or of what else a message says that is not about who the client is."""
    return list(_rows(part, ("ToegewezenProducten",), lists, revealed=False))


def _rows(value: Klasse, names: tuple[str, ...], lists: Codelijsten, *, revealed: bool) -> Iterator[Row]:
    depth = len(names) - 1
    for veld in velden(type(value)):
        content = getattr(value, veld.field)
        inside = (*names, veld.name)
        if content is None or content == ():
            continue
        if isinstance(content, Klasse):
            yield Row(depth, veld.name)
            yield from _rows(content, inside, lists, revealed=revealed)
        elif isinstance(content, tuple):
            yield from _items(veld, content, inside, lists, revealed=revealed)
        else:
            covered = not revealed and is_personal(inside)
            yield Row(depth, veld.name, COVER if covered else _text(value, veld.name, content, lists))


def _items(
    veld: Veld, items: tuple[Any, ...], names: tuple[str, ...], lists: Codelijsten, *, revealed: bool
) -> Iterator[Row]:
    depth = len(names) - 2
    name = veld.item.name if veld.item else veld.name
    for number, item in enumerate(items, 1):
        if not isinstance(item, Klasse):
            yield Row(depth, name, _with_meaning(str(item), lists.meaning(f"LDT_{name}", str(item))))
            continue
        yield Row(depth, f"{name} {number}" if len(items) > 1 else name)
        yield from _rows(item, names, lists, revealed=revealed)


def _text(owner: Klasse, name: str, content: str | int | date | time, lists: Codelijsten) -> str:
    if isinstance(content, date):
        return day(content)
    if isinstance(content, time):
        return content.isoformat("minutes")
    if isinstance(content, int):
        return _euros(content) if name in _AMOUNTS else str(int(content))
    if name in _PARTIES:
        gemeente = lists.gemeente(content)
        return _with_meaning(content, gemeente.name if gemeente else None)
    if name in {"Code", "ProductCode"}:
        product = lists.product(content)
        return _with_meaning(content, product.meaning if product else None)
    type_name = _TYPES.get((type(owner).__name__, name), f"LDT_{name}")
    return _with_meaning(content, lists.meaning(type_name, content))


def _with_meaning(code: str, meaning: str | None) -> str:
    return f"{meaning} ({code})" if meaning else code


def _euros(cents: int) -> str:
    whole, part = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}€ {grouped},{part:02}"
