"""A message that breaks a rule: refused with all that is wrong, and kept nevertheless."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.composition import Gateway
from gateway.services.intake import Intake
from gateway.wire.json_form import to_json
from tests.api.client import Client
from tests.api.test_archives import packed
from tests.berichten import PROVIDER, heenbericht, post_of
from tests.gateways import PLAIN, token_for

WRONG = post_of("JW305", "fout").replace(b"StatusAanlevering>1<", b"StatusAanlevering>2<")


def test_a_broken_rule_is_told(client_on_each: Client) -> None:
    """400 with BRS28, each finding with its rule, place, line and retourcode, and where the message is kept."""
    response = client_on_each.post(WRONG)
    problem = response.json()
    assert (response.status_code, problem["type"], problem["code"]) == (400, "/problems/rules-violated", "BRS28")
    (finding,) = problem["findings"]
    assert (finding["source"], finding["code"], finding["retourcode"]) == ("rule", "CS058", "0001")
    assert finding["path"] == "/Bericht/Client/StartProducten/StartProduct/StatusAanlevering"
    assert b"StatusAanlevering>2<" in WRONG.splitlines()[finding["line"] - 1]
    again = client_on_each.post(WRONG).json()
    assert again | {"requestId": ""} == problem | {"requestId": ""}
    kept = client_on_each.get(f"/v1/messages/{problem['messageId']}").json()
    assert (kept["status"], kept["findings"]) == ("rejected", problem["findings"])
    assert [(one["type"], one["relation"]) for one in kept["related"]] == [("JW306", "retourbericht")]


def test_a_rejected_message_is_seen_by_both_and_delivered_to_nobody(client: Client, gateway: Gateway) -> None:
    """Sender and addressee see its receipt; only the sender has something to poll: the retourbericht."""
    message_id = client.post(WRONG).json()["messageId"]
    municipality = token_for(gateway, PLAIN)
    assert client.get(f"/v1/messages/{message_id}", token=municipality).json()["status"] == "rejected"
    assert client.get(f"/v1/messages/{message_id}", token=token_for(gateway, "42420001")).status_code == 404
    assert client.get(f"/v1/queues/{PLAIN}/messages", token=municipality).json()["items"] == []
    (retour,) = client.get(f"/v1/queues/{PROVIDER}/messages").json()["items"]
    assert (retour["type"], retour["sender"], retour["findings"]) == ("JW306", PLAIN, [])
    assert [one["id"] for one in client.get("/v1/messages?status=rejected").json()["items"]] == [message_id]


def test_its_identificatie_is_used_up(client: Client) -> None:
    """The corrected message needs another one."""
    client.post(WRONG)
    assert client.post(post_of("JW305", "fout")).status_code == 409
    assert client.post(post_of("JW305", "goed")).status_code == 202


def test_the_typed_form_is_judged_too(client: Client) -> None:
    """Without lines, for there is no file."""
    form: dict[str, Any] = to_json(heenbericht("JW305"))
    form["bericht"]["client"]["startProducten"][0]["statusAanlevering"] = "2"
    response = client.post(json.dumps(form).encode(), "application/json")
    assert [(one["code"], one["line"]) for one in response.json()["findings"]] == [("CS058", None)]


def test_a_validation_finds_the_same(client: Client) -> None:
    """The report has the findings of the post, and nothing is kept."""
    response = client.call("POST", "/v1/validations", body=WRONG, content_type="application/xml")
    assert (response.status_code, response.json()["valid"]) == (200, False)
    assert client.get("/v1/messages").json()["items"] == []
    assert client.post(WRONG).json()["findings"] == response.json()["findings"]


def test_in_a_zip_it_is_a_problem_among_receipts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its item names where it is kept; and it counts as taken when a later message fails."""
    settle, calls = Intake.settle, []

    def fail_second(self: Intake, candidates: Any) -> Any:
        calls.append(candidates)
        if len(calls) == 2:
            raise RuntimeError
        return settle(self, candidates)

    monkeypatch.setattr(Intake, "settle", fail_second)
    items = client.post(packed(WRONG, post_of("JW305", "2"), post_of("JW305", "3")), "application/zip").json()["items"]
    assert [item["status"] for item in items] == [400, 500, "queued"]
    assert client.get(f"/v1/messages/{items[0]['messageId']}").json()["status"] == "rejected"
