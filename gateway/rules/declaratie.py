"""The TR rules of the declaration and its answer (JW323, JW325)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from gateway.ijw.codes import CREDIT, DEBET
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.typen import BedragMetDC, GeslotenPeriode, TotaalBedragMetDC
from gateway.rules.dates import parts, years_before
from gateway.rules.doubles import doubles
from gateway.rules.rule import Breaches, Context, Level, at, rule

BEWAARJAREN: Final = 5
# What is said of a DeclaratieAntwoord that was not refused: no remarks, and granted in full.
NIET_AFGEKEURD: Final = frozenset({"0200", "8001"})


@rule("TR137", on=GeslotenPeriode)
def tr137(periode: GeslotenPeriode, ctx: Context) -> Breaches:
    """De Einddatum van een periode ligt op of na de Begindatum, en niet na de Dagtekening van het bericht.

    Fout: Dagtekening 2026-04-29 en Einddatum 2026-04-30. Goed: beide datums 2026-04-30.
    """
    if periode.einddatum < periode.begindatum:
        yield at(periode, "einddatum", "begindatum")
    elif periode.einddatum > ctx.dagtekening:
        yield at(periode, "einddatum")


@rule("TR315", on=JW323.Declaratie, about=JW323.Prestatie)
def tr315(declaratie: JW323.Declaratie, _: Context) -> Breaches:
    """Elk VorigReferentieNummer staat maar één keer in het bericht: een prestatie wordt één keer gecrediteerd.

    Fout: twee creditprestaties met VorigReferentieNummer RN001. Goed: RN001 en RN002.
    Lezing: Het hele bericht telt, over alle cliënten heen.
    """
    referenties = (prestatie.product_referentie for prestatie in _prestaties(declaratie.clienten))
    for same in doubles(referenties, lambda referentie: referentie.vorig_referentie_nummer):
        yield [place for referentie in same for place in at(referentie, "vorig_referentie_nummer")]


@rule("TR316", on=JW323.Declaratie, about=JW323.Prestatie)
def tr316(declaratie: JW323.Declaratie, _: Context) -> Breaches:
    """Een prestatie wordt niet gecrediteerd in het bericht waarin zij zelf staat.

    Fout: VorigReferentieNummer RN001 naast ReferentieNummer RN001 in hetzelfde bericht. Goed: crediteer later.
    Lezing: Het ReferentieNummer van elke prestatie telt: van alle cliënten, van debet en credit, en dat van zichzelf.
    """
    referenties = [prestatie.product_referentie for prestatie in _prestaties(declaratie.clienten)]
    crediting = [referentie for referentie in referenties if referentie.vorig_referentie_nummer is not None]
    if not crediting:
        return
    by_number = {referentie.referentie_nummer: referentie for referentie in reversed(referenties)}
    for referentie in crediting:
        credited = by_number.get(referentie.vorig_referentie_nummer or "")
        if credited is not None:
            yield [*at(referentie, "vorig_referentie_nummer"), *at(credited, "referentie_nummer")]


@rule("TR319", on=JW323.Declaratie, about=JW323.Prestatie, retour="9319", level=Level.OVERSTIJGEND, source="rule")
def tr319(declaratie: JW323.Declaratie, _: Context) -> Breaches:
    """De ProductPeriode van een prestatie ligt in de DeclaratiePeriode van het bericht, of in een eerdere.

    Fout: DeclaratiePeriode april en een ProductPeriode in mei. Goed: een ProductPeriode in april of maart.
    Lezing: Elke eerdere kalendermaand telt als voorgaande declaratieperiode, ook als er toen niets is gedeclareerd
    (het tweede voorbeeld van IV090). Het bericht zelf zegt daarom genoeg; dat een periode in één maand ligt is CS337.
    """
    last = declaratie.declaratie_periode.einddatum
    for prestatie in _prestaties(declaratie.clienten):
        if prestatie.product_periode.einddatum > last:
            yield at(prestatie, "product_periode")


@rule("TR335", on=JW323.Declaratie, about=JW323.Prestatie)
def tr335(declaratie: JW323.Declaratie, _: Context) -> Breaches:
    """De Einddatum van een ProductPeriode ligt niet meer dan 5 jaar voor de DeclaratieDagtekening.

    Fout: DeclaratieDagtekening 2026-05-06 en Einddatum 2021-04-30. Goed: Einddatum 2021-05-31.
    Lezing: Geteld vanaf dezelfde dag vijf jaar eerder; op 29 februari 2028 is 28 februari 2023 te lang geleden.
    """
    limit = years_before(declaratie.declaratie_dagtekening, BEWAARJAREN)
    for prestatie in _prestaties(declaratie.clienten):
        if parts(prestatie.product_periode.einddatum) < limit:
            yield at(prestatie.product_periode, "einddatum")


@rule("TR342", on=JW325.DeclaratieAntwoord)
def tr342(antwoord: JW325.DeclaratieAntwoord, _: Context) -> Breaches:
    """Wat niet is toegekend is de som van de afgewezen prestaties; van een afgekeurde declaratie is 0 toegekend.

    Fout: ingediend 58000, toegekend 34000, en één afgewezen prestatie van 5000. Goed: afgewezen prestaties van 24000.
    Lezing: Afgekeurd is een DeclaratieAntwoord met een andere retourcode dan 0200 of 8001.
    """
    ingediend, toegekend = antwoord.totaal_ingediend_bedrag, antwoord.totaal_toegekend_bedrag
    if any(code not in NIET_AFGEKEURD for code in antwoord.retour_codes):
        # A declaration that was refused as a whole has no Prestaties that were judged; there is no sum to make.
        if toegekend.totaal_bedrag != 0:
            yield at(toegekend, "totaal_bedrag")
        return
    if _sum(antwoord.clienten) != _signed_total(ingediend) - _signed_total(toegekend):
        yield at(antwoord, "totaal_toegekend_bedrag", "totaal_ingediend_bedrag")


@rule("TR358", on=JW323.Declaratie)
def tr358(declaratie: JW323.Declaratie, _: Context) -> Breaches:
    """TotaalIngediendBedrag is de som van alle prestaties: debet opgeteld, credit afgetrokken.

    Fout: D 24000 en C 4000, met totaal D 28000. Goed: D 24000 en C 4000, met totaal D 20000.
    """
    if _sum(declaratie.clienten) != _signed_total(declaratie.totaal_ingediend_bedrag):
        yield at(declaratie, "totaal_ingediend_bedrag")


@rule("TR416", on=JW323.Declaratie, about=JW323.Prestatie)
def tr416(declaratie: JW323.Declaratie, _: Context) -> Breaches:
    """Een toewijzing heeft per ProductPeriode, ProductCategorie en ProductCode hoogstens één debetprestatie.

    Fout: twee debetprestaties voor april, Code 45A04 en ToewijzingNummer 300201. Goed: één met het hele volume.
    Lezing: De tekst noemt de cliënt niet, en een toewijzing is van één cliënt: bij twee cliënten is het ook fout.
    """
    debits = (
        prestatie for prestatie in _prestaties(declaratie.clienten) if prestatie.ingediend_bedrag.debet_credit == DEBET
    )
    yield from doubles(debits, _levering)


def _levering(prestatie: JW323.Prestatie) -> tuple[int, str, str, date, date]:
    """Give what of a Prestatie may be debited once."""
    periode = prestatie.product_periode
    return (
        prestatie.toewijzing_nummer,
        prestatie.product_categorie,
        prestatie.product_code,
        periode.begindatum,
        periode.einddatum,
    )


def _prestaties(clienten: Iterable[JW323.Client]) -> Iterator[JW323.Prestatie]:
    for client in clienten:
        yield from client.prestaties


def _sum(clienten: Iterable[JW323.Client]) -> int:
    return sum(_signed(prestatie.ingediend_bedrag) for prestatie in _prestaties(clienten))


def _signed(bedrag: BedragMetDC) -> int:
    return -bedrag.bedrag if bedrag.debet_credit == CREDIT else bedrag.bedrag


def _signed_total(bedrag: TotaalBedragMetDC) -> int:
    return -bedrag.totaal_bedrag if bedrag.debet_credit == CREDIT else bedrag.totaal_bedrag
