"""The TR rules of requests and their answer (JW315, JW317, JW319)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from gateway.ijw.codes import IN_ONDERZOEK, TOTAAL, WOONPLAATSBEGINSEL
from gateway.ijw.dossier import Dossier, Verzoek, actueel, nietig
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW317, JW319
from gateway.rules.doubles import doubles
from gateway.rules.history import HistoryContext
from gateway.rules.product import named_numbers, runs_after_2020
from gateway.rules.rule import Breaches, Context, Level, at, rule
from gateway.rules.zorgperiode import Zorgperiode, overlapping

_Bericht: TypeAlias = JW315 | JW317
_MetReferentie: TypeAlias = JW315.AangevraagdProduct | JW317.Verzoek


@rule("TR347", on=_MetReferentie, retour="9347", level=Level.OVERSTIJGEND)
def tr347(element: _MetReferentie, ctx: HistoryContext) -> Breaches:
    """Elk verzoek van een aanbieder heeft een eigen ReferentieAanbieder, die nog niet eerder is gebruikt.

    Fout: ReferentieAanbieder R1 van een eerder verzoek, bij welke gemeente ook. Goed: R2.
    Lezing: Een verzoek dat in een retourbericht is afgekeurd telt niet mee. Dubbel binnen één bericht is TR383.
    """
    known = ctx.history.verzoeken.get(element.referentie_aanbieder)
    if known is not None and known.gevraagd:
        yield at(element, "referentie_aanbieder")


@rule("TR349", on=JW317.Client, about=JW317.Verzoek, retour="9349", level=Level.OVERSTIJGEND)
def tr349(client: JW317.Client, ctx: HistoryContext) -> Breaches:
    """Een verzoek om wijziging noemt alle actuele toewijzingen van de cliënt: als ongewijzigd of als te wijzigen.

    Fout: een lopende of nog komende toewijzing die het verzoek niet noemt. Goed: die als OngewijzigdProduct.
    Lezing: Actueel is wat vandaag of later nog geldt; niet wat op de eigen Ingangsdatum eindigt met RedenWijziging 13
    of 01. Het gaat om de toewijzingen van deze gemeente aan deze aanbieder.
    """
    if _current(client, ctx) - named_numbers(client.verzoek):
        yield client.verzoek


@rule("TR350", on=JW317.Client, about=JW317.OngewijzigdProduct, retour="9350", level=Level.OVERSTIJGEND, absence=True)
def tr350(client: JW317.Client, ctx: HistoryContext) -> Breaches:
    """Een ongewijzigd product noemt het ToewijzingNummer van een actuele toewijzing.

    Fout: een toewijzing die gisteren eindigde. Goed: een die vandaag nog geldt.
    """
    if ctx.history.dossier(client.bsn).toewijzingen:
        current = _current(client, ctx)
        for product in client.verzoek.ongewijzigde_producten:
            if product.toewijzing_nummer not in current:
                yield at(product, "toewijzing_nummer")


@rule("TR351", on=JW317.Client, about=JW317.TeWijzigenProduct, retour="9351", level=Level.OVERSTIJGEND, absence=True)
def tr351(client: JW317.Client, ctx: HistoryContext) -> Breaches:
    """Een te wijzigen product noemt het ToewijzingNummer van een actuele toewijzing.

    Fout: een toewijzing die gisteren eindigde. Goed: een die vandaag nog geldt.
    """
    if ctx.history.dossier(client.bsn).toewijzingen:
        current = _current(client, ctx)
        for product in client.verzoek.te_wijzigen_producten:
            if product.toewijzing_nummer not in current:
                yield at(product, "toewijzing_nummer")


@rule("TR352", on=JW317.Verzoek)
def tr352(verzoek: JW317.Verzoek, _: Context) -> Breaches:
    """Een verzoek om wijziging noemt minstens één toewijzing: een ongewijzigd of een te wijzigen product.

    Fout: alleen een nieuw product. Goed: een nieuw product naast een ongewijzigd product.
    """
    if not (verzoek.ongewijzigde_producten or verzoek.te_wijzigen_producten):
        yield verzoek


@rule("TR353", on=JW317.Verzoek)
def tr353(verzoek: JW317.Verzoek, _: Context) -> Breaches:
    """Een verzoek om wijziging vraagt iets: minstens één te wijzigen of nieuw product.

    Fout: alleen ongewijzigde producten. Goed: een te wijzigen product naast een ongewijzigd product.
    """
    if not (verzoek.te_wijzigen_producten or verzoek.nieuwe_producten):
        yield verzoek


@rule("TR355", on=JW319.Antwoord, retour="9355", level=Level.OVERSTIJGEND, absence=True)
def tr355(antwoord: JW319.Antwoord, ctx: HistoryContext) -> Breaches:
    """Een antwoord noemt de ReferentieAanbieder van een verzoek dat de aanbieder aan deze gemeente stuurde.

    Fout: ReferentieAanbieder R9, waaronder niets is gevraagd. Goed: die van het verzoek.
    """
    if not _asked(antwoord, ctx).gevraagd:
        yield at(antwoord, "referentie_aanbieder")


@rule("TR357", on=JW317.Client, about=JW317.TeWijzigenProduct, retour="9357", level=Level.OVERSTIJGEND)
def tr357(client: JW317.Client, ctx: HistoryContext) -> Breaches:
    """Een wijziging gaat in na de Dagtekening, of op de Ingangsdatum van de toewijzing: dan geldt zij van het begin af.

    Fout: een toewijzing vanaf 1 april wijzigen met ingang van 1 mei, in een bericht van 6 mei. Goed: per 1 april.
    """
    for product, toegewezen in _changes(client, ctx):
        if product.gewenste_ingangsdatum <= ctx.dagtekening and _other_begin(product, toegewezen):
            yield at(product, "gewenste_ingangsdatum")


@rule("TR359", on=JW319.Antwoord, retour="9359", level=Level.OVERSTIJGEND)
def tr359(antwoord: JW319.Antwoord, ctx: HistoryContext) -> Breaches:
    """Op een verzoek waarvoor al een toewijzing is gestuurd, volgt geen antwoordbericht meer.

    Fout: VerzoekAntwoord 1 na een JW301 met dezelfde ReferentieAanbieder. Goed: VerzoekAntwoord 2 voor de JW301.
    """
    if _asked(antwoord, ctx).toegewezen:
        yield at(antwoord, "referentie_aanbieder")


@rule("TR360", on=JW319.Antwoord, retour="9360", level=Level.OVERSTIJGEND)
def tr360(antwoord: JW319.Antwoord, ctx: HistoryContext) -> Breaches:
    """Het antwoord "in onderzoek" (VerzoekAntwoord 2) is het eerste antwoord op een verzoek.

    Fout: VerzoekAntwoord 2 na een eerder antwoord, ook als dat een 2 was. Goed: VerzoekAntwoord 2 als eerste.
    """
    if antwoord.verzoek_antwoord == IN_ONDERZOEK and _asked(antwoord, ctx).antwoorden:
        yield at(antwoord, "verzoek_antwoord")


@rule("TR361", on=JW317.Client, about=JW317.Verzoek, retour="9361", level=Level.OVERSTIJGEND)
def tr361(client: JW317.Client, ctx: HistoryContext) -> Breaches:
    """Wat een verzoek om wijziging voor hetzelfde product laat bestaan, wijzigt of vraagt, overlapt elkaar niet.

    Fout: Code 45A04 nieuw vanaf 1 juni, naast een ongewijzigde toewijzing van 45A04 tot 31 december. Goed: pas daarna.
    Lezing: Product en periode van een ongewijzigd product zijn die van de toewijzing. Een te wijzigen product heeft het
    product van de toewijzing en de gevraagde periode. Zonder Code geldt de regel voor de hele Categorie, en zonder
    Product voor alles.
    """
    verzoek = client.verzoek
    latest = _latest(ctx.history.dossier(client.bsn))
    stays = (
        Zorgperiode.of(product, known.product, known.ingangsdatum, known.einddatum)
        for product in verzoek.ongewijzigde_producten
        if (known := latest.get(product.toewijzing_nummer)) is not None and not nietig(known)
    )
    changes = (
        Zorgperiode.of(product, known.product, product.gewenste_ingangsdatum, product.einddatum)
        for product, known in _changes(client, ctx)
    )
    new = (
        Zorgperiode.of(product, product.product, product.gewenste_ingangsdatum, product.einddatum)
        for product in verzoek.nieuwe_producten
    )
    yield from overlapping([*stays, *changes, *new])


@rule("TR365", on=JW319.Antwoord, retour="9365", level=Level.OVERSTIJGEND)
def tr365(antwoord: JW319.Antwoord, ctx: HistoryContext) -> Breaches:
    """Na een afwijzing (VerzoekAntwoord 1) volgt geen antwoord meer op hetzelfde verzoek; na "in onderzoek" wel.

    Fout: een tweede VerzoekAntwoord 1. Goed: VerzoekAntwoord 1 na VerzoekAntwoord 2.
    """
    if any(earlier.klasse.verzoek_antwoord != IN_ONDERZOEK for earlier in _asked(antwoord, ctx).antwoorden):
        yield at(antwoord, "referentie_aanbieder")


@rule("TR373", on=JW317.Client, about=JW317.TeWijzigenProduct, retour="9373", level=Level.OVERSTIJGEND)
def tr373(client: JW317.Client, ctx: HistoryContext) -> Breaches:
    """Een Budget of een totaal (Frequentie 6) wijzigt over de hele looptijd: GewensteIngangsdatum is de Ingangsdatum.

    Fout: een toewijzing met een Budget vanaf 1 april wijzigen met ingang van 1 juni. Goed: met ingang van 1 april.
    Lezing: Het gaat om wat is toegewezen: een toewijzing met een Budget of een totaal wijzigt altijd vanaf het begin,
    ook als alleen de Einddatum anders wordt (IV092, IV093).
    """
    for product, toegewezen in _changes(client, ctx):
        whole = toegewezen.budget is not None or (toegewezen.omvang and toegewezen.omvang.frequentie == TOTAAL)
        if whole and _other_begin(product, toegewezen):
            yield at(product, "gewenste_ingangsdatum")


@rule("TR374", on=_Bericht, retour="9374", level=Level.OVERSTIJGEND)
def tr374(bericht: _Bericht, ctx: HistoryContext) -> Breaches:
    """Een verzoek wordt pas gestuurd als er geen ander verzoek van de aanbieder voor deze cliënt meer openstaat.

    Fout: een JW317 terwijl een JW315 nog "in onderzoek" is. Goed: na de toewijzing, of na een antwoord "afgewezen".
    Lezing: Een gemeente kan alleen weten wat haar zelf is gevraagd (IV032): een verzoek bij een andere gemeente houdt
    dit verzoek niet tegen. Elk aangevraagd product van een JW315 is een verzoek.
    """
    dossier = ctx.history.dossier(bericht.client.bsn)
    allocated = {feit.klasse.referentie_aanbieder for feit in dossier.toewijzingen}
    if any(_verzoek(reference, ctx).open for reference in dossier.asked() - allocated):
        yield bericht


@rule("TR375", on=JW317.Client, about=JW317.TeWijzigenProduct, retour="9375", level=Level.OVERSTIJGEND)
def tr375(client: JW317.Client, ctx: HistoryContext) -> Breaches:
    """Een te wijzigen toewijzing zonder Product die na 31-12-2020 eindigt, of niet eindigt, krijgt geen Omvang.

    Fout: een Omvang voor een toewijzing die alleen een Budget heeft. Goed: een Budget.
    Lezing: De Einddatum is die van het te wijzigen product.
    """
    for product, toegewezen in _changes(client, ctx):
        if toegewezen.product is None and runs_after_2020(product) and product.omvang is not None:
            yield at(product, "omvang")


@rule("TR377", on=JW319.Antwoord, about=JW319.Woonplaatsbeginsel)
def tr377(antwoord: JW319.Antwoord, _: Context) -> Breaches:
    """Een afwijzing om het woonplaatsbeginsel (RedenAfwijzingVerzoek 8) heeft een Woonplaatsbeginsel met de gemeente.

    Fout: RedenAfwijzingVerzoek 8 zonder Woonplaatsbeginsel. Goed: RedenAfwijzingVerzoek 8 met Gemeente 0150.
    """
    if antwoord.reden_afwijzing_verzoek == WOONPLAATSBEGINSEL and antwoord.woonplaatsbeginsel is None:
        yield at(antwoord, "woonplaatsbeginsel")


@rule("TR380", on=JW317.NieuwProduct)
def tr380(product: JW317.NieuwProduct, ctx: Context) -> Breaches:
    """De GewensteIngangsdatum van een nieuw product ligt na de Dagtekening van het bericht.

    Fout: Dagtekening en GewensteIngangsdatum beide 2026-04-01. Goed: GewensteIngangsdatum 2026-04-02.
    """
    if product.gewenste_ingangsdatum <= ctx.dagtekening:
        yield at(product, "gewenste_ingangsdatum")


@rule("TR383", on=JW315.Client, about=JW315.AangevraagdProduct)
def tr383(client: JW315.Client, _: Context) -> Breaches:
    """Elk aangevraagd product in een bericht heeft een eigen ReferentieAanbieder.

    Fout: twee aangevraagde producten met ReferentieAanbieder R1. Goed: R1 en R2.
    """
    for same in doubles(client.aangevraagde_producten, lambda product: product.referentie_aanbieder):
        yield [place for product in same for place in at(product, "referentie_aanbieder")]


@rule("TR386", on=JW315.Client, about=JW315.AangevraagdProduct)
def tr386(client: JW315.Client, _: Context) -> Breaches:
    """Aanvragen van hetzelfde product overlappen elkaar niet, en wat geen code heeft, geldt voor meer producten.

    Fout: Categorie 45 zonder Code, naast Code 45A04 in dezelfde maand. Goed: de een na de ander.
    """
    yield from overlapping(
        Zorgperiode.of(product, product.product, product.toewijzing_ingangsdatum, product.toewijzing_einddatum)
        for product in client.aangevraagde_producten
    )


@rule("TR409", on=JW319.Antwoord, about=JW319.Woonplaatsbeginsel)
def tr409(antwoord: JW319.Antwoord, _: Context) -> Breaches:
    """Alleen een afwijzing om het woonplaatsbeginsel (RedenAfwijzingVerzoek 8) heeft een Woonplaatsbeginsel.

    Fout: RedenAfwijzingVerzoek 3, of geen, met een Woonplaatsbeginsel. Goed: RedenAfwijzingVerzoek 3 zonder.
    Lezing: Ook zonder RedenAfwijzingVerzoek is de reden een andere dan 8 (IV095).
    """
    if antwoord.woonplaatsbeginsel is not None and antwoord.reden_afwijzing_verzoek != WOONPLAATSBEGINSEL:
        yield antwoord.woonplaatsbeginsel


@rule("TR410", on=JW317.Verzoek, about=JW317.NieuwProduct)
def tr410(verzoek: JW317.Verzoek, _: Context) -> Breaches:
    """Nieuwe producten die hetzelfde zijn overlappen elkaar niet, en wat geen code heeft, geldt voor meer producten.

    Fout: een nieuw product zonder Product naast een ander in dezelfde maand. Goed: de een na de ander.
    """
    yield from overlapping(
        Zorgperiode.of(product, product.product, product.gewenste_ingangsdatum, product.einddatum)
        for product in verzoek.nieuwe_producten
    )


@rule("TR411", on=JW317.Client, about=JW317.TeWijzigenProduct, retour="9411", level=Level.OVERSTIJGEND)
def tr411(client: JW317.Client, ctx: HistoryContext) -> Breaches:
    """Een te wijzigen toewijzing met een productcode heeft een Omvang.

    Fout: Code 45A04 toegewezen, en een te wijzigen product zonder Omvang. Goed: met een Omvang.
    """
    for product, toegewezen in _changes(client, ctx):
        if toegewezen.product is not None and toegewezen.product.code is not None and product.omvang is None:
            yield at(product, "omvang")


@rule("TR412", on=JW317.Client, about=JW317.TeWijzigenProduct, retour="9412", level=Level.OVERSTIJGEND)
def tr412(client: JW317.Client, ctx: HistoryContext) -> Breaches:
    """Een te wijzigen toewijzing zonder productcode die na 31-12-2020 eindigt, of niet eindigt, krijgt geen Omvang.

    Fout: een Omvang voor een toewijzing van alleen Categorie 45. Goed: een Budget.
    Lezing: De Einddatum is die van het te wijzigen product. Een toewijzing zonder Product is TR375.
    """
    for product, toegewezen in _changes(client, ctx):
        aspecific = toegewezen.product is not None and toegewezen.product.code is None
        if aspecific and runs_after_2020(product) and product.omvang is not None:
            yield at(product, "omvang")


def _verzoek(reference: str, ctx: HistoryContext) -> Verzoek:
    """Give what is known at the municipality under a reference."""
    known = ctx.history.verzoeken.get(reference)
    return known if known is not None and known.gemeente == ctx.gemeente else Verzoek(reference, ctx.gemeente)


def _asked(antwoord: JW319.Antwoord, ctx: HistoryContext) -> Verzoek:
    """Give the request that is answered; an empty one where it is not known at the municipality that answers."""
    return _verzoek(antwoord.referentie_aanbieder, ctx)


def _latest(dossier: Dossier) -> dict[int, JW301.ToegewezenProduct]:
    return {feit.klasse.toewijzing_nummer: feit.klasse for feit in dossier.latest_toewijzingen()}


def _current(client: JW317.Client, ctx: HistoryContext) -> set[int]:
    """Give the numbers of the allocations that are current today."""
    latest = _latest(ctx.history.dossier(client.bsn))
    return {number for number, toegewezen in latest.items() if actueel(toegewezen, ctx.history.today)}


def _changes(
    client: JW317.Client, ctx: HistoryContext
) -> Iterator[tuple[JW317.TeWijzigenProduct, JW301.ToegewezenProduct]]:
    """Give what is to change with the allocation as it is, where that is known; TR351 tells where it is not."""
    latest = _latest(ctx.history.dossier(client.bsn))
    for product in client.verzoek.te_wijzigen_producten:
        toegewezen = latest.get(product.toewijzing_nummer)
        if toegewezen is not None:
            yield product, toegewezen


def _other_begin(product: JW317.TeWijzigenProduct, toegewezen: JW301.ToegewezenProduct) -> bool:
    return product.gewenste_ingangsdatum != toegewezen.ingangsdatum
