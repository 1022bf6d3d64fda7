"""The CS rules: what may be in an element."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.typen import Achternaam, BedragMetDC, Geboortedatum, GeslotenPeriode, Omvang, OpenPeriode
from gateway.ijw.waarden import read_datum
from tests.rules.builders import (
    BERICHTEN,
    BSN,
    CONTACT,
    JW301_,
    JW305_,
    JW307_,
    JW315_,
    JW317_,
    JW323_,
    JW325_,
    OTHER_BSN,
    change,
    places,
)
from tests.rules.test_conditions import ASKED, LAST_FREE_DAY, asked, ends

PRODUCT = "client.toegewezen_producten.0"
FIRST_PRESTATIE = "declaratie.clienten.0.prestaties.0"
PRESTATIE_PATH = "/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie"
BORN = [
    (JW301_, "client.geboortedatum"),
    (JW301_, "client.relaties.0.geboortedatum"),
    (JW305_, "client.geboortedatum"),
    (JW307_, "client.geboortedatum"),
    (JW315_, "client.geboortedatum"),
]
CLIENTS = {
    "JW301": "client",
    "JW305": "client",
    "JW307": "client",
    "JW315": "client",
    "JW317": "client",
    "JW323": "declaratie.clienten.1",
    "JW325": "declaratie_antwoord.clienten.0",
}


@pytest.mark.parametrize("message_type", CLIENTS)
@pytest.mark.parametrize(
    ("bsn", "broken"),
    [(BSN, False), ("111222333", False), ("000000000", False), ("999900007", True), ("999900060", True)],
)
def test_cs002_bsn_passes_the_elfproef(message_type: str, bsn: str, broken: bool) -> None:
    """A Bsn passes the elfproef in every message; one digit more, or two in each other's place, does not."""
    bericht = change(BERICHTEN[message_type], CLIENTS[message_type], bsn=bsn)
    assert bool(places(bericht, "CS002")) is broken


def test_cs002_tells_which_client() -> None:
    """With two clients it is the wrong one that is told."""
    bericht = change(JW323_, "declaratie.clienten.1", bsn="999900019")
    assert places(bericht, "CS002") == [("/Bericht/Declaratie/Clienten/Client[2]/Bsn",)]
    assert not places(change(JW323_, "declaratie.clienten.1", bsn=OTHER_BSN), "CS002")


@pytest.mark.parametrize("klasse", ASKED)
def test_cs003_a_product_ends_on_or_after_its_first_day(klasse: str) -> None:
    """The last day may be the first, not the day before; no last day is right too."""
    first = date(2026, 4, 1) if klasse == "ToegewezenProduct" else date(2026, 6, 1)
    assert ends(klasse, asked(klasse, end=first - timedelta(days=1)), "CS003")
    assert not ends(klasse, asked(klasse, end=first), "CS003")
    assert not ends(klasse, asked(klasse, end=None), "CS003")


def test_cs003_tells_both_dates() -> None:
    """Both dates are told, the last one first, for it is the one that the rule is about."""
    path = "/Bericht/Client/AangevraagdeProducten/AangevraagdProduct"
    assert places(asked("AangevraagdProduct", end=date(2026, 5, 31)), "CS003") == [
        (f"{path}/ToewijzingEinddatum", f"{path}/ToewijzingIngangsdatum")
    ]


@pytest.mark.parametrize("path", ["client.contactgegevens.0", "client.relaties.0.contact"])
@pytest.mark.parametrize(
    ("begin", "end", "broken"),
    [
        (date(2026, 5, 2), date(2026, 5, 1), True),
        (date(2026, 5, 2), date(2026, 5, 2), False),
        (None, date(2026, 5, 1), False),
        (date(2026, 5, 2), None, False),
        (None, None, False),
    ],
)
def test_cs003_the_period_of_a_contact(path: str, begin: date | None, end: date | None, broken: bool) -> None:
    """A temporary address ends on or after its first day; either may be open."""
    contact = replace(CONTACT, soort="04", periode=OpenPeriode(begindatum=begin, einddatum=end))
    parent, _, name = path.removesuffix(".0").rpartition(".")
    value = (contact,) if path.endswith(".0") else contact
    assert bool(places(change(JW301_, parent, **{name: value}), "CS003")) is broken


def test_cs003_reads_years_that_the_calendar_has_not() -> None:
    """A year beyond 9999 is later than any other, one before our era earlier."""
    assert not ends("NieuwProduct", asked("NieuwProduct", end=read_datum("12026-01-01")), "CS003")
    assert ends("NieuwProduct", asked("NieuwProduct", end=read_datum("-0001-01-01")), "CS003")


@pytest.mark.parametrize("path", ["client.naam", "client.relaties.0.naam"])
@pytest.mark.parametrize("partner", [True, False])
@pytest.mark.parametrize("gebruik", "123456")
def test_cs050_name_use_fits_the_partner_name(path: str, partner: bool, gebruik: str) -> None:
    """With a Partnernaam 1 to 4 are right, without one 1 and 6; 5 never is."""
    partnernaam = Achternaam(achternaam="Vries") if partner else None
    bericht = change(JW301_, path, partnernaam=partnernaam, naam_gebruik=gebruik)
    assert bool(places(bericht, "CS050")) is (gebruik not in ("1234" if partner else "16"))


@pytest.mark.parametrize(
    ("bericht", "path"), [(JW305_, "client.start_producten.0"), (JW307_, "client.stop_producten.0")]
)
@pytest.mark.parametrize(("status", "broken"), [("1", False), ("2", True), ("3", False), ("9", True)])
def test_cs058_is_a_first_delivery_or_a_removal(bericht: Bericht, path: str, status: str, broken: bool) -> None:
    """StatusAanlevering is 1 or 3."""
    assert bool(places(change(bericht, path, status_aanlevering=status), "CS058")) is broken


@pytest.mark.parametrize("path", ["client.contactgegevens.0.adres", "client.relaties.0.contact.adres"])
@pytest.mark.parametrize(
    ("postcode", "broken"),
    [
        ("1234AB", False),
        ("9999zz", False),
        ("1000aZ", False),
        ("0234AB", True),
        ("1234 AB", True),
        (" 1234AB", True),
        ("1234AB ", True),
        ("1234A", True),
        ("1234ABC", True),
        ("\u0661234AB", True),
        ("1234ÀB", True),
    ],
)
def test_cs089_a_dutch_postcode(path: str, postcode: str, broken: bool) -> None:
    """Four digits and two letters; in another country, or without one, anything goes."""
    bericht = change(JW301_, path, postcode=postcode)
    assert bool(places(bericht, "CS089")) is broken
    assert not places(change(bericht, path, land_code="BE"), "CS089")
    assert not places(change(bericht, path, land_code=None), "CS089")
    assert not places(change(bericht, path, postcode=None), "CS089")


@pytest.mark.parametrize(
    ("path", "field", "shown"),
    [
        ("declaratie", "declaratie_periode", "/Bericht/Declaratie/DeclaratiePeriode"),
        (FIRST_PRESTATIE, "product_periode", f"{PRESTATIE_PATH}/ProductPeriode"),
    ],
)
def test_cs100_declares_from_2021(path: str, field: str, shown: str) -> None:
    """Both dates of a period lie on or after 01-01-2021; only those that do not are told."""

    def declared(begin: date, end: date) -> list[tuple[str, ...]]:
        periode = GeslotenPeriode(begindatum=begin, einddatum=end)
        return places(change(JW323_, path, **{field: periode}), "CS100")

    first, before = date(2021, 1, 1), date(2020, 12, 31)
    assert declared(first, first) == []
    assert declared(before, first) == [(f"{shown}/Begindatum",)]
    assert declared(before, before) == [(f"{shown}/Begindatum", f"{shown}/Einddatum")]


@pytest.mark.parametrize(("bericht", "path"), BORN)
@pytest.mark.parametrize(
    ("gebruik", "datum", "broken"),
    [
        (None, date(1953, 9, 2), False),
        ("1", date(1953, 9, 1), False),
        ("1", date(1953, 9, 2), True),
        ("2", date(1953, 1, 1), False),
        ("2", date(1953, 9, 1), True),
        ("2", date(1953, 1, 2), True),
        ("3", date(1900, 1, 1), False),
        ("3", date(1900, 1, 2), True),
        ("3", date(1901, 1, 1), True),
    ],
)
def test_cs139_a_date_of_birth_that_is_known_in_part(
    bericht: Bericht, path: str, gebruik: str | None, datum: date, broken: bool
) -> None:
    """What is not known is 01, or 01-01-1900 for the whole date, in every message."""
    parent, _, name = path.rpartition(".")
    geboortedatum = Geboortedatum(datum=datum, datum_gebruik=gebruik)
    assert bool(places(change(bericht, parent, **{name: geboortedatum}), "CS139")) is broken


def test_cs318_a_client_is_a_person() -> None:
    """NaamGebruik 6 is not for a client; for a relation it may be."""
    assert places(change(JW301_, "client.naam", naam_gebruik="6"), "CS318") == [("/Bericht/Client/Naam/NaamGebruik",)]
    assert not places(change(JW301_, "client.relaties.0.naam", naam_gebruik="6"), "CS318")


@pytest.mark.parametrize(
    ("bericht", "path"),
    [
        (JW323_, f"{FIRST_PRESTATIE}.ingediend_bedrag"),
        (JW323_, "declaratie.totaal_ingediend_bedrag"),
        (JW325_, "declaratie_antwoord.totaal_ingediend_bedrag"),
        (JW325_, "declaratie_antwoord.totaal_toegekend_bedrag"),
        (JW325_, "declaratie_antwoord.clienten.0.prestaties.0.ingediend_bedrag"),
    ],
)
@pytest.mark.parametrize(("cents", "debet_credit", "broken"), [(0, "C", True), (0, "D", False), (1, "C", False)])
def test_cs325_nothing_is_debit(bericht: Bericht, path: str, cents: int, debet_credit: str, broken: bool) -> None:
    """An amount of 0 is D, wherever it stands; 1 cent may be C."""
    field = "totaal_bedrag" if "totaal" in path else "bedrag"
    changed = change(bericht, path, debet_credit=debet_credit, **{field: cents})
    assert bool(places(changed, "CS325")) is broken


@pytest.mark.parametrize(
    ("reden", "end", "broken"),
    [
        ("13", date(2026, 4, 1), False),
        ("13", date(2026, 4, 2), True),
        ("13", date(2026, 3, 31), True),
        ("13", None, True),
        ("05", date(2026, 4, 2), False),
        (None, date(2026, 4, 1), False),
    ],
)
def test_cs335_a_removal_has_one_day(reden: str | None, end: date | None, broken: bool) -> None:
    """RedenWijziging 13 asks for an Einddatum that is the Ingangsdatum."""
    assert bool(places(change(JW301_, PRODUCT, reden_wijziging=reden, einddatum=end), "CS335")) is broken


@pytest.mark.parametrize(("reden", "broken"), [("01", True), ("02", False), ("14", False), (None, False)])
def test_cs336_reason_01_is_no_more(reden: str | None, broken: bool) -> None:
    """RedenWijziging 01 is not used any more, whatever the dates."""
    assert bool(places(change(JW301_, PRODUCT, reden_wijziging=reden), "CS336")) is broken


@pytest.mark.parametrize(
    ("begin", "end", "broken"),
    [
        (date(2026, 4, 15), date(2026, 4, 30), False),
        (date(2026, 4, 15), date(2026, 5, 1), True),
        (date(2025, 4, 1), date(2026, 4, 30), True),
        (date(2024, 2, 1), date(2024, 2, 29), False),
        (date(2024, 2, 29), date(2024, 3, 1), True),
    ],
)
def test_cs337_a_product_period_stays_in_its_month(begin: date, end: date, broken: bool) -> None:
    """Begin and end are in the same month of the same year."""
    periode = GeslotenPeriode(begindatum=begin, einddatum=end)
    assert bool(places(change(JW323_, FIRST_PRESTATIE, product_periode=periode), "CS337")) is broken


@pytest.mark.parametrize("klasse", ASKED)
@pytest.mark.parametrize("eenheid", ["01", "04", "14", "16", "82", "83", "84"])
@pytest.mark.parametrize("frequentie", "1246")
@pytest.mark.parametrize("end", [LAST_FREE_DAY, date(2021, 1, 1), None])
def test_cs338_cs343_units_that_are_not_by_the_day(
    klasse: str, eenheid: str, frequentie: str, end: date | None
) -> None:
    """Units 14, 16, 83 and 84 are not by the day, unless the product ended on 31-12-2020 or before."""
    code = "CS343" if klasse == "AangevraagdProduct" else "CS338"
    broken = eenheid in ("14", "16", "83", "84") and frequentie == "1" and end != LAST_FREE_DAY
    bericht = asked(klasse, omvang=Omvang(volume=1, eenheid=eenheid, frequentie=frequentie), end=end)
    assert ends(klasse, bericht, code) is broken
    assert not places(asked(klasse, omvang=None), code)


@pytest.mark.parametrize(
    ("eenheid", "volume", "bedrag", "broken"),
    [("83", 20000, 20000, False), ("83", 20000, 19999, True), ("83", 200, 20000, True), ("04", 16, 24000, False)],
)
def test_cs339_euros_are_their_own_amount(eenheid: str, volume: int, bedrag: int, broken: bool) -> None:
    """With unit 83, Bedrag is GeleverdVolume."""
    ingediend = BedragMetDC(bedrag=bedrag, debet_credit="D")
    bericht = change(JW323_, FIRST_PRESTATIE, eenheid=eenheid, geleverd_volume=volume, ingediend_bedrag=ingediend)
    assert places(bericht, "CS339") == (
        [(f"{PRESTATIE_PATH}/IngediendBedrag/Bedrag", f"{PRESTATIE_PATH}/GeleverdVolume")] if broken else []
    )


@pytest.mark.parametrize(
    ("begin", "end", "broken"),
    [
        (date(2026, 4, 1), date(2026, 4, 30), False),
        (date(2026, 2, 1), date(2026, 2, 28), False),
        (date(2024, 2, 1), date(2024, 2, 29), False),
        (date(2024, 2, 1), date(2024, 2, 28), True),
        (date(2026, 4, 2), date(2026, 4, 30), True),
        (date(2026, 4, 1), date(2026, 4, 29), True),
        (date(2026, 3, 1), date(2026, 4, 30), True),
        (date(2025, 4, 1), date(2026, 4, 30), True),
        (date(2021, 12, 1), date(2021, 12, 31), False),
    ],
)
def test_cs340_declares_a_whole_month(begin: date, end: date, broken: bool) -> None:
    """A DeclaratiePeriode is one whole calendar month, of 28 to 31 days."""
    periode = GeslotenPeriode(begindatum=begin, einddatum=end)
    assert bool(places(change(JW323_, "declaratie", declaratie_periode=periode), "CS340")) is broken


def test_cs340_and_cs100_know_the_end_of_the_calendar() -> None:
    """The last month that there is is a whole month."""
    periode = GeslotenPeriode(begindatum=date(9999, 12, 1), einddatum=date.max)
    assert not places(change(JW323_, "declaratie", declaratie_periode=periode), "CS340")


def test_cs338_is_about_each_product() -> None:
    """One wrong product among the new ones and those to change is told alone."""
    bericht = change(JW317_, "client.verzoek.nieuwe_producten.0.omvang", eenheid="14", frequentie="1")
    path = "/Bericht/Client/Verzoek/NieuweProducten/NieuwProduct/Omvang/Frequentie"
    assert places(bericht, "CS338") == [(path,)]
