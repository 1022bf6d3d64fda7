"""Messages that people handle: what such a case is called, until when it may take, and what ends it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from gateway.exchange.address import RequestKey
from gateway.ijw.bericht import Bericht, Header
from gateway.ijw.codes import AFGEWEZEN
from gateway.ijw.declaratie import JW323
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import BerichtIdentificatie
from gateway.ijw.verzoek import JW315, JW317, JW319

WERKDAGEN: Final = 5
"""Within so many working days a request is answered (OP274, OP346); a case takes no longer than the exchange would."""

_REFERENCE_LENGTH: Final = 8


class CaseOutcome(StrEnum):
    """How a case ended: the JW301 follows, the request was refused, or something else was done."""

    ALLOCATED = "allocated"
    REJECTED = "rejected"
    HANDLED = "handled"


def reference_of(case_id: UUID) -> str:
    """Give what people call a case by in mail and on the telephone: `Z-1A2B3C4D`."""
    return f"Z-{case_id.hex[-_REFERENCE_LENGTH:].upper()}"


def outcome_of(answer: Bericht) -> CaseOutcome | None:
    """Tell how a message ends the case whose request it answers; nothing for a message that answers none.

    A JW319 that takes the request into investigation ends the case as well: the municipality has it in hand now, and
    goes on in the exchange.
    """
    if isinstance(answer, JW301):
        return CaseOutcome.ALLOCATED
    if isinstance(answer, JW319):
        refused = answer.antwoord.verzoek_antwoord == AFGEWEZEN
        return CaseOutcome.REJECTED if refused else CaseOutcome.HANDLED
    return None


def refusal_of_request(
    request: RequestKey, reden: str, gemeente: str | None, identificatie: str, dagtekening: date
) -> JW319:
    """Make the JW319 by which a municipality refuses a request, for `reden` (RedenAfwijzingVerzoek).

    `gemeente` is the municipality that is responsible instead, at reason 8 (woonplaatsbeginsel).
    """
    header = Header(
        bericht_code=JW319.CODE,
        afzender=request.municipality,
        ontvanger=request.provider,
        bericht_identificatie=BerichtIdentificatie(identificatie=identificatie, dagtekening=dagtekening),
    )
    antwoord = JW319.Antwoord(
        referentie_aanbieder=request.reference,
        verzoek_antwoord=AFGEWEZEN,
        reden_afwijzing_verzoek=reden,
        woonplaatsbeginsel=JW319.Woonplaatsbeginsel(gemeente=gemeente) if gemeente else None,
    )
    return JW319(header=header, antwoord=antwoord)


def summary_of(bericht: Bericht) -> str:
    """Say in words what a message asks or tells, without anything about the person: a mail may carry it."""
    match bericht:
        case JW317():
            verzoek = bericht.client.verzoek
            counted = (
                _count(len(verzoek.te_wijzigen_producten), "toewijzing te wijzigen", "toewijzingen te wijzigen"),
                _count(len(verzoek.nieuwe_producten), "nieuw product", "nieuwe producten"),
                _count(len(verzoek.ongewijzigde_producten), "toewijzing ongewijzigd", "toewijzingen ongewijzigd"),
            )
            return f"verzoek om wijziging: {', '.join(filter(None, counted))}"
        case JW315():
            asked = _count(len(bericht.client.aangevraagde_producten), "product", "producten")
            return f"verzoek om toewijzing van {asked}"
        case JW305():
            return f"start van {_count(len(bericht.client.start_producten), 'product', 'producten')}"
        case JW307():
            return f"stop van {_count(len(bericht.client.stop_producten), 'product', 'producten')}"
        case JW323():
            clients = _count(len(bericht.declaratie.clienten), "cliënt", "cliënten")
            return f"declaratie voor {clients}"
        case _:
            return f"bericht {bericht.TYPE}"


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}" if number else ""
