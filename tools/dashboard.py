"""Writes monitoring/dashboard.json anew: a dashboard to import in Grafana."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

BOARD: Final = Path(__file__).resolve().parents[1] / "monitoring" / "dashboard.json"
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_WIDE: Final = 24
# What is shown: title, kind of panel, width, and for each line a query and its legend.
_PANELS: Final[tuple[tuple[str, str, int, tuple[tuple[str, str], ...]], ...]] = (
    ("Bezorger: seconden stil", "stat", 6, (("min(ijw_worker_silent_seconds)", ""),)),
    ("Wachtend", "stat", 6, (("sum(ijw_queue_waiting)", ""),)),
    ("Niet af te leveren", "stat", 6, (('sum(ijw_messages{status="failed"}) or vector(0)', ""),)),
    ("Verstreken termijnen", "stat", 6, (('sum(ijw_deadlines{state="overdue"}) or vector(0)', ""),)),
    ("Oudste wachtende bericht per partij", "timeseries", 12, (("ijw_queue_oldest_seconds", "{{party}}"),)),
    ("Wachtend per partij", "timeseries", 12, (("ijw_queue_waiting", "{{party}}"),)),
    (
        "Afleveringen in het laatste uur",
        "timeseries",
        12,
        (("sum by (way, outcome) (ijw_deliveries_last_hour)", "{{way}} {{outcome}}"),),
    ),
    ("Nog te versturen en opgegeven", "timeseries", 12, (("ijw_outgoing", "{{way}} {{state}}"),)),
    (
        "Geschonden regels per uur",
        "timeseries",
        12,
        (("sum by (code) (increase(ijw_breaches_total[1h])) > 0", "{{code}}"),),
    ),
    (
        "Wie de meeste regels schendt, per uur",
        "timeseries",
        12,
        (("topk(10, sum by (sender) (increase(ijw_breaches_total[1h])))", "{{sender}}"),),
    ),
    (
        "Termijnen per soort",
        "timeseries",
        12,
        (("sum by (kind, state) (ijw_deadlines)", "{{kind}} {{state}}"),),
    ),
    (
        "Wat wacht of aandacht vraagt, per soort bericht",
        "timeseries",
        12,
        (("sum by (type, status) (ijw_messages)", "{{type}} {{status}}"),),
    ),
    (
        "Niet af te leveren, per ontvanger en oorzaak",
        "timeseries",
        12,
        (("max by (recipient, cause) (ijw_dead_letters)", "{{recipient}} {{cause}}"),),
    ),
    ("Routetabel geweigerd", "timeseries", 24, (("max(ijw_routes_wrong)", ""),)),
)


def dashboard() -> dict[str, Any]:
    """Give the dashboard as Grafana takes it."""
    panels: list[dict[str, Any]] = []
    x = y = 0
    for number, (title, kind, width, lines) in enumerate(_PANELS, 1):
        height = 4 if kind == "stat" else 8
        if x + width > _WIDE:
            x, y = 0, y + panels[-1]["gridPos"]["h"]
        panels.append(
            {
                "id": number,
                "title": title,
                "type": kind,
                "datasource": _SOURCE,
                "gridPos": {"x": x, "y": y, "w": width, "h": height},
                "targets": [
                    {"refId": chr(ord("A") + place), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
                    for place, (query, legend) in enumerate(lines)
                ],
            }
        )
        x += width
    return {
        "uid": "ijw-gateway",
        "title": "iJw-gateway",
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "Europe/Amsterdam",
        "templating": {
            "list": [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": panels,
    }


def written() -> str:
    """Give the file as it is kept."""
    return json.dumps(dashboard(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    BOARD.write_text(written(), encoding="utf-8")
    print(f"{BOARD} is geschreven.")
