"""The outcome of `validate` in the forms that are kept or read by programs: JSON, HTML and SARIF."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from gateway.cli.failures import RefusedError
from gateway.cli.sources import STDIN
from gateway.cli.terminal import printable, say
from gateway.cli.verdicts import Checked, Tally
from gateway.wire.reader import Reading
from gateway.wire.report import report
from gateway.wire.report_html import html_page, html_part
from gateway.wire.report_sarif import sarif_report

# Of more pages only the number is told.
_FEW: Final = 10


def _write(value: dict[str, Any]) -> None:
    # A file name that is no UTF-8 becomes an escape of JSON.
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


class JsonVerdicts:
    """One JSON object a line for each message; a path that cannot be read has none, for nothing is known of it."""

    def add(self, checked: Checked) -> None:
        """Write the report, at once: whoever reads along wants it now."""
        _write(report(checked.reading, checked.name))

    def unreadable(self, name: str, reason: str) -> None:
        """Say why, on standard error."""
        say(f"{printable(name)}: {reason}")

    def close(self) -> None:
        """Say nothing more."""


class SarifVerdicts:
    """One log of all messages, at the end."""

    def __init__(self, rules_at: str = "") -> None:
        """Begin at nothing; `rules_at` is where a gateway explains the codes, if there is one."""
        self._rules_at = rules_at
        self._outcomes: list[tuple[str, Reading]] = []
        self._unreadable: list[tuple[str, str]] = []

    def add(self, checked: Checked) -> None:
        """Keep what was found, and not the message."""
        self._outcomes.append((_from_here(checked.name), replace(checked.reading, bericht=None)))

    def unreadable(self, name: str, reason: str) -> None:
        """Say why, and keep it."""
        say(f"{printable(name)}: {reason}")
        self._unreadable.append((_from_here(name), reason))

    def close(self) -> None:
        """Write the log."""
        _write(sarif_report(self._outcomes, self._unreadable, self._rules_at))


def _from_here(name: str) -> str:
    """Give a path as it is seen from this folder, where a code platform has its checkout."""
    path, here = Path(name), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else name


class Pages:
    """The files to write pages to: the name of the source with .html after it, in one folder."""

    def __init__(self, folder: Path, sources: Iterable[str]) -> None:
        """Stay away from the sources, even from one that is called after another with .html."""
        self._folder = folder
        self._taken = {Path(source).resolve() for source in sources}
        self.written: list[Path] = []

    def write(self, source: str, page: str) -> None:
        """Write the page about a source; one of an earlier run is replaced."""
        path = self._free(source)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_encoded(page))
        except OSError as error:
            raise RefusedError(f"{printable(str(path))} is niet te schrijven: {error.strerror}.") from None
        self.written.append(path)

    def _free(self, source: str) -> Path:
        name = "stdin" if source == STDIN else Path(source).name
        path, number = self._folder / f"{name}.html", 1
        while path.resolve() in self._taken:
            number += 1
            path = self._folder / f"{name}.{number}.html"
        self._taken.add(path.resolve())
        return path


class HtmlVerdicts:
    """A page for each source, with all messages of a ZIP on one page: in files, or on standard output."""

    def __init__(self, pages: Pages | None = None, rules_at: str = "") -> None:
        """Begin at nothing; without a place for files, write to standard output.

        `rules_at` is where a gateway explains the codes, if there is one.
        """
        self._rules_at = rules_at
        self._pages = pages
        self._tally = Tally()
        self._source: str | None = None
        self._parts: list[str] = []

    def add(self, checked: Checked) -> None:
        """Write what a page says of a message, now that its document is open."""
        if checked.source != self._source:
            self._finish()
        self._source = checked.source
        self._tally.add(checked.reading)
        number = len(self._parts) + 1
        self._parts.append(html_part(checked.reading, checked.document, checked.name, number, self._rules_at))

    def unreadable(self, name: str, reason: str) -> None:
        """Say why, on standard error."""
        self._tally.unreadable += 1
        say(f"{printable(name)}: {reason}")

    def close(self) -> None:
        """Finish the last page, and say what was written."""
        self._finish()
        written = self._pages.written if self._pages else []
        if len(written) > _FEW:
            say(f"{len(written)} pagina’s geschreven in {printable(str(written[0].parent))}.")
        else:
            for path in written:
                say(f"{printable(str(path))} is geschreven.")
        say(str(self._tally))

    def _finish(self) -> None:
        if not self._parts or self._source is None:
            return
        page = html_page(self._source, self._parts)
        self._parts = []
        if self._pages:
            self._pages.write(self._source, page)
        else:
            sys.stdout.buffer.write(_encoded(page))
            sys.stdout.buffer.flush()


def _encoded(page: str) -> bytes:
    # What a page shows has no half characters; should one slip through, that is no reason to have no page.
    return page.encode(errors="replace")
