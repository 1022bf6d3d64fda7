"""The page to read: everything of a message and of what is wrong with it, and nothing else happens there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

import pytest

from gateway.ijw.finding import Finding
from gateway.services.judging import judged
from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.reader import Reading
from gateway.wire.refusal import Kind, Refusal, refuse
from gateway.wire.report_html import MAX_FINDINGS, POLICY, html_page, html_part, html_report
from gateway.wire.report_rows import CONTEXT, MAX_ROWS, MAX_WIDTH, excerpt, rows
from tests.berichten import BSN, declaration_of, post_of
from tests.wire.reading import CODEC, everything_is_large

_VOID: Final = {"meta", "br", "link"}
_RULE_PAGE: Final = re.compile(r"https?://[^/\s]+/rules/[A-Z0-9-]+")
_WRONG: Final = post_of("JW301").replace(BSN.encode(), BSN.replace("9", "8", 1).encode())


@dataclass
class _Page(HTMLParser):
    """What a browser would make of a page, as far as the tests ask."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids += [value for value in (found.get("id"),) if value]
        self.links += [value for value in (found.get("href"),) if value]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """See that every element is closed where it should be."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take note of the text."""
        if self._open and self._open[-1] != "style":
            self.text += data


def page_of(html: str) -> _Page:
    """Read a page, and hold it against what is true of every page."""
    page = _Page()
    page.feed(html)
    page.close()
    assert not page._open
    assert html.startswith('<!doctype html>\n<html lang="nl">')
    assert f'content="{POLICY}"' in html
    assert {"header", "main", "h1", "h2", "title"} <= {tag for tag, _ in page.tags}
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "form", "object"}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert len(page.ids) == len(set(page.ids))
    assert all(link[1:] in page.ids if link.startswith("#") else _RULE_PAGE.fullmatch(link) for link in page.links)
    assert "url(" not in html
    assert "@import" not in html
    return page


def read(content: bytes) -> Reading:
    """Read and judge a message."""
    document = Document(content)
    return judged(CODEC.read(document), document)


def report(content: bytes, file: str = "bericht.xml") -> _Page:
    """Give the page about a message."""
    return page_of(html_report(read(content), Document(content), file))


def _marked(html: str) -> list[str]:
    return re.findall(r"<mark>(.*?)</mark>", html)


def test_a_valid_message() -> None:
    """It says so, and shows the message with its line numbers."""
    content = post_of("JW301")
    page = report(content)
    assert "Geldig: er is niets gevonden" in page.text
    assert "JW301, iJw 3.2" in page.text
    assert f"<jw301:Bsn>{BSN}</jw301:Bsn>" in page.text
    assert not any(tag == "mark" for tag, _ in page.tags)
    assert str(len(content.splitlines())) in page.text


def test_a_finding_and_its_line_lead_to_each_other() -> None:
    """The list has a link to the wrong line; beside that line is the explanation, with a link back."""
    reading = read(_WRONG)
    (finding,) = reading.findings
    html = html_report(reading, Document(_WRONG), "a.xml")
    page = page_of(html)
    assert "Niet geldig: 1 bevinding." in page.text
    assert page.text.count(finding.message) >= 2
    assert f'href="#m1-r{(finding.line or 0) - 1}">regel {finding.line}</a> /Bericht/Client/Bsn' in html
    assert 'href="#m1-b1"' in html
    assert len(_marked(html)) == 1
    assert "jw301:Bsn" in _marked(html)[0]
    assert "Bevinding in regel" in page.text


def test_every_place_is_marked() -> None:
    """A rule about more than one element marks all of them; only the first one is what it is about."""
    content = post_of("JW301").replace(b"<jw301:Einddatum>2026", b"<jw301:Einddatum>2020")
    reading = read(content)
    finding = next(finding for finding in reading.findings if finding.code == "CS003")
    assert len(finding.paths) == 2
    html = html_report(reading, Document(content), "a.xml")
    assert len(_marked(html)) >= 2
    assert "Hoort bij deze bevinding: " in html
    assert all(path in page_of(html).text for path in finding.paths)


def test_rules_are_explained() -> None:
    """Of every rule that was broken the page has the example of wrong and right."""
    page = report(_WRONG)
    assert {"#m1-CS002", "#m1-b1"} <= set(page.links)
    assert "Uitleg van de regels" in page.text
    assert "Goed:" in page.text


def test_a_message_on_one_line() -> None:
    """It is broken between its elements, and the wrong element alone is marked."""
    content = b"".join(line.strip() for line in _WRONG.splitlines())
    html = html_report(read(content), Document(content), "a.xml")
    page_of(html)
    (marked,) = _marked(html)
    assert re.fullmatch(r"&lt;jw301:Bsn&gt;\d{9}&lt;/jw301:Bsn&gt;", marked)
    assert "afgebroken tussen twee elementen" in html


def test_a_schema_error() -> None:
    """What does not fit the schema is marked in the same way."""
    content = post_of("JW301").replace(b"Geslacht>1<", b"Geslacht>7<")
    html = html_report(read(content), Document(content), "a.xml")
    assert [re.sub("&[lg]t;", "", text) for text in _marked(html)] == ["jw301:Geslacht7/jw301:Geslacht"]
    assert "soort: schema" in html.lower()


def test_nothing_in_a_message_acts() -> None:
    """Markup, bytes that are no UTF-8, and signs that turn the text round are shown, and do nothing."""
    evil = "<a>&\"'\n<script>alert(1)</script>\u202e\x1b[2J\n</b>".encode() + b"\xff"
    reading = Reading(refusal=refuse(Kind.NOT_WELL_FORMED, "Er klopt iets niet.", line=2))
    html = html_report(reading, Document(evil), '"><script>alert(2)</script>\udce9\n.xml')
    page = page_of(html)
    assert "<script>alert(1)</script>" in page.text
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert "\N{REPLACEMENT CHARACTER}" in html
    html.encode()


def test_a_message_without_a_document() -> None:
    """The typed form has no lines: its findings are listed with their paths."""
    reading = read(_WRONG)
    page = page_of(html_report(reading, None, "bericht.json"))
    assert "Het bericht" not in page.text
    assert "/Bericht/Client/Bsn" in page.text


def test_findings_without_a_line_come_first() -> None:
    """What is about the message as a whole stands above what is about a line."""
    found = (Finding("xml", "BRS14", "Over een regel.", line=1), Finding("gateway", "BRS06", "Over het geheel."))
    html = html_report(Reading(refusal=Refusal(Kind.TOO_LARGE, found)), Document(b"<a/>"), "a.xml")
    page_of(html)
    assert html.index("Over het geheel.") < html.index("Over een regel.")


def test_an_empty_document() -> None:
    """There is nothing to show, and that is no failure."""
    assert "Niet geldig" in report(b"").text


def _lines(count: int) -> Iterator[bytes]:
    yield b"<a>\n"
    for number in range(count - 2):
        yield b"<b>%d</b>\n" % number
    yield b"</a>\n"


def test_a_long_document() -> None:
    """Of a document with more lines than anyone reads, only those near a finding are shown, and it says so."""
    content = b"".join(_lines(MAX_ROWS + 1))
    path = "/a/b[1000]"
    reading = Reading(breaches=(Finding("rule", "CS002", "Fout.", path, (path,), line=1001),))
    html = html_report(reading, Document(content), "a.xml")
    page = page_of(html)
    shown = [int(text) for text in re.findall(r"&lt;b&gt;(\d+)&lt;", html)]
    assert shown == [*range(CONTEXT - 1), *range(999 - CONTEXT, 999 + CONTEXT + 1)]
    assert "Dit bericht is lang" in page.text
    assert "regels weggelaten" in page.text
    assert _marked(html) == ["&lt;b&gt;999&lt;/b&gt;"]
    whole = html_report(reading, Document(b"".join(_lines(MAX_ROWS))), "a.xml")
    assert "weggelaten" not in whole


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_rows_are_the_lines(end: bytes) -> None:
    """The rows of a document are its lines, wherever the pieces end in which it is read."""
    content = end.join([b"<a>", b"", b"<b>1</b>", b"</a>"]) + end
    for size in range(1, len(content) + 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gateway.wire.report_rows._PIECE", size)
            document = Document(content)
            found = [(row.line, row.text) for row in rows(document) if row.text]
            assert [text for _, text in found] == [b"<a>", b"<b>1</b>", b"</a>"] or size < 8
            assert b"".join(text for _, text in found) == b"<a><b>1</b></a>"
            assert [line for line, text in found if text.startswith(b"<b>")] == [3] or size < 3


def test_offsets_are_those_of_the_bytes() -> None:
    """Every row stands where it says in the document."""
    content = "<a>é".encode() + b"<b>x</b>" * 100 + b"\r\n</a>"
    found = list(rows(Document(content)))
    assert len(found) > 100
    assert all(content[row.offset : row.offset + len(row.text)] == row.text for row in found)
    assert [row.index for row in found] == list(range(len(found)))


def test_a_document_in_a_file() -> None:
    """A document that is kept in a file is shown like one in memory."""
    reading = read(_WRONG)
    expected = html_report(reading, Document(_WRONG), "a.xml")
    with everything_is_large(), closing(Document()) as document:
        for start in range(0, len(_WRONG), 100):
            document.append(_WRONG[start : start + 100])
        assert html_report(reading, document, "a.xml") == expected


def test_a_line_of_25_mb() -> None:
    """Of a line without end only the beginning is kept."""
    page = html_report(Reading(refusal=refuse(Kind.NOT_WELL_FORMED, "Fout.", line=1)), Document(b"x" * MAX_SIZE), "a")
    assert len(page) < 2_000 * MAX_WIDTH
    assert "(nog " in page


def test_a_document_over_the_limit_is_not_shown() -> None:
    """It was not taken in to its end."""
    document = Document(b"<a/>")
    document.size = MAX_SIZE + 1
    assert "Het bericht" not in html_report(Reading(refusal=refuse(Kind.TOO_LARGE, "Te groot.")), document, "a")


def test_a_large_declaration() -> None:
    """With thousands of findings the page stays one that a browser opens."""
    content = declaration_of(2_000_000)
    paths = tuple(f"/Bericht/Declaratie/Clienten/Client/Prestaties/Prestatie[{number}]" for number in range(1, 1001))
    breaches = [Finding("rule", "TR137", "Te laat.", path, (path,)) for path in paths]
    doubles = Finding("rule", "TR101", "Dubbel.", paths[0], paths)
    reading = Reading("JW323", breaches=(doubles, *breaches))
    html = html_report(reading, Document(content), "a.xml")
    page = page_of(html)
    assert f"Niet geldig: {len(reading.findings)} bevindingen" in page.text
    assert f"er zijn er nog {len(reading.findings) - MAX_FINDINGS}" in page.text
    assert "en nog 990 plaatsen" in page.text
    assert len(html) < len(content)


def test_more_messages_on_one_page() -> None:
    """The parts of a page each have links of their own."""
    reading = read(_WRONG)
    parts = [html_part(reading, Document(_WRONG), f"a.zip#{number}", number) for number in (1, 2)]
    page = page_of(html_page("a.zip", parts))
    assert {"#m1-b1", "#m2-b1"} <= set(page.links)


def test_a_path_that_is_not_in_the_document() -> None:
    """Its line is marked; without one it is listed above."""
    found = (
        Finding("rule", "X1", "Een.", "/a/weg", line=2),
        Finding("rule", "X2", "Twee.", "/a/weg"),
    )
    chosen = excerpt(Document(b"<a>\n<b/>\n</a>"), found)
    assert chosen.marks == {(0, 0): 1}
    assert excerpt(Document(b"<a>\n<b"), found).marks == {(0, 0): 1}


def test_a_code_leads_to_its_page() -> None:
    """Where every code has a page, the explanation of a rule and any other code lead to it; else they do not."""
    without = page_of(html_report(read(_WRONG), Document(_WRONG), "a.xml"))
    assert not any(_RULE_PAGE.fullmatch(link) for link in without.links)
    for content, code in ((_WRONG, "CS002"), (b"<a/>", "XSD"), (b"<a", "BRS14")):
        html = html_report(read(content), Document(content), "a.xml", "https://gateway.example/rules")
        assert f"https://gateway.example/rules/{code}" in page_of(html).links
