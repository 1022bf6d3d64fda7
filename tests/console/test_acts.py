"""Every page that a form is sent to leaves in the audit trail what the table says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest
from starlette.routing import Route

from gateway.composition import Gateway
from gateway.console.application import routes_of
from gateway.exchange.address import RequestKey
from gateway.services.audit import Act
from gateway.services.caller import Scope
from gateway.services.signing_in import Role
from gateway.store.audit import EntryRow, TrailFilter
from gateway.store.replays import ReplayFilter
from gateway.store.requests import request_id
from tests.berichten import BSN, PROVIDER, heenbericht
from tests.console.conftest import Browser
from tests.gateways import BY_HAND, MANUAL, accepted, caller_for

NOTE: Final = "Moeder van Tom gebeld"


@dataclass(frozen=True)
class Form:
    """A form that succeeds: where it is sent, and with what."""

    address: str
    fields: dict[str, str]


def _at(address: str, **fields: str) -> Callable[[Gateway], Form]:
    return lambda _: Form(address, fields)


def _message(gateway: Gateway) -> Form:
    message = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305")).message
    return Form(f"/berichten/{message.id}", {"reason": "Vraag van de aanbieder"})


def _decision(gateway: Gateway) -> Form:
    asked = heenbericht("JW315", municipality=BY_HAND, reference="R7")
    accepted(gateway, caller_for(gateway, PROVIDER), asked)
    own = request_id(RequestKey(PROVIDER, BY_HAND, "R7"))
    return Form(f"/verzoeken/{own}/besluit", {"besluit": "underInvestigation", "akkoord": "1"})


def _case(gateway: Gateway) -> Form:
    message = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW317", municipality=MANUAL)).message
    assert message.handling is not None
    return Form(f"/zaken/{message.handling.id}", {"outcome": "handled", "note": NOTE})


def _replay(gateway: Gateway) -> Form:
    started = gateway.services.replaying.start(ReplayFilter(statuses=("failed",)), "command-line")
    return Form(f"/herhalingen/{started.id}", {"state": "paused"})


def _token(gateway: Gateway) -> Form:
    token = gateway.services.access.create_token(
        label="proef", scopes=frozenset({Scope.EXCHANGE}), parties=frozenset({PROVIDER})
    )
    return Form("/partijen/tokens/intrekken", {"token": token[4:16]})


def _link(gateway: Gateway) -> Form:
    return Form(f"/aanmelden/link/{gateway.desk.signing_in.make_link(Role.VIEWER)}", {})


# For every form: what succeeds, and the acts that it leaves, or why it leaves none.
FORMS: Final[dict[str, tuple[Callable[[Gateway], Form], tuple[Act, ...] | str]]] = {
    "/berichten": (_at("/berichten", bsn=BSN), (Act.PERSON_SEARCHED,)),
    "/berichten/{id}": (_message, (Act.CONTENT_READ,)),
    "/toewijzingen": (_at("/toewijzingen", bsn=BSN), (Act.PERSON_SEARCHED,)),
    "/verzoeken": (_at("/verzoeken", bsn=BSN), (Act.PERSON_SEARCHED,)),
    "/verzoeken/{id}/besluit": (_decision, (Act.REQUEST_DECIDED,)),
    "/zaken/{id}": (_case, (Act.CASE_CLOSED,)),
    "/herhalingen": (_at("/herhalingen", status="failed"), (Act.REPLAY_STARTED,)),
    "/herhalingen/{id}": (_replay, (Act.REPLAY_PAUSED,)),
    "/controle": (_at("/controle"), "the trail is looked at, and nothing is changed"),
    "/partijen": (_at("/partijen", code="42420099", name="Nieuw"), (Act.PARTY_ADDED,)),
    "/partijen/tokens": (_at("/partijen/tokens", code=PROVIDER, label="proef"), (Act.TOKEN_CREATED,)),
    "/partijen/tokens/intrekken": (_token, (Act.TOKEN_REVOKED,)),
    "/afmelden": (_at("/afmelden"), "somebody ends their own session, and sees and does nothing more"),
    "/aanmelden/link/{secret}": (_link, (Act.SIGNED_IN,)),
}

# The administrator does all else.
_BY: Final = {"/verzoeken/{id}/besluit": Role.HANDLER, "/zaken/{id}": Role.HANDLER, "/controle": Role.AUDITOR}


def trail(gateway: Gateway, after: int = 0) -> list[EntryRow]:
    """Give the entries behind a number, oldest first."""
    found, _ = gateway.services.audit.listed(TrailFilter(), limit=100, before=None)
    return [entry for entry in found[::-1] if entry.number > after]


def test_every_form_is_in_the_table() -> None:
    """A new form is not done until it is known what of it is written down, or why nothing is."""
    taken = {
        route.path.removeprefix("/console")
        for route in routes_of()
        if isinstance(route, Route) and set(route.methods or ()) - {"GET", "HEAD"}
    }
    assert taken == set(FORMS)
    assert all(acts for _, acts in FORMS.values())


@pytest.mark.parametrize("path", FORMS)
def test_what_a_form_leaves(browser: Browser, gateway: Gateway, path: str) -> None:
    """A form that succeeds is written down with who sent it, once, without a note or a BSN; or not at all."""
    make, acts = FORMS[path]
    browser.sign_in(gateway, _BY.get(path, Role.ADMINISTRATOR))
    form = make(gateway)
    before = trail(gateway)[-1].number
    answer = browser.post(f"/console{form.address}", data={**form.fields, "mark": browser.mark})
    assert answer.status_code in {200, 303}, answer.text
    left = trail(gateway, before)
    assert [entry.kind for entry in left] == ([] if isinstance(acts, str) else list(acts))
    assert all(entry.actor.startswith("person:") for entry in left)
    assert BSN not in repr(left)
    assert "Tom" not in repr(left)
