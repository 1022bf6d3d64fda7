"""The GGk as others see it: a SOAP client and server that nobody here wrote, and two gateways with a bad line."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import requests
import zeep
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import update
from zeep.exceptions import Fault

from gateway.store.engine import Database
from gateway.store.outbox_tables import outbox
from gateway.wire.document import MAX_SIZE
from tests.berichten import PROVIDER, answer_to, declaration_of, heenbericht, post_of, xml
from tests.e2e.faulty_proxy import HEADER
from tests.e2e.server import ROOT, Caller, Server, free_port
from tests.envelopes import PATH, envelop, said, soap
from tests.gateways import ANSWERING, PLAIN, open_gateway, token_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

_PATIENCE = 60.0


def wait_for(happened: Callable[[], Any]) -> Any:
    """Wait until something is so, and give it."""
    until = time.monotonic() + _PATIENCE
    while not (found := happened()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found


@contextmanager
def program(name: str, port: int, *arguments: str) -> Iterator[None]:
    """Run a program of the tests that listens on a port."""
    process = subprocess.Popen([sys.executable, "-m", f"tests.e2e.{name}", str(port), *arguments], cwd=ROOT)
    try:
        wait_for(lambda: process.poll() is None and listens(port))
        yield
    finally:
        process.terminate()
        process.wait(10)


def listens(port: int) -> bool:
    """Say whether anybody listens on a port."""
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def certificates(folder: Path) -> None:
    """Make an authority, and certificates of it for the two sides."""
    root_key, root = _certificate("Autoriteit", None)
    (folder / "authority.pem").write_bytes(root.public_bytes(Encoding.PEM))
    for side in ("server", "gateway"):
        key, made = _certificate(side, (root_key, root))
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{side}.pem").write_bytes(made.public_bytes(Encoding.PEM) + secret)


def _certificate(
    name: str, issuer: tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer[1].subject if issuer else subject,
        subject,
        key.public_key(),
        x509.random_serial_number(),
        now - timedelta(hours=1),
        now + timedelta(days=1),
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    return key, builder.add_extension(names, critical=False).sign(issuer[0] if issuer else key, SHA256())


class Stand:
    """A gateway with a municipality that is reached by the GGk, and the other side of that."""

    def __init__(self, server: Server, folder: Path, token: str) -> None:
        self.server, self.folder, self.token = server, folder, token

    def mood(self, word: str) -> None:
        """Put the other side in a mood."""
        (self.folder / "mood").write_text(word)

    def heard(self, functie: str) -> list[dict[str, Any]]:
        """Read what the other side understood."""
        path = self.folder / "heard.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line for line in map(json.loads, lines) if line.get("functie", line.get("details")) == functie]

    def call(self, body: bytes) -> httpx.Response:
        """Send an envelope."""
        headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Bearer {self.token}"}
        return httpx.post(f"{self.server.url}{PATH}", content=body, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Start a gateway, and a server that zeep wrote half of."""
    folder = tmp_path_factory.mktemp("ggk")
    certificates(folder)
    (folder / "mood").write_text("")
    port = free_port()
    url = f"https://localhost:{port}/ontvang"
    gateway = open_gateway(folder)
    for party in (ANSWERING, PROVIDER):
        gateway.services.endpoints.add_ggk(party, url, "Stub")
    token = token_for(gateway, PROVIDER)
    gateway.close()
    extra = {
        "IJW_GGK_CERTIFICATE": str(folder / "gateway.pem"),
        "IJW_GGK_AUTHORITIES": str(folder / "authority.pem"),
    }
    server = Server(folder, gateway.settings, workers=1, extra=extra)
    with program("stub_ggk", port, str(folder)):
        server.start()
        yield Stand(server, folder, token)
        server.stop()


@pytest.fixture
def service(stand: Stand) -> Iterator[Any]:
    """Give zeep's client, made from nothing but the address of the WSDL."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {stand.token}"
        yield zeep.Client(f"{stand.server.url}{PATH}?wsdl", transport=zeep.Transport(session=session)).service


def zeep_head(kind: str, functie: str, **more: Any) -> dict[str, Any]:
    """Give stuurgegevens as zeep takes them."""
    return {
        "berichtcode": kind,
        "zender": {"organisatie": PROVIDER, "applicatie": "Zorgpakket"},
        "ontvanger": {"organisatie": PLAIN, "applicatie": "GGk"},
        "referentienummer": str(uuid4()),
        "tijdstipBericht": "20260801120000",
        "functie": functie,
        **more,
    }


def zeep_parameters(content: bytes) -> dict[str, Any]:
    """Give parameters as zeep takes them."""
    versions = {"applicatieVersie": "0001", "applicatieSubversie": "0000"}
    return {
        **versions,
        "functieVersie": "0003",
        "functieSubversie": "0002",
        "bericht": {"xmlBestand": content},
    }


def test_zeep_sends_a_message(stand: Stand, service: Any) -> None:
    """A client made from the served WSDL gets a Bv03 about its reference, and the message is there."""
    head = zeep_head("Di01", "JW315")
    answer = service.ggk_Di01(stuurgegevens=head, parameters=zeep_parameters(post_of("JW315", "Z1")))
    assert (answer.berichtcode, answer.crossRefnummer) == ("Bv03", head["referentienummer"])
    assert answer.ontvanger.organisatie == PROVIDER
    with Caller(stand.server, stand.token) as provider:
        assert [one["status"] for one in provider.listed(type="JW315") if one["identificatie"] == "Z1"] == ["queued"]


def test_zeep_hears_a_fault(service: Any) -> None:
    """A Fo03 arrives as a fault of SOAP, with its detail; a Fo01 of its own is taken."""
    head = zeep_head("Di01", "JW315", zender={"organisatie": PLAIN, "applicatie": "Zorgpakket"})
    with pytest.raises(Fault, match="IB002") as caught:
        service.ggk_Di01(stuurgegevens=head, parameters=zeep_parameters(b"x"))
    assert "Fo03Bericht" in caught.value.detail[0].tag
    head = zeep_head("Fo01", "")
    del head["functie"]
    head["crossRefnummer"] = "nooit verzonden"
    answer = service.Fo01(stuurgegevens=head, body={"code": "IB010", "plek": "client", "omschrijving": "Nee."})
    assert answer.berichtcode == "Bv03"


def test_a_message_goes_out_with_certificates_on_both_sides(stand: Stand) -> None:
    """The other side understands it, whatever it answered first, and gets it under one reference."""
    stand.mood("fault")
    content = xml(heenbericht("JW305", "G1", municipality=ANSWERING))
    with Caller(stand.server, stand.token) as provider:
        message = provider.give(content).json()["id"]
        wait_for(lambda: stand.heard("JW305"))
        for mood in ("silence", ""):
            stand.mood(mood)
            hurry(stand.server)
            if mood == "silence":
                time.sleep(6)  # a round of the worker
                hurry(stand.server)
        wait_for(lambda: provider.get(f"/v1/messages/{message}").json()["status"] == "delivered")
    first, *_, last = stand.heard("JW305")
    assert (first["mood"], last["mood"]) == ("fault", "")
    assert first["reference"] == last["reference"]
    assert last["digest"] == hashlib.sha256(content).hexdigest()
    assert (last["kind"], last["version"], last["sender"], last["recipient"]) == (
        "Di01",
        "00030002",
        PROVIDER,
        ANSWERING,
    )
    assert last["action"] == '"http://www.stufstandaarden.nl/koppelvlak/ggk0210/ggk_Di01"'
    assert b"999900006" not in stand.server.log.read_bytes()


def test_a_refused_content_comes_back_as_a_fo01(stand: Stand) -> None:
    """Its sender is reached by the GGk, and hears of it there."""
    stand.mood("")
    given = envelop("JW307")
    assert said(stand.call(soap(given, b"geen xml")).content).kind == "Bv03"
    (fault,) = wait_for(lambda: stand.heard("JW307-00030002"))
    assert (fault["kind"], fault["about"], fault["code"]) == ("Fo01", given.referentienummer, "StUF055")


def test_25_mb_takes_little_memory(stand: Stand) -> None:
    """The largest envelope is taken, one byte more is refused; the process grows by a few messages' worth at most."""
    content = declaration_of(MAX_SIZE * 3 // 4 - 4096, "M1")
    body = soap(envelop("JW323"), content)
    before, _, after = body.partition(b"</GGK:xmlBestand>")
    padding = MAX_SIZE - len(body)
    assert padding > 0
    idle = kilobytes(stand.server.pid, "VmRSS")
    Path(f"/proc/{stand.server.pid}/clear_refs").write_text("5")  # forgets the peak until now
    exact = before + b" " * padding + b"</GGK:xmlBestand>" + after
    assert len(exact) == MAX_SIZE
    assert said(stand.call(exact).content).kind == "Bv03"
    grown = (kilobytes(stand.server.pid, "VmHWM") - idle) / 1024
    with Caller(stand.server, stand.token) as provider:
        assert [one["status"] for one in provider.listed(type="JW323")] == ["queued"]
    assert grown < 100, f"{grown:.0f} MB"
    over = soap(envelop("JW323"), content).partition(b"</GGK:xmlBestand>")
    response = stand.call(over[0] + b" " * (padding + 1) + over[1] + over[2])
    assert (response.status_code, said(response.content).code) == (500, "IB003")


def kilobytes(pid: int, name: str) -> int:
    """Read how much memory a process has, or had at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(f"{name}:")).split()[1])


def hurry(server: Server) -> None:
    """Make due now what was put off: a minute is long for a test."""
    with closing(Database(server.settings.database)) as database, database.write() as connection:
        connection.execute(update(outbox).where(outbox.c.state == "due").values(next_at=datetime.now(UTC)))


FINGERPRINTS = {"a": "aa" * 32, "b": "bb" * 32}


@contextmanager
def two_gateways(folder: Path) -> Iterator[tuple[Server, Server, str, str]]:
    """Start A, where the provider is, and B, where the municipality is, with a bad line both ways."""
    ports = {"a": free_port(), "b": free_port()}
    lines = {"a": free_port(), "b": free_port()}
    servers, tokens = {}, {}
    for name, there, own, other in (("a", "b", PROVIDER, PLAIN), ("b", "a", PLAIN, PROVIDER)):
        gateway = open_gateway(folder / name)
        gateway.services.endpoints.add_ggk(other, f"http://127.0.0.1:{lines[there]}{PATH}", "GGk")
        tokens[name] = token_for(gateway, own)
        # What comes in here comes from the other party, by the proxy that says which certificate it showed.
        visitor = token_for(gateway, other)[4:16]
        gateway.services.certificates.add(visitor, ("fingerprint", FINGERPRINTS[there]))
        gateway.close()
        extra = {"IJW_TRUSTED_PROXIES": "127.0.0.1", "IJW_CLIENT_CERTIFICATE_HEADER": HEADER}
        servers[name] = Server(folder / name, gateway.settings, 1, ports[name], extra)
    with (
        program("faulty_proxy", lines["b"], str(ports["b"]), FINGERPRINTS["a"]),
        program("faulty_proxy", lines["a"], str(ports["a"]), FINGERPRINTS["b"]),
    ):
        for server in servers.values():
            server.start()
        try:
            yield servers["a"], servers["b"], tokens["a"], tokens["b"]
        finally:
            for server in servers.values():
                server.stop()


@pytest.mark.timeout(240)
def test_round_trip_over_a_bad_line(tmp_path: Path) -> None:
    """Every message and every retourbericht arrives exactly once, though requests and answers get lost and double."""
    count = 6
    with (
        two_gateways(tmp_path) as (a, b, token_a, token_b),
        Caller(a, token_a) as provider,
        Caller(b, token_b) as municipality,
    ):
        for number in range(count):
            assert provider.give(post_of("JW305", f"H{number}")).status_code == 202

        def all_there(caller: Caller, kind: str) -> bool:
            hurry(a)
            hurry(b)
            return len(caller.listed(type=kind)) >= count

        wait_for(lambda: all_there(municipality, "JW305"))
        for number in range(count):
            answer = answer_to(heenbericht("JW305", f"H{number}"), f"R{number}")
            assert municipality.give(xml(answer)).status_code == 202
        wait_for(lambda: all_there(provider, "JW306"))

        def settled() -> bool:
            hurry(a)
            hurry(b)
            sent = [*provider.listed(type="JW305"), *municipality.listed(type="JW306")]
            return {one["status"] for one in sent} == {"delivered"}

        wait_for(settled)
        for caller in (provider, municipality):
            for kind, letter in (("JW305", "H"), ("JW306", "R")):
                found = sorted(str(one["identificatie"]) for one in caller.listed(type=kind))
                assert found == [f"{letter}{number}" for number in range(count)]
        for message in provider.listed(type="JW305"):
            related = provider.get(f"/v1/messages/{message['id']}").json()["related"]
            assert [(one["type"], one["relation"]) for one in related] == [("JW306", "retourbericht")]
