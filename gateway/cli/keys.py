"""`keys`: which key everything is under, and bringing it all under the first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.installation import open_gateway
from gateway.cli.terminal import operator, say, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.services.rotation import Rotation, RotationReport

keys = typer.Typer(name="keys", no_args_is_help=True, help="Sleutels: waaronder alles is versleuteld.")


@keys.command("list")
def list_keys() -> None:
    """Toon wat er onder elke sleutel is bewaard; een sleutel zonder gebruik kan weg."""
    with open_gateway() as gateway:
        _show_usage(gateway.services.rotation)


@keys.command("rotate")
def rotate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Alleen tellen; er verandert niets.")] = False,
) -> None:
    """Versleutel alles opnieuw onder de eerste sleutel, en maak de afdrukken van BSN’s opnieuw.

    Zet eerst de nieuwe sleutel vooraan, met de oude erachter, en herstart alle processen. Dit kan terwijl de gateway
    draait, en het kan op elk moment worden gestopt (Ctrl+C): een volgende keer gaat het verder. Daarna kan de oude
    sleutel weg, tenzij er staat dat er nog iets onder bleef.
    """
    with open_gateway() as gateway:
        if dry_run:
            _show_usage(gateway.services.rotation)
            say("Er is niets veranderd.")
            return
        left = _run(gateway.services.rotation.run(operator()))
    raise typer.Exit(1 if left else 0)


def _run(steps: Iterator[RotationReport]) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    report = next(steps)
    progress = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    try:
        with progress:
            bar = progress.add_task("", total=report.total)
            for report in steps:
                progress.update(bar, completed=report.done)
    except KeyboardInterrupt:
        say(f"Gestopt na {report.done} van de {report.total}; de volgende keer gaat het verder.")
        raise typer.Exit(130) from None
    say(f"Opnieuw versleuteld: {report.resealed}; afdrukken opnieuw gemaakt: {report.refingerprinted}.")
    if report.left:
        say(f"{report.left} keer bleef iets onder een oude sleutel; bewaar die nog (`ijw-gateway keys list`).")
    return report.left


def _show_usage(rotation: Rotation) -> None:
    usage = rotation.usage()
    known = rotation.key_ids
    used = {key_id for counts in usage.values() for key_id in counts}
    rows = []
    for key_id in (*known, *sorted(used - set(known))):
        state = "eerste" if key_id == known[0] else "oud" if key_id in known else "ontbreekt"
        kept = " ".join(f"{name}={counts[key_id]}" for name, counts in usage.items() if counts.get(key_id))
        rows.append((key_id, state, kept))
    show(("sleutel", "is", "waaronder bewaard"), rows)
