"""All elements of a message, with the path of each."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.ijw.klasse import Klasse, velden

ROOT = "/Bericht"


def elements(element: Klasse, path: str = ROOT) -> Iterator[tuple[Klasse, str]]:
    """Give an element and all below it, with their paths: local names, numbered only where there are more."""
    yield element, path
    for veld in velden(type(element)):
        value = getattr(element, veld.field)
        if veld.item is not None and veld.item.klasse is not None:
            for position, item in enumerate(value):
                number = f"[{position + 1}]" if len(value) > 1 else ""
                yield from elements(item, f"{path}/{veld.name}/{veld.item.name}{number}")
        elif isinstance(value, Klasse):
            yield from elements(value, f"{path}/{veld.name}")
