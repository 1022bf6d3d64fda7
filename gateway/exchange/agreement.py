"""What a region agreed beyond the standard, as checks with a name: they advise, and refuse only where a table says so.

An agreement is data from a route table: which kind of check, with which figures, from which source. The kinds are in
`agreement_checks`. A finding about an agreement has source `gateway` and the region's own code.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol, TypeAlias

from msgspec import Struct

from gateway.errors import RuleFailedError
from gateway.exchange.address import municipality_of
from gateway.ijw.bericht import Bericht
from gateway.ijw.dossier import Dossier
from gateway.ijw.elementen import elements
from gateway.ijw.finding import Finding
from gateway.ijw.klasse import xml_name
from gateway.ijw.levering import JW305
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Omvang, Product, Verwijzer
from gateway.ijw.verzoek import JW315, JW317
from gateway.rules.product import Gevraagd, einddatum_field, einddatum_of, ingangsdatum_field, ingangsdatum_of
from gateway.rules.rule import At

# All places that break an agreement together; the first is the one that has to change.
Breach: TypeAlias = Sequence[At]


class Asked(Struct, frozen=True):
    """A product that a message asks for or allocates, whatever class it stands in.

    `product` is that of the allocation, as far as it is known, where a message names only a ToewijzingNummer; without
    one the allocation is for any product. `budget` is in euro cents.
    """

    element: Gevraagd
    product: Product | None

    @property
    def begin(self) -> date:
        """Give the first day that is asked for."""
        return ingangsdatum_of(self.element)

    @property
    def end(self) -> date | None:
        """Give the last day; None is without an end."""
        return einddatum_of(self.element)

    @property
    def omvang(self) -> Omvang | None:
        """Give how much is asked for, where it is not a budget."""
        return self.element.omvang

    @property
    def budget(self) -> int | None:
        """Give the budget, in euro cents."""
        return self.element.budget

    @property
    def verwijzer(self) -> Verwijzer | None:
        """Give who referred the child, where a message tells."""
        return self.element.verwijzer if isinstance(self.element, JW315.AangevraagdProduct) else None

    def at_begin(self) -> At:
        """Point at the first day."""
        return At(self.element, ingangsdatum_field(self.element))

    def at_end(self) -> At:
        """Point at the last day."""
        return At(self.element, einddatum_field(self.element))

    def at(self, name: str) -> At:
        """Point at a field."""
        return At(self.element, name)


@dataclass(frozen=True)
class Situation:
    """A message, and what a check may know besides.

    `dossier` is what earlier messages between the two parties say of the client, `elsewhere` what those between the
    municipality and other providers do: a finding that rests on it is the municipality's alone. `referral_budget` is
    up to what budget, in euros, a doctor refers without the municipality. `categories` are those of products that the
    agreements are about in this municipality; None is all.
    """

    bericht: Bericht
    feestdagen: Container[date] = frozenset()
    dossier: Dossier = field(default_factory=Dossier)
    elsewhere: tuple[Dossier, ...] = ()
    referral_budget: int | None = None
    categories: frozenset[str] | None = None

    @property
    def dagtekening(self) -> date:
        """Give the day that the message bears."""
        return self.bericht.header.bericht_identificatie.dagtekening

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Give the products that the message asks for or allocates, as far as the agreements are about them."""
        found = (Asked(element, self._product(element)) for element in _products(self.bericht))
        return tuple(
            one
            for one in found
            if self.categories is None or (one.product is not None and one.product.categorie in self.categories)
        )

    def starts(self) -> tuple[JW305.StartProduct, ...]:
        """Give the starts that the message reports."""
        return self.bericht.client.start_producten if isinstance(self.bericht, JW305) else ()

    def _product(self, element: Gevraagd) -> Product | None:
        if not isinstance(element, JW317.TeWijzigenProduct):
            return element.product
        known = self.dossier.toewijzing(element.toewijzing_nummer)
        return known.klasse.product if known else None


def _products(bericht: Bericht) -> tuple[Gevraagd, ...]:
    if isinstance(bericht, JW301):
        return bericht.client.toegewezen_producten
    if isinstance(bericht, JW315):
        return bericht.client.aangevraagde_producten
    if isinstance(bericht, JW317):
        return (*bericht.client.verzoek.te_wijzigen_producten, *bericht.client.verzoek.nieuwe_producten)
    return ()


class Check(Protocol):
    """A kind of check with its figures."""

    @property
    def types(self) -> frozenset[str]:
        """Give the types of message that it can be asked of."""
        ...

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give what breaks the agreement."""
        ...


class Agreement(Struct, frozen=True):
    """One agreement of a region.

    `text` is the sentence that the user reads, `source` where the agreement stands. Without a `retourcode` it is
    advice; with one, a message that breaks it is refused with that code at the class concerned (IV028). A `private`
    one is the municipality's own: the provider does not get to see that it is broken.
    """

    code: str
    text: str
    source: str
    check: Check
    retourcode: str | None = None
    private: bool = False

    @property
    def refuses(self) -> bool:
        """Tell whether a message that breaks it is refused."""
        return self.retourcode is not None


def held_against(agreements: Iterable[Agreement], situation: Situation) -> list[Finding]:
    """Give what in a message breaks the agreements, in the order of the agreements; findings have no line yet.

    Raises RuleFailedError when a check cannot be made: that is our failure, and never reads as "in order".
    """
    message_type = situation.bericht.TYPE
    found = [
        (agreement, breach)
        for agreement in agreements
        if message_type in agreement.check.types
        for breach in _breaches(agreement, situation)
    ]
    if not found:
        return []
    paths = _Paths(situation.bericht)
    return [_finding(agreement, situation, tuple(dict.fromkeys(map(paths.of, breach)))) for agreement, breach in found]


def _breaches(agreement: Agreement, situation: Situation) -> list[Breach]:
    try:
        return list(agreement.check.breaches(situation))
    except Exception as error:
        message = f"De afspraak {agreement.code} kon niet worden beoordeeld; dat ligt aan de gateway."
        raise RuleFailedError(message, code=agreement.code) from error


def _finding(agreement: Agreement, situation: Situation, paths: tuple[str, ...]) -> Finding:
    return Finding(
        "gateway",
        agreement.code,
        agreement.text,
        paths[0],
        paths,
        retourcode=agreement.retourcode,
        only_for=municipality_of(situation.bericht) if agreement.private else None,
    )


class _Paths:
    """Where the elements of a message stand."""

    def __init__(self, bericht: Bericht) -> None:
        self._paths: dict[int, str] = {}
        for element, path in elements(bericht):
            # A value that a program made may stand at several places; then the first is told.
            self._paths.setdefault(id(element), path)

    def of(self, spot: At) -> str:
        """Give the path of a field, or of the element where the field is empty."""
        path = self._paths[id(spot.element)]
        return path if getattr(spot.element, spot.field) in (None, ()) else f"{path}/{xml_name(spot.field)}"
