"""Envelopes of the GGk out: messages to send, and the answers Bv03, Fo03 and Fo01."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from gateway.exchange.ggk import AnswerHead, Envelop, Fault, Systeem, clipped
from gateway.wire.document import Document
from gateway.wire.ggk_envelope import GGK, STUF
from gateway.wire.soap import SOAP

_OURS: Final = "urn:ijw-gateway:bevindingen"
_NAMESPACES: Final = {"soap": SOAP, "StUF": STUF}
_HERE: Final = "KOMT-HIER"
# Three bytes make four characters: pieces of whole groups make one text.
_PIECE: Final = 3 * 64 * 1024
_LONGEST_DETAILS: Final = 1000


def write_envelope(envelop: Envelop, message: Document) -> Callable[[], Iterator[bytes]]:
    """Give what gives the bytes of a SOAP message around an envelope around a message, piece by piece."""
    before, after = _frame(envelop)

    def pieces() -> Iterator[bytes]:
        yield before
        for piece in message.chunks(_PIECE):
            yield base64.b64encode(piece)
        yield after

    return pieces


def envelope_size(envelop: Envelop, size: int) -> int:
    """Tell how many bytes a message of `size` bytes is in its envelope, base64 included."""
    before, after = _frame(envelop)
    return len(before) + len(after) + 4 * ((size + 2) // 3)


def _frame(envelop: Envelop) -> tuple[bytes, bytes]:
    soap, body = _soap({"GGK": GGK})
    name = "envelopHeenbericht-ggk_Di01" if envelop.cross_refnummer is None else "envelopRetourbericht-ggk_Du01"
    root = etree.SubElement(body, f"{{{GGK}}}{name}")
    head = etree.SubElement(root, f"{{{GGK}}}stuurgegevens")
    _head(head, envelop.berichtcode, envelop.zender, envelop.ontvanger)
    _add(head, "referentienummer", envelop.referentienummer)
    _add(head, "tijdstipBericht", envelop.tijdstip)
    if envelop.cross_refnummer is not None:
        _add(head, "crossRefnummer", envelop.cross_refnummer)
    _add(head, "functie", envelop.functie)
    parameters = etree.SubElement(root, f"{{{GGK}}}parameters")
    versions = (*envelop.applicatie_versie, *envelop.functie_versie)
    names = ("applicatieVersie", "applicatieSubversie", "functieVersie", "functieSubversie")
    for field, value in zip(names, versions, strict=True):
        etree.SubElement(parameters, f"{{{GGK}}}{field}").text = value
    bericht = etree.SubElement(parameters, f"{{{GGK}}}bericht")
    etree.SubElement(bericht, f"{{{GGK}}}xmlBestand").text = _HERE
    before, _, after = _bytes(soap).rpartition(_HERE.encode())
    return before, after


def write_bv03(head: AnswerHead) -> bytes:
    """Write a Bv03: the envelope that it answers is taken."""
    soap, body = _soap()
    _answer(body, "Bv03", head)
    return _bytes(soap)


def write_fo03(head: AnswerHead, fault: Fault) -> bytes:
    """Write a SOAP fault with a Fo03: the envelope that it answers is not taken."""
    soap, body = _soap()
    told = etree.SubElement(body, f"{{{SOAP}}}Fault")
    etree.SubElement(told, "faultcode").text = "soap:Client" if fault.at_client else "soap:Server"
    etree.SubElement(told, "faultstring").text = f"{fault.code}: {fault.text}"
    detail = etree.SubElement(told, "detail")
    _fault_body(_answer(detail, "Fo03", head), fault, None)
    return _bytes(soap)


def write_fo01(head: AnswerHead, fault: Fault, details: str) -> bytes:
    """Write a Fo01: the content of an envelope that was taken is refused; `details` names its function."""
    soap, body = _soap()
    _fault_body(_answer(body, "Fo01", head), fault, details)
    return _bytes(soap)


def write_soap_fault(code: str, text: str) -> bytes:
    """Write a SOAP fault about SOAP itself (`VersionMismatch`, `MustUnderstand`): it has no detail."""
    soap, body = _soap()
    told = etree.SubElement(body, f"{{{SOAP}}}Fault")
    etree.SubElement(told, "faultcode").text = f"soap:{code}"
    etree.SubElement(told, "faultstring").text = text
    return _bytes(soap)


def _soap(more: dict[str, str] | None = None) -> tuple[etree._Element, etree._Element]:
    soap = etree.Element(f"{{{SOAP}}}Envelope", nsmap={**_NAMESPACES, **(more or {})})
    return soap, etree.SubElement(soap, f"{{{SOAP}}}Body")


def _answer(parent: etree._Element, kind: str, head: AnswerHead) -> etree._Element:
    root = etree.SubElement(parent, f"{{{STUF}}}{kind}Bericht")
    written = etree.SubElement(root, f"{{{STUF}}}stuurgegevens")
    _head(written, kind, head.zender, head.ontvanger)
    _add(written, "referentienummer", head.referentienummer)
    _add(written, "tijdstipBericht", head.tijdstip)
    _add(written, "crossRefnummer", head.cross_refnummer)
    return root


def _head(head: etree._Element, berichtcode: str, zender: Systeem, ontvanger: Systeem) -> None:
    _add(head, "berichtcode", berichtcode)
    for name, systeem in (("zender", zender), ("ontvanger", ontvanger)):
        element = etree.SubElement(head, f"{{{STUF}}}{name}")
        for field in ("organisatie", "applicatie", "administratie", "gebruiker"):
            value = getattr(systeem, field)
            if value:
                _add(element, field, value)


def _fault_body(root: etree._Element, fault: Fault, details: str | None) -> None:
    body = etree.SubElement(root, f"{{{STUF}}}body")
    _add(body, "code", fault.code)
    _add(body, "plek", "client" if fault.at_client else "server")
    _add(body, "omschrijving", clipped(fault.text))
    if details:
        _add(body, "details", clipped(details, _LONGEST_DETAILS))
    if fault.findings:
        listed = etree.SubElement(body, f"{{{STUF}}}detailsXML")
        told = etree.SubElement(listed, f"{{{_OURS}}}bevindingen", nsmap={"b": _OURS})
        for code, path, message in fault.findings:
            finding = etree.SubElement(told, f"{{{_OURS}}}bevinding", {"code": code, "pad": path})
            finding.text = message


def _add(parent: etree._Element, name: str, value: str) -> None:
    etree.SubElement(parent, f"{{{STUF}}}{name}").text = value


def _bytes(soap: etree._Element) -> bytes:
    return etree.tostring(soap, xml_declaration=True, encoding="UTF-8")
