"""What the standard has: every rule, also those that are not checked, and where each applies.

These are facts of the standard (a list that ships with the schemas), not our reading of it; our reading is the table
of rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from msgspec import Struct


class Place(NamedTuple):
    """Where a rule applies: a type of message, a class in it, and an element of that (`Adres/LandCode`).

    Without a class it is the message as a whole, without an element the class as a whole. The message `JW Retour`
    stands for every retourbericht.
    """

    message: str
    klasse: str = ""
    element: str = ""

    @property
    def within(self) -> str:
        """Give the place in its message: `Contact/Adres/LandCode`, or nothing for the message as a whole."""
        return "/".join(filter(None, (self.klasse, self.element)))


class StandardRule(Struct, frozen=True):
    """A rule as the standard lists it.

    `kind` is the standard's word (Conditie, Constraint, Technische regel, Bedrijfsregel, Invulinstructie,
    Uitgangspunt). `level` is at which it is checked, and is empty for what nobody can check in a message; without a
    `retourcode` the standard gives none.
    """

    code: str
    kind: str
    level: str
    retourcode: str
    places: tuple[Place, ...] = ()


Standard: TypeAlias = Mapping[str, StandardRule]


def where(places: tuple[Place, ...]) -> str:
    """Write places by message: `JW301 Contact/Adres, Client; JW Retour`."""
    found: dict[str, list[str]] = {}
    for place in places:
        found.setdefault(place.message, []).extend(filter(None, [place.within]))
    return "; ".join(" ".join(filter(None, (name, ", ".join(inner)))) for name, inner in found.items())
