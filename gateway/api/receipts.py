"""How messages look in an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gateway.exchange.manual_case import reference_of
from gateway.services.caller import Caller
from gateway.services.inquiry import Detail
from gateway.store.queues import Leased
from gateway.store.rows import CaseNotice, MessageRow


def moment(value: datetime) -> str:
    """Write a moment as RFC 3339 in UTC."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def receipt(message: MessageRow, reader: Caller) -> dict[str, Any]:
    """Give the receipt of a message: all but its content; with its case, when people handle it.

    What one party alone may see is there for whoever reads as that party, or operates the gateway.
    """
    private = (one for one in message.private if one.only_for is not None and reader.may_read(one.only_for))
    given: dict[str, Any] = {
        "id": str(message.id),
        "type": message.type,
        "release": message.release,
        "sender": message.sender,
        "recipient": message.recipient,
        "identificatie": message.identificatie,
        "dagtekening": message.dagtekening.isoformat(),
        "status": message.status,
        "receivedAt": moment(message.received_at),
        "findings": [finding.as_json() for finding in (*message.findings, *private)],
    }
    if message.opt_out:
        given["optOut"] = True
    if message.handling is not None:
        given["manual"] = _handling(message.handling)
    return given


def _handling(case: CaseNotice) -> dict[str, Any]:
    return {
        "caseId": str(case.id),
        "reference": reference_of(case.id),
        "reason": case.reason,
        "dueAt": moment(case.due_at),
        "state": case.state,
        "outcome": case.outcome,
    }


def detail(found: Detail, reader: Caller) -> dict[str, Any]:
    """Give a receipt with all that happened and all that belongs to it."""
    return {
        **receipt(found.message, reader),
        "timeline": [{"at": moment(event.at), "event": event.kind, **event.detail} for event in found.timeline],
        "related": [
            {"id": str(message.id), "type": message.type, "relation": kind, "status": message.status}
            for message, kind in found.related
        ],
    }


def leased(given: Leased, reader: Caller) -> dict[str, Any]:
    """Give a lease with the message that it is about."""
    return {
        "leaseId": str(given.lease.id),
        "expiresAt": moment(given.lease.expires_at),
        "attempt": given.lease.attempt,
        "message": receipt(given.message, reader),
        "redelivery": given.message.redeliveries > 0,
    }


def page(items: list[dict[str, Any]], cursor: str | None) -> dict[str, Any]:
    """Give a page of a list."""
    return {"items": items, "nextCursor": cursor}
