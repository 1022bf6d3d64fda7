"""The TR rules that several messages share."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any, Final, TypeAlias

from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.klasse import Klasse
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Geboortedatum, GeslotenPeriode
from gateway.ijw.verzoek import JW315, JW317
from gateway.rules.dates import parts, years_before
from gateway.rules.doubles import doubles
from gateway.rules.fields import ALLES_ONBEKEND, ONBEKENDE_DATUM
from gateway.rules.history import HistoryContext
from gateway.rules.rule import Breaches, Context, Level, at, rule

HOOGSTE_LEEFTIJD: Final = 120

_Dated: TypeAlias = Geboortedatum | GeslotenPeriode | JW301.ToegewezenProduct | JW305.StartProduct | JW307.StopProduct
_DATE_FIELDS: Final[dict[type[Klasse], str]] = {
    Geboortedatum: "datum",
    GeslotenPeriode: "begindatum",
    JW301.ToegewezenProduct: "toewijzingsdatum",
    JW305.StartProduct: "begindatum",
    JW307.StopProduct: "einddatum",
}
_Keyed: TypeAlias = (
    JW301.Client
    | JW305.Client
    | JW307.Client
    | JW315.Client
    | JW317.Verzoek
    | JW323.Declaratie
    | JW325.DeclaratieAntwoord
)
_Elements: TypeAlias = (
    JW301.Contact
    | JW301.Relatie
    | JW301.ToegewezenProduct
    | JW305.StartProduct
    | JW307.StopProduct
    | JW315.AangevraagdProduct
    | JW317.Client
    | JW317.NieuwProduct
    | JW317.OngewijzigdProduct
    | JW317.TeWijzigenProduct
    | JW323.Client
    | JW323.Prestatie
)
_MetClient: TypeAlias = JW317.Client | JW323.Client


@rule("TR002", on=Geboortedatum)
def tr002(geboortedatum: Geboortedatum, ctx: Context) -> Breaches:
    """Een Geboortedatum ligt niet meer dan 120 jaar voor de Dagtekening, tenzij zij onbekend is.

    Fout: Dagtekening 2026-04-01 en Datum 1906-03-31. Goed: Datum 1906-04-01, of 1900-01-01 met DatumGebruik 3.
    Lezing: Op 29 februari 2020 is wie op 28 februari 1900 is geboren een dag ouder dan 120 jaar.
    """
    unknown = geboortedatum.datum_gebruik == ALLES_ONBEKEND and geboortedatum.datum == ONBEKENDE_DATUM
    if not unknown and parts(geboortedatum.datum) < years_before(ctx.dagtekening, HOOGSTE_LEEFTIJD):
        yield at(geboortedatum, "datum")


@rule("TR101", on=_Keyed, about=_Elements)
def tr101(element: _Keyed, _: Context) -> Breaches:
    """Niets staat dubbel in een bericht: elk onderdeel heeft een eigen sleutel.

    Fout: twee toegewezen producten met ToewijzingNummer 300201. Goed: 300201 en 300202.
    Lezing: Een sleutel geldt samen met die van wat erboven staat: een ReferentieNummer is uniek binnen één Bsn.
    """
    if isinstance(element, (JW323.Declaratie, JW325.DeclaratieAntwoord)):
        yield from doubles(element.clienten, lambda client: client.bsn)
        yield from _double_prestaties(element.clienten)
        return
    for field, key in _KEYS[type(element)]:
        yield from doubles(getattr(element, field), key)


@rule("TR134", on=_Dated)
def tr134(element: _Dated, ctx: Context) -> Breaches:
    """Wat het bericht vermeldt is al gebeurd: deze datum ligt niet na de Dagtekening van het bericht.

    Fout: Dagtekening 2026-04-01 en Begindatum 2026-04-02. Goed: beide datums 2026-04-01.
    """
    field = _DATE_FIELDS[type(element)]
    if getattr(element, field) > ctx.dagtekening:
        yield at(element, field)


@rule("TR304", on=_MetClient, retour="8187", level=Level.OVERSTIJGEND, messages=(JW317, JW323, JW325), absence=True)
def tr304(client: _MetClient, ctx: HistoryContext) -> Breaches:
    """Bsn is dat van een cliënt van eerdere berichten: van een toewijzing, of in een JW325 van de declaratie.

    Fout: een cliënt voor wie de aanbieder van deze gemeente geen toewijzing heeft. Goed: een cliënt met een toewijzing.
    Lezing: Wat onder een onbekende cliënt staat wordt niet verder getoetst (IV087).
    """
    dossier = ctx.history.dossier(client.bsn)
    answered = ctx.history.answered
    if ctx.message_type != JW325.TYPE:
        known = bool(dossier.toewijzingen)
    else:
        # To a declaration that is not known, TR337 already says so.
        known = answered is None or any(feit.bericht == answered.bericht for feit in dossier.prestaties)
    if not known:
        yield at(client, "bsn")


def _double_prestaties(clienten: tuple[JW323.Client, ...]) -> Iterator[list[JW323.Prestatie]]:
    """Find Prestaties by their key together with that of their client, who may be there twice as well."""
    keyed = ((client.bsn, prestatie) for client in clienten for prestatie in client.prestaties)
    for same in doubles(keyed, _key_of_prestatie):
        yield [prestatie for _, prestatie in same]


def _key_of_prestatie(pair: tuple[str, JW323.Prestatie]) -> Hashable:
    referentie = pair[1].product_referentie
    return pair[0], referentie.referentie_nummer, referentie.vorig_referentie_nummer


def _key_of_start(product: JW305.StartProduct) -> Hashable:
    return product.toewijzing_nummer, product.product, product.begindatum


def _key_of_stop(product: JW307.StopProduct) -> Hashable:
    periode = (product.begindatum, product.einddatum)
    return product.toewijzing_nummer, product.product, periode, product.reden_beeindiging


# The logical keys of the standard, within the class that holds the elements.
_KEYS: Final[dict[type[Klasse], tuple[tuple[str, Callable[[Any], Hashable]], ...]]] = {
    JW301.Client: (
        ("relaties", lambda relatie: relatie.nummer),
        ("contactgegevens", lambda contact: contact.soort),
        ("toegewezen_producten", lambda product: product.toewijzing_nummer),
    ),
    JW305.Client: (("start_producten", _key_of_start),),
    JW307.Client: (("stop_producten", _key_of_stop),),
    JW315.Client: (("aangevraagde_producten", lambda product: product.referentie_aanbieder),),
    JW317.Verzoek: (
        ("ongewijzigde_producten", lambda product: product.toewijzing_nummer),
        ("te_wijzigen_producten", lambda product: product.toewijzing_nummer),
        ("nieuwe_producten", lambda product: (product.product, product.gewenste_ingangsdatum)),
    ),
}
