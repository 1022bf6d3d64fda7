"""The rules against what lies outside the messages: the day, the lists, the contract as far as a message tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, TypeAlias

from gateway.ijw.bericht import AntwoordHeader, Bericht, Header, Kant
from gateway.ijw.codes import EURO, MINUUT
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import BerichtIdentificatie
from gateway.ijw.verzoek import JW315, JW317, JW319
from gateway.rules.product import ingangsdatum_of
from gateway.rules.rule import At, Breaches, Level, ReferenceContext, at, rule

_MetGemeente: TypeAlias = JW301 | JW305 | JW307 | JW315 | JW317 | JW319 | JW323 | JW325
_Gemeente: TypeAlias = Header | AntwoordHeader | JW319.Woonplaatsbeginsel
_MetProduct: TypeAlias = (
    JW301.ToegewezenProduct
    | JW305.StartProduct
    | JW307.StopProduct
    | JW315.AangevraagdProduct
    | JW317.NieuwProduct
    | JW323.Prestatie
)


@rule("TR135", on=BerichtIdentificatie, retour="8848", level=Level.EXTERN)
def tr135(identificatie: BerichtIdentificatie, ctx: ReferenceContext) -> Breaches:
    """Een Dagtekening ligt niet in de toekomst.

    Fout: de datum van morgen. Goed: de datum van vandaag.
    """
    if identificatie.dagtekening > ctx.today:
        yield at(identificatie, "dagtekening")


@rule("TR346", on=JW323.Prestatie, retour="9346", level=Level.EXTERN)
def tr346(prestatie: JW323.Prestatie, _: ReferenceContext) -> Breaches:
    """IngediendBedrag is GeleverdVolume maal ProductTarief, behalve bij Eenheid 83 (euro's).

    Fout: 16 uur tegen ProductTarief 1500 met Bedrag 24001. Goed: 16 uur tegen ProductTarief 1500 met Bedrag 24000.
    Lezing: Een tarief per minuut (Eenheid 01) kan een afgerond uurtarief zijn (IV081). Dat uurtarief staat niet in
    het bericht: elk bedrag dat uit een passend uurtarief volgt is goed.
    """
    tarief, bedrag = prestatie.product_tarief, prestatie.ingediend_bedrag.bedrag
    if prestatie.eenheid == EURO or tarief is None or bedrag == prestatie.geleverd_volume * tarief:
        return
    if prestatie.eenheid != MINUUT or not _follows_from_hours(bedrag, prestatie.geleverd_volume, tarief):
        yield [*at(prestatie.ingediend_bedrag, "bedrag"), *at(prestatie, "geleverd_volume", "product_tarief")]


def _follows_from_hours(bedrag: int, minutes: int, tarief: int) -> bool:
    """Tell whether some tariff per hour gives both this tariff per minute and this amount, each rounded (IV081).

    The contract's tariff per hour is not in the message; all that round to the tariff per minute are possible.
    """
    if minutes == 0:
        return bedrag == 0
    least = max(60 * tarief - 30, -(-(60 * bedrag - 30) // minutes), 0)
    most = min(60 * tarief + 29, (60 * bedrag + 29) // minutes)
    return least <= most


@rule("TR378", on=_MetGemeente, about=_Gemeente, retour="S300", level=Level.EXTERN)
def tr378(bericht: _MetGemeente, ctx: ReferenceContext) -> Breaches:
    """Een gemeentecode staat in de lijst van het CBS die geldt op de ingangsdatum van de toewijzing.

    Fout: 9999, of een gemeente die op de ingangsdatum niet bestond. Goed: 0384.
    Lezing: De ingangsdatum van één van de producten is genoeg. Waar het bericht geen ingangsdatum noemt mag de code
    vervallen zijn, maar niet later ingaan dan de Dagtekening.
    """
    for place in _gemeenten(bericht):
        gemeente = ctx.lists.gemeente(getattr(place.element, place.field))
        days = _ingangsdatums(bericht)
        if gemeente is None:
            yield [place]
        elif days:
            # One header for several allocations: after a merger no code could satisfy them all, so one will do.
            if not any(gemeente.exists_on(day) for day in days):
                yield [place]
        elif gemeente.valid_from is not None and gemeente.valid_from > ctx.dagtekening:
            # The allocation is in another message; it began at any time before this one.
            yield [place]


def _gemeenten(bericht: Bericht) -> Iterator[At]:
    yield from at(bericht.header, "afzender" if bericht.AFZENDER is Kant.GEMEENTE else "ontvanger")
    if isinstance(bericht, JW319) and bericht.antwoord.woonplaatsbeginsel is not None:
        yield from at(bericht.antwoord.woonplaatsbeginsel, "gemeente")


def _ingangsdatums(bericht: Bericht) -> list[date]:
    """Give the first days of the allocations that a message is about, as far as it tells them."""
    if isinstance(bericht, JW301):
        return [product.ingangsdatum for product in bericht.client.toegewezen_producten]
    if isinstance(bericht, JW315):
        return [product.toewijzing_ingangsdatum for product in bericht.client.aangevraagde_producten]
    products: tuple[JW305.StartProduct | JW307.StopProduct, ...] = ()
    if isinstance(bericht, JW305):
        products = bericht.client.start_producten
    elif isinstance(bericht, JW307):
        products = bericht.client.stop_producten
    return [product.toewijzing_ingangsdatum for product in products if product.toewijzing_ingangsdatum is not None]


@rule("TR381", on=_MetProduct, retour="S329", level=Level.EXTERN)
def tr381(element: _MetProduct, ctx: ReferenceContext) -> Breaches:
    """Een productcode hoort bij de Categorie, volgens de landelijke lijst of de eigen lijst van de gemeente.

    Fout: Categorie 45 met Code 46A03. Goed: Categorie 45 met Code 45A03.
    Lezing: Een eigen code telt als zij geldt op de eerste dag van het product.
    """
    product = _coded(element)
    if product is None:
        return
    known = ctx.lists.product(product.code)
    if known is not None and known.category == product.category:
        return
    if not any(
        own.code == product.code and own.category == product.category and own.exists_on(product.day)
        for own in ctx.own_products
    ):
        yield [product.place]


class _Coded(NamedTuple):
    """A product code where it stands, its category, and the first day that it is about."""

    code: str
    category: str
    day: date
    place: At


def _coded(element: _MetProduct) -> _Coded | None:
    if isinstance(element, JW323.Prestatie):
        day = element.product_periode.begindatum
        return _Coded(element.product_code, element.product_categorie, day, At(element, "product_code"))
    product = element.product
    if product is None or product.code is None:
        return None
    if isinstance(element, (JW305.StartProduct, JW307.StopProduct)):
        day = element.toewijzing_ingangsdatum or element.begindatum
    else:
        day = ingangsdatum_of(element)
    return _Coded(product.code, product.categorie, day, At(product, "code"))
