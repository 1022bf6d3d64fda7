"""A message in words as a page to read or print. It fetches nothing and runs nothing; it does hold personal data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.exchange.readable import Fact, Item, Readable
from gateway.wire.report_html import POLICY, shown

_STYLE: Final = """
body{max-width:46rem;margin:0 auto;padding:1.5rem;background:#fff;color:#1d2733;
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.5rem;margin:0 0 .25rem}
h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid #dce1e7;padding-bottom:.25rem}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
.about{color:#566373;margin:0 0 1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;overflow-wrap:anywhere}
th{font-weight:400;color:#566373;width:14rem}
.new{font-weight:700}
footer{margin-top:2rem;color:#566373;font-size:.875rem}
@media print{body{max-width:none;padding:0;font-size:10pt}table,h3{break-inside:avoid}h2,h3{break-after:avoid}}
"""


def readable_page(message: Readable, reference: str) -> str:
    """Give the page; `reference` is how people call the case."""
    return "\n".join(_page(message, reference)) + "\n"


def _page(message: Readable, reference: str) -> Iterator[str]:
    title = shown(f"{message.title} – zaak {reference}")
    yield '<!doctype html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f'<h1>{shown(message.title)}</h1>\n<p class="about">Zaak {shown(reference)}</p>'
    yield from _facts(message.facts)
    for section in message.sections:
        yield f"<section>\n<h2>{shown(section.title)}</h2>"
        for item in section.items:
            yield from _item(item)
        yield "</section>"
    yield "</main>\n<footer>Vertrouwelijk: dit blad bevat persoonsgegevens.</footer>\n</body>\n</html>"


def _item(item: Item) -> Iterator[str]:
    yield f"<h3>{shown(item.title)}</h3>"
    yield from _facts(item.facts)


def _facts(facts: tuple[Fact, ...]) -> Iterator[str]:
    if facts:
        yield "<table>"
        for fact in facts:
            yield f'<tr><th scope="row">{shown(fact.label)}</th><td>{_value(fact)}</td></tr>'
        yield "</table>"


def _value(fact: Fact) -> str:
    if fact.before is None:
        return shown(fact.value)
    if fact.changes:
        return f'van {shown(fact.before)} naar <span class="new">{shown(fact.value)}</span>'
    return f"blijft {shown(fact.value)}"
