"""Opening a case: what is kept of a message that people handle, and who has to hear of it."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime
from typing import Final

from gateway.exchange.address import requests_in
from gateway.exchange.manual_case import WERKDAGEN, summary_of
from gateway.exchange.route import Manual
from gateway.exchange.werkdagen import werkdagen_later
from gateway.ijw.bericht import Bericht
from gateway.services.clock import dutch_day, end_of
from gateway.store.identifiers import new_id
from gateway.store.manual_cases import NewCase
from gateway.store.outbox import NewOutgoing

MAIL: Final = "mail"
"""The kind of the outbox by which people hear of a case."""

CASE: Final = "case"
ESCALATION: Final = "escalation"
COORDINATOR: Final = "coordinator"


def open_case(bericht: Bericht, manual: Manual, now: datetime, feestdagen: Container[date]) -> NewCase:
    """Make the case of a heenbericht to a municipality; it is due at the end of the fifth working day from now."""
    header = bericht.header
    return NewCase(
        id=new_id(now),
        municipality=header.ontvanger,
        provider=header.afzender,
        reason=manual.reason,
        summary=summary_of(bericht),
        unanswered=tuple(request.reference for request in requests_in(bericht)),
        due_at=end_of(werkdagen_later(dutch_day(now), WERKDAGEN, feestdagen)),
    )


def mails_about(case: NewCase, manual: Manual, now: datetime) -> tuple[NewOutgoing, ...]:
    """Give the mails by which people hear that there is a case."""
    if manual.email is None:
        return ()
    return (NewOutgoing(kind=MAIL, purpose=CASE, recipient=case.municipality, endpoint=manual.email, due_at=now),)
