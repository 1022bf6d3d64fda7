"""The mails about manual cases: what they say, and what follows when they arrive or do not."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from cryptography.x509 import Certificate
from msgspec import Struct
from sqlalchemy import Connection

from gateway.errors import ConfigurationError
from gateway.exchange.manual_case import reference_of
from gateway.exchange.readable import day_in_words
from gateway.exchange.route import RouteTable
from gateway.logs import get_logger
from gateway.services.case_opening import CASE, COORDINATOR, ESCALATION
from gateway.services.case_reading import CaseContent, CaseReading
from gateway.services.clock import Clock, dutch_day
from gateway.store import manual_cases
from gateway.store.events import add_events
from gateway.store.manual_cases import CaseRow
from gateway.store.outbox import OutboxRow
from gateway.transport.mail import MailParcel, MailTransport
from gateway.transport.smime import PARAMETERS, Signer, enveloped, holds_at, read_certificate

_log = get_logger(__name__)

_BEGINNINGS: Final = {
    CASE: "Er wacht een bericht dat mensen afhandelen, buiten het berichtenverkeer om.",
    ESCALATION: "Deze zaak had afgehandeld moeten zijn, en staat nog open.",
    COORDINATOR: "Er is een bericht dat mensen afhandelen, over zorg die uw organisatie coördineert.",
}
_TO_HANDLER: Final = """Stuurt de gemeente een JW301 of JW319 met de ReferentieAanbieder van het verzoek,
dan sluit de zaak vanzelf. Anders sluit u haar zelf, met een uitkomst en een toelichting.
"""
_TO_COORDINATOR: Final = """De gemeente handelt dit af. Noem bij haar het zaaknummer om te horen om wie het gaat.
"""
_PRIVACY: Final = "In deze tekst staan geen gegevens van een cliënt. Zet die ook niet in een gewoon antwoord.\n"


class MailIdentity(Struct, frozen=True):
    """As whom the gateway mails; bounces go to `return_address`, and links begin with `base_url`, where one is set.

    What is encrypted is signed with `signer`, where there is one.
    """

    sender: str
    return_address: str
    base_url: str | None = None
    signer: Signer | None = None

    @property
    def domain(self) -> str:
        """Give what stands behind the @ of a Message-ID."""
        return self.return_address.rpartition("@")[2]


class CaseMail:
    """Mails people about cases: a reference, what it is about in words, until when, a link; nothing about a person.

    Where the route asks for it, and its certificate holds, the first mail is encrypted for the municipality, and then
    also has the readable request and the XML.
    """

    def __init__(
        self,
        transport: MailTransport,
        identity: MailIdentity,
        routes: RouteTable,
        reading: CaseReading,
        clock: Clock,
    ) -> None:
        """Mail by this transport, as this sender."""
        self.transport = transport
        self._identity = identity
        self._routes = routes
        self._reading = reading
        self._clock = clock

    def pack(self, connection: Connection, row: OutboxRow) -> MailParcel | None:
        """Write the mail; nothing when the case was closed meanwhile."""
        case = manual_cases.of_messages(connection, [row.message]).get(row.message)
        if case is None or not case.is_open:
            return None
        mail = self._headed(row, case)
        certificate = self._certificate(case) if row.purpose == CASE else None
        text = self._text(case, row.purpose)
        if certificate is None:
            mail.set_content(text)
        else:
            content = self._reading.content(connection, case, self._clock())
            inside = _inside(text, content, reference_of(case.id))
            sealed = enveloped(inside.as_bytes(policy=SMTP), certificate, self._identity.signer)
            mail.set_content(
                sealed,
                maintype="application",
                subtype="pkcs7-mime",
                disposition="attachment",
                filename="smime.p7m",
                params=PARAMETERS,
            )
        return MailParcel(self._identity.return_address, row.endpoint, mail.as_bytes(policy=SMTP))

    def sent(self, connection: Connection, row: OutboxRow) -> None:
        """Tell in the timeline that people were mailed."""
        add_events(connection, [(row.message, self._clock(), "mailed", {"about": row.purpose})])

    def given_up(self, connection: Connection, row: OutboxRow, cause: str) -> None:
        """Tell in the timeline that the mail did not get through, so that somebody phones."""
        detail = {"about": row.purpose, "cause": cause}
        add_events(connection, [(row.message, self._clock(), "mail-failed", detail)])

    def _headed(self, row: OutboxRow, case: CaseRow) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._identity.sender
        mail["To"] = row.endpoint
        when = "had klaar moeten zijn op" if row.purpose == ESCALATION else "uiterlijk"
        mail["Subject"] = f"Zaak {reference_of(case.id)}: {when} {_due(case)}"
        mail["Date"] = format_datetime(self._clock())
        # The same at every attempt: a mail that arrives twice after a crash is recognised as the same one.
        mail["Message-ID"] = f"<{row.id}@{self._identity.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        return mail

    def _certificate(self, case: CaseRow) -> Certificate | None:
        """Give what to encrypt for the municipality with; without, the mail goes without anything about a person."""
        route = self._routes.get(case.municipality)
        path = route.manual.certificate if route and route.manual else None
        if path is None:
            return None
        try:
            certificate = read_certificate(Path(path))
        except ConfigurationError:
            certificate = None
        if certificate is None or not holds_at(certificate, self._clock()):
            _log.warning("certificate-unusable", municipality=case.municipality, file=path)
            return None
        return certificate

    def _text(self, case: CaseRow, purpose: str) -> str:
        route = self._routes.get(case.municipality)
        place = f"{route.name} ({case.municipality})" if route else case.municipality
        about = (
            f"{_BEGINNINGS[purpose]}\n\n"
            f"Zaak: {reference_of(case.id)}\n"
            f"Gemeente: {place}\n"
            f"Aanbieder: {case.provider}\n"
            f"Het gaat om: {case.summary}\n"
            f"Waarom mensen dit doen: {case.reason}\n"
            f"Uiterlijk: {_due(case)}\n"
        )
        if purpose == COORDINATOR:
            return f"{about}\n{_TO_COORDINATOR}\n{_PRIVACY}"
        base = self._identity.base_url
        where = f"{base}/console/zaken/{case.id}" if base else "in de gateway, onder dit zaaknummer"
        return f"{about}Bekijken: {where}\n\n{_TO_HANDLER}\n{_PRIVACY}"


def _due(case: CaseRow) -> str:
    return day_in_words(dutch_day(case.due_at))


def _inside(text: str, content: CaseContent, reference: str) -> EmailMessage:
    """Make what is encrypted: the text, the request as a page, and the message itself."""
    inside = EmailMessage(policy=SMTP)
    inside.set_content(text)
    inside.add_attachment(content.page, subtype="html", filename=f"{reference}.html")
    inside.add_attachment(content.xml, maintype="application", subtype="xml", filename=f"{reference}.xml")
    return inside
