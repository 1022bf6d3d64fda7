"""What is known of a client that a declaration names: put in order once, for all rules that ask."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gateway.ijw.codes import CREDIT, DEBET
from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier, Feit
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import BedragMetDC, Referentie

_NO_REFERENCE: Final = Referentie(referentie_nummer="")


class Declared(Struct, frozen=True):
    """A client's allocations, and what was declared on them before.

    `toewijzingen` are the latest versions, by number. `debits` are all earlier debit Prestaties that were granted,
    by ReferentieNummer; `credited` the ReferentieNummers that were credited before. `counting` are the earlier debit
    Prestaties that still count when the credits of the message that is judged have been booked, by ToewijzingNummer:
    credits go first (OP366).
    """

    toewijzingen: dict[int, JW301.ToegewezenProduct]
    debits: dict[str, list[JW323.Prestatie]]
    credited: frozenset[str]
    counting: dict[int, list[JW323.Prestatie]]

    @classmethod
    def of(cls, client: JW323.Client, dossier: Dossier, used: Container[str]) -> Declared:
        """Put a dossier in order for a client of a declaration; `used` are ReferentieNummers of earlier ones."""
        debits: dict[str, list[JW323.Prestatie]] = {}
        for feit in dossier.prestaties:
            if is_debit(feit.klasse) and dossier.grants(feit):
                debits.setdefault(feit.klasse.product_referentie.referentie_nummer, []).append(feit.klasse)
        known = cls(
            toewijzingen={feit.klasse.toewijzing_nummer: feit.klasse for feit in dossier.latest_toewijzingen()},
            debits=debits,
            credited=dossier.credited(),
            counting={},
        )
        taken_back = {
            prestatie.product_referentie.vorig_referentie_nummer
            for prestatie in client.prestaties
            if not is_debit(prestatie) and known._takes_back(prestatie, used)
        }
        return replace(known, counting=_counting(dossier.counting_prestaties(), taken_back))

    def _takes_back(self, credit: JW323.Prestatie, used: Container[str]) -> bool:
        """Tell whether a credit does what it says: one that is refused (TR314, TR323, TR390) takes nothing back."""
        new = credit.product_referentie.referentie_nummer not in used
        return new and self.is_granted(credit) and not self.is_credited(credit)

    def is_granted(self, credit: JW323.Prestatie) -> bool:
        """Tell whether what a credit takes back was declared just so, and granted (TR323, IV091)."""
        number = credit.product_referentie.vorig_referentie_nummer or ""
        return any(_alike(debit) == _alike(credit) for debit in self.debits.get(number, ()))

    def is_credited(self, credit: JW323.Prestatie) -> bool:
        """Tell whether what a credit takes back was taken back before (TR390)."""
        return credit.product_referentie.vorig_referentie_nummer in self.credited


def _counting(
    before: list[Feit[JW323.Prestatie]], taken_back: Container[str | None]
) -> dict[int, list[JW323.Prestatie]]:
    """Give what was declared before and is not taken back, by ToewijzingNummer."""
    counting: dict[int, list[JW323.Prestatie]] = {}
    for feit in before:
        if feit.klasse.product_referentie.referentie_nummer not in taken_back:
            counting.setdefault(feit.klasse.toewijzing_nummer, []).append(feit.klasse)
    return counting


def is_debit(prestatie: JW323.Prestatie) -> bool:
    """Tell whether a Prestatie asks for money; a credit gives it back."""
    return prestatie.ingediend_bedrag.debet_credit != CREDIT


def _alike(prestatie: JW323.Prestatie) -> JW323.Prestatie:
    """Give what a credit has in common with the debit Prestatie that it takes back (IV091)."""
    return replace(
        prestatie,
        product_referentie=_NO_REFERENCE,
        ingediend_bedrag=BedragMetDC(bedrag=prestatie.ingediend_bedrag.bedrag, debet_credit=DEBET),
        retour_codes=(),
    )
