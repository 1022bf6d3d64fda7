"""From XML elements that are known to be valid to typed messages.

This runs for every message, so it is written to cost little more than walking the elements does: what has to be
looked up is looked up once per type, and a class whose elements are all there is read by position.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias, cast

from lxml.etree import _Element

from gateway.ijw.bericht import BASISSCHEMA, Bericht
from gateway.ijw.klasse import Gegevenstype, Klasse, Soort, Veld, velden
from gateway.ijw.waarden import read_datum, read_getal, read_tijd

# The items of a list that were read, and dropped from the tree, before the list itself was complete, by the
# tag of the list (for reading a large message piece by piece).
Pending: TypeAlias = dict[str, list[Any]]
Read: TypeAlias = Callable[[_Element, Pending], Any]


def build_bericht(root: _Element, bericht: type[Bericht], pending: Pending | None = None) -> Bericht:
    """Give the typed message of a valid document."""
    result: Bericht = _class_reader(bericht, bericht)(root, {} if pending is None else pending)
    return result


def item_readers(bericht: type[Bericht]) -> dict[str, tuple[str, Read]]:
    """Give, by tag, the tag of the list around it and the reader of each item that can occur without a limit."""
    found: dict[str, tuple[str, Read]] = {}

    def collect(cls: type[Klasse]) -> None:
        for veld in velden(cls):
            inner = veld.item.klasse if veld.item else veld.klasse
            if inner is None:
                continue
            collect(inner)
            if veld.item:
                found[_tag(veld.item, cls, bericht)] = (_tag(veld, cls, bericht), _class_reader(inner, bericht))

    collect(bericht)
    return found


def _tag(veld: Veld, owner: type[Klasse], bericht: type[Bericht]) -> str:
    return f"{{{BASISSCHEMA if issubclass(owner, Gegevenstype) else bericht.namespace()}}}{veld.name}"


def _fields(cls: type[Klasse], bericht: type[Bericht]) -> tuple[Veld, ...]:
    """Leave out the RetourCodes, always last, where a message is no answer: reading by position needs the count."""
    return tuple(veld for veld in velden(cls) if bericht.ANTWOORD_OP or veld.field != "retour_codes")


def _make_class_reader(cls: type[Klasse], bericht: type[Bericht]) -> Read:
    fields = _fields(cls, bericht)
    readers = [_reader(veld, cls, bericht) for veld in fields]
    index: dict[Any, int] = {_tag(veld, cls, bericht): position for position, veld in enumerate(fields)}
    absent = [() if veld.soort is Soort.LIJST else None for veld in fields]
    count = len(fields)
    forge = _forge(cls)

    def read(element: _Element, pending: Pending) -> Any:
        children = element[:]
        if len(children) == count:
            # Each element occurs once at most, so all of them are there, in the order of the standard.
            return forge([reader(child, pending) for reader, child in zip(readers, children, strict=True)])
        values = absent.copy()
        for child in children:
            position = index[child.tag]
            values[position] = readers[position](child, pending)
        return forge(values)

    return read


_class_reader = cast("Callable[[type[Klasse], type[Bericht]], Read]", cache(_make_class_reader))


def _reader(veld: Veld, owner: type[Klasse], bericht: type[Bericht]) -> Read:
    if veld.klasse:
        return _class_reader(veld.klasse, bericht)
    if veld.item:
        return _list_reader(_reader(veld.item, owner, bericht), _tag(veld, owner, bericht))
    return _PLAIN[veld.soort]


def _list_reader(item: Read, tag: str) -> Read:
    def read(element: _Element, pending: Pending) -> tuple[Any, ...]:
        if tag in pending:
            return tuple(pending.pop(tag))
        return tuple([item(child, pending) for child in element])

    return read


def _read_tekst(element: _Element, _: Pending) -> str:
    return element.text or ""


def _read_getal(element: _Element, _: Pending) -> int:
    return read_getal(element.text or "")


def _read_datum(element: _Element, _: Pending) -> Any:
    return read_datum(element.text or "")


def _read_tijd(element: _Element, _: Pending) -> Any:
    return read_tijd(element.text or "")


_PLAIN: dict[Soort, Read] = {
    Soort.TEKST: _read_tekst,
    Soort.GETAL: _read_getal,
    Soort.DATUM: _read_datum,
    Soort.TIJD: _read_tijd,
}


def _forge(cls: type[Klasse]) -> Callable[[list[Any]], Klasse]:
    """Make frozen values quickly.

    A frozen dataclass sets each field through `object.__setattr__`: 1.4 microseconds for ten fields, more than
    libxml2 needs to parse and validate them. So the value is made as an instance of a twin class with the same
    slots that is not frozen, and becomes a value of the real class as its last step: 0.35 microseconds.
    """
    names: tuple[str, ...] = tuple(veld.field for veld in velden(cls))
    body = "; ".join(f"self.{name} = {name}" for name in names)
    scope: dict[str, Any] = {}
    arguments = ", ".join(f"{name}=()" if name == "retour_codes" else name for name in names)
    exec(f"def __init__(self, {arguments}): {body}", scope)  # noqa: S102 - names of our own fields
    twin = type(cls.__name__, (cls.__bases__[0],), {"__slots__": names, "__init__": scope["__init__"]})

    def forge(values: list[Any]) -> Klasse:
        value: Klasse = twin(*values)
        value.__class__ = cls
        return value

    return forge
