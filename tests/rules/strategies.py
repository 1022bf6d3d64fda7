"""Messages that break no rule, made so by construction: nothing is thrown away, and every choice is a legal one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ijw.klasse import Klasse
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import (
    Achternaam,
    Adres,
    Communicatie,
    Geboortedatum,
    Huis,
    Omvang,
    OpenPeriode,
    Product,
    Verwijzer,
    VolledigeNaam,
)
from gateway.ijw.verzoek import JW315, JW317, JW319
from tests.rules.builders import NAME, PRODUCT, TELEFOON, TOEGEWEZEN
from tests.rules.declaraties import jw323, jw325
from tests.rules.headers import BSN, Draw, header_of

K = TypeVar("K", bound=Klasse)

_DAY: Final = timedelta(days=1)


def _geboortedatum(draw: Draw, dagtekening: date) -> Geboortedatum:
    # Two days more than needed: the day itself may be a leap day that the other year has not.
    oldest = date(dagtekening.year - 120, dagtekening.month, min(dagtekening.day, 28)) + 2 * _DAY
    day = draw(st.dates(oldest, dagtekening))
    gebruik = draw(st.sampled_from([None, None, "1", "2", "3"]))
    if gebruik == "3":
        day = date(1900, 1, 1)
    elif gebruik == "2":
        day = max(day, date(oldest.year + 1, 1, 1)).replace(month=1, day=1)
    elif gebruik == "1":
        day = max(day, date(oldest.year + 1, 1, 1)).replace(day=1)
    return Geboortedatum(datum=day, datum_gebruik=gebruik)


def _client(draw: Draw, dagtekening: date) -> dict[str, Any]:
    return {
        "bsn": draw(BSN),
        "geboortedatum": _geboortedatum(draw, dagtekening),
        "geslacht": draw(st.sampled_from("012")),
    }


def _naam(draw: Draw, *, person: bool) -> VolledigeNaam:
    partner = draw(st.booleans())
    return VolledigeNaam(
        geslachtsnaam=Achternaam(achternaam="Wit"),
        partnernaam=Achternaam(achternaam="Vries") if partner else None,
        naam_gebruik=draw(st.sampled_from("1234" if partner else "1" if person else "16")),
    )


def _adres(draw: Draw, soort: str) -> Adres:
    country = (
        draw(st.sampled_from(["NL", "BE", None])) if soort in ("02", "04") else draw(st.sampled_from(["NL", "BE"]))
    )
    postcodes = {"NL": ["1000AA", "9999zz"], "BE": ["1000", "B 1000"]}
    house = country == "NL" or draw(st.booleans())
    return Adres(
        huis=Huis(huisnummer=9) if house else None,
        postcode=draw(st.sampled_from(postcodes[country])) if country else None,
        land_code=country,
    )


def _contact(draw: Draw, soort: str) -> JW301.Contact:
    adres = _adres(draw, soort) if soort in ("01", "03") or draw(st.booleans()) else None
    enough = adres is not None and adres.huis is not None and adres.postcode is not None
    periode = None
    if soort == "04" and draw(st.booleans()):
        begin = draw(st.none() | st.dates(date(2020, 1, 1), date(2025, 1, 1)))
        periode = OpenPeriode(begindatum=begin, einddatum=begin and begin + draw(st.integers(0, 9)) * _DAY)
    telefoon = TELEFOON if not enough or draw(st.booleans()) else None
    return JW301.Contact(soort=soort, adres=adres, telefoon=telefoon, periode=periode)


def _omvang(draw: Draw, end: date | None) -> Omvang:
    eenheid = draw(st.sampled_from(["01", "04", "14", "16", "82", "83", "84"]))
    free = eenheid in ("01", "04", "82") or (end is not None and end <= date(2020, 12, 31))
    frequenties = ("1" if free else "") + ("2" if end else "") + "46"
    return Omvang(volume=draw(st.integers(0, 99)), eenheid=eenheid, frequentie=draw(st.sampled_from(frequenties)))


def _extent(draw: Draw, product: Product | None, end: date | None) -> dict[str, Any]:
    """Choose between Omvang, Budget and neither, as the product and its end allow."""
    choices = ["omvang"] if product and product.code else ["nothing"] if product else []
    if end is not None and not (product and product.code):
        choices.append("budget")
    if product and not product.code and end is not None and end <= date(2020, 12, 31):
        choices.append("omvang")
    choice = draw(st.sampled_from(choices))
    return {
        "omvang": _omvang(draw, end) if choice == "omvang" else None,
        "budget": draw(st.integers(0, 99_999_999)) if choice == "budget" else None,
    }


def _periods(draw: Draw, first: date, number: int) -> list[tuple[date, date | None]]:
    """Make periods that follow each other; only the last may be without an end."""
    found: list[tuple[date, date | None]] = []
    for turn in range(number):
        begin = first + draw(st.integers(0, 40)) * _DAY
        end: date | None = begin + draw(st.integers(0, 400)) * _DAY
        if turn == number - 1 and draw(st.booleans()):
            end = None
        found.append((begin, end))
        first = (end or begin) + _DAY
    return found


def _gevraagd(draw: Draw, first: date, most: int) -> list[tuple[Product | None, date, date | None]]:
    """Choose products with their periods: one at a time of each kind, so that none overlaps where it may not."""
    found: list[tuple[Product | None, date, date | None]] = []
    if draw(st.booleans()):
        # All kinds, one after the other.
        for begin, end in _periods(draw, first, draw(st.integers(1, most))):
            kinds = [Product(categorie="45"), PRODUCT, *([None] if end else [])]
            found.append((draw(st.sampled_from(kinds)), begin, end))
        return found
    # Different kinds beside each other, each with its own row of periods.
    kinds = [
        PRODUCT,
        Product(categorie="45", code="45A05"),
        Product(categorie="46"),
        Product(categorie="47", code="45A04"),
    ]
    for product in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=most, unique=True)):
        found += [(product, begin, end) for begin, end in _periods(draw, first, draw(st.integers(1, 2)))]
    return found


@st.composite
def jw301(draw: st.DrawFn, most: int = 3) -> JW301:
    """Make a toewijzing."""
    head = header_of(draw, JW301)
    day = head.bericht_identificatie.dagtekening
    products = []
    for number, (product, begin, end) in enumerate(
        _gevraagd(draw, draw(st.sampled_from([day, date(2019, 6, 1)])), most)
    ):
        fields = {
            "toewijzing_nummer": number,
            "product": product,
            "toewijzingsdatum": day - draw(st.integers(0, 9)) * _DAY,
            "ingangsdatum": begin,
            "einddatum": end,
            "reden_wijziging": draw(st.sampled_from([None, "02", "14", *(["13"] if end == begin else [])])),
            **_extent(draw, product, end),
        }
        products.append(replace(TOEGEWEZEN, **fields))
    soorten = draw(st.lists(st.sampled_from(["01", "02", "03", "04"]), unique=True))
    contacts = [_contact(draw, soort) for soort in {**dict.fromkeys(soorten), "03": None}]
    client = JW301.Client(
        **_client(draw, day),
        naam=_naam(draw, person=True),
        communicatie=draw(st.sampled_from([None, Communicatie(vorm="1", taal="Fries"), Communicatie(vorm="2")])),
        relaties=tuple(
            JW301.Relatie(
                nummer=nummer,
                soort="10",
                geboortedatum=_geboortedatum(draw, day) if draw(st.booleans()) else None,
                naam=_naam(draw, person=False),
                contact=_contact(draw, draw(st.sampled_from(["01", "02", "03", "04"]))),
            )
            for nummer in draw(st.lists(st.sampled_from("123"), unique=True))
        ),
        contactgegevens=tuple(contacts),
        toegewezen_producten=tuple(products),
    )
    return JW301(header=head, client=client)


@st.composite
def jw305(draw: st.DrawFn, most: int = 3) -> JW305:
    """Make a start."""
    head = header_of(draw, JW305)
    day = head.bericht_identificatie.dagtekening
    products = tuple(
        JW305.StartProduct(
            toewijzing_nummer=number if draw(st.booleans()) else None,
            product=draw(st.sampled_from([PRODUCT, None])),
            begindatum=day - number * _DAY,
            status_aanlevering=draw(st.sampled_from("13")),
        )
        for number in range(draw(st.integers(1, most)))
    )
    return JW305(header=head, client=JW305.Client(**_client(draw, day), naam=NAME, start_producten=products))


@st.composite
def jw307(draw: st.DrawFn, most: int = 3) -> JW307:
    """Make a stop."""
    head = header_of(draw, JW307)
    day = head.bericht_identificatie.dagtekening
    products = tuple(
        JW307.StopProduct(
            toewijzing_nummer=draw(st.none() | st.just(7)),
            product=draw(st.sampled_from([PRODUCT, None])),
            begindatum=day - (number + draw(st.integers(0, 9))) * _DAY,
            reden_beeindiging=draw(st.sampled_from(["20", "31"])),
            einddatum=day - number * _DAY,
            status_aanlevering=draw(st.sampled_from("13")),
        )
        for number in range(draw(st.integers(1, most)))
    )
    return JW307(header=head, client=JW307.Client(**_client(draw, day), naam=NAME, stop_producten=products))


@st.composite
def jw315(draw: st.DrawFn, most: int = 3) -> JW315:
    """Make a request for allocations."""
    head = header_of(draw, JW315)
    day = head.bericht_identificatie.dagtekening
    verwijzers = [
        Verwijzer(type="02", naam="De Vries"),
        Verwijzer(type="05", zorgverlener_code="01234567"),
        Verwijzer(type="01"),
        Verwijzer(type="08", naam="rechter"),
    ]
    products = tuple(
        JW315.AangevraagdProduct(
            referentie_aanbieder=f"R{number}",
            beschikking_nummer=number if number % 2 else None,
            beschikking_ingangsdatum=begin if number % 2 else None,
            product=product,
            toewijzing_ingangsdatum=begin,
            toewijzing_einddatum=end,
            verwijzer=draw(st.sampled_from(verwijzers)),
            **_extent(draw, product, end),
        )
        for number, (product, begin, end) in enumerate(_gevraagd(draw, day - 300 * _DAY, most))
    )
    return JW315(header=head, client=JW315.Client(**_client(draw, day), naam=NAME, aangevraagde_producten=products))


@st.composite
def jw317(draw: st.DrawFn, most: int = 3) -> JW317:
    """Make a request for change: something stays or changes, and something changes or is new."""
    head = header_of(draw, JW317)
    day = head.bericht_identificatie.dagtekening
    asked = _gevraagd(draw, day + _DAY, most)
    new = tuple(
        JW317.NieuwProduct(product=product, gewenste_ingangsdatum=begin, einddatum=end, **_extent(draw, product, end))
        for product, begin, end in asked
    )
    changed = tuple(
        JW317.TeWijzigenProduct(
            toewijzing_nummer=number, gewenste_ingangsdatum=begin, einddatum=end, **_extent(draw, product, end)
        )
        for number, (product, begin, end) in enumerate(asked)
    )
    same = tuple(JW317.OngewijzigdProduct(toewijzing_nummer=100 + number) for number in range(len(asked)))
    # Of the three lists: (stays, changes, new); only these of the eight choices break a rule by themselves.
    keep = draw(st.sampled_from([(0, 1, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, 1)]))
    verzoek = JW317.Verzoek(
        referentie_aanbieder="R1",
        reden_verzoek=draw(st.sampled_from("12")),
        ongewijzigde_producten=same if keep[0] else (),
        te_wijzigen_producten=changed if keep[1] else (),
        nieuwe_producten=new if keep[2] else (),
    )
    return JW317(header=head, client=JW317.Client(bsn=draw(BSN), verzoek=verzoek))


@st.composite
def jw319(draw: st.DrawFn) -> JW319:
    """Make an answer."""
    reden = draw(st.sampled_from([None, "1", "8", "9"]))
    antwoord = JW319.Antwoord(
        referentie_aanbieder="R1",
        verzoek_antwoord="1" if reden else "2",
        reden_afwijzing_verzoek=reden,
        woonplaatsbeginsel=JW319.Woonplaatsbeginsel(gemeente="0150") if reden == "8" else None,
    )
    return JW319(header=header_of(draw, JW319), antwoord=antwoord)


BERICHTEN: Final[dict[str, Callable[..., st.SearchStrategy[Any]]]] = {
    "JW301": jw301,
    "JW305": jw305,
    "JW307": jw307,
    "JW315": jw315,
    "JW317": jw317,
    "JW319": jw319,
    "JW323": jw323,
    "JW325": jw325,
}
