"""Declarations that break no rule, and answers to them, made by construction."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ijw.bericht import AntwoordHeader
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.typen import (
    BedragMetDC,
    BerichtIdentificatie,
    GeslotenPeriode,
    Referentie,
    TotaalBedragMetDC,
)
from tests.rules.builders import JW325_
from tests.rules.headers import BSN, DAGTEKENINGEN, Draw, header_of

_DAY: Final = timedelta(days=1)


def _month(day: date, back: int) -> GeslotenPeriode:
    """Give the whole month that lies so many months before that of a day."""
    months = day.year * 12 + day.month - 1 - back
    begin = date(months // 12, months % 12 + 1, 1)
    after = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return GeslotenPeriode(begindatum=begin, einddatum=after - _DAY)


def _prestatie(draw: Draw, number: int, periode: GeslotenPeriode) -> JW323.Prestatie:
    credit = draw(st.booleans())
    volume = draw(st.integers(1 if credit else 0, 9_999))
    euros = draw(st.booleans())
    tarief = draw(st.integers(1, 9_999))
    return JW323.Prestatie(
        product_referentie=Referentie(
            referentie_nummer=f"R{number}", vorig_referentie_nummer=f"V{number}" if credit else None
        ),
        toewijzing_nummer=number,
        product_categorie="45",
        product_code="45A04",
        product_periode=periode,
        geleverd_volume=volume,
        eenheid="83" if euros else draw(st.sampled_from(["01", "04", "82"])),
        product_tarief=None if euros else tarief,
        ingediend_bedrag=BedragMetDC(bedrag=volume if euros else volume * tarief, debet_credit="C" if credit else "D"),
    )


def _clienten(draw: Draw, periode: GeslotenPeriode, most: int) -> tuple[JW323.Client, ...]:
    clienten, number = [], 0
    for bsn in draw(st.lists(BSN, min_size=1, max_size=most, unique=True)):
        prestaties = []
        for _ in range(draw(st.integers(1, 3))):
            number += 1
            month = _month(periode.begindatum, draw(st.integers(0, 30)))
            prestaties.append(_prestatie(draw, number, max(month, _FIRST_MONTH, key=lambda one: one.begindatum)))
        clienten.append(JW323.Client(bsn=bsn, prestaties=tuple(prestaties)))
    return tuple(clienten)


_FIRST_MONTH: Final = GeslotenPeriode(begindatum=date(2021, 1, 1), einddatum=date(2021, 1, 31))


def signed(cents: int) -> TotaalBedragMetDC:
    """Make a total; what is below 0 is credit."""
    return TotaalBedragMetDC(totaal_bedrag=abs(cents), debet_credit="C" if cents < 0 else "D")


def sum_of(clienten: tuple[JW323.Client, ...]) -> int:
    """Add up what is declared, credit taken off."""
    bedragen = [prestatie.ingediend_bedrag for client in clienten for prestatie in client.prestaties]
    return sum(-one.bedrag if one.debet_credit == "C" else one.bedrag for one in bedragen)


@st.composite
def jw323(draw: st.DrawFn, most: int = 3) -> JW323:
    """Make a declaration."""
    head = header_of(draw, JW323)
    day = head.bericht_identificatie.dagtekening
    periode = _month(day, draw(st.integers(1, 12)))
    clienten = _clienten(draw, periode, most)
    declaratie = JW323.Declaratie(
        declaratie_nummer="DN1",
        declaratie_periode=periode,
        declaratie_dagtekening=day,
        totaal_ingediend_bedrag=signed(sum_of(clienten)),
        clienten=clienten,
    )
    return JW323(header=head, declaratie=declaratie)


@st.composite
def jw325(draw: st.DrawFn, most: int = 3) -> JW325:
    """Make an answer to a declaration."""
    header_of_325: AntwoordHeader = JW325_.header
    day = draw(DAGTEKENINGEN)
    head = replace(header_of_325, bericht_identificatie=BerichtIdentificatie(identificatie="1", dagtekening=day))
    clienten = _clienten(draw, _month(day, draw(st.integers(1, 12))), most)
    granted, refused = draw(st.integers(-99_999, 99_999)), draw(st.booleans())
    antwoord = JW325.DeclaratieAntwoord(
        declaratie_nummer="DN1",
        totaal_ingediend_bedrag=signed(granted + sum_of(clienten)),
        totaal_toegekend_bedrag=signed(0 if refused else granted),
        clienten=() if refused else clienten,
        retour_codes=("9333",) if refused else ("0200",),
    )
    return JW325(header=head, declaratie_antwoord=antwoord)
