"""The alarms and the dashboard that ship are of numbers that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.metric_names import label_names, metric_names
from tools.dashboard import BOARD, written

_ALERTS: Final = Path(__file__).parents[1] / "monitoring" / "alerts.yml"


def alerts() -> list[dict[str, Any]]:
    """Give the alarms."""
    loaded = yaml.safe_load(_ALERTS.read_text(encoding="utf-8"))
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    """Give every query of the alarms and of the dashboard."""
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return [rule["expr"] for rule in alerts()] + shown


def test_the_dashboard_is_the_one_of_the_code() -> None:
    """`python -m tools.dashboard` would change nothing."""
    assert BOARD.read_text(encoding="utf-8") == written()


@pytest.mark.parametrize("expression", expressions())
def test_names_exist(expression: str) -> None:
    """A query asks for numbers that the gateway gives, by labels that they have."""
    names = set(re.findall(r"\bijw_[a-z_]+", expression))
    assert names
    assert names <= metric_names()
    known = set().union(*(label_names()[name] for name in names))
    asked = re.findall(r"by \(([^)]*)\)", expression)
    labels = {label.strip() for group in asked for label in group.split(",")}
    labels |= set(re.findall(r"[{,]\s*([a-z]+)(?:=|!)", expression))
    assert labels <= known


def test_every_number_is_on_the_dashboard() -> None:
    """Whoever watches sees every number that there is."""
    shown = " ".join(expressions())
    assert {name for name in metric_names() if name not in shown} == set()


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alarm_says_what_to_do(rule: dict[str, Any]) -> None:
    """An alarm has a name of its own, a severity, and tells what is wrong and what can be done."""
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"].endswith(".")


def test_prometheus_takes_the_alarms() -> None:
    """Prometheus's own checker finds nothing wrong, where it is here."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not here")
    done = subprocess.run([promtool, "check", "rules", str(_ALERTS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
