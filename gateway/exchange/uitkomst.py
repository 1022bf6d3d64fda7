"""What an answer does to the message that it answers: whether it refuses it, and what it grants of a declaration."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct

from gateway.exchange.retour import DECLARATIE_TOEGEWEZEN, GOEDGEKEURD, NIET_BEOORDEELD
from gateway.ijw.bericht import Retourbericht
from gateway.ijw.declaratie import JW325
from gateway.ijw.klasse import Klasse, velden

# Neither says that anything is wrong (IV028).
_HARMLESS: Final = frozenset({GOEDGEKEURD, NIET_BEOORDEELD})
_GRANTED: Final = frozenset({GOEDGEKEURD, DECLARATIE_TOEGEWEZEN})


class Uitkomst(StrEnum):
    """What became of a declaration by its JW325 (IV087)."""

    FULL = "full"
    PARTIAL = "partial"
    REFUSED = "refused"

    @property
    def code(self) -> str:
        """Give the code that stands at the DeclaratieAntwoord; one that was refused has many."""
        return DECLARATIE_TOEGEWEZEN if self is Uitkomst.FULL else GOEDGEKEURD


class Antwoord(Struct, frozen=True):
    """The judgement of a JW325; `refused` are the ReferentieNummers of the Prestaties that it does not grant."""

    uitkomst: Uitkomst
    refused: frozenset[str] = frozenset()


def refuses(retour: Retourbericht) -> bool:
    """Tell whether a retourbericht refuses the message that it answers: any code but 0200 and 0233 does (IV032)."""
    return any(code not in _HARMLESS for code in _codes(retour))


def _codes(value: Klasse) -> Iterator[str]:
    for veld in velden(type(value)):
        content = getattr(value, veld.field)
        if veld.field == "retour_codes":
            yield from content
        elif isinstance(content, Klasse):
            yield from _codes(content)
        elif veld.item and veld.item.klasse:
            for item in content:
                yield from _codes(item)


def antwoord_of(bericht: JW325) -> Antwoord:
    """Read what a JW325 grants (IV087).

    A code at the header or at the declaration refuses all of it: it counts as never sent. Otherwise every Prestatie
    that it names is refused, by its own code or by that of its client, and what it does not name is granted.
    """
    declared = bericht.declaratie_antwoord
    in_header = any(code != GOEDGEKEURD for code in bericht.header.retour_codes)
    if in_header or any(code not in _GRANTED for code in (declared.retour_codes if declared else ())):
        return Antwoord(Uitkomst.REFUSED)
    refused = frozenset(
        prestatie.product_referentie.referentie_nummer
        for client in (declared.clienten if declared else ())
        for prestatie in client.prestaties
    )
    return Antwoord(Uitkomst.PARTIAL if refused else Uitkomst.FULL, refused)
