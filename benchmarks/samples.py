"""Messages to measure with: fictional, of an ordinary size, made from the typed values."""

from __future__ import annotations

from datetime import date, time

from gateway.ijw.bericht import Bericht, Header
from gateway.ijw.declaratie import JW323
from gateway.ijw.levering import JW305
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import (
    Achternaam,
    Adres,
    BedragMetDC,
    BerichtIdentificatie,
    Geboortedatum,
    GeslotenPeriode,
    Huis,
    Omvang,
    Product,
    Referentie,
    Telefoon,
    Telefoonnummers,
    TotaalBedragMetDC,
    VerkorteNaam,
    VolledigeNaam,
)
from gateway.ijw.verzoek import JW317

AANBIEDER = "65656055"
GEMEENTE = "0384"
# Stands where the Identificatie goes, of the same length, to be filled in for each message that is posted.
MARK = "@@IDENTIFI@@"

BSN = "999900006"
TOEWIJZINGEN = (300201, 300202)
_GEBOREN = Geboortedatum(datum=date(2010, 2, 14))
_NAAM = Achternaam(achternaam="Voorbeeld", voorvoegsel="van")
_PRODUCT = Product(categorie="45", code="45A04")
_APRIL = GeslotenPeriode(begindatum=date(2026, 4, 1), einddatum=date(2026, 4, 30))


def _header(bericht: type[Bericht], afzender: str, ontvanger: str) -> Header:
    mark = BerichtIdentificatie(identificatie=MARK, dagtekening=date(2026, 5, 6))
    return Header(bericht_code=bericht.CODE, afzender=afzender, ontvanger=ontvanger, bericht_identificatie=mark)


def toewijzing() -> JW301:
    """Make a JW301 with two products and an address."""
    adres = Adres(
        huis=Huis(huisnummer=9), postcode="9999XX", straatnaam="Dorpsstraat", plaatsnaam="Ergens", land_code="NL"
    )
    telefoon = Telefoonnummers(telefoon01=Telefoon(telefoonnummer="0201234567", landnummer="0031"))
    contacts = tuple(JW301.Contact(soort=soort, adres=adres, telefoon=telefoon) for soort in ("01", "03"))
    products = tuple(
        JW301.ToegewezenProduct(
            toewijzing_nummer=nummer,
            product=Product(categorie="45", code=f"45A0{nummer % 10}"),
            toewijzingsdatum=date(2026, 3, 20),
            toewijzingstijd=time(10, 15, nummer % 10),
            ingangsdatum=date(2026, 4, 1),
            einddatum=date(2026, 12, 31),
            omvang=Omvang(volume=4, eenheid="04", frequentie="2"),
        )
        for nummer in TOEWIJZINGEN
    )
    client = JW301.Client(
        bsn=BSN,
        geboortedatum=_GEBOREN,
        geslacht="1",
        naam=VolledigeNaam(geslachtsnaam=_NAAM, voornamen="Tom", naam_gebruik="1"),
        contactgegevens=contacts,
        toegewezen_producten=products,
    )
    return JW301(header=_header(JW301, GEMEENTE, AANBIEDER), client=client)


def start(*, allocated: bool = True) -> JW305:
    """Make a JW305 with two products, of allocations or, as a provider with a task does, of none."""
    products = tuple(
        JW305.StartProduct(
            toewijzing_nummer=nummer if allocated else None,
            product=Product(categorie="45", code=f"45A0{nummer % 10}"),
            toewijzing_ingangsdatum=date(2026, 4, 1) if allocated else None,
            begindatum=date(2026, 4, 3),
            status_aanlevering="1",
        )
        for nummer in TOEWIJZINGEN
    )
    client = JW305.Client(
        bsn=BSN,
        geboortedatum=_GEBOREN,
        geslacht="1",
        naam=VerkorteNaam(geslachtsnaam=_NAAM, voornamen="Tom"),
        start_producten=products,
    )
    return JW305(header=_header(JW305, AANBIEDER, GEMEENTE), client=client)


def wijziging() -> JW317:
    """Make a JW317 that changes one product and asks for another."""
    omvang = Omvang(volume=4, eenheid="04", frequentie="2")
    verzoek = JW317.Verzoek(
        referentie_aanbieder="A-2026-0001",
        reden_verzoek="1",
        ongewijzigde_producten=(JW317.OngewijzigdProduct(toewijzing_nummer=300201),),
        te_wijzigen_producten=(
            JW317.TeWijzigenProduct(
                toewijzing_nummer=300202,
                gewenste_ingangsdatum=date(2026, 6, 1),
                einddatum=date(2026, 12, 31),
                omvang=omvang,
            ),
        ),
        nieuwe_producten=(
            JW317.NieuwProduct(
                product=_PRODUCT,
                gewenste_ingangsdatum=date(2026, 6, 1),
                einddatum=date(2026, 12, 31),
                omvang=omvang,
            ),
        ),
    )
    return JW317(header=_header(JW317, AANBIEDER, GEMEENTE), client=JW317.Client(bsn=BSN, verzoek=verzoek))


def declaratie(prestaties: int = 6) -> JW323:
    """Make a JW323 with so many Prestaties; each takes some 1,100 bytes."""
    delivered = tuple(
        JW323.Prestatie(
            product_referentie=Referentie(referentie_nummer=f"RN{number:08}"),
            toewijzing_nummer=100_000 + number,
            product_categorie="45",
            product_code="45A04",
            product_periode=_APRIL,
            geleverd_volume=16,
            eenheid="04",
            product_tarief=1500,
            ingediend_bedrag=BedragMetDC(bedrag=24000, debet_credit="D"),
        )
        for number in range(prestaties)
    )
    declared = JW323.Declaratie(
        declaratie_nummer="DN001",
        declaratie_periode=_APRIL,
        declaratie_dagtekening=date(2026, 5, 6),
        totaal_ingediend_bedrag=TotaalBedragMetDC(totaal_bedrag=24000 * prestaties, debet_credit="D"),
        clienten=(JW323.Client(bsn=BSN, prestaties=delivered),),
    )
    return JW323(header=_header(JW323, AANBIEDER, GEMEENTE), declaratie=declared)
