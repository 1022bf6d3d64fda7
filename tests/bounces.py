"""Mails that came back, as mail servers write them."""

from __future__ import annotations

from typing import Final

REPORT: Final = """From: MAILER-DAEMON@mx.example
To: bounces@gateway.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

The mail could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; jeugd@deventer.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {code}

--B
Content-Type: message/rfc822

From: gateway@gateway.example
To: jeugd@deventer.example
Message-ID: <{mail}@gateway.example>
Subject: Zaak

Een zaak.

--B--
"""
OLD_FASHIONED: Final = """From: Mail System <mailer-daemon@mx.example>
Subject: failure notice

Sorry, I was not able to deliver your message. Here is what you sent:

Message-ID: <{mail}@gateway.example>
"""
OUT_OF_OFFICE: Final = """From: jeugd@deventer.example
Subject: Afwezig
In-Reply-To: <{mail}@gateway.example>

Ik ben er niet.
"""


def report(mail: object, action: str = "failed", status: str = "5.1.1", code: str = "550 5.1.1 no such user") -> bytes:
    """Write a bounce with a report about a mail."""
    return REPORT.format(mail=mail, action=action, status=status, code=code).replace("\n", "\r\n").encode()


def plain(text: str, mail: object) -> bytes:
    """Write a mail without a report about a mail of ours."""
    return text.format(mail=mail).replace("\n", "\r\n").encode()
