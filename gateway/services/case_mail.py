"""The mails about manual cases: what they say, and what follows when they arrive or do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from sqlalchemy import Connection

from gateway.exchange.manual_case import reference_of
from gateway.exchange.route import RouteTable
from gateway.services.case_opening import ESCALATION
from gateway.services.clock import Clock, dutch_day
from gateway.store import manual_cases
from gateway.store.events import add_events
from gateway.store.manual_cases import CaseRow
from gateway.store.outbox import OutboxRow
from gateway.transport.mail import MailParcel, MailTransport

_MONTHS: Final = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


@dataclass(frozen=True, slots=True)
class MailIdentity:
    """As whom the gateway mails; bounces go to `return_address`, and links begin with `base_url`, where one is set."""

    sender: str
    return_address: str
    base_url: str | None = None

    @property
    def domain(self) -> str:
        """Give what stands behind the @ of a Message-ID."""
        return self.return_address.rpartition("@")[2].rstrip(">")


class CaseMail:
    """Mails people about cases: a reference, what it is about in words, until when, a link; nothing about a person."""

    def __init__(self, transport: MailTransport, identity: MailIdentity, routes: RouteTable, clock: Clock) -> None:
        """Mail by this transport, as this sender."""
        self.transport = transport
        self._identity = identity
        self._routes = routes
        self._clock = clock

    def pack(self, connection: Connection, row: OutboxRow) -> MailParcel | None:
        """Write the mail; nothing when the case was closed meanwhile."""
        case = manual_cases.of_messages(connection, [row.message_id]).get(row.message_id)
        if case is None or not case.is_open:
            return None
        content = self._mail(row, case).as_bytes(policy=SMTP)
        return MailParcel(self._identity.return_address, row.endpoint, content)

    def sent(self, connection: Connection, row: OutboxRow) -> None:
        """Tell in the timeline that people were mailed."""
        add_events(connection, [(row.message_id, self._clock(), "mailed", {"about": row.purpose})])

    def given_up(self, connection: Connection, row: OutboxRow, cause: str) -> None:
        """Tell in the timeline that the mail did not get through, so that somebody phones."""
        detail = {"about": row.purpose, "cause": cause}
        add_events(connection, [(row.message_id, self._clock(), "mail-failed", detail)])

    def _mail(self, row: OutboxRow, case: CaseRow) -> EmailMessage:
        due = day_in_words(dutch_day(case.due_at))
        late = row.purpose == ESCALATION
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._identity.sender
        mail["To"] = row.endpoint
        mail["Subject"] = f"Zaak {reference_of(case.id)}: {'had klaar moeten zijn op' if late else 'uiterlijk'} {due}"
        mail["Date"] = format_datetime(self._clock())
        # The same at every attempt: a mail that arrives twice after a crash is recognised as the same one.
        mail["Message-ID"] = f"<{row.id}@{self._identity.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(self._text(case, due, late=late))
        return mail

    def _text(self, case: CaseRow, due: str, *, late: bool) -> str:
        route = self._routes.get(case.municipality)
        place = f"{route.name} ({case.municipality})" if route else case.municipality
        begin = (
            "Deze zaak had afgehandeld moeten zijn, en staat nog open."
            if late
            else "Er wacht een bericht dat mensen afhandelen, buiten het berichtenverkeer om."
        )
        base = self._identity.base_url
        where = f"{base}/v1/manual-cases/{case.id}" if base else "in de gateway, onder dit zaaknummer"
        return (
            f"{begin}\n\n"
            f"Zaak: {reference_of(case.id)}\n"
            f"Gemeente: {place}\n"
            f"Aanbieder: {case.provider}\n"
            f"Het gaat om: {case.summary}\n"
            f"Waarom mensen dit doen: {case.reason}\n"
            f"Uiterlijk: {due}\n"
            f"Bekijken: {where}\n\n"
            "Stuurt de gemeente een JW301 of JW319 met de ReferentieAanbieder van het verzoek, dan sluit de zaak\n"
            "vanzelf. Anders sluit u haar zelf, met een uitkomst en een toelichting.\n\n"
            "In deze mail staan geen gegevens van een cliënt. Zet die ook niet in een antwoord.\n"
        )


def day_in_words(day: date) -> str:
    """Write a day as people say it: 3 december 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
