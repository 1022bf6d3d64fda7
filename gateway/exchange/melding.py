"""What a provider reports of an allocation: a JW305, a JW307, or the JW317 that asks to change it.

In the typed form, filled in from the allocation as the JW301 told of it; see `besluit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gateway.exchange.besluit import Fields, merged
from gateway.ijw.codes import EERSTE_AANLEVERING, TOTAAL

_CLIENT: Final = ("bsn", "geboortedatum", "geslacht")
_NAAM: Final = ("geslachtsnaam", "voornamen", "voorletters")


def start(client: Fields, product: Fields, begun: Fields | None, told: Fields) -> dict[str, Any]:
    """Make the client of a JW305; `told` has the begindatum, and whatever the provider says otherwise.

    `begun` is the start as it was reported before, for what removes it.
    """
    return {**_client(client), "startProducten": [_levering(product, begun, told)]}


def stop(client: Fields, product: Fields, begun: Fields | None, told: Fields) -> dict[str, Any]:
    """Make the client of a JW307; `begun` is the start that it refers to, and has its key from (OP155, TR382)."""
    day = {"begindatum": begun["begindatum"]} if begun else {}
    return {**_client(client), "stopProducten": [_levering(product, begun, {**day, **told})]}


def change(client: Fields, product: Fields, others: Sequence[Fields], reference: str, told: Fields) -> dict[str, Any]:
    """Make the client of a JW317 that changes one allocation; all others that are current stay as they are (TR349).

    What the provider does not name stays as it is. Of a budget, or of a volume for the whole period, the change holds
    from the first day (TR373); for another one the provider names the day.
    """
    wanted: dict[str, Any] = {"toewijzingNummer": product["toewijzingNummer"]}
    if "budget" in product or (product.get("omvang") or {}).get("frequentie") == TOTAAL:
        wanted["gewensteIngangsdatum"] = product["ingangsdatum"]
    wanted |= {name: product[name] for name in ("einddatum", "omvang", "budget") if name in product}
    own = {name: value for name, value in told.items() if name not in ("redenVerzoek", "referentieAanbieder")}
    verzoek = {
        "referentieAanbieder": told.get("referentieAanbieder") or reference,
        "redenVerzoek": told.get("redenVerzoek"),
        "ongewijzigdeProducten": [{"toewijzingNummer": other["toewijzingNummer"]} for other in others],
        "teWijzigenProducten": [merged(wanted, own)],
    }
    return {"bsn": client["bsn"], "verzoek": verzoek}


def _client(client: Fields) -> dict[str, Any]:
    naam = client.get("naam", {})
    found = {name: client[name] for name in _CLIENT if name in client}
    return {**found, "naam": {name: naam[name] for name in _NAAM if name in naam}}


def _levering(product: Fields, begun: Fields | None, told: Fields) -> dict[str, Any]:
    own = {
        "toewijzingNummer": product["toewijzingNummer"],
        # What is delivered may be told more precisely in the start than in the allocation, or not at all.
        "product": (product if begun is None else begun).get("product"),
        "toewijzingIngangsdatum": product["ingangsdatum"],
        "statusAanlevering": EERSTE_AANLEVERING,
    }
    return merged({name: value for name, value in own.items() if value is not None}, told)
