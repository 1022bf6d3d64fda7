"""After a long random run: no mail, log line or address holds anything of a person."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import structlog
from msgspec.structs import replace
from pydantic import SecretStr

from gateway.composition import Gateway
from gateway.exchange.readable import day_in_words
from gateway.ijw.bericht import Bericht
from gateway.ijw.typen import Achternaam, Geboortedatum, VerkorteNaam
from gateway.ijw.verzoek import JW315
from gateway.logs import configure_logs
from gateway.services.caller import Scope
from gateway.transport import mail as transport
from tests.api.client import Client
from tests.api.conftest import application
from tests.berichten import PROVIDER, heenbericht, xml
from tests.gateways import BY_HAND, MANUAL, PLAIN, Clock, open_gateway, token_for
from tests.smtp import MailServer, mail_server

STEPS: Final = 120


@dataclass(frozen=True)
class Person:
    """Somebody whose traces are looked for."""

    bsn: str
    surname: str
    first_name: str
    born: date

    @property
    def traces(self) -> list[str]:
        """Give all that would betray this person, in every way that it may be written."""
        day = day_in_words(self.born)
        return [self.bsn, self.surname, self.first_name, self.born.isoformat(), f"{self.born:%Y%m%d}", day]


def bsn_of(number: int) -> str:
    """Make a BSN that passes the elfproef, of those that nobody has."""
    for last in range(10):
        digits = f"9999{number:04}{last}"
        if sum((9 - place) * int(digit) for place, digit in enumerate(digits[:8])) % 11 == last:
            return digits
    return bsn_of(number + 5000)


PEOPLE: Final = [
    Person(bsn_of(number), f"Zwaluwenburg{number}", f"Quirijn{number}", date(2009, 1, 1) + timedelta(days=37 * number))
    for number in range(12)
]


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Run a mail server."""
    with mail_server() as running:
        yield running


@pytest.fixture
def loggers() -> Iterator[None]:
    """Put the loggers back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@dataclass
class Run:
    """A gateway, and somebody who does one thing after another with it."""

    gateway: Gateway
    clock: Clock
    server: MailServer
    provider: Client
    municipality: Client
    admin: Client
    dice: random.Random
    addresses: list[str]
    count: int = 0

    def heard(self, response: httpx.Response) -> Any:
        """Keep the addresses of a call, and give what was answered."""
        self.addresses += [str(response.request.url), response.headers.get("location", "")]
        if "json" in response.headers.get("content-type", ""):
            return response.json()
        return response.text

    def message(self) -> Bericht:
        """Make a message about somebody."""
        self.count += 1
        person, name = (
            self.dice.choice(PEOPLE),
            self.dice.choice(["JW305", "JW315", "JW317", "JW317", "JW301", "JW319"]),
        )
        municipality = self.dice.choice([MANUAL, MANUAL, BY_HAND, PLAIN])
        reference = f"R{self.dice.randrange(40)}"
        made = heenbericht(name, str(self.count), municipality=municipality, reference=reference, bsn=person.bsn)
        if not isinstance(made, JW315):
            return made
        naam = VerkorteNaam(geslachtsnaam=Achternaam(achternaam=person.surname), voornamen=person.first_name)
        client = replace(made.client, naam=naam, geboortedatum=Geboortedatum(datum=person.born))
        return replace(made, client=client)

    def post(self) -> None:
        """Post a message, some of them broken or with an opt-out."""
        message = self.message()
        body = xml(message)
        if self.dice.random() < 0.1:
            body = body.replace(b"Geslacht>1", b"Geslacht>" + self.dice.choice(PEOPLE).surname.encode())
        sender = self.municipality if message.TYPE in {"JW301", "JW319"} else self.provider
        opt_out = {"X-Opt-Out": "true"} if message.TYPE == "JW315" and self.dice.random() < 0.2 else {}
        self.heard(sender.post(body, headers=opt_out))

    def look(self) -> None:
        """Look at lists, cases, a message, and what is asked in one of them."""
        client = self.dice.choice([self.provider, self.municipality, self.admin])
        self.heard(client.call("POST", "/v1/messages/_search", json={"bsn": self.dice.choice(PEOPLE).bsn}))
        for item in self.heard(client.get("/v1/messages", params={"limit": 3}))["items"]:
            self.heard(client.get(f"/v1/messages/{item['id']}"))
        for case in self.heard(client.get("/v1/manual-cases", params={"limit": 2}))["items"]:
            self.heard(client.get(f"/v1/manual-cases/{case['id']}/request"))

    def resolve(self) -> None:
        """Close a case, with a note about the person."""
        cases = self.heard(self.municipality.get("/v1/manual-cases", params={"state": "open"}))["items"]
        if cases:
            person = self.dice.choice(PEOPLE)
            told = {"note": f"{person.first_name} {person.surname}, {person.bsn}, {person.born}"}
            told |= self.dice.choice(
                [
                    {"outcome": "handled"},
                    {"outcome": "allocated"},
                    {"outcome": "rejected", "redenAfwijzingVerzoek": self.dice.choice("128")},
                ]
            )
            case = self.dice.choice(cases)
            self.heard(self.municipality.call("PUT", f"/v1/manual-cases/{case['id']}/resolution", json=told))

    def pass_time(self) -> None:
        """Let the worker go round after a while, with a mail server that misbehaves, and quotes what it should not."""
        person = self.dice.choice(PEOPLE)
        misdeeds = ["close", f"550 5.1.1 {person.bsn} onbekend", f"451 4.3.0 <{person.bsn}@x.example>", "DATA 452 vol"]
        self.server.misdeeds[:] = self.dice.choices(misdeeds, k=self.dice.randrange(4))
        self.clock.forward(minutes=self.dice.choice([1, 30, 600, 4000]))
        self.gateway.upkeep.round()


@pytest.mark.slow
@pytest.mark.usefixtures("loggers")
def test_nothing_of_a_person_is_left_outside(
    tmp_path: Path, server: MailServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is posted, closed, mailed, refused, late or looked at: persons stay inside."""
    monkeypatch.setattr(transport, "_SECONDS", 0.5)
    clock, seed = Clock(), random.randrange(2**32)
    with ExitStack() as stack:
        url = SecretStr(f"smtp://127.0.0.1:{server.port}")
        gateway = open_gateway(
            tmp_path, clock=clock, smtp_url=url, mail_from="g@gateway.example", base_url="https://gateway.example"
        )
        stack.callback(gateway.close)
        configure_logs(as_json=True)
        tokens = [
            token_for(gateway, PROVIDER),
            token_for(gateway, MANUAL, BY_HAND, PLAIN),
            token_for(gateway, scope=Scope.ADMIN),
        ]
        provider, municipality, admin = (stack.enter_context(Client(application(gateway), one)) for one in tokens)
        run = Run(gateway, clock, server, provider, municipality, admin, random.Random(seed), [])
        for _ in range(STEPS):
            step = run.dice.choices([run.post, run.look, run.resolve, run.pass_time], weights=[6, 2, 2, 2])[0]
            step()
        for number in range(8):  # whatever the dice said, some mails go out, and one is refused
            message = heenbericht("JW317", f"L{number}", municipality=MANUAL, reference=f"L{number}", bsn=PEOPLE[0].bsn)
            run.heard(provider.post(xml(message)))
        server.misdeeds[:] = [f"550 5.1.1 {PEOPLE[0].bsn} onbekend"]
        for _ in range(3):
            gateway.upkeep.round()
            clock.forward(days=2)
    said = capsys.readouterr()
    mails = [server.raw(envelope).decode() for envelope in server.arrived]
    decoded = [str(mail["Subject"]) + mail.get_content() for mail in server.mails]
    outside = "\n".join([said.out, said.err, *run.addresses, *mails, *decoded])
    assert len(server.arrived) > 5
    assert "sending-given-up" in said.err
    assert len(run.addresses) > STEPS
    found = [trace for person in PEOPLE for trace in person.traces if trace in outside]
    assert found == [], f"seed {seed}"
