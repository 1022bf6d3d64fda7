"""A provider and a municipality that ask, decide and report without software of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from gateway.composition import Gateway
from gateway.exchange.address import RequestKey
from gateway.services.caller import Caller
from gateway.services.clock import dutch_day
from gateway.services.deciding import Decision, DecisionOutcome
from gateway.services.own_messages import Outcome
from gateway.services.reporting import Report, ReportType
from gateway.services.settling import Accepted
from gateway.store import following
from gateway.store.requests import RequestRow, request_id
from gateway.store.rows import MessageRow
from gateway.wire.document import Document
from gateway.wire.json_form import to_json
from tests.berichten import PROVIDER
from tests.gateways import KEYRING, STRICT, Clock, accepted, allocation_of, content_of
from tests.services.test_due_in_exchange import message

CONTACT: dict[str, Any] = {"soort": "03", "adres": {"postcode": "3511AA", "huis": {"huisnummer": 1}, "landCode": "NL"}}
CLIENT: dict[str, Any] = {"contactgegevens": [CONTACT]}


def ask(gateway: Gateway, aanbieder: Caller, clock: Clock, number: str = "1", **options: Any) -> UUID:
    """Let the provider ask for a product; gives the id of the request."""
    reference = options.setdefault("reference", f"R{number}")
    asked = accepted(gateway, aanbieder, message("JW315", number, dutch_day(clock.now), municipality=STRICT, **options))
    assert asked.message.status == "queued", asked.message.findings
    return request_id(RequestKey(PROVIDER, STRICT, reference))


def decide(gateway: Gateway, caller: Caller, request: UUID, outcome: str, **fields: Any) -> Outcome:
    """Decide on a request."""
    return gateway.services.deciding.decide(request, Decision(DecisionOutcome(outcome), **fields), caller)


def sent(outcome: Outcome) -> MessageRow:
    """Expect that a message was made, and went the way of any other."""
    assert isinstance(outcome, Accepted), outcome
    assert (outcome.new, outcome.message.status, outcome.message.findings) == (True, "queued", ())
    assert outcome.message.identificatie.startswith("GW")
    return outcome.message


def said(gateway: Gateway, row: MessageRow) -> Any:
    """Read what a message says, in the typed form."""
    bericht = gateway.codec.read(Document(content_of(gateway, row.id))).bericht
    assert bericht is not None
    return to_json(bericht)["bericht"]


def request_row(gateway: Gateway, own: UUID) -> RequestRow:
    """Give a request as it stands."""
    with gateway.database.read() as connection:
        row = following.request(connection, KEYRING, own)
    assert row is not None
    return row


def report(gateway: Gateway, caller: Caller, own: UUID, kind: str, **told: Any) -> Outcome:
    """Report something of an allocation."""
    return gateway.services.reporting.report(own, Report(ReportType(kind), told), caller)


def day(clock: Clock, days: int = 0) -> str:
    """Write a day as it stands in a message, so many days from now."""
    return (dutch_day(clock.now) + timedelta(days=days)).isoformat()


def allocated(gateway: Gateway, aanbieder: Caller, gemeente: Caller, clock: Clock) -> UUID:
    """Let the municipality allocate what the provider asks for, for ninety days; gives the id of the allocation."""
    request = ask(gateway, aanbieder, clock)
    producten = [{"ingangsdatum": day(clock), "einddatum": day(clock, 90)}]
    row = sent(decide(gateway, gemeente, request, "allocated", client=CLIENT, producten=producten))
    return allocation_of(gateway, STRICT, said(gateway, row)["client"]["toegewezenProducten"][0]["toewijzingNummer"])
