"""What is wrong with the agreements of a route table besides their form: against the lists, and against each other."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.ijw.codelijsten import Codelijsten
from gateway.services.agreement_file import AgreementTable, PeriodTable, UnitsTable, VolumeTable
from gateway.services.route_source import Problem, Source
from gateway.services.toml_lines import Place


def wrong_agreements(source: Source, lists: Codelijsten, codes: dict[str, str]) -> Iterator[Problem]:
    """Find what is wrong in one file; `codes` are those of the files before, with their places, and is added to."""
    for number, table in enumerate(source.contents.agreement):
        place: Place = ("agreement", number)
        if table.code in codes:
            yield _wrong(source, place, "code", f"{table.code} staat ook in {codes[table.code]}; geef elke een eigen.")
        codes.setdefault(table.code, f"{source.path}, regel {source.lines.line(place)}")
        if table.valid_from and table.valid_until and table.valid_until < table.valid_from:
            yield _wrong(source, place, "valid_until", "ligt voor valid_from; verwacht die dag of een latere.")
        yield from _wrong_refusal(source, place, table, lists)
        yield from _wrong_municipalities(source, place, table)
        yield from _wrong_products(source, place, table, lists)
        yield from _wrong_figures(source, place, table, lists)


def _wrong(source: Source, place: Place, key: str, reason: str) -> Problem:
    return source.problem((*place, key), f"agreement.{key}: {reason}")


def _wrong_refusal(source: Source, place: Place, table: AgreementTable, lists: Codelijsten) -> Iterator[Problem]:
    if table.refuse and table.retourcode is None:
        yield _wrong(source, place, "refuse", 'vraagt ook een retourcode, zoals retourcode = "0001".')
    if table.refuse and table.private:
        yield _wrong(source, place, "private", "een weigering ziet de afzender ook; laat een van beide weg.")
    if table.retourcode is not None and not table.refuse:
        yield _wrong(source, place, "retourcode", "hoort bij refuse = true; advies heeft geen retourcode.")
    if table.retourcode is not None and lists.meaning("LDT_RetourCode", table.retourcode) is None:
        yield _wrong(source, place, "retourcode", f"{table.retourcode} staat niet in de lijst van retourcodes.")


def _wrong_municipalities(source: Source, place: Place, table: AgreementTable) -> Iterator[Problem]:
    here = {municipality.code for municipality in source.contents.municipality}
    for code in table.municipalities or ():
        if code not in here:
            reason = f"{code} staat niet in dit bestand; verwacht gemeenten uit de regio zelf."
            yield _wrong(source, place, "municipalities", reason)


def _wrong_products(source: Source, place: Place, table: AgreementTable, lists: Codelijsten) -> Iterator[Problem]:
    """Refuse a code that nobody has: a slip of the pen would make an agreement that nothing ever breaks."""
    own = {product.code for municipality in source.contents.municipality for product in municipality.product}
    for code in getattr(table, "products", None) or ():
        if lists.product(code) is None and code not in own:
            reason = f"{code} staat niet in de landelijke lijst, en is geen eigen code van een gemeente in dit bestand."
            yield _wrong(source, place, "products", reason)
    for category in getattr(table, "categories", None) or ():
        if lists.meaning("LDT_ProductCategorie", category) is None:
            yield _wrong(source, place, "categories", f"{category} is geen landelijke categorie.")


def _wrong_figures(source: Source, place: Place, table: AgreementTable, lists: Codelijsten) -> Iterator[Problem]:
    if isinstance(table, PeriodTable) and table.months is None and table.days is None:
        yield _wrong(source, place, "months", "ontbreekt; verwacht months of days, of beide.")
    units = table.units if isinstance(table, UnitsTable) else [table.unit] if isinstance(table, VolumeTable) else []
    for unit in units:
        if lists.meaning("LDT_Eenheid", unit) is None:
            key = "unit" if isinstance(table, VolumeTable) else "units"
            yield _wrong(source, place, key, f"{unit} staat niet in de lijst van eenheden (WJ756).")
