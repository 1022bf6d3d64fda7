"""Envelopes of the GGk for the tests, and what the answers to them say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from lxml import etree

from gateway.exchange.ggk import HEEN, Envelop, Systeem, berichtcode_of
from gateway.wire.document import Document
from gateway.wire.ggk_answer import write_envelope
from gateway.wire.ggk_envelope import STUF
from gateway.wire.soap import SOAP
from tests.berichten import PROVIDER
from tests.gateways import PLAIN

PATH: Final = "/stuf/ggk0210/OntvangAsynchroon"


def new_reference() -> str:
    """Make a referentienummer."""
    return str(uuid4())


def envelop(
    functie: str = "JW315",
    *,
    sender: str = PROVIDER,
    recipient: str = PLAIN,
    reference: str | None = None,
    about: str | None = None,
    text: str | None = None,
) -> Envelop:
    """Give an envelope for a message of a provider, unless it is said otherwise."""
    known = functie.startswith("JW")
    return Envelop(
        berichtcode=berichtcode_of(functie) if known else HEEN,
        zender=Systeem(sender, "Zorgpakket", "Locatie Noord", "a.b"),
        ontvanger=Systeem(recipient, "GGk"),
        referentienummer=reference or new_reference(),
        tijdstip="20260801120000",
        functie=functie,
        functie_versie=("0003", "0002"),
        applicatie_versie=("0001", "0004"),
        cross_refnummer=about,
        bestandsnaam=text,
    )


def soap(given: Envelop, content: bytes) -> bytes:
    """Write an envelope around a message, as a SOAP message."""
    written = b"".join(write_envelope(given, Document(content))())
    if given.bestandsnaam:
        name = given.bestandsnaam.encode()
        written = written.replace(b"<GGK:xmlBestand>", b'<GGK:tekstBestand bestandsnaam="' + name + b'">')
        written = written.replace(b"</GGK:xmlBestand>", b"</GGK:tekstBestand>")
    return written


def in_soap(content: bytes) -> bytes:
    """Put an envelope that is there already into a SOAP message."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    etree.SubElement(root, f"{{{SOAP}}}Body").append(etree.fromstring(content))
    return etree.tostring(root)


@dataclass(frozen=True)
class Said:
    """What an answer says: its kind (Bv03, Fo03, Fo01), which envelope it is about, and the fault if it is one."""

    kind: str
    about: str
    code: str = ""
    text: str = ""
    details: str = ""
    to: str = ""
    place: str = ""


def said(body: bytes) -> Said:
    """Read an answer."""
    root = etree.fromstring(body)
    found = next(root.iter(*(f"{{{STUF}}}{kind}Bericht" for kind in ("Bv03", "Fo03", "Fo01"))))

    def text(name: str) -> str:
        return found.findtext(f".//{{{STUF}}}{name}") or ""

    to = found.findtext(f".//{{{STUF}}}ontvanger/{{{STUF}}}organisatie") or ""
    return Said(
        text("berichtcode"),
        text("crossRefnummer"),
        text("code"),
        text("omschrijving"),
        text("details"),
        to,
        text("plek"),
    )
