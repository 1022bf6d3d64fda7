"""What a berichtklasse is: a frozen value whose fields follow the order of the standard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, cast, dataclass_transform, get_args, get_origin

from msgspec import Struct, StructMeta
from msgspec.structs import fields, replace

# The names of the standard are written in two ways: `toewijzing_nummer` in Python, `ToewijzingNummer` in XML.
# The two mirror each other (a test holds that for every name), so there is no table of names to keep.


def xml_name(field: str) -> str:
    """Give the standard's name of a field: `te_wijzigen_producten` → `TeWijzigenProducten`."""
    return "".join(part[0].upper() + part[1:] for part in field.split("_"))


def json_name(field: str) -> str:
    """Give the name of a field in the typed JSON form: `te_wijzigen_producten` → `teWijzigenProducten`."""
    name = xml_name(field)
    return name[0].lower() + name[1:]


class _Klassen(StructMeta):
    """Lets a class give its elements by name: any that the standard allows to be left out may stand before others."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        return super().__new__(cls, name, bases, namespace, kw_only=True, **options)


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Klasse(Struct, metaclass=_Klassen, frozen=True):
    """A berichtklasse of one message; its elements are in the message's own namespace."""


class Gegevenstype(Klasse):
    """A composite data type (CDT); its elements are in the namespace of the basisschema."""


class Soort(Enum):
    """What the content of an element becomes in Python."""

    TEKST = "tekst"
    GETAL = "getal"
    DATUM = "datum"
    TIJD = "tijd"
    KLASSE = "klasse"
    LIJST = "lijst"


_SOORTEN: dict[type, Soort] = {str: Soort.TEKST, int: Soort.GETAL, date: Soort.DATUM, time: Soort.TIJD}


class Veld(Struct, frozen=True):
    """One element of a berichtklasse, seen from both sides.

    A list of the standard (`Prestaties`, with `Prestatie` inside) is one field with a tuple: `item` describes
    what is inside, and `name` is the element around it. `required`: the element is always there.
    """

    field: str
    name: str
    json_name: str
    soort: Soort
    klasse: type[Klasse] | None = None
    item: Veld | None = None
    required: bool = True


def _velden(cls: type[Any]) -> tuple[Veld, ...]:
    """Give the elements of a berichtklasse in the order of the standard."""
    return tuple(
        # An element that may be left out is None, or an empty list, by default.
        replace(_veld(field.name, field.type), required=field.default is not None and field.default != ())
        for field in fields(cls)
    )


# A cast, because the type checker takes a class for an instance when it asks whether it can be a key.
velden = cast("Callable[[type[Any]], tuple[Veld, ...]]", cache(_velden))


def _veld(field: str, hint: Any) -> Veld:
    name = xml_name(field)
    options = [option for option in get_args(hint) if option is not NoneType]
    if get_origin(hint) is tuple:
        inner = options[0]
        # A list of classes is named after its items; the only list of plain values is RetourCodes.
        item_name = inner.__name__ if issubclass(inner, Klasse) else name.removesuffix("s")
        item = _plain(item_name, item_name, inner)
        return Veld(field, name, json_name(field), Soort.LIJST, item=item)
    return _plain(field, name, options[0] if options else hint)


def _plain(field: str, name: str, hint: type) -> Veld:
    if issubclass(hint, Klasse):
        return Veld(field, name, json_name(field), Soort.KLASSE, klasse=hint)
    return Veld(field, name, json_name(field), _SOORTEN[hint])
