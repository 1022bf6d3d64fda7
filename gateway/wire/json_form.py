"""The typed form of a message in JSON: `{"type": "JW315", "release": "3.2", "bericht": {...}}`.

Names are the standard's in lowerCamelCase, lists are lists, amounts are numbers in euro cents, dates are text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gateway.ijw.bericht import (
    BERICHT_SUBVERSIE,
    BERICHT_VERSIE,
    RELEASE,
    XSD_VERSIE,
    Bericht,
)
from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.finding import Finding
from gateway.ijw.klasse import Klasse, Soort, Veld, velden
from gateway.ijw.waarden import plain_spelling
from gateway.wire.builder import elements
from gateway.wire.explain import MAX_FINDINGS, too_many
from gateway.wire.names import json_names, perhaps
from gateway.wire.refusal import Kind, Refusal, refuse
from gateway.wire.writer import Lines

# What the gateway fills in when it is left out: the same in every message of a type.
_VERSIE = {"basisschemaXsdVersie": XSD_VERSIE.basisschema_xsd_versie, "berichtXsdVersie": XSD_VERSIE.bericht_xsd_versie}
_FIXED: dict[str, Any] = {
    "berichtVersie": BERICHT_VERSIE,
    "berichtSubversie": BERICHT_SUBVERSIE,
    "xsdVersie": _VERSIE,
    "xsdVersieRetour": _VERSIE,
    "xsdVersieDeclaratie": _VERSIE,
}
_NOT_XML = {chr(code) for code in range(32)} - {"\t", "\n", "\r"} | {"\ufffe", "\uffff"}


def to_json(bericht: Bericht) -> dict[str, Any]:
    """Give the typed form of a message, to be written as JSON."""
    return {"type": bericht.TYPE, "release": RELEASE, "bericht": fields_of(bericht)}


def fields_of(klasse: Klasse) -> dict[str, Any]:
    """Give the typed form of a part of a message."""
    pairs = ((veld, getattr(klasse, veld.field)) for veld in velden(type(klasse)))
    return {veld.json_name: part_to_json(content) for veld, content in pairs if content is not None and content != ()}


def part_to_json(value: Any) -> Any:
    """Give a class or a value of a message as it stands in the typed form."""
    if isinstance(value, Klasse):
        return fields_of(value)
    if isinstance(value, tuple):
        return [part_to_json(item) for item in value]
    return plain_spelling(value)


class Draft(Struct, frozen=True):
    """A message in typed form turned into XML; or what is wrong with the form. `opt_out` stood beside the message."""

    type: str | None
    xml: bytes = b""
    opt_out: bool = False
    refusal: Refusal | None = None


class _EnoughError(Exception):
    """So many findings that more would not help."""


def parse_json(data: bytes) -> Draft:
    """Turn the bytes of a typed form into XML, still to be held against its schema."""
    try:
        form = json.loads(data.decode(), object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        reason = "Dit is geen goede JSON (UTF-8, elke naam één keer in een object)."
        return Draft(None, refusal=refuse(Kind.NOT_WELL_FORMED, reason))
    if not isinstance(form, dict) or set(form) - {"type", "release", "bericht", "optOut"}:
        return _wrong(None, 'Verwacht wordt een object met "type", "release", "bericht" en zo nodig "optOut".', None)
    name = form.get("type")
    if not isinstance(name, str) or name not in BERICHTEN:
        return _wrong(None, f'"type" moet een van deze zijn: {", ".join(BERICHTEN)}.', None)
    if form.get("release", RELEASE) != RELEASE:
        return _wrong(name, f'"release" moet {RELEASE} zijn; een andere release neemt de gateway niet.', None)
    if not isinstance(form.get("optOut", False), bool):
        return _wrong(name, '"optOut" moet true of false zijn.', None)
    return replace(from_json(BERICHTEN[name], form.get("bericht")), opt_out=form.get("optOut", False))


def from_json(bericht: type[Bericht], content: Any) -> Draft:
    """Turn the `bericht` part of a typed form into XML, still to be held against its schema."""
    if not isinstance(content, dict):
        return _wrong(bericht.TYPE, '"bericht" moet een object zijn.', "/Bericht")
    form = _Form(bericht)
    try:
        form.fields(bericht, _with_fixed(bericht, content), "/Bericht")
    except _EnoughError:
        form.findings.append(too_many())
    if form.findings:
        return Draft(bericht.TYPE, refusal=Refusal(Kind.SCHEMA_INVALID, tuple(form.findings)))
    return Draft(bericht.TYPE, form.lines.finish())


def _with_fixed(bericht: type[Bericht], content: Mapping[str, Any]) -> dict[str, Any]:
    header = content.get("header")
    if not isinstance(header, dict):
        return dict(content)
    known = {veld.json_name for veld in velden(_header_class(bericht))}
    fixed = {"berichtCode": bericht.CODE} | {name: value for name, value in _FIXED.items() if name in known}
    given = {name: value for name, value in header.items() if value is not None or name not in fixed}
    return {**content, "header": fixed | given}


def _header_class(bericht: type[Bericht]) -> type[Klasse]:
    header = velden(bericht)[0].klasse
    return header or Klasse


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "a name occurs twice"
        raise ValueError(message)
    return found


def _no_constant(_: str) -> Any:
    message = "not a number of JSON"
    raise ValueError(message)


def _wrong(message_type: str | None, message: str, path: str | None) -> Draft:
    return Draft(message_type, refusal=Refusal(Kind.SCHEMA_INVALID, (Finding("xsd", "XSD", message, path),)))


class _Form:
    """One typed form being written as XML."""

    def __init__(self, bericht: type[Bericht]) -> None:
        self._bericht = bericht
        self.lines = Lines(bericht)
        self.findings: list[Finding] = []

    def fields(self, cls: type[Klasse], content: Mapping[str, Any], path: str) -> None:
        fields = elements(cls, self._bericht)
        known = [veld.json_name for veld in fields]
        for name in content:
            if name not in known:
                self._unknown(name, known, path)
        for veld in fields:
            value = content.get(veld.json_name)
            # An element that is not there is left out, null, or an empty list: whichever a client finds easiest.
            if value is not None and value != []:
                self._element(veld, value, f"{path}/{veld.name}", f"{self.lines.prefix(cls)}:")

    def _unknown(self, name: str, known: list[str], path: str) -> None:
        allowed = f"Hier mag staan: {', '.join(known)}."
        if name in json_names():
            self._tell(f"{name} hoort hier niet. {allowed}", path)
        else:
            self._tell(f"Hier staat een naam die de standaard niet kent.{perhaps(name, known)} {allowed}", path)

    def _element(self, veld: Veld, value: Any, path: str, prefix: str) -> None:
        tag = prefix + veld.name
        if veld.klasse:
            inner = veld.klasse
            self._nest(value, dict, tag, path, lambda: self.fields(inner, value, path))
        elif veld.item:
            item = veld.item
            self._nest(value, list, tag, path, lambda: self._items(item, value, path, prefix))
        else:
            self._leaf(veld, value, path, tag)

    def _items(self, item: Veld, values: list[Any], path: str, prefix: str) -> None:
        for number, value in enumerate(values, 1):
            place = f"{path}/{item.name}" + (f"[{number}]" if len(values) > 1 else "")
            self._element(item, value, place, prefix)

    def _nest(self, value: Any, kind: type, tag: str, path: str, inside: Callable[[], None]) -> None:
        if not isinstance(value, kind):
            self._tell("Hier hoort een object." if kind is dict else "Hier hoort een lijst.", path)
            return
        self.lines.open(tag)
        inside()
        self.lines.close(tag)

    def _leaf(self, veld: Veld, value: Any, path: str, tag: str) -> None:
        number = veld.soort is Soort.GETAL
        if isinstance(value, bool) or not isinstance(value, (int, str) if number else str):
            kind = "een geheel getal, zonder decimalen" if number else "tekst, tussen aanhalingstekens"
            self._tell(f"Hier hoort {kind}.", path)
            return
        text = str(value)
        if not _NOT_XML.isdisjoint(text) or any("\ud800" <= sign <= "\udfff" for sign in text):
            self._tell("Hier staat een teken dat in XML niet bestaat.", path)
            return
        self.lines.leaf(tag, text)

    def _tell(self, message: str, path: str) -> None:
        if len(self.findings) == MAX_FINDINGS:
            raise _EnoughError
        self.findings.append(Finding("xsd", "XSD", message, path))
