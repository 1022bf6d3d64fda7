"""What is due: by whom, until when, and what is late."""

from __future__ import annotations

from starlette.responses import Response

from gateway.console.entrance import Visit
from gateway.console.paging import PAGE, as_uuid, asked, next_address
from gateway.exchange.deadlines import State
from gateway.store.deadlines import DeadlineFilter


def deadlines(visit: Visit) -> Response:
    """Show deadlines: what is late unless asked otherwise."""
    state = State(asked(visit, "state", list(State)) or State.OVERDUE)
    owner = asked(visit, "owner")
    wanted = DeadlineFilter(states=(state,), owners=(owner,) if owner else ())
    found, more = visit.desk.deadlines.search(
        wanted, visit.person.caller, limit=PAGE, after=as_uuid(asked(visit, "after"))
    )
    return visit.show(
        "deadlines.html",
        "termijnen",
        found=found,
        state=state,
        owner=owner,
        names={party.code: party.name for party in visit.desk.parties.listed()},
        next=next_address(visit, more),
    )
