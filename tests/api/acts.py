"""What each call leaves in the audit trail: a row for every endpoint, with its acts, or why it leaves none.

Whoever adds an endpoint adds a row. A row of acts says what a call that succeeds writes down, neither less nor more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from gateway.services.audit import Act
from tests.api.described import Endpoint
from tests.api.roles import LIST, STEP, TABLE, Options, Scene
from tests.berichten import BSN, PROVIDER
from tests.gateways import BY_HAND, PLAIN

_NOTE: Final = "Moeder van Tom gebeld"
_NOTHING_PERSONAL: Final = "types, parties, numbers and days; nobody can tell from it whom it is about"
_IN_THE_MESSAGE: Final = "a message of the party itself: kept with its token, and what happened to it in its timeline"
_PARTY_S_OWN: Final = "how the gateway is set for the party; no person is in it"
_KEPT_NOWHERE: Final = "what the caller sent is judged, and kept nowhere"
_OWN_QUEUE: Final = "how an own delivery ended: in the timeline of the message, with the lease that was written down"
_SEARCH: Final = (Act.PERSON_SEARCHED,)
_CONTENT: Final = (Act.CONTENT_READ,)

ACTS: Final[dict[Endpoint, tuple[Act, ...] | str]] = {
    Endpoint("POST", "/messages"): _IN_THE_MESSAGE,
    Endpoint("POST", "/validations"): _KEPT_NOWHERE,
    Endpoint("GET", "/messages"): _NOTHING_PERSONAL,
    Endpoint("POST", "/messages/_search"): _SEARCH,
    Endpoint("GET", "/messages/{id}"): _NOTHING_PERSONAL,
    Endpoint("GET", "/messages/{id}/content"): _CONTENT,
    Endpoint("GET", "/messages/{id}/attempts"): _NOTHING_PERSONAL,
    Endpoint("GET", "/queues/{party}/messages"): _NOTHING_PERSONAL,
    Endpoint("POST", "/queues/{party}/leases"): (Act.MESSAGES_LEASED,),
    Endpoint("PUT", "/leases/{leaseId}/acknowledgement"): _OWN_QUEUE,
    Endpoint("PUT", "/leases/{leaseId}/failure"): _OWN_QUEUE,
    Endpoint("DELETE", "/leases/{leaseId}"): _OWN_QUEUE,
    Endpoint("GET", "/allocations"): _NOTHING_PERSONAL,
    Endpoint("POST", "/allocations/_search"): _SEARCH,
    Endpoint("GET", "/allocations/{id}"): _NOTHING_PERSONAL,
    Endpoint("POST", "/allocations/{id}/messages"): _IN_THE_MESSAGE,
    Endpoint("GET", "/requests"): _NOTHING_PERSONAL,
    Endpoint("POST", "/requests/_search"): _SEARCH,
    Endpoint("GET", "/requests/{id}"): _NOTHING_PERSONAL,
    Endpoint("POST", "/requests/{id}/decision"): (Act.REQUEST_DECIDED,),
    Endpoint("GET", "/deadlines"): _NOTHING_PERSONAL,
    Endpoint("GET", "/audit-events"): "acts, of which a person is a keyed hash alone",
    Endpoint("GET", "/text-files"): _NOTHING_PERSONAL,
    Endpoint("GET", "/text-files/{id}/content"): _CONTENT,
    Endpoint("GET", "/webhooks"): _PARTY_S_OWN,
    Endpoint("POST", "/webhooks"): (Act.ENDPOINT_ADDED,),
    Endpoint("POST", "/webhooks/{id}/secrets"): (Act.ENDPOINT_CHANGED,),
    Endpoint("PUT", "/webhooks/{id}/state"): (Act.ENDPOINT_CHANGED,),
    Endpoint("DELETE", "/webhooks/{id}"): (Act.ENDPOINT_REMOVED,),
    Endpoint("GET", "/dead-letters"): _NOTHING_PERSONAL,
    Endpoint("POST", "/replays"): (Act.REPLAY_STARTED,),
    Endpoint("GET", "/replays"): _NOTHING_PERSONAL,
    Endpoint("GET", "/replays/{id}"): _NOTHING_PERSONAL,
    Endpoint("GET", "/replays/{id}/messages"): _NOTHING_PERSONAL,
    Endpoint("PUT", "/replays/{id}/state"): (Act.REPLAY_PAUSED,),
    Endpoint("GET", "/manual-cases"): (Act.CASE_READ,),
    Endpoint("GET", "/manual-cases/{id}"): (Act.CASE_READ,),
    Endpoint("GET", "/manual-cases/{id}/request"): _CONTENT,
    Endpoint("PUT", "/manual-cases/{id}/resolution"): (Act.CASE_CLOSED,),
    Endpoint("GET", "/allocations/{id}/coordinator"): "an organisation with an address of its own, no person",
    Endpoint("PUT", "/allocations/{id}/coordinator"): (Act.COORDINATOR_NAMED,),
    Endpoint("DELETE", "/allocations/{id}/coordinator"): (Act.COORDINATOR_REMOVED,),
    Endpoint("GET", "/escalations"): _NOTHING_PERSONAL,
    Endpoint("POST", "/requests/{id}/escalations"): (Act.ESCALATION_OPENED,),
    Endpoint("GET", "/escalations/{id}"): (Act.ESCALATION_READ,),
    Endpoint("POST", "/escalations/{id}/steps"): (Act.ESCALATION_STEP_TAKEN,),
    Endpoint("PUT", "/escalations/{id}/outcome"): (Act.ESCALATION_ENDED,),
    Endpoint("GET", "/wind-downs"): _NOTHING_PERSONAL,
    Endpoint("POST", "/wind-downs"): (Act.WIND_DOWN_BEGUN,),
    Endpoint("GET", "/wind-downs/{id}"): (Act.WIND_DOWN_READ,),
    Endpoint("PUT", "/wind-downs/{id}/allocations/{allocationId}"): (Act.WIND_DOWN_AGREED,),
    Endpoint("POST", "/wind-downs/{id}/comparison"): (Act.WIND_DOWN_COMPARED,),
    Endpoint("PUT", "/wind-downs/{id}/closure"): (Act.WIND_DOWN_CLOSED,),
}

# Acts that change nothing when they are repeated, so that the same call once more is no second act.
REPEATABLE: Final = [
    endpoint for endpoint, acts in ACTS.items() if endpoint.method in {"PUT", "DELETE"} and not isinstance(acts, str)
]


@dataclass(frozen=True)
class Call:
    """A call that succeeds."""

    role: str
    path: str
    options: Options


def call_of(endpoint: Endpoint, scene: Scene) -> Call:
    """Give a call that succeeds, with all that comes before it done."""
    if endpoint in _PREPARED:
        return _PREPARED[endpoint](scene)
    path, options, row = TABLE[endpoint]
    role = next(role for role, status in row.items() if status < 400)
    return Call(role, path(scene), options)


def _done(scene: Scene, role: str, method: str, path: str, **options: Any) -> str:
    """Do what comes before; gives where that is followed, if it is."""
    answer = scene.call(role, method, path, **options)
    assert answer.status_code < 300, answer.text
    return str(answer.headers.get("location", ""))


def _search(path: str) -> Callable[[Scene], Call]:
    return lambda _: Call("provider", f"/v1/{path}/_search", {"json": {"bsn": BSN}})


def _lease(scene: Scene) -> Call:
    _done(scene, "municipality", "DELETE", f"/v1/leases/{scene.lease}")
    return Call("municipality", f"/v1/queues/{PLAIN}/leases", {"json": {}})


def _noted_case(path: str) -> Callable[[Scene], Call]:
    def call(scene: Scene) -> Call:
        told = {"outcome": "handled", "note": _NOTE}
        _done(scene, "municipality", "PUT", f"/v1/manual-cases/{scene.case}/resolution", json=told)
        return Call("admin", path.format(case=scene.case), {})

    return call


def _coordinator(scene: Scene) -> Call:
    told = {"name": "Wijkteam", "email": "a@b.example"}
    return Call("municipality", f"/v1/allocations/{scene.allocation}/coordinator", {"json": told})


def _coordinated(scene: Scene) -> Call:
    call = _coordinator(scene)
    _done(scene, call.role, "PUT", call.path, **call.options)
    return Call(call.role, call.path, {})


def _escalating(scene: Scene) -> Call:
    path = f"/v1/requests/{scene.request}/escalations"
    return Call("provider", path, {"json": {**STEP, "note": _NOTE}})


def _escalated(path: str = "", **options: Any) -> Callable[[Scene], Call]:
    def call(scene: Scene) -> Call:
        first = _escalating(scene)
        own = _done(scene, first.role, "POST", first.path, **first.options)
        return Call("municipality", own + path, options)

    return call


def _begun(scene: Scene, municipality: str = BY_HAND) -> str:
    told = {"provider": PROVIDER, "municipalities": [municipality], "stopsOn": "2026-04-30"}
    return _done(scene, "provider", "POST", "/v1/wind-downs", json=told)


def _agreeing(scene: Scene) -> Call:
    path = f"{_begun(scene)}/allocations/{scene.allocation}"
    return Call("municipality", path, {"json": {"plan": "finish", "note": _NOTE}})


def _winding_down(scene: Scene) -> Call:
    return Call("provider", _begun(scene), {})


def _comparing(scene: Scene) -> Call:
    return Call("provider", f"{_begun(scene)}/comparison", {"body": LIST, "content_type": "text/csv"})


def _closing(scene: Scene) -> Call:
    return Call("provider", f"{_begun(scene, PLAIN)}/closure", {})


_PREPARED: Final[dict[Endpoint, Callable[[Scene], Call]]] = {
    Endpoint("POST", "/messages/_search"): _search("messages"),
    Endpoint("POST", "/allocations/_search"): _search("allocations"),
    Endpoint("POST", "/requests/_search"): _search("requests"),
    Endpoint("POST", "/queues/{party}/leases"): _lease,
    Endpoint("GET", "/manual-cases"): _noted_case("/v1/manual-cases"),
    Endpoint("GET", "/manual-cases/{id}"): _noted_case("/v1/manual-cases/{case}"),
    Endpoint("GET", "/allocations/{id}/coordinator"): _coordinated,
    Endpoint("PUT", "/allocations/{id}/coordinator"): _coordinator,
    Endpoint("DELETE", "/allocations/{id}/coordinator"): _coordinated,
    Endpoint("POST", "/requests/{id}/escalations"): _escalating,
    Endpoint("GET", "/escalations/{id}"): _escalated(),
    Endpoint("POST", "/escalations/{id}/steps"): _escalated("/steps", json={**STEP, "kind": "consultation"}),
    Endpoint("PUT", "/escalations/{id}/outcome"): _escalated("/outcome", json={"outcome": "agreed"}),
    Endpoint("GET", "/wind-downs/{id}"): _winding_down,
    Endpoint("PUT", "/wind-downs/{id}/allocations/{allocationId}"): _agreeing,
    Endpoint("POST", "/wind-downs/{id}/comparison"): _comparing,
    Endpoint("PUT", "/wind-downs/{id}/closure"): _closing,
}
