"""The shapes of manual cases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from gateway.api.receipts import moment
from gateway.api.shapes import CaseOutcomeName, CaseState, Limit, Shape
from gateway.exchange.manual_case import CaseOutcome, reference_of
from gateway.services.case_opening import CASE
from gateway.services.manual_cases import Case, Resolution


class CaseMailShape(Shape):
    """Of de gemeente is gemaild, met een zin voor wie het leest."""

    state: Literal["none", "waiting", "sent", "failed", "bounced"]
    says: str


class ManualCase(Shape):
    """Een bericht dat mensen afhandelen, buiten het berichtenverkeer om."""

    id: UUID
    reference: str
    message_id: UUID
    municipality: str
    provider: str
    summary: str = Field(description="Waar het om gaat, in woorden en zonder persoonsgegevens")
    reason: str
    opened_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    state: CaseState
    mail: CaseMailShape
    outcome: CaseOutcomeName | None
    closed_at: datetime | None
    note: str | None


class ManualCasePage(Shape):
    """Een bladzijde van een lijst van zaken."""

    items: list[ManualCase]
    next_cursor: str | None


class CaseQuery(Shape):
    """Welke zaken er getoond worden."""

    state: CaseState | None = None
    limit: Limit = 50
    cursor: Annotated[UUID | None, Field(description="De waarde van nextCursor van de vorige bladzijde")] = None


class ResolutionShape(Shape):
    """Hoe een zaak eindigt: bij `rejected` stuurt de gateway de JW319, bij `allocated` volgt de JW301 nog."""

    # Only the names of the contract are taken.
    model_config = ConfigDict(populate_by_name=False)

    outcome: CaseOutcomeName
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    reden_afwijzing_verzoek: Annotated[str | None, Field(pattern="^[1-9]$")] = None
    gemeente: Annotated[
        str | None, Field(pattern="^[0-9]{4}$", description="Bij reden 8: de gemeente die wel verantwoordelijk is")
    ] = None

    def resolution(self) -> Resolution:
        """Give what was asked as the service knows it."""
        return Resolution(
            outcome=CaseOutcome(self.outcome),
            note=self.note,
            reden=self.reden_afwijzing_verzoek,
            gemeente=self.gemeente,
        )


def case_answer(case: Case) -> dict[str, Any]:
    """Give a case as its handlers get to see it."""
    row = case.row
    return {
        "id": str(row.id),
        "reference": reference_of(row.id),
        "messageId": str(row.message_id),
        "municipality": row.municipality,
        "provider": row.provider,
        "summary": row.summary,
        "reason": row.reason,
        "openedAt": moment(row.opened_at),
        "dueAt": moment(row.due_at),
        "escalatedAt": moment(row.escalated_at) if row.escalated_at else None,
        "state": row.state,
        "mail": _mail(case),
        "outcome": row.outcome,
        "closedAt": moment(row.closed_at) if row.closed_at else None,
        "note": case.note,
    }


def _mail(case: Case) -> dict[str, str]:
    """Say whether the municipality heard of it by mail; whoever reads it has to know when to phone."""
    mail = next((row for row in case.mails if row.purpose == CASE), None)
    if mail is None:
        return {"state": "none", "says": "Er is geen e-mailadres voor deze zaken: bel de gemeente."}
    if case.row.bounced_at is not None:
        return {"state": "bounced", "says": f"De mail kwam terug ({case.row.bounce}): bel de gemeente."}
    ended = moment(mail.ended_at or mail.created_at)
    again = f"Nog niet gemaild ({mail.cause}); wordt opnieuw geprobeerd."
    state, says = {
        "sent": ("sent", f"Gemaild op {ended}."),
        "failed": ("failed", f"Niet gemaild ({mail.cause}): bel de gemeente."),
        "dropped": ("none", "Niet gemaild: de zaak was al gesloten."),
    }.get(mail.state, ("waiting", again if mail.failures else "Nog niet gemaild; wacht op verzending."))
    return {"state": state, "says": says}
