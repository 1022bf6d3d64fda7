"""The TR rules of requests and their answer (JW315, JW317, JW319)."""

from __future__ import annotations

from typing import Final

from gateway.ijw.verzoek import JW315, JW317, JW319
from gateway.rules.doubles import doubles
from gateway.rules.rule import Breaches, Context, at, rule
from gateway.rules.zorgperiode import Zorgperiode, overlapping

WOONPLAATSBEGINSEL: Final = "8"


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
