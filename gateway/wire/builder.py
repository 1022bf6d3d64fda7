"""From XML elements that are known to be valid to typed messages.

This runs for every message, so it is written to cost less than walking the elements with a loop would: for each
class a function is written and compiled once, as `dataclass` does for `__init__`, that takes the class's elements by
their place in the order of the standard and looks at a tag only where an element may be absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

_PLAIN: dict[Soort, str] = {
    Soort.TEKST: '{}.text or ""',
    Soort.GETAL: 'read_getal({}.text or "")',
    Soort.DATUM: 'read_datum({}.text or "")',
    Soort.TIJD: 'read_tijd({}.text or "")',
}


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


def elements(cls: type[Klasse], bericht: type[Bericht]) -> tuple[Veld, ...]:
    """Give the elements that a class has in a message: RetourCodes are only in an answer."""
    return tuple(veld for veld in velden(cls) if bericht.ANTWOORD_OP or veld.field != "retour_codes")


def _tag(veld: Veld, owner: type[Klasse], bericht: type[Bericht]) -> str:
    return f"{{{BASISSCHEMA if issubclass(owner, Gegevenstype) else bericht.namespace()}}}{veld.name}"


def _make_class_reader(cls: type[Klasse], bericht: type[Bericht]) -> Read:
    fields = elements(cls, bericht)
    scope: dict[str, Any] = {
        f"read_{veld.field}": _reader(veld, cls, bericht) for veld in fields if veld.klasse or veld.item
    }
    scope |= {"read_datum": read_datum, "read_getal": read_getal, "read_tijd": read_tijd}
    scope |= {"Klasse": cls, "absent": _Absent()}
    exec("\n".join(_source(cls, fields, bericht)), scope)  # noqa: S102 - names of our own classes and fields
    read: Read = scope["read"]
    return read


_class_reader = cast("Callable[[type[Klasse], type[Bericht]], Read]", cache(_make_class_reader))


class _Absent:
    """What follows the last element of a class."""

    tag = None


def _source(cls: type[Klasse], fields: tuple[Veld, ...], bericht: type[Bericht]) -> Iterator[str]:
    """Write the reader of a class: by position when every element is there, else by looking at what comes next."""
    names = [veld.field for veld in fields]
    yield "def read(element, pending):"
    yield "    children = element[:]"
    yield f"    if len(children) == {len(fields)}:"
    yield f"        {', '.join(names)}, = children"
    yield f"        return Klasse({', '.join(f'{veld.field}={_expression(veld, veld.field)}' for veld in fields)})"
    yield "    rest = iter(children)"
    yield "    child = next(rest, absent)"
    for veld in fields:
        take = f"{veld.field} = {_expression(veld, 'child')}; child = next(rest, absent)"
        if veld.required:
            yield f"    {take}"
        else:
            yield f"    if child.tag == {_tag(veld, cls, bericht)!r}: {take}"
            yield f"    else: {veld.field} = {() if veld.soort is Soort.LIJST else None}"
    yield f"    return Klasse({', '.join(f'{name}={name}' for name in names)})"


def _expression(veld: Veld, child: str) -> str:
    return f"read_{veld.field}({child}, pending)" if veld.klasse or veld.item else _PLAIN[veld.soort].format(child)


def _reader(veld: Veld, owner: type[Klasse], bericht: type[Bericht]) -> Read:
    if veld.klasse:
        return _class_reader(veld.klasse, bericht)
    if veld.item and veld.item.klasse:
        return _class_list_reader(_class_reader(veld.item.klasse, bericht), _tag(veld, owner, bericht))
    return _read_texts


def _class_list_reader(item: Read, tag: str) -> Read:
    def read(element: _Element, pending: Pending) -> tuple[Any, ...]:
        if tag in pending:
            return tuple(pending.pop(tag))
        return tuple([item(child, pending) for child in element])

    return read


def _read_texts(element: _Element, _: Pending) -> tuple[str, ...]:
    """Read RetourCodes, the one list of plain values."""
    return tuple([child.text or "" for child in element])
