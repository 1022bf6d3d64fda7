"""`rules`: what the gateway checks, to read."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from gateway.cli.terminal import show

Code: TypeAlias = Annotated[
    str | None,
    typer.Argument(metavar="[CODE]", help="Een regel, zoals TR302; zonder code een lijst van alle regels."),
]


def rules(code: Code = None) -> None:
    """Toon de regels van de standaard die de gateway toetst.

    Met een code: wat die regel vraagt, waar hij geldt, en een voorbeeld van fout en goed.
    """
    from gateway.rules.manual import entry
    from gateway.rules.table import RULES

    if code is None:
        show(("Code", "Retourcode", "Regel"), ((rule.code, rule.retourcode, rule.message) for rule in RULES))
        return
    found = {rule.code: rule for rule in RULES}.get(code.upper())
    if found is None:
        raise typer.BadParameter(f"de gateway toetst geen regel {code}; zonder code staan ze er allemaal.")
    typer.echo(entry(found))
