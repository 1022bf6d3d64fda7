"""Judging a message that was read: by the rules inside it, and by the lists outside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gateway.errors import RuleFailedError
from gateway.exchange.address import municipality_of
from gateway.exchange.route import RouteTable
from gateway.ijw.bericht import Bericht
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.finding import Finding
from gateway.logs import get_logger
from gateway.rules.history import History
from gateway.rules.judge import judge, judge_against
from gateway.rules.rule import Reference
from gateway.wire.document import Document
from gateway.wire.place import lines
from gateway.wire.reader import Reading

_log = get_logger(__name__)

# More than anyone reads, and than a receipt should carry: a declaration of twenty thousand Prestaties that are all
# wrong in one way has twenty thousand findings.
_MOST: Final = 1_000


class Outside(Struct, frozen=True):
    """What lies outside every message: the day, the lists, and what each municipality has of its own."""

    today: date
    lists: Codelijsten
    routes: RouteTable

    def of(self, bericht: Bericht) -> Reference:
        """Give what lies outside one message."""
        route = self.routes.get(municipality_of(bericht))
        return Reference(self.today, self.lists, route.own_products if route else ())


def judged(
    reading: Reading, document: Document | None, outside: Outside | None = None, *, decides: bool = False
) -> Reading:
    """Give a reading with what in it breaks a rule; a message that could not be read stays as it is.

    The rules against outside lists are asked only with an `outside`. Without a document, as for a message in the
    typed form, a finding has no line. Who decides by what is found gets all of it, and others what can be read.
    Raises RuleFailedError when a rule cannot be judged, and never says "valid".
    """
    if reading.bericht is None:
        return reading
    bericht = reading.bericht
    found = found_in(lambda: judge(bericht, outside.of(bericht) if outside else None), document)
    return replace(reading, breaches=found if decides else told(found)) if found else reading


def judged_against(bericht: Bericht, history: History, document: Document | None) -> tuple[Finding, ...]:
    """Give all that in a message contradicts earlier ones; without a document no finding has a line.

    Raises RuleFailedError when a rule cannot be judged.
    """
    return found_in(lambda: judge_against(bericht, history), document)


def found_in(ask: Callable[[], list[Finding]], document: Document | None) -> tuple[Finding, ...]:
    """Give all that was found, with the lines of the document where there is one, as far as anyone reads.

    Raises RuleFailedError, as whoever is asked does, once it is in the log.
    """
    try:
        found = ask()
    except RuleFailedError as error:
        # Only the code: what caused it may hold values of the message.
        _log.error("rule-failed", rule=error.code)
        raise
    return _placed(found, document)


def told(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Give as many findings as anyone reads, each with as many places."""
    if any(len(finding.paths) > _MOST for finding in findings[:_MOST]):
        findings = tuple(replace(finding, paths=finding.paths[:_MOST]) for finding in findings[:_MOST])
    return findings[:_MOST]


def _placed(findings: list[Finding], document: Document | None) -> tuple[Finding, ...]:
    if document is None or not findings:
        return tuple(findings)
    read = findings[:_MOST]
    known = lines(document, {finding.path for finding in read if finding.path})
    return (*(replace(finding, line=known.get(finding.path or "")) for finding in read), *findings[_MOST:])
