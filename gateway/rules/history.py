"""What rules against earlier messages may know: loaded by a service before they are asked, and a value to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec import Struct, field

from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier, Verzoek
from gateway.ijw.typen import GeslotenPeriode, Product
from gateway.rules.declared import Declared
from gateway.rules.rule import Context

_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


class Nummer(NamedTuple):
    """Who a ToewijzingNummer of the municipality belongs to, and to what."""

    aanbieder: str
    bsn_same: bool  # of the client of the message that is judged
    product: Product | None
    ingangsdatum: date


class Declaratie(NamedTuple):
    """An earlier declaration of the provider that was not refused as a whole.

    `outcome` is the code at the DeclaratieAntwoord of its JW325, None while there is none.
    """

    bericht: UUID
    gemeente: str
    declaratie_nummer: str
    periode: GeslotenPeriode
    xsd_versie: tuple[str, str]  # of the basisschema and of the message
    outcome: str | None = None


class Tarief(NamedTuple):
    """A tariff of the contract, in euro cents per unit; both days count, and None is without an end."""

    product_code: str
    eenheid: str
    tarief: int
    valid_from: date | None = None
    valid_until: date | None = None


class History(Struct, frozen=True):
    """What was known between the provider and the municipality before the message that is judged.

    What was refused is in none of these. `dossiers` has one for each client of the message, by BSN, empty for who is
    not known. `verzoeken` are the provider's requests, at any municipality, by ReferentieAanbieder: those that the
    message names, and all of its clients; where several municipalities were asked under one, that of the message is
    given. `nummers` are the ToewijzingNummers of a JW301 that the municipality used before, each with everything that
    it was used for. `referenties` are the ReferentieNummers of a JW323 that the provider used before, with the
    message. `declaraties` are the declarations of the provider, at any municipality, under the DeclaratieNummer of
    the message, and of those at its municipality the one with the latest period. `answered` is the JW323 that a
    JW325 names; the Prestaties of that one are in the dossiers. `tarieven` is None where no table of the contract is
    there. Before `since` nothing is known here; None is when nothing is at all.
    """

    today: date
    since: date | None = None
    dossiers: Mapping[str, Dossier] = _NOTHING
    verzoeken: Mapping[str, Verzoek] = _NOTHING
    nummers: Mapping[int, tuple[Nummer, ...]] = _NOTHING
    referenties: Mapping[str, UUID] = _NOTHING
    declaraties: tuple[Declaratie, ...] = ()
    answered: Declaratie | None = None
    tarieven: tuple[Tarief, ...] | None = None

    def dossier(self, bsn: str) -> Dossier:
        """Give what is known of a client."""
        return self.dossiers.get(bsn) or Dossier()


class HistoryContext(Context, frozen=True):
    """What a rule against earlier messages may know besides the element that it judges.

    `message_type` is the type of the message (`JW325`), for a class that several share.
    """

    message_type: str
    gemeente: str
    aanbieder: str
    history: History
    _declared: dict[int, Declared] = field(default_factory=dict)
    _tarieven: dict[str, list[Tarief]] = field(default_factory=dict)

    def declared(self, client: JW323.Client) -> Declared:
        """Give what was declared for a client before, put in order once for each client of the message."""
        found = self._declared.get(id(client))
        if found is None:
            found = self._declared[id(client)] = Declared.of(
                client, self.history.dossier(client.bsn), self.history.referenties
            )
        return found

    def tarieven(self, product_code: str) -> list[Tarief]:
        """Give what the contract says of a product; nothing where it says nothing, or is not known here."""
        if not self._tarieven and self.history.tarieven:
            for tarief in self.history.tarieven:
                self._tarieven.setdefault(tarief.product_code, []).append(tarief)
        return self._tarieven.get(product_code, [])
