"""Messages that break no rule, and a way to change one thing in them."""

from __future__ import annotations

from datetime import date, time
from functools import partial
from typing import Any, Final, TypeVar, cast

from msgspec.structs import replace

from gateway.ijw.bericht import AntwoordHeader, Bericht, Header, Kant
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.klasse import Klasse
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import (
    Achternaam,
    Adres,
    BedragMetDC,
    BerichtIdentificatie,
    Communicatie,
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
    Verwijzer,
    VolledigeNaam,
)
from gateway.ijw.verzoek import JW315, JW317, JW319
from gateway.rules.judge import judge
from gateway.rules.rule import Reference

K = TypeVar("K", bound=Klasse)

PROVIDER, MUNICIPALITY = "65656055", "0384"
BSN, OTHER_BSN = "999900006", "999900018"
# All messages bear this day; what they tell happened before it, what they ask for comes after it.
DAY: Final = date(2026, 5, 6)
IDENTIFICATIE: Final = BerichtIdentificatie(identificatie="1", dagtekening=DAY)

BORN: Final = Geboortedatum(datum=date(2010, 2, 14))
NAME: Final = VerkorteNaam(geslachtsnaam=Achternaam(achternaam="Wit", voorvoegsel="de"), voorletters="T")
FULL_NAME: Final = VolledigeNaam(geslachtsnaam=Achternaam(achternaam="Wit"), voorletters="T", naam_gebruik="1")
PRODUCT: Final = Product(categorie="45", code="45A04")
OTHER_PRODUCT: Final = Product(categorie="46", code="46A04")
CATEGORY: Final = Product(categorie="45")
PER_MONTH: Final = Omvang(volume=8, eenheid="04", frequentie="4")
PER_WEEK: Final = Omvang(volume=2, eenheid="04", frequentie="2")
BUDGET: Final = 800000
ADRES: Final = Adres(huis=Huis(huisnummer=9), postcode="1234AB", land_code="NL")
TELEFOON: Final = Telefoonnummers(telefoon01=Telefoon(telefoonnummer="0201234567", landnummer="0031"))
CONTACT: Final = JW301.Contact(soort="03", adres=ADRES)

TOEGEWEZEN: Final = JW301.ToegewezenProduct(
    toewijzing_nummer=300201,
    product=PRODUCT,
    toewijzingsdatum=date(2026, 4, 1),
    toewijzingstijd=time(12, 34, 56),
    ingangsdatum=date(2026, 4, 1),
    einddatum=date(2026, 12, 31),
    omvang=PER_MONTH,
)
AANGEVRAAGD: Final = JW315.AangevraagdProduct(
    referentie_aanbieder="R1",
    product=PRODUCT,
    toewijzing_ingangsdatum=date(2026, 6, 1),
    toewijzing_einddatum=date(2026, 12, 31),
    omvang=PER_MONTH,
    verwijzer=Verwijzer(type="02", zorgverlener_code="01234567"),
)
NIEUW: Final = JW317.NieuwProduct(
    product=PRODUCT, gewenste_ingangsdatum=date(2026, 6, 1), einddatum=date(2026, 12, 31), omvang=PER_MONTH
)
TE_WIJZIGEN: Final = JW317.TeWijzigenProduct(
    toewijzing_nummer=300201,
    gewenste_ingangsdatum=date(2026, 6, 1),
    einddatum=date(2026, 12, 31),
    omvang=PER_MONTH,
)
GESTART: Final = JW305.StartProduct(
    toewijzing_nummer=300201, product=PRODUCT, begindatum=date(2026, 4, 3), status_aanlevering="1"
)
GESTOPT: Final = JW307.StopProduct(
    toewijzing_nummer=300201,
    product=PRODUCT,
    begindatum=date(2026, 4, 3),
    reden_beeindiging="31",
    einddatum=date(2026, 4, 30),
    status_aanlevering="1",
)
APRIL: Final = GeslotenPeriode(begindatum=date(2026, 4, 1), einddatum=date(2026, 4, 30))
MAART: Final = GeslotenPeriode(begindatum=date(2026, 3, 1), einddatum=date(2026, 3, 31))
PRESTATIE: Final = JW323.Prestatie(
    product_referentie=Referentie(referentie_nummer="RN001"),
    toewijzing_nummer=300201,
    product_categorie="45",
    product_code="45A04",
    product_periode=APRIL,
    geleverd_volume=16,
    eenheid="04",
    product_tarief=1500,
    ingediend_bedrag=BedragMetDC(bedrag=24000, debet_credit="D"),
)
CREDIT: Final = JW323.Prestatie(
    product_referentie=Referentie(referentie_nummer="RN002", vorig_referentie_nummer="OUD01"),
    toewijzing_nummer=300202,
    product_categorie="45",
    product_code="45A04",
    product_periode=MAART,
    geleverd_volume=4000,
    eenheid="83",
    ingediend_bedrag=BedragMetDC(bedrag=4000, debet_credit="C"),
)


def header(bericht: type[Bericht]) -> Header:
    """Make the header of a message."""
    pair = (MUNICIPALITY, PROVIDER) if bericht.AFZENDER is Kant.GEMEENTE else (PROVIDER, MUNICIPALITY)
    return Header(bericht_code=bericht.CODE, afzender=pair[0], ontvanger=pair[1], bericht_identificatie=IDENTIFICATIE)


JW301_: Final = JW301(
    header=header(JW301),
    client=JW301.Client(
        bsn=BSN,
        geboortedatum=BORN,
        geslacht="1",
        naam=FULL_NAME,
        communicatie=Communicatie(vorm="1", taal="Zweeds"),
        relaties=(
            JW301.Relatie(
                nummer="1",
                soort="10",
                geboortedatum=Geboortedatum(datum=date(1980, 1, 1), datum_gebruik="2"),
                naam=FULL_NAME,
                contact=JW301.Contact(soort="03", adres=ADRES),
            ),
        ),
        contactgegevens=(CONTACT,),
        toegewezen_producten=(TOEGEWEZEN,),
    ),
)
_client = partial(dict[str, Any], bsn=BSN, geboortedatum=BORN, geslacht="1", naam=NAME)
JW305_: Final = JW305(header=header(JW305), client=JW305.Client(**_client(), start_producten=(GESTART,)))
JW307_: Final = JW307(header=header(JW307), client=JW307.Client(**_client(), stop_producten=(GESTOPT,)))
JW315_: Final = JW315(header=header(JW315), client=JW315.Client(**_client(), aangevraagde_producten=(AANGEVRAAGD,)))
JW317_: Final = JW317(
    header=header(JW317),
    client=JW317.Client(
        bsn=BSN,
        verzoek=JW317.Verzoek(
            referentie_aanbieder="R1",
            reden_verzoek="1",
            ongewijzigde_producten=(JW317.OngewijzigdProduct(toewijzing_nummer=300200),),
            te_wijzigen_producten=(TE_WIJZIGEN,),
            nieuwe_producten=(NIEUW,),
        ),
    ),
)
JW319_: Final = JW319(
    header=header(JW319),
    antwoord=JW319.Antwoord(
        referentie_aanbieder="R1",
        verzoek_antwoord="1",
        reden_afwijzing_verzoek="8",
        woonplaatsbeginsel=JW319.Woonplaatsbeginsel(gemeente="0150"),
    ),
)
JW323_: Final = JW323(
    header=header(JW323),
    declaratie=JW323.Declaratie(
        declaratie_nummer="DN001",
        declaratie_periode=APRIL,
        declaratie_dagtekening=DAY,
        totaal_ingediend_bedrag=TotaalBedragMetDC(totaal_bedrag=20000, debet_credit="D"),
        clienten=(
            JW323.Client(bsn=BSN, prestaties=(PRESTATIE,)),
            JW323.Client(bsn=OTHER_BSN, prestaties=(CREDIT,)),
        ),
    ),
)
JW325_: Final = JW325(
    header=AntwoordHeader(
        bericht_code=JW325.CODE,
        afzender=MUNICIPALITY,
        ontvanger=PROVIDER,
        bericht_identificatie=IDENTIFICATIE,
        declaratie_identificatie=IDENTIFICATIE,
        retour_codes=("0200",),
    ),
    declaratie_antwoord=JW325.DeclaratieAntwoord(
        declaratie_nummer="DN001",
        totaal_ingediend_bedrag=TotaalBedragMetDC(totaal_bedrag=20000, debet_credit="D"),
        totaal_toegekend_bedrag=TotaalBedragMetDC(totaal_bedrag=4000, debet_credit="C"),
        clienten=(
            JW323.Client(bsn=BSN, prestaties=(replace(PRESTATIE, retour_codes=("9341",)),), retour_codes=("0200",)),
        ),
        retour_codes=("0200",),
    ),
)
BERICHTEN: Final[dict[str, Bericht]] = {
    bericht.TYPE: bericht for bericht in (JW301_, JW305_, JW307_, JW315_, JW317_, JW319_, JW323_, JW325_)
}


def copy(value: K, **fields: Any) -> K:
    """Give a value with other fields."""
    made: K = replace(cast("Any", value), **fields)
    return made


def change(value: K, path: str, **fields: Any) -> K:
    """Give a value with other fields in the element at a path, such as `client.contactgegevens.0.adres`."""
    if not path:
        return copy(value, **fields)
    name, _, rest = path.partition(".")
    inner = getattr(value, name)
    if isinstance(inner, tuple):
        number, _, rest = rest.partition(".")
        place = int(number)
        item = change(inner[place], rest, **fields)
        return copy(value, **{name: (*inner[:place], item, *inner[place + 1 :])})
    return copy(value, **{name: change(inner, rest, **fields)})


def get(value: Any, path: str) -> Any:
    """Give what is at a path."""
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, tuple) else getattr(value, name)
    return value


def add(value: K, path: str, *items: Klasse) -> K:
    """Give a value with more items at the end of a list."""
    parent, _, name = path.rpartition(".")
    return change(value, parent, **{name: (*get(value, path), *items)})


def dated(value: K, day: date) -> K:
    """Give a message with another Dagtekening."""
    return change(value, "header.bericht_identificatie", dagtekening=day)


def codes(bericht: Bericht, reference: Reference | None = None) -> set[str]:
    """Give the codes of the rules that a message breaks."""
    return {finding.code for finding in judge(bericht, reference)}


def places(bericht: Bericht, code: str, reference: Reference | None = None) -> list[tuple[str, ...]]:
    """Give the places where a message breaks a rule, one tuple for each breach."""
    return [finding.paths for finding in judge(bericht, reference) if finding.code == code]
