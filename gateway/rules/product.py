"""The product as it stands in a toewijzing or in a request for one: four classes that share most fields."""

from __future__ import annotations

from datetime import date
from typing import Final, TypeAlias

from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW317

# What a municipality allocates, or a provider asks for.
NieuwGevraagd: TypeAlias = JW301.ToegewezenProduct | JW315.AangevraagdProduct | JW317.NieuwProduct
Gevraagd: TypeAlias = NieuwGevraagd | JW317.TeWijzigenProduct

# From this day on, allocations without a product code have no Omvang, and most units no Frequentie 1.
LAATSTE_DAG_VRIJE_OMVANG: Final = date(2020, 12, 31)


def named_numbers(verzoek: JW317.Verzoek) -> set[int]:
    """Give the numbers of the allocations that a request for change leaves as they are, or changes."""
    return {product.toewijzing_nummer for product in verzoek.ongewijzigde_producten} | {
        product.toewijzing_nummer for product in verzoek.te_wijzigen_producten
    }


def ingangsdatum_field(product: Gevraagd) -> str:
    """Name the field with the first day."""
    if isinstance(product, JW301.ToegewezenProduct):
        return "ingangsdatum"
    return "toewijzing_ingangsdatum" if isinstance(product, JW315.AangevraagdProduct) else "gewenste_ingangsdatum"


def einddatum_field(product: Gevraagd) -> str:
    """Name the field with the last day."""
    return "toewijzing_einddatum" if isinstance(product, JW315.AangevraagdProduct) else "einddatum"


def ingangsdatum_of(product: Gevraagd) -> date:
    """Give the first day."""
    if isinstance(product, JW301.ToegewezenProduct):
        return product.ingangsdatum
    return (
        product.toewijzing_ingangsdatum
        if isinstance(product, JW315.AangevraagdProduct)
        else product.gewenste_ingangsdatum
    )


def einddatum_of(product: Gevraagd) -> date | None:
    """Give the last day; None is without an end."""
    return product.toewijzing_einddatum if isinstance(product, JW315.AangevraagdProduct) else product.einddatum


def runs_after_2020(product: Gevraagd) -> bool:
    """Tell whether a product has no Einddatum, or one after 31-12-2020."""
    einddatum = einddatum_of(product)
    return einddatum is None or einddatum > LAATSTE_DAG_VRIJE_OMVANG


def has_code(product: NieuwGevraagd) -> bool:
    """Tell whether a product is named by its code; not so by category alone, or not at all."""
    return product.product is not None and product.product.code is not None
