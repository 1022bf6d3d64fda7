"""The shapes of webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from gateway.api.shapes import PartyCode, Shape

State = Literal["active", "paused"]


class NewWebhook(Shape):
    """Een webhook die erbij moet komen."""

    party: PartyCode
    url: Annotated[
        str, Field(max_length=300, description="Een https-adres", examples=["https://aanbieder.example/ijw"])
    ]


class WebhookState(Shape):
    """Of een webhook wordt gebruikt."""

    state: State


class Webhook(Shape):
    """Een adres waar een partij hoort dat er een bericht wacht."""

    id: UUID
    party: PartyCode
    url: str
    state: State = Field(
        description="paused: er gaat niets heen, omdat u dat wilde of omdat er drie dagen niets aankwam"
    )
    created_at: datetime
    delivered_at: datetime | None = Field(description="Wanneer er voor het laatst iets aankwam")


class WebhookMade(Webhook):
    """Een webhook met het geheim, dat maar één keer wordt getoond."""

    secret: str = Field(description="Het geheim waarmee wordt getekend (Standard Webhooks)")


class WebhookPage(Shape):
    """Een lijst van webhooks."""

    items: list[Webhook]
    next_cursor: str | None
