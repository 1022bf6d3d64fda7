"""Envelopes of the GGk in: what was in the SOAP message, checked against the schema of the envelope."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from lxml import etree

from gateway.exchange.ggk import HEEN, RETOUR, Envelop, Fault, Foutbericht, Systeem
from gateway.wire.document import Document
from gateway.wire.soap import SOAP, SoapError, read_soap

STUF: Final = "http://www.egem.nl/StUF/StUF0301"
GGK: Final = "http://www.stufstandaarden.nl/koppelvlak/ggk0210"
_FO01: Final = f"{{{STUF}}}Fo01Bericht"
_BERICHTCODES: Final = {
    f"{{{GGK}}}envelopHeenbericht-ggk_Di01": HEEN,
    f"{{{GGK}}}envelopRetourbericht-ggk_Du01": RETOUR,
}
_TEXT_FILE: Final = f"{{{GGK}}}tekstBestand"
PAYLOADS: Final = frozenset({_TEXT_FILE, f"{{{GGK}}}xmlBestand"})
"""The elements with the base64 of a message."""


class EnvelopeError(Exception):
    """An envelope does not fit its schema; the text says where, in Dutch, and repeats no value."""


class EnvelopeSchema:
    """The schema of the envelope, from the folder with `ggk0210.xsd`."""

    def __init__(self, folder: Path) -> None:
        """Compile it."""
        self._lock = Lock()
        self._schema = etree.XMLSchema(file=str(folder / "ggk0210.xsd"))
        self._names = {str(name) for file in folder.glob("*.xsd") for name in etree.parse(str(file)).xpath("//@name")}

    def read(self, content: etree._Element) -> Envelop | Foutbericht:
        """Read what was in the Body of a SOAP message; raises EnvelopeError when it is no envelope of this standard."""
        expected = content.tag in _BERICHTCODES or content.tag == _FO01
        if not expected:
            raise EnvelopeError("In de Body staat geen ggk_Di01, ggk_Du01 of Fo01.")
        # What was wrong is remembered in the schema itself, for whoever asks first.
        with self._lock:
            if not self._schema.validate(content):
                raise EnvelopeError(f"De envelop voldoet niet aan het schema, bij {self._place()}.")
        return _fout(content) if content.tag == _FO01 else _envelop(content)

    def _place(self) -> str:
        """Name the element that the schema stumbled over; of a name that the schema does not have, nothing."""
        path = self._schema.error_log[0].path or ""
        names = [step.rpartition(":")[2].partition("[")[0] for step in path.split("/")]
        return "/".join(name for name in names[2:] if name in self._names) or "het begin"


def read_answer(document: Document) -> Fault | None:
    """Read what was said to an envelope: nothing for a Bv03, else what is wrong, and who is to mend that.

    A fault that does not say where it is counts as theirs. Raises SoapError for what is no answer to an envelope.
    """
    content = read_soap(document, ()).content
    if content.tag == f"{{{STUF}}}Bv03Bericht":
        return None
    if content.tag != f"{{{SOAP}}}Fault":
        raise SoapError("Dit is geen Bv03 en geen SOAP-fault.")
    fout = content.find(f".//{{{STUF}}}Fo03Bericht/{{{STUF}}}body")
    if fout is None:
        return Fault("", content.findtext("faultstring") or "SOAP-fault", at_client=False)
    return Fault(_text(fout, "code"), _text(fout, "omschrijving"), at_client=_text(fout, "plek") == "client")


@cache
def envelope_schema(folder: Path) -> EnvelopeSchema:
    """Give the compiled schema of a folder; it is made once a process."""
    return EnvelopeSchema(folder)


def _envelop(content: etree._Element) -> Envelop:
    head, parameters = content[0], content[1]
    file = parameters[4][0]
    return Envelop(
        berichtcode=_BERICHTCODES[str(content.tag)],
        zender=_systeem(head, "zender"),
        ontvanger=_systeem(head, "ontvanger"),
        referentienummer=_text(head, "referentienummer"),
        tijdstip=_text(head, "tijdstipBericht"),
        functie=_text(head, "functie"),
        functie_versie=(parameters[2].text or "", parameters[3].text or ""),
        applicatie_versie=(parameters[0].text or "", parameters[1].text or ""),
        cross_refnummer=head.findtext(f"{{{STUF}}}crossRefnummer"),
        bestandsnaam=file.get("bestandsnaam"),
    )


def _fout(content: etree._Element) -> Foutbericht:
    head, body = content[0], content[1]
    return Foutbericht(
        zender=_systeem(head, "zender"),
        ontvanger=_systeem(head, "ontvanger"),
        referentienummer=_text(head, "referentienummer"),
        cross_refnummer=_text(head, "crossRefnummer"),
        code=_text(body, "code"),
        omschrijving=_text(body, "omschrijving"),
        details=body.findtext(f"{{{STUF}}}details"),
    )


def _systeem(head: etree._Element, name: str) -> Systeem:
    found = head.find(f"{{{STUF}}}{name}")
    if found is None:
        raise EnvelopeError  # The schema asks for both.
    return Systeem(
        _text(found, "organisatie"),
        _text(found, "applicatie"),
        found.findtext(f"{{{STUF}}}administratie"),
        found.findtext(f"{{{STUF}}}gebruiker"),
    )


def _text(parent: etree._Element, name: str) -> str:
    return parent.findtext(f"{{{STUF}}}{name}") or ""
