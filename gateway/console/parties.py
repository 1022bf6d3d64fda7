"""Who takes part, with which tokens, and what is agreed with each municipality."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from gateway.console.cookies import PATH
from gateway.console.entrance import Visit
from gateway.errors import ConflictError
from gateway.services.caller import Scope
from gateway.services.clock import dutch_day
from gateway.services.route_explained import explained
from gateway.services.signing_in import Permission


def parties(visit: Visit) -> Response:
    """Show the parties and their tokens."""
    return _show(visit)


def add_party(visit: Visit) -> Response:
    """Add a provider, or a municipality without a route."""
    code, name = _field(visit, "code"), _field(visit, "name")
    if not name:
        return _show(visit, problem="Geef de naam van de partij.")
    try:
        visit.desk.parties.add(code, name, visit.person.caller.actor)
    except ConflictError as error:
        return _show(visit, problem=str(error))
    return RedirectResponse(f"{PATH}/partijen", 303)


def create_token(visit: Visit) -> Response:
    """Make a token for a party, and show it this once."""
    code, label = _field(visit, "code"), _field(visit, "label")
    if not visit.desk.parties.exists(code):
        return _show(visit, problem="Deze partij is hier niet bekend; voeg haar eerst toe.")
    token = visit.desk.access.create_token(
        label=label or "console",
        scopes=frozenset({Scope.EXCHANGE}),
        parties=frozenset({code}),
        actor=visit.person.caller.actor,
    )
    return _show(visit, token=token, token_party=code)


def revoke_token(visit: Visit) -> Response:
    """End a token at once."""
    if not visit.desk.access.revoke(_field(visit, "token"), visit.person.caller.actor):
        return _show(visit, problem="Dit token bestaat niet.")
    return RedirectResponse(f"{PATH}/partijen", 303)


def routes(visit: Visit) -> Response:
    """Show what is agreed with each municipality."""
    listed = sorted(visit.desk.routes, key=lambda route: (route.region, route.name))
    return visit.show("routes.html", "routes", routes=listed)


def route(visit: Visit) -> Response:
    """Show what holds for one municipality today, why, and what is over or still to come."""
    code = visit.request.path_params["id"]
    today = dutch_day(visit.desk.clock())
    known = visit.desk.routes.get(code)
    if known is None:
        return visit.missing()
    found = explained(visit.desk.routes.book, code, today)
    return visit.show("route.html", "routes", route=known, found=found, today=today)


def _show(visit: Visit, problem: str = "", token: str = "", token_party: str = "") -> Response:
    tokens = visit.desk.access.tokens() if visit.person.may(Permission.OPERATE) else []
    return visit.show(
        "parties.html",
        "partijen",
        400 if problem else 200,
        parties=visit.desk.parties.listed(),
        tokens=tokens,
        now=visit.desk.clock(),
        may_operate=visit.person.may(Permission.OPERATE),
        problem=problem,
        token=token,
        token_party=token_party,
    )


def _field(visit: Visit, name: str) -> str:
    return str(visit.form.get(name, "")).strip()[:200]
