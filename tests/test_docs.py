"""The papers say what is so: links, settings, metrics, commands, endpoints and fields are held against the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
import typer
from typer.core import TyperGroup

from gateway.api.application import make_api
from gateway.api.openapi import describe
from gateway.api.problems import KINDS
from gateway.cli.program import make_app
from gateway.ijw.berichten import BERICHTEN
from gateway.services.audit import Act
from gateway.settings import Settings
from tests.json_outline import outline_of, shared_types
from tests.metric_names import metric_names

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
OPERATING: Final = DOCS / "operating.md"
API_TOUR: Final = DOCS / "api-tour.md"
JSON_FORM: Final = DOCS / "json-form.md"
PAGES: Final = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
OTHER_PAPERS: Final = [ROOT / "compose.yaml", ROOT / "Dockerfile"]

# Variables of others than the gateway itself, in the same style.
_NO_SETTINGS: Final = {"IJW_POSTGRES_PASSWORD", "IJW_TEST_POSTGRES"}

_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_OUTSIDE: Final = ("https://", "http://", "mailto:")


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _text(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _section(page: Path, heading: str) -> str:
    """Give the text under a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", _text(page), re.MULTILINE | re.DOTALL)
    assert found, f"{_name(page)} has a heading {heading!r}"
    return found[1]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links(page: Path) -> None:
    """Every link to another file of the project leads somewhere, and to a heading that is there."""
    for link in _LINK.findall(_text(page)):
        if link.startswith(_OUTSIDE):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{_name(page)} links to {link}"
        assert not anchor or anchor in _anchors(target), f"{_name(page)} links to {link}"


def test_settings() -> None:
    """The table of settings names every setting there is, and no other; nor does any other paper."""
    known = {f"IJW_{name.upper()}" for name in Settings.model_fields}
    listed = re.findall(r"^\| `(IJW_\w+)`", _section(OPERATING, "Settings"), re.MULTILINE)
    assert sorted(listed) == sorted(known)
    for page in (*PAGES, *OTHER_PAPERS):
        named = set(re.findall(r"\bIJW_[A-Z_]*[A-Z]\b", _text(page)))
        assert named <= known | _NO_SETTINGS, _name(page)


def test_metrics() -> None:
    """The table of metrics names every metric there is, and no other."""
    known = metric_names()
    section = _section(OPERATING, "Metrics")
    assert sorted(re.findall(r"^\| `(ijw_\w+)`", section, re.MULTILINE)) == sorted(known)
    assert set(re.findall(r"\bijw_[a-z_]+\b", section)) == set(known)


def test_acts() -> None:
    """The table of the audit trail names every act that is written down, and no other."""
    rows = re.findall(r"^\| (`[^|]+`) \|", _section(OPERATING, "The audit trail"), re.MULTILINE)
    named = re.findall(r"`([a-z-]+)`", " ".join(rows))
    assert sorted(set(named) - {"kind"}) == sorted(Act)


def _commands() -> set[str]:
    program = typer.main.get_command(make_app())
    assert isinstance(program, TyperGroup)
    found = set()
    for name, command in program.commands.items():
        inner = command.commands if isinstance(command, TyperGroup) else {}
        found |= {f"{name} {each}" for each in inner} or {name}
    return found


@pytest.mark.parametrize("page", [*PAGES, *OTHER_PAPERS], ids=_name)
def test_commands_shown(page: Path) -> None:
    """Every command of the gateway that a paper shows exists."""
    known = _commands()
    groups = "|".join({command.split()[0] for command in known if " " in command})
    shown = re.findall(rf"ijw-gateway ((?:{groups}) [a-z]+|[a-z]+)", _text(page))
    assert set(shown) <= known


def test_commands_listed() -> None:
    """The page on operating names every command of the gateway."""
    text = _section(OPERATING, "Running")
    assert {command for command in _commands() if f"{command}`" not in text} == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_make(page: Path) -> None:
    """Every `make …` that a page shows is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    shown = re.findall(r"(?:^|`)make ([a-z]+)", _text(page), re.MULTILINE)
    assert set(shown) <= targets


def test_endpoints() -> None:
    """The tour of the API names every call of the OpenAPI document, and no other."""
    paths = describe(make_api(None))["paths"]
    known = {f"{method.upper()} /v1{path}" for path, calls in paths.items() for method in calls}
    named = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /v1[^`\s?]*)`", _text(API_TOUR)))
    assert named == known


def test_kinds_of_problem() -> None:
    """The table of errors has every kind of problem that a call may give, with its status."""
    rows = re.findall(r"^\| (\d{3}) \| `([\w-]+)` \|", _section(API_TOUR, "Fouten"), re.MULTILINE)
    known = {kind: status for kind, (status, _) in KINDS.items()}
    assert {kind: int(status) for status, kind in rows} == known


@pytest.mark.parametrize("name", BERICHTEN)
def test_fields(name: str) -> None:
    """The page on the typed JSON form has every field of every message."""
    found = re.search(rf"^### {name} – [^\n]*\n\n```text\n(.*?)```", _text(JSON_FORM), re.MULTILINE | re.DOTALL)
    assert found
    assert found[1] == outline_of(BERICHTEN[name])


def test_fields_of_shared_types() -> None:
    """It has every field of the headers and the composite types as well."""
    listed = re.findall(r"^### (\w+)\n\n```text\n(.*?)```", _text(JSON_FORM), re.MULTILINE | re.DOTALL)
    assert dict(listed) == shared_types()


def test_decisions() -> None:
    """The list of decisions has every decision."""
    folder = DOCS / "decisions"
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", _text(folder / "README.md"))
    assert listed == sorted(page.name for page in folder.glob("[0-9]*.md"))
