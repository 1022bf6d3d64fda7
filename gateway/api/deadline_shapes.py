"""The shapes of deadlines."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field, field_validator

from gateway.api.shapes import Limit, MessageType, PartyCode, Shape
from gateway.exchange.deadlines import Kind, State

# By their names and not as the enums themselves, whose names and docstrings are about the code.
KindName: TypeAlias = Literal[
    "retour", "declaration", "answer", "investigation", "woonplaatsbeginsel", "start", "stop", "advice"
]
StateName: TypeAlias = Literal["open", "met", "overdue", "dropped"]


class Deadline(Shape):
    """Een termijn: iets dat een partij voor een bepaalde dag moet doen."""

    id: UUID
    kind: Annotated[KindName, Field(description="Waar het om gaat")]
    rule: Annotated[str, Field(description="De bedrijfsregel", examples=["OP274"])]
    due_at: Annotated[datetime, Field(description="Het einde van de laatste dag")]
    owner: Annotated[PartyCode, Field(description="De partij die iets moet doen")]
    municipality: PartyCode
    provider: PartyCode
    message_id: Annotated[UUID, Field(description="Het bericht waaruit de termijn volgt")]
    subject: Annotated[
        str, Field(description="Het bericht dat een antwoord moet hebben, een ReferentieAanbieder of ToewijzingNummer")
    ]
    waits_for: Annotated[list[MessageType], Field(description="De berichten die eraan voldoen")]
    state: StateName
    overdue_at: Annotated[datetime | None, Field(description="Wanneer is vastgesteld dat de termijn voorbij was")]
    closed_at: Annotated[datetime | None, Field(description="Wanneer eraan is voldaan, of hij verviel")]
    closed_by: Annotated[UUID | None, Field(description="Het bericht waardoor")]


class DeadlinePage(Shape):
    """Een bladzijde van een lijst van termijnen."""

    items: list[Deadline]
    next_cursor: str | None


class DeadlineQuery(Shape):
    """Filters op termijnen; wie er meer dan één waarde noemt, krijgt wat aan een daarvan voldoet."""

    overdue: Annotated[bool | None, Field(description="Alleen wat te laat is, of juist niet")] = None
    state: Annotated[list[StateName], Field(default_factory=list)]
    kind: Annotated[list[KindName], Field(default_factory=list)]
    owner: Annotated[list[PartyCode], Field(default_factory=list, max_length=20)]
    limit: Limit = 50
    cursor: Annotated[UUID | None, Field(description="De waarde van nextCursor van de vorige bladzijde")] = None

    @field_validator("state", "kind", "owner", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @property
    def states(self) -> tuple[State, ...]:
        """Give the states that are asked for; `overdue` and `state` hold together."""
        asked = set(map(State, self.state)) or set(State)
        if self.overdue is not None:
            asked &= {State.OVERDUE} if self.overdue else set(State) - {State.OVERDUE}
        return tuple(state for state in State if state in asked)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Give the kinds that are asked for."""
        return tuple(map(Kind, self.kind))
