"""The shapes of what an administrator asks and gets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, field_validator

from gateway.api.shapes import Limit, Moment, _Shape


class AuditEvent(_Shape):
    """Een regel van het auditspoor: wie deed wat, en bij welke berichten."""

    number: Annotated[int, Field(description="Het volgnummer; de nummers sluiten op elkaar aan")]
    at: datetime
    kind: Annotated[str, Field(description="Wat er gebeurde", examples=["content-read"])]
    actor: Annotated[str, Field(description="Wie het deed", examples=["token:Xy12Zz34Ab56"])]
    messages: list[UUID]
    subject: Annotated[str | None, Field(description="De afdruk van een BSN, als het om één persoon ging")]
    detail: dict[str, Any]
    hash: Annotated[str, Field(description="SHA-256 over deze regel en de hash van de vorige")]


class AuditPage(_Shape):
    """Een bladzijde van het auditspoor."""

    items: list[AuditEvent]
    next_cursor: str | None


class AuditQuery(_Shape):
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
