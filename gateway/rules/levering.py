"""The TR rules of start and stop (JW305, JW307)."""

from __future__ import annotations

from gateway.ijw.levering import JW307
from gateway.rules.rule import Breaches, Context, at, rule


@rule("TR018", on=JW307.StopProduct)
def tr018(product: JW307.StopProduct, _: Context) -> Breaches:
    """De Einddatum van een stop ligt op of na de Begindatum.

    Fout: Begindatum 2026-04-03 en Einddatum 2026-04-02. Goed: beide datums 2026-04-03.
    """
    if product.einddatum < product.begindatum:
        yield at(product, "einddatum", "begindatum")
