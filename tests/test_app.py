"""The application of a process: what it loads at its start, and what later."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from gateway import app
from gateway.app import ConsoleAtFirstVisit
from gateway.console import application as console
from gateway.console.desk import Desk
from tests.gateways import open_gateway

# Each is a thirtieth of a start or more, and none is needed to take a message or to hand one over.
LATER = ("gateway.console.application", "httpx", "jinja2", "rich", "sqlalchemy.dialects.postgresql")


def test_a_start_loads_no_more_than_messages_need(tmp_path: Path) -> None:
    """The console waits for a visitor, and what sends outside for something to send."""
    script = f"""
import sys
from gateway.cli.installation import load_settings, migrate
migrate(load_settings())
from gateway.app import create
create()
print([name for name in {LATER!r} if sys.modules.get(name)])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"IJW_DATA_DIR": str(tmp_path), "PYTHONPATH": str(Path(app.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_visitors_who_come_at_once_find_one_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its limits would else be counted more than once."""
    made = []
    make = console.make_console

    def counted(desk: Desk) -> object:
        made.append(desk)
        return make(desk)

    monkeypatch.setattr(console, "make_console", counted)
    gateway = open_gateway(tmp_path)

    async def visit() -> list[int]:
        transport = httpx.ASGITransport(app=ConsoleAtFirstVisit(gateway.desk))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            answers = await asyncio.gather(*(client.get("/console/aanmelden") for _ in range(8)))
        return [answer.status_code for answer in answers]

    try:
        assert asyncio.run(visit()) == [200] * 8
    finally:
        gateway.close()
    assert len(made) == 1
