"""What stands at a message beside its content, and on the overview the reasons and what is late."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import CheckConstraint, Table, update

from gateway.composition import Gateway
from gateway.console.words import ENDINGS, SENDING_STATES, WAYS
from gateway.ijw.finding import Finding
from gateway.services.queueing import Ending
from gateway.services.signing_in import Role
from gateway.store import outbox, tables
from gateway.store.outbox import AttemptEnd
from gateway.store.outbox_tables import attempt
from gateway.store.outbox_tables import outbox as outbox_table
from tests.berichten import PROVIDER, heenbericht
from tests.console.conftest import Browser
from tests.gateways import MANUAL, PLAIN, Clock, accepted, caller_for

PRIVATE = Finding("gateway", "PROEF-STIL", "Er is al een ander budget.", "/Bericht", only_for=PLAIN)


def test_each_attempt_is_told(browser: Browser, gateway: Gateway) -> None:
    """Whoever polled for a message stands beside it with how that ended, and on the overview why it was given up."""
    message = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", municipality=MANUAL)).message
    recipient = caller_for(gateway, MANUAL)
    for ending in (Ending.RELEASED, Ending.FAILED, Ending.FAILED):
        (given,) = gateway.services.queueing.lease(MANUAL, recipient, limit=1, seconds=60, types=[])
        gateway.services.queueing.end(given.lease.id, recipient, ending, "schijf 1 vol")
    browser.sign_in(gateway, Role.VIEWER)
    page = browser.get(f"/console/berichten/{message.id}").text
    assert page.count("opgehaald door Deventer") == 3
    ended = re.findall(r'getal">(\d)</td><td[^>]*>([^<]+)<', page.partition("Pogingen</h2>")[2])
    assert ended == [("1", "teruggegeven"), ("1", "mislukt"), ("2", "mislukt")]
    overview = browser.get("/console").text
    assert "schijf # vol" in overview
    assert "/console/onbezorgd" in overview


def test_a_case_with_its_mail(browser: Browser, gateway: Gateway, clock: Clock) -> None:
    """What people handle leads to its case, and each attempt at the mail about it is told with its answer."""
    message = accepted(
        gateway, caller_for(gateway, PROVIDER), heenbericht("JW317", municipality=MANUAL, reference="REF-1")
    ).message
    browser.sign_in(gateway, Role.HANDLER)
    address = f"/console/berichten/{message.id}"
    page = browser.get(address).text
    case = re.search(r'href="(/console/zaken/[0-9a-f-]+)"', page)
    assert case
    assert browser.get(case[1]).status_code == 200
    assert "e-mail aan Deventer" in page
    with gateway.database.write() as connection:
        until = clock.now + timedelta(minutes=1)
        taken = outbox.take(connection, kinds=["mail"], busy=[], now=clock.now, until=until)
        assert taken is not None
        end = AttemptEnd(
            outcome="hiccup",
            answer="451 later",
            duration=timedelta(seconds=2),
            state="due",
            at=clock.now,
            next_at=until,
        )
        outbox.end_attempt(connection, taken, end)
    tried = browser.get(address).text
    assert "451 later" in tried
    assert "2000 ms" in tried
    assert ENDINGS["hiccup"] in tried


def test_what_is_due(browser: Browser, gateway: Gateway, clock: Clock) -> None:
    """At a message stands what is due by it; on the overview how much is late."""
    message = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305")).message
    accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW307", "2"))
    browser.sign_in(gateway, Role.VIEWER)
    page = browser.get(f"/console/berichten/{message.id}").text
    assert page.count("Retourbericht van Diemen") == 1
    assert ": open" in page
    overview = browser.get("/console").text
    assert "Er is niets te laat" in overview
    assert re.search(r">retourbericht</td><td[^>]*>0</td><td[^>]*>2<", overview)
    clock.forward(days=14)
    browser.sign_in(gateway, Role.VIEWER)
    assert ": te laat" in browser.get(f"/console/berichten/{message.id}").text
    overview = browser.get("/console").text
    assert re.search(r">retourbericht</td><td[^>]*><strong>2</strong></td><td[^>]*>0<", overview)
    assert "Er is niets te laat" not in overview


@pytest.mark.parametrize("role", Role)
def test_findings_for_the_municipality_alone(browser: Browser, gateway: Gateway, role: Role) -> None:
    """Who handles or administers sees what is for one side's eyes only, marked as that; others do not."""
    message = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305")).message
    with gateway.database.write() as connection:
        own = tables.message.c.id == message.id
        connection.execute(update(tables.message).where(own).values(findings=[PRIVATE.as_kept()]))
    browser.sign_in(gateway, role)
    page = browser.get(f"/console/berichten/{message.id}").text
    may = role in {Role.HANDLER, Role.ADMINISTRATOR}
    assert ("PROEF-STIL" in page) is may
    assert ("besloten, voor Diemen" in page) is may


def values(table: Table, name: str) -> set[str]:
    """Give what a column may hold, by its constraint."""
    (found,) = [
        constraint
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and str(constraint.sqltext).startswith(f"{name} IN")
    ]
    return set(re.findall(r"'(\w+)'", str(found.sqltext)))


def test_every_ending_has_a_name() -> None:
    """However an attempt may end, it is called by words that a person reads."""
    assert values(tables.lease, "outcome") | values(attempt, "outcome") == ENDINGS.keys()
    assert values(outbox_table, "kind") == WAYS.keys()
    assert values(outbox_table, "state") == SENDING_STATES.keys()
