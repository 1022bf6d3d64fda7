"""What was found, as a page to read: the message with the wrong places marked, and explained beside them.

A page is one file that fetches nothing and runs nothing, and its own policy holds a browser to that. The explanations
hold no personal values, as findings never do; the message itself does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from gateway.ijw.finding import Finding
from gateway.rules.table import RULES
from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.reader import Reading
from gateway.wire.report_rows import CONTEXT, MAX_ROWS, MAX_WIDTH, Excerpt, Row, excerpt, paths_of
from gateway.wire.report_style import STYLE

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# More than anyone reads on a page; the other forms of the report have them all.
MAX_FINDINGS: Final = 500
_SOURCES: Final = {
    "xml": "leesbaarheid",
    "xsd": "schema",
    "rule": "regel van de standaard",
    "history": "eerdere berichten",
    "reference": "lijsten",
    "gateway": "omvang en verpakking",
}
# What cannot be seen, or would make what follows be read in another order, is shown as such.
_UNSEEN: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
_RULES: Final = {rule.code: rule for rule in RULES}
_HEAD: Final = f"""<!doctype html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
"""


def html_report(reading: Reading, document: Document | None, file: str, rules_at: str = "") -> str:
    """Give the page about one message; without its document, as for the typed form, it has the findings only."""
    return html_page(file, [html_part(reading, document, file, rules_at=rules_at)])


def html_page(title: str, parts: Iterable[str]) -> str:
    """Give one page with what `html_part` made of one or more messages."""
    name = shown(title)
    body = "\n".join(parts)
    return (
        f"{_HEAD}<title>{name} – controle</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#inhoud">Naar de bevindingen</a>\n'
        f"<header>\n<p>iJw-gateway – controle van een bericht</p>\n<h1>{name}</h1>\n</header>\n"
        f'<main id="inhoud" tabindex="-1">\n{body}\n</main>\n'
        "<footer>De uitleg bevat geen persoonsgegevens; het getoonde bericht kan die wel bevatten.</footer>\n"
        "</body>\n</html>\n"
    )


def html_part(reading: Reading, document: Document | None, file: str, part: int = 1, rules_at: str = "") -> str:
    """Give what a page says about one message; the parts of a page have different numbers.

    `rules_at` is the address under which every code has a page, if there is one: `https://gateway.example/rules`.
    """
    return "\n".join(_Part(reading, document, file, part, rules_at).write())


def shown(text: str) -> str:
    """Give text from outside as HTML that shows it and does nothing else."""
    return escape(_UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text))


class _Part:
    """Writes about one message."""

    def __init__(self, reading: Reading, document: Document | None, file: str, part: int, rules_at: str) -> None:
        self._rules_at = rules_at
        self._reading = reading
        self._file = file
        self._id = f"m{part}-"
        self._findings = reading.findings[:MAX_FINDINGS]
        # What is over the limit was not taken in to its end.
        readable = document is not None and document.size <= MAX_SIZE
        self._excerpt = excerpt(document, self._findings) if document and readable else Excerpt()
        self._lines = {row.index: row.line for row in self._excerpt.rows}
        self._at: dict[int, list[tuple[int, int]]] = {}
        for (number, turn), index in self._excerpt.marks.items():
            self._at.setdefault(index, []).append((turn, number))

    def write(self) -> Iterator[str]:
        state = "bad" if self._findings else "good"
        yield f'<article class="{state}" aria-labelledby="{self._id}kop">'
        yield f'<h2 id="{self._id}kop">{shown(self._file)}</h2>'
        yield f'<p class="verdict">{self._verdict()}</p>'
        known = f"Bericht {self._reading.type}, iJw {self._reading.release}"
        yield f'<p class="about">{shown(known) if self._reading.type else "Bericht van een onbekend type"}</p>'
        if self._findings:
            yield from self._list()
        if self._excerpt.total:
            yield from self._document()
        yield from self._rules()
        yield "</article>"

    def _verdict(self) -> str:
        count = len(self._reading.findings)
        if not count:
            return "<span aria-hidden='true'>✓</span> Geldig: er is niets gevonden dat niet klopt."
        noun = "bevinding" if count == 1 else "bevindingen"
        return f"<span aria-hidden='true'>✗</span> Niet geldig: {count} {noun}."

    def _list(self) -> Iterator[str]:
        yield f'<section aria-labelledby="{self._id}lijst"><h3 id="{self._id}lijst">Bevindingen</h3>'
        left = len(self._reading.findings) - len(self._findings)
        if left:
            yield f'<p class="note">Dit zijn de eerste {len(self._findings)}; er zijn er nog {left}.</p>'
        yield '<ol class="findings">'
        # Those about the message as a whole come first.
        order = sorted(range(len(self._findings)), key=lambda number: (number, 0) in self._excerpt.marks)
        for number in order:
            finding = self._findings[number]
            yield f'<li id="{self._id}b{number + 1}"><p>{self._code(finding)} {shown(finding.message)}</p>'
            yield from self._where(number, finding)
            yield "</li>"
        yield "</ol></section>"

    def _code(self, finding: Finding) -> str:
        code = shown(finding.code)
        if finding.code in _RULES:
            return f'<a class="code" href="#{self._id}{code}">{code}</a>'
        return self._linked(code, ' class="code"') if self._rules_at else _strong(code)

    def _linked(self, code: str, attributes: str = "") -> str:
        """Give a code as a link to the page about it, where there is one."""
        return f'<a{attributes} href="{shown(self._rules_at)}/{code}">{code}</a>' if self._rules_at else code

    def _where(self, number: int, finding: Finding) -> Iterator[str]:
        paths = paths_of(finding)
        for turn, path in enumerate(paths or ("",)):
            if place := " ".join(filter(None, (self._line(number, turn, finding), shown(path)))):
                yield f'<p class="where">{place}</p>'
        left = len(finding.paths) - len(paths)
        if left > 0:
            yield f'<p class="where">en nog {left} {"plaats" if left == 1 else "plaatsen"}</p>'
        retour = f" · retourcode {shown(finding.retourcode)}" if finding.retourcode else ""
        yield f'<p class="where">Soort: {_SOURCES[finding.source]}{retour}</p>'

    def _line(self, number: int, turn: int, finding: Finding) -> str:
        index = self._excerpt.marks.get((number, turn))
        if index is not None:
            return f'<a href="#{self._id}r{index}">regel {self._lines[index]}</a>'
        return f"regel {finding.line}" if finding.line and not turn else ""

    def _document(self) -> Iterator[str]:
        yield f'<section aria-labelledby="{self._id}bericht"><h3 id="{self._id}bericht">Het bericht</h3>'
        if self._excerpt.partial:
            yield (
                f'<p class="note">Dit bericht is lang (meer dan {MAX_ROWS} regels). Getoond zijn het begin en, bij '
                f"elke bevinding, {CONTEXT} regels ervoor en erna.</p>"
            )
        if self._excerpt.broken:
            yield '<p class="note">Lange regels zijn hier afgebroken tussen twee elementen.</p>'
        yield '<div class="document">'
        expected = line = 0
        for row in self._excerpt.rows:
            if row.index > expected:
                yield _gap(row.index - expected)
            yield from self._row(row, "" if row.line == line else str(row.line))
            expected, line = row.index + 1, row.line
        if self._excerpt.total > expected:
            yield _gap(self._excerpt.total - expected)
        yield "</div></section>"

    def _row(self, row: Row, line: str) -> Iterator[str]:
        places = sorted(self._at.get(row.index, ()))
        if not places:
            yield f'<div class="row"><span class="number">{line}</span><code>{_text(row.text)}</code></div>'
            return
        kind = "also" if places[0][0] else ""
        start = self._excerpt.starts.get(row.index)
        yield (
            f'<div class="row wrong {kind}" id="{self._id}r{row.index}"><span class="number">'
            f'<span aria-hidden="true">▸</span><span class="away">Bevinding in regel </span>{row.line}</span>'
            f"<code>{_marked(row.text, start)}</code></div>"
        )
        yield '<div class="why">'
        for turn, number in places:
            finding = self._findings[number]
            back = f'<a class="code" href="#{self._id}b{number + 1}">{shown(finding.code)}</a>'
            also = "Hoort bij deze bevinding: " if turn else ""
            yield f"<p>{back} {also}{shown(finding.message)}</p>"
        yield "</div>"

    def _rules(self) -> Iterator[str]:
        known = [_RULES[code] for code in sorted({finding.code for finding in self._findings}) if code in _RULES]
        if not known:
            return
        yield f'<section aria-labelledby="{self._id}regels"><h3 id="{self._id}regels">Uitleg van de regels</h3>'
        yield '<dl class="rules">'
        for rule in known:
            yield f'<dt id="{self._id}{rule.code}">{self._linked(rule.code)}</dt><dd>{shown(rule.message)}</dd>'
            for name, text in (("Fout", rule.wrong), ("Goed", rule.right), ("Onze lezing", rule.reading)):
                if text:
                    yield f"<dd><span>{name}:</span> {shown(text)}</dd>"
        yield "</dl></section>"


def _strong(code: str) -> str:
    return f'<strong class="code">{code}</strong>'


def _gap(count: int) -> str:
    return f'<p class="gap">{count} {"regel" if count == 1 else "regels"} weggelaten</p>'


def _text(text: bytes) -> str:
    """Show bytes of the document, those that are no UTF-8 too, and of a very wide row the beginning."""
    left = len(text) - MAX_WIDTH
    more = f" … (nog {left} bytes)" if left > 0 else ""
    return shown(text[:MAX_WIDTH].decode(errors="replace")) + more


def _marked(text: bytes, start: int | None) -> str:
    """Mark a row from where the wrong element begins, or all of it but the indentation."""
    if start is None or start >= MAX_WIDTH:
        start = len(text) - len(text.lstrip())
    return f"{_text(text[:start])}<mark>{_text(text[start:])}</mark>"
