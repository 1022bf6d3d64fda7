"""Declaration and its answer: JW323 and JW325."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from gateway.ijw.bericht import AntwoordHeader, Bericht, Header, Heenbericht, Kant
from gateway.ijw.klasse import Klasse
from gateway.ijw.typen import BedragMetDC, GeslotenPeriode, Referentie, TotaalBedragMetDC


class JW323(Heenbericht):
    """Declaratie: a provider declares what it delivered in a month."""

    TYPE: ClassVar = "JW323"
    CODE: ClassVar = "490"
    AFZENDER: ClassVar = Kant.AANBIEDER

    class Prestatie(Klasse):
        """One product delivered in one period; amounts are in euro cents."""

        product_referentie: Referentie
        toewijzing_nummer: int
        product_categorie: str
        product_code: str
        product_periode: GeslotenPeriode
        geleverd_volume: int
        eenheid: str
        product_tarief: int | None = None
        ingediend_bedrag: BedragMetDC
        retour_codes: tuple[str, ...] = ()

    class Client(Klasse):
        """One child, and what was delivered."""

        bsn: str
        prestaties: tuple[JW323.Prestatie, ...]
        retour_codes: tuple[str, ...] = ()

    class Declaratie(Klasse):
        """The declaration as a whole; `totaal_ingediend_bedrag` is in euro cents."""

        declaratie_nummer: str
        declaratie_periode: GeslotenPeriode
        declaratie_dagtekening: date
        totaal_ingediend_bedrag: TotaalBedragMetDC
        clienten: tuple[JW323.Client, ...]

    header: Header
    declaratie: JW323.Declaratie


class JW325(Bericht):
    """Declaratie-antwoord: what a municipality grants of a declaration.

    It answers a JW323 as a retourbericht would, but has an Identificatie and a header of its own (IV087).
    """

    TYPE: ClassVar = "JW325"
    CODE: ClassVar = "491"
    AFZENDER: ClassVar = Kant.GEMEENTE
    ANTWOORD_OP: ClassVar = JW323

    class DeclaratieAntwoord(Klasse):
        """The judgement on a declaration; amounts are in euro cents."""

        declaratie_nummer: str
        totaal_ingediend_bedrag: TotaalBedragMetDC
        totaal_toegekend_bedrag: TotaalBedragMetDC
        clienten: tuple[JW323.Client, ...] = ()
        retour_codes: tuple[str, ...] = ()

    header: AntwoordHeader
    declaratie_antwoord: JW325.DeclaratieAntwoord | None = None
