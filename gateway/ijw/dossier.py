"""What earlier messages between one provider and one municipality say about one client.

A dossier is a set of facts: the berichtklassen of the messages that were taken, without names, comments or the BSN.
What follows from them depends on what the messages say and on the days that they bear, never on the order in which
they arrived (OP080): the same messages in any order make the same dossier.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Generic, Self, TypeAlias, TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from gateway.ijw.codes import AFGEWEZEN, CREDIT, REDEN_VERVALLEN, REDEN_VERWIJDERD, VERWIJDEREN
from gateway.ijw.declaratie import JW323
from gateway.ijw.klasse import Klasse
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW317, JW319

K = TypeVar("K", bound=Klasse)
Levering: TypeAlias = JW305.StartProduct | JW307.StopProduct
L = TypeVar("L", JW305.StartProduct, JW307.StopProduct)
Gevraagd: TypeAlias = JW315.AangevraagdProduct | JW317.Verzoek


class Feit(Struct, Generic[K], frozen=True):
    """One berichtklasse, the message that it stands in, and that message's own mark."""

    bericht: UUID
    dagtekening: date
    identificatie: str
    klasse: K

    @property
    def order(self) -> tuple[date, str]:
        """Give what facts are put in order by: the day that their message bears, never when it arrived."""
        return self.dagtekening, self.identificatie


class Verzoek(Struct, frozen=True):
    """What is known under one ReferentieAanbieder: what was asked, what was allocated for it, what was answered.

    `gemeente` is the municipality that was asked. Any of the three may be empty: messages come in any order.
    `toegewezen` and `antwoorden` are those of that municipality; what was refused is in none of them. `afgehandeld`
    is a request that people handled outside the exchange, so that no message will close it.
    """

    referentie_aanbieder: str
    gemeente: str
    gevraagd: tuple[Feit[JW315.AangevraagdProduct] | Feit[JW317.Verzoek], ...] = ()
    toegewezen: tuple[Feit[JW301.ToegewezenProduct], ...] = ()
    antwoorden: tuple[Feit[JW319.Antwoord], ...] = ()
    afgehandeld: bool = False

    @property
    def open(self) -> bool:
        """Tell whether an answer is still to come: an allocation, or a refusal (TR374). Looking into it is none."""
        refused = any(feit.klasse.verzoek_antwoord == AFGEWEZEN for feit in self.antwoorden)
        # Who looks into it in the exchange answers it there as well, whoever had it in hand before.
        outside = self.afgehandeld and not self.antwoorden
        return not (outside or self.toegewezen or refused)


class Dossier(Struct, frozen=True):
    """The facts about one client, between one provider and one municipality.

    `geweigerd` are messages that their retourbericht refused: they count for nothing. A JW323 is one of them where
    its JW325 refused the whole declaration: a code other than 0200 in the header, or other than 0200 and 8001 at the
    DeclaratieAntwoord (IV087). `afgewezen` are Prestaties, by message and ReferentieNummer, that a JW325 did not
    grant: all that it names. `toegekend` are the declarations that a JW325 answered otherwise.
    """

    toewijzingen: tuple[Feit[JW301.ToegewezenProduct], ...] = ()
    aanvragen: tuple[Feit[JW315.AangevraagdProduct], ...] = ()
    wijzigingen: tuple[Feit[JW317.Verzoek], ...] = ()
    starts: tuple[Feit[JW305.StartProduct], ...] = ()
    stops: tuple[Feit[JW307.StopProduct], ...] = ()
    prestaties: tuple[Feit[JW323.Prestatie], ...] = ()
    geweigerd: frozenset[UUID] = frozenset()
    afgewezen: frozenset[tuple[UUID, str]] = frozenset()
    toegekend: frozenset[UUID] = frozenset()

    @property
    def counting(self) -> Self:
        """Give the dossier without what refused messages say."""
        if not self.geweigerd:
            return self
        return replace(
            self,
            toewijzingen=self._without_refused(self.toewijzingen),
            aanvragen=self._without_refused(self.aanvragen),
            wijzigingen=self._without_refused(self.wijzigingen),
            starts=self._without_refused(self.starts),
            stops=self._without_refused(self.stops),
            prestaties=self._without_refused(self.prestaties),
            geweigerd=frozenset(),
        )

    def _without_refused(self, feiten: tuple[Feit[K], ...]) -> tuple[Feit[K], ...]:
        return tuple(feit for feit in feiten if feit.bericht not in self.geweigerd)

    def toewijzing(self, nummer: int) -> Feit[JW301.ToegewezenProduct] | None:
        """Give the latest version of an allocation (IV013)."""
        return max(self.versions(nummer), key=version_order, default=None)

    def versions(self, nummer: int) -> Iterator[Feit[JW301.ToegewezenProduct]]:
        """Give every version of an allocation that was sent."""
        return (feit for feit in self.toewijzingen if feit.klasse.toewijzing_nummer == nummer)

    def latest_toewijzingen(self) -> list[Feit[JW301.ToegewezenProduct]]:
        """Give the latest version of every allocation, by ToewijzingNummer."""
        latest: dict[int, Feit[JW301.ToegewezenProduct]] = {}
        for feit in sorted(self.toewijzingen, key=version_order):
            latest[feit.klasse.toewijzing_nummer] = feit
        return [latest[nummer] for nummer in sorted(latest)]

    def asked(self) -> set[str]:
        """Give the ReferentieAanbieders under which something was asked for the client."""
        return {feit.klasse.referentie_aanbieder for feit in self.aanvragen} | {
            feit.klasse.referentie_aanbieder for feit in self.wijzigingen
        }

    def standing_starts(self) -> list[Feit[JW305.StartProduct]]:
        """Give the starts that were not removed since, each key once."""
        return standing(self.starts)

    def standing_stops(self) -> list[Feit[JW307.StopProduct]]:
        """Give the stops that were not removed since, each key once."""
        return standing(self.stops)

    def grants(self, prestatie: Feit[JW323.Prestatie]) -> bool | None:
        """Tell whether a Prestatie, debit or credit, was granted; None is not answered yet."""
        if (prestatie.bericht, prestatie.klasse.product_referentie.referentie_nummer) in self.afgewezen:
            return False
        return True if prestatie.bericht in self.toegekend else None

    def counting_prestaties(self) -> list[Feit[JW323.Prestatie]]:
        """Give the debit Prestaties that count: not refused, and not credited since (IV085, OP366).

        Those that are not answered yet are among them.
        """
        credited = self.credited()
        return [
            feit
            for feit in self.prestaties
            if feit.klasse.ingediend_bedrag.debet_credit != CREDIT
            and feit.klasse.product_referentie.referentie_nummer not in credited
            and self.grants(feit) is not False
        ]

    def credited(self) -> frozenset[str]:
        """Give the ReferentieNummers of the Prestaties that a credit took back; a refused credit took back nothing."""
        return frozenset(
            feit.klasse.product_referentie.vorig_referentie_nummer or ""
            for feit in self.prestaties
            if feit.klasse.ingediend_bedrag.debet_credit == CREDIT and self.grants(feit) is not False
        )


def nietig(product: JW301.ToegewezenProduct) -> bool:
    """Tell whether a version of an allocation takes it back: removed, or corrected away, on its first day (OP087)."""
    return product.reden_wijziging in (REDEN_VERWIJDERD, REDEN_VERVALLEN) and product.einddatum == product.ingangsdatum


def actueel(product: JW301.ToegewezenProduct, today: date) -> bool:
    """Tell whether an allocation is current: in force on a day or after it, or still to begin (TR349)."""
    runs = product.einddatum is None or product.einddatum >= today or product.ingangsdatum > today
    return runs and not nietig(product)


def version_order(feit: Feit[JW301.ToegewezenProduct]) -> tuple[object, ...]:
    """Put versions of an allocation in order: when the municipality settled them, then their messages' own marks."""
    return feit.klasse.toewijzingsdatum, feit.klasse.toewijzingstijd, *feit.order


def levering_key(levering: Levering) -> tuple[Hashable, ...]:
    """Give the logical key of a start or a stop: allocation, product and first day, and for a stop its last (IV096)."""
    own = (levering.toewijzing_nummer, levering.product, levering.begindatum)
    return (*own, levering.einddatum, levering.reden_beeindiging) if isinstance(levering, JW307.StopProduct) else own


def standing(feiten: Iterable[Feit[L]], key: Callable[[L], Hashable] = levering_key) -> list[Feit[L]]:
    """Give what was delivered and not removed since (IV008, OP033): of each key the last delivery.

    A removal undoes all that was delivered under its key on the days before. On one and the same day the numbers
    decide, for a correction may be removed and delivered anew on the day that it was first delivered.
    """
    by_key: dict[Hashable, list[Feit[L]]] = {}
    for feit in sorted(feiten, key=lambda feit: feit.order):
        by_key.setdefault(key(feit.klasse), []).append(feit)
    return [last for group in by_key.values() if (last := _standing(group)) is not None]


def _standing(group: list[Feit[L]]) -> Feit[L] | None:
    last: Feit[L] | None = None
    for _, same_day in groupby(group, key=lambda feit: feit.dagtekening):
        of_day = list(same_day)
        delivered = [feit for feit in of_day if feit.klasse.status_aanlevering != VERWIJDEREN]
        removals = len(of_day) - len(delivered)
        if (last is not None) + len(delivered) <= removals:
            last = None
        elif delivered:
            last = delivered[-1]
    return last
