"""The list of messages, and one message: what it says, what is wrong with it, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from starlette.responses import Response

from gateway.console.entrance import Visit
from gateway.console.paging import PAGE, as_uuid, next_address
from gateway.console.readable import Row, readable
from gateway.console.words import STATUSES, TYPES
from gateway.errors import ContentRemovedError
from gateway.exchange.replay import DELIVERED, REPLAYABLE
from gateway.ijw.bericht import Bericht
from gateway.ijw.finding import Finding
from gateway.services.clock import DUTCH_TIME, FIRST_MOMENT, LAST_MOMENT
from gateway.services.signing_in import Permission
from gateway.store.deadlines import DeadlineFilter
from gateway.store.messages import MessageFilter
from gateway.wire.document import Document
from gateway.wire.report_rows import Excerpt, excerpt

_MOST_FINDINGS: Final = 200
_REASON: Final = 5  # letters; a reason is a word at least
# Of a larger message only the places with findings are worth a page; its typed form would be thousands of rows.
_READABLE_SIZE: Final = 256 * 1024


class Wanted(Struct, frozen=True):
    """What the list is asked for, as it stands in the address of the page."""

    type: str = ""
    status: str = ""
    sender: str = ""
    recipient: str = ""
    identificatie: str = ""
    since: str = ""
    until: str = ""
    after: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Wanted:
        """Read an address, or a form; what is no choice of the form counts for nothing."""
        wanted = cls(**{name: str(given.get(name, "")).strip()[:40] for name in cls.__struct_fields__})
        return cls(
            type=wanted.type if wanted.type in TYPES else "",
            status=wanted.status if wanted.status in STATUSES else "",
            sender=wanted.sender if wanted.sender.isdigit() else "",
            recipient=wanted.recipient if wanted.recipient.isdigit() else "",
            identificatie=wanted.identificatie if wanted.identificatie.isprintable() else "",
            since=wanted.since if _day(wanted.since) else "",
            until=wanted.until if _day(wanted.until) else "",
            after=wanted.after if as_uuid(wanted.after) else "",
        )

    def conditions(self, bsn: str | None = None) -> MessageFilter:
        """Give the filter of the store; both days count."""
        since, until = _day(self.since), _day(self.until)
        return MessageFilter(
            types=(self.type,) if self.type else (),
            statuses=(self.status,) if self.status else (),
            senders=(self.sender,) if self.sender else (),
            recipients=(self.recipient,) if self.recipient else (),
            identificatie=self.identificatie or None,
            since=_begin(since) if since else None,
            until=_begin(until + timedelta(days=1)) if until else None,
            bsn=bsn,
        )


def messages(visit: Visit) -> Response:
    """Show the list; a BSN to search by comes in a form, never in an address."""
    wanted = Wanted.of(visit.request.query_params)
    bsn = str(visit.form.get("bsn", "")).strip()
    # Who looks for a person sees personal data by finding them: that takes the permission, and a form.
    searching = visit.request.method == "POST" and visit.person.may(Permission.REVEAL)
    usable = searching and bsn.isdigit()
    found, more = visit.desk.inquiry.search(
        wanted.conditions(bsn if usable else None),
        visit.person.caller,
        limit=PAGE,
        after=as_uuid(wanted.after),
    )
    if searching and not usable:
        found, more = [], None
    return visit.show(
        "messages.html",
        "berichten",
        wanted=wanted,
        found=found,
        searched=searching,
        wrong=searching and not usable,
        # A next page of what a form asked for would have to be asked for by a form.
        next=None if searching else next_address(visit, more),
        cut=searching and more is not None,
        names={party.code: party.name for party in visit.desk.parties.listed()},
        may_search=visit.person.may(Permission.REVEAL),
    )


def message(visit: Visit) -> Response:
    """Show one message, covered; with a reason, given in a form, as it is."""
    message_id = as_uuid(visit.request.path_params["id"])
    found = visit.desk.inquiry.detail(message_id, visit.person.caller) if message_id else None
    if message_id is None or found is None:
        return visit.missing()
    reason = str(visit.form.get("reason", "")).strip()[:200]
    revealed = visit.request.method == "POST" and visit.person.may(Permission.REVEAL) and len(reason) >= _REASON
    findings = found.message.findings[:_MOST_FINDINGS]
    content = _content(visit, message_id, findings, reason if revealed else "")
    return visit.show(
        "message.html",
        "berichten",
        found=found,
        content=content,
        places=content.places if content else {},
        findings=findings,
        hidden=max(0, len(found.message.findings) - _MOST_FINDINGS),
        # For the municipality's eyes alone; who only looks here has no more need of it than the other side.
        private=found.message.private[:_MOST_FINDINGS] if visit.person.may(Permission.REVEAL) else (),
        due=visit.desk.deadlines.search(
            DeadlineFilter(messages=(message_id,)), visit.person.caller, limit=PAGE, after=None
        )[0],
        handed=visit.desk.deliveries.of_message(message_id),
        revealed=revealed,
        asked=visit.request.method == "POST",
        may_reveal=visit.person.may(Permission.REVEAL),
        may_replay=visit.person.may(Permission.OPERATE) and found.message.status in REPLAYABLE | {DELIVERED},
        names={party.code: party.name for party in visit.desk.parties.listed()},
    )


class Content(Struct, frozen=True):
    """What a message says, in words and as it came."""

    rows: list[Row]
    lines: Excerpt
    marks: dict[int, list[Finding]]
    places: dict[int, int]  # where the first mark of a finding is


def _content(visit: Visit, message_id: UUID, findings: tuple[Finding, ...], reason: str) -> Content | None:
    """Give the content, covered unless there is a reason; nothing when it was kept as long as it had to be."""
    try:
        document, bericht = _revealed(visit, message_id, reason) if reason else _covered(visit, message_id)
    except ContentRemovedError:
        return None
    with closing(document):
        lines = excerpt(document, findings)
    marks: dict[int, list[Finding]] = {}
    places: dict[int, int] = {}
    for (number, _), index in sorted(lines.marks.items()):
        places.setdefault(number, index)
        marks.setdefault(index, []).append(findings[number])
    rows = readable(bericht, visit.desk.lists, revealed=bool(reason)) if bericht else []
    return Content(rows, lines, marks, places)


def _revealed(visit: Visit, message_id: UUID, reason: str) -> tuple[Document, Bericht | None]:
    document = visit.desk.inquiry.content(message_id, visit.person.caller, reason)
    if document is None:
        raise ContentRemovedError
    return document, visit.desk.inquiry.bericht(document) if document.size <= _READABLE_SIZE else None


def _covered(visit: Visit, message_id: UUID) -> tuple[Document, Bericht | None]:
    found = visit.desk.inquiry.covered(message_id, visit.person.caller)
    if found is None:
        raise ContentRemovedError
    return found.document, found.bericht


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_MOMENT.date() <= day <= LAST_MOMENT.date() else None


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=DUTCH_TIME).astimezone(UTC)
