"""The outline of the typed JSON form, as docs/json-form.md shows it; the test of that page compares the two."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.ijw.bericht import Bericht, RetourHeader
from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.klasse import Gegevenstype, Klasse, Soort, Veld
from gateway.wire.builder import elements

_WORDS = {Soort.TEKST: "tekst", Soort.GETAL: "getal", Soort.DATUM: "datum", Soort.TIJD: "tijd"}
_WIDTH = 40


def outline_of(bericht: type[Bericht]) -> str:
    """Give every field of a message, a line each; the types that messages share are named only."""
    return "".join(f"{line}\n" for line in _fields(bericht, bericht, ""))


def shared_types() -> dict[str, str]:
    """Give the fields of the headers and the composite data types, by name."""
    found: dict[str, str] = {}

    def collect(cls: type[Klasse], bericht: type[Bericht]) -> None:
        for veld in elements(cls, bericht):
            inner = (veld.item or veld).klasse
            if inner is None:
                continue
            if _is_shared(inner):
                found[inner.__name__] = "".join(f"{line}\n" for line in _fields(inner, bericht, ""))
            collect(inner, bericht)

    for bericht in BERICHTEN.values():
        collect(bericht, bericht)
    return dict(sorted(found.items()))


def _is_shared(cls: type[Klasse]) -> bool:
    return issubclass(cls, Gegevenstype) or "." not in cls.__qualname__


def _fields(cls: type[Klasse], bericht: type[Bericht], indent: str) -> Iterator[str]:
    for veld in elements(cls, bericht):
        name = indent + veld.json_name + ("" if _is_required(veld, cls) else "?")
        inner = (veld.item or veld).klasse
        yield f"{name:<{_WIDTH}}{_kind(veld)}"
        if inner and not _is_shared(inner):
            yield from _fields(inner, bericht, indent + "  ")


def _is_required(veld: Veld, cls: type[Klasse]) -> bool:
    # In an answer the RetourCodes are always there, except in the header of a retourbericht (a test of the schemas).
    return cls is not RetourHeader if veld.field == "retour_codes" else veld.required


def _kind(veld: Veld) -> str:
    if veld.item:
        return f"lijst van {_kind(veld.item)} ({veld.item.name})"
    if veld.klasse is None:
        return _WORDS[veld.soort]
    return veld.klasse.__name__ if _is_shared(veld.klasse) else "object"
