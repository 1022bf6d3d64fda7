"""`rules`: the rules of the standard, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from gateway.cli.terminal import show

if TYPE_CHECKING:
    from gateway.rules.manual import Entry

Code: TypeAlias = Annotated[
    str | None,
    typer.Argument(metavar="[CODE]", help="Een regel, zoals TR302; zonder code een lijst van alle regels."),
]


def rules(code: Code = None) -> None:
    """Toon alle regels van de standaard, en of de gateway ze toetst.

    Met een code: wat die regel vraagt, waar hij geldt, en een voorbeeld van fout en goed; van een regel die niet
    getoetst wordt, waarom niet.
    """
    from gateway.cli.installation import load_rulebook
    from gateway.rules.manual import as_markdown

    book = load_rulebook()
    if code is None:
        columns = ("Code", "Getoetst", "Retourcode", "Regel")
        show(columns, ((entry.code, *_summary(entry), entry.sentence) for entry in book))
        return
    found = book.find(code)
    if found is None:
        raise typer.BadParameter(f"er is geen regel {code}; zonder code staan ze er allemaal.")
    typer.echo(as_markdown(found))


def _summary(entry: Entry) -> tuple[str, str]:
    return "ja" if entry.judged else "nee", dict(entry.facts).get("Retourcode", "")
