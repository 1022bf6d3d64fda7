"""Dead letters by what stood in the way, and trying messages once more: first what it would do, then how far it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from gateway.console.cookies import PATH
from gateway.console.entrance import Visit
from gateway.console.messages import Wanted
from gateway.console.paging import PAGE, as_uuid, asked, next_address
from gateway.exchange.replay import REPLAYABLE
from gateway.services.signing_in import Permission
from gateway.store.replays import ReplayFilter

_SECTION: Final = "herhalingen"
_FIELDS: Final = ("type", "status", "sender", "recipient", "since", "until")
_CAUSE: Final = re.compile(r"[0-9a-f]{8}")


def dead_letters(visit: Visit) -> Response:
    """Show what could not be delivered, by cause and recipient."""
    return visit.show(
        "dead_letters.html",
        "onbezorgd",
        groups=visit.desk.dead_letters.grouped(),
        names=_names(visit),
        may_operate=visit.person.may(Permission.OPERATE),
    )


def replays(visit: Visit) -> Response:
    """Show the replays, newest first."""
    found, more = visit.desk.replaying.listed(limit=PAGE, after=as_uuid(asked(visit, "after")))
    return visit.show("replays.html", _SECTION, found=found, next=next_address(visit, more))


def preview(visit: Visit) -> Response:
    """Count what a replay would take, and show of the oldest ones what would become of them; changes nothing."""
    given = visit.request.query_params
    wanted = _filter(given)
    if wanted is None:
        return visit.missing()
    return visit.show(
        "replay_preview.html",
        _SECTION,
        wanted=Wanted.of(given),
        ids=wanted.ids,
        causes=wanted.causes,
        fields=_FIELDS,
        dry_run=visit.desk.replaying.dry_run(wanted),
        replayable=sorted(REPLAYABLE),
    )


def start(visit: Visit) -> Response:
    """Start a replay of what a preview showed."""
    wanted = _filter(visit.form)
    if wanted is None:
        return visit.missing()
    made = visit.desk.replaying.start(wanted, visit.person.caller.actor)
    return RedirectResponse(f"{PATH}/herhalingen/{made.id}", 303)


def replay(visit: Visit) -> Response:
    """Show how far a replay is, and what became of each message."""
    own = as_uuid(visit.request.path_params["id"])
    row = visit.desk.replaying.get(own) if own else None
    if row is None:
        return visit.missing()
    caller, after = visit.person.caller, as_uuid(asked(visit, "after"))
    items, more = visit.desk.replaying.items(row.id, caller, limit=PAGE, after=after)
    return visit.show("replay.html", _SECTION, row=row, items=items, next=next_address(visit, more))


def pause(visit: Visit) -> Response:
    """Pause a replay, or let it go on."""
    own = as_uuid(visit.request.path_params["id"])
    paused = str(visit.form.get("state", "")) == "paused"
    if own is None or visit.desk.replaying.pause(own, visit.person.caller.actor, paused=paused) is None:
        return visit.missing()
    return RedirectResponse(f"{PATH}/herhalingen/{own}", 303)


def _filter(given: Mapping[str, Any]) -> ReplayFilter | None:
    """Read what is wanted; nothing for an id that is none, for without it much more would be meant."""
    name = str(given.get("id", "")).strip()
    own, cause = as_uuid(name), str(given.get("cause", "")).strip()
    if (name and own is None) or (cause and not _CAUSE.fullmatch(cause)):
        return None
    wanted = Wanted.of(given).conditions()
    return ReplayFilter(
        ids=(own,) if own else (),
        types=wanted.types,
        statuses=wanted.statuses,
        senders=wanted.senders,
        recipients=wanted.recipients,
        since=wanted.since,
        until=wanted.until,
        causes=(cause,) if cause else (),
    )


def _names(visit: Visit) -> dict[str, str]:
    return {party.code: party.name for party in visit.desk.parties.listed()}
