"""Does a schema describe the messages that the gateway knows?

Reading a message into typed values leans on what its schema promises: these elements, in this order, these of them
always there. A folder with another release under the same names would be misread, so it is refused at the start.
"""

from __future__ import annotations

from typing import Final, NoReturn

from gateway.errors import SchemaFolderError
from gateway.ijw.bericht import BASISSCHEMA, Bericht
from gateway.ijw.klasse import Gegevenstype, Klasse, Soort, Veld
from gateway.wire.builder import elements
from gateway.wire.model import ClassModel, ElementModel

_BASES: Final = {Soort.TEKST: "string", Soort.GETAL: "integer", Soort.DATUM: "date", Soort.TIJD: "time"}


def check_fit(bericht: type[Bericht], root: ElementModel) -> None:
    """Raise SchemaFolderError, with the place, where a schema is not that of iJw 3.2."""
    _Fit(bericht).compare_class(bericht, root, f"{bericht.TYPE}: /Bericht")


class _Fit:
    def __init__(self, bericht: type[Bericht]) -> None:
        self._bericht = bericht

    def compare_class(self, cls: type[Klasse], model: ElementModel, path: str) -> None:
        children = _children(model)
        fields = elements(cls, self._bericht)
        expected, found = [veld.name for veld in fields], [child.name for child in children]
        if expected != found:
            _stop(path, f"de elementen {', '.join(expected)}", ", ".join(found) or "geen")
        namespace = BASISSCHEMA if issubclass(cls, Gegevenstype) else self._bericht.namespace()
        for veld, child in zip(fields, children, strict=True):
            self._compare(veld, child, namespace, f"{path}/{veld.name}")

    def _compare(self, veld: Veld, child: ElementModel, namespace: str, path: str) -> None:
        if child.namespace != namespace:
            _stop(path, f"de namespace {namespace}", child.namespace or "geen")
        # A class of a heenbericht is that of its answer too, where RetourCodes are required; either way can be read.
        times = (1 if veld.required else 0, 1) if veld.field != "retour_codes" else (child.minimum, 1)
        if (child.minimum, child.maximum) != times:
            _stop(path, _times(*times), _times(child.minimum, child.maximum))
        if veld.item:
            self._compare_list(veld.item, child, namespace, path)
        else:
            self._compare_content(veld, child, path)

    def _compare_list(self, item: Veld, model: ElementModel, namespace: str, path: str) -> None:
        children = _children(model)
        if len(children) != 1 or (children[0].name, children[0].namespace) != (item.name, namespace):
            _stop(path, f"alleen {item.name}", ", ".join(child.name for child in children) or "geen element")
        if (children[0].minimum, children[0].maximum) != (1, None):
            _stop(f"{path}/{item.name}", _times(1, None), _times(children[0].minimum, children[0].maximum))
        self._compare_content(item, children[0], f"{path}/{item.name}")

    def _compare_content(self, veld: Veld, model: ElementModel, path: str) -> None:
        if veld.klasse:
            self.compare_class(veld.klasse, model, path)
            return
        found = "een klasse" if isinstance(model.content, ClassModel) else f"xs:{model.content.base}"
        expected = f"xs:{_BASES[veld.soort]}"
        if found != expected:
            _stop(path, expected, found)


def _children(model: ElementModel) -> tuple[ElementModel, ...]:
    return model.content.children if isinstance(model.content, ClassModel) else ()


def _times(minimum: int, maximum: int | None) -> str:
    return f"{minimum} tot en met {'onbeperkt' if maximum is None else maximum} keer"


def _stop(path: str, expected: str, found: str) -> NoReturn:
    message = f"Het schema is niet dat van iJw 3.2. {path}: verwacht {expected}; gevonden {found}."
    raise SchemaFolderError(message)
