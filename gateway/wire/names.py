"""The names of the standard: which of them may be repeated in what is said about a message.

A finding never repeats what a sender wrote, and a name of an element or of a JSON field is written by the sender too.
So a name is told only when it is one of ours; for another one, the likely name of ours is.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.klasse import Klasse, velden

_LONGEST = 60


@cache
def element_names() -> frozenset[str]:
    """Give the name of every element in the fourteen messages."""
    found = {"Bericht"}

    def collect(cls: type[Klasse]) -> None:
        for veld in velden(cls):
            found.add(veld.name)
            item = veld.item or veld
            found.add(item.name)
            if item.klasse:
                collect(item.klasse)

    for bericht in BERICHTEN.values():
        collect(bericht)
    return frozenset(found)


@cache
def json_names() -> frozenset[str]:
    """Give the name of every element as the typed JSON form writes it."""
    return frozenset(name[0].lower() + name[1:] for name in element_names())


def perhaps(name: str, allowed: Iterable[str]) -> str:
    """Guess which of the allowed names was meant, as a sentence to add; nothing when none comes near."""
    known = {own.lower(): own for own in allowed}
    near = get_close_matches(name[:_LONGEST].lower(), known, n=1, cutoff=0.75)
    return f" Is {known[near[0]]} bedoeld?" if near else ""
