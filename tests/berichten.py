"""Plausible messages of every type, for the tests that are about what happens to a message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Final

from msgspec.structs import asdict

from gateway.ijw.bericht import AntwoordHeader, Bericht, Header, RetourHeader
from gateway.ijw.berichten import ANTWOORD_MET, BERICHTEN
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.levering import JW305, JW307
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
    TotaalBedragMetDC,
    VerkorteNaam,
    Verwijzer,
    VolledigeNaam,
)
from gateway.ijw.verzoek import JW315, JW317, JW319
from gateway.wire.writer import write_bericht

PROVIDER: Final = "65656055"
OTHER_PROVIDER: Final = "42420001"
MUNICIPALITY: Final = "0384"
BSN: Final = "999900006"
OTHER_BSN: Final = "999900018"
SURNAME: Final = "Wittemans"

_DAY: Final = date(2026, 4, 1)
# After everything that a message tells of, as the rules want of a start, a stop and a declaration.
_SENT: Final = date(2026, 8, 1)
_BORN: Final = Geboortedatum(datum=date(2010, 2, 14))
_NAME: Final = VerkorteNaam(geslachtsnaam=Achternaam(achternaam=SURNAME), voornamen="Tom", voorletters="T")
_PRODUCT: Final = Product(categorie="45", code="45A04")
_OMVANG: Final = Omvang(volume=2, eenheid="04", frequentie="2")


def _jw301(header: Header, bsn: str, reference: str | None) -> JW301:
    adres = Adres(
        huis=Huis(huisnummer=9), postcode="9999XX", straatnaam="Kerklaan", plaatsnaam="Diemen", land_code="NL"
    )
    product = JW301.ToegewezenProduct(
        toewijzing_nummer=300201,
        referentie_aanbieder=reference,
        product=_PRODUCT,
        toewijzingsdatum=_DAY,
        toewijzingstijd=time(12, 34, 56),
        ingangsdatum=_DAY,
        einddatum=date(2026, 7, 14),
        omvang=_OMVANG,
    )
    naam = VolledigeNaam(
        geslachtsnaam=Achternaam(achternaam=SURNAME), voornamen="Tom", voorletters="T", naam_gebruik="1"
    )
    client = JW301.Client(
        bsn=bsn,
        geboortedatum=_BORN,
        geslacht="1",
        naam=naam,
        contactgegevens=(JW301.Contact(soort="03", adres=adres),),
        toegewezen_producten=(product,),
    )
    return JW301(header=header, client=client)


def _jw305(header: Header, bsn: str, _: str | None) -> JW305:
    product = JW305.StartProduct(
        toewijzing_nummer=300201,
        product=_PRODUCT,
        toewijzing_ingangsdatum=_DAY,
        begindatum=date(2026, 4, 3),
        status_aanlevering="1",
    )
    client = JW305.Client(bsn=bsn, geboortedatum=_BORN, geslacht="1", naam=_NAME, start_producten=(product,))
    return JW305(header=header, client=client)


def _jw307(header: Header, bsn: str, _: str | None) -> JW307:
    product = JW307.StopProduct(
        toewijzing_nummer=300201,
        product=_PRODUCT,
        toewijzing_ingangsdatum=_DAY,
        begindatum=date(2026, 4, 3),
        reden_beeindiging="31",
        einddatum=date(2026, 7, 14),
        status_aanlevering="1",
    )
    client = JW307.Client(bsn=bsn, geboortedatum=_BORN, geslacht="1", naam=_NAME, stop_producten=(product,))
    return JW307(header=header, client=client)


def _jw315(header: Header, bsn: str, reference: str | None) -> JW315:
    product = JW315.AangevraagdProduct(
        referentie_aanbieder=reference or "R1",
        product=_PRODUCT,
        toewijzing_ingangsdatum=_DAY,
        toewijzing_einddatum=date(2026, 12, 31),
        omvang=_OMVANG,
        verwijzer=Verwijzer(type="01", naam="lokaal team"),
        raamcontract="1",
    )
    client = JW315.Client(bsn=bsn, geboortedatum=_BORN, geslacht="1", naam=_NAME, aangevraagde_producten=(product,))
    return JW315(header=header, client=client)


def _jw317(header: Header, bsn: str, reference: str | None) -> JW317:
    product = JW317.TeWijzigenProduct(
        toewijzing_nummer=300201, gewenste_ingangsdatum=_DAY, einddatum=date(2026, 12, 31), omvang=_OMVANG
    )
    verzoek = JW317.Verzoek(referentie_aanbieder=reference or "R1", reden_verzoek="1", te_wijzigen_producten=(product,))
    return JW317(header=header, client=JW317.Client(bsn=bsn, verzoek=verzoek))


def _jw319(header: Header, _: str, reference: str | None) -> JW319:
    antwoord = JW319.Antwoord(referentie_aanbieder=reference or "R1", verzoek_antwoord="2")
    return JW319(header=header, antwoord=antwoord)


def _jw323(header: Header, bsn: str, _: str | None) -> JW323:
    april = GeslotenPeriode(begindatum=_DAY, einddatum=date(2026, 4, 30))
    prestatie = JW323.Prestatie(
        product_referentie=Referentie(referentie_nummer="RN001"),
        toewijzing_nummer=300201,
        product_categorie="45",
        product_code="45A04",
        product_periode=april,
        geleverd_volume=16,
        eenheid="04",
        product_tarief=1500,
        ingediend_bedrag=BedragMetDC(bedrag=24000, debet_credit="D"),
    )
    declaratie = JW323.Declaratie(
        declaratie_nummer="DN001",
        declaratie_periode=april,
        declaratie_dagtekening=date(2026, 5, 6),
        totaal_ingediend_bedrag=TotaalBedragMetDC(totaal_bedrag=24000, debet_credit="D"),
        clienten=(JW323.Client(bsn=bsn, prestaties=(prestatie,)),),
    )
    return JW323(header=header, declaratie=declaratie)


_MAKERS: Final[dict[str, Callable[[Header, str, str | None], Bericht]]] = {
    "JW301": _jw301,
    "JW305": _jw305,
    "JW307": _jw307,
    "JW315": _jw315,
    "JW317": _jw317,
    "JW319": _jw319,
    "JW323": _jw323,
}
HEENBERICHTEN: Final = tuple(_MAKERS)


def heenbericht(
    message_type: str,
    identificatie: str = "1",
    *,
    provider: str = PROVIDER,
    municipality: str = MUNICIPALITY,
    reference: str | None = None,
    bsn: str = BSN,
) -> Bericht:
    """Make a message that starts something, between a provider and a municipality."""
    cls = BERICHTEN[message_type]
    afzender, ontvanger = (municipality, provider) if cls.AFZENDER.value == "gemeente" else (provider, municipality)
    header = Header(
        bericht_code=cls.CODE,
        afzender=afzender,
        ontvanger=ontvanger,
        bericht_identificatie=BerichtIdentificatie(identificatie=identificatie, dagtekening=_SENT),
    )
    return _MAKERS[message_type](header, bsn, reference)


def answer_to(heen: Bericht, identificatie: str = "A1") -> Bericht:
    """Make the answer by which the other side says that a message is right."""
    if isinstance(heen, JW323):
        header = AntwoordHeader(
            bericht_code=JW325.CODE,
            afzender=heen.header.ontvanger,
            ontvanger=heen.header.afzender,
            bericht_identificatie=BerichtIdentificatie(identificatie=identificatie, dagtekening=_SENT),
            declaratie_identificatie=heen.header.bericht_identificatie,
            retour_codes=("0200",),
        )
        return JW325(header=header)
    answer = ANTWOORD_MET[heen.TYPE]
    copied = asdict(heen.header)
    copied["bericht_code"] = answer.CODE
    make: Callable[..., Bericht] = answer
    return make(header=RetourHeader(**copied, identificatie_retour=identificatie, dagtekening_retour=_SENT))


def xml(bericht: Bericht) -> bytes:
    """Write a message as its sender would."""
    return write_bericht(bericht)


def post_of(message_type: str, identificatie: str = "1") -> bytes:
    """Write a plausible message that starts something."""
    return xml(heenbericht(message_type, identificatie))


# Digits that the total of a declaration may have more than that of one Prestatie.
_TOTAL_GROWS: Final = 7


def declaration_of(size: int, identificatie: str = "1") -> bytes:
    """Write a JW323 of exactly so many bytes: as many Prestaties as fit, and spaces after the end."""
    smallest = post_of("JW323", identificatie)
    begin = smallest.index(b"\t\t\t\t\t<jw323:Prestatie>")
    end = smallest.index(b"\t\t\t\t</jw323:Prestaties>")
    prestatie = smallest[begin:end]
    # Room for the total, which grows with what is declared.
    times, _ = divmod(size - len(smallest) + len(prestatie) - _TOTAL_GROWS, len(prestatie))
    assert times > 0
    # Each of an allocation of its own, because the rules let nothing stand twice.
    many = b"".join(
        prestatie.replace(b"RN001", b"R%04x" % number).replace(b"300201", b"%06d" % (300_201 + number))
        for number in range(times)
    )
    whole = b"".join([smallest[:begin], many, smallest[end:]])
    whole = whole.replace(b">24000</ijw:TotaalBedrag>", b">%d</ijw:TotaalBedrag>" % (24000 * times))
    return whole + b" " * (size - len(whole))
