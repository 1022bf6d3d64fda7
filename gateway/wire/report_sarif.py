"""What was found, as SARIF 2.1.0: for editors and for the checks of a code platform."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from gateway import __version__
from gateway.ijw.finding import Finding
from gateway.rules.table import RULES
from gateway.wire.reader import Reading

MEDIA_TYPE: Final = "application/sarif+json"
_VERSION: Final = "2.1.0"
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES: Final = {rule.code: rule for rule in RULES}
# What the checks without a rule of the standard ask.
_ASKED: Final = {
    "xml": "Een bericht is leesbare XML in UTF-8, zonder DTD.",
    "xsd": "Een bericht voldoet aan het schema van iJw 3.2.",
    "gateway": "Een bericht of ZIP-bestand blijft binnen de grenzen van de keten.",
}


def sarif_report(
    outcomes: Iterable[tuple[str, Reading]], unreadable: Sequence[tuple[str, str]] = (), rules_at: str = ""
) -> dict[str, Any]:
    """Give one log of the outcome for each file; `unreadable` are the files that could not be checked, and why.

    `rules_at` is the address under which every code has a page, if there is one: `https://gateway.example/rules`.
    """
    rules: dict[str, int] = {}
    described: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for file, reading in outcomes:
        for finding in reading.findings:
            if finding.code not in rules:
                rules[finding.code] = len(described)
                described.append(_rule(finding, rules_at))
            results.append(_result(file, finding, rules[finding.code]))
    driver = {"name": "ijw-gateway", "version": __version__, "semanticVersion": __version__, "rules": described}
    run = {
        "tool": {"driver": driver},
        "language": "nl",
        "invocations": [_invocation(unreadable)],
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": _VERSION, "runs": [run]}


def _rule(finding: Finding, rules_at: str) -> dict[str, Any]:
    rule = _RULES.get(finding.code)
    asked = rule.message if rule else _ASKED.get(finding.source, finding.message)
    described: dict[str, Any] = {"id": finding.code, "shortDescription": {"text": asked}}
    if rules_at:
        described["helpUri"] = f"{rules_at}/{finding.code}"
    if rule:
        reading = f" Onze lezing: {rule.reading}" if rule.reading else ""
        described["help"] = {"text": f"{asked} Fout: {rule.wrong} Goed: {rule.right}{reading}"}
    return described


def _result(file: str, finding: Finding, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": finding.message},
        "locations": [_location(file, finding.path, finding.line)],
        "properties": {"source": finding.source, "retourcode": finding.retourcode},
    }
    if finding.paths[1:]:
        result["relatedLocations"] = [{"logicalLocations": [_logical(path)]} for path in finding.paths[1:]]
    return result


def _location(file: str, path: str | None, line: int | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri_of(file)}}
    if line:
        physical["region"] = {"startLine": line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if path:
        location["logicalLocations"] = [_logical(path)]
    return location


def _logical(path: str) -> dict[str, Any]:
    return {"fullyQualifiedName": path, "kind": "element"}


def uri_of(file: str) -> str:
    """Give a file name as a URI: a relative one for a relative path, whatever its bytes are."""
    return Path(file).as_uri() if file.startswith("/") else quote(os.fsencode(file))


def _invocation(unreadable: Sequence[tuple[str, str]]) -> dict[str, Any]:
    notes = [
        {
            "level": "error",
            "message": {"text": f"Niet gecontroleerd: {reason}."},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri_of(file)}}}],
        }
        for file, reason in unreadable
    ]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}
