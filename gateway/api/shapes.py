"""The shapes of what goes in and out, for checking what comes in and for the OpenAPI document."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

from gateway.services.clock import FIRST_MOMENT, LAST_MOMENT

MAX_LIMIT = 100
MAX_LEASE_SECONDS = 3600

MessageType = Annotated[str, Field(pattern="^JW3(01|02|05|06|07|08|15|16|17|18|19|20|23|25)$", examples=["JW315"])]
Status = Annotated[
    str,
    Field(pattern="^(accepted|queued|leased|delivered|rejected|manual|handled|failed|expired)$", examples=["queued"]),
]
PartyCode = Annotated[str, Field(pattern="^([0-9]{4}|[0-9]{8})$", examples=["65656055"])]
CaseState = Literal["open", "closed"]
CaseOutcomeName = Literal["allocated", "rejected", "handled"]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT)]


def _begins_with_a_day(value: Any) -> Any:
    """Refuse a number, of which pydantic would make a moment in seconds since 1970; the document says RFC 3339."""
    if isinstance(value, date) or (isinstance(value, str) and re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        return value
    raise ValueError


Day = Annotated[date, BeforeValidator(_begins_with_a_day)]
Moment = Annotated[AwareDatetime, Field(ge=FIRST_MOMENT, le=LAST_MOMENT), BeforeValidator(_begins_with_a_day)]


class Shape(BaseModel):
    """What goes in or out, with its names in camelCase; no others but where a shape takes them."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class FindingShape(Shape):
    """Iets dat er aan een bericht mankeert, met de plaats en wat er goed zou zijn."""

    source: str = Field(description="xml, xsd, rule, history, reference of gateway")
    code: str
    retourcode: str | None
    path: str | None
    paths: list[str]
    line: int | None
    message: str


class CaseNoticeShape(Shape):
    """Wat afzender en ontvanger zien van een bericht dat mensen afhandelen: wie het doet, waarom, en tot wanneer."""

    case_id: UUID
    reference: str = Field(description="Het zaaknummer, zoals in mail en aan de telefoon", examples=["Z-1A2B3C4D"])
    reason: str
    due_at: datetime
    state: CaseState
    outcome: CaseOutcomeName | None


class Receipt(Shape):
    """Het ontvangstbewijs van een bericht."""

    id: UUID
    type: MessageType
    release: str
    sender: PartyCode
    recipient: PartyCode
    identificatie: str
    dagtekening: date
    status: Status
    received_at: datetime
    findings: list[FindingShape]
    opt_out: Annotated[bool, Field(description="Er alleen als het bericht alleen voor de backoffice is")] = False
    manual: Annotated[CaseNoticeShape | None, Field(description="Er alleen als mensen het bericht afhandelen")] = None


class TimelineEvent(Shape):
    """Iets dat met een bericht is gebeurd; sommige gebeurtenissen zeggen meer dan dit."""

    model_config = ConfigDict(extra="allow")

    at: datetime
    event: str


class RelatedMessage(Shape):
    """Een bericht dat bij een ander hoort: het retourbericht, het verzoek, het antwoord."""

    id: UUID
    type: MessageType
    relation: str
    status: Status


class MessageDetail(Receipt):
    """Een bericht met alles wat ermee is gebeurd en wat erbij hoort."""

    timeline: list[TimelineEvent]
    related: list[RelatedMessage]


class MessagePage(Shape):
    """Een bladzijde van een lijst van berichten."""

    items: list[Receipt]
    next_cursor: str | None


class ZipReceipts(Shape):
    """Per bericht in het ZIP-bestand, op volgorde, een ontvangstbewijs of een probleem."""

    items: list[dict[str, Any]]


class Report(Shape):
    """Wat er van een bericht is gevonden."""

    file: str | None
    type: MessageType | None
    release: str | None
    valid: bool
    findings: list[FindingShape]


class ZipReports(Shape):
    """Per bericht in het ZIP-bestand, op volgorde, wat ervan is gevonden."""

    items: list[Report]


class LeaseRequest(Shape):
    """Wat een afnemer wil hebben, en voor hoe lang."""

    # Only the name of the contract is taken: `lease_seconds` would be a second way to say the same.
    model_config = ConfigDict(alias_generator=None, populate_by_name=False)

    limit: Limit = 10
    lease_seconds: Annotated[int, Field(alias="leaseSeconds", ge=1, le=MAX_LEASE_SECONDS)] = 300
    types: list[MessageType] = []


class Lease(Shape):
    """Een bericht dat voor een bepaalde tijd is uitgegeven."""

    lease_id: UUID
    expires_at: datetime
    attempt: int
    redelivery: Annotated[bool, Field(description="Of het eerder is overgenomen, en een beheerder het terugzette")]
    message: Receipt


class Leases(Shape):
    """De uitgegeven berichten, oudste eerst."""

    leases: list[Lease]


class FailureReport(Shape):
    """Waarom de verwerking niet lukte; zonder persoonsgegevens."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class MessageQuery(Shape):
    """Filters op berichten; wie er meer dan één waarde noemt, krijgt wat aan een daarvan voldoet."""

    type: list[MessageType] = []
    status: list[Status] = []
    sender: list[PartyCode] = []
    recipient: list[PartyCode] = []
    since: Annotated[Moment | None, Field(description="Ontvangen op of na dit moment")] = None
    until: Annotated[Moment | None, Field(description="Ontvangen vóór dit moment")] = None
    limit: Limit = 50
    cursor: Annotated[UUID | None, Field(description="De waarde van nextCursor van de vorige bladzijde")] = None

    @field_validator("type", "status", "sender", "recipient", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


class QueueQuery(Shape):
    """Wat er van een wachtrij getoond wordt."""

    type: list[MessageType] = []
    limit: Limit = 50


class MessageSearch(MessageQuery):
    """Filters op berichten; een BSN staat in de inhoud van de vraag en nooit in een adres."""

    bsn: Annotated[str | None, Field(pattern="^[0-9]{9}$")] = None


class Problem(Shape):
    """Een probleem (RFC 9457), met alles wat er mis is."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(examples=["/problems/schema-invalid"])]
    title: str
    status: int
    detail: str
    code: Annotated[str | None, Field(description="De foutcode van de keten", examples=["BRS13"])] = None
    request_id: Annotated[str | None, Field(description="De naam van de vraag, ook in het logboek")] = None
    findings: list[FindingShape] | None = None
