"""The bytes of one message, small enough to keep in memory or spooled to an anonymous file."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

MEBIBYTE = 1024 * 1024
# Contract: 25 MB is 25 × 1024 × 1024 bytes.
MAX_SIZE = 25 * MEBIBYTE
# From here on a message is read piece by piece: below it a tree of the whole costs less than a megabyte or seven.
LARGE = MEBIBYTE


class Document:
    """The exact bytes of a message, that can be read more than once.

    A document over `LARGE` lives in a file without a name, so that it is gone with the process; the tree of a
    25 MB message would take seven times its size.
    """

    def __init__(self, data: bytes = b"") -> None:
        """Start empty, or with bytes that are in memory already."""
        self._data: bytes | None = data
        self._file: SpooledTemporaryFile[bytes] | None = None
        self.size = len(data)

    def append(self, chunk: bytes) -> None:
        """Add what came in next."""
        if self._file is None:
            # The file outlives this call on purpose: it is closed with the document.
            self._file = SpooledTemporaryFile(max_size=LARGE)  # noqa: SIM115
            self._file.write(self._data or b"")
            self._hash = hashlib.sha256(self._data or b"")
        self._data = None
        self._file.seek(0, os.SEEK_END)
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    @property
    def large(self) -> bool:
        """Say whether the document should be read piece by piece."""
        return self.size > LARGE

    @property
    def digest(self) -> bytes:
        """Give the SHA-256 of the bytes."""
        # What came in pieces was counted along; it is not read from its file once more.
        return self._hash.digest() if self._file else hashlib.sha256(self._data or b"").digest()

    def content(self) -> bytes:
        """Give all bytes at once; for documents that are not large."""
        if self._data is None:
            self._data = self.open().read()
        return self._data

    def open(self) -> IO[bytes]:
        """Give a stream at the first byte; one at a time, it is not closed by its reader."""
        if self._file is None:
            return io.BytesIO(self._data or b"")
        self._file.seek(0)
        return self._file

    def chunks(self, size: int | None = None) -> Iterator[bytes]:
        """Give the bytes in pieces of at most `size`, or a megabyte."""
        stream = self.open()
        while chunk := stream.read(size or MEBIBYTE):
            yield chunk

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
