"""The shapes of what an administrator asks and gets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from gateway.api.shapes import Limit, MessageType, Moment, PartyCode, Receipt, Shape


class AuditEvent(Shape):
    """Een regel van het auditspoor: wie deed wat, en bij welke berichten."""

    number: Annotated[int, Field(description="Het volgnummer; de nummers sluiten op elkaar aan")]
    at: datetime
    kind: Annotated[str, Field(description="Wat er gebeurde", examples=["content-read"])]
    actor: Annotated[str, Field(description="Wie het deed", examples=["token:Xy12Zz34Ab56"])]
    messages: list[UUID]
    subject: Annotated[str | None, Field(description="De afdruk van een BSN, als het om één persoon ging")]
    detail: dict[str, Any]
    hash: Annotated[str, Field(description="SHA-256 over deze regel en de hash van de vorige")]


class AuditPage(Shape):
    """Een bladzijde van het auditspoor."""

    items: list[AuditEvent]
    next_cursor: str | None


class AuditQuery(Shape):
    """Filters op het auditspoor; wie er meer dan één waarde noemt, krijgt wat aan een daarvan voldoet."""

    kind: Annotated[list[str], Field(default_factory=list, max_length=20)]
    actor: Annotated[list[str], Field(default_factory=list, max_length=20)]
    message: Annotated[UUID | None, Field(description="Alleen wat dit bericht betrof")] = None
    since: Annotated[Moment | None, Field(description="Op of na dit moment")] = None
    until: Annotated[Moment | None, Field(description="Vóór dit moment")] = None
    limit: Limit = 50
    cursor: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="De waarde van nextCursor van de vorige bladzijde")
    ] = None

    @field_validator("kind", "actor", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


class DeadLetterGroup(Shape):
    """Berichten voor één ontvanger die om dezelfde reden niet konden worden afgeleverd."""

    cause_id: Annotated[str, Field(description="Waarmee de reden in een filter staat", examples=["1c5d9b02"])]
    cause: Annotated[str, Field(description="De reden van de laatste mislukking, zonder nummers")]
    recipient: PartyCode
    count: int
    oldest: datetime
    newest: datetime
    message_ids: Annotated[list[UUID], Field(description="De oudste, hoogstens 10")]


class DeadLetterPage(Shape):
    """De niet-bezorgbare berichten, per reden; de grootste groep eerst."""

    items: list[DeadLetterGroup]
    next_cursor: str | None


class DeadLetterQuery(Shape):
    """Filters op de niet-bezorgbare berichten."""

    recipient: Annotated[list[PartyCode], Field(default_factory=list, max_length=100)]

    @field_validator("recipient", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


CauseId = Annotated[str, Field(pattern="^[0-9a-f]{8}$", examples=["1c5d9b02"])]
ReplayableStatus = Literal["failed", "rejected", "manual", "expired", "delivered"]


class ReplayFilterShape(Shape):
    """Welke berichten opnieuw; alle filters gelden samen, en minstens één is nodig.

    Een afgeleverd bericht gaat alleen mee als `ids` het noemt.
    """

    ids: Annotated[list[UUID], Field(default_factory=list, max_length=1000)]
    type: Annotated[list[MessageType], Field(default_factory=list, max_length=20)]
    status: Annotated[list[ReplayableStatus], Field(default_factory=list, max_length=5)]
    sender: Annotated[list[PartyCode], Field(default_factory=list, max_length=100)]
    recipient: Annotated[list[PartyCode], Field(default_factory=list, max_length=100)]
    since: Annotated[Moment | None, Field(description="Ontvangen op of na dit moment")] = None
    until: Annotated[Moment | None, Field(description="Ontvangen vóór dit moment")] = None
    cause: Annotated[
        list[CauseId], Field(default_factory=list, max_length=100, description="Om deze reden niet af te leveren")
    ]

    @field_validator("ids", "type", "status", "sender", "recipient", "cause", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("a replay of everything is asked for by naming the statuses")
        return self


class ReplayRequest(Shape):
    """Wat er opnieuw moet, of met `dryRun` wat daarvan zou worden."""

    filter: ReplayFilterShape
    dry_run: Annotated[bool, Field(alias="dryRun")] = False


class ReplayPreview(Shape):
    """Een bericht, en wat er bij opnieuw proberen van zou worden; met de codes van het oordeel van toen en van nu."""

    message: Receipt
    outcome: Annotated[str, Field(examples=["queued"])]
    codes_before: list[str]
    codes_now: list[str]


class ReplayDryRun(Shape):
    """Wat er opnieuw zou gaan; er is niets veranderd."""

    count: int
    statuses: dict[str, int]
    sample: Annotated[list[ReplayPreview], Field(description="De oudste, hoogstens 20")]


class Replay(Shape):
    """Een taak die berichten opnieuw probeert, en hoe ver die is."""

    id: UUID
    state: Annotated[str, Field(description="running, paused of finished")]
    total: int
    done: Annotated[int, Field(description="Gedaan, zonder wat mislukte")]
    failed: int
    outcomes: Annotated[dict[str, int], Field(description="Hoe vaak elke afloop")]
    filter: dict[str, Any]
    created_at: datetime
    created_by: str
    finished_at: datetime | None


class ReplayPage(Shape):
    """Een bladzijde van de taken, nieuwste eerst."""

    items: list[Replay]
    next_cursor: str | None


class ReplayedMessage(Shape):
    """Wat er van één bericht werd; zonder `outcome` is het nog niet aan de beurt geweest."""

    message_id: UUID
    status: Annotated[str, Field(description="De status toen de taak werd gemaakt")]
    outcome: str | None
    detail: dict[str, Any]
    at: datetime | None


class ReplayedPage(Shape):
    """Een bladzijde van de berichten van een taak, oudste bericht eerst."""

    items: list[ReplayedMessage]
    next_cursor: str | None


class ReplayState(Shape):
    """Of een taak doorgaat of wacht."""

    state: Literal["running", "paused"]


class PageQuery(Shape):
    """Welke bladzijde."""

    limit: Limit = 50
    cursor: Annotated[UUID | None, Field(description="De waarde van nextCursor van de vorige bladzijde")] = None
