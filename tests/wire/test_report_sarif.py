"""The SARIF log, held against what SARIF 2.1.0 requires."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest

from gateway import __version__
from gateway.ijw.finding import Finding
from gateway.wire.reader import Reading
from gateway.wire.refusal import Kind, refuse
from gateway.wire.report_sarif import sarif_report

# RFC 3986: a relative reference without a scheme, or a file: URI.
_URI: Final = re.compile(r"(?:file:///)?(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+")
_LEVELS: Final = {"none", "note", "warning", "error"}


def check_log(log: dict[str, Any]) -> None:
    """Hold a log against the required members, their types and their references (SARIF 2.1.0, chapter 3)."""
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    assert set(run) == {"tool", "language", "invocations", "results"}
    assert re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", run["language"])
    driver = run["tool"]["driver"]
    assert set(driver) == {"name", "version", "semanticVersion", "rules"}
    for rule in driver["rules"]:
        assert set(rule) <= {"id", "shortDescription", "help", "helpUri"}
        assert rule["id"]
        assert re.fullmatch(r"https?://[^/]+/rules/[A-Z0-9-]+", rule.get("helpUri", "http://a/rules/A"))
        _check_text(rule["shortDescription"])
        _check_text(rule.get("help", {"text": "-"}))
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for invocation in run["invocations"]:
        assert isinstance(invocation["executionSuccessful"], bool)
        for note in invocation["toolExecutionNotifications"]:
            _check_noted(note)
    for result in run["results"]:
        assert set(result) <= {
            *("ruleId", "ruleIndex", "level", "message", "locations", "relatedLocations", "properties"),
        }
        _check_noted(result)
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert isinstance(result["properties"], dict)
    assert json.loads(json.dumps(log)) == log


def _check_noted(noted: dict[str, Any]) -> None:
    _check_text(noted["message"])
    assert noted["level"] in _LEVELS
    for location in (*noted["locations"], *noted.get("relatedLocations", ())):
        assert set(location) <= {"physicalLocation", "logicalLocations"}
        assert location
        if physical := location.get("physicalLocation"):
            assert _URI.fullmatch(physical["artifactLocation"]["uri"])
            assert physical.get("region", {"startLine": 1})["startLine"] >= 1
        for logical in location.get("logicalLocations", ()):
            assert isinstance(logical["fullyQualifiedName"], str)


def _check_text(message: dict[str, Any]) -> None:
    assert set(message) == {"text"}
    assert isinstance(message["text"], str)
    assert message["text"]


def test_no_messages() -> None:
    """A run in which nothing was found has empty results: that is not the same as none."""
    for outcomes in ([], [("a.xml", Reading("JW301"))]):
        log = sarif_report(outcomes)
        check_log(log)
        assert log["runs"][0]["results"] == []
        assert log["runs"][0]["tool"]["driver"]["name"] == "ijw-gateway"
        assert log["runs"][0]["tool"]["driver"]["version"] == __version__


def test_findings() -> None:
    """Every finding is a result with its rule, sentence, line and paths."""
    paths = ("/Bericht/Client/A[2]/Einddatum", "/Bericht/Client/A[2]/Ingangsdatum")
    finding = Finding("rule", "CS003", "De einddatum ligt te vroeg.", paths[0], paths, 7, "0001")
    log = sarif_report([("map/a.xml", Reading("JW301", breaches=(finding, finding)))])
    check_log(log)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CS003"]
    first, second = run["results"]
    assert first == second
    assert (first["ruleId"], first["level"]) == ("CS003", "error")
    assert first["message"] == {"text": "De einddatum ligt te vroeg."}
    (location,) = first["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "map/a.xml"}, "region": {"startLine": 7}}
    assert location["logicalLocations"][0]["fullyQualifiedName"] == paths[0]
    assert first["relatedLocations"][0]["logicalLocations"][0]["fullyQualifiedName"] == paths[1]
    assert first["properties"] == {"source": "rule", "retourcode": "0001"}


def test_a_finding_about_the_whole() -> None:
    """Without line and path it is about the file."""
    log = sarif_report([("a.xml", Reading(refusal=refuse(Kind.TOO_LARGE, "Te groot.")))])
    check_log(log)
    (result,) = log["runs"][0]["results"]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "a.xml"}}}]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("een map/é&a.xml", "een%20map/%C3%A9%26a.xml"),
        ("a:b.xml", "a%3Ab.xml"),
        ("a.zip#2", "a.zip%232"),
        ("/map/x y.xml", "file:///map/x%20y.xml"),
        ("caf\udce9.xml", "caf%E9.xml"),
        ("100%.xml", "100%25.xml"),
        ("-", "-"),
    ],
)
def test_names(name: str, uri: str) -> None:
    """Any file name becomes a URI."""
    log = sarif_report([(name, Reading(refusal=refuse(Kind.ENCODING, "Fout.")))])
    check_log(log)
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_what_could_not_be_read() -> None:
    """A file that was not checked makes the run one that did not succeed."""
    log = sarif_report([], [("weg.xml", "bestaat niet")])
    check_log(log)
    (invocation,) = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "bestaat niet" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_a_code_has_its_page() -> None:
    """Where every code has a page, that is its help; else it has none."""
    outcomes = [("a.xml", Reading(refusal=refuse(Kind.SCHEMA_INVALID, "Fout.")))]
    for rules_at, expected in (("https://gateway.example/rules", "https://gateway.example/rules/BRS13"), ("", None)):
        log = sarif_report(outcomes, rules_at=rules_at)
        check_log(log)
        (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
        assert rule.get("helpUri") == expected
