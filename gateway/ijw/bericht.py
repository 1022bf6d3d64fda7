"""What all messages share: the headers, and what kind of message it is."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar

from gateway.ijw.klasse import Klasse
from gateway.ijw.typen import BerichtIdentificatie, XsdVersie

RELEASE = "3.2"
BASISSCHEMA = "http://www.istandaarden.nl/ijw/3_2/basisschema/schema"

BERICHT_VERSIE = 3
BERICHT_SUBVERSIE = 2
# What the published examples of release 3.2 carry.
XSD_VERSIE = XsdVersie(basisschema_xsd_versie="1.0.0", bericht_xsd_versie="1.0.0")


class Kant(Enum):
    """The two sides of the exchange."""

    GEMEENTE = "gemeente"
    AANBIEDER = "aanbieder"

    @property
    def other(self) -> Kant:
        """Give the side across."""
        return Kant.AANBIEDER if self is Kant.GEMEENTE else Kant.GEMEENTE


class Header(Klasse):
    """The header of a heenbericht."""

    bericht_code: str
    bericht_versie: int = BERICHT_VERSIE
    bericht_subversie: int = BERICHT_SUBVERSIE
    afzender: str
    ontvanger: str
    bericht_identificatie: BerichtIdentificatie
    xsd_versie: XsdVersie = XSD_VERSIE


class RetourHeader(Klasse):
    """The header of a retourbericht: that of the heenbericht, with the retourbericht's own mark added (IV028)."""

    bericht_code: str
    bericht_versie: int = BERICHT_VERSIE
    bericht_subversie: int = BERICHT_SUBVERSIE
    afzender: str
    ontvanger: str
    bericht_identificatie: BerichtIdentificatie
    xsd_versie: XsdVersie = XSD_VERSIE
    identificatie_retour: str
    dagtekening_retour: date
    xslt_versie: str | None = None
    xsd_versie_retour: XsdVersie = XSD_VERSIE
    retour_codes: tuple[str, ...] = ()


class AntwoordHeader(Klasse):
    """The header of a JW325: its own, with the mark of the declaration that it answers (IV087)."""

    bericht_code: str
    bericht_versie: int = BERICHT_VERSIE
    bericht_subversie: int = BERICHT_SUBVERSIE
    afzender: str
    ontvanger: str
    bericht_identificatie: BerichtIdentificatie
    xsd_versie: XsdVersie = XSD_VERSIE
    declaratie_identificatie: BerichtIdentificatie
    xslt_versie: str | None = None
    xsd_versie_declaratie: XsdVersie = XSD_VERSIE
    retour_codes: tuple[str, ...] = ()


class Bericht(Klasse):
    """A message of the standard.

    `TYPE` is its name (`JW301`), `CODE` its BerichtCode, `AFZENDER` the side that stands in the header as Afzender,
    `ANTWOORD_OP` the type that it answers, if any.
    """

    TYPE: ClassVar[str]
    CODE: ClassVar[str]
    AFZENDER: ClassVar[Kant]
    ANTWOORD_OP: ClassVar[type[Bericht] | None] = None

    header: Header | RetourHeader | AntwoordHeader

    @classmethod
    def namespace(cls) -> str:
        """Give the namespace of the message's own elements."""
        return f"http://www.istandaarden.nl/ijw/3_2/{cls.TYPE.lower()}/schema"


class Heenbericht(Bericht):
    """A message that starts something; all but the JW323 are answered by a retourbericht."""

    header: Header


class Retourbericht(Bericht):
    """A message that says whether a heenbericht was taken; its header repeats that of the heenbericht."""

    header: RetourHeader
