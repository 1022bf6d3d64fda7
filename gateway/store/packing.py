"""Facts as compact bytes and back: what is encrypted and kept of a dossier and of a request.

A berichtklasse is the list of its values in the order of the standard, without the empty ones at its end; equal
classes are written once, with all messages that said so. The same facts are always the same bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeAlias, TypeVar, cast
from uuid import UUID

import orjson

from gateway.exchange.feiten import RequestFile
from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier, Feit, Verzoek
from gateway.ijw.klasse import Klasse, Soort, Veld, velden
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW317, JW319
from gateway.ijw.waarden import read_datum

K = TypeVar("K", bound=Klasse)
# Packed classes, each with the messages that it stood in: [[class, [[id, dagtekening, identificatie], …]], …]
Packed: TypeAlias = list[list[Any]]

_DOSSIER: Final[dict[str, type[Klasse]]] = {
    "toewijzingen": JW301.ToegewezenProduct,
    "aanvragen": JW315.AangevraagdProduct,
    "wijzigingen": JW317.Verzoek,
    "starts": JW305.StartProduct,
    "stops": JW307.StopProduct,
    "prestaties": JW323.Prestatie,
}
# Who is in a hurry packs lightly: a stronger compression takes five times as long and saves a tenth.
_LEVEL: Final = 1
# So many texts are compressed together.
_AT_ONCE: Final = 512


def pack_dossier(dossier: Dossier) -> bytes:
    """Write a dossier."""
    lists: list[tuple[str, Iterable[str]]] = [
        (name, _pack_facts(facts)) for name in _DOSSIER if (facts := getattr(dossier, name))
    ]
    lists += _lists(
        geweigerd=(message.hex for message in dossier.geweigerd),
        afgewezen=([message.hex, number] for message, number in dossier.afgewezen),
        toegekend=(message.hex for message in dossier.toegekend),
    )
    return _squeeze(lists)


def unpack_dossier(data: bytes) -> Dossier:
    """Read what `pack_dossier` wrote."""
    content = orjson.loads(zlib.decompress(data))
    facts: dict[str, Any] = {
        name: _unpack_facts(klasse, content[name]) for name, klasse in _DOSSIER.items() if name in content
    }
    return Dossier(
        **facts,
        geweigerd=frozenset(map(UUID, content.get("geweigerd", ()))),
        afgewezen=frozenset((UUID(message), number) for message, number in content.get("afgewezen", ())),
        toegekend=frozenset(map(UUID, content.get("toegekend", ()))),
    )


def pack_request(file: RequestFile) -> bytes:
    """Write what is known of a request; its reference and municipality stand beside it."""
    changes = [fact for fact in file.verzoek.gevraagd if isinstance(fact.klasse, JW317.Verzoek)]
    asked = [fact for fact in file.verzoek.gevraagd if isinstance(fact.klasse, JW315.AangevraagdProduct)]
    facts: dict[str, Iterable[Feit[Any]]] = {
        "aanvragen": asked,
        "wijzigingen": changes,
        "toegewezen": file.verzoek.toegewezen,
        "antwoorden": file.verzoek.antwoorden,
    }
    lists: list[tuple[str, Iterable[str]]] = [(name, _pack_facts(some)) for name, some in facts.items() if some]
    lists += _lists(
        manual=(message.hex for message in file.manual),
        handled=(message.hex for message in file.handled),
        dossiers=([message.hex, dossier.hex] for message, dossier in file.dossiers),
    )
    return _squeeze(lists)


def unpack_request(reference: str, municipality: str, data: bytes) -> RequestFile:
    """Read what `pack_request` wrote."""
    content = orjson.loads(zlib.decompress(data))
    asked: list[Any] = [
        *_unpack_facts(JW315.AangevraagdProduct, content.get("aanvragen", [])),
        *_unpack_facts(JW317.Verzoek, content.get("wijzigingen", [])),
    ]
    verzoek = Verzoek(
        reference,
        municipality,
        gevraagd=tuple(asked),
        toegewezen=_unpack_facts(JW301.ToegewezenProduct, content.get("toegewezen", [])),
        antwoorden=_unpack_facts(JW319.Antwoord, content.get("antwoorden", [])),
        afgehandeld=bool(content.get("handled")),
    )
    return RequestFile(
        verzoek,
        manual=frozenset(map(UUID, content.get("manual", ()))),
        handled=frozenset(map(UUID, content.get("handled", ()))),
        dossiers=frozenset((UUID(message), UUID(dossier)) for message, dossier in content.get("dossiers", ())),
    )


def _encode(value: Any) -> str:
    # Not the bytes themselves: they keep the room in which they were made, and one client may have thousands.
    return orjson.dumps(value).decode()


def _lists(**values: Iterable[Any]) -> Iterator[tuple[str, Iterable[str]]]:
    """Give lists of plain values as texts, in one order; not those that are empty."""
    for name, some in values.items():
        texts = sorted(map(_encode, some))
        if texts:
            yield name, texts


def _squeeze(lists: Iterable[tuple[str, Iterable[str]]]) -> bytes:
    """Compress an object of lists of JSON texts, piece by piece: one client may have thousands of Prestaties."""
    compressor = zlib.compressobj(_LEVEL)
    squeezed: list[bytes] = []
    waiting = ["{"]
    for number, (name, texts) in enumerate(lists):
        waiting.append(f'{"," if number else ""}"{name}":[')
        for place, text in enumerate(texts):
            waiting.append(f",{text}" if place else text)
            if len(waiting) >= _AT_ONCE:
                squeezed.append(compressor.compress("".join(waiting).encode()))
                waiting = []
        waiting.append("]")
    squeezed.append(compressor.compress("".join([*waiting, "}"]).encode()))
    return b"".join([*squeezed, compressor.flush()])


def _pack_facts(facts: Iterable[Feit[Any]]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    marks: dict[UUID, str] = {}
    for fact in facts:
        mark = marks.get(fact.bericht)
        if mark is None:
            mark = _encode([fact.bericht.hex, fact.dagtekening.isoformat(), fact.identificatie])
            marks[fact.bericht] = mark
        groups.setdefault(_encode(pack_class(fact.klasse)), []).append(mark)
    for packed in sorted(groups):
        yield f"[{packed},[{','.join(sorted(groups[packed]))}]]"


def _unpack_facts(klasse: type[Klasse], groups: Packed) -> tuple[Feit[Any], ...]:
    read = _reader(klasse)
    facts = []
    for packed, marks in groups:
        value = read(packed)
        facts += [Feit(UUID(message), read_datum(day), mark, value) for message, day, mark in marks]
    facts.sort(key=lambda fact: fact.order)
    return tuple(facts)


def pack_class(value: Klasse) -> list[Any]:
    """Give the values of a class in the order of the standard."""
    return _packer(type(value))(value)


def unpack_class(klasse: type[K], values: list[Any]) -> K:
    """Read what `pack_class` wrote."""
    read: K = _reader(klasse)(values)
    return read


def _make_packer(klasse: type[Any]) -> Callable[[Klasse], list[Any]]:
    """Make what writes a class: only dates, times and what has classes inside are less than they are in Python."""
    fields = velden(klasse)
    names = [veld.field for veld in fields]
    # Of one name alone it would give the value itself.
    get = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
    writers = [(place, convert) for place, veld in enumerate(fields) if (convert := _field_writer(veld)) is not None]

    def write(value: Klasse) -> list[Any]:
        values = list(get(value))
        for place, convert in writers:
            if values[place] is not None:
                values[place] = convert(values[place])
        while values and (values[-1] is None or values[-1] == []):
            values.pop()
        return values

    return write


_packer = cast("Callable[[type[Any]], Callable[[Klasse], list[Any]]]", cache(_make_packer))


def _field_writer(veld: Veld) -> Callable[[Any], Any] | None:
    if veld.klasse is not None:
        return _packer(veld.klasse)
    if veld.item is not None:
        inner = _packer(veld.item.klasse) if veld.item.klasse is not None else None
        return (lambda items: [inner(item) for item in items]) if inner is not None else list
    plain: dict[Soort, Callable[[Any], Any]] = {Soort.DATUM: date.isoformat, Soort.TIJD: time.isoformat}
    return plain.get(veld.soort)


def _make_reader(klasse: type[Any]) -> Callable[[list[Any]], Any]:
    """Make what reads a class: only dates, times and what has classes inside are more than they are in JSON."""
    fields = velden(klasse)
    names = [veld.field for veld in fields]
    readers = [(veld.field, convert) for veld in fields if (convert := _field_reader(veld)) is not None]

    def read(values: list[Any]) -> Any:
        found = dict(zip(names, values, strict=False))
        for name, convert in readers:
            content = found.get(name)
            if content is not None:
                found[name] = convert(content)
        return klasse(**found)

    return read


# A cast, because the type checker takes a class for an instance when it asks whether it can be a key.
_reader = cast("Callable[[type[Any]], Callable[[list[Any]], Any]]", cache(_make_reader))


def _field_reader(veld: Veld) -> Callable[[Any], Any] | None:
    if veld.klasse is not None:
        return _reader(veld.klasse)
    if veld.item is not None:
        inner = _reader(veld.item.klasse) if veld.item.klasse is not None else None
        return (lambda items: tuple(map(inner, items))) if inner is not None else tuple
    return {Soort.DATUM: read_datum, Soort.TIJD: time.fromisoformat}.get(veld.soort)
