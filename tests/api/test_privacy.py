"""What can be read without the keys in the database of a gateway that was used for everything."""

from __future__ import annotations

from typing import Any, Final

from gateway.composition import Gateway
from gateway.store import schema
from tests.api.client import Client
from tests.api.conftest import application
from tests.api.roles import STEP, Scene, set_scene
from tests.berichten import BSN, PROVIDER, SURNAME, heenbericht, xml
from tests.gateways import BY_HAND, PLAIN, Clock

SECRET: Final = "Geheimnis"
NOTE: Final = f"{SECRET} {BSN}"


def _use_everything(scene: Scene) -> None:
    """Say somebody's number, name or story wherever there is room for it."""

    def call(role: str, method: str, path: str, expected: int, **options: Any) -> Any:
        answer = scene.call(role, method, f"/v1{path}", **options)
        assert answer.status_code == expected, (path, answer.text)
        return answer

    def put(path: str, told: dict[str, str], expected: int = 200) -> None:
        call("municipality", "PUT", path, expected, json=told)

    for kind in ("messages", "allocations", "requests"):
        call("provider", "POST", f"/{kind}/_search", 200, json={"bsn": BSN})
    wrong = xml(heenbericht("JW305", "W1")).replace(BSN.encode(), SECRET.encode())
    call("provider", "POST", "/messages", 400, body=wrong, content_type="application/xml")
    # Well-formed and by the schema, and against a rule: it is kept as rejected, and answered.
    broken = xml(heenbericht("JW305", "W2")).replace(BSN.encode(), b"123456789")
    call("provider", "POST", "/messages", 400, body=broken, content_type="application/xml")
    put(f"/leases/{scene.lease}/failure", {"reason": f"BSN {BSN} onbekend"}, 204)
    escalation = call("provider", "POST", f"/requests/{scene.request}/escalations", 201, json=STEP | {"note": NOTE})
    put(f"/escalations/{escalation.json()['id']}/outcome", {"outcome": "agreed", "note": NOTE})
    stopping = {"provider": PROVIDER, "municipalities": [PLAIN, BY_HAND], "stopsOn": "2026-03-01"}
    down = call("provider", "POST", "/wind-downs", 201, json=stopping).json()["id"]
    put(f"/wind-downs/{down}/allocations/{scene.allocation}", {"plan": "finish", "note": NOTE})
    listed = f"gemeente;toewijzingNummer;bsn\n{BY_HAND};300201;{BSN}\n".encode()
    call("provider", "POST", f"/wind-downs/{down}/comparison", 200, body=listed, content_type="text/csv")
    put(f"/manual-cases/{scene.case}/resolution", {"outcome": "handled", "note": NOTE})
    call("municipality", "GET", f"/messages/{scene.message}/content", 200)
    call("admin", "POST", "/replays", 202, json={"filter": {"status": "rejected"}})


def test_no_table_says_who(gateway_on_each: Gateway, clock: Clock) -> None:
    """No number, name or note is readable in any column, after everything that can be told was told."""
    gateway = gateway_on_each
    with Client(application(gateway)) as client:
        _use_everything(set_scene(gateway, clock, client))
    gateway.services.replaying.round()
    with gateway.database.read() as connection:
        kept = [
            (f"{table.name}.{column}", value if isinstance(value, bytes) else str(value).encode())
            for table in schema.metadata.sorted_tables
            for row in connection.execute(table.select()).mappings()
            for column, value in row.items()
        ]
    traces = [BSN.encode(), b"123456789", SURNAME.encode(), SECRET.encode()]
    assert {"escalation_step.note", "manual_case.note", "replay_item.outcome"} <= {place for place, _ in kept}
    assert {place for place, value in kept if any(trace in value for trace in traces)} == set()
