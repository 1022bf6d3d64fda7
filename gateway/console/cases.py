"""Manual cases: what people have to handle, and ending it with an outcome."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from gateway.console.cookies import PATH
from gateway.console.decision_form import Wrong, field_of
from gateway.console.entrance import Visit
from gateway.console.paging import PAGE, as_uuid, asked, next_address
from gateway.exchange.manual_case import CaseOutcome, reference_of
from gateway.ijw.codes import WOONPLAATSBEGINSEL
from gateway.ijw.finding import Finding
from gateway.services.manual_cases import ClosedOtherwise, NotResolved, Resolution
from gateway.services.signing_in import Permission

_REASONS: Final = "LDT_RedenAfwijzingVerzoek"
_STATES: Final = ("open", "closed")
_LONGEST_NOTE: Final = 2000
_FIELDS: Final = ("outcome", "reden", "gemeente", "note")


def cases(visit: Visit) -> Response:
    """Show the cases, those that are open unless asked otherwise."""
    state = asked(visit, "state", _STATES) or "open"
    found, more = visit.desk.manual_cases.listed(
        visit.person.caller, state=state, limit=PAGE, after=as_uuid(asked(visit, "after")), with_notes=False
    )
    return visit.show(
        "cases.html",
        "zaken",
        found=found,
        state=state,
        reference_of=reference_of,
        now=visit.desk.clock(),
        names={party.code: party.name for party in visit.desk.parties.listed()},
        next=next_address(visit, more),
    )


def case(visit: Visit) -> Response:
    """Show one case, and how to end it."""
    own = _asked_for(visit)
    return _show(visit, own) if own else visit.missing()


def resolve(visit: Visit) -> Response:
    """End a case."""
    own = _asked_for(visit)
    if own is None or visit.desk.manual_cases.find(own, visit.person.caller) is None:
        return visit.missing()
    told = {name: str(visit.form.get(name, "")).strip() for name in _FIELDS}
    if told["outcome"] not in list(CaseOutcome):
        return _show(visit, own, (Wrong("Kies hoe de zaak is afgelopen.", "outcome"),), told)
    outcome = CaseOutcome(told["outcome"])
    rejected = outcome is CaseOutcome.REJECTED
    if rejected and told["reden"] not in visit.desk.lists.lijsten[_REASONS].meanings:
        return _show(visit, own, (Wrong("Kies waarom het verzoek is afgewezen.", "reden"),), told)
    resolution = Resolution(
        outcome=outcome,
        note=told["note"][:_LONGEST_NOTE],
        reden=told["reden"] if rejected else None,
        gemeente=told["gemeente"] or None if told["reden"] == WOONPLAATSBEGINSEL and rejected else None,
    )
    result = visit.desk.manual_cases.resolve(own, visit.person.caller, resolution)
    if isinstance(result, ClosedOtherwise):
        return _show(visit, own, (Wrong("De zaak was intussen al gesloten, met een andere uitkomst."),), told)
    if isinstance(result, NotResolved):
        return _show(visit, own, tuple(_beside(finding) for finding in result.findings), told)
    return RedirectResponse(f"{PATH}/zaken/{own}", 303)


def _beside(finding: Finding) -> Wrong:
    """Put what would be wrong with a rejection beside the field that it comes from."""
    return Wrong(finding.message, field_of(finding.path or "", []))


def _asked_for(visit: Visit) -> UUID | None:
    return as_uuid(visit.request.path_params["id"])


def _show(visit: Visit, own: UUID, wrong: tuple[Wrong, ...] = (), told: dict[str, str] | None = None) -> Response:
    found = visit.desk.manual_cases.get(own, visit.person.caller)
    if found is None:
        return visit.missing()
    return visit.show(
        "case.html",
        "zaken",
        400 if wrong else 200,
        found=found,
        reference=reference_of(found.row.id),
        wrong=wrong,
        told=told or dict.fromkeys(_FIELDS, ""),
        says={each.field: each.says for each in wrong},
        now=visit.desk.clock(),
        may_handle=visit.person.may(Permission.HANDLE) and found.row.is_open,
        reasons=visit.desk.lists.lijsten[_REASONS].meanings,
        names={party.code: party.name for party in visit.desk.parties.listed()},
    )
