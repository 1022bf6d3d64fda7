"""The lists outside a message: what codes mean, and which municipalities, products and faults there are."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Self

from msgspec import Struct


class CodeLijst(Struct, frozen=True):
    """One code list of the standard: `COD046`, used by the data type `LDT_Geslacht`."""

    name: str
    type: str
    meanings: Mapping[str, str]

    def meaning(self, code: str) -> str | None:
        """Say what a code means."""
        return self.meanings.get(code)


class Gemeente(Struct, frozen=True):
    """A municipality by its CBS code, and from which to which day it exists.

    Without `valid_from` it is not known since when, without `valid_until` it still exists.
    """

    code: str
    name: str
    province: str
    valid_from: date | None = None
    valid_until: date | None = None

    def exists_on(self, day: date) -> bool:
        """Tell whether the code was in use on a day; both ends of the period count."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class ProductCode(Struct, frozen=True):
    """A product of the national list, with the category that it belongs to."""

    code: str
    category: str
    variant: str
    meaning: str


class FoutCode(Struct, frozen=True):
    """A fault code of the chain, such as BRS14."""

    code: str
    meaning: str


class Codelijsten(Struct, frozen=True):
    """All lists together. A data type has one list; everything is found by its code."""

    lijsten: Mapping[str, CodeLijst]
    gemeenten: Mapping[str, Gemeente]
    producten: Mapping[str, ProductCode]
    fouten: Mapping[str, FoutCode]

    @classmethod
    def of(
        cls,
        lijsten: Iterable[CodeLijst],
        gemeenten: Iterable[Gemeente],
        producten: Iterable[ProductCode],
        fouten: Iterable[FoutCode],
    ) -> Self:
        """Gather the lists; codes are unique in each."""
        return cls(
            lijsten=MappingProxyType({lijst.type: lijst for lijst in lijsten}),
            gemeenten=MappingProxyType({gemeente.code: gemeente for gemeente in gemeenten}),
            producten=MappingProxyType({product.code: product for product in producten}),
            fouten=MappingProxyType({fout.code: fout for fout in fouten}),
        )

    def meaning(self, type_name: str, code: str) -> str | None:
        """Say what a code means in a data type: `meaning("LDT_Geslacht", "1")` is "Mannelijk"."""
        lijst = self.lijsten.get(type_name)
        return lijst.meaning(code) if lijst else None

    def gemeente(self, code: str) -> Gemeente | None:
        """Find a municipality by its CBS code."""
        return self.gemeenten.get(code)

    def product(self, code: str) -> ProductCode | None:
        """Find a product of the national list."""
        return self.producten.get(code)

    def fout(self, code: str) -> FoutCode | None:
        """Find a fault code of the chain."""
        return self.fouten.get(code)
