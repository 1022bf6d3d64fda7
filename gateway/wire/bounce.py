"""Mail that came back: which of our mails it is about, and why. What is no bounce, such as an answer, is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Final
from uuid import UUID

from msgspec import Struct

_OURS: Final = re.compile(rb"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
_RETURNERS: Final = frozenset({"mailer-daemon", "postmaster"})


class Bounce(Struct, frozen=True):
    """A mail that was not delivered: what stood before the @ of its Message-ID, and what the other side said of it."""

    mail: UUID
    says: str


def read_bounce(data: bytes) -> Bounce | None:
    """Read a mail from the mailbox of bounces; gives nothing for what is none, or is about no mail of ours.

    A notice that a mail is late is none either: its sender goes on trying.
    """
    found = _OURS.search(data)
    if found is None:
        return None
    try:
        mail = message_from_bytes(data, policy=policy.default)
        reports = [part for part in mail.walk() if part.get_content_type() == "message/delivery-status"]
        if not reports:
            return Bounce(UUID(found[1].decode()), "") if _is_returned(mail) else None
        blocks = [block for report in reports for block in _blocks(report)]
    except (MessageError, ValueError, LookupError):
        return None  # Whatever somebody sent there, it is no bounce that says something.
    failed = [block for block in blocks if str(block.get("Action", "")).strip().lower() == "failed"]
    if not failed:
        return None
    said = (failed[0].get("Status"), str(failed[0].get("Diagnostic-Code", "")).rpartition(";")[2])
    return Bounce(UUID(found[1].decode()), " ".join(str(one).strip() for one in said if one))


def _is_returned(mail: EmailMessage | Message) -> bool:
    """Tell an old-fashioned bounce, without a report, by who sends it."""
    return parseaddr(str(mail.get("From", "")))[1].partition("@")[0].lower() in _RETURNERS


def _blocks(report: EmailMessage | Message) -> Iterator[Message]:
    payload = report.get_payload()
    if isinstance(payload, list):
        yield from (part for part in payload if isinstance(part, Message))
