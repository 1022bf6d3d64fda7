"""The CS rules (constraints): what may be in an element."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final, TypeAlias

from gateway.ijw.bsn import passes_elfproef
from gateway.ijw.codes import (
    DEBET,
    EERSTE_AANLEVERING,
    EURO,
    PER_MAAND,
    PER_WEEK,
    REDEN_VERVALLEN,
    REDEN_VERWIJDERD,
    TOTAAL,
    VERWIJDEREN,
)
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Adres, BedragMetDC, Geboortedatum, OpenPeriode, TotaalBedragMetDC, VolledigeNaam
from gateway.ijw.verzoek import JW315, JW317
from gateway.rules.conditions import NEDERLAND
from gateway.rules.product import (
    Gevraagd,
    einddatum_field,
    einddatum_of,
    ingangsdatum_field,
    ingangsdatum_of,
    runs_after_2020,
)
from gateway.rules.rule import Breaches, Context, at, rule

NIET_NATUURLIJK_PERSOON: Final = "6"
MET_PARTNERNAAM: Final = frozenset({"1", "2", "3", "4"})
ZONDER_PARTNERNAAM: Final = frozenset({"1", NIET_NATUURLIJK_PERSOON})
DAG_ONBEKEND, DAG_EN_MAAND_ONBEKEND, ALLES_ONBEKEND = "1", "2", "3"
ONBEKENDE_DATUM: Final = date(1900, 1, 1)
EERSTE_DECLARATIEDAG: Final = date(2021, 1, 1)
# Etmaal, dagdeel, euro's, stuks (inspanning).
GEEN_DAGELIJKSE_EENHEDEN: Final = frozenset({"14", "16", EURO, "84"})
NIET_PER_DAG: Final = frozenset({PER_WEEK, PER_MAAND, TOTAAL})
_POSTCODE: Final = re.compile(r"[1-9][0-9]{3}[a-zA-Z]{2}")

_Client: TypeAlias = JW301.Client | JW305.Client | JW307.Client | JW315.Client | JW317.Client | JW323.Client
_BSN_MESSAGES: Final = (JW301, JW305, JW307, JW315, JW317, JW323, JW325)


@rule("CS002", on=_Client, messages=_BSN_MESSAGES)
def cs002(client: _Client, _: Context) -> Breaches:
    """Bsn voldoet aan de elfproef.

    Fout: een Bsn met twee cijfers verwisseld. Goed: een Bsn die klopt.
    Lezing: De tekst vraagt de elfproef en niet meer: negen nullen voldoen eraan.
    """
    if not passes_elfproef(client.bsn):
        yield at(client, "bsn")


@rule("CS003", on=Gevraagd | OpenPeriode)
def cs003(element: Gevraagd | OpenPeriode, _: Context) -> Breaches:
    """De einddatum van een periode ligt op of na de begindatum.

    Fout: van 2026-11-01 tot en met 2026-10-31. Goed: van 2026-11-01 tot en met 2026-11-01.
    Lezing: Zonder begindatum of zonder einddatum is er niets te vergelijken.
    """
    if isinstance(element, OpenPeriode):
        if element.begindatum and element.einddatum and element.einddatum < element.begindatum:
            yield at(element, "einddatum", "begindatum")
        return
    einddatum = einddatum_of(element)
    if einddatum is not None and einddatum < ingangsdatum_of(element):
        yield at(element, einddatum_field(element), ingangsdatum_field(element))


@rule("CS050", on=VolledigeNaam)
def cs050(naam: VolledigeNaam, _: Context) -> Breaches:
    """NaamGebruik is 1, 2, 3 of 4 als er een Partnernaam is, en anders 1 of 6.

    Fout: NaamGebruik 3 zonder Partnernaam. Goed: NaamGebruik 3 met Partnernaam, of NaamGebruik 1.
    """
    allowed = ZONDER_PARTNERNAAM if naam.partnernaam is None else MET_PARTNERNAAM
    if naam.naam_gebruik not in allowed:
        yield at(naam, "naam_gebruik")


@rule("CS058", on=JW305.StartProduct | JW307.StopProduct)
def cs058(product: JW305.StartProduct | JW307.StopProduct, _: Context) -> Breaches:
    """StatusAanlevering is 1 (eerste aanlevering) of 3 (verwijderen aanlevering).

    Fout: StatusAanlevering 2. Goed: StatusAanlevering 1.
    """
    if product.status_aanlevering not in (EERSTE_AANLEVERING, VERWIJDEREN):
        yield at(product, "status_aanlevering")


@rule("CS089", on=Adres)
def cs089(adres: Adres, _: Context) -> Breaches:
    """Een Postcode in Nederland (LandCode NL) is vier cijfers, niet met een 0 vooraan, en twee letters, zonder spatie.

    Fout: Postcode 1234 AB. Goed: Postcode 1234AB.
    """
    if adres.land_code == NEDERLAND and adres.postcode is not None and not _POSTCODE.fullmatch(adres.postcode):
        yield at(adres, "postcode")


@rule("CS100", on=JW323.Declaratie | JW323.Prestatie)
def cs100(element: JW323.Declaratie | JW323.Prestatie, _: Context) -> Breaches:
    """De datums van DeclaratiePeriode en ProductPeriode liggen op of na 01-01-2021.

    Fout: Begindatum 2020-12-31. Goed: Begindatum 2021-01-01.
    """
    periode = element.declaratie_periode if isinstance(element, JW323.Declaratie) else element.product_periode
    early = [name for name in ("begindatum", "einddatum") if getattr(periode, name) < EERSTE_DECLARATIEDAG]
    if early:
        yield at(periode, *early)


@rule("CS139", on=Geboortedatum)
def cs139(geboortedatum: Geboortedatum, _: Context) -> Breaches:
    """Wat volgens DatumGebruik onbekend is, staat in Datum als 01 (dag en maand), of als 01-01-1900 (de hele datum).

    Fout: DatumGebruik 2 (dag en maand onbekend) met Datum 1953-09-01. Goed: DatumGebruik 2 met Datum 1953-01-01.
    """
    gebruik, datum = geboortedatum.datum_gebruik, geboortedatum.datum
    if (
        (gebruik == ALLES_ONBEKEND and datum != ONBEKENDE_DATUM)
        or (gebruik == DAG_EN_MAAND_ONBEKEND and (datum.month, datum.day) != (1, 1))
        or (gebruik == DAG_ONBEKEND and datum.day != 1)
    ):
        yield at(geboortedatum, "datum_gebruik", "datum")


@rule("CS318", on=JW301.Client)
def cs318(client: JW301.Client, _: Context) -> Breaches:
    """De naam van een client heeft niet NaamGebruik 6 (niet-natuurlijk persoon).

    Fout: een client met NaamGebruik 6. Goed: een client met NaamGebruik 1; een relatie mag 6 hebben.
    """
    if client.naam.naam_gebruik == NIET_NATUURLIJK_PERSOON:
        yield at(client.naam, "naam_gebruik")


@rule("CS325", on=BedragMetDC | TotaalBedragMetDC)
def cs325(bedrag: BedragMetDC | TotaalBedragMetDC, _: Context) -> Breaches:
    """Een bedrag van 0 heeft DebetCredit D (debet).

    Fout: Bedrag 0 met DebetCredit C. Goed: Bedrag 0 met DebetCredit D.
    """
    cents = bedrag.bedrag if isinstance(bedrag, BedragMetDC) else bedrag.totaal_bedrag
    if cents == 0 and bedrag.debet_credit != DEBET:
        yield at(bedrag, "debet_credit")


@rule("CS335", on=JW301.ToegewezenProduct)
def cs335(product: JW301.ToegewezenProduct, _: Context) -> Breaches:
    """Bij RedenWijziging 13 (verwijderd) is Einddatum gelijk aan Ingangsdatum.

    Fout: RedenWijziging 13 met Einddatum een dag na Ingangsdatum, of zonder. Goed: beide datums 2026-04-01.
    """
    if product.reden_wijziging == REDEN_VERWIJDERD and product.einddatum != product.ingangsdatum:
        yield at(product, "reden_wijziging", "einddatum", "ingangsdatum")


@rule("CS336", on=JW301.ToegewezenProduct)
def cs336(product: JW301.ToegewezenProduct, _: Context) -> Breaches:
    """RedenWijziging 01 (administratieve correctie) is vervallen; gebruik een andere reden.

    Fout: RedenWijziging 01. Goed: RedenWijziging 14 (administratieve correctie).
    """
    if product.reden_wijziging == REDEN_VERVALLEN:
        yield at(product, "reden_wijziging")


@rule("CS337", on=JW323.Prestatie)
def cs337(prestatie: JW323.Prestatie, _: Context) -> Breaches:
    """Een ProductPeriode begint en eindigt in dezelfde kalendermaand.

    Fout: van 2026-04-15 tot en met 2026-05-14. Goed: van 2026-04-15 tot en met 2026-04-30.
    """
    begin, end = prestatie.product_periode.begindatum, prestatie.product_periode.einddatum
    if end.month != begin.month or end.year != begin.year:
        yield at(prestatie.product_periode, "einddatum", "begindatum")


@rule("CS338", on=JW301.ToegewezenProduct | JW317.NieuwProduct | JW317.TeWijzigenProduct)
def cs338(product: JW301.ToegewezenProduct | JW317.NieuwProduct | JW317.TeWijzigenProduct, _: Context) -> Breaches:
    """Bij Eenheid 14, 16, 83 of 84 is Frequentie 2, 4 of 6 als het product na 31-12-2020 eindigt of geen einde heeft.

    Fout: 1 etmaal (14) per dag (1), zonder Einddatum. Goed: 30 etmalen (14) per maand (4).
    """
    if _wrong_frequentie(product):
        yield at(product.omvang or product, "frequentie")


@rule("CS339", on=JW323.Prestatie)
def cs339(prestatie: JW323.Prestatie, _: Context) -> Breaches:
    """Bij Eenheid 83 (euro's) is het Bedrag in IngediendBedrag gelijk aan GeleverdVolume.

    Fout: Eenheid 83, GeleverdVolume 20000 en Bedrag 200. Goed: Eenheid 83, GeleverdVolume en Bedrag beide 20000.
    """
    if prestatie.eenheid == EURO and prestatie.ingediend_bedrag.bedrag != prestatie.geleverd_volume:
        yield [*at(prestatie.ingediend_bedrag, "bedrag"), *at(prestatie, "geleverd_volume")]


@rule("CS340", on=JW323.Declaratie)
def cs340(declaratie: JW323.Declaratie, _: Context) -> Breaches:
    """Een DeclaratiePeriode is precies één hele kalendermaand.

    Fout: van 2026-02-01 tot en met 2026-02-27. Goed: van 2026-02-01 tot en met 2026-02-28.
    """
    begin, end = declaratie.declaratie_periode.begindatum, declaratie.declaratie_periode.einddatum
    if begin.day != 1 or end != begin.replace(day=monthrange(begin.year, begin.month)[1]):
        yield at(declaratie.declaratie_periode, "begindatum", "einddatum")


@rule("CS343", on=JW315.AangevraagdProduct)
def cs343(product: JW315.AangevraagdProduct, _: Context) -> Breaches:
    """Bij Eenheid 14, 16, 83 of 84 is Frequentie 2, 4 of 6 als het product na 31-12-2020 eindigt of geen einde heeft.

    Fout: 1 etmaal (14) per dag (1), zonder ToewijzingEinddatum. Goed: 30 etmalen (14) per maand (4).
    """
    if _wrong_frequentie(product):
        yield at(product.omvang or product, "frequentie")


def _wrong_frequentie(product: Gevraagd) -> bool:
    omvang = product.omvang
    return (
        omvang is not None
        and omvang.eenheid in GEEN_DAGELIJKSE_EENHEDEN
        and omvang.frequentie not in NIET_PER_DAG
        and runs_after_2020(product)
    )
