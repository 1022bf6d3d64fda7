"""What a mail address looks like that fits in a header and in SMTP as it is: one address, in ASCII, without a name."""

from __future__ import annotations

from typing import Final

MAIL_ADDRESS: Final = r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+$"
MAIL_ADDRESS_LENGTH: Final = 254
"""The longest that SMTP takes (RFC 5321, 4.5.3.1.3, without the brackets)."""
