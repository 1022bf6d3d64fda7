"""Allocations and requests: lists of them, and the life of one, drawn and told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from starlette.responses import Response

from gateway.console.deciding import may_decide
from gateway.console.entrance import Visit
from gateway.console.paging import PAGE, as_uuid, asked, next_address
from gateway.console.readable import Row, readable_part
from gateway.console.timeline import drawn
from gateway.console.words import ALLOCATION_STATES, MOMENTS, REQUEST_STATES
from gateway.ijw.bericht import Kant
from gateway.ijw.berichten import BERICHTEN
from gateway.services.following import Told
from gateway.services.signing_in import Permission
from gateway.store.allocations import AllocationRow
from gateway.store.following import Wanted
from gateway.store.requests import RequestRow

_CURSOR: Final = 64  # two ids


def allocations(visit: Visit) -> Response:
    """Show allocations; a BSN to search by comes in a form, never in an address."""
    search = _Search.of(visit, ALLOCATION_STATES)
    found, more = ([], None) if search.wrong else visit.desk.following.allocations(search.wanted, visit.person.caller)
    products = {row.id: _product(visit, row) for row in found}
    return _listed(visit, "allocations.html", "toewijzingen", search, more, found=found, products=products)


def requests(visit: Visit) -> Response:
    """Show requests; a BSN to search by comes in a form, never in an address."""
    search = _Search.of(visit, REQUEST_STATES)
    found, more = ([], None) if search.wrong else visit.desk.following.requests(search.wanted, visit.person.caller)
    return _listed(visit, "requests.html", "verzoeken", search, more, found=found)


def allocation(visit: Visit) -> Response:
    """Show one allocation: what holds, and every message that brought it there."""
    own = as_uuid(visit.request.path_params["id"])
    found = visit.desk.following.allocation(own, visit.person.caller) if own else None
    if found is None:
        return visit.missing()
    row, told = found
    latest = readable_part(row.latest, visit.desk.lists)
    return _followed(visit, "allocation.html", "toewijzingen", row, told, latest=latest)


def request(visit: Visit) -> Response:
    """Show one request: how far it is, and every message about it."""
    own = as_uuid(visit.request.path_params["id"])
    found = visit.desk.following.request(own, visit.person.caller) if own else None
    if found is None:
        return visit.missing()
    row, told = found
    reason = visit.desk.lists.meaning("LDT_RedenAfwijzingVerzoek", row.reason) if row.reason else None
    # Only what did come of it is said to have been sent, whatever an address says.
    sent = as_uuid(visit.request.query_params.get("besloten", ""))
    decided = sent is not None and any(each.moment.fact.bericht == sent for each in told)
    return _followed(
        visit,
        "request.html",
        "verzoeken",
        row,
        told,
        reason=reason,
        decided=decided,
        may_decide=may_decide(visit, row),
    )


class _Search(Struct, frozen=True):
    """What a list is asked for: by the address, and by a form whether it is about a person."""

    wanted: Wanted
    state: str
    searching: bool
    wrong: bool

    @classmethod
    def of(cls, visit: Visit, states: Collection[str]) -> _Search:
        state = asked(visit, "state", states)
        searching = visit.request.method == "POST"
        bsn = str(visit.form.get("bsn", "")).strip()
        usable = len(bsn) == 9 and bsn.isdigit()  # noqa: PLR2004 - a BSN has nine digits
        return cls(
            wanted=Wanted(
                parties=None,
                limit=PAGE,
                states=(state,) if state else (),
                after=_place(visit.request.query_params.get("after", "")),
                bsn=bsn if searching and usable else None,
            ),
            state=state,
            searching=searching,
            wrong=searching and not usable,
        )


def _place(cursor: str) -> tuple[UUID, UUID] | None:
    half = _CURSOR // 2
    first, own = as_uuid(cursor[:half]), as_uuid(cursor[half:_CURSOR])
    return (first, own) if first and own else None


def _listed(
    visit: Visit, template: str, section: str, search: _Search, more: tuple[UUID, UUID] | None, **found: Any
) -> Response:
    cursor = "".join(part.hex for part in more) if more else None
    return visit.show(
        template,
        section,
        **found,
        search=search,
        names=_names(visit),
        # A next page of what a form asked for would have to be asked for by a form.
        next=None if search.searching else next_address(visit, cursor),
        cut=search.searching and more is not None,
        may_search=visit.person.may(Permission.REVEAL),
    )


class Step(Struct, frozen=True):
    """A message in the life of something, as the list below the picture tells it."""

    told: Told
    type: str
    sender: str
    says: str
    rows: list[Row]


def _followed(
    visit: Visit, template: str, section: str, row: AllocationRow | RequestRow, told: list[Told], **more: Any
) -> Response:
    steps = [_step(visit, row, each) for each in told]
    picture = drawn([(s.told.moment.fact.dagtekening, s.type, s.says, s.told.moment.refused) for s in steps])
    return visit.show(template, section, row=row, steps=steps, picture=picture, names=_names(visit), **more)


def _step(visit: Visit, row: AllocationRow | RequestRow, told: Told) -> Step:
    fact = told.moment.fact
    message_type = type(fact.klasse).__qualname__.partition(".")[0]
    by_provider = BERICHTEN[message_type].AFZENDER is Kant.AANBIEDER
    return Step(
        told=told,
        type=message_type,
        sender=row.provider if by_provider else row.municipality,
        says=MOMENTS[told.moment.event.value],
        rows=readable_part(fact.klasse, visit.desk.lists),
    )


def _product(visit: Visit, row: AllocationRow) -> str:
    product = row.latest.product
    if product is None:
        return "niet genoemd"
    known = visit.desk.lists.product(product.code) if product.code else None
    return f"{known.meaning} ({known.code})" if known else product.code or f"categorie {product.categorie}"


def _names(visit: Visit) -> dict[str, str]:
    return {party.code: party.name for party in visit.desk.parties.listed()}
