"""The answers that the gateway makes itself (IV028, IV087)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec.structs import asdict

from gateway.ijw.bericht import AntwoordHeader, Bericht, Header, RetourHeader
from gateway.ijw.berichten import ANTWOORD_MET
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.typen import BerichtIdentificatie

GOEDGEKEURD = "0200"
NIET_BEOORDEELD = "0233"
DECLARATIE_TOEGEWEZEN = "8001"
GATEWAY_PREFIX = "GW"
# An Identificatie has twelve places.
TOKEN_LENGTH = 12 - len(GATEWAY_PREFIX)


def positive_answer(heen: Bericht, identificatie: str, dagtekening: date) -> Bericht | None:
    """Make the answer that says a message is right; nothing for a message that gets no answer.

    A retourbericht is then a header without codes (IV028); a JW325 grants the declaration in full (IV087). No
    stylesheets of the standard were used, so XsltVersie is left out.
    """
    if isinstance(heen, JW323):
        return _grant(heen, identificatie, dagtekening)
    header = answer_header(heen, identificatie, dagtekening)
    if header is None:
        return None
    # Every retourbericht has a header, and needs nothing else.
    make: Callable[..., Bericht] = ANTWOORD_MET[heen.TYPE]
    return make(header=header)


def answer_header(
    heen: Bericht, identificatie: str, dagtekening: date, codes: tuple[str, ...] = ()
) -> RetourHeader | None:
    """Make the header of a retourbericht: that of the heenbericht with a mark of its own (IV028)."""
    answer = ANTWOORD_MET.get(heen.TYPE)
    if answer is None or not isinstance(heen.header, Header):
        return None
    return RetourHeader(
        **{**asdict(heen.header), "bericht_code": answer.CODE},
        identificatie_retour=identificatie,
        dagtekening_retour=dagtekening,
        retour_codes=codes,
    )


def declaration_header(heen: JW323, identificatie: str, dagtekening: date, codes: tuple[str, ...]) -> AntwoordHeader:
    """Make the header of a JW325: its own, with the mark of the declaration that it answers (IV087)."""
    return AntwoordHeader(
        bericht_code=JW325.CODE,
        afzender=heen.header.ontvanger,
        ontvanger=heen.header.afzender,
        bericht_identificatie=BerichtIdentificatie(identificatie=identificatie, dagtekening=dagtekening),
        declaratie_identificatie=heen.header.bericht_identificatie,
        xsd_versie_declaratie=heen.header.xsd_versie,
        retour_codes=codes,
    )


def _grant(heen: JW323, identificatie: str, dagtekening: date) -> JW325:
    antwoord = JW325.DeclaratieAntwoord(
        declaratie_nummer=heen.declaratie.declaratie_nummer,
        totaal_ingediend_bedrag=heen.declaratie.totaal_ingediend_bedrag,
        totaal_toegekend_bedrag=heen.declaratie.totaal_ingediend_bedrag,
        retour_codes=(DECLARATIE_TOEGEWEZEN,),
    )
    header = declaration_header(heen, identificatie, dagtekening, (GOEDGEKEURD,))
    return JW325(header=header, declaratie_antwoord=antwoord)
