"""`console`: who may come in."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from gateway.cli.installation import open_gateway
from gateway.cli.terminal import operator, say

console = typer.Typer(name="console", help="De console: wie erin mag.", no_args_is_help=True)

RoleName: TypeAlias = Annotated[
    str,
    typer.Option("--role", metavar="ROL", help="viewer, handler, administrator of auditor."),
]
Address: TypeAlias = Annotated[str, typer.Option("--url", metavar="URL", help="Waar de gateway te bereiken is.")]


@console.command()
def link(role: RoleName = "administrator", url: Address = "http://127.0.0.1:8080") -> None:
    """Maak een link waarmee iemand zich één keer kan aanmelden.

    De link werkt een kwartier. De laatste regel is de link.
    """
    from gateway.services.signing_in import Role

    if role not in list(Role):
        raise typer.BadParameter(f"{role} is geen rol; kies uit {', '.join(Role)}.")
    with open_gateway() as gateway:
        secret = gateway.desk.signing_in.make_link(Role(role), operator())
    say("Open deze link binnen een kwartier; hij werkt één keer.")
    typer.echo(f"{url.rstrip('/')}/console/aanmelden/link/{secret}")
