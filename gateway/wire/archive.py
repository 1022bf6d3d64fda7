"""A ZIP of messages: opened with suspicion, read one message at a time, nothing unpacked to disk under its own name.

The names in it are never repeated: they may say whom a message is about.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise

from gateway.wire.document import MAX_SIZE, MEBIBYTE, Document
from gateway.wire.guard import too_large
from gateway.wire.refusal import Kind, Refusal, refuse

MAX_ENTRIES = 30
# A packed message of ordinary content grows thirty to a hundred times; a bomb a thousand times.
_MAX_GROWTH = 200
# What unpacks to no more than this does no harm, whatever its growth.
_HARMLESS = 4 * MAX_SIZE

_END = struct.Struct("<4s4H2LH")  # the end record: signature, disks, entries here, entries, size, offset, comment
_END_SIGNATURE = b"PK\x05\x06"
_LONGEST_COMMENT = 65_535
_LOCAL_HEADER = 30
# Room for a name and the extra fields of each entry in the list of contents.
_LONGEST_ENTRY = 2_048
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, ValueError, RuntimeError)
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}

_NO_ZIP = "Dit is geen bruikbaar ZIP-bestand; pak de berichten opnieuw in, met de gewone methode (deflate)."


def open_archive(document: Document) -> Refusal | Iterator[Document | Refusal]:
    """Give the messages in a ZIP one by one, each readable or refused by itself; or the reason to refuse the whole."""
    refusal = _contents_list(document)
    if refusal:
        return refusal
    try:
        archive = zipfile.ZipFile(document.open())
    except _BROKEN:
        return refuse(Kind.NO_ZIP, _NO_ZIP)
    return _check(archive, document.size) or _entries(archive)


def _contents_list(document: Document) -> Refusal | None:
    """Look at the end record first: a list of half a million entries would take seconds to read."""
    stream = document.open()
    stream.seek(max(0, document.size - _END.size - _LONGEST_COMMENT))
    tail = stream.read()
    place = tail.rfind(_END_SIGNATURE)
    if place < 0 or len(tail) - place < _END.size:
        return refuse(Kind.NO_ZIP, _NO_ZIP)
    _, _, _, _, entries, size, _, _ = _END.unpack_from(tail, place)
    if entries > MAX_ENTRIES or size > MAX_ENTRIES * _LONGEST_ENTRY:
        return refuse(Kind.ZIP_TOO_MANY, f"In een ZIP-bestand mogen hoogstens {MAX_ENTRIES} berichten zitten.")
    return None


def _check(archive: zipfile.ZipFile, packed: int) -> Refusal | None:
    entries = archive.infolist()
    if not entries:
        return refuse(Kind.ZIP_EMPTY, "Het ZIP-bestand is leeg; stop er minstens één bericht in.")
    if len(entries) > MAX_ENTRIES:
        return refuse(Kind.ZIP_TOO_MANY, f"In een ZIP-bestand mogen hoogstens {MAX_ENTRIES} berichten zitten.")
    if any(entry.is_dir() or "/" in entry.filename or "\\" in entry.filename for entry in entries):
        return refuse(Kind.ZIP_FOLDER, "In het ZIP-bestand zit een map; pak alleen de berichten zelf in.")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        return refuse(Kind.ZIP_PASSWORD, "Het ZIP-bestand is met een wachtwoord beveiligd; laat dat weg.")
    if any(entry.compress_type not in _METHODS for entry in entries) or _overlap(entries):
        return refuse(Kind.NO_ZIP, _NO_ZIP)
    unpacked = sum(min(entry.file_size, MAX_SIZE) for entry in entries)
    if unpacked > _HARMLESS and unpacked > _MAX_GROWTH * packed:
        return refuse(Kind.NO_ZIP, "Het ZIP-bestand pakt uit tot onwaarschijnlijk veel; deel de berichten anders in.")
    return None


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Say whether entries share bytes, as in a bomb that unpacks the same bytes again and again."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    return any(
        entry.header_offset + _LOCAL_HEADER + entry.compress_size > following.header_offset
        for entry, following in pairwise(ordered)
    )


def _entries(archive: zipfile.ZipFile) -> Iterator[Document | Refusal]:
    with archive:
        for entry in archive.infolist():
            yield _read(archive, entry)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Document | Refusal:
    if entry.file_size > MAX_SIZE:
        return refuse(Kind.ZIP_ENTRY_TOO_LARGE, too_large())
    document = Document()
    try:
        with archive.open(entry) as stream:
            while chunk := stream.read(MEBIBYTE):
                document.append(chunk)
    except (*_BROKEN, zlib.error, EOFError):
        document.close()
        return refuse(Kind.NO_ZIP, "Dit bestand in het ZIP-bestand is beschadigd; pak het opnieuw in.")
    return document
