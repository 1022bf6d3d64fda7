"""The answer that a municipality's decision makes: a JW319, or a JW301 with all that is allocated (IV093, IV094).

Messages are in their typed form here (names in lowerCamelCase, dates as text): what a municipality leaves out is
filled in from what is known, and whether the whole is right is for the schema and the rules to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

from msgspec import Struct

from gateway.ijw.codes import AFGEWEZEN, EIGEN_NAAM, IN_ONDERZOEK, REDEN_AANBIEDER, REDEN_VERWIJDERD, TOTAAL

Fields: TypeAlias = Mapping[str, Any]

_DAY: Final = timedelta(days=1)

# What a request tells of the client; the rest of it is about the request.
_CLIENT: Final = ("bsn", "geboortedatum", "geslacht", "naam")
# What is about the message that a client stood in, and not about the client.
_OF_MESSAGE: Final = ("toegewezenProducten", "commentaar")


class Stamp(Struct, frozen=True):
    """What the gateway puts on an allocation: when it was settled, and a ToewijzingNummer for each new one."""

    datum: date
    tijd: str
    nummers: Iterator[int]

    @property
    def fields(self) -> dict[str, Any]:
        """Give the moment that an allocation was settled, as its fields."""
        return {"toewijzingsdatum": self.datum.isoformat(), "toewijzingstijd": self.tijd}


class Aanvraag(Struct, frozen=True):
    """One request, as it was sent: `client` is that of the JW315 or JW317, `product` the one asked for in a JW315."""

    reference: str
    client: Fields
    product: Fields | None = None


class Bekend(Struct, frozen=True):
    """What is known of the client from earlier JW301's: as it was described, and what is allocated now.

    What a request leaves as it is belongs to that, also when it has ended before the request is granted (IV093).
    """

    client: Fields
    current: Sequence[Fields] = ()


def antwoord(reference: str, reden: str | None = None, gemeente: str | None = None) -> dict[str, Any]:
    """Make the answer of a JW319: a refusal for a reason, or without one that the request is looked into.

    `gemeente` is the municipality that is responsible instead.
    """
    if reden is None:
        return {"referentieAanbieder": reference, "verzoekAntwoord": IN_ONDERZOEK}
    refusal = {"referentieAanbieder": reference, "verzoekAntwoord": AFGEWEZEN, "redenAfwijzingVerzoek": reden}
    return {**refusal, "woonplaatsbeginsel": {"gemeente": gemeente}} if gemeente else refusal


def toewijzing(
    aanvraag: Aanvraag, bekend: Bekend, client: Fields, producten: Sequence[Fields], stamp: Stamp
) -> dict[str, Any]:
    """Make the client of the JW301 that grants a request.

    `client` and `producten` are what the municipality says itself, and go before everything; without any `producten`
    it grants what was asked, as far as `unknown_in` finds nothing. What was known before goes before what the request
    says of the client, for the municipality knows the client from its own books.
    """
    whole = merged(merged(_asked_client(aanvraag), _without(bekend.client, *_OF_MESSAGE)), client)
    naam = whole.get("naam")
    if isinstance(naam, dict) and "partnernaam" not in naam:
        # No partner's name is known, so that there is no other way to use the name.
        whole["naam"] = {"naamGebruik": EIGEN_NAAM, **naam}
    if aanvraag.product is not None:
        granted = [_asked_product(aanvraag, chosen, stamp) for chosen in producten or [{}]]
        reference = None
    else:
        granted = _changed(aanvraag, bekend.current, producten, stamp)
        reference = aanvraag.reference
    named = {nummer_of(product) for product in granted}
    others = [_repeated(product, reference) for product in bekend.current if product["toewijzingNummer"] not in named]
    return {**whole, "toegewezenProducten": [*granted, *others]}


def unknown_in(aanvraag: Aanvraag, bekend: Bekend) -> list[int]:
    """Give the allocations that a JW317 names and that are not known to be current: it is granted as a whole or not."""
    changing = aanvraag.client.get("verzoek", {}).get("teWijzigenProducten", ())
    named = staying_in(aanvraag).union(product["toewijzingNummer"] for product in changing)
    return sorted(named.difference(nummer_of(product) for product in bekend.current))


def staying_in(aanvraag: Aanvraag) -> set[int]:
    """Give the allocations that a JW317 leaves as they are."""
    staying = aanvraag.client.get("verzoek", {}).get("ongewijzigdeProducten", ())
    return {product["toewijzingNummer"] for product in staying}


def merged(base: Fields, over: Fields) -> dict[str, Any]:
    """Lay fields over others: objects are merged, anything else takes the place of what was there.

    Null and an empty list leave a field out, as they do in the typed form.
    """
    found = dict(base)
    for name, value in over.items():
        if value is None or value == []:
            found.pop(name, None)
            continue
        was = found.get(name)
        if isinstance(value, Mapping) and isinstance(was, Mapping):
            found[name] = merged(was, value)
        else:
            found[name] = _tidy(value)
    return found


def _tidy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return merged({}, value)
    return [_tidy(item) for item in value] if isinstance(value, list) else value


def contains(whole: Any, part: Any) -> bool:
    """Tell whether everything that a decision says stands in a message: fields it leaves out may be anything."""
    if isinstance(part, Mapping):
        return isinstance(whole, Mapping) and all(
            name not in whole if value is None or value == [] else contains(whole.get(name), value)
            for name, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(contains, whole, part))
    # A number may be given as text; in the message it is what it is.
    return bool(whole == part) or (isinstance(whole, int) and isinstance(part, str) and str(whole) == part)


def nummer_of(product: Fields) -> int | None:
    """Give the ToewijzingNummer of a product, where it has one; whatever else stands there, the schema tells of."""
    nummer = product.get("toewijzingNummer")
    return nummer if isinstance(nummer, int) else None


def _asked_client(aanvraag: Aanvraag) -> dict[str, Any]:
    return {name: aanvraag.client[name] for name in _CLIENT if name in aanvraag.client}


def _asked_product(aanvraag: Aanvraag, chosen: Fields, stamp: Stamp) -> dict[str, Any]:
    """Grant one product of a JW315, as asked where the municipality does not say otherwise (IV094)."""
    asked = aanvraag.product or {}
    base = {
        "product": asked.get("product"),
        "ingangsdatum": asked.get("toewijzingIngangsdatum"),
        "einddatum": asked.get("toewijzingEinddatum"),
    }
    # Who chooses how much, chooses in what: an allocation has either an Omvang or a Budget.
    if "omvang" not in chosen and "budget" not in chosen:
        base |= {"omvang": asked.get("omvang"), "budget": asked.get("budget")}
    return _new(aanvraag.reference, merged(_filled(base), chosen), stamp)


def _new(reference: str, fields: Fields, stamp: Stamp) -> dict[str, Any]:
    """Make a new allocation, with a number of its own unless the municipality chose one."""
    nummer = fields.get("toewijzingNummer") or next(stamp.nummers)
    return {**stamp.fields, **fields, "toewijzingNummer": nummer, "referentieAanbieder": reference}


def _repeated(product: Fields, reference: str | None) -> dict[str, Any]:
    """Repeat an allocation as it stands: of no request (OP087), or as a part of the one that is granted (IV093).

    Nothing changes in it, so it has no reason to have changed (IV099).
    """
    same = _without(product, "redenWijziging", "referentieAanbieder")
    return same if reference is None else {**same, "referentieAanbieder": reference}


def _changed(
    aanvraag: Aanvraag, current: Sequence[Fields], producten: Sequence[Fields], stamp: Stamp
) -> list[dict[str, Any]]:
    """Grant a JW317: all that is asked in it, or what the municipality says itself about each allocation."""
    by_number = {product["toewijzingNummer"]: product for product in current}
    if producten:
        return [_chosen(aanvraag.reference, by_number, chosen, stamp) for chosen in producten]
    asked = aanvraag.client.get("verzoek", {})
    granted: list[dict[str, Any]] = []
    for change in asked.get("teWijzigenProducten", ()):
        granted += _change(aanvraag.reference, by_number[change["toewijzingNummer"]], change, stamp)
    for wanted in asked.get("nieuweProducten", ()):
        fields = _without(wanted, "gewensteIngangsdatum")
        granted.append(_new(aanvraag.reference, {**fields, "ingangsdatum": wanted["gewensteIngangsdatum"]}, stamp))
    return granted


def _chosen(reference: str, by_number: Mapping[int, Fields], chosen: Fields, stamp: Stamp) -> dict[str, Any]:
    was = by_number.get(nummer_of(chosen) or 0)
    if was is None:
        return _new(reference, chosen, stamp)
    fields = merged(_without(was, "redenWijziging"), chosen)
    changed = any(was.get(name) != fields.get(name) for name in ("einddatum", "omvang", "budget"))
    settled = {"redenWijziging": REDEN_AANBIEDER, **fields, **stamp.fields} if changed else fields
    return {**settled, **_filled(_settled(chosen)), "referentieAanbieder": reference}


def _settled(chosen: Fields) -> dict[str, Any]:
    return {name: chosen.get(name) for name in ("toewijzingsdatum", "toewijzingstijd", "redenWijziging")}


def _change(reference: str, was: Fields, change: Fields, stamp: Stamp) -> list[dict[str, Any]]:
    """Change an allocation: in place where the standard has it so, else end it and allocate anew (OP257, OP380)."""
    asked = {name: change.get(name) for name in ("einddatum", "omvang", "budget")}
    begin = date.fromisoformat(change["gewensteIngangsdatum"])
    if _changes_in_place(was, change, stamp.datum):
        fields = merged(was, {**asked, "redenWijziging": REDEN_AANBIEDER, **stamp.fields})
        return [{**fields, "referentieAanbieder": reference}]
    fresh = {"product": was.get("product"), **asked, "ingangsdatum": begin.isoformat()}
    return [*_ended(reference, was, begin, stamp), _new(reference, _filled(fresh), stamp)]


def _changes_in_place(was: Fields, change: Fields, today: date) -> bool:
    omvang = was.get("omvang") or {}
    if "budget" in was or omvang.get("frequentie") == TOTAAL:
        return True
    # Only the last day moves, and it has not passed.
    return bool(change.get("omvang") == was.get("omvang")) and not _passed(was, today)


def _passed(product: Fields, today: date) -> bool:
    return "einddatum" in product and date.fromisoformat(product["einddatum"]) < today


def _ended(reference: str, was: Fields, begin: date, stamp: Stamp) -> list[dict[str, Any]]:
    """End an allocation on the day before another takes its place; one that would never have begun is removed."""
    if _passed(was, begin):
        return []
    first = date.fromisoformat(was["ingangsdatum"])
    end = {"einddatum": (begin - _DAY).isoformat(), "redenWijziging": REDEN_AANBIEDER}
    if begin <= first:
        end = {"einddatum": was["ingangsdatum"], "redenWijziging": REDEN_VERWIJDERD}
    return [{**was, **end, **stamp.fields, "referentieAanbieder": reference}]


def _filled(fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _without(fields: Fields, *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}
