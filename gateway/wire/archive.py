"""A ZIP of messages: opened with suspicion, read one message at a time, nothing unpacked to disk.

The whole of it is checked before the first message is given, so that a ZIP is taken or refused as one. The names in
it are never repeated: they may say whom a message is about.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from struct import Struct
from typing import IO, Final, Self

import msgspec
from msgspec.structs import replace

from gateway.wire.document import MAX_SIZE, MEBIBYTE, Document
from gateway.wire.guard import too_large
from gateway.wire.refusal import Kind, Refusal, refuse

MAX_ENTRIES: Final = 30
# A message of ordinary content unpacks to thirty to a hundred times its size; a bomb to a thousand times.
_MAX_GROWTH: Final = 500
# What unpacks to no more than this does no harm, whatever its growth.
_HARMLESS: Final = 4 * MAX_SIZE

# The three records of a ZIP that matter, each after its signature. The format is read here and not by `zipfile`: that
# believes a second end record with other numbers, reads a list of contents of any length, and stops in the middle of
# a file that is longer than it says.
_END = Struct("<4s4H2LH")  # disk, disk of the list, entries on it, entries, size and place of the list, comment
_LISTED = Struct("<4s6H3L5H2L")  # versions, flags, method, time, date, CRC, packed, size, lengths, disk, kinds, place
_LOCAL = Struct("<4s5H3L2H")  # version, flags, method, time, date, CRC, packed, size, lengths of name and extra
_LONGEST_COMMENT: Final = 65_535

_STORED, _DEFLATED = 0, 8
_ENCRYPTED: Final = 0x2041  # with a password, strongly, and with the list of contents hidden
_DOS_FOLDER: Final = 0x10
_UNIX_KIND, _UNIX_FOLDER = 0xF000, 0x4000
_PATH = re.compile(rb"[/\\]|^[A-Za-z]:")

_NO_ZIP: Final = "Dit is geen bruikbaar ZIP-bestand; pak de berichten opnieuw in, met de gewone methode (deflate)."


class _RefusedError(Exception):
    """The ZIP is refused as a whole."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.refusal = refuse(kind, message)


class _Entry(msgspec.Struct, frozen=True):
    """A file in a ZIP, as the list of contents has it; `start` is where its bytes begin."""

    folder: bool
    encrypted: bool
    method: int
    crc: int
    packed: int
    size: int
    place: int
    start: int = 0

    @classmethod
    def listed(cls, record: bytes, name: bytes) -> Self:
        """Read a record of the list of contents."""
        _, made_by, _, flags, method, _, _, crc, packed, size, _, _, _, _, _, kind, place = _LISTED.unpack(record)
        unix = made_by >> 8 == 3 and (kind >> 16) & _UNIX_KIND == _UNIX_FOLDER  # noqa: PLR2004 - 3 is Unix
        folder = bool(_PATH.search(name)) or bool(kind & _DOS_FOLDER) or unix
        return cls(folder, bool(flags & _ENCRYPTED), method, crc, packed, size, place)


def open_archive(document: Document) -> Refusal | Iterator[Document | Refusal]:
    """Give the messages in a ZIP one by one, each readable or too large; or the reason to refuse the whole."""
    stream = document.open()
    try:
        entries, end = _contents(stream, document.size)
        _check(entries, document.size)
        placed = [_place(stream, entry) for entry in entries]
        _check_places(placed, end)
        for entry in placed:
            _verify(stream, entry)
    except _RefusedError as refused:
        return refused.refusal
    return _messages(document, placed)


def _contents(stream: IO[bytes], size: int) -> tuple[list[_Entry], int]:
    """Read the list of contents, and say where it begins."""
    count, length, place = _end_record(stream, size)
    stream.seek(place)
    content = stream.read(length)
    entries: list[_Entry] = []
    position = 0
    while position < length and len(entries) <= count:
        record = content[position : position + _LISTED.size]
        if len(record) < _LISTED.size or not record.startswith(b"PK\x01\x02"):
            raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)
        name, extra, comment = _LISTED.unpack(record)[10:13]
        position += _LISTED.size
        entries.append(_Entry.listed(record, content[position : position + name]))
        position += name + extra + comment
    if position != length or len(entries) != count:
        raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)
    return entries, place


def _end_record(stream: IO[bytes], size: int) -> tuple[int, int, int]:
    """Find the record that a ZIP ends with: how many entries, and the length and place of the list of them."""
    stream.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = stream.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < _END.size:
        raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)
    _, disk, list_disk, here, count, length, place, comment = _END.unpack_from(tail, found)
    if count > MAX_ENTRIES:
        message = f"In een ZIP-bestand mogen hoogstens {MAX_ENTRIES} berichten zitten; verdeel ze over meer bestanden."
        raise _RefusedError(Kind.ZIP_TOO_MANY, message)
    begin = size - len(tail) + found
    whole = disk == list_disk == 0 and here == count and place + length == begin
    if not whole or begin + _END.size + comment != size:
        raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)
    return count, length, place


def _check(entries: list[_Entry], size: int) -> None:
    if not entries:
        raise _RefusedError(Kind.ZIP_EMPTY, "Het ZIP-bestand is leeg; stop er minstens één bericht in.")
    if any(entry.folder for entry in entries):
        raise _RefusedError(Kind.ZIP_FOLDER, "In het ZIP-bestand zit een map; pak alleen de berichten zelf in.")
    if any(entry.encrypted for entry in entries):
        raise _RefusedError(Kind.ZIP_PASSWORD, "Het ZIP-bestand is met een wachtwoord beveiligd; laat dat weg.")
    if any(entry.method not in (_STORED, _DEFLATED) for entry in entries):
        raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)
    unpacked = sum(min(entry.size, MAX_SIZE) for entry in entries)
    if unpacked > _HARMLESS and unpacked > _MAX_GROWTH * size:
        message = "Het ZIP-bestand pakt uit tot onwaarschijnlijk veel; verdeel de berichten anders over bestanden."
        raise _RefusedError(Kind.NO_ZIP, message)


def _place(stream: IO[bytes], entry: _Entry) -> _Entry:
    """Find where the bytes of an entry begin: after a record of its own, that has to agree with the list."""
    stream.seek(entry.place)
    record = stream.read(_LOCAL.size)
    if len(record) < _LOCAL.size or not record.startswith(b"PK\x03\x04"):
        raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)
    _, _, flags, method, _, _, _, _, _, name, extra = _LOCAL.unpack(record)
    if method != entry.method or flags & _ENCRYPTED:
        raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)
    return replace(entry, start=entry.place + _LOCAL.size + name + extra)


def _check_places(entries: list[_Entry], end: int) -> None:
    """Refuse entries that share bytes, as in a bomb that unpacks the same bytes again and again."""
    ordered = sorted(entries, key=lambda entry: entry.place)
    begins = [*(entry.place for entry in ordered), end]
    ends = [entry.start + entry.packed for entry in ordered]
    if any(stop > begin for stop, begin in zip(ends, begins[1:], strict=True)):
        raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)


def _verify(stream: IO[bytes], entry: _Entry) -> None:
    """See to it that an entry is what the list says of it; one that is too large need not be unpacked for that."""
    if entry.size > MAX_SIZE:
        return
    size = crc = 0
    for piece in _unpack(stream, entry):
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        if size > entry.size:
            break
    if (size, crc) != (entry.size, entry.crc):
        raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)


def _unpack(stream: IO[bytes], entry: _Entry) -> Iterator[bytes]:
    """Give the content of an entry, a megabyte at a time."""
    stream.seek(entry.start)
    left = entry.packed
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    while left:
        packed = stream.read(min(left, MEBIBYTE))
        left -= len(packed)
        if entry.method == _STORED:
            yield packed
        else:
            yield from _inflate(unpacker, packed)
    if entry.method == _DEFLATED:
        yield unpacker.flush()
        if not unpacker.eof or unpacker.unused_data:
            raise _RefusedError(Kind.NO_ZIP, _NO_ZIP)


def _inflate(unpacker: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    while packed:
        try:
            yield unpacker.decompress(packed, MEBIBYTE)
        except zlib.error:
            raise _RefusedError(Kind.NO_ZIP, _NO_ZIP) from None
        packed = unpacker.unconsumed_tail


def _messages(document: Document, entries: list[_Entry]) -> Iterator[Document | Refusal]:
    for entry in entries:
        if entry.size > MAX_SIZE:
            yield refuse(Kind.ZIP_ENTRY_TOO_LARGE, too_large())
        else:
            yield Document(b"".join(_unpack(document.open(), entry)))
