"""Problem documents (RFC 9457): one shape for everything that goes wrong, never repeating the input."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from gateway.api.correlation import current_request
from gateway.errors import DatabaseUnavailableError
from gateway.exchange.refusal import Refusal, Refused
from gateway.ijw.finding import Finding

MEDIA_TYPE: Final = "application/problem+json"

# What each kind is called, with its status and title.
KINDS: Final[dict[str, tuple[int, str]]] = {
    Refused.TOKEN_ENDED.value: (401, "Geen geldig token"),
    Refused.NOT_WELL_FORMED.value: (400, "Het bericht is geen leesbare XML"),
    Refused.SCHEMA_INVALID.value: (400, "Het bericht voldoet niet aan het schema"),
    Refused.RULES_VIOLATED.value: (400, "Het bericht voldoet niet aan de regels van de standaard"),
    Refused.SENDER_NOT_ALLOWED.value: (403, "Niet gemachtigd voor deze afzender"),
    Refused.RECIPIENT_UNKNOWN.value: (404, "De ontvanger is hier niet bekend"),
    Refused.ANSWERED_UNKNOWN.value: (404, "Het beantwoorde bericht is hier niet bekend"),
    Refused.ALREADY_ANSWERED.value: (409, "Er is al geantwoord"),
    Refused.IDENTIFICATIE_USED.value: (409, "De Identificatie is al gebruikt"),
    Refused.TOO_LARGE.value: (413, "Het bericht is te groot"),
    Refused.ENCODING.value: (415, "Het bericht is niet in UTF-8"),
    Refused.ZIP_INVALID.value: (400, "Het ZIP-bestand is niet bruikbaar"),
    Refused.OPT_OUT_NOT_POSSIBLE.value: (400, "Dit bericht kan niet alleen voor de backoffice zijn"),
    "unsupported-media-type": (415, "Dit mediatype neemt de gateway niet"),
    "forbidden": (403, "Dit mag met dit token niet"),
    "not-found": (404, "Niet gevonden"),
    "method-not-allowed": (405, "Deze methode kan hier niet"),
    "decided-otherwise": (409, "Er is al anders besloten"),
    "invalid-input": (400, "De vraag klopt niet"),
    "content-removed": (410, "De inhoud is er niet meer"),
    "escalation-state": (409, "Dit kan met deze escalatie niet meer"),
    "wind-down-unfinished": (409, "De afbouw is nog niet klaar"),
    "case-closed": (409, "De zaak is al gesloten"),
    "lease-lost": (409, "Deze uitgifte is niet meer van u"),
    "unavailable": (503, "De gateway kan nu even niets opslaan"),
    "too-slow": (408, "De vraag kwam te langzaam aan"),
    "too-many-requests": (429, "Te veel vragen"),
    "internal-error": (500, "De gateway heeft een fout gemaakt"),
}
# More would make the headers longer than some proxies let through.
_MOST_LINKS: Final = 20
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE")
_BY_STATUS: Final = {404: "not-found", 405: "method-not-allowed", 401: Refused.TOKEN_ENDED.value, 403: "forbidden"}


class ProblemError(Exception):
    """An endpoint ends with a problem; one that refuses a message has the chain's fault code."""

    def __init__(
        self, kind: str, detail: str, code: str | None = None, *, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.headers = headers
        self.kind = kind
        self.detail = detail
        self.code = code


def problem(kind: str, detail: str, *, code: str | None = None, findings: Iterable[Finding] = ()) -> dict[str, Any]:
    """Give the document for a kind of problem."""
    status, title = KINDS[kind]
    document: dict[str, Any] = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}
    if code:
        document["code"] = code
    listed = [finding.as_json() for finding in findings]
    if listed:
        document["findings"] = listed
    if current_request():
        document["requestId"] = current_request()
    return document


def refusal_problem(refusal: Refusal) -> dict[str, Any]:
    """Give the document for a message that was not taken, with everything that is wrong with it."""
    count = len(refusal.findings)
    first = refusal.findings[0].message if refusal.findings else KINDS[refusal.kind.value][1]
    detail = first if count <= 1 else f"{first} (En nog {count - 1}; zie findings.)"
    document = problem(refusal.kind.value, detail, code=refusal.code, findings=refusal.findings)
    if refusal.message_id:
        document["messageId"] = str(refusal.message_id)
    return document


def failure_problem() -> dict[str, Any]:
    """Give the document that says that we failed."""
    detail = "Er ging bij ons iets mis; er is niets aangenomen. Dezelfde vraag mag opnieuw worden gesteld."
    return problem("internal-error", detail)


def help_links(codes: Iterable[str]) -> dict[str, str]:
    """Give the header that links to what each code means, for the first twenty; none where nothing was found."""
    links = [f'</rules/{code}>; rel="help"' for code in list(dict.fromkeys(codes))[:_MOST_LINKS]]
    return {"Link": ", ".join(links)} if links else {}


def answer(document: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Send a problem document."""
    extra = {**help_links(finding["code"] for finding in document.get("findings", ())), **(headers or {})}
    if document["status"] == 401:  # noqa: PLR2004 - RFC 9110 asks for the challenge
        extra["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(document, ensure_ascii=False), document["status"], extra, MEDIA_TYPE)


async def on_problem(_: Request, error: Exception) -> Response:
    """Answer what an endpoint ended with."""
    if not isinstance(error, ProblemError):
        raise error
    findings = [Finding("gateway", error.code, error.detail)] if error.code else []
    return answer(problem(error.kind, error.detail, code=error.code, findings=findings), error.headers)


def _allowed(request: Request) -> str:
    """Name every method that this path takes; the framework names those of the first route that has the path."""
    routes = request.app.routes
    taken = (
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    )
    return ", ".join(taken)


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what the framework found: no such path, no such method."""
    if not isinstance(error, HTTPException):
        raise error
    kind = _BY_STATUS.get(error.status_code, "invalid-input")
    details = {
        "not-found": "Dit adres bestaat niet, of is niet voor u.",
        "method-not-allowed": "Zie de OpenAPI-beschrijving.",
    }
    headers = {"Allow": _allowed(request)} if kind == "method-not-allowed" else dict(error.headers or {})
    return answer(problem(kind, details.get(kind, KINDS[kind][1] + ".")), headers)


async def on_invalid(_: Request, error: Exception) -> Response:
    """Answer input that does not fit: 400, with which fields, and never their values."""
    if not isinstance(error, RequestValidationError):
        raise error
    return answer(problem("invalid-input", " ".join(_sentences(error))))


async def on_unavailable(_: Request, __: DatabaseUnavailableError) -> Response:
    """Answer that the database is away: nothing was taken."""
    detail = "De database antwoordt niet; er is niets aangenomen. Probeer hetzelfde over een halve minuut opnieuw."
    return answer(problem("unavailable", detail), {"Retry-After": "30"})


async def on_failure(_: Request, __: Exception) -> Response:
    """Answer that we failed: nothing was taken, and nothing of the cause goes outside."""
    return answer(failure_problem())


_LIMITS: Final = {
    "greater_than_equal": ("ge", "moet minstens {} zijn"),
    "less_than_equal": ("le", "mag hoogstens {} zijn"),
    "string_too_long": ("max_length", "mag hoogstens {} tekens lang zijn"),
}


def _sentences(error: RequestValidationError) -> list[str]:
    sentences = []
    for fault in error.errors():
        name = ".".join(str(part) for part in fault["loc"][1:2])
        if fault["type"] == "extra_forbidden":
            sentences.append("Er staat een veld in dat hier niet hoort.")
        elif fault["type"] in _LIMITS:
            key, text = _LIMITS[fault["type"]]
            sentences.append(f"{name}: {text.format(fault.get('ctx', {}).get(key))}.")
        elif fault["type"] == "missing":
            sentences.append(f"{name or 'De inhoud'}: ontbreekt.")
        elif fault["type"] == "json_invalid":
            sentences.append("De inhoud is geen goede JSON.")
        else:
            sentences.append(f"{name or 'De inhoud'}: heeft niet de vorm die hier hoort.")
    return list(dict.fromkeys(sentences))
