"""What the documentation tells a reader to paste, pasted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.server import Server, serving
from tests.e2e.pages import Block, blocks_of, fits, paste, section

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
API_TOUR = ROOT / "docs" / "api-tour.md"
# Where the pages say that the gateway is; the tests take a port that is free.
_ADDRESS = "http://127.0.0.1:8080"


def _follow(blocks: list[Block], folder: Path, server: Server) -> None:
    """Paste the blocks in a folder that looks like a clone after `make install`, and hold what they print."""
    (folder / ".venv").symlink_to(sys.prefix)
    shutil.copytree(ROOT / "docs", folder / "docs")
    here = f"http://127.0.0.1:{server.port}"
    moved = [replace(block, commands=block.commands.replace(_ADDRESS, here)) for block in blocks]
    outcomes = paste(moved, folder, server.settings)
    assert len(outcomes) == len(moved), "the shell went through every block"
    for block, (output, status) in zip(moved, outcomes, strict=True):
        assert status == 0, f"line {block.line} ended with {status}:\n{output}"
        if block.shown is not None:
            assert fits(block.shown, output), f"line {block.line} does not print what the page shows, but:\n{output}"


def test_readme(tmp_path: Path) -> None:
    """The tour of the README works when it is pasted block by block, and shows what it says."""
    start, *tour = blocks_of(*section(README, "## A tour in five minutes"))
    assert start.commands == "make run\n"
    with serving(tmp_path) as server:
        _follow(tour + blocks_of(*section(README, "## Without a server")), tmp_path, server)


def test_api_tour(tmp_path: Path) -> None:
    """The tour of the API works when it is pasted block by block, and shows the answers that suppliers get."""
    start, *tour = blocks_of(API_TOUR.read_text(encoding="utf-8"))
    assert start.commands == "make run\n"
    with serving(tmp_path) as server:
        _follow(tour, tmp_path, server)


def test_make_run() -> None:
    """`make run`, with which both tours begin, starts the program that they are tested with."""
    recipe = subprocess.run(["make", "--dry-run", "run"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert recipe.stdout.splitlines()[-1].strip() == ".venv/bin/ijw-gateway serve"


@pytest.mark.parametrize(
    ("shown", "output", "agrees"),
    [
        ('{\n  "id": "01…",\n  …\n}\n', '{\n  "id": "01a2",\n  "type": "JW315"\n}\n', True),
        ("204\n", "204\n", True),
        ("204\n", "409\n", False),
        ('"status": "…", "findings": []\n', '"status": "queued", "findings": [1]\n', False),
    ],
)
def test_fits(shown: str, output: str, agrees: bool) -> None:
    """What a page shows is held against the output to the letter, but for what "…" stands for."""
    assert fits(shown, output) is agrees
