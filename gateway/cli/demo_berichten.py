"""The messages of the demo: two children who do not exist, and what a provider and a municipality write about them."""

from __future__ import annotations

from datetime import date, time, timedelta
from enum import Enum
from typing import Final

from msgspec import Struct

from gateway.ijw.bericht import Bericht, Header
from gateway.ijw.codes import DEBET, EERSTE_AANLEVERING, EIGEN_NAAM, PER_WEEK, UUR
from gateway.ijw.declaratie import JW323
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
from gateway.ijw.verzoek import JW315, JW317

# Jeugdhulp ambulant regulier, inspanningsgericht: so many hours (04) a week (2).
_PRODUCT: Final = Product(categorie="45", code="45A04")
_HUISARTS: Final = "02"
_BRP_ADRES: Final = "01"
_VOLGENS_PLAN: Final = "31"
_VERANDERDE_SITUATIE: Final = "1"

_UREN: Final = 16
_TARIEF: Final = 9500  # 95 euro an hour, in cents
_YEAR: Final = timedelta(days=364)
_DAY: Final = timedelta(days=1)


class Kind(Struct, frozen=True):
    """A made-up child, with a BSN that nobody has and that passes the eleven-test."""

    bsn: str
    voornaam: str
    geslacht: str
    geboren: date

    @property
    def naam(self) -> VerkorteNaam:
        """Give the name as a provider writes it."""
        return VerkorteNaam(geslachtsnaam=Achternaam(achternaam="Voorbeeld"), voornamen=self.voornaam)

    @property
    def volledige_naam(self) -> VolledigeNaam:
        """Give the name as a municipality writes it."""
        return VolledigeNaam(
            geslachtsnaam=Achternaam(achternaam="Voorbeeld"), voornamen=self.voornaam, naam_gebruik=EIGEN_NAAM
        )


SAM: Final = Kind("999900006", "Sam", "1", date(2014, 2, 14))
NOOR: Final = Kind("999900018", "Noor", "2", date(2012, 9, 3))
ALEX: Final = Kind("999900031", "Alex", "0", date(2016, 5, 21))

_SAM_REFERENTIE, _NOOR_REFERENTIE, _ALEX_REFERENTIE = "DEMO-SAM-1", "DEMO-NOOR-1", "DEMO-ALEX-1"
_SAM_TOEWIJZING, _NOOR_TOEWIJZING = 300201, 300202


class Course(Enum):
    """How far a message gets in the demo."""

    ANSWERED = "answered"
    WAITING = "waiting"


class Scene(Struct, frozen=True):
    """One message of the story, what it means, and how far it gets."""

    says: str
    bericht: Bericht
    course: Course = Course.ANSWERED


class Cast(Struct, frozen=True):
    """Who play: two providers and a municipality, by code and name."""

    aanbieder: str
    tweede_aanbieder: str
    gemeente: str
    plaats: str


class Script:
    """The story, on days counted back from today: care was given in the whole of last month."""

    def __init__(self, cast: Cast, today: date) -> None:
        """Play it with these parties, on this day."""
        self._cast = cast
        self._today = today
        self._last = today.replace(day=1) - _DAY
        self._first = self._last.replace(day=1)
        self._number = 0

    def scenes(self) -> list[Scene]:
        """Give the story in order."""
        plaats = self._cast.plaats
        return [
            Scene(f"De Linde vraagt {plaats} om een toewijzing voor Sam; de huisarts verwees", self._vot()),
            Scene(f"{plaats} wijst de hulp voor Sam toe, met de referentie van het verzoek", self._toewijzing_sam()),
            Scene("De Linde meldt dat de hulp aan Sam is begonnen", self._start()),
            Scene("De Linde meldt dat de hulp aan Sam volgens plan is beëindigd", self._stop()),
            Scene("De Linde declareert wat er aan Sam is geleverd", self._declaratie()),
            Scene(f"{plaats} wijst hulp voor Noor toe; het lokale team besloot", self._toewijzing_noor()),
            Scene("De Linde vraagt meer uren voor Noor; het besluit hierop staat nog open", self._vow()),
            Scene(
                f"Het Kompas vraagt {plaats} om een toewijzing voor Alex; het wacht in de wachtrij",
                self._vot_alex(),
                Course.WAITING,
            ),
        ]

    def _header(self, bericht: type[Bericht], dagtekening: date, aanbieder: str = "") -> Header:
        self._number += 1
        provider = aanbieder or self._cast.aanbieder
        sides = (provider, self._cast.gemeente)
        afzender, ontvanger = sides if bericht.AFZENDER.name == "AANBIEDER" else sides[::-1]
        return Header(
            bericht_code=bericht.CODE,
            afzender=afzender,
            ontvanger=ontvanger,
            bericht_identificatie=BerichtIdentificatie(
                identificatie=f"DEMO{self._number:08}", dagtekening=min(dagtekening, self._today)
            ),
        )

    def _vot(self) -> JW315:
        return self._aanvraag(SAM, _SAM_REFERENTIE, self._first, self._cast.aanbieder, self._first - timedelta(21))

    def _vot_alex(self) -> JW315:
        start = self._today + timedelta(28)
        return self._aanvraag(ALEX, _ALEX_REFERENTIE, start, self._cast.tweede_aanbieder, self._today)

    def _aanvraag(self, kind: Kind, referentie: str, start: date, aanbieder: str, dagtekening: date) -> JW315:
        product = JW315.AangevraagdProduct(
            referentie_aanbieder=referentie,
            product=_PRODUCT,
            toewijzing_ingangsdatum=start,
            toewijzing_einddatum=start + _YEAR,
            omvang=_omvang(4),
            verwijzer=Verwijzer(type=_HUISARTS, naam="Huisartsenpraktijk Voorbeeld"),
        )
        client = JW315.Client(
            bsn=kind.bsn,
            geboortedatum=Geboortedatum(datum=kind.geboren),
            geslacht=kind.geslacht,
            naam=kind.naam,
            aangevraagde_producten=(product,),
        )
        return JW315(header=self._header(JW315, dagtekening, aanbieder), client=client)

    def _toewijzing_sam(self) -> JW301:
        return self._toewijzing(SAM, _SAM_TOEWIJZING, self._first - timedelta(17), _SAM_REFERENTIE)

    def _toewijzing_noor(self) -> JW301:
        return self._toewijzing(NOOR, _NOOR_TOEWIJZING, self._first - timedelta(5))

    def _toewijzing(self, kind: Kind, nummer: int, dagtekening: date, referentie: str | None = None) -> JW301:
        adres = Adres(
            huis=Huis(huisnummer=1),
            postcode="9999XX",
            straatnaam="Voorbeeldstraat",
            plaatsnaam=self._cast.plaats,
            land_code="NL",
        )
        product = JW301.ToegewezenProduct(
            toewijzing_nummer=nummer,
            referentie_aanbieder=referentie,
            product=_PRODUCT,
            toewijzingsdatum=dagtekening,
            toewijzingstijd=time(12),
            ingangsdatum=self._first,
            einddatum=self._first + _YEAR,
            omvang=_omvang(4),
        )
        client = JW301.Client(
            bsn=kind.bsn,
            geboortedatum=Geboortedatum(datum=kind.geboren),
            geslacht=kind.geslacht,
            naam=kind.volledige_naam,
            contactgegevens=(JW301.Contact(soort=_BRP_ADRES, adres=adres),),
            toegewezen_producten=(product,),
        )
        return JW301(header=self._header(JW301, dagtekening), client=client)

    def _start(self) -> JW305:
        product = JW305.StartProduct(
            toewijzing_nummer=_SAM_TOEWIJZING,
            product=_PRODUCT,
            toewijzing_ingangsdatum=self._first,
            begindatum=self._first,
            status_aanlevering=EERSTE_AANLEVERING,
        )
        client = JW305.Client(
            bsn=SAM.bsn,
            geboortedatum=Geboortedatum(datum=SAM.geboren),
            geslacht=SAM.geslacht,
            naam=SAM.naam,
            start_producten=(product,),
        )
        return JW305(header=self._header(JW305, self._first + timedelta(2)), client=client)

    def _stop(self) -> JW307:
        product = JW307.StopProduct(
            toewijzing_nummer=_SAM_TOEWIJZING,
            product=_PRODUCT,
            toewijzing_ingangsdatum=self._first,
            begindatum=self._first,
            reden_beeindiging=_VOLGENS_PLAN,
            einddatum=self._last,
            status_aanlevering=EERSTE_AANLEVERING,
        )
        client = JW307.Client(
            bsn=SAM.bsn,
            geboortedatum=Geboortedatum(datum=SAM.geboren),
            geslacht=SAM.geslacht,
            naam=SAM.naam,
            stop_producten=(product,),
        )
        return JW307(header=self._header(JW307, self._last + timedelta(2)), client=client)

    def _declaratie(self) -> JW323:
        maand = GeslotenPeriode(begindatum=self._first, einddatum=self._last)
        prestatie = JW323.Prestatie(
            product_referentie=Referentie(referentie_nummer="DEMO-0001"),
            toewijzing_nummer=_SAM_TOEWIJZING,
            product_categorie=_PRODUCT.categorie,
            product_code=_PRODUCT.code or "",
            product_periode=maand,
            geleverd_volume=_UREN,
            eenheid=UUR,
            product_tarief=_TARIEF,
            ingediend_bedrag=BedragMetDC(bedrag=_UREN * _TARIEF, debet_credit=DEBET),
        )
        declaratie = JW323.Declaratie(
            declaratie_nummer="DEMO0001",
            declaratie_periode=maand,
            declaratie_dagtekening=self._today,
            totaal_ingediend_bedrag=TotaalBedragMetDC(totaal_bedrag=_UREN * _TARIEF, debet_credit=DEBET),
            clienten=(JW323.Client(bsn=SAM.bsn, prestaties=(prestatie,)),),
        )
        return JW323(header=self._header(JW323, self._today), declaratie=declaratie)

    def _vow(self) -> JW317:
        product = JW317.TeWijzigenProduct(
            toewijzing_nummer=_NOOR_TOEWIJZING,
            gewenste_ingangsdatum=self._today + timedelta(14),
            einddatum=self._first + _YEAR,
            omvang=_omvang(6),
        )
        verzoek = JW317.Verzoek(
            referentie_aanbieder=_NOOR_REFERENTIE, reden_verzoek=_VERANDERDE_SITUATIE, te_wijzigen_producten=(product,)
        )
        return JW317(header=self._header(JW317, self._today), client=JW317.Client(bsn=NOOR.bsn, verzoek=verzoek))


def _omvang(uren: int) -> Omvang:
    return Omvang(volume=uren, eenheid=UUR, frequentie=PER_WEEK)
