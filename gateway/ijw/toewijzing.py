"""Toewijzing: JW301 and its retourbericht."""

from __future__ import annotations

from datetime import date, time
from typing import ClassVar

from gateway.ijw.bericht import Header, Heenbericht, Kant, Retourbericht, RetourHeader
from gateway.ijw.klasse import Klasse
from gateway.ijw.typen import (
    Adres,
    Communicatie,
    Geboortedatum,
    Omvang,
    OpenPeriode,
    Product,
    Telefoonnummers,
    VolledigeNaam,
)


class JW301(Heenbericht):
    """Toewijzing: all current allocations of one client at one provider."""

    TYPE: ClassVar = "JW301"
    CODE: ClassVar = "436"
    AFZENDER: ClassVar = Kant.GEMEENTE

    class ToegewezenProduct(Klasse):
        """One allocation (toewijzing).

        `budget` is in euro cents.
        """

        toewijzing_nummer: int
        referentie_aanbieder: str | None = None
        product: Product | None = None
        toewijzingsdatum: date
        toewijzingstijd: time
        ingangsdatum: date
        einddatum: date | None = None
        reden_wijziging: str | None = None
        omvang: Omvang | None = None
        budget: int | None = None
        commentaar: str | None = None
        retour_codes: tuple[str, ...] = ()

    class Contact(Klasse):
        """An address or a way to reach somebody."""

        soort: str
        adres: Adres | None = None
        organisatie: str | None = None
        telefoon: Telefoonnummers | None = None
        emailadres: str | None = None
        periode: OpenPeriode | None = None
        retour_codes: tuple[str, ...] = ()

    class Relatie(Klasse):
        """Somebody close to the client."""

        nummer: str
        volgorde: int | None = None
        soort: str
        geboortedatum: Geboortedatum | None = None
        geslacht: str | None = None
        naam: VolledigeNaam
        contact: JW301.Contact
        retour_codes: tuple[str, ...] = ()

    class Client(Klasse):
        """The child, and what is allocated."""

        bsn: str
        geboortedatum: Geboortedatum
        geslacht: str
        naam: VolledigeNaam
        communicatie: Communicatie | None = None
        juridische_status: str | None = None
        wettelijke_vertegenwoordiging: str | None = None
        commentaar: str | None = None
        relaties: tuple[JW301.Relatie, ...] = ()
        contactgegevens: tuple[JW301.Contact, ...]
        toegewezen_producten: tuple[JW301.ToegewezenProduct, ...]
        retour_codes: tuple[str, ...] = ()

    header: Header
    client: JW301.Client


class JW302(Retourbericht):
    """Retourbericht on a toewijzing."""

    TYPE: ClassVar = "JW302"
    CODE: ClassVar = "437"
    ANTWOORD_OP: ClassVar = JW301

    header: RetourHeader
    client: JW301.Client | None = None
