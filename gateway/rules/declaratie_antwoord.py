"""The TR rules of the answer to a declaration (JW325) that look at the declaration. It gets no retourbericht."""

from __future__ import annotations

from typing import Final

from gateway.ijw.bericht import AntwoordHeader
from gateway.ijw.declaratie import JW323, JW325
from gateway.rules.history import HistoryContext
from gateway.rules.rule import Breaches, Level, at, rule

_COPIED: Final = (
    "toewijzing_nummer",
    "product_categorie",
    "product_code",
    "product_periode",
    "geleverd_volume",
    "eenheid",
    "product_tarief",
    "ingediend_bedrag",
)


@rule("TR337", on=AntwoordHeader, retour="", level=Level.OVERSTIJGEND, messages=(JW325,), absence=True)
def tr337(header: AntwoordHeader, ctx: HistoryContext) -> Breaches:
    """DeclaratieIdentificatie is de BerichtIdentificatie van een declaratie die de gemeente heeft ontvangen.

    Fout: een Identificatie waaronder niets is gedeclareerd. Goed: die van de JW323.
    """
    if ctx.history.answered is None:
        yield at(header, "declaratie_identificatie")


@rule("TR366", on=JW323.Client, about=JW323.Prestatie, retour="9366", level=Level.OVERSTIJGEND, messages=(JW325,))
def tr366(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Elke prestatie in een declaratieantwoord stond met dezelfde ProductReferentie in de declaratie.

    Fout: ReferentieNummer RN009, dat niet is gedeclareerd. Goed: een ReferentieNummer uit de JW323.
    Lezing: Het geldt binnen de cliënt. Van een cliënt die niet in de declaratie staat zegt TR304 het al.
    """
    declared = _declared(client, ctx)
    for prestatie in client.prestaties:
        if declared and prestatie.product_referentie not in declared:
            yield at(prestatie, "product_referentie")


@rule("TR367", on=JW323.Client, about=JW323.Prestatie, retour="9367", level=Level.OVERSTIJGEND, messages=(JW325,))
def tr367(client: JW323.Client, ctx: HistoryContext) -> Breaches:
    """Een prestatie in een declaratieantwoord is gelijk aan die in de declaratie.

    Fout: Bedrag 23000 waar 24000 is gedeclareerd. Goed: Bedrag 24000; een prestatie wordt niet deels toegekend.
    """
    declared = _declared(client, ctx)
    for prestatie in client.prestaties:
        before = declared.get(prestatie.product_referentie)
        other = [name for name in _COPIED if before and getattr(prestatie, name) != getattr(before, name)]
        if other:
            yield at(prestatie, *other)


@rule("TR371", on=AntwoordHeader, retour="", level=Level.OVERSTIJGEND, messages=(JW325,))
def tr371(header: AntwoordHeader, ctx: HistoryContext) -> Breaches:
    """XsdVersieDeclaratie is de XsdVersie van de declaratie.

    Fout: 1.1.0 waar de declaratie 1.0.0 heeft. Goed: 1.0.0.
    """
    versie, answered = header.xsd_versie_declaratie, ctx.history.answered
    if answered is not None and (versie.basisschema_xsd_versie, versie.bericht_xsd_versie) != answered.xsd_versie:
        yield at(header, "xsd_versie_declaratie")


@rule("TR376", on=JW325.DeclaratieAntwoord, retour="", level=Level.OVERSTIJGEND)
def tr376(antwoord: JW325.DeclaratieAntwoord, ctx: HistoryContext) -> Breaches:
    """DeclaratieNummer is dat van de declaratie waarop dit het antwoord is.

    Fout: DN002 in het antwoord op declaratie DN001. Goed: DN001.
    Lezing: Is de declaratie niet bekend, dan zegt TR337 dat al.
    """
    answered = ctx.history.answered
    if answered is not None and antwoord.declaratie_nummer != answered.declaratie_nummer:
        yield at(antwoord, "declaratie_nummer")


def _declared(client: JW323.Client, ctx: HistoryContext) -> dict[object, JW323.Prestatie]:
    """Give what was declared for a client in the declaration that is answered, by ProductReferentie."""
    answered = ctx.history.answered
    return {
        feit.klasse.product_referentie: feit.klasse
        for feit in ctx.history.dossier(client.bsn).prestaties
        if answered is not None and feit.bericht == answered.bericht
    }
