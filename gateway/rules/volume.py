"""How much care an allocation allows: in one ProductPeriode, and in all (IV076, IV077, IV078).

Volumes are in the measure of the allocation: minutes where it is in hours, euro cents for euros, else its own units.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from gateway.ijw.codes import MINUUT, PER_DAG, PER_MAAND, PER_WEEK, UUR
from gateway.ijw.declaratie import JW323
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import GeslotenPeriode, Omvang

# Pieces by result, and euros; by effort are minutes, hours, days, parts of a day and pieces (84).
OUTPUTGERICHT: Final = frozenset({"82", "83"})
_MINUTES: Final = 60


def fits(eenheid: str, toegewezen: str) -> bool:
    """Tell whether a unit may be declared for another: the same one, or minutes for hours (TR341)."""
    return eenheid == toegewezen or (eenheid, toegewezen) == (MINUUT, UUR)


def delivered(prestatie: JW323.Prestatie, omvang: Omvang) -> int | None:
    """Give what was delivered, in the measure of the allocation; None where the units cannot be compared."""
    if not fits(prestatie.eenheid, omvang.eenheid):
        return None
    return prestatie.geleverd_volume * (_MINUTES if prestatie.eenheid == UUR else 1)


def most_in(periode: GeslotenPeriode, toegewezen: JW301.ToegewezenProduct) -> int | None:
    """Give what may be delivered in a ProductPeriode.

    None is without limit: there is no Omvang, or none of the period's days is the allocation's.
    """
    begin = max(periode.begindatum, toegewezen.ingangsdatum)
    end = min(periode.einddatum, toegewezen.einddatum or periode.einddatum)
    if toegewezen.omvang is None or end < begin:
        return None
    return _volume(toegewezen.omvang) * _times(begin, end, toegewezen, toegewezen.omvang)


def most_in_all(toegewezen: JW301.ToegewezenProduct) -> int | None:
    """Give what may be delivered over the whole of an allocation; None is without limit."""
    omvang, end = toegewezen.omvang, toegewezen.einddatum
    if omvang is None:
        return None
    if end is None:
        # What comes every month has no end; a total is one, however long it lasts.
        return None if omvang.frequentie in (PER_DAG, PER_WEEK, PER_MAAND) else _volume(omvang)
    return _volume(omvang) * _times(toegewezen.ingangsdatum, end, toegewezen, omvang)


def _volume(omvang: Omvang) -> int:
    return omvang.volume * (_MINUTES if omvang.eenheid == UUR else 1)


def _times(begin: date, end: date, toegewezen: JW301.ToegewezenProduct, omvang: Omvang) -> int:
    """Count how often the volume fits in the days from begin to end, which lie in the allocation."""
    if omvang.frequentie == PER_DAG:
        return end.toordinal() - begin.toordinal() + 1
    if omvang.frequentie == PER_MAAND:
        return 12 * (end.year - begin.year) + end.month - begin.month + 1
    if omvang.frequentie == PER_WEEK:
        return _sundays(begin, end, toegewezen) if omvang.eenheid in OUTPUTGERICHT else _weeks(begin, end)
    return 1


def _weeks(begin: date, end: date) -> int:
    """Count the calendar weeks (ISO 8601, from Monday), whole or not, that the days lie in."""
    # Day 1 of the ordinal count is a Monday.
    return (end.toordinal() - 1) // 7 - (begin.toordinal() - 1) // 7 + 1


def _sundays(begin: date, end: date, toegewezen: JW301.ToegewezenProduct) -> int:
    """Count the Sundays, and one more where the last one of an allocation that ends on another day is among them.

    An allocation without any Sunday has one broken week: that counts on its last day.
    """
    count = end.toordinal() // 7 - (begin.toordinal() - 1) // 7
    if toegewezen.einddatum is None or toegewezen.einddatum.toordinal() % 7 == 0:
        return count
    last_sunday = toegewezen.einddatum.toordinal() // 7 * 7
    turn = last_sunday if last_sunday >= toegewezen.ingangsdatum.toordinal() else toegewezen.einddatum.toordinal()
    return count + (begin.toordinal() <= turn <= end.toordinal())
