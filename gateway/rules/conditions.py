"""The CD rules (condities): when an element has to be filled, and when it has to be left out."""

from __future__ import annotations

from typing import Final

from gateway.ijw.codes import AFGEWEZEN, CREDIT, EURO, IN_ONDERZOEK, PER_WEEK
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Adres, Communicatie, Verwijzer
from gateway.ijw.verzoek import JW315, JW317, JW319
from gateway.rules.product import (
    Gevraagd,
    NieuwGevraagd,
    einddatum_field,
    einddatum_of,
    has_code,
    runs_after_2020,
)
from gateway.rules.rule import Breaches, Context, at, rule

NEDERLAND: Final = "NL"
TOLK_TAAL: Final = "1"
BRP_ADRES, VERBLIJFADRES, TIJDELIJK_ADRES = "01", "03", "04"
# Huisarts, jeugdarts, gecertificeerde instelling, medisch specialist.
MET_AGB_CODE: Final = frozenset({"02", "03", "04", "05"})


@rule("CD005", on=Adres)
def cd005(adres: Adres, _: Context) -> Breaches:
    """Een adres met Postcode heeft een LandCode; een adres zonder Postcode heeft die niet.

    Fout: Postcode 1234AB zonder LandCode. Goed: Postcode 1234AB met LandCode NL.
    """
    if (adres.postcode is None) != (adres.land_code is None):
        yield at(adres, "land_code")


@rule("CD007", on=Communicatie)
def cd007(communicatie: Communicatie, _: Context) -> Breaches:
    """Taal is gevuld als Vorm 1 (tolk taal) is, en ontbreekt bij elke andere Vorm.

    Fout: Vorm 1 zonder Taal, of Vorm 2 met Taal Zweeds. Goed: Vorm 1 met Taal Zweeds.
    """
    if (communicatie.vorm == TOLK_TAAL) != (communicatie.taal is not None):
        yield at(communicatie, "taal")


@rule("CD009", on=JW301.Contact)
def cd009(contact: JW301.Contact, _: Context) -> Breaches:
    """Een contact heeft alleen een Periode als Soort 04 (tijdelijk verblijfadres) is.

    Fout: Soort 01 met een Periode. Goed: Soort 04 met een Periode, of Soort 01 zonder.
    """
    if contact.periode is not None and contact.soort != TIJDELIJK_ADRES:
        yield at(contact, "periode")


@rule("CD025", on=Adres)
def cd025(adres: Adres, _: Context) -> Breaches:
    """Een adres in Nederland (LandCode NL) heeft een Huis.

    Fout: LandCode NL zonder Huis. Goed: LandCode NL met Huisnummer 9, of LandCode BE zonder Huis.
    """
    if adres.land_code == NEDERLAND and adres.huis is None:
        yield at(adres, "huis")


@rule("CD034", on=JW301.Contact)
def cd034(contact: JW301.Contact, _: Context) -> Breaches:
    """Een BRP-adres of verblijfadres (Soort 01 of 03) heeft een Postcode.

    Fout: Soort 03 met een Adres zonder Postcode. Goed: Soort 03 met Postcode 1234AB.
    Lezing: Een contact zonder Adres, zoals een telefoonnummer, heeft geen soort adres (TR006 staat het toe).
    """
    adres = contact.adres
    if adres is not None and contact.soort in (BRP_ADRES, VERBLIJFADRES) and adres.postcode is None:
        yield at(adres, "postcode")


@rule("CD041", on=NieuwGevraagd)
def cd041(product: NieuwGevraagd, _: Context) -> Breaches:
    """Een product met een Code heeft een Omvang.

    Fout: Code 45A04 zonder Omvang. Goed: Code 45A04 met een Omvang van 2 uur per week.
    """
    if has_code(product) and product.omvang is None:
        yield at(product, "omvang")


@rule("CD043", on=JW315.AangevraagdProduct)
def cd043(product: JW315.AangevraagdProduct, _: Context) -> Breaches:
    """BeschikkingIngangsdatum is gevuld als BeschikkingNummer gevuld is, en ontbreekt zonder BeschikkingNummer.

    Fout: BeschikkingNummer 12 zonder BeschikkingIngangsdatum. Goed: beide, of geen van beide.
    """
    if (product.beschikking_nummer is None) != (product.beschikking_ingangsdatum is None):
        yield at(product, "beschikking_ingangsdatum")


@rule("CD060", on=JW323.Prestatie, messages=(JW323, JW325))
def cd060(prestatie: JW323.Prestatie, _: Context) -> Breaches:
    """Een creditprestatie heeft een VorigReferentieNummer; een debetprestatie heeft het niet.

    Fout: DebetCredit C zonder VorigReferentieNummer. Goed: DebetCredit C met VorigReferentieNummer RN001.
    """
    referentie = prestatie.product_referentie
    if (prestatie.ingediend_bedrag.debet_credit == CREDIT) != (referentie.vorig_referentie_nummer is not None):
        yield at(referentie, "vorig_referentie_nummer")


@rule("CD066", on=Verwijzer)
def cd066(verwijzer: Verwijzer, _: Context) -> Breaches:
    """Een verwijzer van Type 02, 03, 04 of 05 die een ZorgverlenerCode heeft, heeft geen Naam.

    Fout: Type 02 met ZorgverlenerCode en Naam. Goed: Type 02 met alleen ZorgverlenerCode.
    """
    if verwijzer.type in MET_AGB_CODE and verwijzer.zorgverlener_code is not None and verwijzer.naam is not None:
        yield at(verwijzer, "naam")


@rule("CD067", on=Verwijzer)
def cd067(verwijzer: Verwijzer, _: Context) -> Breaches:
    """Een verwijzer van Type 02, 03, 04 of 05 zonder ZorgverlenerCode heeft een Naam.

    Fout: Type 02 zonder ZorgverlenerCode en zonder Naam. Goed: Type 02 met Naam "huisarts De Vries".
    """
    if verwijzer.type in MET_AGB_CODE and verwijzer.zorgverlener_code is None and verwijzer.naam is None:
        yield at(verwijzer, "naam")


@rule("CD068", on=Verwijzer)
def cd068(verwijzer: Verwijzer, _: Context) -> Breaches:
    """Alleen een verwijzer van Type 02, 03, 04 of 05 heeft een ZorgverlenerCode.

    Fout: Type 01 (gemeente) met ZorgverlenerCode. Goed: Type 01 met alleen een Naam.
    """
    if verwijzer.type not in MET_AGB_CODE and verwijzer.zorgverlener_code is not None:
        yield at(verwijzer, "zorgverlener_code")


@rule("CD075", on=Gevraagd)
def cd075(product: Gevraagd, _: Context) -> Breaches:
    """Een product met een Budget heeft een einddatum.

    Fout: Budget 800000 zonder einddatum. Goed: Budget 800000 met einddatum 2026-12-31.
    """
    if product.budget is not None and einddatum_of(product) is None:
        yield at(product, einddatum_field(product))


@rule("CD076", on=Gevraagd)
def cd076(product: Gevraagd, _: Context) -> Breaches:
    """Een product met een Omvang per week (Frequentie 2) heeft een einddatum.

    Fout: 2 uur per week zonder einddatum. Goed: 2 uur per week met einddatum 2026-12-31.
    """
    if product.omvang is not None and product.omvang.frequentie == PER_WEEK and einddatum_of(product) is None:
        yield at(product, einddatum_field(product))


@rule("CD077", on=Gevraagd)
def cd077(product: Gevraagd, _: Context) -> Breaches:
    """Een product met een Budget heeft geen Omvang.

    Fout: Budget 800000 en een Omvang van 2 uur per week. Goed: alleen Budget 800000.
    """
    if product.budget is not None and product.omvang is not None:
        yield at(product, "omvang")


@rule("CD078", on=Gevraagd)
def cd078(product: Gevraagd, _: Context) -> Breaches:
    """Een product met een Omvang heeft geen Budget.

    Fout: een Omvang van 2 uur per week en Budget 800000. Goed: alleen een Omvang van 2 uur per week.
    """
    if product.omvang is not None and product.budget is not None:
        yield at(product, "budget")


@rule("CD079", on=NieuwGevraagd)
def cd079(product: NieuwGevraagd, _: Context) -> Breaches:
    """Zonder Budget is Product gevuld: alleen een generieke toewijzing, met een Budget, heeft geen product.

    Fout: geen Budget en geen Product. Goed: Product 45A04 zonder Budget, of Budget 800000 zonder Product.
    """
    if product.budget is None and product.product is None:
        yield at(product, "product")


@rule("CD080", on=JW301.ToegewezenProduct)
def cd080(product: JW301.ToegewezenProduct, _: Context) -> Breaches:
    """Een toewijzing zonder productcode die na 31-12-2020 eindigt, of geen Einddatum heeft, heeft geen Omvang.

    Fout: alleen Categorie 45, Einddatum 2026-12-31 en een Omvang. Goed: dezelfde toewijzing met een Budget.
    """
    if not has_code(product) and runs_after_2020(product) and product.omvang is not None:
        yield at(product, "omvang")


@rule("CD085", on=JW319.Antwoord)
def cd085(antwoord: JW319.Antwoord, _: Context) -> Breaches:
    """Een afwijzing (VerzoekAntwoord 1) heeft een RedenAfwijzingVerzoek.

    Fout: VerzoekAntwoord 1 zonder RedenAfwijzingVerzoek. Goed: VerzoekAntwoord 1 met RedenAfwijzingVerzoek 3.
    """
    if antwoord.verzoek_antwoord == AFGEWEZEN and antwoord.reden_afwijzing_verzoek is None:
        yield at(antwoord, "reden_afwijzing_verzoek")


@rule("CD086", on=JW319.Antwoord)
def cd086(antwoord: JW319.Antwoord, _: Context) -> Breaches:
    """Een antwoord "in onderzoek" (VerzoekAntwoord 2) heeft geen RedenAfwijzingVerzoek.

    Fout: VerzoekAntwoord 2 met RedenAfwijzingVerzoek 3. Goed: VerzoekAntwoord 2 zonder reden.
    """
    if antwoord.verzoek_antwoord == IN_ONDERZOEK and antwoord.reden_afwijzing_verzoek is not None:
        yield at(antwoord, "reden_afwijzing_verzoek")


@rule("CD087", on=JW323.Prestatie)
def cd087(prestatie: JW323.Prestatie, _: Context) -> Breaches:
    """Een prestatie heeft een ProductTarief, behalve bij Eenheid 83 (euro's): dan ontbreekt het.

    Fout: Eenheid 04 (uur) zonder ProductTarief. Goed: Eenheid 04 met ProductTarief 1500, of Eenheid 83 zonder.
    """
    if (prestatie.eenheid == EURO) != (prestatie.product_tarief is None):
        yield at(prestatie, "product_tarief")


@rule("CD095", on=JW315.AangevraagdProduct)
def cd095(product: JW315.AangevraagdProduct, _: Context) -> Breaches:
    """Een aangevraagd product zonder productcode dat na 31-12-2020 eindigt, of geen einddatum heeft, heeft geen Omvang.

    Fout: alleen Categorie 45, ToewijzingEinddatum 2026-12-31 en een Omvang. Goed: hetzelfde met een Budget.
    """
    if not has_code(product) and runs_after_2020(product) and product.omvang is not None:
        yield at(product, "omvang")


@rule("CD096", on=JW317.NieuwProduct)
def cd096(product: JW317.NieuwProduct, _: Context) -> Breaches:
    """Een nieuw product zonder productcode dat na 31-12-2020 eindigt, of geen Einddatum heeft, heeft geen Omvang.

    Fout: alleen Categorie 45, Einddatum 2026-12-31 en een Omvang. Goed: hetzelfde met een Budget.
    """
    if not has_code(product) and runs_after_2020(product) and product.omvang is not None:
        yield at(product, "omvang")
