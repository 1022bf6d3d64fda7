"""`doctor`: which settings are in force, and what is wrong."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import typer

from gateway.cli.diagnosis import Diagnosis, Mark
from gateway.cli.installation import load_settings
from gateway.cli.server import WORKER_SWITCH
from gateway.errors import ConfigurationError

if TYPE_CHECKING:
    from gateway.settings import Settings

_PREFIX: Final = "IJW_"
_COLOURS: Final = {Mark.GOOD: "green", Mark.ATTENTION: "yellow", Mark.WRONG: "red"}


def doctor() -> None:
    """Toon de instellingen, en wat eraan mankeert.

    Het verandert niets. Geheimen worden niet getoond, alleen of ze zijn ingesteld. Het eindigt met 1 als er iets
    mis is (✗); bij een aandachtspunt (!) werkt de gateway wel.
    """
    from gateway.cli.examination import examine

    try:
        settings = load_settings()
    except ConfigurationError as error:
        for line in str(error).splitlines():
            _show(Diagnosis(Mark.WRONG, "Instellingen", line))
        raise typer.Exit(1) from None
    typer.echo("Instellingen")
    for name, value in _in_force(settings):
        typer.echo(f"  {name:<31}{value}")
    typer.echo("\nOnderzoek")
    wrong = False
    for diagnosis in (*_unknown_variables(settings), *examine(settings)):
        _show(diagnosis)
        wrong = wrong or diagnosis.mark is Mark.WRONG
    typer.echo("\nEr is iets mis; zie de regels met ✗." if wrong else "\nDe gateway kan zo werken.")
    raise typer.Exit(1 if wrong else 0)


def _in_force(settings: Settings) -> Iterator[tuple[str, str]]:
    from pydantic import SecretStr

    for field in type(settings).model_fields:
        value = getattr(settings, field)
        if field == "database_url":
            shown = _without_secrets(settings.database)
        elif field == "log_format":
            shown = value or ("json" if settings.logs_as_json else "console")
        elif value is None:
            shown = "niet ingesteld"
        elif isinstance(value, SecretStr):
            shown = "ingesteld"
        else:
            shown = "niet ingesteld" if value is None else str(value)
        default = "" if field in settings.model_fields_set or shown == "niet ingesteld" else "  (standaard)"
        yield f"{_PREFIX}{field.upper()}", shown + default


def _without_secrets(url: str) -> str:
    from gateway.store.engine import parse_url

    try:
        # Options in the URL may hold a password as well as its usual place.
        return parse_url(url).set(query={}).render_as_string(hide_password=True)
    except ConfigurationError:
        return "niet te begrijpen"


def _unknown_variables(settings: Settings) -> Iterator[Diagnosis]:
    """Find a variable that was meant for the gateway, but has a name that it does not know."""
    known = {f"{_PREFIX}{field.upper()}" for field in type(settings).model_fields} | {WORKER_SWITCH}
    for name in sorted(os.environ):
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            remedy = f"Bedoeld is misschien {near[0]}." if near else ""
            yield Diagnosis(Mark.ATTENTION, "Instellingen", f"{name} is geen instelling van de gateway", remedy)


def _show(diagnosis: Diagnosis) -> None:
    mark: str = diagnosis.mark
    if sys.stdout.isatty():
        mark = typer.style(mark, fg=_COLOURS[diagnosis.mark], bold=True)
    typer.echo(f"{mark} {diagnosis.subject}: {diagnosis.says}")
    if diagnosis.remedy:
        typer.echo(f"    → {diagnosis.remedy}")
