"""The composite data types of the basisschema (CDT), in alphabetical order."""

from __future__ import annotations

from datetime import date

from gateway.ijw.klasse import Gegevenstype


class Achternaam(Gegevenstype):
    """A surname with what comes before it."""

    achternaam: str
    voorvoegsel: str | None = None


class Adres(Gegevenstype):
    """An address in the Netherlands or elsewhere."""

    huis: Huis | None = None
    postcode: str | None = None
    straatnaam: str | None = None
    plaatsnaam: str | None = None
    land_code: str | None = None


class BedragMetDC(Gegevenstype):
    """An amount in euro cents, and whether it is charged (D) or credited (C)."""

    bedrag: int
    debet_credit: str


class BerichtIdentificatie(Gegevenstype):
    """The sender's own mark of a message, and the day that it bears."""

    identificatie: str
    dagtekening: date


class Communicatie(Gegevenstype):
    """How to talk with somebody: an interpreter, and for which language."""

    vorm: str
    taal: str | None = None


class Geboortedatum(Gegevenstype):
    """A date of birth, and which part of it is known."""

    datum: date
    datum_gebruik: str | None = None


class GeslotenPeriode(Gegevenstype):
    """A period with both its ends."""

    begindatum: date
    einddatum: date


class Huis(Gegevenstype):
    """A house number with its additions."""

    huisnummer: int
    huisletter: str | None = None
    huisnummer_toevoeging: str | None = None
    aanduiding_woonadres: str | None = None


class Omvang(Gegevenstype):
    """How much care: so many units, per week, month or in all."""

    volume: int
    eenheid: str
    frequentie: str


class OpenPeriode(Gegevenstype):
    """A period of which an end may be open."""

    begindatum: date | None = None
    einddatum: date | None = None


class Product(Gegevenstype):
    """A product by category and, unless the allocation is generic, its code."""

    categorie: str
    code: str | None = None


class Referentie(Gegevenstype):
    """The mark of a Prestatie, and of the earlier one that it credits."""

    referentie_nummer: str
    vorig_referentie_nummer: str | None = None


class Telefoon(Gegevenstype):
    """A telephone number with its country."""

    telefoonnummer: str
    landnummer: str


class Telefoonnummers(Gegevenstype):
    """One or two telephone numbers."""

    telefoon01: Telefoon
    telefoon02: Telefoon | None = None


class TotaalBedragMetDC(Gegevenstype):
    """A total in euro cents, and whether it is charged (D) or credited (C)."""

    totaal_bedrag: int
    debet_credit: str


class VerkorteNaam(Gegevenstype):
    """A name without the partner name."""

    geslachtsnaam: Achternaam
    voornamen: str | None = None
    voorletters: str | None = None


class Verwijzer(Gegevenstype):
    """Who referred the client."""

    type: str
    naam: str | None = None
    zorgverlener_code: str | None = None


class VolledigeNaam(Gegevenstype):
    """A name with, where there is one, the partner name and how to use them."""

    geslachtsnaam: Achternaam
    partnernaam: Achternaam | None = None
    voornamen: str | None = None
    voorletters: str | None = None
    naam_gebruik: str


class XsdVersie(Gegevenstype):
    """The versions of the schemas that a message was made with."""

    basisschema_xsd_versie: str
    bericht_xsd_versie: str
