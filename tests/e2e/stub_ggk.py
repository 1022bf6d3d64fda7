"""Another side of the GGk as a program: zeep reads what comes and writes the answer; both sides show a certificate.

`python -m tests.e2e.stub_ggk PORT FOLDER`: in the folder are `server.pem` and `authority.pem`; every envelope that
was understood becomes a line of JSON in `heard.jsonl` there, and `mood` may hold a word: `fault` or `silence`.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import zeep
from lxml import etree

from gateway.resources import schemas_dir

_STUF: Final = "http://www.egem.nl/StUF/StUF0301"
_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"


class Stub(HTTPServer):
    """Listens with TLS, and knows the service by its WSDL."""

    def __init__(self, port: int, folder: Path) -> None:
        self.folder = folder
        self.client: Any = zeep.Client(str(schemas_dir() / "ggk0210" / "OntvangAsynchroon.wsdl"))
        super().__init__(("127.0.0.1", port), Handler)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "authority.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(folder / "server.pem")
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def understand(self, body: bytes, action: str) -> dict[str, Any]:
        """Read an envelope as the WSDL has it; raises when it is not one."""
        root = etree.fromstring(body)
        content = root[0][0]
        element = self.client.get_element(content.tag)
        found = element.parse(content, self.client.wsdl.types)
        head = found.stuurgegevens
        told = {"action": action, "kind": head.berichtcode, "reference": head.referentienummer}
        told |= {"sender": head.zender.organisatie, "recipient": head.ontvanger.organisatie}
        if head.berichtcode == "Fo01":
            return {**told, "about": head.crossRefnummer, "code": found.body.code, "details": found.body.details}
        payload = found.parameters.bericht.xmlBestand
        version = found.parameters.functieVersie + found.parameters.functieSubversie
        digest = hashlib.sha256(payload).hexdigest()
        return {**told, "functie": head.functie, "version": version, "digest": digest}

    def answer(self, kind: str, about: str) -> bytes:
        """Write a Bv03 or Fo03 as the WSDL has it."""
        system = {"organisatie": "GGK", "applicatie": "Stub"}
        head = {"berichtcode": kind, "zender": system, "ontvanger": system, "referentienummer": "stub"}
        head |= {"tijdstipBericht": "20260801120000", "crossRefnummer": about}
        fields: dict[str, Any] = {"stuurgegevens": head}
        if kind == "Fo03":
            fields["body"] = {"code": "IB999", "plek": "server", "omschrijving": "Nu even niet, 999900006."}
        element = self.client.get_element(f"{{{_STUF}}}{kind}Bericht")
        envelope = etree.Element(f"{{{_SOAP}}}Envelope")
        parent = etree.SubElement(envelope, f"{{{_SOAP}}}Body")
        if kind == "Fo03":
            parent = etree.SubElement(parent, f"{{{_SOAP}}}Fault")
            etree.SubElement(parent, "faultcode").text = "Server"
            etree.SubElement(parent, "faultstring").text = "fout"
            parent = etree.SubElement(parent, "detail")
        element.render(parent, element(**fields))
        return etree.tostring(envelope)


class Handler(BaseHTTPRequestHandler):
    """One envelope."""

    server: Stub

    def do_POST(self) -> None:
        """Understand it, write that down, and answer as the mood is."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mood = (self.server.folder / "mood").read_text()
        if mood == "silence":
            self.close_connection = True
            return
        told = self.server.understand(body, self.headers["SOAPAction"])
        with (self.server.folder / "heard.jsonl").open("a") as heard:
            heard.write(json.dumps({**told, "mood": mood}) + "\n")
        answer = self.server.answer("Fo03" if mood == "fault" else "Bv03", told["reference"])
        self.send_response(500 if mood == "fault" else 200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Stub(int(sys.argv[1]), Path(sys.argv[2])).serve_forever()
