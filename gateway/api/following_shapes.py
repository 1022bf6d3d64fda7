"""The shapes of allocations and requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field, field_validator

from gateway.api.shapes import Limit, MessageType, PartyCode, Shape

AllocationState: TypeAlias = Literal["allocated", "started", "interrupted", "stopped", "withdrawn", "removed"]
RequestState: TypeAlias = Literal["open", "underInvestigation", "allocated", "rejected", "manual"]
Cursor = Annotated[
    str | None, Field(pattern="^[0-9a-f]{64}$", description="De waarde van nextCursor van de vorige bladzijde")
]
Bsn = Annotated[str | None, Field(pattern="^[0-9]{9}$")]


class FollowedAnswer(Shape):
    """Het retourbericht of het declaratie-antwoord op een bericht."""

    id: UUID
    type: MessageType


class FollowedMoment(Shape):
    """Een bericht over een toewijzing of een verzoek, en wat het deed."""

    at: Annotated[datetime, Field(description="Wanneer het bericht is ontvangen")]
    message_id: UUID
    type: MessageType
    sender: PartyCode
    identificatie: str
    dagtekening: date
    event: Annotated[
        str, Field(description="Wat het deed, in één woord", examples=["allocated", "prolonged", "interrupted"])
    ]
    refused: Annotated[bool, Field(description="Afgekeurd met een retourbericht: het telt niet mee")]
    changed: Annotated[list[str], Field(description="De velden van de toewijzing die het veranderde")]
    answer: FollowedAnswer | None
    request: Annotated[str | None, Field(description="De ReferentieAanbieder van het verzoek dat het beantwoordt")]
    details: Annotated[dict[str, Any], Field(description="Dagen, redenen en bedragen uit het bericht")]


class Allocation(Shape):
    """Een toewijzing: één ToegewezenProduct, zoals het nu is."""

    id: UUID
    municipality: PartyCode
    provider: PartyCode
    toewijzing_nummer: int
    state: AllocationState
    product: Annotated[dict[str, Any] | None, Field(description="categorie en code")]
    ingangsdatum: date
    einddatum: date | None
    omvang: Annotated[dict[str, Any] | None, Field(description="volume, eenheid en frequentie")]
    budget: Annotated[int | None, Field(description="In eurocenten")]
    reden_wijziging: str | None
    referentie_aanbieder: str | None
    started_on: Annotated[date | None, Field(description="De eerste dag van de laatste levering")]
    stopped_on: Annotated[date | None, Field(description="De laatste dag ervan, als die (tijdelijk) is gestopt")]


class AllocationDetail(Allocation):
    """Een toewijzing met alle berichten erover."""

    timeline: list[FollowedMoment]


class AllocationPage(Shape):
    """Een bladzijde van een lijst van toewijzingen."""

    items: list[Allocation]
    next_cursor: str | None


class Request(Shape):
    """Een verzoek: één ReferentieAanbieder van een JW315 of JW317."""

    id: UUID
    municipality: PartyCode
    provider: PartyCode
    referentie_aanbieder: str
    type: Annotated[Literal["JW315", "JW317"] | None, Field(description="Leeg zolang alleen het antwoord bekend is")]
    state: RequestState
    reden_afwijzing_verzoek: str | None
    gemeente: Annotated[PartyCode | None, Field(description="De andere gemeente, bij het woonplaatsbeginsel")]
    message_id: Annotated[UUID | None, Field(description="Het bericht met het verzoek")]
    dagtekening: date | None


class RequestDetail(Request):
    """Een verzoek met alle berichten erover."""

    timeline: list[FollowedMoment]


class RequestPage(Shape):
    """Een bladzijde van een lijst van verzoeken."""

    items: list[Request]
    next_cursor: str | None


class _FollowingQuery(Shape):
    limit: Limit = 50
    cursor: Cursor = None


class AllocationQuery(_FollowingQuery):
    """Filters op toewijzingen; wie er meer dan één toestand noemt, krijgt wat een daarvan heeft."""

    state: Annotated[list[AllocationState], Field(default_factory=list)]

    @field_validator("state", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


class AllocationSearch(AllocationQuery):
    """Filters op toewijzingen; een BSN staat in de inhoud van de vraag en nooit in een adres."""

    bsn: Bsn = None


class RequestQuery(_FollowingQuery):
    """Filters op verzoeken; wie er meer dan één toestand noemt, krijgt wat een daarvan heeft."""

    state: Annotated[list[RequestState], Field(default_factory=list)]

    @field_validator("state", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


class RequestSearch(RequestQuery):
    """Filters op verzoeken; een BSN staat in de inhoud van de vraag en nooit in een adres."""

    bsn: Bsn = None
