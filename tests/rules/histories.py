"""What was known before a message: facts, and the history that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any, Final, TypeVar
from uuid import UUID

from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier, Feit, Verzoek
from gateway.ijw.finding import Finding
from gateway.ijw.klasse import Klasse
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW317, JW319
from gateway.rules.history import History
from gateway.rules.judge import judge_against
from tests.rules.builders import BSN, DAY, MUNICIPALITY

K = TypeVar("K", bound=Klasse)
SINCE: Final = date(2026, 1, 1)
_numbers: Final = count(1)
_FIELDS: Final[dict[type[Klasse], str]] = {
    JW301.ToegewezenProduct: "toewijzingen",
    JW315.AangevraagdProduct: "aanvragen",
    JW317.Verzoek: "wijzigingen",
    JW305.StartProduct: "starts",
    JW307.StopProduct: "stops",
    JW323.Prestatie: "prestaties",
}


def fact(klasse: K, days_ago: int = 5, bericht: int | None = None) -> Feit[K]:
    """Make a fact of a class, of a message of so many days before `DAY`."""
    number = next(_numbers) if bericht is None else bericht
    return Feit(UUID(int=number), DAY - timedelta(days=days_ago), f"M{number}", klasse)


def dossier(*known: Klasse | Feit[Any], **fields: Any) -> Dossier:
    """Make a dossier of classes, or of facts where their message matters."""
    sorts: dict[str, list[Feit[Any]]] = {}
    for one in known:
        feit = one if isinstance(one, Feit) else fact(one)
        sorts.setdefault(_FIELDS[type(feit.klasse)], []).append(feit)
    sorted_out: dict[str, Any] = {name: tuple(facts) for name, facts in sorts.items()}
    return Dossier(**sorted_out, **fields)


def history(*known: Klasse | Feit[Any], **fields: Any) -> History:
    """Make a history in which this is known of the client."""
    return History(today=DAY, since=SINCE, dossiers={BSN: dossier(*known)}, **fields)


def with_dossiers(dossiers: Mapping[str, Dossier], **fields: Any) -> History:
    """Make a history with what is known of each client."""
    return History(today=DAY, since=SINCE, dossiers=dossiers, **fields)


def verzoek(
    reference: str,
    *,
    gevraagd: Iterable[Any] = (),
    toegewezen: Iterable[JW301.ToegewezenProduct] = (),
    antwoorden: Iterable[JW319.Antwoord] = (),
    gemeente: str = MUNICIPALITY,
) -> Verzoek:
    """Make what is known under a ReferentieAanbieder."""
    return Verzoek(
        reference,
        gemeente,
        tuple(fact(one) for one in gevraagd),
        tuple(fact(one) for one in toegewezen),
        tuple(fact(one) for one in antwoorden),
    )


def against(bericht: Bericht, known: History, code: str) -> list[tuple[str, ...]]:
    """Give the places where a message breaks a rule against a history, one tuple for each breach."""
    return [finding.paths for finding in judge_against(bericht, known) if finding.code == code]


def broken(bericht: Bericht, known: History) -> set[str]:
    """Give the codes of the rules that a message breaks against a history."""
    return {finding.code for finding in judge_against(bericht, known)}


def told(bericht: Bericht, known: History) -> list[Finding]:
    """Give everything that a message breaks against a history."""
    return judge_against(bericht, known)


def on_day(known: History, today: date) -> History:
    """Give the same history as it is judged on another day."""
    return replace(known, today=today)
