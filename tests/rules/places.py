"""Where a rule applies: in which messages, and in which of their classes."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.ijw.bericht import Retourbericht
from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.klasse import Gegevenstype, Klasse, velden
from gateway.rules.rule import Rule


def places_of(rule: Rule) -> dict[str, tuple[str, ...]]:
    """Give the classes that a rule is about, by the type of the message: `{"JW301": ("Contact/Adres",)}`."""
    found: dict[str, tuple[str, ...]] = {}
    for name, bericht in BERICHTEN.items():
        judged = not issubclass(bericht, Retourbericht)
        if judged and any(rule.judges(klasse, name) for _, klasse in _classes(bericht, name)):
            places = (place for place, klasse in _classes(bericht, name) if klasse in rule.about)
            found[name] = tuple(dict.fromkeys(places))
    return found


def _classes(klasse: type[Klasse], name: str) -> Iterator[tuple[str, type[Klasse]]]:
    """Give a class and those in it; a data type is named with the class that has it."""
    yield name, klasse
    for veld in velden(klasse):
        inner = veld.item or veld
        if inner.klasse is not None:
            shared = issubclass(inner.klasse, Gegevenstype)
            yield from _classes(inner.klasse, f"{name}/{inner.name}" if shared else inner.name)
