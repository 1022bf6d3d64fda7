"""Zorgperiodes: which of the products in one message overlap where they may not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from gateway.ijw.klasse import Klasse
from gateway.ijw.typen import Product

_ALL: Final = "all"


class Zorgperiode(NamedTuple):
    """The days on which a product is delivered.

    Without a code it stands for its whole category, without a product for everything.
    """

    element: Klasse
    product: Product | None
    begin: date
    end: date

    @classmethod
    def of(cls, element: Klasse, product: Product | None, begin: date, end: date | None) -> Zorgperiode:
        """Make a period; None is without an end."""
        return cls(element, product, begin, end or date.max)

    @property
    def roles(self) -> tuple[tuple[str, ...], ...]:
        """Give what others may meet it as: as anything, as one of its category, as itself."""
        if self.product is None:
            return (_ALL,), ("generic",)
        category, code = self.product.categorie, self.product.code
        return (_ALL,), ("in", category), ("category", category) if code is None else ("code", category, code)

    @property
    def rivals(self) -> tuple[tuple[str, ...], ...]:
        """Give the roles in which others may not overlap it."""
        if self.product is None:
            return ((_ALL,),)
        category, code = self.product.categorie, self.product.code
        if code is None:
            return ("in", category), ("generic",)
        return ("code", category, code), ("category", category), ("generic",)


def overlapping(periods: Iterable[Zorgperiode]) -> Iterator[list[Klasse]]:
    """Give the elements that overlap where they may not, those that go together in one list, in their own order.

    A period that ends before it begins has no days, so it overlaps nothing.
    """
    known = [period for period in periods if period.begin <= period.end]
    if len(known) < 2:
        return
    by_begin = sorted(range(len(known)), key=lambda place: known[place].begin)
    clashing = _meeting_earlier(known, by_begin) | _meeting_later(known, by_begin)
    for group in _groups([known[place] for place in by_begin if place in clashing]):
        members = {id(period) for period in group}
        yield [period.element for period in known if id(period) in members]


def _meeting_earlier(known: list[Zorgperiode], by_begin: list[int]) -> set[int]:
    """Find the periods that begin before a rival has ended; of the earlier ones only the last end matters."""
    last: dict[tuple[str, ...], date] = {}
    found = set()
    for place in by_begin:
        period = known[place]
        if any(last.get(rival, date.min) >= period.begin for rival in period.rivals if rival in last):
            found.add(place)
        for role in period.roles:
            last[role] = max(period.end, last.get(role, period.end))
    return found


def _meeting_later(known: list[Zorgperiode], by_begin: list[int]) -> set[int]:
    """Find the periods that end after a rival has begun; of the later ones only the first begin matters."""
    first: dict[tuple[str, ...], date] = {}
    found = set()
    for place in reversed(by_begin):
        period = known[place]
        if any(first[rival] <= period.end for rival in period.rivals if rival in first):
            found.add(place)
        first |= dict.fromkeys(period.roles, period.begin)
    return found


def _groups(clashing: list[Zorgperiode]) -> Iterator[list[Zorgperiode]]:
    """Part what clashes, sorted by begin, into groups that have nothing to do with each other."""
    for together in _in_time(clashing):
        if any(period.product is None for period in together):
            yield together
            continue
        for _, same_category in groupby(sorted(together, key=_category), key=_category):
            for group in _in_time(sorted(same_category, key=attrgetter("begin"))):
                yield from [group] if any(_code(period) == "" for period in group) else _by_code(group)


def _by_code(group: list[Zorgperiode]) -> Iterator[list[Zorgperiode]]:
    for _, same in groupby(sorted(group, key=_code), key=_code):
        yield from _in_time(sorted(same, key=attrgetter("begin")))


def _category(period: Zorgperiode) -> str:
    return period.product.categorie if period.product else ""


def _code(period: Zorgperiode) -> str:
    return (period.product.code if period.product else None) or ""


def _in_time(periods: list[Zorgperiode]) -> Iterator[list[Zorgperiode]]:
    """Cut where nothing is delivered any more."""
    group: list[Zorgperiode] = []
    end = date.min
    for period in periods:
        if group and period.begin > end:
            yield group
            group = []
        group.append(period)
        end = max(end, period.end)
    if group:
        yield group
