"""The TR rules of the toewijzing (JW301)."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from gateway.ijw.codes import REDEN_VERWIJDERD
from gateway.ijw.dossier import Dossier, nietig, version_order
from gateway.ijw.toewijzing import JW301
from gateway.rules.history import HistoryContext, Nummer
from gateway.rules.product import named_numbers
from gateway.rules.rule import Breaches, Context, Level, at, rule
from gateway.rules.zorgperiode import Zorgperiode, overlapping

# BRP-adres, correspondentie-adres, verblijfadres.
VASTE_ADRESSEN: Final = frozenset({"01", "02", "03"})


@rule("TR006", on=JW301.Contact)
def tr006(contact: JW301.Contact, _: Context) -> Breaches:
    """Een contact heeft een Telefoon, of een Adres met Huis en Postcode, of beide.

    Fout: alleen een e-mailadres, of een Adres met Postcode zonder Huis. Goed: alleen een Telefoon.
    """
    adres = contact.adres
    if contact.telefoon is None and (adres is None or adres.huis is None or adres.postcode is None):
        yield contact


@rule("TR061", on=JW301.Client)
def tr061(client: JW301.Client, _: Context) -> Breaches:
    """Een client heeft minstens één contact met een Adres waarvan Soort 01, 02 of 03 is.

    Fout: alleen een tijdelijk verblijfadres (Soort 04). Goed: ook een BRP-adres (Soort 01).
    Lezing: Een contact zonder Adres, zoals een telefoonnummer, telt niet mee, wat de Soort ook is.
    """
    if not any(contact.adres is not None and contact.soort in VASTE_ADRESSEN for contact in client.contactgegevens):
        yield client


@rule("TR302", on=JW301.Client, about=JW301.ToegewezenProduct)
def tr302(client: JW301.Client, _: Context) -> Breaches:
    """Toewijzingen van hetzelfde product overlappen elkaar niet, en wat geen code heeft, geldt voor meer producten.

    Fout: tweemaal Code 45A04, waarvan de tweede ingaat op de Einddatum van de eerste. Goed: de tweede een dag later.
    Lezing: Zonder Code geldt de regel voor de hele Categorie, ook tegenover een product met Code.
    Een periode die eindigt voor zij begint heeft geen dagen; dat is CS003.
    """
    yield from overlapping(
        Zorgperiode.of(product, product.product, product.ingangsdatum, product.einddatum)
        for product in client.toegewezen_producten
        if not nietig(product)
    )


@rule("TR332", on=JW301.ToegewezenProduct, retour="9332", level=Level.OVERSTIJGEND)
def tr332(product: JW301.ToegewezenProduct, ctx: HistoryContext) -> Breaches:
    """Een ToewijzingNummer van een gemeente is van één toewijzing: één cliënt, aanbieder, product en ingangsdatum.

    Fout: het nummer van een toewijzing van een andere cliënt. Goed: een nieuw nummer, of dezelfde toewijzing opnieuw.
    Lezing: Product en Ingangsdatum van een toewijzing wijzigen niet (IV066, OP033x1): met een andere Ingangsdatum is
    het een andere toewijzing. Ook het nummer van een verwijderde toewijzing is gebruikt.
    """
    own = Nummer(ctx.aanbieder, bsn_same=True, product=product.product, ingangsdatum=product.ingangsdatum)
    if any(used != own for used in ctx.history.nummers.get(product.toewijzing_nummer, ())):
        yield at(product, "toewijzing_nummer")


@rule("TR379", on=JW301.Client, about=JW301.ToegewezenProduct, retour="9379", level=Level.OVERSTIJGEND, absence=True)
def tr379(client: JW301.Client, ctx: HistoryContext) -> Breaches:
    """Een toewijzing heeft de ReferentieAanbieder van het verzoek dat zij honoreert, en anders geen.

    Fout: een ReferentieAanbieder waaronder de aanbieder voor deze cliënt niets vroeg. Goed: die van zijn verzoek.
    Lezing: Een latere wijziging van een toewijzing herhaalt de ReferentieAanbieder niet; hetzelfde opnieuw verzenden
    mag (IV013, IV097). Bij een verzoek om wijziging heeft ook wat het verzoek ongewijzigd liet zijn ReferentieAanbieder
    (IV093). Of een toewijzing zonder ReferentieAanbieder een verzoek honoreert, is niet te zien.
    """
    dossier = ctx.history.dossier(client.bsn)
    asked = dossier.asked()
    together, first = _together(client, dossier), _first_honoured(dossier)
    for product in client.toegewezen_producten:
        reference = product.referentie_aanbieder
        expected = together.get(product.toewijzing_nummer, reference)
        settled = (product.toewijzingsdatum, product.toewijzingstijd)
        # What was allocated for the request before need not name it again, and a later version of it may not.
        honoured = first.get((product.toewijzing_nummer, expected or ""))
        wrong = (honoured or settled) < settled if reference == expected else honoured is None
        if wrong or (reference is not None and reference not in asked):
            yield at(product, "referentie_aanbieder")


@rule("TR385", on=JW301.Client, about=JW301.ToegewezenProduct, retour="9385", level=Level.OVERSTIJGEND)
def tr385(client: JW301.Client, ctx: HistoryContext) -> Breaches:
    """Een toewijzing met goedgekeurde prestaties wordt niet verwijderd (RedenWijziging 13) voor die zijn gecrediteerd.

    Fout: RedenWijziging 13 terwijl april is gedeclareerd en toegekend. Goed: nadat april is gecrediteerd.
    Lezing: Een credit telt zodra zij is ingediend, want de gemeente bestrijdt haar niet (IV085).
    """
    dossier = ctx.history.dossier(client.bsn)
    paid = {feit.klasse.toewijzing_nummer for feit in dossier.counting_prestaties() if dossier.grants(feit)}
    for product in client.toegewezen_producten:
        if product.reden_wijziging == REDEN_VERWIJDERD and product.toewijzing_nummer in paid:
            yield at(product, "reden_wijziging")


def _first_honoured(dossier: Dossier) -> dict[tuple[int, str], tuple[date, time]]:
    """Give when an allocation was first settled for a request, by its number and the request's reference."""
    first: dict[tuple[int, str], tuple[date, time]] = {}
    for feit in sorted(dossier.toewijzingen, key=version_order, reverse=True):
        product = feit.klasse
        if product.referentie_aanbieder is not None:
            key = (product.toewijzing_nummer, product.referentie_aanbieder)
            first[key] = (product.toewijzingsdatum, product.toewijzingstijd)
    return first


def _together(client: JW301.Client, dossier: Dossier) -> dict[int, str]:
    """Give the reference of the allocations that a request for change names, where the message honours it."""
    honoured = {product.referentie_aanbieder for product in client.toegewezen_producten}
    return {
        number: feit.klasse.referentie_aanbieder
        for feit in dossier.wijzigingen
        if feit.klasse.referentie_aanbieder in honoured
        for number in named_numbers(feit.klasse)
    }
