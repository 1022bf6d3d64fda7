"""Requests and answers: JW315, JW317 and JW319, and their retourberichten."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from gateway.ijw.bericht import Header, Heenbericht, Kant, Retourbericht, RetourHeader
from gateway.ijw.klasse import Klasse
from gateway.ijw.typen import Geboortedatum, Omvang, Product, VerkorteNaam, Verwijzer


class JW315(Heenbericht):
    """Verzoek om toewijzing (VOT): a provider asks for an allocation."""

    TYPE: ClassVar = "JW315"
    CODE: ClassVar = "446"
    AFZENDER: ClassVar = Kant.AANBIEDER

    class AangevraagdProduct(Klasse):
        """One product asked for; `budget` is in euro cents."""

        referentie_aanbieder: str
        beschikking_nummer: int | None = None
        product: Product | None = None
        beschikking_ingangsdatum: date | None = None
        toewijzing_ingangsdatum: date
        toewijzing_einddatum: date | None = None
        omvang: Omvang | None = None
        budget: int | None = None
        verwijzer: Verwijzer
        raamcontract: str | None = None
        commentaar: str | None = None
        retour_codes: tuple[str, ...] = ()

    class Client(Klasse):
        """The child, and what is asked for."""

        bsn: str
        geboortedatum: Geboortedatum
        geslacht: str
        naam: VerkorteNaam
        gezagsdrager_bekend: str | None = None
        commentaar: str | None = None
        aangevraagde_producten: tuple[JW315.AangevraagdProduct, ...]
        retour_codes: tuple[str, ...] = ()

    header: Header
    client: JW315.Client


class JW316(Retourbericht):
    """Retourbericht on a verzoek om toewijzing."""

    TYPE: ClassVar = "JW316"
    CODE: ClassVar = "447"
    ANTWOORD_OP: ClassVar = JW315

    header: RetourHeader
    client: JW315.Client | None = None


class JW317(Heenbericht):
    """Verzoek om wijziging (VOW): a provider asks to change what is allocated."""

    TYPE: ClassVar = "JW317"
    CODE: ClassVar = "486"
    AFZENDER: ClassVar = Kant.AANBIEDER

    class NieuwProduct(Klasse):
        """A product asked for beside those allocated; `budget` is in euro cents."""

        product: Product | None = None
        gewenste_ingangsdatum: date
        einddatum: date | None = None
        omvang: Omvang | None = None
        budget: int | None = None
        retour_codes: tuple[str, ...] = ()

    class TeWijzigenProduct(Klasse):
        """An allocation to change; `budget` is in euro cents."""

        toewijzing_nummer: int
        gewenste_ingangsdatum: date
        einddatum: date | None = None
        omvang: Omvang | None = None
        budget: int | None = None
        retour_codes: tuple[str, ...] = ()

    class OngewijzigdProduct(Klasse):
        """An allocation that stays as it is."""

        toewijzing_nummer: int
        retour_codes: tuple[str, ...] = ()

    class Verzoek(Klasse):
        """The whole of a request for change."""

        referentie_aanbieder: str
        reden_verzoek: str
        ongewijzigde_producten: tuple[JW317.OngewijzigdProduct, ...] = ()
        te_wijzigen_producten: tuple[JW317.TeWijzigenProduct, ...] = ()
        nieuwe_producten: tuple[JW317.NieuwProduct, ...] = ()
        retour_codes: tuple[str, ...] = ()

    class Client(Klasse):
        """The child, and the request."""

        bsn: str
        verzoek: JW317.Verzoek
        retour_codes: tuple[str, ...] = ()

    header: Header
    client: JW317.Client


class JW318(Retourbericht):
    """Retourbericht on a verzoek om wijziging."""

    TYPE: ClassVar = "JW318"
    CODE: ClassVar = "487"
    ANTWOORD_OP: ClassVar = JW317

    header: RetourHeader
    client: JW317.Client | None = None


class JW319(Heenbericht):
    """Antwoord: a municipality refuses a request, or takes time to look into it."""

    TYPE: ClassVar = "JW319"
    CODE: ClassVar = "488"
    AFZENDER: ClassVar = Kant.GEMEENTE

    class Woonplaatsbeginsel(Klasse):
        """The municipality that is responsible instead."""

        gemeente: str
        retour_codes: tuple[str, ...] = ()

    class Antwoord(Klasse):
        """The answer to one request."""

        referentie_aanbieder: str
        verzoek_antwoord: str
        reden_afwijzing_verzoek: str | None = None
        woonplaatsbeginsel: JW319.Woonplaatsbeginsel | None = None
        retour_codes: tuple[str, ...] = ()

    header: Header
    antwoord: JW319.Antwoord


class JW320(Retourbericht):
    """Retourbericht on an antwoord."""

    TYPE: ClassVar = "JW320"
    CODE: ClassVar = "489"
    ANTWOORD_OP: ClassVar = JW319

    header: RetourHeader
    antwoord: JW319.Antwoord | None = None
