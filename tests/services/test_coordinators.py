"""Who coordinates the care of an allocation, and hears of cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from gateway.composition import Gateway
from gateway.exchange.refusal import Refusal
from gateway.services.settling import Accepted
from gateway.store import outbox
from gateway.store.lifecycle_tables import allocation
from gateway.store.rows import MessageRow
from gateway.wire.document import Document
from tests.berichten import BSN, OTHER_BSN, OTHER_PROVIDER, PROVIDER, SURNAME, heenbericht, xml
from tests.gateways import BY_HAND, MANUAL, PLAIN, Clock, accepted, admin_of, caller_for, open_gateway
from tests.smtp import MailServer, mail_server

EMAIL = "plan@wijkteam.example"


def allocated(gateway: Gateway, municipality: str = MANUAL) -> UUID:
    """Let a municipality allocate something; gives the id of the allocation."""
    accepted(gateway, caller_for(gateway, municipality), heenbericht("JW301", municipality=municipality))
    with gateway.database.read() as connection:
        query = select(allocation.c.id).where(allocation.c.municipality == municipality)
        found: UUID = connection.execute(query).scalar_one()
    return found


def mailed(gateway: Gateway, message: MessageRow) -> list[tuple[str, str]]:
    """Give who is to be mailed about a message, and as what."""
    with gateway.database.read() as connection:
        rows = outbox.of_messages(connection, [message.id], kind="mail").get(message.id, [])
    return [(row.purpose, row.endpoint) for row in rows]


def posted(gateway: Gateway, bsn: str = BSN, municipality: str = MANUAL) -> MessageRow:
    """Post a JW317 that people handle."""
    message = heenbericht("JW317", f"{bsn[-3:]}{municipality}", municipality=municipality, bsn=bsn, reference=bsn[-3:])
    return accepted(gateway, caller_for(gateway, PROVIDER), message).message


def test_the_municipality_names_a_coordinator(gateway: Gateway) -> None:
    """It names one and takes it back; the provider sees it, and for others there is nothing to see or to change."""
    coordinators, one = gateway.services.coordinators, allocated(gateway)
    municipality, provider = caller_for(gateway, MANUAL), caller_for(gateway, PROVIDER)
    assert coordinators.get(one, municipality) is None
    assert coordinators.name(one, municipality, name="Wijkteam Noord", email="oud@wijkteam.example")
    assert coordinators.name(one, admin_of(gateway), name="Wijkteam Zuid", email=EMAIL)
    for caller in (municipality, provider, admin_of(gateway)):
        found = coordinators.get(one, caller)
        assert found is not None
        assert (found.name, found.email) == ("Wijkteam Zuid", EMAIL)
    for caller in (provider, caller_for(gateway, OTHER_PROVIDER), caller_for(gateway, PLAIN)):
        assert coordinators.name(one, caller, name="Ander", email="x@y.example") is None
        assert not coordinators.remove(one, caller)
    assert coordinators.get(one, caller_for(gateway, PLAIN)) is None
    assert coordinators.name(uuid4(), admin_of(gateway), name="Ander", email="x@y.example") is None
    assert coordinators.remove(one, municipality)
    assert coordinators.remove(one, municipality)
    assert coordinators.get(one, municipality) is None


def test_a_case_reaches_the_coordinator(gateway: Gateway) -> None:
    """A case about the client of the allocation is mailed to the coordinator as well; one about another is not."""
    one = allocated(gateway)
    gateway.services.coordinators.name(one, caller_for(gateway, MANUAL), name="Wijkteam", email=EMAIL)
    assert mailed(gateway, posted(gateway)) == [("case", "jeugd@deventer.example"), ("coordinator", EMAIL)]
    assert mailed(gateway, posted(gateway, OTHER_BSN)) == [("case", "jeugd@deventer.example")]
    assert mailed(gateway, posted(gateway, municipality=BY_HAND)) == []


def test_an_allocation_that_changes_keeps_its_coordinator(gateway: Gateway) -> None:
    """A later JW301 of the same allocation changes nothing in who coordinates."""
    one = allocated(gateway)
    municipality = caller_for(gateway, MANUAL)
    gateway.services.coordinators.name(one, municipality, name="Wijkteam", email=EMAIL)
    accepted(gateway, municipality, heenbericht("JW301", "2", municipality=MANUAL, reference="R9"))
    assert gateway.services.coordinators.get(one, municipality) is not None


def test_with_an_opt_out_the_coordinator_hears_nothing(gateway: Gateway) -> None:
    """What is for the back-office alone is not for who coordinates either."""
    one = allocated(gateway, BY_HAND)
    gateway.services.coordinators.name(one, caller_for(gateway, BY_HAND), name="Wijkteam", email=EMAIL)
    document = Document(xml(heenbericht("JW315", municipality=BY_HAND)))
    candidate = gateway.services.intake.prepare(document, caller_for(gateway, PROVIDER), opt_out=True)
    assert not isinstance(candidate, Refusal)
    (result,) = gateway.services.intake.settle([candidate])
    assert isinstance(result, Accepted)
    assert result.message.handling is not None
    assert mailed(gateway, result.message) == []


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Run a mail server."""
    with mail_server() as running:
        yield running


def test_what_the_coordinator_reads(tmp_path: Path, clock: Clock, server: MailServer) -> None:
    """A reference to ask the municipality about, and nothing about the person; no link, for it leads nowhere."""
    gateway = open_gateway(
        tmp_path,
        clock=clock,
        smtp_url=SecretStr(f"smtp://127.0.0.1:{server.port}"),
        base_url="https://gateway.example",
    )
    one = allocated(gateway)
    gateway.services.coordinators.name(one, caller_for(gateway, MANUAL), name="Wijkteam", email=EMAIL)
    posted(gateway)
    gateway.upkeep.round()
    (mail,) = [mail for mail in server.mails if mail["To"] == EMAIL]
    text = mail.get_content()
    assert "over zorg die uw organisatie coördineert" in text
    assert "Zaak: Z-" in text
    assert "https://" not in text
    assert not any(trace in text for trace in (BSN, SURNAME, "300201"))
    gateway.close()
