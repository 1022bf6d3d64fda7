"""The program: which commands there are, and what becomes of an error."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from gateway import __version__
from gateway.cli import (
    access,
    audit,
    console,
    deadlines,
    demo,
    doctor,
    forms,
    keys,
    outside,
    rebuild,
    replay,
    restored,
    retention,
    routes,
    rules,
    server,
    validate,
)
from gateway.cli.failures import in_dutch
from gateway.errors import GatewayError

NAME = "ijw-gateway"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{NAME} {__version__}")
        raise typer.Exit


def _program(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Toon de versie en stop.")
    ] = False,
) -> None:
    """Gateway voor iJw-berichten tussen aanbieders van jeugdhulp en gemeenten.

    Instellingen staan in omgevingsvariabelen die met IJW_ beginnen, of in een bestand .env in deze map;
    `ijw-gateway doctor` toont welke er gelden en wat eraan mankeert.
    """


def make_app() -> typer.Typer:
    """Make the program with all its commands."""
    # Rich takes a tenth of a second to load; in a pipe nobody sees its colours.
    markup: Literal["rich"] | None = "rich" if sys.stdout.isatty() else None
    app = typer.Typer(
        name=NAME,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=markup,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_program)
    for command in (
        server.serve,
        server.worker,
        server.migrate,
        validate.validate,
        rules.rules,
        forms.render,
        forms.convert,
        rebuild.rebuild,
        doctor.doctor,
        deadlines.deadlines,
        replay.replay,
        restored.restored,
        demo.demo,
    ):
        app.command()(command)
    app.add_typer(access.party)
    app.add_typer(access.token)
    app.add_typer(outside.endpoint)
    app.add_typer(outside.certificate)
    app.add_typer(outside.mandate)
    app.add_typer(routes.routes)
    app.add_typer(audit.audit)
    app.add_typer(keys.keys)
    app.add_typer(retention.retention)
    app.add_typer(retention.hold)
    app.add_typer(console.console)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with the exit code of the command."""
    for stream in (sys.stdout, sys.stderr):
        # A file name that is no UTF-8, or a terminal that knows no ✓, is no reason to stop halfway.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        make_app()(arguments, prog_name=NAME)
    except GatewayError as error:
        typer.echo(f"Fout: {in_dutch(error)}", err=True)
        sys.exit(1)
