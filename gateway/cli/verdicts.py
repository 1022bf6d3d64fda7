"""The outcome of `validate` in words; on a terminal `rich_verdicts` takes over."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Protocol

import typer
from msgspec import Struct

from gateway.cli.terminal import printable, say

if TYPE_CHECKING:
    from gateway.wire.document import Document
    from gateway.wire.reader import Reading


class Checked(Struct, frozen=True):
    """A message that was checked: the source that it is in, its own name, and the document as long as it is open."""

    source: str
    name: str
    reading: Reading
    document: Document | None


class Verdicts(Protocol):
    """Takes the outcomes as they come, and shows them."""

    def add(self, checked: Checked) -> None:
        """Take the outcome of one message."""

    def unreadable(self, name: str, reason: str) -> None:
        """Take note of a path that cannot be read."""

    def close(self) -> None:
        """Say how it went as a whole."""


def verdicts_for(*, many: bool) -> Verdicts:
    """Choose how to show the outcomes: for a person, or for what reads the pipe."""
    if not sys.stdout.isatty():
        return PlainVerdicts()
    from gateway.cli.rich_verdicts import RichVerdicts

    return RichVerdicts(many=many)


class Tally:
    """Counts, and puts the count in a sentence."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.good: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.unreadable = 0

    def add(self, reading: Reading) -> None:
        """Count one message."""
        (self.wrong if reading.findings else self.good)[reading.type or "onbekend"] += 1

    @property
    def checked(self) -> int:
        """Give how many messages there were."""
        return self.good.total() + self.wrong.total()

    def __str__(self) -> str:
        noun = "bericht" if self.checked == 1 else "berichten"
        end = f", {self.unreadable} niet te lezen" if self.unreadable else ""
        return (
            f"{self.checked} {noun} gecontroleerd: {self.good.total()} geldig, {self.wrong.total()} niet geldig{end}."
        )


class PlainVerdicts:
    """A line for each finding, as compilers write them, and the sum on standard error."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._tally = Tally()

    def add(self, checked: Checked) -> None:
        """Write what is wrong, at once: whoever reads along wants it now."""
        self._tally.add(checked.reading)
        name = printable(checked.name)
        for finding in checked.reading.findings:
            place = f"{name}:{finding.line}" if finding.line else name
            typer.echo(f"{place}: [{finding.code}] {finding.message}")
        sys.stdout.flush()

    def unreadable(self, name: str, reason: str) -> None:
        """Say why."""
        self._tally.unreadable += 1
        say(f"{printable(name)}: {reason}")

    def close(self) -> None:
        """Say how it went as a whole."""
        say(str(self._tally))
