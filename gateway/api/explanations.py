"""The page behind a problem's `type`: what the kind of problem means."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.api.problems import KINDS, ProblemError

_PAGE = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"></head>
<body><h1>{title}</h1><p>Soort probleem: <code>{kind}</code>. HTTP-status: {status}.</p>
<p>Wat er precies mis is, en wat goed zou zijn, staat in <code>detail</code> en <code>findings</code>
van het antwoord zelf.</p></body></html>"""


async def explanation(request: Request) -> Response:
    """Explain a kind of problem."""
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise ProblemError("not-found", "Deze soort probleem bestaat niet.")
    status, title = KINDS[kind]
    return HTMLResponse(_PAGE.format(title=escape(title), kind=kind, status=status))
