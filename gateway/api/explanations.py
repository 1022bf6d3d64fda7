"""Pages to read, for everybody: what a kind of problem (a problem's `type`) and a code in a finding mean."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.api.problems import KINDS, ProblemError
from gateway.rules.manual import Entry
from gateway.services.rulebook import Rulebook
from gateway.wire.report_html import POLICY
from gateway.wire.report_style import STYLE

_PAGE: Final = """<!doctype html>
<html lang="nl">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{style}</style>
</head>
<body>
<header><p>iJw-gateway</p><h1>{title}</h1></header>
<main>
{body}
</main>
</body>
</html>
"""
_ALL_RULES: Final = '<p><a href="/rules">Alle regels</a></p>'


async def explanation(request: Request) -> Response:
    """Explain a kind of problem."""
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise ProblemError("not-found", "Deze soort probleem bestaat niet.")
    status, title = KINDS[kind]
    return _page(
        title,
        f"<p>Soort probleem: <code>{kind}</code>. HTTP-status: {status}.</p>"
        "<p>Wat er precies mis is, en wat goed zou zijn, staat in <code>detail</code> en <code>findings</code> van het "
        "antwoord zelf.</p>"
        '<p>Elke bevinding heeft een <code>code</code>; wat die betekent staat bij <a href="/rules">de regels</a>.</p>',
    )


async def rules_page(request: Request) -> Response:
    """List all rules of the standard, those that are judged first."""
    entries = list(_rulebook(request))
    judged = [entry for entry in entries if entry.judged]
    others = [entry for entry in entries if not entry.judged]
    return _page(
        "De regels van iJw 3.2",
        f"<section><h2>Deze toetst de gateway ({len(judged)})</h2>{_list(judged)}</section>"
        f"<section><h2>De andere ({len(others)})</h2>{_list(others)}</section>",
    )


async def rule_page(request: Request) -> Response:
    """Tell what one code means."""
    entry = _rulebook(request).find(request.path_params["code"])
    if entry is None:
        raise ProblemError("not-found", "Deze code bestaat niet; alle regels staan onder /rules.")
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in entry.facts)
    return _page(entry.code, f'<p>{escape(entry.sentence)}</p><dl class="rules">{facts}</dl>{_ALL_RULES}')


def _rulebook(request: Request) -> Rulebook:
    rulebook: Rulebook = request.app.state.services.rulebook
    return rulebook


def _list(entries: Iterable[Entry]) -> str:
    items = (
        f'<dt><a href="/rules/{escape(entry.code)}">{escape(entry.code)}</a></dt><dd>{escape(entry.sentence)}</dd>'
        for entry in entries
    )
    return f'<dl class="rules">{"".join(items)}</dl>'


def _page(title: str, body: str) -> Response:
    page = _PAGE.format(title=escape(title), style=STYLE, body=body)
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})
