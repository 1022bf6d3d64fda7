"""The kinds of checks that an agreement of a region can be. Each is one small value with figures, and asks one thing.

Amounts are in euros, as regions write them; a message has euro cents. A check that needs what a message does not
tell, such as the product of an allocation that is not known here, finds nothing.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, TypeAlias

from msgspec import Struct

from gateway.exchange.agreement import Asked, Breach, Situation
from gateway.exchange.werkdagen import werkdagen_later
from gateway.ijw.codes import (
    ETMAAL,
    MINUUT,
    PER_DAG,
    PER_MAAND,
    PER_WEEK,
    REDEN_VERVALLEN,
    REDEN_VERWIJDERD,
    TIJDELIJK_BEEINDIGD,
    TOTAAL,
    UUR,
    VERWIJDEREN,
)
from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier
from gateway.ijw.typen import Omvang
from gateway.ijw.verzoek import JW317
from gateway.rules.rule import At

CENTS: Final = 100
# Huisarts, jeugdarts, medisch specialist.
ARTSEN: Final = frozenset({"02", "03", "05"})
VERZOEKEN: Final = frozenset({"JW315", "JW317"})
_REMOVED: Final = frozenset({REDEN_VERWIJDERD, REDEN_VERVALLEN})
_A_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_MONTHS: Final = 12

# Codes of products, or categories, that a check is about; None is every product, and none at all makes it sleep. What
# has a budget has no product code (CD041, CD077): then a category is all that a message tells.
Codes: TypeAlias = frozenset[str] | None


def _about(asked: Asked, products: Codes, categories: Codes = None) -> bool:
    if products is None and categories is None:
        return True
    product = asked.product
    return product is not None and (product.code in (products or ()) or product.categorie in (categories or ()))


def months_later(day: date, months: int) -> date:
    """Give the same day so many months later, or the last day of that month where it has no such day.

    A message may bear any date that there is; after the last one comes no other.
    """
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_later(day: date, days: int) -> date:
    """Give the day so many days later, and no later than the last one that there is."""
    return day + timedelta(days=min(days, (date.max - day).days))


class AllowedBudgets(Struct, frozen=True):
    """A budget is one of these amounts, or with `above` also any that is higher than all of them (an offerte)."""

    amounts: tuple[int, ...]
    above: bool = False
    categories: Codes = None
    types: frozenset[str] = VERZOEKEN

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every budget that is another amount."""
        allowed = {amount * CENTS for amount in self.amounts}
        for asked in situation.asked:
            budget = asked.budget
            if budget is None or not _about(asked, None, self.categories) or budget in allowed:
                continue
            if not (self.above and budget > max(allowed)):
                yield (asked.at("budget"),)


class MedicalReferral(Struct, frozen=True):
    """On a doctor's first referral a budget is at most so many euros; without an amount, the municipality's limit."""

    budget: int | None = None
    referrers: frozenset[str] = ARTSEN
    types: frozenset[str] = frozenset({"JW315"})

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every budget of a doctor's referral that is over it."""
        limit = self.budget if self.budget is not None else situation.referral_budget
        if limit is None:
            return
        for asked in situation.asked:
            by_doctor = asked.verwijzer is not None and asked.verwijzer.type in self.referrers
            if by_doctor and asked.budget is not None and asked.budget > limit * CENTS:
                yield (asked.at("budget"),)


class NoticeOfChange(Struct, frozen=True):
    """A change is asked for so many weeks before it is needed.

    It is needed when the allocation ends, where that is known here; else on the day from which it is asked. An
    allocation whose budget changes is asked for from its own first day (TR373), which tells nothing.
    """

    weeks: int
    types: frozenset[str] = frozenset({"JW317"})

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every change that is asked for too late."""
        earliest = days_later(situation.dagtekening, self.weeks * _WEEK)
        for asked in situation.asked:
            if not isinstance(asked.element, JW317.TeWijzigenProduct):
                continue
            known = situation.dossier.toewijzing(asked.element.toewijzing_nummer)
            end = known.klasse.einddatum if known else None
            needed = end or (asked.begin if asked.begin > situation.dagtekening else None)
            if needed is not None and needed < earliest:
                yield (asked.at("toewijzing_nummer") if end else asked.at_begin(),)


class LongestPeriod(Struct, frozen=True):
    """A product lasts at most so many months and days; with `budgets`, that is asked of what has a budget."""

    months: int = 0
    days: int = 0
    budgets: bool = False
    products: Codes = None
    categories: Codes = None
    types: frozenset[str] = VERZOEKEN

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every product that lasts longer, or has no end."""
        for asked in situation.asked:
            about = _about(asked, self.products, self.categories)
            if not about or (self.budgets and asked.budget is None):
                continue
            last = days_later(months_later(asked.begin, self.months), self.days) - _A_DAY
            if asked.end is None or asked.end > last:
                yield (asked.at_end(), asked.at_begin())


class LargestVolume(Struct, frozen=True):
    """A product is at most so many units in all: minutes, or what else `unit` names; an hour is sixty minutes."""

    volume: int
    unit: str
    products: Codes = None
    types: frozenset[str] = VERZOEKEN

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every Omvang that is more in all, as far as unit and period tell."""
        for asked in situation.asked:
            if asked.omvang is None or not _about(asked, self.products):
                continue
            total = _total(asked, asked.omvang, self.unit)
            if total is not None and total > self.volume:
                yield (asked.at("omvang"),)


def _total(asked: Asked, omvang: Omvang, unit: str) -> Fraction | None:
    """Give how many units there are in the whole period; None where that is not known."""
    if omvang.eenheid == unit:
        volume = Fraction(omvang.volume)
    elif (omvang.eenheid, unit) == (UUR, MINUUT):
        volume = Fraction(omvang.volume * 60)
    else:
        return None
    if omvang.frequentie == TOTAAL:
        return volume
    if asked.end is None or asked.end < asked.begin:
        return None
    days = (asked.end - asked.begin).days + 1
    if omvang.frequentie == PER_DAG:
        return volume * days
    # A month is counted as it is declared: each that the period touches.
    months = (asked.end.year - asked.begin.year) * _MONTHS + asked.end.month - asked.begin.month + 1
    return volume * months if omvang.frequentie == PER_MAAND else volume * days / _WEEK


class Units(Struct, frozen=True):
    """A product is asked for in one of these units (WJ756)."""

    units: frozenset[str]
    products: Codes = None
    types: frozenset[str] = VERZOEKEN

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every Omvang in another unit."""
        for asked in situation.asked:
            if asked.omvang is not None and _about(asked, self.products) and asked.omvang.eenheid not in self.units:
                yield (asked.at("omvang"),)


class RequestInTime(Struct, frozen=True):
    """A product is asked for within so many working days after its first day."""

    working_days: int
    products: Codes = None
    types: frozenset[str] = frozenset({"JW315"})

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every product that is asked for later."""
        for asked in situation.asked:
            # What is asked for ahead is not late, and counting on from the last day that there is would not end.
            if not _about(asked, self.products) or asked.begin >= situation.dagtekening:
                continue
            if situation.dagtekening > werkdagen_later(asked.begin, self.working_days, situation.feestdagen):
                yield (asked.at_begin(),)


class DaysAWeek(Struct, frozen=True):
    """Products that go together are at most so many days (etmalen) a week in all, on any day that they overlap.

    Counted are those of the message, and those allocated already that are not in it.
    """

    days: int
    products: Codes
    types: frozenset[str] = frozenset({"JW301", "JW315", "JW317"})

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give the products that are too many days together."""
        asked = [one for one in situation.asked if _about(one, self.products) and _days_a_week(one.omvang)]
        together = [*asked, *(one for one in _allocated(situation) if _about(one, self.products))]
        for day in sorted({one.begin for one in together}):
            running = [one for one in together if one.begin <= day and (one.end is None or day <= one.end)]
            if len(running) > 1 and sum(_days_a_week(one.omvang) for one in running) > self.days:
                found = tuple(one.at("omvang") for one in running if one in asked)
                if found:
                    yield found
                    return


def _days_a_week(omvang: Omvang | None) -> Fraction:
    """Give how many days a week an Omvang is; one that is not in days is none."""
    if omvang is None or omvang.eenheid != ETMAAL:
        return Fraction(0)
    if omvang.frequentie == PER_DAG:
        return Fraction(omvang.volume * _WEEK)
    return Fraction(omvang.volume) if omvang.frequentie == PER_WEEK else Fraction(0)


def _allocated(situation: Situation) -> Iterator[Asked]:
    """Give what was allocated already and is not what the message itself changes; a JW301 names all there is."""
    if situation.bericht.TYPE == "JW301":
        return
    changed = {
        one.element.toewijzing_nummer for one in situation.asked if isinstance(one.element, JW317.TeWijzigenProduct)
    }
    for feit in situation.dossier.latest_toewijzingen():
        if feit.klasse.toewijzing_nummer not in changed:
            yield Asked(feit.klasse, feit.klasse.product)


class Pause(Struct, frozen=True):
    """After a temporary stop care starts again within so many weeks; after that the claim lapses."""

    weeks: int
    types: frozenset[str] = frozenset({"JW305"})

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every start that follows a longer pause."""
        stops = situation.dossier.standing_stops()
        for start in situation.starts():
            if start.status_aanlevering == VERWIJDEREN or start.toewijzing_nummer is None:
                continue
            before = [
                feit.klasse
                for feit in stops
                if feit.klasse.toewijzing_nummer == start.toewijzing_nummer and feit.klasse.einddatum < start.begindatum
            ]
            last = max(before, key=lambda stop: stop.einddatum, default=None)
            if last is None or last.reden_beeindiging != TIJDELIJK_BEEINDIGD:
                continue
            if start.begindatum > days_later(last.einddatum, self.weeks * _WEEK):
                yield (At(start, "begindatum"),)


class OneProvider(Struct, frozen=True):
    """One of these budgets is at one provider at a time; a second provider asks the municipality first.

    It rests on what other providers do for the client, which the sender has no right to know (OP095).
    """

    amounts: tuple[int, ...]
    types: frozenset[str] = VERZOEKEN

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every such budget that is asked for on days on which another provider has one."""
        standard = {amount * CENTS for amount in self.amounts}
        others = [period for dossier in situation.elsewhere for period in _running(dossier, standard)]
        for asked in situation.asked:
            end = asked.end or date.max
            if asked.budget in standard and any(asked.begin <= last and first <= end for first, last in others):
                yield (asked.at("budget"),)


def _running(dossier: Dossier, budgets: set[int]) -> Iterator[tuple[date, date]]:
    """Give the first and last days of the allocations with such a budget; care that was stopped for good is over."""
    stopped = {
        feit.klasse.toewijzing_nummer: feit.klasse.einddatum
        for feit in dossier.standing_stops()
        if feit.klasse.reden_beeindiging != TIJDELIJK_BEEINDIGD
    }
    for feit in dossier.latest_toewijzingen():
        allocated = feit.klasse
        if allocated.budget in budgets and allocated.reden_wijziging not in _REMOVED:
            end = allocated.einddatum or date.max
            yield allocated.ingangsdatum, min(end, stopped.get(allocated.toewijzing_nummer, end))


class NotDeclared(Struct, frozen=True):
    """A product is never in a declaration: it is invoiced apart."""

    products: Codes
    types: frozenset[str] = frozenset({"JW323"})

    def breaches(self, situation: Situation) -> Iterator[Breach]:
        """Give every Prestatie of such a product."""
        if not self.products or not isinstance(situation.bericht, JW323):
            return
        for client in situation.bericht.declaratie.clienten:
            for prestatie in client.prestaties:
                if prestatie.product_code in self.products:
                    yield (At(prestatie, "product_code"),)
