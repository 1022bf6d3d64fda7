"""The audit trail: who saw and did what, and whether the trail is whole."""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from gateway.console.entrance import Visit
from gateway.console.paging import PAGE, as_uuid, asked, next_address
from gateway.console.words import ACTS
from gateway.services.audit import Verdict
from gateway.store.audit import TrailFilter


class _Asked(Struct, frozen=True):
    kind: str
    actor: str
    message: str


def trail(visit: Visit) -> Response:
    """Show the trail, newest first."""
    return _show(visit, None)


def verify(visit: Visit) -> Response:
    """Look at the whole trail for what was changed or removed."""
    return _show(visit, visit.desk.audit.verify())


def _show(visit: Visit, verdict: Verdict | None) -> Response:
    wanted = _Asked(asked(visit, "kind", ACTS), asked(visit, "actor"), asked(visit, "message"))
    before = asked(visit, "after")
    found, more = visit.desk.audit.listed(
        TrailFilter(
            kinds=(wanted.kind,) if wanted.kind else (),
            actors=(wanted.actor,) if wanted.actor else (),
            message=as_uuid(wanted.message),
        ),
        limit=PAGE,
        before=int(before) if before.isdecimal() else None,
    )
    return visit.show(
        "trail.html", "controle", found=found, wanted=wanted, verdict=verdict, next=next_address(visit, more)
    )
