"""Base64 that comes in pieces, as `xs:base64Binary` has it: decoded strictly, and never held as a whole."""

from __future__ import annotations

import binascii
from typing import Final

_SPACE: Final = b" \t\r\n"
_GROUP: Final = 4


class Base64Error(ValueError):
    """What came is no base64."""


class Base64Decoder:
    """Decodes pieces of base64; white space between the characters is allowed, anything else is not."""

    def __init__(self) -> None:
        self._rest = b""
        self._ended = False

    def feed(self, text: str) -> bytes:
        """Give the bytes of the groups that are complete; raises Base64Error."""
        try:
            clean = self._rest + text.encode("ascii").translate(None, _SPACE)
        except UnicodeEncodeError:
            raise Base64Error from None
        if self._ended and clean:
            raise Base64Error
        whole = len(clean) - len(clean) % _GROUP
        groups, self._rest = clean[:whole], clean[whole:]
        if not groups:
            return b""
        try:
            decoded = binascii.a2b_base64(groups, strict_mode=True)
        except binascii.Error:
            raise Base64Error from None
        if groups.endswith(b"="):
            self._end(groups[-_GROUP:])
        return decoded

    def _end(self, last: bytes) -> None:
        """Note that the padding was seen; bits that it leaves over must be zero, so that bytes have one spelling."""
        if binascii.b2a_base64(binascii.a2b_base64(last), newline=False) != last:
            raise Base64Error
        self._ended = True

    def close(self) -> None:
        """Check that nothing is left over; raises Base64Error."""
        if self._rest:
            raise Base64Error
