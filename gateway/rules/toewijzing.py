"""The TR rules of the toewijzing (JW301)."""

from __future__ import annotations

from typing import Final

from gateway.ijw.dossier import nietig
from gateway.ijw.toewijzing import JW301
from gateway.rules.rule import Breaches, Context, rule
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
