"""A message in words, for people who handle it outside the exchange: what stays, what changes, what is new. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final

from msgspec import Struct

from gateway.ijw.bericht import Bericht, RetourHeader
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.dossier import Dossier
from gateway.ijw.klasse import Klasse, velden
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Omvang, Product
from gateway.ijw.verzoek import JW315, JW317

_MONTHS: Final = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
_NOTHING: Final = "niet opgegeven"
_OPEN: Final = "zonder einde"
_UNKNOWN: Final = "hier niet bekend"
# Amounts of the standard are in euro cents.
_AMOUNTS: Final = frozenset({"budget", "product_tarief", "bedrag", "totaal_bedrag"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said: `value`, and for what changes also what it was before."""

    label: str
    value: str = field(repr=False)
    before: str | None = field(default=None, repr=False)

    @property
    def changes(self) -> bool:
        """Say whether the value is another than it was."""
        return self.before is not None and self.before != self.value


class Item(Struct, frozen=True):
    """Something that the message is about, such as one allocation."""

    title: str
    facts: tuple[Fact, ...]


class Section(Struct, frozen=True):
    """Items that belong together."""

    title: str
    items: tuple[Item, ...]


class Readable(Struct, frozen=True):
    """A whole message in words."""

    title: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]


def readable(bericht: Bericht, dossier: Dossier, lists: Codelijsten) -> Readable:
    """Say in words what a message says; `dossier` has the allocations that are known, for what was before a change."""
    words = _Words(lists, dossier)
    match bericht:
        case JW317():
            return _wijziging(bericht, words)
        case JW315():
            return _aanvraag(bericht, words)
        case _:
            return _anything(bericht, words)


def day_in_words(day: date) -> str:
    """Write a day as people say it: 3 december 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def euro(cents: int) -> str:
    """Write an amount in euro cents as people do: € 8.000,00."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}€ {whole:,}".replace(",", ".") + f",{rest:02}"


class _Words(Struct, frozen=True):
    """Puts values into words."""

    lists: Codelijsten
    dossier: Dossier

    def code(self, data_type: str, code: str) -> str:
        return self.lists.meaning(data_type, code) or f"code {code}"

    def omvang(self, omvang: Omvang | None) -> str:
        if omvang is None:
            return _NOTHING
        eenheid = self.code("LDT_Eenheid", omvang.eenheid).lower()
        return f"{int(omvang.volume)} {eenheid} {self.code('LDT_Frequentie', omvang.frequentie).lower()}"

    def budget(self, cents: int | None) -> str:
        return _NOTHING if cents is None else euro(cents)

    def product(self, product: Product | None) -> str:
        if product is None:
            return _NOTHING
        category = self.code("LDT_ProductCategorie", product.categorie)
        if product.code is None:
            return f"{category} (categorie {product.categorie})"
        known = self.lists.product(product.code)
        return f"{known.meaning if known else category} ({product.code})"

    def known(self, nummer: int) -> JW301.ToegewezenProduct | None:
        found = self.dossier.toewijzing(nummer)
        return found.klasse if found else None


def _common(bericht: JW315 | JW317) -> Iterator[Fact]:
    header = bericht.header
    yield Fact("Aanbieder", header.afzender)
    yield Fact("Gemeente", header.ontvanger)
    yield Fact("Dagtekening", day_in_words(header.bericht_identificatie.dagtekening))
    yield Fact("Identificatie", header.bericht_identificatie.identificatie)
    yield Fact("BSN", bericht.client.bsn)


def _wijziging(bericht: JW317, words: _Words) -> Readable:
    verzoek = bericht.client.verzoek
    facts = (
        *_common(bericht),
        Fact("Referentie van de aanbieder", verzoek.referentie_aanbieder),
        Fact("Reden", words.code("LDT_RedenVerzoek", verzoek.reden_verzoek)),
    )
    sections = (
        Section("Wat verandert", tuple(_changed(product, words) for product in verzoek.te_wijzigen_producten)),
        Section("Wat nieuw is", tuple(_new(product, words) for product in verzoek.nieuwe_producten)),
        Section(
            "Wat blijft zoals het is",
            tuple(_unchanged(int(product.toewijzing_nummer), words) for product in verzoek.ongewijzigde_producten),
        ),
    )
    return Readable("Verzoek om wijziging", facts, tuple(section for section in sections if section.items))


def _changed(product: JW317.TeWijzigenProduct, words: _Words) -> Item:
    known = words.known(int(product.toewijzing_nummer))
    end = _end(product.einddatum)
    facts = [
        Fact("Gewenste ingangsdatum", day_in_words(product.gewenste_ingangsdatum)),
        Fact("Einddatum", end, _end(known.einddatum) if known else _UNKNOWN),
    ]
    if product.omvang or (known and known.omvang):
        before = words.omvang(known.omvang) if known else _UNKNOWN
        facts.append(Fact("Omvang", words.omvang(product.omvang), before))
    if product.budget is not None or (known and known.budget is not None):
        before = words.budget(known.budget) if known else _UNKNOWN
        facts.append(Fact("Budget", words.budget(product.budget), before))
    return Item(_allocation(int(product.toewijzing_nummer), known, words), tuple(facts))


def _new(product: JW317.NieuwProduct, words: _Words) -> Item:
    facts = [
        Fact("Gewenste ingangsdatum", day_in_words(product.gewenste_ingangsdatum)),
        Fact("Einddatum", _end(product.einddatum)),
        Fact("Omvang", words.omvang(product.omvang)),
    ]
    if product.budget is not None:
        facts.append(Fact("Budget", words.budget(product.budget)))
    return Item(words.product(product.product), tuple(facts))


def _unchanged(nummer: int, words: _Words) -> Item:
    known = words.known(nummer)
    if known is None:
        return Item(_allocation(nummer, None, words), ())
    facts = [
        Fact("Ingangsdatum", day_in_words(known.ingangsdatum)),
        Fact("Einddatum", _end(known.einddatum)),
        Fact("Omvang", words.omvang(known.omvang)),
    ]
    if known.budget is not None:
        facts.append(Fact("Budget", words.budget(known.budget)))
    return Item(_allocation(nummer, known, words), tuple(facts))


def _allocation(nummer: int, known: JW301.ToegewezenProduct | None, words: _Words) -> str:
    what = words.product(known.product) if known else f"{_UNKNOWN}, zie uw eigen administratie"
    return f"Toewijzing {nummer}: {what}"


def _end(day: date | None) -> str:
    return _OPEN if day is None else day_in_words(day)


def _aanvraag(bericht: JW315, words: _Words) -> Readable:
    client = bericht.client
    surname = client.naam.geslachtsnaam
    name = " ".join(filter(None, (client.naam.voornamen, surname.voorvoegsel, surname.achternaam)))
    facts = (
        *_common(bericht),
        Fact("Naam", name),
        Fact("Geboortedatum", day_in_words(client.geboortedatum.datum)),
        *((Fact("Opmerking", client.commentaar),) if client.commentaar else ()),
    )
    items = tuple(_requested(product, words) for product in client.aangevraagde_producten)
    return Readable("Verzoek om toewijzing", facts, (Section("Wat gevraagd wordt", items),))


def _requested(product: JW315.AangevraagdProduct, words: _Words) -> Item:
    facts = [
        Fact("Referentie van de aanbieder", product.referentie_aanbieder),
        Fact("Ingangsdatum", day_in_words(product.toewijzing_ingangsdatum)),
        Fact("Einddatum", _end(product.toewijzing_einddatum)),
        Fact("Omvang", words.omvang(product.omvang)),
        Fact("Verwijzer", _referrer(product, words)),
    ]
    if product.budget is not None:
        facts.append(Fact("Budget", words.budget(product.budget)))
    if product.commentaar:
        facts.append(Fact("Opmerking", product.commentaar))
    return Item(words.product(product.product), tuple(facts))


def _referrer(product: JW315.AangevraagdProduct, words: _Words) -> str:
    kind = words.code("LDT_TypeVerwijzer", product.verwijzer.type)
    return f"{kind}: {product.verwijzer.naam}" if product.verwijzer.naam else kind


def _anything(bericht: Bericht, words: _Words) -> Readable:
    """Say everything that a message says, in the words of the standard: what nobody made a text of is told too."""
    header = bericht.header
    retour = isinstance(header, RetourHeader)
    facts = (
        Fact("Van", header.ontvanger if retour else header.afzender),
        Fact("Aan", header.afzender if retour else header.ontvanger),
        Fact("Dagtekening", day_in_words(header.bericht_identificatie.dagtekening)),
        Fact("Identificatie", header.bericht_identificatie.identificatie),
    )
    body = [getattr(bericht, veld.field) for veld in velden(type(bericht))[1:]]
    items = tuple(item for part in body if isinstance(part, Klasse) for item in _items(part, words))
    return Readable(f"Bericht {bericht.TYPE}", facts, (Section("Inhoud", items),))


def _items(value: Klasse, words: _Words) -> Iterator[Item]:
    """Give a berichtklasse and those inside it, each as an item of its own."""
    facts: list[Fact] = []
    inside: list[Klasse] = []
    for veld in velden(type(value)):
        content = getattr(value, veld.field)
        if isinstance(content, Klasse):
            inside.append(content)
        elif isinstance(content, tuple):
            inside += [item for item in content if isinstance(item, Klasse)]
        elif content is not None:
            facts.append(Fact(veld.name, _plain(veld.field, veld.name, content, words)))
    if facts:
        yield Item(type(value).__name__, tuple(facts))
    for part in inside:
        yield from _items(part, words)


def _plain(name: str, element: str, content: object, words: _Words) -> str:
    if isinstance(content, date):
        return day_in_words(content)
    if isinstance(content, time):
        return content.isoformat()
    if isinstance(content, int):
        return euro(content) if name in _AMOUNTS else str(int(content))
    return words.lists.meaning(f"LDT_{element}", str(content)) or str(content)
