"""The door of every page: who is it, may they, and did a form come from a page of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.cookies import PATH, SESSION, Signer
from gateway.console.desk import Desk
from gateway.console.limits import FormError, form_of, limits_of
from gateway.console.view import page
from gateway.services.signing_in import Permission, Person

# The session ends on our side; the cookie only has to last as long.
SESSION_SECONDS: Final = 12 * 3600
# What the navigation offers, and the permission that it takes.
NAVIGATION: Final = (
    ("overzicht", PATH, "Overzicht", Permission.LOOK),
    ("berichten", f"{PATH}/berichten", "Berichten", Permission.LOOK),
    ("toewijzingen", f"{PATH}/toewijzingen", "Toewijzingen", Permission.LOOK),
    ("verzoeken", f"{PATH}/verzoeken", "Verzoeken", Permission.LOOK),
    ("zaken", f"{PATH}/zaken", "Zaken", Permission.LOOK),
    ("termijnen", f"{PATH}/termijnen", "Termijnen", Permission.LOOK),
    ("onbezorgd", f"{PATH}/onbezorgd", "Onbezorgd", Permission.LOOK),
    ("herhalingen", f"{PATH}/herhalingen", "Opnieuw proberen", Permission.OPERATE),
    ("partijen", f"{PATH}/partijen", "Partijen", Permission.LOOK),
    ("routes", f"{PATH}/routes", "Routes", Permission.LOOK),
    ("controle", f"{PATH}/controle", "Controle", Permission.AUDIT),
)


class Visit(Struct, frozen=True):
    """One request of somebody who is signed in."""

    request: Request
    desk: Desk
    person: Person
    session_id: str
    mark: str
    form: FormData

    def show(self, template: str, section: str, /, status: int = 200, **values: Any) -> Response:
        """Make a page with its navigation."""
        offered = [entry[:3] for entry in NAVIGATION if self.person.may(entry[3])]
        common = {"person": self.person, "mark": self.mark, "navigation": offered, "section": section}
        return page(template, {**common, **values}, status)

    def missing(self) -> Response:
        """Say that something is not there."""
        return self.show("problem.html", "", 404, title="Niet gevonden", reason="Dit bestaat niet (meer).")


Page: TypeAlias = Callable[[Visit], Response]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


def guarded(permission: Permission, show: Page) -> Endpoint:
    """Make an endpoint of a page that only some may see; who is not signed in is sent to do so."""

    async def endpoint(request: Request) -> Response:
        desk, signer = desk_of(request), signer_of(request)
        session_id = signer.take(request, SESSION, seconds=SESSION_SECONDS)
        if not isinstance(session_id, str):
            return _sign_in_first(request)
        busy = limits_of(request).of_pages(session_id)
        if busy:
            return busy
        person = await run_in_threadpool(desk.signing_in.who, session_id)
        if person is None:
            return _sign_in_first(request)
        visit = Visit(request, desk, person, session_id, signer.form_mark(session_id), FormData())
        if request.method == "POST":
            try:
                visit = replace(visit, form=await form_of(request))
            except FormError as error:
                return visit.show("problem.html", "", error.status, title="Niet uitgevoerd", reason=str(error))
        return await _answered(visit, permission, show)

    return endpoint


async def _answered(visit: Visit, permission: Permission, show: Page) -> Response:
    request, form = visit.request, visit.form
    mark = str(form.get("mark", ""))
    if request.method == "POST" and not signer_of(request).is_form_mark(visit.session_id, mark):
        reason = "Dit formulier hoort niet bij uw sessie. Ga terug, ververs de pagina en probeer het opnieuw."
        return visit.show("problem.html", "", 403, title="Niet uitgevoerd", reason=reason)
    if not visit.person.may(permission):
        reason = "Uw rol geeft geen toegang tot deze pagina."
        return visit.show("problem.html", "", 403, title="Geen toegang", reason=reason)
    return await run_in_threadpool(show, visit)


def _sign_in_first(request: Request) -> Response:
    # Only a page can be come back to; what a form was to do is to be done by a person, again.
    back = f"?naar={quote(request.url.path)}" if request.method == "GET" else ""
    return RedirectResponse(f"{PATH}/aanmelden{back}", 303)


def desk_of(request: Request) -> Desk:
    """Give the services that the console was made with."""
    found: Desk = request.app.state.desk
    return found


def signer_of(request: Request) -> Signer:
    """Give the signer that the console was made with."""
    found: Signer = request.app.state.signer
    return found
