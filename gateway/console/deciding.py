"""Deciding on a request for its municipality: the form, and what goes out when it is sent."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from gateway.console.cookies import PATH
from gateway.console.decision_form import REASONS, Form, Wrong
from gateway.console.entrance import Visit
from gateway.console.paging import as_uuid
from gateway.console.words import REQUEST_STATES
from gateway.exchange.lifecycle import RequestState
from gateway.exchange.refusal import Refusal
from gateway.ijw.codes import WOONPLAATSBEGINSEL
from gateway.services.deciding import Proposal
from gateway.services.own_messages import Otherwise, Outcome
from gateway.services.settling import Accepted
from gateway.services.signing_in import Permission
from gateway.store.requests import RequestRow

_CHOICES: Final = {
    "categories": "LDT_ProductCategorie",
    "units": "LDT_Eenheid",
    "frequencies": "LDT_Frequentie",
    "changes": "LDT_RedenWijziging",
    "kinds": "LDT_AdresSoort",
    "reasons": REASONS,
}
_UNDECIDED: Final = frozenset({RequestState.OPEN, RequestState.MANUAL, RequestState.UNDER_INVESTIGATION})


def may_decide(visit: Visit, row: RequestRow) -> bool:
    """Say whether there is something to decide, and for whoever looks."""
    return visit.person.may(Permission.HANDLE) and row.state in _UNDECIDED


def decision(visit: Visit) -> Response:
    """Show the form, filled in with what was asked."""
    found = _request(visit)
    if found is None:
        return visit.missing()
    row, proposal = found
    return _show(visit, row, proposal, Form.of(proposal))


def decide(visit: Visit) -> Response:
    """Show what was decided once more, and send it, in the name of the municipality, when that is agreed to."""
    found = _request(visit)
    if found is None:
        return visit.missing()
    row, proposal = found
    form = Form.sent(visit.form)
    if "erbij" in visit.form:
        form.lengthen()
        return _show(visit, row, proposal, form)
    if "wijzigen" in visit.form:
        return _show(visit, row, proposal, form)
    decided = form.decision(visit.desk.lists, proposal)
    if decided is None:
        return _show(visit, row, proposal, form, 400)
    if "akkoord" not in visit.form:
        return _check(visit, row, form) if row.state in _UNDECIDED else _show(visit, row, proposal, form, 409)
    outcome = visit.desk.deciding.decide(row.id, decided, visit.person.speaking_for(row.municipality))
    return _told(visit, row, proposal, form, outcome)


def _told(visit: Visit, row: RequestRow, proposal: Proposal, form: Form, outcome: Outcome) -> Response:
    """Tell what became of it."""
    if isinstance(outcome, Accepted) and outcome.message.status != "rejected":
        return RedirectResponse(f"{PATH}/verzoeken/{row.id}?besloten={outcome.message.id}", 303)
    if isinstance(outcome, Accepted):
        form.refuse(outcome.message.findings)
    elif isinstance(outcome, Refusal):
        form.refuse(outcome.findings)
    elif isinstance(outcome, Otherwise):
        state = REQUEST_STATES.get(outcome.state, outcome.state)
        form.wrong = [Wrong(f"Er is intussen al iets anders besloten: het verzoek is {state}. Er is niets verstuurd.")]
        return _show(visit, row, proposal, form, 409)
    else:
        return visit.missing()
    return _show(visit, row, proposal, form, 400)


def _request(visit: Visit) -> tuple[RequestRow, Proposal] | None:
    own = as_uuid(visit.request.path_params["id"])
    # Whether the console may see it at all comes first: what is for the back-office alone, nobody decides on here.
    found = visit.desk.following.request(own, visit.person.caller) if own else None
    if found is None:
        return None
    row, _ = found
    proposal = visit.desk.deciding.proposed(row.id, visit.person.speaking_for(row.municipality))
    return None if proposal is None else (row, proposal)


def _check(visit: Visit, row: RequestRow, form: Form) -> Response:
    """Show what would go out: it cannot be taken back."""
    lists = visit.desk.lists
    elsewhere = lists.gemeente(form.told["gemeente"]) if form.told["reden"] == WOONPLAATSBEGINSEL else None
    return visit.show(
        "decision_check.html",
        "verzoeken",
        row=row,
        form=form,
        gemeente=elsewhere.name if elsewhere else "",
        products={each["code"]: known.meaning for each in form.filled() if (known := lists.product(each["code"]))},
        **_words(visit),
    )


def _words(visit: Visit) -> dict[str, Any]:
    return {
        "names": {party.code: party.name for party in visit.desk.parties.listed()},
        **{name: visit.desk.lists.lijsten[lijst].meanings for name, lijst in _CHOICES.items()},
    }


def _show(visit: Visit, row: RequestRow, proposal: Proposal, form: Form, status: int = 200) -> Response:
    return visit.show(
        "decision.html",
        "verzoeken",
        status,
        row=row,
        proposal=proposal,
        form=form,
        undecided=row.state in _UNDECIDED,
        **_words(visit),
    )
