"""A message made by the rules breaks none, and one targeted change to it breaks exactly what it should."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ijw.declaratie import JW323
from gateway.ijw.typen import (
    Adres,
    BedragMetDC,
    Communicatie,
    Geboortedatum,
    GeslotenPeriode,
    Omvang,
    OpenPeriode,
    Referentie,
    Verwijzer,
)
from gateway.ijw.verzoek import JW317, JW319
from gateway.rules.judge import judge
from gateway.rules.table import RULES
from tests.rules import builders, strategies
from tests.rules.builders import (
    AANGEVRAAGD,
    ADRES,
    CATEGORY,
    CONTACT,
    NIEUW,
    PER_WEEK,
    TE_WIJZIGEN,
    TELEFOON,
    TOEGEWEZEN,
    add,
    change,
    codes,
)
from tests.rules.declaraties import signed, sum_of

DAY = timedelta(days=1)


def day_of(bericht: Any) -> date:
    """Give the Dagtekening."""
    day: date = bericht.header.bericht_identificatie.dagtekening
    return day


PATHS = {"JW323": "declaratie.clienten.0", "JW325": "declaratie_antwoord.clienten.0"}


def _wrong_bsn(bericht: Any) -> Any:
    path = PATHS.get(bericht.TYPE, "client")
    return change(bericht, path, bsn="999999999")


def _born(days: Callable[[date], date], gebruik: str | None = None) -> Callable[[Any], Any]:
    def make(bericht: Any) -> Any:
        geboortedatum = Geboortedatum(datum=days(day_of(bericht)), datum_gebruik=gebruik)
        return change(bericht, "client", geboortedatum=geboortedatum)

    return make


def _contact(**fields: Any) -> Callable[[Any], Any]:
    """Give the client one right contact, and change it."""
    contact = replace(CONTACT, adres=ADRES, telefoon=TELEFOON)
    return lambda bericht: change(bericht, "client", contactgegevens=(builders.copy(contact, **fields),))


def _toegewezen(**fields: Any) -> Callable[[Any], Any]:
    """Give the client one right allocation, and change it."""

    def make(bericht: Any) -> Any:
        product = replace(TOEGEWEZEN, toewijzingsdatum=day_of(bericht))
        return change(bericht, "client", toegewezen_producten=(builders.copy(product, **fields),))

    return make


def _aangevraagd(**fields: Any) -> Callable[[Any], Any]:
    product = builders.copy(AANGEVRAAGD, **fields)
    return lambda bericht: change(bericht, "client", aangevraagde_producten=(product,))


def _nieuw(**fields: Any) -> Callable[[Any], Any]:
    def make(bericht: Any) -> Any:
        begin = day_of(bericht) + DAY
        product = builders.copy(replace(NIEUW, gewenste_ingangsdatum=begin, einddatum=begin), **fields)
        return change(bericht, "client.verzoek", nieuwe_producten=(product,), ongewijzigde_producten=_SAME)

    return make


_SAME = (JW317.OngewijzigdProduct(toewijzing_nummer=999),)


def _te_wijzigen(**fields: Any) -> Callable[[Any], Any]:
    product = builders.copy(TE_WIJZIGEN, **fields)
    return lambda bericht: change(bericht, "client.verzoek", te_wijzigen_producten=(product,))


def _antwoord(**fields: Any) -> Callable[[Any], Any]:
    antwoord = JW319.Antwoord(referentie_aanbieder="R1", verzoek_antwoord="1", reden_afwijzing_verzoek="3")
    return lambda bericht: change(bericht, "", antwoord=builders.copy(antwoord, **fields))


def _prestatie(**fields: Any) -> Callable[[Any], Any]:
    """Declare one right Prestatie of the declaration's own month, and change it; the total follows."""

    def make(bericht: Any) -> Any:
        prestatie = replace(builders.PRESTATIE, product_periode=bericht.declaratie.declaratie_periode)
        clienten = (JW323.Client(bsn=builders.BSN, prestaties=(builders.copy(prestatie, **fields),)),)
        totaal = signed(sum_of(clienten))
        return change(bericht, "declaratie", clienten=clienten, totaal_ingediend_bedrag=totaal)

    return make


def _twice(path: str, **fields: Any) -> Callable[[Any], Any]:
    """Put the first of a list there once more, with other fields."""
    return lambda bericht: add(bericht, path, builders.copy(builders.get(bericht, path)[0], **fields))


def _double_prestatie(bericht: Any, **fields: Any) -> Any:
    prestatie = replace(builders.PRESTATIE, product_periode=bericht.declaratie.declaratie_periode)
    clienten = (JW323.Client(bsn=builders.BSN, prestaties=(prestatie, builders.copy(prestatie, **fields))),)
    totaal = signed(sum_of(clienten))
    return change(bericht, "declaratie", clienten=clienten, totaal_ingediend_bedrag=totaal)


LIST_301, LIST_315 = "client.toegewezen_producten", "client.aangevraagde_producten"


def _only(name: str) -> Callable[[Any], Any]:
    """Leave one of the three lists of a request for change."""
    lists = ("ongewijzigde_producten", "te_wijzigen_producten", "nieuwe_producten")
    return lambda bericht: change(_nieuw()(bericht), "client.verzoek", **{one: () for one in lists if one != name})


def _month(year: int) -> GeslotenPeriode:
    return GeslotenPeriode(begindatum=date(year, 1, 1), einddatum=date(year, 1, 31))


def _a_day_short(bericht: Any) -> Any:
    begin = bericht.declaratie.declaratie_periode.begindatum
    return change(bericht, "declaratie.declaratie_periode", begindatum=begin + DAY)


def _two_months(bericht: Any) -> GeslotenPeriode:
    begin = bericht.declaratie.declaratie_periode.begindatum
    return GeslotenPeriode(begindatum=begin - DAY, einddatum=begin)


def _credits(bericht: Any, *vorige: str) -> Any:
    prestaties = tuple(
        replace(
            builders.CREDIT,
            product_referentie=Referentie(referentie_nummer=nummer, vorig_referentie_nummer=vorig),
            product_periode=bericht.declaratie.declaratie_periode,
        )
        for nummer, vorig in zip("ABC", vorige, strict=False)
    )
    clienten = (JW323.Client(bsn=builders.BSN, prestaties=prestaties),)
    totaal = signed(sum_of(clienten))
    return change(bericht, "declaratie", clienten=clienten, totaal_ingediend_bedrag=totaal)


ETMAAL_PER_DAG = Omvang(volume=1, eenheid="14", frequentie="1")
VOORBIJ = date(2019, 12, 31)
CREDIT_NOTHING = BedragMetDC(bedrag=0, debet_credit="C")
CHANGES: list[tuple[str, set[str], Callable[[Any], Any]]] = [
    *[(kind, {"CS002"}, _wrong_bsn) for kind in ("JW301", "JW305", "JW307", "JW315", "JW317", "JW323")],
    *[(kind, {"TR134"}, _born(lambda day: day + DAY)) for kind in ("JW301", "JW305", "JW307", "JW315")],
    *[(kind, {"TR002"}, _born(lambda day: day - 121 * 366 * DAY)) for kind in ("JW301", "JW305", "JW307", "JW315")],
    *[(kind, {"CS139"}, _born(lambda _: date(2000, 1, 2), "1")) for kind in ("JW301", "JW305", "JW307", "JW315")],
    ("JW301", {"CD005"}, _contact(adres=replace(ADRES, land_code=None))),
    ("JW301", {"CD005", "CD034"}, _contact(adres=replace(ADRES, postcode=None))),
    ("JW301", {"CD007"}, lambda b: change(b, "client", communicatie=Communicatie(vorm="3", taal="Fries"))),
    ("JW301", {"CD009"}, _contact(periode=OpenPeriode())),
    ("JW301", {"CD009", "CS003"}, _contact(periode=OpenPeriode(begindatum=VOORBIJ, einddatum=VOORBIJ - DAY))),
    ("JW301", {"CD025"}, _contact(adres=replace(ADRES, huis=None))),
    ("JW301", {"CD034"}, _contact(adres=Adres())),
    ("JW301", {"CS089"}, _contact(adres=replace(ADRES, postcode="1234 AB"))),
    ("JW301", {"TR061"}, _contact(soort="04")),
    ("JW301", {"TR006", "TR061"}, _contact(adres=None, telefoon=None)),
    ("JW301", {"TR101"}, lambda b: add(b, "client.contactgegevens", replace(b.client.contactgegevens[0]))),
    ("JW301", {"CS050"}, lambda b: change(b, "client.naam", naam_gebruik="5")),
    ("JW301", {"CS318"}, lambda b: change(b, "client.naam", naam_gebruik="6", partnernaam=None)),
    ("JW301", {"CD041"}, _toegewezen(omvang=None)),
    ("JW301", {"CD075"}, _toegewezen(omvang=None, product=None, budget=0, einddatum=None)),
    ("JW301", {"CD076"}, _toegewezen(omvang=PER_WEEK, einddatum=None)),
    ("JW301", {"CD077", "CD078"}, _toegewezen(budget=0)),
    ("JW301", {"CD079"}, _toegewezen(omvang=None, product=None)),
    ("JW301", {"CD080"}, _toegewezen(product=CATEGORY)),
    ("JW301", {"CS003"}, _toegewezen(einddatum=TOEGEWEZEN.ingangsdatum - DAY)),
    ("JW301", {"CS335"}, _toegewezen(reden_wijziging="13")),
    ("JW301", {"CS336"}, _toegewezen(reden_wijziging="01")),
    ("JW301", {"CS338"}, _toegewezen(omvang=ETMAAL_PER_DAG)),
    ("JW301", {"TR134"}, _toegewezen(toewijzingsdatum=date(2099, 1, 1))),
    ("JW301", {"TR302"}, lambda b: _twice(LIST_301, toewijzing_nummer=77)(_toegewezen()(b))),
    ("JW301", {"TR101", "TR302"}, lambda b: _twice(LIST_301)(_toegewezen()(b))),
    ("JW305", {"CS058"}, lambda b: change(b, "client.start_producten.0", status_aanlevering="2")),
    ("JW305", {"TR134"}, lambda b: change(b, "client.start_producten.0", begindatum=day_of(b) + DAY)),
    ("JW305", {"TR101"}, _twice("client.start_producten", status_aanlevering="3")),
    ("JW307", {"CS058"}, lambda b: change(b, "client.stop_producten.0", status_aanlevering="9")),
    ("JW307", {"TR134"}, lambda b: change(b, "client.stop_producten.0", einddatum=day_of(b) + DAY)),
    ("JW307", {"TR018"}, lambda b: change(b, "client.stop_producten.0", begindatum=day_of(b) + DAY)),
    ("JW307", {"TR101"}, _twice("client.stop_producten")),
    ("JW315", {"CD041"}, _aangevraagd(omvang=None)),
    ("JW315", {"CD043"}, _aangevraagd(beschikking_nummer=1)),
    ("JW315", {"CD066"}, _aangevraagd(verwijzer=Verwijzer(type="03", naam="A", zorgverlener_code="01234567"))),
    ("JW315", {"CD067"}, _aangevraagd(verwijzer=Verwijzer(type="03"))),
    ("JW315", {"CD068"}, _aangevraagd(verwijzer=Verwijzer(type="06", zorgverlener_code="01234567"))),
    ("JW315", {"CD075"}, _aangevraagd(omvang=None, product=None, budget=0, toewijzing_einddatum=None)),
    ("JW315", {"CD076"}, _aangevraagd(omvang=PER_WEEK, toewijzing_einddatum=None)),
    ("JW315", {"CD077", "CD078"}, _aangevraagd(budget=0)),
    ("JW315", {"CD079"}, _aangevraagd(omvang=None, product=None)),
    ("JW315", {"CD095"}, _aangevraagd(product=CATEGORY)),
    ("JW315", {"CS003"}, _aangevraagd(toewijzing_einddatum=AANGEVRAAGD.toewijzing_ingangsdatum - DAY)),
    ("JW315", {"CS343"}, _aangevraagd(omvang=ETMAAL_PER_DAG)),
    ("JW315", {"TR386"}, lambda b: _twice(LIST_315, referentie_aanbieder="R7")(_aangevraagd()(b))),
    ("JW315", {"TR101", "TR383"}, lambda b: _twice(LIST_315, product=builders.OTHER_PRODUCT)(_aangevraagd()(b))),
    ("JW317", {"CD041"}, _nieuw(omvang=None)),
    ("JW317", {"CD075"}, _nieuw(omvang=None, product=None, budget=0, einddatum=None)),
    ("JW317", {"CD075"}, _te_wijzigen(omvang=None, budget=0, einddatum=None)),
    ("JW317", {"CD076"}, _te_wijzigen(omvang=PER_WEEK, einddatum=None)),
    ("JW317", {"CD077", "CD078"}, _te_wijzigen(budget=0)),
    ("JW317", {"CD079"}, _nieuw(omvang=None, product=None)),
    ("JW317", {"CD096"}, _nieuw(product=CATEGORY)),
    ("JW317", {"CS003"}, _nieuw(einddatum=date(2020, 1, 1))),
    ("JW317", {"CS003"}, _te_wijzigen(einddatum=TE_WIJZIGEN.gewenste_ingangsdatum - DAY)),
    ("JW317", {"CS338"}, _nieuw(omvang=ETMAAL_PER_DAG)),
    ("JW317", {"TR380"}, _nieuw(gewenste_ingangsdatum=date(2020, 1, 1))),
    (
        "JW317",
        {"TR352"},
        lambda b: change(_nieuw()(b), "client.verzoek", ongewijzigde_producten=(), te_wijzigen_producten=()),
    ),
    (
        "JW317",
        {"TR353"},
        lambda b: change(_nieuw()(b), "client.verzoek", nieuwe_producten=(), te_wijzigen_producten=()),
    ),
    ("JW317", {"TR101"}, lambda b: _twice("client.verzoek.ongewijzigde_producten")(_nieuw()(b))),
    ("JW317", {"TR101", "TR410"}, lambda b: _twice("client.verzoek.nieuwe_producten")(_nieuw()(b))),
    ("JW319", {"CD085"}, _antwoord(reden_afwijzing_verzoek=None)),
    ("JW319", {"CD086"}, _antwoord(verzoek_antwoord="2")),
    ("JW319", {"TR377"}, _antwoord(reden_afwijzing_verzoek="8")),
    ("JW319", {"TR409"}, _antwoord(woonplaatsbeginsel=JW319.Woonplaatsbeginsel(gemeente="0150"))),
    ("JW323", {"CD060"}, _prestatie(product_referentie=Referentie(referentie_nummer="A", vorig_referentie_nummer="B"))),
    ("JW323", {"CD087"}, _prestatie(product_tarief=None)),
    ("JW323", {"CS339"}, _prestatie(eenheid="83", product_tarief=None)),
    ("JW323", {"CD060", "CS325"}, _prestatie(ingediend_bedrag=CREDIT_NOTHING)),
    (
        "JW323",
        {"CS100", "TR335"},
        _prestatie(product_periode=_month(2018)),
    ),
    ("JW323", {"TR335"}, lambda b: change(_prestatie()(b), "declaratie", declaratie_dagtekening=date(2039, 1, 1))),
    (
        "JW323",
        {"CS340"},
        lambda b: change(
            b, "declaratie.declaratie_periode", begindatum=b.declaratie.declaratie_periode.begindatum + DAY
        ),
    ),
    ("JW323", {"TR358"}, lambda b: change(b, "declaratie.totaal_ingediend_bedrag", totaal_bedrag=999_999_999)),
    ("JW323", {"TR101", "TR416"}, _double_prestatie),
    ("JW323", {"TR416"}, lambda b: _double_prestatie(b, product_referentie=Referentie(referentie_nummer="B"))),
    ("JW323", {"CS337"}, lambda b: _prestatie(product_periode=_two_months(b))(b)),
    ("JW323", {"TR315"}, lambda b: _credits(b, "OUD", "OUD")),
    ("JW323", {"TR316"}, lambda b: _credits(b, "OUD", "A")),
    ("JW323", {"TR137", "TR134"}, lambda b: builders.dated(b, b.declaratie.declaratie_periode.begindatum - DAY)),
    (
        "JW323",
        {"TR319"},
        lambda b: change(
            _prestatie()(b),
            "declaratie",
            declaratie_periode=GeslotenPeriode(begindatum=date(2021, 1, 1), einddatum=date(2021, 1, 31)),
        ),
    ),
    ("JW325", {"TR342"}, lambda b: change(b, "declaratie_antwoord.totaal_toegekend_bedrag", totaal_bedrag=999_999_999)),
]


@pytest.mark.parametrize("message_type", strategies.BERICHTEN)
@given(data=st.data())
def test_a_message_by_the_rules_breaks_none(message_type: str, data: st.DataObject) -> None:
    """Whatever is chosen where there is a choice: no rule is broken."""
    assert judge(data.draw(strategies.BERICHTEN[message_type]())) == []


@pytest.mark.parametrize(("message_type", "expected", "make"), CHANGES)
@settings(max_examples=10)
@given(data=st.data())
def test_one_change_breaks_exactly_what_it_should(
    message_type: str, expected: set[str], make: Callable[[Any], Any], data: st.DataObject
) -> None:
    """Of a message that is right, one change breaks the rules that it should, and no other."""
    bericht = data.draw(strategies.BERICHTEN[message_type]())
    assert codes(make(bericht)) == expected


def test_every_rule_is_broken_by_a_change() -> None:
    """Together the changes break each rule inside a message."""
    broken = {code for _, expected, _ in CHANGES for code in expected}
    assert broken == {rule.code for rule in RULES if rule.source == "rule"}
