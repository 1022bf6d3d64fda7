"""Start and stop of care: JW305 and JW307, and their retourberichten."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from gateway.ijw.bericht import Header, Heenbericht, Kant, Retourbericht, RetourHeader
from gateway.ijw.klasse import Klasse
from gateway.ijw.typen import Geboortedatum, Product, VerkorteNaam


class JW305(Heenbericht):
    """Startbericht: care has begun, or begins again."""

    TYPE: ClassVar = "JW305"
    CODE: ClassVar = "438"
    AFZENDER: ClassVar = Kant.AANBIEDER

    class StartProduct(Klasse):
        """The start of one product."""

        toewijzing_nummer: int | None = None
        product: Product | None = None
        toewijzing_ingangsdatum: date | None = None
        begindatum: date
        status_aanlevering: str
        retour_codes: tuple[str, ...] = ()

    class Client(Klasse):
        """The child, and what has started."""

        bsn: str
        geboortedatum: Geboortedatum
        geslacht: str
        naam: VerkorteNaam
        start_producten: tuple[JW305.StartProduct, ...]
        retour_codes: tuple[str, ...] = ()

    header: Header
    client: JW305.Client


class JW306(Retourbericht):
    """Retourbericht on a startbericht."""

    TYPE: ClassVar = "JW306"
    CODE: ClassVar = "439"
    ANTWOORD_OP: ClassVar = JW305

    header: RetourHeader
    client: JW305.Client | None = None


class JW307(Heenbericht):
    """Stopbericht: care has ended, for good or for a while."""

    TYPE: ClassVar = "JW307"
    CODE: ClassVar = "440"
    AFZENDER: ClassVar = Kant.AANBIEDER

    class StopProduct(Klasse):
        """The end of one product; `reden_beeindiging` 20 is a temporary stop."""

        toewijzing_nummer: int | None = None
        product: Product | None = None
        toewijzing_ingangsdatum: date | None = None
        begindatum: date
        reden_beeindiging: str
        einddatum: date
        status_aanlevering: str
        retour_codes: tuple[str, ...] = ()

    class Client(Klasse):
        """The child, and what has stopped."""

        bsn: str
        geboortedatum: Geboortedatum
        geslacht: str
        naam: VerkorteNaam
        stop_producten: tuple[JW307.StopProduct, ...]
        retour_codes: tuple[str, ...] = ()

    header: Header
    client: JW307.Client


class JW308(Retourbericht):
    """Retourbericht on a stopbericht."""

    TYPE: ClassVar = "JW308"
    CODE: ClassVar = "441"
    ANTWOORD_OP: ClassVar = JW307

    header: RetourHeader
    client: JW307.Client | None = None
